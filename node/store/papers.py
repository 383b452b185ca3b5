"""What is signed about who belongs to a ledger, on disk; who knows which rules, and what was adopted singly.

Every method that writes expects a transaction opened by its caller. Judges nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from crdt.entry import EntryId
from crdt.statements import Statement, StatementId
from node.store.database import Database


class PaperStore:
    """The statements of every ledger; they only become more."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def count(self, ledger: int) -> int:
        """How many there are: tells whether there are new ones."""
        row = self._db.one("SELECT count(*) FROM statements WHERE ledger=?", ledger)
        return 0 if row is None else int(row[0])

    def all(self, ledger: int) -> list[bytes]:
        """Every statement as it was signed, in the order it came here."""
        rows = self._db.rows("SELECT raw FROM statements WHERE ledger=? ORDER BY rowid", ledger)
        return [row[0] for row in rows]

    def some(self, ledger: int, ids: Iterable[StatementId]) -> list[bytes]:
        """These as they were signed, in the order they came here."""
        wanted = set(ids)
        if not wanted:
            return []
        rows = self._db.rows("SELECT id, raw FROM statements WHERE ledger=? ORDER BY rowid", ledger)
        return [row[1] for row in rows if row[0] in wanted]

    def known(self, ledger: int) -> list[StatementId]:
        rows = self._db.rows("SELECT id FROM statements WHERE ledger=? ORDER BY rowid", ledger)
        return [StatementId(row[0]) for row in rows]

    def holds(self, ledger: int, statement: StatementId) -> bool:
        row = self._db.one("SELECT 1 FROM statements WHERE id=? AND ledger=?", statement, ledger)
        return row is not None

    def add(self, ledger: int, statements: Iterable[Statement]) -> None:
        self._db.conn.executemany(
            "INSERT OR IGNORE INTO statements(id, ledger, signer, raw) VALUES (?,?,?,?)",
            [(s.id, ledger, s.signer, s.raw) for s in statements],
        )

    # --- entries that say something of their own ---------------------------------------------

    def understand(self, ledger: int, device: bytes, schema: int) -> None:
        """A device said up to which version it knows the rules; it does not unlearn them."""
        self._db.conn.execute(
            "INSERT INTO understood VALUES (?,?,?) ON CONFLICT(ledger, device) "
            "DO UPDATE SET schema=max(schema, excluded.schema)",
            (ledger, device, schema),
        )

    def understood(self, ledger: int) -> dict[bytes, int]:
        """Per device that said so."""
        return dict(self._db.rows("SELECT device, schema FROM understood WHERE ledger=?", ledger))

    def adopt(self, ledger: int, entry: bytes, by: bytes) -> None:
        """An entry `by` some member's lets a quarantined one count."""
        self._db.conn.execute("INSERT OR IGNORE INTO adopted VALUES (?,?,?)", (ledger, entry, by))

    def adopters(self, ledger: int, entry: bytes) -> list[EntryId]:
        """The entries that adopted one."""
        rows = self._db.rows(
            "SELECT by FROM adopted WHERE ledger=? AND entry=? ORDER BY by", ledger, entry
        )
        return [EntryId(row[0]) for row in rows]
