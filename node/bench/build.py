"""Fill a store with the workload fast: real entries, many in one transaction, one signature a run.

Every entry is drafted, sealed, hashed and judged by the code that a clerk's entry goes through; what is
saved is one disk synchronisation and one signature an entry: a checkpoint closes many entries, as the
protocol allows. Knows what a case is by the workload; opens no file and no socket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from crdt.checkpoint import sign_checkpoint
from crdt.entry import (
    RECORD_BYTES,
    Entry,
    EntryId,
    EntryType,
    Header,
    RecordId,
    build,
    open_payload,
)
from crdt.kinds import kind_named
from crdt.operations import Create, Operation
from crdt.record import Record
from crdt.run import Verified
from crdt.verdicts import EntryState, Offered
from keys.cose import Signed
from keys.limits import CHECKPOINT_ENTRIES
from keys.seal import NONCE_BYTES
from node.assign import Reader
from node.bench import workload
from node.bench.workload import Edit
from node.errors import NotFound
from node.ground import Mark
from node.ledgers import Ledger
from node.service import Service

_CASES_PER_RUN = CHECKPOINT_ENTRIES // workload.ENTRIES_PER_CASE
_EPOCH = 0


def fill(
    service: Service,
    ledger: Ledger,
    first: int,
    until: int,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> None:
    """Write the cases `first` up to (not with) `until`, each followed by its edits."""
    if first >= until:
        return
    if first == 0:
        begin(service, ledger)
        first = 1
    builder = _Builder(service, ledger)
    for start in range(first, until, _CASES_PER_RUN):
        builder.write(range(start, min(start + _CASES_PER_RUN, until)))
        progress(start, until)


def begin(service: Service, ledger: Ledger) -> None:
    """The first case as a clerk writes it: this opens the log."""
    record = service.create(ledger, "case", workload.case(0), workload.POST)
    for edit in workload.edits(0):
        apply(service, ledger, record, edit)


def apply(service: Service, ledger: Ledger, record: RecordId, edit: Edit) -> Entry:
    """One edit as a clerk makes it, durable when it returns."""
    if edit.note:
        return service.add_item(ledger, record, "notes", {"text": edit.note}, workload.POST)
    graded = any(kind_named("case").by_name[name].why for name in edit.fields)
    why = workload.WHY if graded else ""
    return service.change(ledger, record, edit.fields, workload.POST, why)


class _Builder:
    """Continues the own log of one service; nobody else may write to it meanwhile."""

    def __init__(self, service: Service, ledger: Ledger) -> None:
        self._service = service
        self._ledger = ledger
        self._kind = kind_named("case")
        self._reader = Reader(ledger.members, ledger.me, _no_references)
        found = service.writing.own_tip(ledger)
        assert found is not None, "the first case opened the log"
        self._incarnation, log, (self._seq, prev) = found
        self._prev = EntryId(prev)
        raw = service.ground.log.last_checkpoint(log, self._prev)
        self._previous = None if raw is None else Signed(raw).digest

    def write(self, numbers: Sequence[int]) -> None:
        ground, ledger = self._service.ground, self._ledger
        entries = [entry for number in numbers for entry in self._case(number)]
        key = ground.identity.device.sign
        checkpoint = sign_checkpoint(key, entries[-1], self._previous)
        self._previous = checkpoint.digest
        now_ms = ground.clock_ms()
        with ground.db.transaction():
            ground.log.append(ledger.n, Verified(tuple(entries), checkpoint), now_ms, ours=True)
            verdicts = self._service.records.take(ledger, entries, now_ms)
        applied = sum(v.state == EntryState.APPLIED for v in verdicts)
        assert applied == len(entries), "what was drafted applies"
        position = entries[-1].header.seq, bytes(entries[-1].id)
        ground.high_water.put(ledger.id, Mark(self._incarnation, position))

    def _case(self, number: int) -> Iterator[Entry]:
        nothing = Record(RecordId(bytes(RECORD_BYTES)), self._ledger.members.township_of)
        typed = workload.case(number)
        operations = [Create(self._kind.name), *self._reader.creation(self._kind, typed)]
        first = self._entry(nothing, None, operations)
        assert first.record is not None, "a creating entry names a record"
        yield first
        record = Record(first.record, self._ledger.members.township_of)
        self._offer(record, first)
        for edit in workload.edits(number):
            entry = self._entry(record, record.id, self._operations(record, edit))
            yield entry
            self._offer(record, entry)

    def _operations(self, record: Record, edit: Edit) -> list[Operation]:
        if edit.note:
            return [self._reader.item(self._kind, "notes", {"text": edit.note})]
        return self._reader.changes(self._kind, edit.fields, record)

    def _entry(
        self, held: Record, record: RecordId | None, operations: Sequence[Operation]
    ) -> Entry:
        ground = self._service.ground
        draft = Header(
            ledger=self._ledger.id,
            device=self._service.device,
            incarnation=self._incarnation,
            seq=self._seq + 1,
            prev=self._prev,
            epoch=_EPOCH,
            claimed_ms=ground.clock_ms(),
            type=EntryType.RECORD,
            record=record,
            parents=held.heads(),
            key_id=self._ledger.key.id,
            payload_size=0,
            payload_hash=b"",
        )
        nonce = ground.entropy(NONCE_BYTES)
        content = held.draft(draft, nonce, operations, workload.POST, "")
        entry = build(draft, nonce, content, self._ledger.key)
        self._seq, self._prev = entry.header.seq, entry.id
        return entry

    def _offer(self, record: Record, entry: Entry) -> None:
        content, nonce = open_payload(entry, self._ledger.key)
        record.offer(Offered(entry, content, nonce))


def _no_references(text: str, _kind: str) -> bytes:
    raise NotFound(what=text)
