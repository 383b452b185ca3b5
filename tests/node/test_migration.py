"""A data file of version 1 is opened by this one: nothing kept, said or signed gets lost or changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.errors import NotADatabase
from node.ground import HighWater
from node.store import migration
from node.store.database import Database
from node.store.tables import VERSION
from tests.support.first_version import take_back
from tests.support.furnished import furnish
from tests.support.stumble import Stumbled, snapshot
from tests.support.townships import Town, agree, exchange, together


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    one, other, third = together(3, tmp_path)
    furnish(one, other, third, tmp_path)
    other.close()
    third.close()
    yield one
    one.close()


def version_of(file: Path) -> int:
    bare = sqlite3.connect(file)
    (found,) = bare.execute("PRAGMA user_version").fetchone()
    bare.close()
    return int(found)


def index_all(town: Town) -> None:
    while town.service.records.index_some(50):
        pass


def test_every_row_is_as_it_would_have_been_written_today(town: Town) -> None:
    while town.service.records.perform_some(50):
        pass  # version 1 left nothing for later
    before, digest = snapshot(town.service), town.digest()
    file = take_back(town.service)
    assert version_of(file) == 1
    town.open(HighWater())
    assert version_of(file) == VERSION
    assert snapshot(town.service)["search"] == []
    assert len(town.service.ground.model.search(town.ledger.n, "示范一村", 9)) == 1
    index_all(town)
    assert snapshot(town.service) == before
    assert town.digest() == digest
    assert town.problems() == []
    assert len(town.service.ground.model.search(town.ledger.n, "示范一村", 9)) == 1


def test_a_file_of_version_4_is_nearly_one_of_today(town: Town) -> None:
    index_all(town)
    before, file = snapshot(town.service), town.service.ground.db.file
    for statement in (
        "DROP INDEX entries_waiting",
        "CREATE INDEX entries_waiting ON entries(log) WHERE state=0",
        "PRAGMA user_version=4",
    ):
        town.service.ground.db.conn.execute(statement)
    town.service.ground.db.close()
    assert file is not None
    town.open(HighWater())
    assert version_of(file) == VERSION
    assert snapshot(town.service) == before
    assert town.service.ground.db.rows(
        "SELECT name FROM pragma_index_info('entries_waiting') ORDER BY seqno"
    ) == [("log",), ("reason",)]


def test_a_township_goes_on_after_it(tmp_path: Path) -> None:
    one, other = together(2, tmp_path)
    record = one.create("示范一村")
    exchange(one, other)
    take_back(one.service)
    one.open(one.service.ground.high_water)
    one.say(record, place="河边")
    other.say(record, amount_claimed="7")
    exchange(one, other)
    agree(one, other)
    assert len(one.own_logs()) == 1, "it writes on where it wrote before"


@pytest.mark.parametrize("part", ("_entries", "_checkpoints"))
def test_what_fails_on_the_way_leaves_the_old_file(
    town: Town, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    while town.service.records.perform_some(50):
        pass
    before = snapshot(town.service)
    file = take_back(town.service)
    real = getattr(migration, part)

    def stumble(*given: object) -> None:
        real(*given)
        raise Stumbled

    with monkeypatch.context() as broken:
        broken.setattr(migration, part, stumble)
        with pytest.raises(Stumbled):
            Database(file)
    assert version_of(file) == 1
    town.open(HighWater())
    index_all(town)
    assert snapshot(town.service) == before
    assert town.problems() == []


@pytest.mark.parametrize(
    "damage",
    (
        "UPDATE entries SET header=x'80' WHERE seq=1",
        "UPDATE entries SET log=log+100 WHERE seq=1",
        "UPDATE entries SET seq=seq+1 WHERE seq=1",
        "DELETE FROM entries WHERE seq=0",
        "UPDATE checkpoints SET raw=x'00'",
        "DROP TABLE checkpoints",
    ),
)
def test_a_damaged_file_is_said_in_a_sentence_and_left_alone(town: Town, damage: str) -> None:
    file = take_back(town.service)
    bare = sqlite3.connect(file)
    bare.execute(damage)
    bare.commit()
    bare.close()
    with pytest.raises(NotADatabase):
        Database(file)
    assert version_of(file) == 1
    bare = sqlite3.connect(file)
    tables = {row[0] for row in bare.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    bare.close()
    assert not [name for name in tables if name.startswith("old_")]
    assert "entries" in tables
