"""A node in two ledgers: nothing of the one may touch the other, whatever a member of both writes."""

from __future__ import annotations

import pytest

from crdt.entry import RecordId
from crdt.verdicts import EntryState
from keys.canonical import Plain
from node.ledgers import Ledger
from node.reading import Reading
from node.service import Service
from node.verify import verify
from tests.protocol.author import Author
from tests.support.people import identity
from tests.support.townships import POST, Town, found, give, towns


def _named(service: Service, name: str) -> Ledger:
    return service.ledgers.choose(name)


def _case(town: Town, ledger: str) -> RecordId:
    typed = {"category": "forest_land", "village": "示范一村"}
    return town.service.create(_named(town.service, ledger), "case", typed, POST)


def _place(text: str) -> list[Plain]:
    return [["set", "place", text, []]]


@pytest.mark.parametrize("cached", (True, False))
@pytest.mark.parametrize("in_both", (True, False))
def test_an_entry_of_one_ledger_says_nothing_in_another(cached: bool, in_both: bool) -> None:
    """`c` writes, in the second ledger, an entry about a record of the first."""
    a, b, c = towns(3)
    found(*((a, b, c) if in_both else (a, b)), name="一")
    found(b, c, name="二")
    record = _case(a, "一")
    give(a, b)
    first, second = _named(b.service, "一"), _named(b.service, "二")
    before = Reading(b.service).digest(first)
    heads = b.service.record(first, record).heads()
    if not cached:
        b.service.records.forget()
    liar = Author(identity("c"), _named(c.service, "二"), "lie")
    lie = [liar.opening(), liar.saying(record, heads, _place("别处"))]
    b.service.ingest.take(second, liar.run(lie))

    assert Reading(b.service).record(first, record)["fields"]["place"] is None
    assert Reading(b.service).digest(first) == before
    b.service.records.forget()
    assert b.service.record(first, record).heads() == heads
    for ledger in (first, second):
        assert verify(b.service, ledger, lambda _done, _all: None)["problems"] == []


def test_a_verdict_does_not_depend_on_the_other_ledgers_a_node_is_in() -> None:
    """`c` cites, in the first ledger, an entry of the second; only `b` is in both."""
    a, b, c = towns(3)
    found(a, b, c, name="一")
    found(b, c, name="二")
    record, stray = _case(a, "一"), _case(c, "二")
    give(a, b)
    give(c, b)
    (parent,) = b.service.record(_named(b.service, "二"), stray).heads()
    liar = Author(identity("c"), _named(c.service, "一"), "lie")
    heads = a.service.record(_named(a.service, "一"), record).heads()
    lie = liar.run([liar.opening(), liar.saying(record, sorted([*heads, parent]), _place("别处"))])
    states = []
    for town in (a, b):
        town.service.ingest.take(_named(town.service, "一"), lie)
        states += town.service.ground.db.rows("SELECT state FROM entries WHERE id=?", liar.last.id)  # type: ignore[union-attr]
    assert states == [(int(EntryState.WAITING),)] * 2
