"""From earlier versions of the data file to this one.

From version 1: entries and checkpoints shorter. From versions 2 and 3: tables that are new, and numbers for
the list of records that stay. From version 4: what waits, found by its reason. The words are left to whoever
opens the file.

Version 1 kept headers, checkpoints and searched text whole. What is kept, said and signed stays the same; the
caller's transaction makes it all or nothing. Knows no meaning of an entry.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from crdt.checkpoint import restore_checkpoint
from crdt.entry import EntryId, entry_of, parse_header
from crdt.errors import MalformedEntry
from keys import canonical, cose
from keys.errors import MulinError
from node.errors import NotADatabase
from node.store.compact import LogFacts, pack_header
from node.store.tables import JUDGE_ANEW, TABLES, TABLES_OF_KINDS

if TYPE_CHECKING:
    from node.store.database import Database

_OLD = ("logs", "entries", "checkpoints")
_NEW = {
    "unperformed", "statements", "adopted", "understood", "sealed", "keyings", "erased", "looks",
}  # fmt: skip
_CHUNK = 2000
_CHECKPOINT_MAX_BYTES = 512


def migrate(db: Database, version: int) -> None:
    """Raises NotADatabase if something in the file does not fit together: it is damaged."""
    """Raises NotADatabase if something in the file does not fit together: it is damaged."""
    db.conn.execute("DROP INDEX IF EXISTS entries_waiting")  # has had the reasons since version 5
    if version == 4:
        db.create_tables(but=TABLES.keys())
        return
    present = {row[0] for row in db.rows("SELECT name FROM sqlite_master WHERE type='table'")}
    if not present >= TABLES.keys() - _NEW | {"search"}:
        raise NotADatabase
    _number_records(db)
    present.add("records")
    # What this version knows of kinds and of readers may make something else of what is here.
    db.conn.execute("INSERT OR REPLACE INTO meta VALUES (?, '1')", (JUDGE_ANEW,))
    db.conn.execute("DELETE FROM meta WHERE key=?", (TABLES_OF_KINDS,))
    if version == 1:
        _shorten(db, present)
    else:
        db.create_tables(but=present)


def _number_records(db: Database) -> None:
    """The index of words goes by these numbers."""
    run = db.conn.execute
    run("ALTER TABLE records RENAME TO old_records")
    for (index,) in db.rows(
        "SELECT name FROM sqlite_master WHERE type='index' AND tbl_name='old_records' AND sql NOTNULL"
    ):
        run(f'DROP INDEX "{index}"')
    db.create_tables(but=TABLES.keys() - {"records"})
    run(
        "INSERT INTO records SELECT rowid, id, ledger, kind, home, title, digest, updated_ms, "
        "updated_n, open FROM old_records ORDER BY rowid"
    )
    run("DROP TABLE old_records")


def _shorten(db: Database, present: set[str]) -> None:
    run = db.conn.execute
    run("DROP TABLE search")
    run("DROP INDEX IF EXISTS entries_waiting")
    run("DROP INDEX IF EXISTS entries_quarantined")
    for name in _OLD:
        run(f"ALTER TABLE {name} RENAME TO old_{name}")
    for (index,) in db.rows("SELECT name FROM sqlite_master WHERE type='index' AND sql NOTNULL"):
        if index.startswith(("idx_logs", "idx_entries", "idx_checkpoints")):
            run(f'DROP INDEX "{index}"')
    db.create_tables(but=present - set(_OLD))
    try:
        logs = _logs(db)
        _entries(db, logs)
        _checkpoints(db, logs)
    except (MulinError, KeyError, TypeError, sqlite3.IntegrityError) as fault:
        raise NotADatabase from fault
    for name in _OLD:
        run(f"DROP TABLE old_{name}")


def _logs(db: Database) -> dict[int, LogFacts]:
    found: dict[int, LogFacts] = {}
    rows = db.rows(
        "SELECT l.n, l.ledger, l.device, l.incarnation, (SELECT header FROM old_entries "
        "WHERE log=l.n ORDER BY n LIMIT 1) FROM old_logs AS l ORDER BY l.n"
    )
    for n, ledger, device, incarnation, raw in rows:
        first = parse_header(raw)
        db.conn.execute(
            "INSERT INTO logs VALUES (?,?,?,?,?,?)",
            (n, ledger, device, incarnation, first.epoch, first.key_id),
        )
        found[n] = LogFacts(
            first.ledger, first.device, first.incarnation, first.epoch, first.key_id
        )
    return found


def _entries(db: Database, logs: dict[int, LogFacts]) -> None:
    numbers: dict[bytes, int] = {}
    cursor = db.conn.execute(
        "SELECT n, id, log, seq, record, header, payload, state, reason, first_seen_ms "
        "FROM old_entries ORDER BY n"
    )
    while rows := cursor.fetchmany(_CHUNK):
        made: list[tuple[object, ...]] = []
        for n, entry_id, log, seq, record, raw, payload, *rest in rows:
            header = parse_header(raw)
            entry = entry_of(header, raw, EntryId(entry_id), payload)
            facts = logs[log]
            if (header.ledger, header.device, header.incarnation, header.seq) != (
                facts.ledger,
                facts.device,
                facts.incarnation,
                seq,
            ):
                raise MalformedEntry(why="stored entry")
            prev = None if header.prev is None else numbers[header.prev]
            short = pack_header(entry, n, facts, numbers)
            made.append((n, entry_id, log, seq, prev, record, short, payload, *rest))
            numbers[entry_id] = n
        db.conn.executemany("INSERT INTO entries VALUES (?,?,?,?,?,?,?,?,?,?,?)", made)


def _checkpoints(db: Database, logs: dict[int, LogFacts]) -> None:
    rows = db.conn.execute(
        "SELECT e.n, c.log, c.seq, c.entry, c.raw FROM old_checkpoints AS c "
        "JOIN old_entries AS e ON e.id=c.entry ORDER BY e.n"
    )
    made: list[tuple[object, ...]] = []
    for n, log, seq, entry, raw in rows:
        head, facts = cose.Signed(raw), logs[log]
        *_, previous = canonical.decode_list(head.claimed(), _CHECKPOINT_MAX_BYTES)
        if previous is not None and not isinstance(previous, bytes):
            raise MalformedEntry(why="checkpoint")
        again = restore_checkpoint(
            facts.ledger,
            facts.device,
            facts.incarnation,
            seq,
            EntryId(entry),
            previous,
            head.signature,
        )
        if again.raw != raw:
            raise MalformedEntry(why="checkpoint")
        made.append((n, head.signature, previous))
    db.conn.executemany("INSERT INTO checkpoints VALUES (?,?,?)", made)
