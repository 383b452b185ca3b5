"""What is sealed and what was erased, on disk: which entries say who may read, which records are no more.

Every method that writes expects a transaction opened by its caller. Judges nothing and opens nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from crdt.entry import ID_BYTES, RECORD_BYTES, Entry, EntryId, RecordId
from crdt.verdicts import EntryState
from node.store.compact import pack_header
from node.store.database import Database
from node.store.history import LogReading, between, chunks, marks

_NAMING = (
    "waits WHERE record=?",
    "divergent WHERE record=?",
    "unperformed WHERE record=?",
)


class SealStore:
    """The tables `sealed`, `keyings` and `erased` of one database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    # --- who may read ------------------------------------------------------------------------

    def note(self, ledger: int, record: RecordId, entry: EntryId) -> None:
        """An entry says something about who may read a record."""
        run = self._db.conn.execute
        run("INSERT OR IGNORE INTO sealed VALUES (?,?,NULL)", (ledger, record))
        run("INSERT OR IGNORE INTO keyings VALUES (?,?,?)", (ledger, record, entry))

    def clear(self, ledger: int) -> None:
        """Forget what was noted of a ledger; the caller notes it again."""
        for table in ("sealed", "keyings"):
            self._db.conn.execute(f"DELETE FROM {table} WHERE ledger=?", (ledger,))

    def set_about(self, ledger: int, record: RecordId, about: RecordId | None) -> None:
        self._db.conn.execute(
            "UPDATE sealed SET about=? WHERE ledger=? AND record=?", (about, ledger, record)
        )

    def is_sealed(self, ledger: int, record: RecordId) -> bool:
        found = self._db.one("SELECT 1 FROM sealed WHERE ledger=? AND record=?", ledger, record)
        return found is not None

    def keyings(self, ledger: int, record: RecordId) -> list[EntryId]:
        rows = self._db.rows(
            "SELECT entry FROM keyings WHERE ledger=? AND record=? ORDER BY entry", ledger, record
        )
        return [EntryId(row[0]) for row in rows]

    def records(self, ledger: int) -> list[RecordId]:
        rows = self._db.rows("SELECT record FROM sealed WHERE ledger=? ORDER BY record", ledger)
        return [RecordId(row[0]) for row in rows]

    def about(self, ledger: int, record: RecordId) -> list[RecordId]:
        """Sealed records that belong to a record."""
        rows = self._db.rows(
            "SELECT record FROM sealed WHERE ledger=? AND about=? ORDER BY record", ledger, record
        )
        return [RecordId(row[0]) for row in rows]

    def with_prefix(self, ledger: int, prefix: str) -> list[RecordId]:
        """Sealed records whose hex id begins so; a few of them."""
        rows = self._db.rows(
            "SELECT record FROM sealed WHERE ledger=? AND record BETWEEN ? AND ? LIMIT 9",
            ledger,
            *between(prefix, RECORD_BYTES),
        )
        return [RecordId(row[0]) for row in rows]

    # --- what an earlier version kept --------------------------------------------------------

    def void_for(self, ledger: int, reasons: Iterable[str]) -> list[RecordId]:
        """Records with entries that were void for one of these reasons."""
        listed = list(reasons)
        rows = self._db.rows(
            "SELECT DISTINCT record FROM entries JOIN logs ON logs.n=entries.log WHERE logs.ledger=? "
            f"AND state={int(EntryState.VOID)} AND reason IN ({marks(listed)}) AND record NOTNULL",
            ledger,
            *listed,
        )
        return [RecordId(row[0]) for row in rows]

    def naming(self, log: LogReading, ledger: int) -> list[Entry]:
        """Entries that are about no record's content and name a record."""
        rows = self._db.rows(
            "SELECT entries.id FROM entries JOIN logs ON logs.n=entries.log "
            "WHERE record IS NULL AND seq>0 AND logs.ledger=? ORDER BY entries.n",
            ledger,
        )
        found = [log.entry(EntryId(row[0])) for row in rows]
        return [e for e in found if e is not None and e.header.record is not None]

    # --- what is no more ---------------------------------------------------------------------

    def erased(self, ledger: int) -> set[RecordId]:
        rows = self._db.rows("SELECT record FROM erased WHERE ledger=?", ledger)
        return {RecordId(row[0]) for row in rows}

    def erased_since(self, ledger: int, records: Sequence[RecordId]) -> int | None:
        """When the first of these was erased here, in ms since 1970."""
        found: list[int] = []
        for some in chunks(records):
            row = self._db.one(
                f"SELECT min(at_ms) FROM erased WHERE ledger=? AND record IN ({marks(some)})",
                ledger,
                *some,
            )
            found += [] if row is None or row[0] is None else [int(row[0])]
        return min(found, default=None)

    def put_erased(self, ledger: int, record: RecordId, now_ms: int) -> None:
        self._db.conn.execute(
            "INSERT OR IGNORE INTO erased VALUES (?,?,?)", (ledger, record, now_ms)
        )

    def beginning(self, ledger: int, record: RecordId) -> EntryId | None:
        """The entry that began a record, if it is here."""
        rest = ID_BYTES - RECORD_BYTES  # a record is named by how its first entry's id begins
        row = self._db.one(
            "SELECT entries.id FROM entries CROSS JOIN logs ON logs.n=entries.log "
            "WHERE entries.id BETWEEN ? AND ? AND logs.ledger=? AND entries.record=?",
            record + bytes(rest),
            record + b"\xff" * rest,
            ledger,
            record,
        )
        return None if row is None else EntryId(row[0])

    def has_payload(self, ledger: int, record: RecordId) -> bool:
        """Whether anything that an entry says of a record, or of its readers, is here."""
        row = self._db.one(
            "SELECT 1 FROM entries CROSS JOIN logs ON logs.n=entries.log WHERE logs.ledger=?1 AND "
            "payload NOTNULL AND (entries.record=?2 OR entries.id IN "
            "(SELECT entry FROM keyings WHERE ledger=?1 AND record=?2)) LIMIT 1",
            ledger,
            record,
        )
        return row is not None

    def detach(self, log: LogReading, ledger: int, record: RecordId) -> None:
        """Take the payloads of a record's entries, and of those about its readers, away for good."""
        rows = self._db.rows(
            "SELECT entries.n, entries.log, entries.id FROM entries CROSS JOIN logs ON logs.n=entries.log "
            "WHERE logs.ledger=?1 AND (entries.record=?2 OR entries.id IN "
            "(SELECT entry FROM keyings WHERE ledger=?1 AND record=?2))",
            ledger,
            record,
        )
        for n, number, entry_id in rows:
            entry = log.entry(EntryId(entry_id))
            assert entry is not None, "it was just listed"
            header = pack_header(replace(entry, payload=None), n, log.facts(number), {})
            self._db.conn.execute(
                "UPDATE entries SET payload=NULL, header=?, state=?, reason='' WHERE n=?",
                (header, int(EntryState.ERASED), n),
            )

    def forget(self, ledger: int, records: Sequence[RecordId]) -> None:
        """Nothing names these any more but the entries and that they were erased."""
        for record in records:
            for listed in _NAMING:
                self._db.conn.execute(f"DELETE FROM {listed}", (record,))
            self._db.conn.execute(
                "UPDATE sealed SET about=NULL WHERE ledger=? AND record=?", (ledger, record)
            )
