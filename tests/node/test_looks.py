"""Who looked stands in a list that nobody shortens or rewrites unseen, as the neighbours keep its digests."""

from __future__ import annotations

import pytest

from crdt.entry import RecordId
from crdt.errors import BadValue
from node.looks import ACTION, Break
from node.sealerrors import PurposeNeeded
from node.spare import SpareTime
from tests.node.test_erasing import _meet
from tests.node.test_sealed import NAME, PHONE, _party
from tests.support.townships import POST, Town, agree, exchange, together

DAY = 86_400_000


def _look(
    town: Town, record: RecordId | None, action: str = "view", purpose: str = "mediation"
) -> None:
    town.service.looks.add(town.ledger, record, action, purpose, POST)


def _broken(town: Town) -> Break | None:
    return town.service.looks.verify(town.ledger).broken


def test_a_purpose_is_asked_once_a_day_and_case() -> None:
    a, b = together(2)
    case, other = a.create(), a.create()
    one, two, third = _party(a, case, b), _party(a, case, b), _party(a, other, b)
    looks = a.service.looks
    assert looks.purpose_today(a.ledger, one) is None
    with pytest.raises(PurposeNeeded):
        _look(a, one, purpose="")
    with pytest.raises(BadValue):
        _look(a, one, purpose="好奇")
    assert looks.digest(a.ledger)[0] == 0
    _look(a, one, purpose="调解")
    assert looks.purpose_today(a.ledger, one) == looks.purpose_today(a.ledger, two) == "mediation"
    assert looks.purpose_today(a.ledger, case) == "mediation"
    assert looks.purpose_today(a.ledger, third) is None
    assert looks.purpose_today(a.ledger, None) is None
    a.clock.ms += DAY
    assert looks.purpose_today(a.ledger, one) is None


def test_lines_hold_ids_and_no_value_and_outlast_what_was_erased() -> None:
    a, b = together(2)
    case = a.create()
    party = _party(a, case, b)
    _meet(a, b)
    for action in ACTION.codes():
        _look(a, party, action)
    _look(a, None, "search")
    looks = a.service.looks
    lines = looks.lines(a.ledger)
    assert [n for n, _ in lines] == [1, 2, 3, 4, 5, 6]
    assert {k.record for _, k in lines} == {party, None}
    assert [n for n, _ in looks.lines(a.ledger, {party})] == [1, 2, 3, 4, 5]
    assert looks.lines(a.ledger, since="2023-11-16") == []
    assert len(looks.lines(a.ledger, since="2023-11-15")) == 6
    assert (
        looks.named(a.ledger, case.hex()[:8]) == looks.named(a.ledger, party.hex()[:8]) == {party}
    )
    order = a.service.erasing.order(a.ledger, [party], "on_request", "本人申请")
    _meet(a, b)
    b.service.erasing.approve(b.ledger, order)
    _meet(a, b)
    assert looks.lines(a.ledger) == lines
    assert looks.named(a.ledger, party.hex()[:8]) == {party}
    dump = repr(a.service.ground.db.rows("SELECT * FROM looks"))
    assert NAME not in dump
    assert PHONE not in dump
    assert _broken(a) is None
    agree(a, b)


def test_whoever_writes_says_the_digest_once_a_day_and_others_keep_it() -> None:
    a, b = together(2)
    case = a.create()
    party = _party(a, case, b)
    before = a.entries()
    a.say(case, urgency="red")
    assert a.entries() == before + 1, "nobody looked, so nothing is said"
    _look(a, party)
    a.say(case, urgency="blue")
    assert a.entries() == before + 3
    _look(a, party)
    a.say(case, urgency="yellow")
    assert a.entries() == before + 4, "once a day"
    assert a.service.looks.seal(a.ledger) is not None
    assert a.service.looks.seal(a.ledger) is None
    a.clock.ms += DAY
    a.say(case, urgency="orange")
    assert a.entries() == before + 6, "nothing new to say"
    checked = a.service.looks.verify(a.ledger)
    assert (checked.count, checked.digests, checked.broken) == (2, 2, None)
    exchange(a, b)
    agree(a, b)


def test_a_changed_a_removed_and_a_replaced_line_are_named() -> None:
    a, b = together(2)
    party = _party(a, a.create(), b)
    for _ in range(3):
        _look(a, party)
    a.service.looks.seal(a.ledger)
    _look(a, party, "export")
    run = a.service.ground.db.conn.execute
    run("BEGIN")
    run("UPDATE looks SET purpose='service' WHERE n=2")
    assert _broken(a) == Break(2, said=False, missing=False)
    run("ROLLBACK")
    run("BEGIN")
    run("DELETE FROM looks WHERE n=1")
    assert _broken(a) == Break(1, said=False, missing=False)
    run("ROLLBACK")
    run("BEGIN")
    run("DELETE FROM looks WHERE n>2")
    assert _broken(a) == Break(3, said=True, missing=True)
    run("ROLLBACK")
    assert _broken(a) is None
    # Somebody writes all of it anew, hash by hash.
    run("DELETE FROM looks")
    for _ in range(4):
        _look(a, None, "search")
    assert _broken(a) == Break(3, said=True, missing=False)
    exchange(a, b)
    agree(a, b)


def test_each_ledger_and_township_has_its_own_list() -> None:
    a, b = together(2)
    party = _party(a, a.create(), b)
    exchange(a, b)
    _look(a, party)
    a.service.looks.seal(a.ledger)
    _look(b, party)
    exchange(a, b)
    assert _broken(a) is None
    assert _broken(b) is None
    assert b.service.looks.verify(b.ledger).digests == 0
    assert a.service.looks.digest(a.ledger)[1] != b.service.looks.digest(b.ledger)[1]


def test_a_running_node_says_it_with_time_to_spare() -> None:
    a, b = together(2)
    party = _party(a, a.create(), b)
    spare = SpareTime(a.service)
    while spare.use(0.0) or spare.due_s is not None:
        pass
    before = a.entries()
    assert not spare.use(1.0)
    _look(a, party)
    assert spare.use(2.0)
    assert not spare.use(3.0)
    assert a.entries() == before + 1
    exchange(a, b)
    agree(a, b)
