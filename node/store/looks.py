"""The list of who looked at what is sealed, on disk: lines in the order they were written. Judges nothing.

Every method that writes expects a transaction opened by its caller.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crdt.entry import RecordId
from node.store.database import Database


@dataclass(frozen=True, slots=True)
class Look:
    """One line. `record` None: a list of several. `hash` covers the line and the one before it."""

    record: RecordId | None
    at_ms: int
    post: str
    action: str
    purpose: str
    hash: bytes


class LookStore:
    """The table `looks` of one database."""

    def __init__(self, db: Database) -> None:
        self._db = db

    def last(self, ledger: int) -> bytes | None:
        """The hash of the last line."""
        row = self._db.one("SELECT hash FROM looks WHERE ledger=? ORDER BY n DESC LIMIT 1", ledger)
        return None if row is None else bytes(row[0])

    def count(self, ledger: int) -> int:
        row = self._db.one("SELECT count(*) FROM looks WHERE ledger=?", ledger)
        return 0 if row is None else int(row[0])

    def put(self, ledger: int, look: Look) -> None:
        self._db.conn.execute(
            "INSERT INTO looks (ledger, record, at_ms, post, action, purpose, hash) VALUES (?,?,?,?,?,?,?)",
            (ledger, look.record, look.at_ms, look.post, look.action, look.purpose, look.hash),
        )

    def lines(self, ledger: int, since_ms: int = 0) -> Iterator[tuple[int, Look]]:
        """Every line with its number, from 1 on. `since_ms`: those of this moment or later."""
        cursor = self._db.conn.execute(
            "SELECT record, at_ms, post, action, purpose, hash FROM looks WHERE ledger=? ORDER BY n",
            (ledger,),
        )
        for number, (record, at_ms, *words) in enumerate(cursor, 1):
            if at_ms >= since_ms:
                yield number, Look(None if record is None else RecordId(record), at_ms, *words)

    def latest(self, ledger: int, since_ms: int) -> Iterator[Look]:
        """The lines since a moment, the latest first."""
        rows = self._db.rows(
            "SELECT record, at_ms, post, action, purpose, hash FROM looks WHERE ledger=? AND at_ms>=? "
            "ORDER BY n DESC",
            ledger,
            since_ms,
        )
        for record, at_ms, *words in rows:
            yield Look(None if record is None else RecordId(record), at_ms, *words)
