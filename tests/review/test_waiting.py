"""The table of what waits: an entry whose parents came waits no more, also where its record was forgotten."""

from __future__ import annotations

from typing import Any

import pytest

from crdt.entry import Content, EntryId
from node import recordcache
from node.errors import LogFull
from node.store import log as store_log
from tests.protocol import author as author_module
from tests.protocol.author import Author
from tests.support.people import identity
from tests.support.townships import Town, exchange, runs_for, together


def _waits(town: Town) -> int:
    row = town.service.ground.db.one("SELECT count(*) FROM waits")
    assert row is not None
    return int(row[0])


def _effects_first(a: Town, b: Town, c: Town, cases: int) -> None:
    """`c` gets what `b` wrote on cases of `a`, then the cases."""
    made = [a.create(f"示范{n}村") for n in range(cases)]
    exchange(a, b)
    for record in made:
        b.say(record, place="河边")
    for giver in (b, a):
        own = giver.service.device
        for body in runs_for(b.service, c.service, b.ledger.id):
            run_log = c.service.ingest.log_of(c.ledger, body)
            if run_log[0] == own:
                c.service.ingest.take(c.ledger, body)


@pytest.mark.parametrize("room", (512, 1))
def test_nothing_is_left_waiting_for_what_came(room: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordcache, "_CACHE_RECORDS", room)
    a, b, c = together(3)
    _effects_first(a, b, c, 4)
    assert _waits(c) == 0
    assert c.digest() == b.digest()
    assert c.problems() == []


def test_what_waits_for_an_upgrade_takes_no_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who upgrades late carries all that the others write; only what waits for a parent has a bound."""
    monkeypatch.setattr(store_log, "WAITING_ENTRIES_PER_LOG", 3)
    a, _, c = together(3)
    record = a.create()
    heads = a.service.record(a.ledger, record).heads()
    author = Author(identity("c"), c.ledger, "from the future")
    a.service.ingest.take(a.ledger, author.run([author.opening()]))
    monkeypatch.setattr(author_module, "Content", _of_schema_99)
    said = [author.saying(record, heads, [["set", "place", "河边", []]]) for _ in range(5)]
    for _ in range(5):  # and each on the one before
        said.append(author.saying(record, (said[-1].id,), [["set", "place", "桥边", []]]))
    for entry in said:
        a.service.ingest.take(a.ledger, author.run([entry]))
    assert a.service.ground.log.entries_by_newer_rules(a.ledger.n) == 10
    nowhere = (EntryId(bytes(32)),)
    lost = [author.saying(record, nowhere, [["set", "place", "村口", []]]) for _ in range(4)]
    for entry in lost[:3]:
        a.service.ingest.take(a.ledger, author.run([entry]))
    with pytest.raises(LogFull):
        a.service.ingest.take(a.ledger, author.run(lost[3:]))
    assert len(a.service.record(a.ledger, record).missing()) == 13
    assert a.problems() == []


def _of_schema_99(_: int, *rest: Any) -> Content:
    return Content(99, *rest)
