"""Entries, logs, tips and checkpoints on disk. The key is the entry id, never (device, seq).

"First come wins" has no place to hide: two entries of one log at one seq are both kept and are a fork.
Every method that writes expects a transaction opened by its caller. Judges no entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from crdt.checkpoint import Checkpoint
from crdt.entry import Entry, EntryId, RecordId
from crdt.errors import MalformedEntry
from crdt.run import Verified
from crdt.verdicts import NEWER, EntryState, Verdict
from keys.identity import DeviceId
from keys.limits import (
    LOGS_PER_DEVICE,
    RUN_BYTES,
    TIPS_PER_LOG,
    WAITING_BYTES_PER_LOG,
    WAITING_ENTRIES_PER_LOG,
)
from node.errors import LogFull, Unlinked
from node.store.compact import pack_header
from node.store.history import LogName, LogReading, Position, chunks, marks

_APPLIED = int(EntryState.APPLIED)


@dataclass(frozen=True, slots=True)
class Stored:
    """What appending a run did: `fresh` entries, the id they follow, and forks it laid open."""

    fresh: tuple[Entry, ...]
    follows: EntryId | None
    forks: tuple[tuple[int, EntryId, EntryId], ...]


class LogStore(LogReading):
    """The log tables of one database."""

    # --- appending ---------------------------------------------------------------------------

    def append(self, ledger: int, run: Verified, now_ms: int, *, ours: bool = False) -> Stored:
        """Store a verified run. Raises MalformedEntry, Unlinked, LogFull and then changes nothing.

        They are stored as applied; the caller judges them in the same transaction and says which are not.
        """
        # A larger one fits its frame, but nobody could pass it on in runs that begin elsewhere.
        if sum(e.size for e in run.entries) > RUN_BYTES:
            raise MalformedEntry(why="run size")
        log = self.number(ledger, run.log)
        held = self._held(log, run)
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
            log = self._begin_log(ledger, run)
        self._check_room(log, follows)
        rivals = self._rivals(log, fresh)
        self._insert(log, fresh, run.checkpoint, now_ms)
        self._db.conn.execute("DELETE FROM tips WHERE log=? AND id=?", (log, follows or b""))
        last = fresh[-1]
        self._db.conn.execute("INSERT INTO tips VALUES (?,?,?)", (log, last.id, last.header.seq))
        return Stored(fresh, follows, rivals)

    def _begin_log(self, ledger: int, run: Verified) -> int:
        cursor = self._db.conn.execute(
            "INSERT INTO logs(ledger, device, incarnation, epoch, key_id) VALUES (?,?,?,?,?)",
            (ledger, *run.log, run.first.epoch, run.first.key_id),
        )
        return int(cursor.lastrowid or 0)

    def _insert(
        self, log: int, fresh: Sequence[Entry], checkpoint: Checkpoint, now_ms: int
    ) -> None:
        numbers, facts = self._numbers(fresh), self.facts(log)
        n = self.newest_number()
        rows: list[tuple[object, ...]] = []
        for e in fresh:
            n, h = n + 1, e.header
            prev = None if h.prev is None else numbers[h.prev]
            header = pack_header(e, n, facts, numbers)
            rows.append((n, e.id, log, h.seq, prev, e.record, header, e.payload, _APPLIED, now_ms))
            numbers[e.id] = n
        self._db.conn.executemany(
            "INSERT INTO entries(n, id, log, seq, prev, record, header, payload, state, reason, "
            "first_seen_ms) VALUES (?,?,?,?,?,?,?,?,?,'',?)",
            rows,
        )
        self._db.conn.execute(
            "INSERT INTO checkpoints VALUES (?,?,?)", (n, checkpoint.signature, checkpoint.previous)
        )

    def _numbers(self, fresh: Sequence[Entry]) -> dict[bytes, int]:
        """Rows of held entries that these name: the one before them and their parents."""
        here = {e.id for e in fresh}
        named = {p for e in fresh for p in e.header.parents} - here
        if fresh[0].header.prev is not None:
            named.add(fresh[0].header.prev)
        found: dict[bytes, int] = {}
        for some in chunks(list(named)):
            found.update(
                self._db.rows(f"SELECT id, n FROM entries WHERE id IN ({marks(some)})", *some)
            )
        return found

    def _held(self, log: int | None, run: Verified) -> set[bytes]:
        """Nothing of a log that is new, or of what follows a tip: whatever followed it would be the tip."""
        if log is None or self._is_tip(log, run.first.prev):
            return set()
        ids = [e.id for e in run.entries]
        found = self._db.rows(f"SELECT id FROM entries WHERE id IN ({marks(ids)})", *ids)
        return {row[0] for row in found}

    def _is_tip(self, log: int, entry: EntryId | None) -> bool:
        return bool(self._db.one("SELECT 1 FROM tips WHERE log=? AND id=?", log, entry))

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
        [waiting] = self._db.rows(
            f"SELECT count(*), coalesce(sum(length(payload)), 0) FROM entries "
            f"WHERE log=? AND state={int(EntryState.WAITING)} AND reason!=?",  # as the index says it
            log,
            NEWER,  # they wait for nobody: until this program is upgraded they are carried
        )
        if waiting[0] >= WAITING_ENTRIES_PER_LOG or waiting[1] >= WAITING_BYTES_PER_LOG:
            raise LogFull

    def _rivals(self, log: int, fresh: Sequence[Entry]) -> tuple[tuple[int, EntryId, EntryId], ...]:
        """Entries already held that follow the same entry as `fresh` does: the log has forked there."""
        first = fresh[0]
        found = self._db.rows(
            "SELECT id FROM entries WHERE log=? AND seq=? "
            "AND prev IS (SELECT n FROM entries WHERE id=?) ORDER BY id",
            log,
            first.header.seq,
            first.header.prev,
        )
        return tuple(
            (first.header.seq, EntryId(min(rival, first.id)), EntryId(max(rival, first.id)))
            for (rival,) in found  # else it forked further back
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

    # --- performing --------------------------------------------------------------------------

    def set_unperformed(self, ledger: int, records: Iterable[RecordId]) -> None:
        self._db.conn.executemany(
            "INSERT OR IGNORE INTO unperformed VALUES (?,?)", [(r, ledger) for r in records]
        )

    def set_performed(self, ledger: int, record: RecordId, divergent: Iterable[EntryId]) -> None:
        """All of a record is performed; these entries gave another change than at their author's."""
        self.add_divergent(record, divergent)
        self._db.conn.execute(
            "DELETE FROM unperformed WHERE record=? AND ledger=?", (record, ledger)
        )

    def add_divergent(self, record: RecordId, entries: Iterable[EntryId]) -> None:
        if rows := [(entry, record) for entry in entries]:
            self._db.conn.executemany("INSERT OR IGNORE INTO divergent VALUES (?,?)", rows)

    def unperformed(self, limit: int) -> list[tuple[int, RecordId]]:
        """(ledger, record) of some records that are not performed yet."""
        rows = self._db.rows("SELECT ledger, record FROM unperformed LIMIT ?", limit)
        return [(ledger, RecordId(record)) for ledger, record in rows]

    # --- waiting -----------------------------------------------------------------------------

    def waiting_for(self, ledger: int, entries: Sequence[EntryId]) -> set[RecordId]:
        """Records of a ledger in which something waits for one of these entries."""
        found: set[RecordId] = set()
        if self._db.one("SELECT 1 FROM waits WHERE parent>x'' LIMIT 1") is None:
            return found  # as a rule
        for some in chunks(entries):
            rows = self._db.rows(
                "SELECT DISTINCT waits.record FROM waits CROSS JOIN entries ON entries.id=waits.entry "
                "CROSS JOIN logs ON logs.n=entries.log "
                f"WHERE parent IN ({marks(some)}) AND logs.ledger=?",
                *some,
                ledger,
            )
            found.update(row[0] for row in rows)
        return found

    def entries_by_newer_rules(self, ledger: int) -> int:
        """How many entries wait for an upgrade of this program, and for nothing else."""
        [(count,)] = self._db.rows(
            "SELECT count(*) FROM entries JOIN logs ON logs.n=entries.log "
            f"WHERE state={int(EntryState.WAITING)} AND reason=? AND logs.ledger=?",
            NEWER,
            ledger,
        )
        return int(count)

    def waiting_for_rules(self, ledger: int) -> list[RecordId]:
        """Records of a ledger with entries that were written by newer rules than were known then."""
        rows = self._db.rows(
            "SELECT DISTINCT record FROM entries JOIN logs ON logs.n=entries.log "
            f"WHERE state={int(EntryState.WAITING)} AND reason='schema' AND logs.ledger=? "
            "AND record IS NOT NULL ORDER BY record",
            ledger,
        )
        return [row[0] for row in rows]

    # --- who left ----------------------------------------------------------------------------

    def records_by(self, ledger: int, device: bytes) -> list[RecordId]:
        """Records that a device wrote in, or of whose readers it told."""
        rows = self._db.rows(
            "SELECT DISTINCT entries.record FROM logs JOIN entries ON entries.log=logs.n "
            "WHERE logs.ledger=?1 AND logs.device=?2 AND entries.record IS NOT NULL UNION "
            "SELECT keyings.record FROM logs JOIN entries ON entries.log=logs.n "
            "JOIN keyings ON keyings.entry=entries.id WHERE logs.ledger=?1 AND logs.device=?2",
            ledger,
            device,
        )
        return [row[0] for row in rows]

    def quarantined_by(self, ledger: int, devices: Iterable[DeviceId]) -> list[RecordId]:
        """Records in which something of these devices is quarantined."""
        listed = list(devices)
        rows = self._db.rows(
            "SELECT DISTINCT entries.record FROM logs CROSS JOIN entries ON entries.log=logs.n "
            f"WHERE logs.ledger=? AND logs.device IN ({marks(listed)}) "
            f"AND state={int(EntryState.QUARANTINED)} AND entries.record IS NOT NULL",
            ledger,
            *listed,
        )
        return [RecordId(row[0]) for row in rows]

    def records_in(self, ledger: int, states: Iterable[EntryState]) -> list[RecordId]:
        """Records with entries in one of these states."""
        listed = [int(s) for s in states]
        rows = self._db.rows(
            "SELECT DISTINCT entries.record FROM logs JOIN entries ON entries.log=logs.n "
            f"WHERE logs.ledger=? AND state IN ({marks(listed)}) AND entries.record IS NOT NULL",
            ledger,
            *listed,
        )
        return [row[0] for row in rows]

    def count_quarantined(self, ledger: int, gone: Iterable[DeviceId]) -> int:
        """Of devices that are gone: nobody else's are, and theirs alone are looked through."""
        devices = list(gone)
        row = self._db.one(
            "SELECT count(*) FROM logs CROSS JOIN entries ON entries.log=logs.n "
            f"WHERE logs.ledger=? AND logs.device IN ({marks(devices)}) "
            f"AND state={int(EntryState.QUARANTINED)}",
            ledger,
            *devices,
        )
        return 0 if row is None else int(row[0])

    def quarantined(self, ledger: int) -> list[Entry]:
        """Entries of those who had left, in the order in which they came."""
        rows = self._db.rows(
            "SELECT entries.id FROM entries JOIN logs ON logs.n=entries.log "
            f"WHERE state={int(EntryState.QUARANTINED)} AND logs.ledger=? ORDER BY entries.n",
            ledger,
        )
        return self._each(rows)

    def _each(self, rows: Iterable[tuple[Any, ...]]) -> list[Entry]:
        found = [self.entry(EntryId(row[0])) for row in rows]
        return [entry for entry in found if entry is not None]

    def openings(self, ledger: int) -> list[Entry]:
        """The first entry of every log."""
        sql = "SELECT id FROM logs JOIN entries ON entries.log=logs.n AND seq=0 WHERE logs.ledger=?"
        return self._each(self._db.rows(sql, ledger))

    def about_ledger(self, ledger: int) -> list[Entry]:
        """Entries about the ledger itself that could be read; not openings, nor who may read a record."""
        rows = self._db.rows(
            "SELECT entries.id FROM entries JOIN logs ON logs.n=entries.log "
            f"WHERE state={int(EntryState.APPLIED)} AND record IS NULL AND seq>0 AND logs.ledger=? "
            "AND entries.id NOT IN (SELECT entry FROM keyings) "
            "ORDER BY entries.n",
            ledger,
        )
        return self._each(rows)

    def waiting_for_epoch(self, ledger: int) -> list[RecordId]:
        """Records with entries of an epoch that was not known when they came."""
        rows = self._db.rows(
            "SELECT DISTINCT record FROM entries JOIN logs ON logs.n=entries.log "
            f"WHERE state={int(EntryState.WAITING)} AND reason='epoch' AND logs.ledger=? "
            "AND record IS NOT NULL",
            ledger,
        )
        return [row[0] for row in rows]

    def waiting_deeds(self, ledger: int) -> list[Entry]:
        """Entries about the ledger itself that could not be read when they came, in order."""
        rows = self._db.rows(
            "SELECT entries.id FROM entries JOIN logs ON logs.n=entries.log "
            f"WHERE state={int(EntryState.WAITING)} AND record IS NULL AND logs.ledger=? "
            "ORDER BY entries.n",
            ledger,
        )
        return self._each(rows)

    def all_records(self, ledger: int) -> list[RecordId]:
        rows = self._db.rows(
            "SELECT DISTINCT entries.record FROM logs JOIN entries ON entries.log=logs.n "
            "WHERE logs.ledger=? AND entries.record IS NOT NULL ORDER BY entries.record",
            ledger,
        )
        return [row[0] for row in rows]

    def records_adopted_by(self, ledger: int, device: bytes) -> list[RecordId]:
        """Records in which a device adopted an entry."""
        rows = self._db.rows(
            "SELECT DISTINCT coalesce(theirs.record, keyings.record) AS record FROM adopted "
            "JOIN entries AS mine ON mine.id=adopted.by JOIN logs ON logs.n=mine.log "
            "JOIN entries AS theirs ON theirs.id=adopted.entry "
            "LEFT JOIN keyings ON keyings.entry=theirs.id "
            "WHERE adopted.ledger=? AND logs.device=? "
            "AND coalesce(theirs.record, keyings.record) IS NOT NULL",
            ledger,
            device,
        )
        return [row[0] for row in rows]

    def up_to(self, entry: EntryId, seq: int) -> list[EntryId]:
        """An entry and all before it on its branch, if it is held and has that place."""
        rows = self._db.rows(
            "WITH RECURSIVE back(n, id, prev) AS (SELECT n, id, prev FROM entries WHERE id=? AND seq=? "
            "UNION ALL SELECT e.n, e.id, e.prev FROM back JOIN entries AS e ON e.n=back.prev) "
            "SELECT id FROM back",
            entry,
            seq,
        )
        return [EntryId(row[0]) for row in rows]


__all__ = ["LogName", "LogStore", "Position", "Stored"]
