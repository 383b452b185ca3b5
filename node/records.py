"""Records in memory, loaded from the log on demand, and the read model that follows them.

A record is rebuilt from its entries (0.1 ms for six, 42 ms for 2,000) and forgotten when others are used
more; there is no saved document. Every change of a record inside a transaction marks it, so that a
rollback forgets it too. Knows no peer and no command.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Sequence, Set

from crdt.document import EngineFailed
from crdt.entry import Entry, EntryId, RecordId, open_payload
from crdt.errors import MalformedEntry, WrongPast
from crdt.kinds import KINDS
from crdt.record import EntryState, Offered, Record, Verdict
from crdt.view import record_digest, view
from keys.errors import CannotOpen, NotCanonical
from node.errors import CannotRebuild
from node.ground import Ground
from node.ledgers import Ledger, Ledgers
from node.rows import conflict_rows, row_of
from node.store.model import RecordRow

_CACHE_RECORDS = 512
_CACHE_BYTES = 128 * 1024 * 1024
_EPOCH = 0
_Key = tuple[int, RecordId]
"""(ledger, record): a member of two ledgers may name a record of the one in the other."""


class Records:
    """The records of every ledger of this node."""

    def __init__(self, ground: Ground, ledgers: Ledgers) -> None:
        self._ground = ground
        self._ledgers = ledgers
        self._cache: OrderedDict[_Key, Record] = OrderedDict()
        self._version = ground.db.data_version()
        self.broken: set[RecordId] = set()

    def get(self, ledger: Ledger, record: RecordId) -> Record:
        """The record with every entry held here; empty if none is. Raises CannotRebuild."""
        self._notice_others()
        key = (ledger.n, record)
        found = self._cache.get(key)
        if found is None:
            found = self._empty(ledger, record)
            try:
                self._offer(ledger, found, self._ground.log.of_record(ledger.n, record))
            except EngineFailed as fault:
                self.broken.add(record)
                raise CannotRebuild(id=record.hex()[:12]) from fault
            self._keep(key, found)
        self._cache.move_to_end(key)
        return found

    def _empty(self, ledger: Ledger, record: RecordId) -> Record:
        return Record(record, ledger.members.township_of, self._ground.schema)

    def _keep(self, key: _Key, record: Record) -> None:
        """Remember it, and forget whatever was not used for longest: a few large ones weigh like many."""
        self._cache[key] = record
        self._cache.move_to_end(key)
        weight = sum(r.weight for r in self._cache.values())
        while len(self._cache) > 1 and (len(self._cache) > _CACHE_RECORDS or weight > _CACHE_BYTES):
            weight -= self._cache.popitem(last=False)[1].weight

    def forget(self) -> None:
        """Drop every record from memory: a transaction was rolled back, or the log is to be read anew."""
        self._cache.clear()

    def _notice_others(self) -> None:
        version = self._ground.db.data_version()
        if version != self._version:
            self._version = version
            self._cache.clear()

    # --- arriving ----------------------------------------------------------------------------

    def take(self, ledger: Ledger, fresh: Sequence[Entry], now_ms: int) -> list[Verdict]:
        """Judge entries just stored and refresh the read model. Inside the caller's transaction."""
        self._notice_others()
        grouped: dict[RecordId, list[Entry]] = {}
        for entry in fresh:
            if entry.record is not None:
                grouped.setdefault(entry.record, []).append(entry)
        openings = [Verdict(e.id, EntryState.APPLIED) for e in fresh if e.header.seq == 0]
        self._ground.log.set_verdicts(openings)
        arrived = {e.id for e in fresh}
        for record in self._ground.log.waiting_for(ledger.n, list(arrived)):
            grouped.setdefault(record, [])
        verdicts: list[Verdict] = []
        for record_id, entries in grouped.items():
            verdicts += self._take_one(ledger, record_id, entries, arrived, now_ms)
        return verdicts

    def _take_one(
        self,
        ledger: Ledger,
        record_id: RecordId,
        entries: list[Entry],
        arrived: Set[EntryId],
        now_ms: int,
    ) -> list[Verdict]:
        key = (ledger.n, record_id)
        known = self._cache.get(key)
        record = known if known is not None else self._empty(ledger, record_id)
        before = record.missing()
        if known is None:
            entries = self._ground.log.of_record(ledger.n, record_id)
        try:
            verdicts = self._offer(ledger, record, entries, None if known is None else arrived)
            if any(v.state == EntryState.APPLIED for v in verdicts):
                self.refresh(ledger, record, now_ms)
        except EngineFailed:
            # One record's trouble stays with that record: its entries are kept, unjudged, and reported.
            self.broken.add(record_id)
            self._cache.pop(key, None)
            return []
        self._keep(key, record)
        self._ground.log.set_verdicts(verdicts)
        self._ground.log.set_waits(record_id, [*before, *(e.id for e in entries)], record.missing())
        self._note_divergence(record_id, verdicts)
        return verdicts

    def _offer(
        self,
        ledger: Ledger,
        record: Record,
        entries: Sequence[Entry],
        arrived: Set[EntryId] | None = None,
    ) -> list[Verdict]:
        """`arrived`: nothing but these came since what waits here was last compared with other records."""
        verdicts: list[Verdict] = []
        for entry in entries:
            verdicts += record.offer(self._opened(ledger, entry))
        offered = {e.id for e in entries}
        for entry_id, parents in record.missing().items():
            if arrived is not None and entry_id not in offered:
                parents = [p for p in parents if p in arrived]
            if any(self._elsewhere(ledger, record.id, parent) for parent in parents):
                entry_or_none = self._ground.log.entry(entry_id)
                assert entry_or_none is not None, "a waiting entry is stored"
                verdicts += record.offer(Offered(entry_or_none, None, fault=WrongPast.code))
        return verdicts

    def _elsewhere(self, ledger: Ledger, record: RecordId, parent: EntryId) -> bool:
        held, of = self._ground.log.record_of(ledger.n, parent)
        return held and of != record

    def _opened(self, ledger: Ledger, entry: Entry) -> Offered:
        if entry.header.epoch > _EPOCH:
            return Offered(entry, None, hold="epoch")
        if entry.payload is None or entry.header.key_id != ledger.key.id:
            return Offered(entry, None)
        try:
            content, nonce = open_payload(entry, ledger.key)
        except (CannotOpen, NotCanonical, MalformedEntry):
            return Offered(entry, None, fault="payload")
        return Offered(entry, content, nonce)

    def _note_divergence(self, record: RecordId, verdicts: Iterable[Verdict]) -> None:
        self._ground.db.conn.executemany(
            "INSERT OR IGNORE INTO divergent VALUES (?,?)",
            [(v.entry, record) for v in verdicts if v.divergent],
        )

    # --- another version of the program ------------------------------------------------------

    def judge_by_newer_rules(self, ledger: Ledger, now_ms: int) -> None:
        """What waited for the rules of this version is read now. Inside the caller's transaction."""
        for record in self._ground.log.waiting_for_rules(ledger.n):
            self._take_one(ledger, record, [], frozenset(), now_ms)

    # --- the read model ----------------------------------------------------------------------

    def refresh(self, ledger: Ledger, record: Record, now_ms: int) -> None:
        """Write what the read model says of a record. Inside the caller's transaction."""
        seen = view(record)
        row = RecordRow(
            record.id,
            seen.kind.name,
            seen.home,
            "",
            record_digest(record),
            max(a.entry.header.claimed_ms for a in record.applied),
            len(seen.conflicts),
        )
        title, cells, words = row_of(seen, ledger)
        self._ground.model.put_record(
            ledger.n,
            RecordRow(row.id, row.kind, row.home, title, row.digest, row.updated_ms, row.open),
            cells,
            conflict_rows(seen),
            words,
            now_ms,
            self._ground.log.newest_number(),
        )

    def rebuild(self, ledger: Ledger, now_ms: int) -> Iterable[RecordId]:
        """Rebuild the read model of a ledger from its log, one record at a time."""
        rows = self._ground.db.rows(
            "SELECT DISTINCT record FROM entries JOIN logs ON logs.n=entries.log "
            "WHERE logs.ledger=? AND record IS NOT NULL",
            ledger.n,
        )
        for (record_id,) in rows:
            record = self.get(ledger, record_id)
            if record.home is not None and record.shared.kind in KINDS:
                self.refresh(ledger, record, now_ms)
            yield record_id
