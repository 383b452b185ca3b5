"""The proof of a fork, checked from its bytes and the device's key alone: two signed heads, one log. Pure.

Each side is the headers from the rival entry up to the first checkpoint above it, and that checkpoint. Who
holds it needs no store and no trust in who passed it on.
"""

from __future__ import annotations

import hashlib
from itertools import pairwise

from crdt.checkpoint import verify_checkpoint
from crdt.entry import Header, parse_header
from keys import canonical
from keys.canonical import Plain
from keys.errors import MulinError
from keys.identity import DeviceId


def proves(raw: bytes, device: DeviceId, rivals: tuple[bytes, bytes]) -> bool:
    """Whether `device` signed for both of two different entries that follow the same one."""
    try:
        sides = canonical.decode_list(raw, len(raw))
        if len(sides) != 2 or rivals[0] == rivals[1]:
            return False
        one, other = (_signed(side, device, r) for side, r in zip(sides, rivals, strict=True))
    except MulinError:
        return False
    if one is None or other is None:
        return False
    return _place(one) == _place(other)


def _place(h: Header) -> tuple[bytes, bytes, bytes, int, bytes | None]:
    return h.ledger, h.device, h.incarnation, h.seq, h.prev


def _signed(side: Plain, device: DeviceId, rival: bytes) -> Header | None:
    """The rival entry's header, if the chain above it ends in what `device` signed. Raises MulinError."""
    match side:
        case [[bytes(), *_] as listed, bytes() as head]:
            raws = [h for h in listed if isinstance(h, bytes)]
        case _:
            return None
    ids = [hashlib.sha256(r).digest() for r in raws]
    headers = [parse_header(r) for r in raws]
    if len(raws) != len(listed) or ids[0] != rival:
        return None
    if any(
        header.prev != below for (below, _), header in zip(pairwise(ids), headers[1:], strict=True)
    ):
        return None
    last, signed = headers[-1], verify_checkpoint(head, device)
    said = (signed.ledger, signed.device, signed.incarnation, signed.seq, signed.entry)
    if said != (last.ledger, last.device, last.incarnation, last.seq, ids[-1]):
        return None
    return headers[0]
