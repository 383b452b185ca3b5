"""Open the SQLite file and bring its tables to this version. The one file that imports sqlite_utils.

WAL with synchronous=FULL: an acknowledged commit survives a power cut (measured elsewhere: NORMAL loses
acknowledged commits in nine power cuts of ten). Transactions are explicit and immediate: a deferred
BEGIN that upgrades later fails under two writers. Knows no entry and no kind's meaning.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlite_utils import Database as Utils

from node.errors import Busy, DiskTrouble, NewerDatabase, NotADatabase

VERSION = 1
_BUSY_MS = 15_000


class Database:
    """One connection. `file` is None for a database in memory."""

    def __init__(self, file: Path | None) -> None:
        """Raises NewerDatabase, NotADatabase; creates or upgrades the tables otherwise."""
        self.file = file
        self.conn = sqlite3.connect(
            file or ":memory:",
            isolation_level=None,
            timeout=_BUSY_MS / 1000,
            check_same_thread=False,
        )
        self._utils = Utils(self.conn)
        try:
            self._prepare()
        except sqlite3.DatabaseError as fault:
            self.conn.close()
            if isinstance(fault, sqlite3.OperationalError):
                raise
            raise NotADatabase from fault

    def _prepare(self) -> None:
        self.conn.execute("PRAGMA journal_mode=WAL")
        self.conn.execute("PRAGMA synchronous=FULL")
        self.conn.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        found = self.conn.execute("PRAGMA user_version").fetchone()[0]
        if found > VERSION:
            self.conn.close()
            raise NewerDatabase(found=found, known=VERSION)
        if found < VERSION:
            with self.transaction():
                self._create()
                self.conn.execute(f"PRAGMA user_version={VERSION}")

    def close(self) -> None:
        self.conn.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """BEGIN IMMEDIATE … COMMIT; rolled back on any exception. Raises Busy, DiskTrouble."""
        try:
            self.conn.execute("BEGIN IMMEDIATE")
            try:
                yield self.conn
                self.conn.execute("COMMIT")
            except BaseException:
                if self.conn.in_transaction:  # SQLite itself rolls back where the disk failed it
                    self.conn.execute("ROLLBACK")
                raise
        except sqlite3.OperationalError as fault:
            raise _trouble(fault) from fault

    def data_version(self) -> int:
        """Changes whenever another connection committed."""
        return int(self.conn.execute("PRAGMA data_version").fetchone()[0])

    def rows(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return self.conn.execute(sql, parameters).fetchall()

    def one(self, sql: str, *parameters: Any) -> tuple[Any, ...] | None:
        row: tuple[Any, ...] | None = self.conn.execute(sql, parameters).fetchone()
        return row

    def ensure_table(self, name: str, columns: dict[str, type], pk: str) -> None:
        """Create a table, or add the columns it lacks: how read-model tables follow their kinds."""
        table = self._utils.table(name)
        if not table.exists():
            table.create(columns, pk=pk)
            return
        present = set(table.columns_dict)
        for column, kind in columns.items():
            if column not in present:
                table.add_column(column, kind)

    def drop_table(self, name: str) -> None:
        self._utils.table(name).drop(ignore=True)

    def backup(self, target: Path) -> None:
        """An online copy, consistent while others write."""
        copy = sqlite3.connect(target)
        try:
            self.conn.backup(copy)
        finally:
            copy.close()

    def integrity(self) -> str:
        """ "ok" or SQLite's first complaint."""
        return str(self.conn.execute("PRAGMA integrity_check(1)").fetchone()[0])

    def _create(self) -> None:
        for name, (columns, pk, unique, indexes) in _TABLES.items():
            table = self._utils.table(name)
            table.create(columns, pk=pk, not_null=set(columns) - _NULLABLE.get(name, set()))
            for group in unique:
                table.create_index(group, unique=True)
            for group in indexes:
                table.create_index(group)
        self.conn.execute("CREATE VIRTUAL TABLE search USING fts5(record UNINDEXED, body)")


def _trouble(fault: sqlite3.OperationalError) -> Exception:
    """A fault of the disk or of another program, in our words; anything else is a fault of ours."""
    code = getattr(fault, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Busy()
    if code in _DISK_FAULTS:
        return DiskTrouble(why=fault.sqlite_errorname)
    return fault


_DISK_FAULTS = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
)
_Table = tuple[dict[str, type], str | tuple[str, ...], list[tuple[str, ...]], list[tuple[str, ...]]]

# name: columns, primary key, unique indexes, other indexes
_TABLES: dict[str, _Table] = {
    "meta": ({"key": str, "value": str}, "key", [], []),
    "ledgers": (
        {"n": int, "id": bytes, "name": str, "invitation": bytes, "active": int, "signed": int},
        "n",
        [("id",)],
        [],
    ),
    "logs": (
        {"n": int, "ledger": int, "device": bytes, "incarnation": bytes},
        "n",
        [("ledger", "device", "incarnation")],
        [],
    ),
    "entries": (
        {
            "n": int,
            "id": bytes,
            "log": int,
            "seq": int,
            "record": bytes,
            "header": bytes,
            "payload": bytes,
            "state": int,
            "reason": str,
            "first_seen_ms": int,
        },
        "n",
        [("id",)],
        [("log", "seq"), ("record",)],
    ),
    "tips": ({"log": int, "id": bytes, "seq": int}, ("log", "id"), [], []),
    "checkpoints": (
        {"log": int, "seq": int, "entry": bytes, "raw": bytes},
        ("log", "seq", "entry"),
        [],
        [],
    ),
    "waits": (
        {"entry": bytes, "parent": bytes, "record": bytes},
        ("entry", "parent"),
        [],
        [("parent",)],
    ),
    "records": (
        {
            "id": bytes,
            "ledger": int,
            "kind": str,
            "home": bytes,
            "title": str,
            "digest": bytes,
            "updated_ms": int,
            "updated_n": int,
            "open": int,
        },
        "id",
        [],
        [("ledger", "kind", "updated_n")],
    ),
    "conflicts": (
        {
            "id": bytes,
            "ledger": int,
            "record": bytes,
            "kind": str,
            "key": str,
            "severity": str,
            "first_seen_ms": int,
        },
        "id",
        [],
        [("record",)],
    ),
    "held": (
        {"log": int, "device": bytes, "id": bytes, "seq": int, "at_ms": int},
        ("log", "device", "id"),
        [],
        [],
    ),
    "addresses": ({"device": bytes, "address": str, "rank": int}, ("device", "address"), [], []),
    "forks": (
        {
            "log": int,
            "seq": int,
            "one": bytes,
            "other": bytes,
            "proof": bytes,
            "first_seen_ms": int,
        },
        ("log", "seq", "one", "other"),
        [],
        [],
    ),
    "divergent": ({"entry": bytes, "record": bytes}, "entry", [], []),
}
_NULLABLE = {"entries": {"record", "payload"}, "records": {"digest", "home"}}
