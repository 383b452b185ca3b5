"""A log that has no room here: it alone stops, and everything else between the two goes on."""

from __future__ import annotations

import pytest

from crdt.entry import EntryId
from node.store import history
from node.store import log as store_log
from protocol.errors import Reason
from tests.protocol.author import Author
from tests.review.wires import Wires
from tests.support.people import identity, seed
from tests.support.townships import Town, give, together

_ROOM = 3
_LONG = "山" * 60_000  # 180 kB: three to a run


def _flood(of: Town, entries: int) -> list[bytes]:
    """Runs of entries that cite what nobody has: they wait for ever."""
    author = Author(identity(of.label), of.ledger, "flood")
    nobody = EntryId(seed("an entry that nobody releases"))
    runs = [author.run([author.opening()])]
    record = seed("record", size=16)
    for _ in range(entries):
        entry = author.saying(record, [nobody], [["set", "place", _LONG, []]])  # type: ignore[arg-type]
        runs.append(author.run([entry]))
    return runs


@pytest.fixture
def story(monkeypatch: pytest.MonkeyPatch) -> tuple[Town, Town]:
    """`b` holds a flood of `c` that `a` has no room for, and a case of its own."""
    a, b, c = together(3)
    for body in _flood(c, 3 * _ROOM):
        b.service.ingest.take(b.ledger, body)
    monkeypatch.setattr(store_log, "WAITING_ENTRIES_PER_LOG", _ROOM)
    for n in range(3):
        b.create(f"示范{n}村")
        a.create(f"演示{n}村")
    return a, b


def test_what_was_on_its_way_when_its_log_was_stopped_ends_no_session(
    story: tuple[Town, Town],
) -> None:
    a, b = story
    wires = Wires(a, b)
    wires.meet("a", "b")
    assert Reason.UNLINKED.name.lower() not in wires.closings("a")
    assert a.digest() == b.digest()


def test_nobody_claims_that_everything_is_exchanged(story: tuple[Town, Town]) -> None:
    a, b = story
    wires = Wires(a, b)
    wires.meet("a", "b")
    assert not wires.synced("a")
    assert not wires.synced("b")
    assert wires.closings("a") == [], "there is no room yet, so there is nothing to begin anew for"


def test_a_stopped_log_goes_on_once_there_is_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """`b` and `c` built on one another; `a` has room for few waiting entries and ends with all of them."""
    a, b, c = together(3)
    record = b.create()
    give(b, c)
    for n in range(12):
        one, other = (b, c) if n % 2 else (c, b)
        one.say(record, place=f"第{n}处" + "远" * 150)
        give(one, other)
    monkeypatch.setattr(store_log, "WAITING_ENTRIES_PER_LOG", 1)
    monkeypatch.setattr(history, "ENTRIES_PER_FRAME", 2)
    wires = Wires(a, b)
    for _ in range(30):
        if not wires.cores["a"].live():
            wires.connect("a", "b")
        wires.carry()
    assert wires.closings("a"), "the story is one of a full log"
    assert wires.synced("a")
    assert wires.synced("b")
    assert a.digest() == b.digest()
    assert a.problems() == []
