"""Signed statements about who belongs to a ledger: proposals, votes and what goes with them. Pure.

A statement is a COSE_Sign1 that stands alone: it convinces without any log, travels in entries, beside
them and in files, and is the same wherever it came from. Here it is only read and checked for its own
signature; whether its signer had any say is told by `crdt.chain`. Knows no store.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, NewType, TypeAlias

from crdt.entry import (
    ID_BYTES,
    RECORD_BYTES,
    EntryType,
    LedgerId,
    RecordId,
    parse_header,
)
from crdt.epoch import Epoch, EpochId
from crdt.errors import MalformedEntry
from crdt.parts import Fence as Fence
from crdt.parts import read_count, read_fences, read_id, read_wraps
from keys import canonical, cose
from keys.canonical import Plain
from keys.card import Card
from keys.identity import DeviceId, TownshipId
from keys.limits import (
    DEVICES_PER_LEDGER,
    FENCES_PER_VOTE,
    INT_MAX,
    POST_CODE_POINTS,
    REASON_CODE_POINTS,
    RECORDS_PER_ERASURE,
    ROUNDS_PER_EPOCH,
    STATEMENT_BYTES,
)
from keys.seal import KeyId

StatementId = NewType("StatementId", bytes)
PURPOSE = "mulin/statement/1"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Statement:
    """`signer`: the key that signed; `id` hashes all of `raw`, which is the COSE_Sign1."""

    id: StatementId
    ledger: LedgerId
    signer: bytes
    raw: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal(_Statement):
    """A member's device proposes an epoch in a round; `dead`: per earlier round the votes that ended it."""

    NUMBER: ClassVar[int] = 1
    round: int
    epoch: Epoch
    dead: tuple[tuple[Vote, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote(_Statement):
    """A township's one vote in a round of the epoch that follows `previous`, cast by one of its devices.

    `choice`: a proposal, or None: none of them. `excluded` and `may_miss` say of that proposal what its
    threshold hangs on, so that votes alone tell whether a round can still be won. `consent`: of whom it
    gives a place or keys; without it such a vote is for nothing, or who never answers would hold up all.
    `fences`: how far the voter has the logs of whom the proposal removes.
    """

    NUMBER: ClassVar[int] = 2
    previous: EpochId
    round: int
    choice: StatementId | None
    excluded: TownshipId | None
    may_miss: int
    consent: Consent | None
    fences: tuple[Fence, ...]

    @property
    def says(self) -> tuple[StatementId | None, TownshipId | None, int]:
        """What makes two votes of one township the same vote."""
        return self.choice, self.excluded, self.may_miss

    def contradicts(self, other: Vote) -> bool:
        """Of two votes of one township in one round: for different things, or two of one device. No honest
        township casts both."""
        twice = self.signer == other.signer and self.id != other.id
        return self.says != other.says or twice


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent(_Statement):
    """Whom a proposal admits agrees to it, or whose keys it replaces proves to hold the new ones.

    Or a device agrees to a word of kind 5 or 6 that names it: it is that township's and nobody else's.
    """

    NUMBER: ClassVar[int] = 3
    proposal: StatementId


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant(_Statement):
    """A ledger key, wrapped for devices by somebody who has it."""

    NUMBER: ClassVar[int] = 4
    key_id: KeyId
    wraps: tuple[tuple[DeviceId, bytes], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Devices(_Statement):
    """A township's word about its own devices, signed by the key that speaks for it: needs no vote.

    `card` replaces the one before. `fences`: up to where the logs of devices that are gone count.
    """

    NUMBER: ClassVar[int] = 5
    township: TownshipId
    generation: int
    turn: int
    card: Card
    recovery: bytes | None
    fences: tuple[Fence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovery(_Statement):
    """A township speaks with its recovery key, whose hash stood in its last word: new keys, no vote."""

    NUMBER: ClassVar[int] = 6
    township: TownshipId
    generation: int
    card: Card
    recovery: bytes | None
    fences: tuple[Fence, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledgement(_Statement):
    """A member's device knows an epoch and goes by it. What all its members acknowledged nothing undoes."""

    NUMBER: ClassVar[int] = 8
    epoch: EpochId


@dataclass(frozen=True, slots=True, order=True)
class Beginning:
    """A record as the header says that began it; a record is named by that header's hash, so nobody can say
    another. `epoch`: the one in which it was begun."""

    record: RecordId
    device: DeviceId
    epoch: int
    raw: bytes


def beginning_of(raw: bytes, ledger: LedgerId) -> Beginning:
    """Raises MalformedEntry, NotCanonical unless these bytes are the header that begins a record."""
    header = parse_header(raw)
    if (header.ledger, header.type, header.record) != (ledger, EntryType.RECORD, None):
        raise MalformedEntry(why="records")
    record = RecordId(hashlib.sha256(raw).digest()[:RECORD_BYTES])
    return Beginning(record, header.device, header.epoch, raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erase(_Statement):
    """What was said in these records is to be gone everywhere. `records`: the headers that began them, which
    tell whose approval it needs; `ground`: why the law wants it. Ordering it is approving it."""

    NUMBER: ClassVar[int] = 9
    epoch: EpochId
    records: tuple[Beginning, ...]
    ground: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Approve(_Statement):
    """A member's device agrees to an order of erasure."""

    NUMBER: ClassVar[int] = 10
    order: StatementId


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt(_Statement):
    """On this device nothing is left of what an order names."""

    NUMBER: ClassVar[int] = 11
    order: StatementId


Statement: TypeAlias = (
    Proposal
    | Vote
    | Consent
    | Grant
    | Devices
    | Recovery
    | Acknowledgement
    | Erase
    | Approve
    | Receipt
)


def parse(raw: bytes, only: int | None = None) -> Statement:
    """A statement whose signature holds. `only`: of this kind, told before anything in it is read. Raises a
    MulinError."""
    if len(raw) > STATEMENT_BYTES:
        raise MalformedEntry(why="statement size")
    signed = cose.Signed(raw)
    match canonical.decode_list(signed.claimed(), STATEMENT_BYTES):
        case [1, int() as number, bytes() as ledger, bytes() as signer, *rest] if (
            type(number) is int
            and only in (None, number)
            and len(ledger) == len(signer) == ID_BYTES
        ):
            pass
        case _:
            raise MalformedEntry(why="statement")
    signed.verified(signer, PURPOSE)
    same = {"id": statement_id(raw), "ledger": LedgerId(ledger), "signer": signer, "raw": raw}
    found = _read(number, same, rest)
    if found is None:
        raise MalformedEntry(why="statement")
    return found


def statement_id(raw: bytes) -> StatementId:
    """SHA-256 of its bytes, under a label of its own."""
    return StatementId(hashlib.sha256(b"mulin/statement/1" + raw).digest())


def _read(number: int, same: dict[str, Any], rest: list[Plain]) -> Statement | None:
    """`same`: the fields that all statements have."""
    match number, rest:
        case Proposal.NUMBER, [int() as round_, bytes() as epoch, list() as dead]:
            return _proposal(same, read_count(round_, ROUNDS_PER_EPOCH), epoch, dead)
        case Vote.NUMBER, [
            bytes() as previous,
            int() as round_,
            choice,
            excluded,
            int() as may,
            consent,
            list() as fences,
        ]:
            _check_vote(choice, consent, fences)
            return Vote(
                previous=EpochId(read_id(previous)),
                round=read_count(round_, ROUNDS_PER_EPOCH),
                choice=None if choice is None else StatementId(read_id(choice)),
                excluded=None if excluded is None else TownshipId(read_id(excluded)),
                may_miss=read_count(may, 1),
                consent=None if consent is None else _consent(consent),
                fences=read_fences(fences, FENCES_PER_VOTE),
                **same,
            )
        case Acknowledgement.NUMBER, [bytes() as epoch]:
            return Acknowledgement(epoch=EpochId(read_id(epoch)), **same)
        case Consent.NUMBER, [bytes() as proposal]:
            return Consent(proposal=StatementId(read_id(proposal)), **same)
        case Grant.NUMBER, [bytes() as key, list() as wraps]:
            return Grant(key_id=KeyId(read_id(key)), wraps=read_wraps(wraps), **same)
        case Approve.NUMBER, [bytes() as order]:
            return Approve(order=StatementId(read_id(order)), **same)
        case Receipt.NUMBER, [bytes() as order]:
            return Receipt(order=StatementId(read_id(order)), **same)
    return _erase(number, same, rest) or _word(number, same, rest)


def _erase(number: int, same: dict[str, Any], rest: list[Plain]) -> Erase | None:
    match number, rest:
        case Erase.NUMBER, [
            bytes() as epoch,
            list() as records,
            str() as ground,
            str() as reason,
        ] if (
            0 < len(records) <= RECORDS_PER_ERASURE
            and len(ground) <= POST_CODE_POINTS
            and len(reason) <= REASON_CODE_POINTS
        ):
            ledger = same["ledger"]
            named = tuple(beginning_of(r, ledger) for r in records if isinstance(r, bytes))
            if len(named) != len(records) or list(named) != sorted(set(named)):
                raise MalformedEntry(why="records")
            here = EpochId(read_id(epoch))
            return Erase(epoch=here, records=named, ground=ground, reason=reason, **same)
    return None


def _word(number: int, same: dict[str, Any], rest: list[Plain]) -> Devices | Recovery | None:
    """What a township says of its own keys."""
    match number, rest:
        case Devices.NUMBER, [
            bytes() as who,
            int() as generation,
            int() as turn,
            bytes() as card,
            recovery,
            list() as fences,
        ]:
            return Devices(
                township=TownshipId(read_id(who)),
                generation=read_count(generation, INT_MAX),
                turn=read_count(turn, INT_MAX),
                card=Card.parse(card),
                recovery=None if recovery is None else read_id(recovery),
                fences=read_fences(fences),
                **same,
            )
        case Recovery.NUMBER, [
            bytes() as who,
            int() as generation,
            bytes() as card,
            recovery,
            list() as fences,
        ]:
            return Recovery(
                township=TownshipId(read_id(who)),
                generation=read_count(generation, INT_MAX),
                card=Card.parse(card),
                recovery=None if recovery is None else read_id(recovery),
                fences=read_fences(fences),
                **same,
            )
    return None


def _proposal(same: dict[str, Any], round_: int, epoch: bytes, dead: list[Plain]) -> Proposal:
    if len(dead) != round_:
        raise MalformedEntry(why="a round begins where the ones before ended")
    rounds: list[tuple[Vote, ...]] = []
    for listed in dead:
        if not isinstance(listed, list) or len(listed) > 2 * DEVICES_PER_LEDGER:
            raise MalformedEntry(why="votes")
        rounds.append(tuple(_vote(v) for v in listed))
    return Proposal(round=round_, epoch=Epoch.parse(epoch), dead=tuple(rounds), **same)


def _check_vote(choice: Plain, consent: Plain, fences: Sequence[Plain]) -> None:
    """A vote for none says nothing else, so that the next round can always cite it."""
    if choice is None and (consent is not None or fences):
        raise MalformedEntry(why="a vote for none")


def _consent(raw: Plain) -> Consent:
    found = parse(raw, Consent.NUMBER) if isinstance(raw, bytes) else None
    if not isinstance(found, Consent):
        raise MalformedEntry(why="consent")
    return found


def _vote(raw: Plain) -> Vote:
    found = parse(raw, Vote.NUMBER) if isinstance(raw, bytes) else None
    if not isinstance(found, Vote):
        raise MalformedEntry(why="votes")
    return found
