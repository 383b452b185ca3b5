"""What a second hostile look found in sealed records, erasure and certificates."""

from __future__ import annotations

from pathlib import Path

import pytest

from crdt.deeds import Say, Share
from crdt.entry import EntryId, RecordId
from crdt.epoch import Rules
from crdt.errors import MalformedEntry
from crdt.statements import Statement
from crdt.verdicts import EntryState
from keys.errors import MulinError
from keys.identity import DeviceId
from keys.limits import ERASURES_PER_SIGNER
from node.grants import wrapped
from node.sealerrors import EpochNotFinal
from tests.node.test_erasing import _meet, _order, _papers, _payloads
from tests.node.test_sealed import NAME, _me, _party
from tests.node.test_sealed_faults import _give_log
from tests.review.test_attack_nodes import _open, _pen
from tests.support.beginnings import begun
from tests.support.devices import tell
from tests.support.forging import beginning, begun_by, detached
from tests.support.townships import Town, agree, exchange, runs_for, together


def _judged(town: Town, record: RecordId) -> dict[bytes, int]:
    rows = town.service.ground.db.rows("SELECT id, state FROM entries WHERE record=?", record)
    return dict(rows)


# --- convergence --------------------------------------------------------------------------------------


def test_what_a_withdrawals_fence_names_may_come_in_a_later_run() -> None:
    a, b, c = together(3)
    party = _party(a, a.create(), b, c)
    exchange(a, b, c)
    c.say(party, phone="13700000001")
    first = runs_for(c.service, b.service, c.ledger.id)
    c.create()  # what the fence will name
    exchange(a, c)
    a.service.granting.withdraw(a.ledger, party, _me(c), "退出")
    _give_log(a, b, DeviceId(a.service.device))
    for body in first:
        b.service.ingest.take(b.ledger, body)
    exchange(a, b, c)
    assert _judged(b, party) == _judged(a, party)
    assert b.value(party, "phone") == a.value(party, "phone") == "13700000001"


def test_what_a_removals_fence_names_may_come_after_the_keys() -> None:
    a, b, c, x = together(4)
    party = _party(x, x.create(), a, b, c)
    first = runs_for(x.service, c.service, x.ledger.id)
    x.create()  # what the fence will name
    exchange(a, b, x)
    _removed_by(x, a, b, c)
    for body in first:
        c.service.ingest.take(c.ledger, body)
    exchange(a, b, c)
    assert _judged(c, party) == _judged(a, party)
    assert c.value(party, "name") == a.value(party, "name") == NAME


def _removed_by(x: Town, *others: Town) -> None:
    """The papers go from hand to hand and no entry."""
    others[0].service.epochs.propose_removal(others[0].ledger, _me(x))
    for town in others[1:]:
        _papers(*others)
        town.service.epochs.vote(town.ledger, _open(town), agree=True)
    _papers(*others)
    assert {t.ledger.chain.epoch.member(_me(x)) for t in others} == {None}


def test_another_process_of_the_node_is_given_a_grant(tmp_path: Path) -> None:
    a, b, c = together(3, tmp_path)
    case = a.create()
    party = _party(a, case, b)
    exchange(a, b, c)  # c's node judged it: closed
    running = c.service
    c.lives += 10
    c.open(running.ground.high_water)  # a visit to a drop folder, on its own connection
    a.service.granting.grant(a.ledger, party, Share(_me(c), "mediation"))
    exchange(a, c)
    assert c.value(party, "name") == NAME
    running.ledgers.refresh()
    ledger = running.ledgers.choose(None)
    running.records.get(ledger, case)  # whatever it does in between
    late = EntryId(a.say(party, phone="13900000001"))
    for body in runs_for(a.service, running, ledger.id):
        running.ingest.take(ledger, body)
    assert _judged(c, party)[late] == EntryState.APPLIED
    assert _judged(c, party) == _judged(a, party)


def test_a_record_sealed_under_a_key_that_is_later_the_ledgers() -> None:
    """x proposes the next ledger key, and has sealed a record under it before."""
    a, b, c, x = together(4)
    key = x.service.records.seals.new_key()
    x.service.records.seals.new_key = lambda: key  # type: ignore[method-assign]
    party = _party(x, x.create(), a, b, c)
    exchange(a, x)
    assert a.value(party, "name") == NAME
    pen, chain = _pen(x), x.ledger.chain
    proposal = pen.propose(chain.epoch.renewing(key.id))
    votes = [_pen(t).vote(chain.epoch.id, 0, proposal, None) for t in (a, b, c, x)]
    wraps = {
        d: wrapped(x.service.ground.wrap, x.ledger.id, key, k)
        for d, k in x.ledger.members.delegations.items()
    }
    for town in (a, b, c, x):
        tell(town, pen.grant(key.id, wraps), proposal, *votes)
        assert key.id in town.ledger.keys
    exchange(a, b, c, x)
    assert _judged(a, party) == _judged(b, party)


# --- erasure ------------------------------------------------------------------------------------------


def test_a_run_that_waits_for_the_lock_while_a_command_erases(tmp_path: Path) -> None:
    a, b, c = together(3, tmp_path)
    party = _party(a, a.create(), b)
    _meet(a, b, c)
    order = _order(a, party)
    _papers(a, b, c)
    late = EntryId(b.say(party, phone="13900000001"))
    bodies = runs_for(b.service, c.service, b.ledger.id)
    running = c.service
    c.lives += 10
    c.open(running.ground.high_water)  # `mulin erase approve`
    c.service.erasing.approve(c.ledger, order)
    c.service.erasing.tidy()
    ledger = running.ledgers.choose(None)
    for body in bodies:
        running.ingest.take(ledger, body)
    entry = running.ground.log.entry(late)
    assert entry is not None
    assert entry.payload is None


def _ordered_without_home(forged: bool) -> tuple[list[Town], RecordId, EntryId, list[bytes]]:
    """Of five, c and d order what a began: by the header that began it, or `forged`, as if d had. Also b's
    word in it, and the run in which c gives that to e without what it says."""
    members = a, b, c, d, e = together(5)
    party = _party(a, a.create(), b, e)
    exchange(a, b, c)
    word = EntryId(b.say(party, phone="13900000009"))
    exchange(b, c)
    true = beginning(a, party)
    raw = begun_by(d, true) if forged else true
    order = _pen(d).erase(d.ledger.chain.epoch.id, [raw], "on_request", "")
    d.service.writing.say(d.ledger, [Say(order)])
    _papers(c, d)
    c.service.erasing.approve(c.ledger, order.id)
    _papers(*members)
    assert all(t.ledger.erasures.orders[order.id].in_force for t in members)
    assert all(party not in t.ledger.erasures.reached for t in members)
    bodies = [
        body
        for body in detached(c, e, lambda entry: entry.id == word)
        if e.service.ingest.log_of(e.ledger, body)[0] == b.service.device
    ]
    return members, party, word, bodies


@pytest.mark.parametrize("forged", (False, True))
def test_who_passes_headers_on_for_an_order_without_the_home_is_refused(forged: bool) -> None:
    members, party, word, bodies = _ordered_without_home(forged)
    a, _, _, _, e = members
    assert len(bodies) == 1
    with pytest.raises(MalformedEntry):
        e.service.ingest.take(e.ledger, bodies[0])
    assert e.service.ground.log.entry(word) is None, "nothing of it is kept"
    exchange(*members)
    assert a.value(party, "phone") == "13900000009"
    assert e.value(party, "phone") == "13900000009"
    agree(*members)


@pytest.mark.parametrize("forged", (False, True))
def test_who_was_given_headers_alone_stops_nobodys_sync(forged: bool) -> None:
    """It does not have them, and so gives them to nobody who has to refuse them."""
    members, party, word, bodies = _ordered_without_home(forged)
    a, _, _, d, e = members
    for body in bodies:
        with pytest.raises(MalformedEntry):
            e.service.ingest.take(e.ledger, body)
    exchange(a, e)
    exchange(a, d)
    exchange(e, d)
    exchange(*members)
    for town in members:
        entry = town.service.ground.log.entry(word)
        assert entry is not None
        assert entry.payload is not None
        assert _payloads(town, party) == 2


def test_who_was_given_headers_alone_for_an_order_in_force_passes_them_on() -> None:
    a, b, c, d = together(4)
    party = _party(a, a.create(), b)
    exchange(a, b, c)
    order = _order(a, party)
    _papers(a, b, c, d)
    b.service.erasing.approve(b.ledger, order)
    _papers(a, b, c, d)
    exchange(a, c)
    exchange(c, d)
    exchange(b, d)
    assert all(_payloads(town, party) == 0 for town in (a, b, c, d))
    exchange(a, b, c, d)
    agree(a, b, c, d)


def test_more_orders_than_there_is_room_for_are_the_same_everywhere() -> None:
    a, b, c = together(3)
    party = _party(a, a.create(), b)
    exchange(a, b)
    epoch, device = a.ledger.chain.epoch.id, DeviceId(a.service.device)
    true = _pen(a).erase(epoch, [beginning(a, party)], "on_request", "")
    fill = [
        _pen(a).erase(epoch, [begun(a.ledger.id, device, n)], "on_request", "")
        for n in range(ERASURES_PER_SIGNER)
    ]
    tell(c, *fill)
    tell(b, true)
    tell(a, true)
    b.service.erasing.approve(b.ledger, true.id)
    _papers(a, b, c)
    _papers(a, b, c)
    assert _payloads(a, party) == _payloads(b, party) == 0
    exchange(a, b, c)
    agree(a, b, c)


def _rivals(a: Town, b: Town, x: Town, y: Town) -> list[list[Statement]]:
    """x and y vote twice, so that of two epochs neither stands, as soon as both are known."""
    begun_ = a.ledger.chain.epoch
    said: list[list[Statement]] = []
    for town, days in ((a, 100), (b, 200)):
        proposal = _pen(town).propose(begun_.ruling(Rules(1, 1, days)))
        votes = [_pen(t).vote(begun_.id, 0, proposal, None) for t in (town, x, y)]
        said.append([proposal, *votes])
    return said


def test_what_was_ordered_in_an_epoch_that_is_undone() -> None:
    """The order cites the one of two epochs; a, who knows only of that one, does not obey it yet."""
    a, b, x, y = together(4)
    party = _party(a, a.create(), b)
    exchange(a, b, x, y)
    said = _rivals(a, b, x, y)
    tell(a, *said[0])
    assert a.ledger.chain.number == 1
    order = _pen(a).erase(a.ledger.chain.epoch.id, [beginning(a, party)], "on_request", "")
    tell(a, order, _pen(x).approve(order.id))
    assert order.id in a.ledger.statements
    assert order.id not in a.ledger.erasures.orders
    assert _payloads(a, party) == 1, "the epoch may be undone"
    with pytest.raises(MulinError):
        a.service.erasing.approve(a.ledger, order.id)
    for town in (a, b, x, y):
        tell(town, *said[1], *said[0], order, _pen(x).approve(order.id))
    _papers(a, b, x, y)
    assert a.ledger.chain.number == 0
    assert a.ledger.statements.keys() == b.ledger.statements.keys()
    assert _payloads(a, party) == _payloads(b, party) == 1
    exchange(a, b, x, y)
    agree(a, b, x, y)


def test_what_is_ordered_while_an_epoch_may_be_undone_stays_ordered() -> None:
    """a's own program cites the epoch before; what was begun since has to wait."""
    a, b, x, y = together(4)
    party = _party(a, a.create(), b)
    exchange(a, b, x, y)
    said = _rivals(a, b, x, y)
    for town in (a, x):
        tell(town, *said[0])
    late = a.create()
    with pytest.raises(EpochNotFinal):
        _order(a, party, late)
    order = _order(a, party)
    assert a.ledger.erasures.orders[order].epoch == 0
    _papers(a, x)
    x.service.erasing.approve(x.ledger, order)
    _papers(a, x)
    assert _payloads(a, party) == 0
    for town in (a, b, x, y):
        tell(town, *said[1], *said[0])
    _papers(a, b, x, y)
    assert [t.ledger.chain.number for t in (a, b, x, y)] == [0] * 4
    exchange(a, b, x, y)
    assert all(_payloads(town, party) == 0 for town in (a, b, x, y))
    agree(a, b, x, y)


def test_what_was_begun_in_an_epoch_is_ordered_when_nothing_undoes_it() -> None:
    a, b, x, y = together(4)
    exchange(a, b, x, y)
    said = _rivals(a, b, x, y)
    for town in (a, b, x, y):
        tell(town, *said[0])
    late = a.create()
    for town in (b, x, y):
        town.service.settle_ledger(town.ledger)
    _papers(a, b, x, y)
    with pytest.raises(EpochNotFinal):
        _order(a, late)
    a.service.settle_ledger(a.ledger)
    order = _order(a, late)
    assert a.ledger.erasures.orders[order].epoch == 1
    _papers(a, b, x, y)
    b.service.erasing.approve(b.ledger, order)
    _meet(a, b, x, y)
    assert all(_payloads(town, late) == 0 for town in (a, b, x, y))
    agree(a, b, x, y)
