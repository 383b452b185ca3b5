"""`verify` on a file that somebody laid hands on: every row and every byte, altered or gone, is named.

The store under test holds everything a store can hold: several authors, a fork, a conflict, a settled one,
texts, items, a void entry, one that waits. It is healthy, and `verify` says so; then one thing is changed.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from crdt.entry import EntryId, RecordId
from node.proof import proves
from node.service import Service
from node.store.model import TABLED
from node.verify import verify
from tests.support.damage import flipped
from tests.support.furnished import furnish
from tests.support.townships import Town, together

ROWS_MAX = 12


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The healthy store's file; nobody writes to it."""
    folder = tmp_path_factory.mktemp("verify")
    one, other, third = together(3, folder)
    furnish(one, other, third, folder)
    for town in (one, other, third):
        town.close()
    return folder / "a"


@pytest.fixture
def town(template: Path, tmp_path: Path) -> Iterator[Town]:
    shutil.copytree(template, tmp_path / "a")
    made = Town("a", tmp_path / "a")
    yield made
    made.close()


def tables(service: Service) -> list[str]:
    rows = service.ground.db.rows(
        "SELECT name FROM sqlite_master WHERE type='table' AND name NOT LIKE 'search%'"
    )
    return sorted(row[0] for row in rows)


@contextmanager
def altered(town: Town) -> Iterator[sqlite3.Connection]:
    """Changes made within are undone at the end: one store serves for many alterations."""
    conn = town.service.ground.db.conn
    conn.execute("BEGIN")
    try:
        yield conn
    finally:
        conn.execute("ROLLBACK")
        town.service.records.forget()


def other_than(value: Any) -> Any:
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:] if value else b"x"
    if isinstance(value, int):
        return value + 1_000_000
    return "?" if value is None else f"{value}?"


def another_type(value: Any) -> Any:
    return 7.5 if isinstance(value, (bytes, str)) else b"\xff"


# What `verify` cannot know: when things were first seen here, what others said, settings.
_UNKNOWABLE = {
    ("entries", "n"),
    ("entries", "first_seen_ms"),
    ("conflicts", "first_seen_ms"),
    ("forks", "first_seen_ms"),
    ("erased", "at_ms"),
    ("records", "n"),  # of what is sealed nothing goes by it; of all others see the index of words
}
# What is still to be performed: `verify` performs it itself, and finds what diverges.
_NO_CACHE = {"meta", "held", "addresses", "ledgers", "sqlite_sequence", "unperformed"}


# --- healthy -------------------------------------------------------------------------------------


def test_a_healthy_store_has_no_problems_and_everything_in_it(town: Town) -> None:
    assert town.problems() == []
    empty = {
        name
        for name in tables(town.service)
        if town.service.ground.db.one(f'SELECT 1 FROM "{name}"') is None
    }
    kinds = {kind.table for kind in TABLED.values()} - {"cases"}
    assert empty <= kinds | {
        "divergent",
        "held",
        "addresses",
        "sqlite_sequence",
        *("adopted", "understood", "looks"),
    }
    assert town.forks() == 1


def test_verify_changes_nothing(town: Town) -> None:
    before = town.service.ground.db.conn.total_changes
    town.problems()
    assert town.service.ground.db.conn.total_changes == before


def test_verify_tells_how_far_it_is(town: Town) -> None:
    told: list[tuple[int, int]] = []
    found = verify(town.service, town.ledger, lambda done, all_: told.append((done, all_)))
    assert found == {"ok": True, "entries": town.entries(), "problems": []}
    assert told == sorted(told)
    assert told[-1] == (2 * town.entries(), 2 * town.entries())


# --- rows ----------------------------------------------------------------------------------------


def test_every_deleted_row_is_named(town: Town) -> None:
    silent = []
    for name in tables(town.service):
        if name in _NO_CACHE:
            continue
        rows = town.service.ground.db.rows(f'SELECT rowid FROM "{name}" LIMIT {ROWS_MAX}')
        for (number,) in rows:
            with altered(town) as conn:
                conn.execute(f'DELETE FROM "{name}" WHERE rowid=?', (number,))
                if town.problems() == [] and not spare_checkpoint(name, conn):
                    silent.append((name, number))
    assert silent == []


def spare_checkpoint(name: str, conn: sqlite3.Connection) -> bool:
    """A checkpoint below another one of its log vouches for nothing that the other does not."""
    if name != "checkpoints":
        return False
    left = conn.execute(
        "SELECT count(*) FROM tips WHERE NOT EXISTS "
        "(SELECT 1 FROM checkpoints JOIN entries ON entries.n=checkpoints.n WHERE entries.id=tips.id)"
    ).fetchone()
    return bool(left == (0,))


@pytest.mark.parametrize("change", (other_than, another_type), ids=("value", "type"))
def test_every_altered_cell_is_named(town: Town, change: Callable[[Any], Any]) -> None:
    silent = []
    for name in tables(town.service):
        if name in _NO_CACHE:
            continue
        cursor = town.service.ground.db.conn.execute(
            f'SELECT rowid, * FROM "{name}" LIMIT {ROWS_MAX}'
        )
        columns = [column[0] for column in cursor.description][1:]
        for number, *cells in cursor.fetchall():
            for column, cell in zip(columns, cells, strict=True):
                if (name, column) in _UNKNOWABLE:
                    continue
                with altered(town) as conn:
                    where = f'UPDATE "{name}" SET "{column}"=? WHERE rowid=?'
                    try:
                        conn.execute(where, (change(cell), number))
                    except sqlite3.IntegrityError:  # SQLite itself would not have it
                        continue
                    if town.problems() == []:
                        silent.append((name, column, number))
    assert silent == []


@pytest.mark.parametrize(
    "name", ("records", "cases", "conflicts", "tips", "waits", "divergent", "unperformed")
)
def test_a_row_that_nothing_stands_behind_is_named(town: Town, name: str) -> None:
    with altered(town) as conn:
        columns = [row[1] for row in conn.execute(f'PRAGMA table_info("{name}")')]
        kinds = [row[2] for row in conn.execute(f'PRAGMA table_info("{name}")')]
        cells = [b"\1" * 16 if k == "BLOB" else 1 if k == "INTEGER" else "0" * 32 for k in kinds]
        if columns[0] == "n":
            cells[0] = 999
        marks = ",".join("?" * len(columns))
        conn.execute(f'INSERT INTO "{name}" VALUES ({marks})', cells)
        assert town.problems() != []


@pytest.mark.parametrize(
    "damage",
    (
        "INSERT INTO search(search) VALUES ('delete-all')",
        "INSERT INTO search(rowid, words) VALUES (1, 'another')",
        "INSERT INTO search(rowid, words) VALUES (1000, 'stray')",
        "INSERT INTO search(search, rowid, words) VALUES ('delete', 1, '村')",
        "UPDATE records SET rowid=rowid+1000",
        "INSERT INTO meta VALUES ('words', '0')",
    ),
)
def test_an_altered_index_of_words_is_named(town: Town, damage: str) -> None:
    with altered(town) as conn:
        conn.execute(damage)
        assert any("search" in problem for problem in town.problems())


# --- bytes ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "column"),
    (("entries", "header"), ("entries", "payload"), ("checkpoints", "signature")),
)
def test_every_flipped_byte_is_named(town: Town, table: str, column: str) -> None:
    """A bit of every byte of one header, one payload, one checkpoint; the entry or its log is named."""
    rows = town.service.ground.db.rows(f"SELECT rowid, {column} FROM {table} ORDER BY rowid")
    number, raw = rows[len(rows) // 2]
    silent = []
    for place, wrong in enumerate(flipped(bytes(raw))):
        with altered(town) as conn:
            conn.execute(f"UPDATE {table} SET {column}=? WHERE rowid=?", (wrong, number))
            if town.problems() == []:
                silent.append(place)
    assert silent == []


def test_what_is_found_is_named_and_no_value_is(town: Town) -> None:
    """A sentence leads to the entry, and nothing a clerk wrote stands in it."""
    rows = town.service.ground.db.rows("SELECT id, header FROM entries WHERE record IS NOT NULL")
    entry_id, raw = rows[0]
    with altered(town) as conn:
        wrong = raw[:-1] + bytes([raw[-1] ^ 1])
        conn.execute("UPDATE entries SET header=? WHERE id=?", (wrong, entry_id))
        conn.execute("UPDATE cases SET village='别的村'")
        problems = town.problems()
    assert any(entry_id.hex()[:12] in problem for problem in problems)
    assert any("cases" in problem for problem in problems)
    assert not [p for p in problems if "村" in p or "司法所" in p]


def test_more_than_two_hundred_problems_are_not_all_told(town: Town) -> None:
    for n in range(110):
        town.create(f"第{n}村")
    with altered(town) as conn:
        conn.execute("UPDATE entries SET payload=NULL")
        problems = town.problems()
    assert len(problems) == 201
    assert problems[-1] == "… and more"


def test_caches_that_are_rebuilt_are_healthy_again(town: Town) -> None:
    ground = town.service.ground
    before = town.digest()
    with ground.db.transaction():
        ground.model.clear()
    assert town.problems() != []
    with ground.db.transaction():
        list(town.service.records.rebuild(town.ledger, 1_700_000_000_000))
    assert town.problems() == []
    assert town.digest() == before


# --- the proof of a fork -------------------------------------------------------------------------


def test_the_proof_of_a_fork_convinces_without_any_store(town: Town) -> None:
    (((device, _), fork),) = town.service.ground.book.forks(town.ledger.n)
    author = next(d for d in town.ledger.members.delegations if d == device)
    rivals = (fork.one, fork.other)
    assert proves(fork.proof, author, rivals)
    assert not proves(fork.proof, town.service.device, rivals), "another device signed nothing"
    assert not proves(fork.proof, author, (fork.other, fork.one))
    assert not proves(fork.proof, author, (fork.one, fork.one))
    assert [wrong for wrong in flipped(fork.proof) if proves(wrong, author, rivals)] == []


def test_no_proof_is_made_of_an_honest_log(town: Town) -> None:
    rows = town.service.ground.db.rows("SELECT id FROM entries ORDER BY n LIMIT 2")
    one, other = (EntryId(row[0]) for row in rows)
    entry = town.service.ground.log.entry(one)
    assert entry is not None
    (((device, _), fork),) = town.service.ground.book.forks(town.ledger.n)
    author = next(d for d in town.ledger.members.delegations if d == device)
    assert not proves(fork.proof, author, (bytes(one), bytes(other)))
    assert RecordId(bytes(16)) not in {r.id for r in town.service.ground.model.records(1)}
