"""A device that signs whatever it is told: for entries that no node of ours would write."""

from __future__ import annotations

from collections.abc import Sequence

from crdt.checkpoint import sign_checkpoint
from crdt.entry import Content, Entry, EntryId, EntryType, Header, Incarnation, RecordId, build
from crdt.run import Verified, encode_run
from keys.canonical import Plain
from keys.keyfile import Identity
from node.ledgers import Ledger
from tests.support.people import seed


class Author:
    """One log of one device; entries follow one another unless told otherwise."""

    def __init__(self, who: Identity, ledger: Ledger, label: object) -> None:
        self.device = who.device
        self.ledger = ledger
        self.label = label
        self.incarnation = Incarnation(seed("incarnation", label, size=16))
        self.made = 0
        self.last: Entry | None = None
        self.schema = 1

    def opening(self) -> Entry:
        return self._entry(EntryType.OPEN, None, (), [])

    def creation(self, village: str) -> Entry:
        """A record of the kind case."""
        operations: list[Plain] = [
            ["create", "case"],
            ["set", "category", "neighbour", []],
            ["set", "village", village, []],
            ["set", "state", "registered", []],
        ]
        return self._entry(EntryType.RECORD, None, (), operations)

    def saying(
        self, record: RecordId, parents: Sequence[EntryId], operations: list[Plain]
    ) -> Entry:
        return self._entry(EntryType.RECORD, record, tuple(parents), operations)

    def _entry(
        self,
        kind: EntryType,
        record: RecordId | None,
        parents: tuple[EntryId, ...],
        operations: list[Plain],
    ) -> Entry:
        self.made += 1
        draft = Header(
            ledger=self.ledger.id,
            device=self.device.id,
            incarnation=self.incarnation,
            seq=0 if self.last is None else self.last.header.seq + 1,
            prev=None if self.last is None else self.last.id,
            epoch=0,
            claimed_ms=1_700_000_000_000 + self.made,
            type=kind,
            record=record,
            parents=parents,
            key_id=self.ledger.key.id,
            payload_size=0,
            payload_hash=b"",
        )
        nonce = seed("nonce", self.label, self.made, size=12)
        # The change hash is wrong: that is divergence, and no reason to refuse.
        content = Content(self.schema, "", "", bytes(32), operations)
        self.last = build(draft, nonce, content, self.ledger.key)
        return self.last

    def run(self, entries: Sequence[Entry]) -> bytes:
        """The body of a run of these, closed by a checkpoint."""
        checkpoint = sign_checkpoint(self.device.sign, entries[-1], None)
        return encode_run(Verified(tuple(entries), checkpoint))
