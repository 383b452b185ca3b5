"""The proof of a fork as one small thing that anybody can check, whoever passed it on. No store; pure.

A second way to the same answer: headers and heads are read field by field from their bytes here, and the
signed message is put together here; nothing of `entry`, `checkpoint` or `run` is asked. Whoever acts on a
fork acts on a proof that both ways found good.

    proof = [1, side, side, card | null]      side = [[header…], head]

A side is the headers from one of the two rival entries up to the first head above it, and that head. The
rivals stand in the order of their ids, so that one fork has one proof from whoever holds it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from crdt.errors import NoProof
from crdt.proving import ALTERED, checked
from keys import canonical
from keys.canonical import Plain
from keys.card import Card
from keys.errors import MulinError, Text
from keys.identity import check_public_key, verify
from keys.limits import ENTRIES_PER_FRAME, HEADER_BYTES

FORMAT = 1
PROOF_BYTES = 2 * ENTRIES_PER_FRAME * HEADER_BYTES
_PURPOSE = b"mulin/head/1"
_PROTECTED = b"\xa1\x01\x27"
_SIGNED = b"\x84\x43" + _PROTECTED + b"\xa0"
_SIGNATURE_HEAD = b"\x58\x40"
_SIGNATURE_BYTES = 64
_HEADER_FIELDS = 14
_UNSIGNED = Text("签名不成立", "a signature does not hold")
_APART = Text("两条不在同一位置", "the two do not stand in one place")
_SAME = Text("两条是同一条", "the two are one and the same")
_STRANGER = Text("名片不是这台设备的", "the card is not this device's")


@dataclass(frozen=True, slots=True)
class ForkProof:
    """What is proven: `device` signed for both `entries` at `seq` of one log. `card` says whose it is."""

    ledger: bytes
    device: bytes
    incarnation: bytes
    seq: int
    entries: tuple[bytes, bytes]
    card: Card | None

    @property
    def id(self) -> bytes:
        """The same for everybody who proves this fork."""
        return fork_id(self.entries)


@dataclass(frozen=True, slots=True)
class _Place:
    """Where an entry stands in which log."""

    ledger: bytes
    device: bytes
    incarnation: bytes
    seq: int
    prev: bytes | None


def fork_id(entries: tuple[bytes, bytes]) -> bytes:
    """A name for the fork at two rival entries."""
    return hashlib.sha256(b"mulin/fork/1" + b"".join(sorted(entries))).digest()[:16]


def pack(sides: bytes, card: bytes | None) -> bytes:
    """A proof of the two sides as a store keeps them. Raises NoProof if they are none."""
    try:
        found = canonical.decode_list(sides, len(sides))
        ordered: list[Plain] = sorted(found, key=_first_id)
    except MulinError as fault:
        raise NoProof(why=ALTERED) from fault
    return canonical.encode([FORMAT, *ordered, card])


def check(raw: bytes) -> ForkProof:
    """What the proof proves. Raises NoProof, and nothing else."""
    return checked(_check, raw)


def _check(raw: bytes) -> ForkProof:
    match canonical.decode_list(raw, PROOF_BYTES):
        case [int() as version, list() as one, list() as other, (None | bytes()) as card]:
            pass
        case _:
            raise NoProof(why=ALTERED)
    if type(version) is not int or version != FORMAT:
        raise NoProof(why=ALTERED)
    (first, place), (second, rival) = _side(one), _side(other)
    if place != rival:
        raise NoProof(why=_APART)
    if first >= second:
        raise NoProof(why=_SAME if first == second else ALTERED)
    return ForkProof(
        place.ledger,
        place.device,
        place.incarnation,
        place.seq,
        (first, second),
        None if card is None else _card(card, place.device),
    )


def _card(raw: bytes, device: bytes) -> Card:
    card = Card.parse(raw)
    if device not in [delegation.device for delegation in card.delegations]:
        raise NoProof(why=_STRANGER)
    return card


def _side(side: list[Plain]) -> tuple[bytes, _Place]:
    """The rival's id and place, once the chain above it ends in a head that its device signed."""
    match side:
        case [[bytes(), *_] as headers, bytes() as head] if len(headers) <= ENTRIES_PER_FRAME:
            pass
        case _:
            raise NoProof(why=ALTERED)
    raws = [header for header in headers if isinstance(header, bytes)]
    if len(raws) != len(headers):
        raise NoProof(why=ALTERED)
    begun = at = _place(raws[0])
    below = hashlib.sha256(raws[0]).digest()
    for raw in raws[1:]:
        above = _place(raw)
        if above != _Place(at.ledger, at.device, at.incarnation, at.seq + 1, below):
            raise NoProof(why=_APART)
        at, below = above, hashlib.sha256(raw).digest()
    _check_head(head, at, below)
    return hashlib.sha256(raws[0]).digest(), begun


def _place(raw: bytes) -> _Place:
    """[format, ledger, device, incarnation, seq, prev, …]: the rest says what was written, not where."""
    fields = canonical.decode_list(raw, HEADER_BYTES)
    match fields[:6]:
        case [
            int() as version,
            bytes() as ledger,
            bytes() as device,
            bytes() as incarnation,
            int() as seq,
            (None | bytes()) as prev,
        ] if len(fields) == _HEADER_FIELDS:
            pass
        case _:
            raise NoProof(why=ALTERED)
    numbers = type(version) is type(seq) is int and version == FORMAT and seq >= 0
    sizes = [len(ledger), len(device), len(incarnation), 32 if prev is None else len(prev)]
    if not numbers or sizes != [32, 32, 16, 32] or (prev is None) != (seq == 0):
        raise NoProof(why=ALTERED)
    return _Place(ledger, device, incarnation, seq, prev)


def _check_head(head: bytes, at: _Place, entry: bytes) -> None:
    """[ledger, device, incarnation, seq, entry id, previous], signed by the device for this purpose."""
    said, end = head[len(_SIGNED) :], -len(_SIGNATURE_HEAD) - _SIGNATURE_BYTES
    if not head.startswith(_SIGNED) or said[end : end + 2] != _SIGNATURE_HEAD:
        raise NoProof(why=ALTERED)
    body = canonical.decode(said[:end], len(head))
    if not isinstance(body, bytes):
        raise NoProof(why=ALTERED)
    match canonical.decode_list(body, len(body)):
        case [*told, (None | bytes()) as previous]:
            pass
        case _:
            raise NoProof(why=ALTERED)
    if previous is not None and len(previous) != 32:
        raise NoProof(why=ALTERED)
    expected = [at.ledger, at.device, at.incarnation, at.seq, entry]
    if told != expected or type(told[3]) is not int:
        raise NoProof(why=_APART)
    check_public_key(at.device)
    message = canonical.encode(["Signature1", _PROTECTED, _PURPOSE, body])
    try:
        verify(at.device, said[-_SIGNATURE_BYTES:], message, "mulin/head/1")
    except MulinError as fault:
        raise NoProof(why=_UNSIGNED) from fault


def _first_id(side: Plain) -> bytes:
    match side:
        case [[bytes() as first, *_], _]:
            return hashlib.sha256(first).digest()
    raise NoProof(why=ALTERED)
