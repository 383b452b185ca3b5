"""One device that writes a story's entries from fixed seeds, right ones and wrong ones. No store."""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field

from crdt.checkpoint import Checkpoint, sign_checkpoint
from crdt.entry import (
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
)
from crdt.operations import from_plain
from crdt.record import Record
from crdt.run import Verified
from crdt.verdicts import Offered
from keys.canonical import Plain
from keys.identity import DeviceId, TownshipId
from keys.keyfile import Identity
from keys.seal import SealingKey
from tests.support.people import seed

BEGAN_MS = 1_718_000_000_000


@dataclass(frozen=True, slots=True)
class Bent:
    """How an entry departs from what a node of ours would write."""

    schema: int = 1
    epoch: int = 0
    key: SealingKey | None = None
    payload: bytes | None = None
    change_hash: bytes = bytes(32)


@dataclass(slots=True)
class Library:
    """The records of the story with every right entry in them, and every entry by its name."""

    ledger: LedgerId
    key: SealingKey
    township_of: dict[DeviceId, TownshipId]
    records: dict[RecordId, Record] = field(default_factory=dict)
    named: dict[str, Entry] = field(default_factory=dict)
    contents: dict[str, tuple[Content, bytes]] = field(default_factory=dict)

    def record(self, record: RecordId) -> Record:
        if record not in self.records:
            self.records[record] = Record(record, self.township_of.__getitem__)
        return self.records[record]


class Scribe:
    """One log."""

    def __init__(self, who: Identity, library: Library, label: str) -> None:
        self.who = who
        self.library = library
        self.label = label
        self.incarnation = Incarnation(seed("incarnation", label, size=16))
        self.entries: list[Entry] = []
        self.clock_ms = BEGAN_MS

    def open(self, name: str) -> Entry:
        header = self._header(EntryType.OPEN, None, (), self.library.key, 0)
        return self._keep(name, header, Content(1, "", "", b"", []), self.library.key)

    def begin(self, name: str, operations: list[Plain], post: str = "司法所") -> RecordId:
        """A right creating entry; returns the record's id."""
        header = self._header(EntryType.RECORD, None, (), self.library.key, 0)
        blank = Record(RecordId(bytes(16)), self.library.township_of.__getitem__)
        content = blank.draft(header, self._nonce(), from_plain(operations), post, "")
        entry = self._keep(name, header, content, self.library.key)
        assert entry.record is not None, "a creating entry names its record"
        self._offer(entry, content)
        return entry.record

    def say(
        self,
        name: str,
        record: RecordId,
        parents: Sequence[str],
        operations: list[Plain],
        post: str = "司法所",
        reason: str = "",
    ) -> Entry:
        """A right entry at these parents."""
        cited = self._cited(parents)
        header = self._header(EntryType.RECORD, record, cited, self.library.key, 0)
        held = self.library.record(record)
        content = held.draft(header, self._nonce(), from_plain(operations), post, reason)
        entry = self._keep(name, header, content, self.library.key)
        self._offer(entry, content)
        return entry

    def bend(
        self,
        name: str,
        record: RecordId | None,
        parents: Sequence[str | EntryId],
        operations: list[Plain],
        bent: Bent | None = None,
    ) -> Entry:
        """An entry that breaks a rule, or is not what it should be."""
        bent = bent or Bent()
        key = bent.key or self.library.key
        header = self._header(EntryType.RECORD, record, self._cited(parents), key, bent.epoch)
        content = Content(bent.schema, "司法所", "", bent.change_hash, operations)
        return self._keep(name, header, content, key, bent.payload)

    def offer_bent(self, name: str) -> None:
        """What was bent is applied all the same: the change hash alone was wrong."""
        self._offer(self.library.named[name], self.library.contents[name][0])

    def run(self, first: int, last: int, previous: bytes | None) -> Verified:
        """Entries first … last of this log, closed by a checkpoint."""
        entries = tuple(self.entries[first : last + 1])
        return Verified(entries, self.checkpoint(last, previous))

    def checkpoint(self, at: int, previous: bytes | None) -> Checkpoint:
        return sign_checkpoint(self.who.device.sign, self.entries[at], previous)

    # --- making ------------------------------------------------------------------------------

    def _cited(self, parents: Sequence[str | EntryId]) -> tuple[EntryId, ...]:
        named = self.library.named
        return tuple(sorted(named[p].id if isinstance(p, str) else p for p in parents))

    def _nonce(self) -> bytes:
        return seed("nonce", self.label, len(self.entries), size=12)

    def _header(
        self,
        kind: EntryType,
        record: RecordId | None,
        parents: tuple[EntryId, ...],
        key: SealingKey,
        epoch: int,
    ) -> Header:
        self.clock_ms += 61_000
        last = self.entries[-1] if self.entries else None
        return Header(
            ledger=self.library.ledger,
            device=self.who.device.id,
            incarnation=self.incarnation,
            seq=len(self.entries),
            prev=None if last is None else last.id,
            epoch=epoch,
            claimed_ms=self.clock_ms,
            type=kind,
            record=record,
            parents=parents,
            key_id=key.id,
            payload_size=0,
            payload_hash=b"",
        )

    def _keep(
        self,
        name: str,
        header: Header,
        content: Content,
        key: SealingKey,
        payload: bytes | None = None,
    ) -> Entry:
        nonce = self._nonce()
        if payload is None:
            entry = build(header, nonce, content, key)
        else:
            sealed = key.seal(nonce, payload, header.context())
            fields = dataclasses.asdict(header)
            fields |= {"payload_size": len(sealed), "payload_hash": hashlib.sha256(sealed).digest()}
            entry = assemble(Header(**fields), sealed)
        self.entries.append(entry)
        self.library.named[name] = entry
        self.library.contents[name] = (content, nonce)
        return entry

    def _offer(self, entry: Entry, content: Content) -> None:
        assert entry.record is not None, "an entry about a record"
        record = self.library.record(entry.record)
        (verdict,) = record.offer(Offered(entry, content, self._nonce_of(entry)))
        assert verdict.state == 1, verdict

    def _nonce_of(self, entry: Entry) -> bytes:
        assert entry.payload is not None, "entries of the story carry their payload"
        return entry.payload[:12]
