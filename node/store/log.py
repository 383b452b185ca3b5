"""Entries, logs, tips and checkpoints on disk. The key is the entry id, never (device, seq).

"First come wins" has no place to hide: two entries of one log at one seq are both kept and are a fork.
Every method that writes expects a transaction opened by its caller. Judges no entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crdt.entry import Entry, EntryId, RecordId, parse_header
from crdt.errors import MalformedEntry
from crdt.record import EntryState, Verdict
from crdt.run import Verified
from keys.limits import (
    ENTRIES_PER_FRAME,
    LOGS_PER_DEVICE,
    RUN_BYTES,
    TIPS_PER_LOG,
    WAITING_BYTES_PER_LOG,
    WAITING_ENTRIES_PER_LOG,
)
from node.errors import LogFull, Unlinked
from node.store.database import Database

LogName = tuple[bytes, bytes]
Position = tuple[int, bytes]
_WALKS_MAX = 8


@dataclass(frozen=True, slots=True)
class Stored:
    """What appending a run did: `fresh` entries, the id they follow, and forks it laid open."""

    fresh: tuple[Entry, ...]
    follows: EntryId | None
    forks: tuple[tuple[int, EntryId, EntryId], ...]


class LogStore:
    """The log tables of one database."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._walks: dict[tuple[int, frozenset[bytes]], list[EntryId]] = {}

    # --- logs --------------------------------------------------------------------------------

    def number(self, ledger: int, log: LogName) -> int | None:
        row = self._db.one(
            "SELECT n FROM logs WHERE ledger=? AND device=? AND incarnation=?", ledger, *log
        )
        return None if row is None else int(row[0])

    def logs(self, ledger: int) -> dict[int, LogName]:
        found = self._db.rows("SELECT n, device, incarnation FROM logs WHERE ledger=?", ledger)
        return {n: (device, incarnation) for n, device, incarnation in found}

    def tips(self, ledger: int) -> dict[LogName, tuple[Position, ...]]:
        """The vector of a ledger."""
        found: dict[LogName, list[Position]] = {}
        rows = self._db.rows(
            "SELECT device, incarnation, seq, id FROM tips JOIN logs ON logs.n = tips.log "
            "WHERE logs.ledger=? ORDER BY device, incarnation, seq, id",
            ledger,
        )
        for device, incarnation, seq, entry in rows:
            found.setdefault((device, incarnation), []).append((seq, entry))
        return {log: tuple(tips) for log, tips in found.items()}

    def tip_of(self, log: int) -> Position | None:
        """The highest tip of a log."""
        row = self._db.one(
            "SELECT seq, id FROM tips WHERE log=? ORDER BY seq DESC, id LIMIT 1", log
        )
        return None if row is None else (row[0], row[1])

    # --- appending ---------------------------------------------------------------------------

    def append(self, ledger: int, run: Verified, now_ms: int, *, ours: bool = False) -> Stored:
        """Store a verified run. Raises MalformedEntry, Unlinked, LogFull and then changes nothing.

        They are stored as applied; the caller judges them in the same transaction and says which are not.
        """
        # A larger one fits its frame, but nobody could pass it on in runs that begin elsewhere.
        if sum(e.size for e in run.entries) > RUN_BYTES:
            raise MalformedEntry(why="run size")
        log = self.number(ledger, run.log)
        held = self._held(run.entries)
        fresh = tuple(e for e in run.entries if e.id not in held)
        follows = run.first.prev
        if not fresh:
            return Stored((), follows, ())
        follows = fresh[0].header.prev
        if follows is not None and (log is None or not self._linked(log, fresh[0])):
            raise Unlinked
        if log is None:
            if not ours:  # a clerk can always write
                self._check_logs(ledger, run.log[0])
            cursor = self._db.conn.execute(
                "INSERT INTO logs(ledger, device, incarnation) VALUES (?,?,?)", (ledger, *run.log)
            )
            log = int(cursor.lastrowid or 0)
        self._check_room(log, follows)
        rivals = self._rivals(log, fresh)
        self._insert(log, fresh, now_ms)
        self._db.conn.execute("DELETE FROM tips WHERE log=? AND id=?", (log, follows or b""))
        last = fresh[-1]
        self._db.conn.execute("INSERT INTO tips VALUES (?,?,?)", (log, last.id, last.header.seq))
        self._db.conn.execute(
            "INSERT OR IGNORE INTO checkpoints VALUES (?,?,?,?)",
            (log, run.checkpoint.seq, run.checkpoint.entry, run.checkpoint.raw),
        )
        return Stored(fresh, follows, rivals)

    def _insert(self, log: int, fresh: Iterable[Entry], now_ms: int) -> None:
        self._db.conn.executemany(
            "INSERT INTO entries(id, log, seq, record, header, payload, state, reason, first_seen_ms) "
            "VALUES (?,?,?,?,?,?,?,'',?)",
            [
                (
                    e.id,
                    log,
                    e.header.seq,
                    e.record,
                    e.raw,
                    e.payload,
                    int(EntryState.APPLIED),
                    now_ms,
                )
                for e in fresh
            ],
        )

    def _held(self, entries: Sequence[Entry]) -> set[bytes]:
        marks = ",".join("?" * len(entries))
        found = self._db.rows(
            f"SELECT id FROM entries WHERE id IN ({marks})", *(e.id for e in entries)
        )
        return {row[0] for row in found}

    def _linked(self, log: int, entry: Entry) -> bool:
        h = entry.header
        return bool(
            self._db.one(
                "SELECT 1 FROM entries WHERE id=? AND log=? AND seq=?", h.prev, log, h.seq - 1
            )
        )

    def _check_logs(self, ledger: int, device: bytes) -> None:
        """Incarnations are cheap to open, and the vector that names them all must fit a frame."""
        row = self._db.one("SELECT count(*) FROM logs WHERE ledger=? AND device=?", ledger, device)
        if row is not None and row[0] >= LOGS_PER_DEVICE:
            raise LogFull

    def has_room(self, ledger: int, log: LogName) -> bool:
        """Whether a log, new or held, is below its limits."""
        number = self.number(ledger, log)
        try:
            if number is None:
                self._check_logs(ledger, log[0])
            else:
                self._check_room(number, None)
        except LogFull:
            return False
        return True

    def _check_room(self, log: int, follows: EntryId | None) -> None:
        tips = self._db.rows("SELECT id FROM tips WHERE log=?", log)
        if len(tips) >= TIPS_PER_LOG and (follows,) not in tips:
            raise LogFull
        waiting = self._db.one(
            f"SELECT count(*), coalesce(sum(length(payload)), 0) FROM entries "
            f"WHERE log=? AND state={int(EntryState.WAITING)}",  # as the index says it
            log,
        )
        assert waiting is not None, "an aggregate always gives a row"
        if waiting[0] >= WAITING_ENTRIES_PER_LOG or waiting[1] >= WAITING_BYTES_PER_LOG:
            raise LogFull

    def _rivals(self, log: int, fresh: Sequence[Entry]) -> tuple[tuple[int, EntryId, EntryId], ...]:
        """Entries already held that follow the same entry as `fresh` does: the log has forked there."""
        first = fresh[0]
        found = self._db.rows(
            "SELECT id, header FROM entries WHERE log=? AND seq=? ORDER BY id",
            log,
            first.header.seq,
        )
        return tuple(
            (first.header.seq, EntryId(min(rival, first.id)), EntryId(max(rival, first.id)))
            for rival, raw in found
            if parse_header(raw).prev == first.header.prev  # else it forked further back
        )

    # --- verdicts ----------------------------------------------------------------------------

    def set_verdicts(self, verdicts: Iterable[Verdict]) -> None:
        """What is stored already is not written again."""
        if rows := [(int(v.state), v.reason, v.entry) for v in verdicts]:
            self._db.conn.executemany(
                "UPDATE entries SET state=?1, reason=?2 WHERE id=?3 AND (state!=?1 OR reason!=?2)",
                rows,
            )

    def set_waits(
        self,
        record: RecordId,
        touched: Iterable[EntryId],
        missing: dict[EntryId, list[EntryId]],
    ) -> None:
        """Entries in `missing` wait for these parents, others of the `touched` no more."""
        if gone := [(entry,) for entry in touched]:
            self._db.conn.executemany("DELETE FROM waits WHERE entry=?", gone)
        if missing:
            self._db.conn.executemany(
                "INSERT OR IGNORE INTO waits VALUES (?,?,?)",
                [(e, parent, record) for e, parents in missing.items() for parent in parents],
            )

    def begun_before(self, records: Sequence[RecordId], number: int) -> set[RecordId]:
        """Those of the records that an entry up to this number is about."""
        found: set[RecordId] = set()
        for start in range(0, len(records), 500):
            some = records[start : start + 500]
            rows = self._db.rows(
                f"SELECT DISTINCT record FROM entries WHERE record IN ({','.join('?' * len(some))}) "
                "AND n<=?",
                *some,
                number,
            )
            found.update(row[0] for row in rows)
        return found

    def records_since(self, number: int) -> set[RecordId]:
        """Records that entries above this number are about."""
        rows = self._db.rows("SELECT DISTINCT record FROM entries WHERE n>?", number)
        return {row[0] for row in rows if row[0] is not None}

    def waiting_for(self, ledger: int, entries: Sequence[EntryId]) -> set[RecordId]:
        """Records of a ledger in which something waits for one of these entries."""
        found: set[RecordId] = set()
        for start in range(0, len(entries), 500):
            some = entries[start : start + 500]
            marks = ",".join("?" * len(some))
            rows = self._db.rows(
                "SELECT DISTINCT waits.record FROM waits JOIN entries ON entries.id=waits.entry "
                f"JOIN logs ON logs.n=entries.log WHERE parent IN ({marks}) AND logs.ledger=?",
                *some,
                ledger,
            )
            found.update(row[0] for row in rows)
        return found

    # --- reading -----------------------------------------------------------------------------

    def entry(self, entry: EntryId) -> Entry | None:
        row = self._db.one("SELECT id, header, payload FROM entries WHERE id=?", entry)
        return None if row is None else _entry(row)

    def child(self, log: int, entry: Entry) -> EntryId | None:
        """An entry of the same log that follows `entry`, the smallest id if it forked there."""
        rows = self._db.rows(
            "SELECT id, header FROM entries WHERE log=? AND seq=? ORDER BY id",
            log,
            entry.header.seq + 1,
        )
        return next((EntryId(i) for i, raw in rows if parse_header(raw).prev == entry.id), None)

    def record_of(self, ledger: int, entry: EntryId) -> tuple[bool, RecordId | None]:
        """(whether it is held in this ledger, the record it belongs to)."""
        row = self._db.one(
            "SELECT record FROM entries JOIN logs ON logs.n=entries.log "
            "WHERE entries.id=? AND logs.ledger=?",
            entry,
            ledger,
        )
        return (False, None) if row is None else (True, row[0])

    def of_record(self, ledger: int, record: RecordId) -> list[Entry]:
        """Every entry of a record in the order it came here."""
        rows = self._db.rows(
            "SELECT id, header, payload FROM entries JOIN logs ON logs.n=entries.log "
            "WHERE record=? AND logs.ledger=? ORDER BY entries.n",
            record,
            ledger,
        )
        return [_entry(row) for row in rows]

    def newest_number(self) -> int:
        row = self._db.one("SELECT coalesce(max(n), 0) FROM entries")
        return int(row[0]) if row else 0

    def first_seen(self, entry: EntryId) -> int:
        row = self._db.one("SELECT first_seen_ms FROM entries WHERE id=?", entry)
        return int(row[0]) if row else 0

    def holds(self, log: int, position: Position) -> bool:
        seq, entry = position
        return bool(
            self._db.one("SELECT 1 FROM entries WHERE id=? AND log=? AND seq=?", entry, log, seq)
        )

    def marks(self, log: int) -> list[Position]:
        """Newest first, each step twice as long as the one before; always down to the first entry."""
        found: list[Position] = []
        tips = self._db.rows("SELECT seq FROM tips WHERE log=? ORDER BY seq DESC", log)
        if not tips:
            return []
        step, seq = 1, int(tips[0][0])
        while seq > 0:
            found += [
                (seq, r[0])
                for r in self._db.rows("SELECT id FROM entries WHERE log=? AND seq=?", log, seq)
            ]
            seq -= step
            step *= 2
        return found[:48] + [
            (0, r[0]) for r in self._db.rows("SELECT id FROM entries WHERE log=? AND seq=0", log)
        ]

    def last_checkpoint(self, log: int, at: EntryId) -> bytes | None:
        row = self._db.one("SELECT raw FROM checkpoints WHERE log=? AND entry=?", log, at)
        return None if row is None else bytes(row[0])

    def next_entries(
        self, log: int, frontier: frozenset[bytes]
    ) -> tuple[list[Entry], bytes] | None:
        """The next entries with the checkpoint that closes them, for one who holds `frontier`."""
        branches = self._db.rows("SELECT id, seq FROM tips WHERE log=? ORDER BY seq, id", log)
        if len(branches) > 1:
            return self._next_of_branches(log, [b[0] for b in branches], frontier)
        after = -1
        for entry in frontier:
            row = self._db.one("SELECT seq FROM entries WHERE id=? AND log=?", entry, log)
            after = after if row is None else max(after, int(row[0]))
        rows = self._db.conn.execute(
            "SELECT id, header, payload FROM entries WHERE log=? AND seq>? ORDER BY seq LIMIT ?",
            (log, after, ENTRIES_PER_FRAME),
        )
        return self._cut(log, map(_entry, rows))

    def _next_of_branches(
        self, log: int, tips: list[bytes], frontier: frozenset[bytes]
    ) -> tuple[list[Entry], bytes] | None:
        """The slow way for a forked log; what a walk found beyond this run is kept for the next one."""
        chain = self._walks.pop((log, frontier), None) or self._walk(tips, frontier)
        found = self._cut(log, filter(None, map(self.entry, chain[:ENTRIES_PER_FRAME])))
        if found is not None and len(chain) > len(found[0]):
            entries, _ = found
            after = (frontier - {entries[0].header.prev or b""}) | {entries[-1].id}
            self._walks[log, after] = chain[len(entries) :]
            if len(self._walks) > _WALKS_MAX:
                del self._walks[next(iter(self._walks))]
        return found

    def _walk(self, tips: list[bytes], frontier: frozenset[bytes]) -> list[EntryId]:
        """Back from a tip to what the peer surely holds: the ids between, in the order of the log."""
        covered = set(frontier)
        for entry in frontier:
            at = self._prev(entry)
            while at is not None and at not in covered:
                covered.add(at)
                at = self._prev(at)
        for tip in tips:
            chain: list[EntryId] = []
            at = EntryId(tip)
            while at is not None and at not in covered:
                chain.append(at)
                at = self._prev(at)
            if chain:
                return chain[::-1]
        return []

    def _prev(self, entry: bytes) -> EntryId | None:
        row = self._db.one("SELECT header FROM entries WHERE id=?", entry)
        return None if row is None else parse_header(row[0]).prev

    def _cut(self, log: int, coming: Iterable[Entry]) -> tuple[list[Entry], bytes] | None:
        """As many entries as fit a frame, up to the last checkpoint among them; no more are read."""
        size, entries = 0, list[Entry]()
        for entry in coming:
            size += entry.size
            if size > RUN_BYTES and entries:
                break
            entries.append(entry)
        ids = [e.id for e in entries]
        if not ids:
            return None
        row = self._db.one(
            "SELECT seq, raw FROM checkpoints WHERE log=? AND entry IN "
            f"({','.join('?' * len(ids))}) ORDER BY seq DESC LIMIT 1",
            log,
            *ids,
        )
        assert row is not None, "a stored run ends on a checkpoint"
        last = row[0] - entries[0].header.seq + 1
        return entries[:last], bytes(row[1])


def _entry(row: tuple[bytes, bytes, bytes | None]) -> Entry:
    return Entry(parse_header(row[1]), row[1], EntryId(row[0]), row[2])
