"""Frames gone wrong: honest frames of every kind, and the damage done to them by the dice that are given.

Two in five are wrong bytes or wrong types, which the codec must refuse; the others are well-formed lies,
which reach every message's own checks.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from keys import canonical
from keys.canonical import Plain
from keys.errors import NotCanonical
from keys.limits import FRAME_BYTES, INT_MAX
from protocol import messages as m
from protocol.frames import PREFIX_BYTES
from tests.support.intruder import message
from tests.support.people import seed

_EDGES = (0, 1, -1, 2, 23, 24, 255, 256, 65536, INT_MAX, -INT_MAX - 1, 1 << 32)
_ODD: tuple[Plain, ...] = (
    None,
    True,
    False,
    "",
    "乡",
    b"",
    b"\0" * 16,
    b"\xff" * 32,
    [],
    [[]],
    [1, [2]],
)


def honest_frames(
    ledger: bytes, log: m.LogName, tip: m.Position, runs: Sequence[bytes], invitation: bytes
) -> list[bytes]:
    """One frame of every kind, as a peer in good standing would send it."""
    found: list[m.Message] = [
        m.Hello((1,), 1 << 20, ("127.0.0.1:9",), ((ledger, seed("digest", size=16)),), (ledger,)),
        m.Have(ledger, {log: (tip,)}),
        m.Ack(ledger, 0, ((log, tip),)),
        m.Stop(ledger, log),
        m.Marks(ledger, log, (tip, (0, seed("opening")))),
        m.Common(ledger, log, tip),
        m.Common(ledger, log, None),
        m.Done(ledger),
        m.Share(ledger, seed("digest", size=16)),
        m.Found(invitation),
        m.Ping(1),
        m.Pong(1),
        m.Goodbye(0, "done"),
        *(m.Run(ledger, body) for body in runs),
    ]
    return [message(one) for one in found]


def mutant(dice: random.Random, frames: Sequence[bytes]) -> bytes:
    """One damaged frame, made complete: a length that promises more gets zeros, up to the limit."""
    frame = dice.choice(frames)
    damage = dice.choice(_DAMAGES)
    changed = damage(dice, frame, frames)
    promised = int.from_bytes(changed[:PREFIX_BYTES], "big") if len(changed) >= PREFIX_BYTES else 0
    if len(changed) < PREFIX_BYTES:
        return changed + b"\xff" * PREFIX_BYTES
    if promised <= FRAME_BYTES:
        changed += bytes(max(0, PREFIX_BYTES + promised - len(changed)))
    return changed


def framed(body: bytes) -> bytes:
    return len(body).to_bytes(PREFIX_BYTES, "big") + body


# --- wrong bytes ---------------------------------------------------------------------------------


def _flip(dice: random.Random, frame: bytes, _: Sequence[bytes]) -> bytes:
    out = bytearray(frame)
    for _n in range(dice.choice((1, 1, 1, 2, 8))):
        out[dice.randrange(2, len(out))] ^= 1 << dice.randrange(8)
    return bytes(out)


def _cut(dice: random.Random, frame: bytes, _: Sequence[bytes]) -> bytes:
    return framed(frame[PREFIX_BYTES : dice.randrange(PREFIX_BYTES, len(frame))])


def _insert(dice: random.Random, frame: bytes, _: Sequence[bytes]) -> bytes:
    at = dice.randrange(PREFIX_BYTES, len(frame) + 1)
    extra = dice.choice((dice.randbytes(dice.randrange(1, 9)), b"\x9b" + b"\xff" * 8, b"\x81" * 60))
    return framed(frame[PREFIX_BYTES:at] + extra + frame[at:])


def _splice(dice: random.Random, frame: bytes, frames: Sequence[bytes]) -> bytes:
    other = dice.choice(frames)[PREFIX_BYTES:]
    body = frame[PREFIX_BYTES:]
    return framed(body[: dice.randrange(len(body))] + other[dice.randrange(len(other)) :])


# --- wrong values --------------------------------------------------------------------------------


def _wrong_value(dice: random.Random, frame: bytes, _: Sequence[bytes]) -> bytes:
    """One value somewhere inside replaced by an edge case, and the frame encoded canonically again."""
    plain = canonical.decode_list(frame[PREFIX_BYTES:], len(frame))
    _change(dice, plain)
    try:
        return framed(canonical.encode(plain))
    except NotCanonical:  # too deep: encoding it would be our own fault
        return frame


def _change(dice: random.Random, plain: list[Plain]) -> None:
    while True:
        if not plain:
            plain.append(dice.choice(_EDGES))
            return
        at = dice.randrange(len(plain))
        inner = plain[at]
        if not isinstance(inner, list) or dice.random() < 0.1:
            break
        plain = inner
    plain[at] = _other(dice, plain[at])
    if dice.random() < 0.1:
        plain.extend([_other(dice, 0)] * dice.choice((1, 2, 70)))


def _other(dice: random.Random, value: Plain) -> Plain:
    kind = dice.random()
    if isinstance(value, bytes) and value and kind < 0.6:
        at = dice.randrange(len(value))
        return value[:at] + bytes([value[at] ^ 1 << dice.randrange(8)]) + value[at + 1 :]
    if isinstance(value, int) and kind < 0.6:
        return dice.choice(_EDGES)
    return dice.choice(_ODD) if kind < 0.9 else dice.choice(_EDGES)


def _lie(dice: random.Random, frame: bytes, frames: Sequence[bytes]) -> bytes:
    """Well formed in every respect, of a kind that a session survives; only it is not true."""
    plain: list[Plain] = []
    while not plain or plain[0] not in _SURVIVED or (plain[0] == 7 and plain[-1] is not None):
        frame = dice.choice(frames)
        plain = canonical.decode_list(frame[PREFIX_BYTES:], len(frame))
    for _n in range(dice.choice((1, 1, 2, 4))):
        within = plain
        # Credit that is a lie and a common entry that is none end the session: other mutants see to that.
        at = dice.randrange(3 if plain[0] == 4 else 2, len(plain)) if len(plain) > 2 else 1
        while isinstance(inner := within[at], list) and inner:
            within, at = inner, dice.randrange(len(inner))
        value = within[at]
        if isinstance(value, bytes) and len(value) > 32:
            continue
        if isinstance(value, bytes):
            within[at] = dice.randbytes(len(value))
        elif type(value) is int:
            within[at] = dice.choice((0, 1, 2, dice.getrandbits(20), dice.getrandbits(62), INT_MAX))
    return framed(canonical.encode(plain))


_SURVIVED = tuple(m.NUMBERS[k] for k in (m.Ack, m.Stop, m.Marks, m.Common, m.Share, m.Ping, m.Pong))
_Damage = Callable[[random.Random, bytes, Sequence[bytes]], bytes]
_DAMAGES: tuple[_Damage, ...] = (_flip, _cut, _insert, _splice, _wrong_value, *[_lie] * 10)
