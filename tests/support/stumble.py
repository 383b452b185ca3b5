"""A connection that fails at the nth thing asked of it: every point of a write, one after the other."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from node.service import Service


class Stumbled(Exception):
    """What stands for a fault nobody foresaw."""


class Stumbling:
    """A sqlite3 connection whose `at`th call (counted from 0) raises before or after it was done."""

    def __init__(self, conn: sqlite3.Connection, at: int, fault: Exception, *, done: bool) -> None:
        self._conn = conn
        self._left = at
        self._fault = fault
        self._done = done
        self.fell = False

    def _count(self) -> bool:
        self._left -= 1
        return self._left == -1

    def _call(self, name: str, sql: str, *rest: Any) -> Any:
        falls = self._count() and sql != "ROLLBACK"
        self.fell = self.fell or falls
        if falls and not self._done:
            raise self._fault
        found = getattr(self._conn, name)(sql, *rest)
        if falls:
            raise self._fault
        return found

    def execute(self, sql: str, *rest: Any) -> Any:
        return self._call("execute", sql, *rest)

    def executemany(self, sql: str, *rest: Any) -> Any:
        return self._call("executemany", sql, *rest)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._conn, name)


@contextmanager
def stumbling(service: Service, at: int, fault: Exception, *, done: bool) -> Iterator[Stumbling]:
    """The service's store fails at its `at`th statement within."""
    db = service.ground.db
    real = db.conn
    made = Stumbling(real, at, fault, done=done)
    db.conn = made  # type: ignore[assignment]
    try:
        yield made
    finally:
        db.conn = real


def snapshot(service: Service) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, and what the index of words holds, as a comparable value."""
    conn = service.ground.db.conn
    names = [
        row[0]
        for row in conn.execute(
            "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'search%'"
        )
    ]
    found = {n: sorted(conn.execute(f'SELECT * FROM "{n}"'), key=repr) for n in sorted(names)}
    return found | {"search": sorted(service.ground.model.words.sums().items())}
