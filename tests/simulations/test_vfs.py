"""SQLite on simulated disks: what it said is committed survives the power, whenever it goes."""

from __future__ import annotations

import contextlib
import random
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from simulations import vfs
from simulations.disk import Disk, Torn

MODES = ("wal", "delete")
ROUNDS = 6
"""Transactions of a session, the third with a row that fills pages, the fifth a deletion."""


@contextmanager
def database(disk: Disk, mode: str) -> Iterator[sqlite3.Connection]:
    folder = vfs.plug(disk)
    db = sqlite3.connect(f"file:{folder}/t.db?vfs={vfs.VFS}", uri=True, isolation_level=None)
    vfs.watch(db)
    try:
        db.execute(f"PRAGMA journal_mode={mode}")
        db.execute("PRAGMA synchronous=FULL")
        yield db
    finally:
        vfs.unwatch(db)
        dead, disk.dead = disk.dead, True
        db.close()
        disk.dead = dead
        vfs.unplug(folder)


def work(disk: Disk, mode: str) -> list[int]:
    """Transactions until all are done or the power fails; the numbers of those that were committed."""
    done: list[int] = []
    try:
        with database(disk, mode) as db:
            db.execute("CREATE TABLE IF NOT EXISTS t(n INTEGER PRIMARY KEY, data BLOB)")
            for n in range(ROUNDS):
                db.execute("BEGIN IMMEDIATE")
                db.execute(
                    "INSERT INTO t VALUES (?, ?)", (n, bytes([n]) * (9000 if n == 2 else 40))
                )
                db.execute("UPDATE t SET data = CAST(data || x'ff' AS BLOB) WHERE n < ?", (n,))
                db.execute("COMMIT")
                done.append(n)
    except sqlite3.OperationalError:
        assert disk.dead, "only the power stops it"
    return done


def found(disk: Disk, mode: str) -> list[int]:
    """What a program finds after the power came back."""
    with database(disk, mode) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        if not db.execute("SELECT 1 FROM sqlite_schema").fetchall():
            return []
        rows = db.execute("SELECT n, data FROM t ORDER BY n").fetchall()
    for n, data in rows:
        later = len(rows) - 1 - n
        assert data == bytes([n]) * (9000 if n == 2 else 40) + b"\xff" * later, (
            "whole or not at all"
        )
    return [n for n, _ in rows]


def operations(mode: str) -> int:
    disk = Disk()
    assert work(disk, mode) == list(range(ROUNDS))
    return disk.operations


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("torn", Torn)
def test_what_was_committed_survives_a_power_cut_at_every_operation(mode: str, torn: Torn) -> None:
    counts = set()
    for number in range(operations(mode) + 1):
        disk = Disk()
        disk.cut_power_in(number)
        done = work(disk, mode)
        left = found(disk.after_power_cut(torn, random.Random(number)), mode)
        assert left[: len(done)] == done, f"cut at {number}"
        assert len(left) <= len(done) + 1, "one was under way at most"
        counts.add(len(done))
    assert counts == set(range(ROUNDS + 1)), "the power failed in every transaction"


@pytest.mark.parametrize("mode", MODES)
def test_a_second_power_cut_while_it_recovers_loses_nothing(mode: str) -> None:
    for number in range(0, operations(mode), 3):
        disk = Disk()
        disk.cut_power_in(number)
        done = work(disk, mode)
        disk = disk.after_power_cut(Torn.MIXED, random.Random(number))
        disk.cut_power_in(number % 4)
        try:
            found(disk, mode)
        except sqlite3.OperationalError:
            assert disk.dead
        left = found(disk.after_power_cut(Torn.MIXED, random.Random(number + 1)), mode)
        assert left[: len(done)] == done


@pytest.mark.parametrize("mode", MODES)
def test_a_sync_that_keeps_nothing_loses_what_was_committed(
    mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The planted bug: were it not found, the tests above would show nothing."""
    disk = Disk()
    monkeypatch.setattr(Disk, "sync", lambda disk, _file: disk._operation())
    done = work(disk, mode)
    assert found(disk.after_power_cut(Torn.LOST, random.Random(0)), mode) != done


@pytest.mark.parametrize("mode", MODES)
def test_an_operation_that_fails_is_an_error_and_no_damage(mode: str) -> None:
    for number in range(operations(mode)):
        disk = Disk()
        disk.fail_in(number)
        done: list[int] = []
        with contextlib.suppress(sqlite3.OperationalError), database(disk, mode) as db:
            db.execute("CREATE TABLE t(n INTEGER PRIMARY KEY)")
            for n in range(ROUNDS):
                db.execute("INSERT INTO t VALUES (?)", (n,))
                done.append(n)
        with database(disk, mode) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            if done:
                left = [n for (n,) in db.execute("SELECT n FROM t ORDER BY n")]
                assert left[: len(done)] == done


def test_a_full_disk_is_said_and_survived() -> None:
    disk = Disk()
    with database(disk, "wal") as db:
        db.execute("CREATE TABLE t(data BLOB)")
        db.execute("INSERT INTO t VALUES (x'01')")
        disk.capacity_bytes = disk.used_bytes() + 5000
        with pytest.raises(sqlite3.OperationalError, match="full"):
            db.execute("INSERT INTO t VALUES (zeroblob(20000))")
        disk.mend()
        db.execute("INSERT INTO t VALUES (zeroblob(20000))")
        assert db.execute("SELECT count(*) FROM t").fetchall() == [(2,)]
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_temporary_files_lie_on_no_disk_of_ours() -> None:
    disk = Disk()
    with database(disk, "wal") as db:
        db.execute("PRAGMA temp_store=1")
        db.execute("PRAGMA cache_size=2")
        db.execute("CREATE TABLE t(n, data)")
        db.executemany("INSERT INTO t VALUES (?, zeroblob(3000))", [(n,) for n in range(200)])
        rows = db.execute("SELECT n FROM t ORDER BY length(data), n DESC").fetchall()
        assert rows[0] == (199,)
        assert {name.partition("-")[0] for name in disk.files} == {"t.db"}


def test_two_disks_are_two_worlds_and_a_copy_is_a_database() -> None:
    one, other = Disk(), Disk()
    with database(one, "wal") as db:
        db.execute("CREATE TABLE t(n)")
        with database(other, "wal") as second:
            assert second.execute("SELECT count(*) FROM sqlite_schema").fetchall() == [(0,)]
        db.execute("INSERT INTO t VALUES (7)")
        copied = Disk(one.image())
    with database(copied, "wal") as db:
        assert db.execute("SELECT n FROM t").fetchall() == [(7,)]


def test_everything_is_closed_and_forgotten_in_the_end() -> None:
    open_before, disks_before = len(vfs._open), len(vfs._disks)
    with database(Disk(), "delete") as db:
        db.execute("CREATE TABLE t(n)")
        assert len(vfs._open) > open_before
    assert len(vfs._open) == open_before
    assert len(vfs._disks) == disks_before
