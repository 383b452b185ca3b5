"""Open the SQLite file and bring its tables to this version. The one file that imports sqlite_utils.

WAL with synchronous=FULL: an acknowledged commit survives a power cut (measured elsewhere: NORMAL loses
acknowledged commits in nine power cuts of ten). Transactions are explicit and immediate: a deferred
BEGIN that upgrades later fails under two writers. Knows no entry and no kind's meaning.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Container, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from node.errors import Busy, DiskTrouble, NewerDatabase, NotADatabase
from node.store.tables import FURTHER, NULLABLE, TABLES, VERSION

if TYPE_CHECKING:
    from sqlite_utils import Database as Utils

_BUSY_MS = 15_000
_SCRUB_BUSY_MS = 200
# Ids are spread over their index: with SQLite's own 2 MB most pages of a large one are read again and again.
_CACHE_KIB = 8_000
_WAL_KEPT_BYTES = 4 * 1024 * 1024


class Database:
    """One connection. `file` is None for a database in memory; `uri`: one on a disk that SQLite was given."""

    def __init__(self, file: Path | None, *, uri: str = "") -> None:
        """Raises NewerDatabase, NotADatabase, Busy, DiskTrouble; makes the tables of a new file."""
        self.file = file
        if file is not None and not file.exists():
            _make_private(file)
        self.conn = sqlite3.connect(
            uri or file or ":memory:",
            uri=bool(uri),
            isolation_level=None,
            timeout=_BUSY_MS / 1000,
            check_same_thread=False,
        )
        try:
            self._prepare()
        except sqlite3.DatabaseError as fault:
            self.conn.close()
            if isinstance(fault, sqlite3.OperationalError):
                raise _trouble(fault) from fault
            raise NotADatabase from fault
        except BaseException:
            self.conn.close()
            raise

    def _prepare(self) -> None:
        self.conn.execute(f"PRAGMA busy_timeout={_BUSY_MS}")
        self._check_ours()  # before anything is written, be it the journal's mode
        self.conn.execute("PRAGMA journal_mode=WAL")
        self.conn.execute("PRAGMA synchronous=FULL")
        self.conn.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
        self.conn.execute(f"PRAGMA journal_size_limit={_WAL_KEPT_BYTES}")
        if self._version() < VERSION:
            with self.transaction():
                self._bring_up()

    def _bring_up(self) -> None:
        """Make the tables, or bring those of an earlier version to this one, all or nothing."""
        found = self._version()  # another process may have been faster
        if found == VERSION:
            return
        if found == 0:
            self._create()
        else:
            from node.store.migration import migrate

            migrate(self, found)
        self.conn.execute(f"PRAGMA user_version={VERSION}")

    def _version(self) -> int:
        return int(self.conn.execute("PRAGMA user_version").fetchone()[0])

    def _check_ours(self) -> None:
        # In this order: tables of ours that another process commits meanwhile come with their version.
        tables, found = self.one("SELECT 1 FROM sqlite_master"), self._version()
        if found > VERSION:
            raise NewerDatabase(found=found, known=VERSION)
        if found < 1 and tables is not None:
            raise NotADatabase  # somebody else's tables: ours would be made among them

    def close(self) -> None:
        self.conn.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """BEGIN IMMEDIATE … COMMIT; rolled back on any exception. Raises Busy, DiskTrouble."""
        try:
            try:
                self.conn.execute("BEGIN IMMEDIATE")
                yield self.conn
                self.conn.execute("COMMIT")
            except BaseException:
                if self.conn.in_transaction:  # SQLite itself rolls back where the disk failed it
                    self.conn.execute("ROLLBACK")
                raise
        except sqlite3.OperationalError as fault:
            raise _trouble(fault) from fault

    @contextmanager
    def unhurried(self) -> Iterator[None]:
        """Commits do not wait for the disk; at the end all of them are safe. For what can be made again."""
        self.conn.execute("PRAGMA synchronous=OFF")
        try:
            yield
        finally:
            self.conn.execute("PRAGMA synchronous=FULL")
            self.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")

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
        table = self._utils().table(name)
        if not table.exists():
            table.create(columns, pk=pk)
            return
        present = set(table.columns_dict)
        for column, kind in columns.items():
            if column not in present:
                table.add_column(column, kind)

    def drop_table(self, name: str) -> None:
        self._utils().table(name).drop(ignore=True)

    def backup(self, target: Path) -> None:
        """An online copy, consistent while others write; mode 0600, for it holds what the original holds."""
        _make_private(target)
        copy = sqlite3.connect(target)
        try:
            self.conn.backup(copy)
        except sqlite3.OperationalError as fault:
            raise _trouble(fault) from fault
        finally:
            copy.close()

    def hurry(self) -> None:
        """Whoever holds the store is not waited for: what is asked of it can be asked again."""
        self.conn.execute(f"PRAGMA busy_timeout={_SCRUB_BUSY_MS}")

    def overwrite(self) -> None:
        """In this connection what is deleted from now on is overwritten with zeros."""
        self.conn.execute("PRAGMA secure_delete=ON")

    def scrub(self) -> bool:
        """Write the file anew without what was deleted, and empty the journal. Whether nobody was in the
        way; else it is to be asked again. Outside of transactions."""
        self.hurry()
        try:
            if not self._emptied():  # somebody reads: to write the file anew would be for nothing
                return False
            self.conn.execute("PRAGMA temp_store=MEMORY")
            self.conn.execute("INSERT INTO search(search) VALUES ('optimize')")
            self.conn.execute("VACUUM")
            return self._emptied()
        except sqlite3.OperationalError as fault:
            if isinstance(_trouble(fault), Busy):
                return False
            raise _trouble(fault) from fault
        finally:
            self.conn.execute(f"PRAGMA busy_timeout={_BUSY_MS}")

    def _emptied(self) -> bool:
        """Whether all of the journal is in the file, and the journal empty."""
        row = self.one("PRAGMA wal_checkpoint(TRUNCATE)")
        return row is not None and row[0] == 0

    def integrity(self) -> str:
        """ "ok" or SQLite's first complaint."""
        return str(self.conn.execute("PRAGMA integrity_check(1)").fetchone()[0])

    def _create(self) -> None:
        self.create_tables()

    def create_tables(self, but: Container[str] = ()) -> None:
        """All of this version that are not there yet. `but`: those that are."""
        for name, (columns, pk, unique, indexes) in TABLES.items():
            if name in but:
                continue
            table = self._utils().table(name)
            table.create(columns, pk=pk, not_null=set(columns) - NULLABLE.get(name, set()))
            for group in unique:
                table.create_index(group, unique=True)
            for group in indexes:
                table.create_index(group)
        for statement in FURTHER:
            self.conn.execute(statement)

    def _utils(self) -> Utils:
        """Imported where tables are made: a start has none to make."""
        from sqlite_utils import Database as Utils

        return Utils(self.conn)


def copy_of(file: Path) -> bytes:
    """A database as the bytes of a file of its own, read without changing a byte. Raises MulinError.

    While anybody has it open SQLite hands out a consistent copy. If nobody has, SQLite would make files
    beside it only to read, so it reads a copy of the files.
    """
    if file.with_name(f"{file.name}-shm").exists():
        return _serialized(file)
    with tempfile.TemporaryDirectory(prefix="mulin-") as folder:  # mode 0700
        try:
            for name in (file.name, f"{file.name}-wal"):
                if (source := file.with_name(name)).exists():
                    shutil.copyfile(source, Path(folder, name))
        except OSError as fault:
            raise DiskTrouble(why=fault.strerror) from fault
        return _serialized(Path(folder, file.name))


def _serialized(file: Path) -> bytes:
    """Raises NotADatabase, Busy, DiskTrouble."""
    memory = sqlite3.connect(":memory:")
    try:
        source = sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)
        try:
            source.backup(memory)
        finally:
            source.close()
        return memory.serialize()
    except sqlite3.OperationalError as fault:
        raise _trouble(fault) from fault
    except sqlite3.DatabaseError as fault:
        raise NotADatabase from fault
    finally:
        memory.close()


def _make_private(file: Path) -> None:
    """An empty file that nobody else may read, made so from the beginning."""
    try:
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT, 0o600))
    except OSError as fault:
        raise DiskTrouble(why=fault.strerror) from fault


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
