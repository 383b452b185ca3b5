"""The log as it is read: entries rebuilt from their rows, positions, the next run for somebody. Read only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

from crdt.checkpoint import Checkpoint
from crdt.entry import Entry, EntryId, RecordId
from keys.canonical import Plain
from keys.limits import CHECKPOINT_ENTRIES, ENTRIES_PER_FRAME, RUN_BYTES
from node.errors import DamagedEntry
from node.store.compact import (
    LogFacts,
    Row,
    named_rows,
    rebuild,
    rebuild_checkpoint,
    unpack_header,
)
from node.store.database import Database

LogName = tuple[bytes, bytes]
Position = tuple[int, bytes]
_WALKS_MAX = 8
_CHUNK = 500
_FACTS = "ledgers.id, logs.device, logs.incarnation, logs.epoch, logs.key_id"
# CROSS: SQLite shall begin with the entries asked for; beginning with the log it would read all of it.
_OF_LOG = "CROSS JOIN logs ON logs.n=entries.log CROSS JOIN ledgers ON ledgers.n=logs.ledger"
_COLUMNS = (
    "entries.n, entries.id, entries.seq, entries.prev, entries.record, entries.header, "
    f"entries.payload, {_FACTS}"
)
_ENTRY = f"SELECT {_COLUMNS} FROM entries {_OF_LOG} "
_KEPT = f"SELECT {_COLUMNS}, entries.state, entries.reason FROM entries {_OF_LOG} "
_CHECKPOINT = (
    f"SELECT entries.seq, entries.id, checkpoints.previous, checkpoints.signature, {_FACTS} "
    f"FROM entries JOIN checkpoints ON checkpoints.n=entries.n {_OF_LOG} "
)
_Raw = tuple[Any, ...]
_Parsed = tuple[Row, list[Plain], LogFacts]


@dataclass(frozen=True, slots=True)
class Kept:
    """A row of `entries` as it stands there, with its entry or what is wrong with it."""

    id: EntryId
    seq: int
    record: RecordId | None
    state: int
    reason: str
    entry: Entry | DamagedEntry


class LogReading:
    """Questions to the log tables of one database. All answers are of this moment."""

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

    def facts(self, log: int) -> LogFacts:
        """What holds for every entry of a log that is held."""
        row = self._db.one(
            f"SELECT {_FACTS} FROM logs JOIN ledgers ON ledgers.n=logs.ledger WHERE logs.n=?", log
        )
        assert row is not None, "the log is held"
        return LogFacts(*row)

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

    # --- entries -----------------------------------------------------------------------------

    def entry(self, entry: EntryId) -> Entry | None:
        found = self._built(self._db.rows(_ENTRY + "WHERE entries.id=?", entry))
        return found[0] if found else None

    def of_record(self, ledger: int, record: RecordId) -> list[Entry]:
        """Every entry of a record in the order it came here."""
        return self._built(
            self._db.rows(
                _ENTRY + "WHERE entries.record=? AND logs.ledger=? ORDER BY entries.n",
                record,
                ledger,
            )
        )

    def newest(self, ledger: int, limit: int) -> list[Entry]:
        """The entries that came last, newest first."""
        return self._built(
            self._db.rows(
                _ENTRY + "WHERE logs.ledger=? ORDER BY entries.n DESC LIMIT ?", ledger, limit
            )
        )

    def each(self, log: int) -> Iterator[tuple[EntryId, Entry | DamagedEntry]]:
        """Every entry of a log in the order it came here, or what is wrong with its row."""
        return ((kept.id, kept.entry) for kept in self.kept(log))

    def kept(self, log: int) -> Iterator[Kept]:
        """Every row of a log in the order it came here."""
        after = -1
        while rows := self._db.rows(
            _KEPT + "WHERE entries.log=? AND entries.n>? ORDER BY entries.n LIMIT ?",
            log,
            after,
            _CHUNK,
        ):
            parsed = [_parsed(raw[:-2]) for raw in rows]
            ids = self._ids([p for p in parsed if not isinstance(p, DamagedEntry)])
            for raw, one in zip(rows, parsed, strict=True):
                found: Entry | DamagedEntry
                try:
                    found = one if isinstance(one, DamagedEntry) else rebuild(*one, ids)
                except DamagedEntry as fault:
                    found = fault
                yield Kept(raw[1], raw[2], raw[4], raw[-2], raw[-1], found)
            after = rows[-1][0]

    def child(self, log: int, entry: Entry) -> EntryId | None:
        """An entry of the same log that follows `entry`, the smallest id if it forked there."""
        row = self._db.one(
            "SELECT id FROM entries WHERE log=? AND seq=? "
            "AND prev=(SELECT n FROM entries WHERE id=?) ORDER BY id LIMIT 1",
            log,
            entry.header.seq + 1,
            entry.id,
        )
        return None if row is None else EntryId(row[0])

    def record_of(self, ledger: int, entry: EntryId) -> tuple[bool, RecordId | None]:
        """(whether it is held in this ledger, the record it belongs to)."""
        row = self._db.one(
            "SELECT record FROM entries CROSS JOIN logs ON logs.n=entries.log "
            "WHERE entries.id=? AND logs.ledger=?",
            entry,
            ledger,
        )
        return (False, None) if row is None else (True, row[0])

    def begun_before(self, records: Sequence[RecordId], number: int) -> set[RecordId]:
        """Those of the records that an entry up to this number is about."""
        found: set[RecordId] = set()
        for some in chunks(records):
            rows = self._db.rows(
                f"SELECT DISTINCT record FROM entries WHERE record IN ({marks(some)}) AND n<=?",
                *some,
                number,
            )
            found.update(row[0] for row in rows)
        return found

    def records_since(self, number: int) -> set[RecordId]:
        """Records that entries above this number are about, or of whose readers they tell."""
        # Without DISTINCT: for its sake SQLite would walk the whole index of records instead.
        rows = self._db.rows("SELECT record, id FROM entries WHERE n>?", number)
        found = {row[0] for row in rows if row[0] is not None}
        for some in chunks([row[1] for row in rows if row[0] is None]):
            told = f"SELECT record FROM keyings WHERE entry IN ({marks(some)})"
            found.update(row[0] for row in self._db.rows(told, *some))
        return found

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

    def leads_to(self, position: Position, tip: Position) -> bool:
        """Whether the first is the second or before it, both being held; walks back from the second."""
        row = self._db.one(
            "WITH RECURSIVE back(n, id, seq) AS (SELECT n, id, seq FROM entries WHERE id=?1 UNION ALL "
            "SELECT before.n, before.id, before.seq FROM back JOIN entries ON entries.n=back.n "
            "JOIN entries AS before ON before.n=entries.prev WHERE back.seq>?2) "
            "SELECT 1 FROM back WHERE seq=?2 AND id=?3",
            tip[1],
            position[0],
            position[1],
        )
        return row is not None

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
        """The checkpoint at an entry, if there is one."""
        row = self._db.one(_CHECKPOINT + "WHERE entries.id=? AND entries.log=?", at, log)
        return None if row is None else _checkpoint(row).raw

    def checkpoints(self, log: int) -> Iterator[tuple[int, EntryId, bytes | DamagedEntry]]:
        """(seq, entry, checkpoint) of a log, newest first; or what is wrong with it."""
        cursor = self._db.conn.execute(
            _CHECKPOINT + "WHERE entries.log=? ORDER BY entries.seq DESC", (log,)
        )
        for row in cursor:
            try:
                yield row[0], row[1], _checkpoint(row).raw
            except DamagedEntry as fault:
                yield row[0], row[1], fault

    # --- runs --------------------------------------------------------------------------------

    def next_entries(
        self, log: int, frontier: frozenset[bytes], most_bytes: int = RUN_BYTES
    ) -> tuple[list[Entry], Checkpoint] | None:
        """The next entries with the checkpoint that closes them, for one who holds `frontier`."""
        branches = self._db.rows("SELECT id, seq FROM tips WHERE log=? ORDER BY seq, id", log)
        if len(branches) > 1:
            return self._next_of_branches(log, [b[0] for b in branches], frontier, most_bytes)
        after = -1
        for entry in frontier:
            row = self._db.one("SELECT seq FROM entries WHERE id=? AND log=?", entry, log)
            after = after if row is None else max(after, int(row[0]))
        rows = self._db.conn.execute(
            _ENTRY + "WHERE entries.log=? AND entries.seq>? ORDER BY entries.seq LIMIT ?",
            (log, after, ENTRIES_PER_FRAME),
        )
        return self._cut(rows, most_bytes)

    def _next_of_branches(
        self, log: int, tips: list[bytes], frontier: frozenset[bytes], most_bytes: int
    ) -> tuple[list[Entry], Checkpoint] | None:
        """The slow way for a forked log; what a walk found beyond this run is kept for the next one."""
        chain = self._walks.pop((log, frontier), None) or self._walk(tips, frontier)
        one = self._db.one
        rows = (one(_ENTRY + "WHERE entries.id=?", at) for at in chain[:ENTRIES_PER_FRAME])
        found = self._cut(filter(None, rows), most_bytes)
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
        row = self._db.one(
            "SELECT before.id FROM entries JOIN entries AS before ON before.n=entries.prev "
            "WHERE entries.id=?",
            entry,
        )
        return None if row is None else EntryId(row[0])

    def _cut(
        self, coming: Iterable[_Raw], most_bytes: int
    ) -> tuple[list[Entry], Checkpoint] | None:
        """Entries up to the last checkpoint within `most_bytes`, else up to the first; no more are read."""
        size, rows = 0, list[_Raw]()
        for raw in coming:
            rows.append(raw)
            size += len(raw[6] or b"")
            if size > RUN_BYTES or (size > most_bytes and len(rows) > CHECKPOINT_ENTRIES):
                break
        size, entries = 0, list[Entry]()
        for entry in self._built(rows):
            size += entry.size
            if size > RUN_BYTES and entries:
                break
            entries.append(entry)
        if not entries:
            return None
        numbers = [raw[0] for raw in rows[: len(entries)]]
        closing = self._db.rows(
            f"{_CHECKPOINT} WHERE entries.n IN ({marks(numbers)}) ORDER BY entries.seq", *numbers
        )
        assert closing, "a stored run ends on a checkpoint"
        first, sizes = entries[0].header.seq, list(accumulate(e.size for e in entries))
        fitting = [row for row in closing if sizes[row[0] - first] <= most_bytes]
        row = fitting[-1] if fitting else closing[0]
        return entries[: row[0] - first + 1], _checkpoint(row)

    def _built(self, raws: Sequence[_Raw]) -> list[Entry]:
        """The entries of these rows. Raises DamagedEntry for one that was altered."""
        found: list[_Parsed] = []
        for raw in raws:
            one = _parsed(raw)
            if isinstance(one, DamagedEntry):
                raise one
            found.append(one)
        ids = self._ids(found)
        return [rebuild(*one, ids) for one in found]

    def _ids(self, parsed: Sequence[_Parsed]) -> dict[int, EntryId]:
        """The ids of these rows and of those they name."""
        ids = {row.n: row.id for row, _, _ in parsed}
        wanted = set().union(*(named_rows(row, plain) for row, plain, _ in parsed))
        for some in chunks(sorted(wanted - ids.keys())):
            ids.update(
                self._db.rows(f"SELECT n, id FROM entries WHERE n IN ({marks(some)})", *some)
            )
        return ids


def _parsed(raw: _Raw) -> _Parsed | DamagedEntry:
    row = Row(*raw[:7])
    try:
        return row, unpack_header(row.header), LogFacts(*raw[7:])
    except DamagedEntry as fault:
        return fault


def _checkpoint(row: _Raw) -> Checkpoint:
    """Raises DamagedEntry if somebody put another type there."""
    seq, entry, previous, signature, *facts = row
    if type(signature) is not bytes or not isinstance(previous, bytes | None):
        raise DamagedEntry
    return rebuild_checkpoint(LogFacts(*facts), seq, entry, previous, signature)


def between(prefix: str, size: int) -> tuple[bytes, bytes]:
    """The first and the last id of so many bytes whose hex begins so; an index finds them, no scan."""
    return bytes.fromhex(prefix.ljust(2 * size, "0")), bytes.fromhex(prefix.ljust(2 * size, "f"))


def chunks(items: Sequence[Any]) -> Iterator[Sequence[Any]]:
    """Pieces that SQLite takes as parameters at once."""
    return (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))


def marks(items: Sequence[Any]) -> str:
    return ",".join("?" * len(items))
