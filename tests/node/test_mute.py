"""A township that takes nothing new of another for a while: here alone, harming nobody, undone at a word."""

from __future__ import annotations

import pytest

from node.errors import Muted
from tests.support.cores import Net
from tests.support.townships import Town, agree, exchange, give, runs_for, together


def mute(town: Town, one: bytes, *, off: bool = False) -> None:
    with town.service.ground.db.transaction():
        town.service.ground.book.set_muted(one, muted=not off)


def running(*towns: Town) -> Net:
    net = Net(list(towns))
    net.start()
    net.run(10.0)
    return net


def written(net: Net, town: Town, village: str) -> bytes:
    record = town.create(village)
    net.changed(town.label)
    net.run(10.0)
    return record


def has(town: Town, record: bytes) -> bool:
    rows = town.service.ground.db.rows("SELECT 1 FROM entries WHERE record=?", record)
    return bool(rows)


@pytest.mark.parametrize("whom", ("device", "township"))
def test_nothing_new_of_it_is_taken_until_it_is_undone(whom: str) -> None:
    a, b, c = together(3)
    net = running(a, b, c)
    before = written(net, b, "此前村")
    mute(a, bytes(b.service.device if whom == "device" else b.service.township))
    net.changed("a")
    during = written(net, b, "其间村")
    others = written(net, c, "丙村")
    assert has(a, before), "what is here stays"
    assert not has(a, during), "neither from itself nor through the third"
    assert has(a, others), "everybody else is heard"
    assert has(c, during), "and nobody else is harmed"
    own = written(net, a, "甲村")
    assert has(b, own), "it is still told everything"
    mute(a, bytes(b.service.device if whom == "device" else b.service.township), off=True)
    net.changed("a")
    net.run(60.0)
    assert has(a, during), "everything catches up by itself"
    agree(a, b, c)


def test_who_begins_to_exchange_is_told_at_once_what_is_not_wanted() -> None:
    """Not a byte of what the muted one wrote crosses the line."""
    a, b, _ = together(3)
    mute(a, bytes(b.service.device))
    record = b.create()
    net = running(a, b)
    assert not has(a, record)
    assert net.said("a", "declined") == [], "no run came that would have had to be declined"
    assert [n for n in net.said("a", "closed") if n.facts.get("by") == "us"] == []


def test_what_others_built_on_it_waits_and_is_shown_afterwards() -> None:
    a, b, c = together(3)
    record = b.create()
    exchange(b, c)
    mute(a, bytes(b.service.device))
    c.say(record, urgency="red")
    for body in runs_for(c.service, a.service, a.ledger.id):
        try:
            a.service.ingest.take(a.ledger, body)
        except Muted:
            continue
    [waiting] = a.service.ground.db.rows("SELECT count(*) FROM entries WHERE state=0")
    assert waiting[0] > 0
    mute(a, bytes(b.service.device), off=True)
    give(c, a)
    assert a.value(record, "urgency") == "red"
    exchange(a, b, c)
    agree(a, b, c)


def test_muting_survives_the_process() -> None:
    a, b = together(2)
    mute(a, bytes(b.service.device))
    b.create()
    body = runs_for(b.service, a.service, a.ledger.id)[0]
    with pytest.raises(Muted):
        a.service.ingest.take(a.ledger, body)
    assert a.entries() == 0
