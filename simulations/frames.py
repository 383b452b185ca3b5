"""Reads, from outside, which messages a piece of a session's stream holds. For the record only."""

from __future__ import annotations

from protocol.frames import PREFIX_BYTES
from protocol.messages import NUMBERS

_NAMES = {number: message.__name__ for message, number in NUMBERS.items()}


def frames_in(data: bytes) -> str:
    """ "Have Run×3": the messages of whole frames, in order."""
    said: list[tuple[str, int]] = []
    at = 0
    while at + PREFIX_BYTES + 1 < len(data):
        size = int.from_bytes(data[at : at + PREFIX_BYTES], "big")
        # After the length comes an array's head, one byte for arrays this short, then the message's number.
        name = _NAMES.get(data[at + PREFIX_BYTES + 1], "?")
        if said and said[-1][0] == name:
            said[-1] = (name, said[-1][1] + 1)
        else:
            said.append((name, 1))
        at += PREFIX_BYTES + size
    return " ".join(name if n == 1 else f"{name}×{n}" for name, n in said)
