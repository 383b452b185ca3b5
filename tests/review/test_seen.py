"""What a clerk writes is about what the clerk saw: what arrives in between is never overwritten unseen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crdt.entry import RecordId
from crdt.errors import RuleBroken
from node.errors import NotFound
from node.service import Service
from tests.support.townships import POST, Town, exchange, give, together


@pytest.fixture
def met() -> tuple[Town, Town, RecordId]:
    a, b = together(2)
    record = a.create()
    a.say(record, summary="甲村与乙村争一片山林，已有三年。")
    exchange(a, b)
    return a, b, record


def _arrives_in_between(
    monkeypatch: pytest.MonkeyPatch, town: Town, what: Callable[[], object]
) -> None:
    """The moment between reading a record and writing: another process of this township is quick."""
    write = town.service._write

    def late(*given: object, **named: object) -> object:
        what()
        return write(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(town.service, "_write", late)


def test_a_text_is_changed_where_the_clerk_changed_it(
    met: tuple[Town, Town, RecordId], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, record = met
    b.say(record, summary="今年春天，甲村与乙村争一片山林，已有三年。")
    _arrives_in_between(monkeypatch, a, lambda: give(b, a))
    a.say(record, summary="甲村与乙村争一片山林，已有五年。")
    assert a.value(record, "summary") == "今年春天，甲村与乙村争一片山林，已有五年。"
    exchange(a, b)
    assert a.digest() == b.digest()


def test_a_value_that_the_clerk_never_saw_is_not_overwritten(
    met: tuple[Town, Town, RecordId], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, record = met
    b.say(record, place="河东")
    _arrives_in_between(monkeypatch, a, lambda: give(b, a))
    a.say(record, place="河西")
    (conflict,) = a.service.open_conflicts(a.ledger)
    assert {c.value for c in conflict.candidates} == {"河东", "河西"}


def test_a_conflict_is_settled_only_as_it_was_shown(met: tuple[Town, Town, RecordId]) -> None:
    """The list of conflicts is a cache: where one has grown since, nobody settles what it became."""
    a, b, record = met
    a.say(record, place="河西")
    b.say(record, place="河东")
    give(b, a)
    (shown,) = a.service.open_conflicts(a.ledger)
    rows = a.service.ground.db.rows("SELECT * FROM conflicts")
    a.service.settle(a.ledger, shown, "河东", POST, "现场查看")
    b.say(record, place="河南")
    give(b, a)
    (now,) = a.service.open_conflicts(a.ledger)
    assert now.id != shown.id
    db: Service = a.service
    with db.ground.db.transaction() as old:
        old.execute("DELETE FROM conflicts")
        old.executemany("INSERT INTO conflicts VALUES (?,?,?,?,?,?,?)", rows)
    with pytest.raises((NotFound, RuleBroken)):
        a.service.find_conflict(a.ledger, shown.id.hex()[:12])


def test_what_is_committed_while_we_look_is_seen_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two processes of one township: one commits between the two questions that the other asks the store."""
    a, _ = together(2, tmp_path)
    first, second = a.create(), a.create()
    other = Town("a", tmp_path / "a", lives=7)
    assert (a.value(first, "party_count"), a.value(second, "party_count")) == (None, None)
    other.say(first, party_count="5")
    log = a.service.ground.log
    real = log.records_since

    def overtaken(number: int) -> object:
        found = real(number)
        other.say(second, party_count="3")
        return found

    with monkeypatch.context() as patch:
        patch.setattr(log, "records_since", overtaken)
        assert a.value(first, "party_count") == 5
    assert a.value(second, "party_count") == 3
    assert (a.digest(), a.problems()) == (other.digest(), [])
