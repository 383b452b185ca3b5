"""A small world for records: pens that write logs, and replicas that know records. No node, no store.

A replica takes entries in any order, forgets everything and reads it again, and writes with its pen;
all that comes out is a function of the labels and the dice that a test throws in.
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crdt.entry import (
    RECORD_BYTES,
    Content,
    Entry,
    EntryId,
    EntryType,
    Header,
    Incarnation,
    LedgerId,
    RecordId,
    assemble,
    build,
    open_payload,
)
from crdt.operations import Create, Operation, Set, to_plain
from crdt.record import Record
from crdt.schema import SCHEMA
from crdt.verdicts import EntryState, Offered, Verdict
from keys.canonical import Plain
from keys.errors import MulinError
from keys.identity import DeviceId, SigningKey, TownshipId
from keys.seal import SealingKey
from tests.support.people import seed, signing_key, township_id

NO_HASH = bytes(32)
NOWHERE = RecordId(bytes(RECORD_BYTES))


@dataclass(slots=True)
class Pen:
    """One device with one log. `tip` is (seq, id) of its last entry."""

    label: str
    key: SigningKey
    incarnation: Incarnation
    tip: tuple[int, EntryId] | None = None
    made: list[Entry] = field(default_factory=list)

    @property
    def device(self) -> DeviceId:
        return DeviceId(self.key.public)

    @property
    def township(self) -> TownshipId:
        return township_id(self.label)


class World:
    """What all replicas share: the ledger, its key, and whose device is whose."""

    def __init__(self, label: str = "ledger") -> None:
        self.ledger = LedgerId(seed("ledger", label))
        self.key = SealingKey(seed("ledger key", label))
        self.pens: dict[DeviceId, Pen] = {}
        self.opened: dict[EntryId, Offered] = {}
        self._nonces = itertools.count()

    def pen(self, label: str) -> Pen:
        pen = Pen(label, signing_key(label), Incarnation(seed("incarnation", label, size=16)))
        self.pens[pen.device] = pen
        self.seal(self.header(pen, None, (), type_=EntryType.OPEN), [])
        return pen

    def township_of(self, device: DeviceId) -> TownshipId:
        return self.pens[device].township

    def header(
        self,
        pen: Pen,
        record: RecordId | None,
        parents: Iterable[EntryId],
        type_: EntryType = EntryType.RECORD,
    ) -> Header:
        seq, prev = (0, None) if pen.tip is None else (pen.tip[0] + 1, pen.tip[1])
        return Header(
            self.ledger,
            pen.device,
            pen.incarnation,
            seq,
            prev,
            0,
            1_700_000_000_000 + 1000 * seq,
            type_,
            record,
            tuple(sorted(parents)),
            self.key.id,
            100,
            NO_HASH,
        )

    def nonce(self) -> bytes:
        return next(self._nonces).to_bytes(12, "big")

    def seal(
        self,
        header: Header,
        operations: Sequence[Operation | list[Plain]],
        change_hash: bytes = NO_HASH,
        *,
        content: Content | None = None,
        nonce: bytes | None = None,
    ) -> Entry:
        """An entry made by force: nobody asks whether its operations are permitted."""
        if content is None:
            plain = [o if isinstance(o, list) else to_plain([o])[0] for o in operations]
            content = Content(SCHEMA, "司法所", "", change_hash, plain)
        return self._made(build(header, nonce or self.nonce(), content, self.key))

    def assemble(self, header: Header, payload: bytes) -> Entry:
        """An entry around any sealed bytes."""
        digest = hashlib.sha256(payload).digest()
        fit = dataclasses.replace(header, payload_size=len(payload), payload_hash=digest)
        return self._made(assemble(fit, payload))

    def _made(self, entry: Entry) -> Entry:
        pen = self.pens[entry.header.device]
        pen.tip = (entry.header.seq, entry.id)
        pen.made.append(entry)
        return entry

    def offered(self, entry: Entry) -> Offered:
        """The entry with its payload opened, as a node with the ledger's key hands it to a record."""
        if entry.id not in self.opened:
            try:
                self.opened[entry.id] = Offered(entry, *open_payload(entry, self.key))
            except MulinError:
                self.opened[entry.id] = Offered(entry, None, fault="unreadable")
        return self.opened[entry.id]


class Replica:
    """What one node knows: records, made of the entries that it took in. `taken` keeps their order."""

    def __init__(self, world: World, pen: Pen) -> None:
        self.world = world
        self.pen = pen
        self.schema = SCHEMA
        self.records: dict[RecordId, Record] = {}
        self.taken: dict[EntryId, Entry] = {}

    def record(self, record: RecordId) -> Record:
        return self.records.setdefault(record, Record(record, self.world.township_of, self.schema))

    def take(self, *entries: Entry) -> list[Verdict]:
        """Offer entries in this order; verdicts that are new or changed."""
        fresh: list[Verdict] = []
        for entry in entries:
            assert entry.record is not None
            self.taken[entry.id] = entry
            fresh += self.record(entry.record).offer(self.world.offered(entry))
        return fresh

    def write(
        self,
        record: RecordId | None,
        *operations: Operation,
        parents: Iterable[EntryId] | None = None,
        reason: str = "",
    ) -> Entry:
        """What a node does for its clerk: draft, build, offer. Raises RuleBroken and changes nothing then."""
        known = Record(NOWHERE, self.world.township_of) if record is None else self.record(record)
        header = self.world.header(self.pen, record, known.heads() if parents is None else parents)
        nonce = self.world.nonce()
        content = known.draft(header, nonce, operations, "司法所", reason)
        entry = self.world.seal(header, [], content=content, nonce=nonce)
        (verdict,) = self.take(entry)
        assert verdict == Verdict(entry.id, EntryState.APPLIED), "its author knows what it does"
        return entry

    def force(
        self,
        record: RecordId | None,
        *operations: Operation | list[Plain],
        parents: Iterable[EntryId] | None = None,
    ) -> Entry:
        """What a hostile device does: no draft, no questions. The replica itself takes the entry too."""
        known = () if record is None else self.record(record).heads()
        header = self.world.header(self.pen, record, known if parents is None else parents)
        entry = self.world.seal(header, list(operations))
        self.take(entry)
        return entry

    def reload(self, order: Sequence[Entry] | None = None) -> None:
        """Forget everything and read it again, in this order."""
        entries = list(self.taken.values()) if order is None else list(order)
        assert {e.id for e in entries} == self.taken.keys()
        self.records, self.taken = {}, {}
        self.take(*entries)

    def state_of(self, entry: Entry) -> Verdict:
        assert entry.record is not None
        return self.record(entry.record).verdicts[entry.id]


def new_case() -> tuple[Operation, ...]:
    """The least that makes a case."""
    return (
        Create("case"),
        Set("category", "forest_land"),
        Set("village", "示范一村"),
        Set("state", "registered"),
    )


def new_contact() -> tuple[Operation, ...]:
    return (
        Create("contact"),
        Set("office", "司法所"),
        Set("post", "所长"),
        Set("name", "演示甲"),
        Set("phone", "0745-123456"),
    )
