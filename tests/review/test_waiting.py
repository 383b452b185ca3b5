"""The table of what waits: an entry whose parents came waits no more, also where its record was forgotten."""

from __future__ import annotations

import pytest

from node import records
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
    monkeypatch.setattr(records, "_CACHE_RECORDS", room)
    a, b, c = together(3)
    _effects_first(a, b, c, 4)
    assert _waits(c) == 0
    assert c.digest() == b.digest()
    assert c.problems() == []
