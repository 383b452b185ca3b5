"""The read model: a table a kind that any SQL tool opens, conflicts, search. Rebuilt from the log at will.

Codes stand in a column of the field's name, their Chinese label beside it in `…_zh`, townships as their
names, so that a person who opens the file can read it. Knows how to store a view, not how to make one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from crdt.entry import RecordId
from crdt.kinds import KINDS
from crdt.kinds.language import Kind
from crdt.kinds.types import Choice, Choices, Flag, Items, Number, Slot
from node.store.database import Database

Cell = None | int | str


@dataclass(frozen=True, slots=True)
class RecordRow:
    """A line of the list of records; `open` counts its open conflicts."""

    id: RecordId
    kind: str
    home: bytes
    title: str
    digest: bytes
    updated_ms: int
    open: int


@dataclass(frozen=True, slots=True)
class ConflictRow:
    id: bytes
    record: RecordId
    kind: str
    key: str
    severity: str


class ModelStore:
    """The caches of one database. Writers expect a transaction opened by their caller."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._statements: dict[str, str] = {}

    def ensure_tables(self) -> None:
        """Make the table of every kind follow its declaration. Once per start; cheap if nothing changed."""
        for kind in KINDS.values():
            self._db.ensure_table(kind.table, columns_of(kind), "id")

    def put_record(
        self,
        ledger: int,
        row: RecordRow,
        cells: dict[str, Cell],
        found: Iterable[tuple[bytes, str, str]],
        words: str,
        now_ms: int,
        entry_number: int,
    ) -> None:
        """Replace everything the read model says of a record. `found`: (conflict id, key, severity)."""
        run = self._db.conn.execute
        run(
            "INSERT INTO records VALUES (?,?,?,?,?,?,?,?,?) ON CONFLICT(id) DO UPDATE SET "
            "title=excluded.title, digest=excluded.digest, updated_ms=excluded.updated_ms, "
            "updated_n=excluded.updated_n, open=excluded.open",
            (
                row.id,
                ledger,
                row.kind,
                row.home,
                row.title,
                row.digest,
                row.updated_ms,
                entry_number,
                row.open,
            ),
        )
        run(self._statement(row.kind), list(cells.values()))
        self._put_conflicts(ledger, row, list(found), now_ms)
        # The index shares the row number of `records`: looking a record up in FTS itself is a full scan.
        number = self._db.one("SELECT rowid FROM records WHERE id=?", row.id)
        assert number is not None, "the row was just written"
        run("DELETE FROM search WHERE rowid=?", number)
        run(
            "INSERT INTO search(rowid, record, body) VALUES (?,?,?)",
            (number[0], row.id.hex(), spaced(words)),
        )

    def _statement(self, kind: str) -> str:
        if kind not in self._statements:
            columns = list(columns_of(KINDS[kind]))
            self._statements[kind] = (
                f'INSERT OR REPLACE INTO "{KINDS[kind].table}"({",".join(columns)}) '
                f"VALUES ({','.join('?' * len(columns))})"
            )
        return self._statements[kind]

    def _put_conflicts(
        self, ledger: int, row: RecordRow, found: list[tuple[bytes, str, str]], now_ms: int
    ) -> None:
        standing = {r[0] for r in self._db.rows("SELECT id FROM conflicts WHERE record=?", row.id)}
        gone = standing - {c[0] for c in found}
        self._db.conn.executemany("DELETE FROM conflicts WHERE id=?", [(g,) for g in gone])
        self._db.conn.executemany(
            "INSERT OR IGNORE INTO conflicts VALUES (?,?,?,?,?,?,?)",
            [(i, ledger, row.id, row.kind, key, severity, now_ms) for i, key, severity in found],
        )

    def clear(self) -> None:
        """Forget every cache; the caller rebuilds it."""
        for table in ("records", "conflicts", "search", *(k.table for k in KINDS.values())):
            self._db.conn.execute(f'DELETE FROM "{table}"')

    # --- reading -----------------------------------------------------------------------------

    def records(self, ledger: int, kind: str | None = None) -> list[RecordRow]:
        """Newest first."""
        where, more = ("AND kind=?", [kind]) if kind else ("", [])
        rows = self._db.rows(
            "SELECT id, kind, home, title, digest, updated_ms, open FROM records "
            f"WHERE ledger=? {where} ORDER BY updated_n DESC, id",
            ledger,
            *more,
        )
        return [RecordRow(RecordId(row[0]), *row[1:]) for row in rows]

    def digests(self, ledger: int) -> list[tuple[RecordId, bytes]]:
        rows = self._db.rows("SELECT id, digest FROM records WHERE ledger=?", ledger)
        return [(RecordId(row[0]), row[1]) for row in rows]

    def conflicts(self, ledger: int, prefix: str = "") -> list[ConflictRow]:
        rows = self._db.rows(
            "SELECT id, record, kind, key, severity FROM conflicts WHERE ledger=? "
            "AND lower(hex(id)) LIKE ? ORDER BY first_seen_ms, id",
            ledger,
            prefix.lower() + "%",
        )
        return [ConflictRow(row[0], RecordId(row[1]), *row[2:]) for row in rows]

    def with_prefix(self, ledger: int, prefix: str) -> list[tuple[RecordId, str]]:
        """Records whose hex id begins with `prefix`, with their kind."""
        rows = self._db.rows(
            "SELECT id, kind FROM records WHERE ledger=? AND lower(hex(id)) LIKE ? LIMIT 9",
            ledger,
            prefix + "%",
        )
        return [(RecordId(row[0]), row[1]) for row in rows]

    def rows_of(self, kind: Kind, ids: Iterable[RecordId]) -> dict[str, dict[str, Any]]:
        """Read-model rows by hex id."""
        found: dict[str, dict[str, Any]] = {}
        listed = [i.hex() for i in ids]
        for start in range(0, len(listed), 500):
            some = listed[start : start + 500]
            marks = ",".join("?" * len(some))
            cursor = self._db.conn.execute(
                f'SELECT * FROM "{kind.table}" WHERE id IN ({marks})', some
            )
            names = [column[0] for column in cursor.description]
            found.update({row[0]: dict(zip(names, row, strict=True)) for row in cursor})
        return found

    def strays(self, kind: Kind) -> list[str]:
        """Hex ids in a kind's table that are no record of any ledger."""
        rows = self._db.rows(
            f'SELECT id FROM "{kind.table}" WHERE id NOT IN (SELECT lower(hex(id)) FROM records)'
        )
        return [row[0] for row in rows]

    def search(self, ledger: int, text: str, limit: int) -> list[RecordId]:
        """Records that hold `text` as a phrase; one Chinese character is enough."""
        words = spaced(text).split()
        if not words:
            return []
        phrase = '"' + " ".join(w.replace('"', '""') for w in words) + '"'
        rows = self._db.rows(
            "SELECT records.id FROM search JOIN records ON records.rowid=search.rowid "
            "WHERE search MATCH ? AND records.ledger=? ORDER BY records.updated_n DESC LIMIT ?",
            phrase,
            ledger,
            limit,
        )
        return [RecordId(row[0]) for row in rows]


def columns_of(kind: Kind) -> dict[str, type]:
    """Columns of a kind's table, in the order of its fields."""
    columns: dict[str, type] = {"id": str, "ledger": str, "home": str, "title": str}
    for declared in kind.fields:
        of = declared.type
        columns[declared.name] = int if isinstance(of, (Number, Flag)) else str
        if isinstance(of, (Choice, Choices)):
            columns[declared.name + "_zh"] = str
        if isinstance(of, (Items, Slot)):
            columns[declared.name] = str
    return columns | {"conflicts": int, "updated": str}


def spaced(text: str) -> str:
    """Characters apart, so that FTS finds one Chinese character; runs of ASCII letters and digits whole."""
    out: list[str] = []
    for char in text.lower():
        if char.isascii() and char.isalnum():
            out.append(char)
        elif char.isalnum():
            out += [" ", char, " "]
        else:
            out.append(" ")
    return " ".join("".join(out).split())
