"""Sealed records between stores: who was granted reads all of it, nobody else anything; keys change hands."""

from __future__ import annotations

import pytest

from crdt.deeds import Share
from crdt.entry import RecordId
from crdt.verdicts import EntryState
from keys.card import DeviceKeys
from keys.identity import TownshipId
from node.sealerrors import GrantEnded, NotGranted, OnlyHomeGrants
from node.writing import Opening
from tests.support.devices import new_device, tell, word
from tests.support.townships import POST, Town, agree, exchange, together

NAME, PHONE = "张三", "13800000000"


def _me(town: Town) -> TownshipId:
    return town.ledger.me


def _party(town: Town, case: RecordId, *readers: Town, until: str = "") -> RecordId:
    shares = tuple(Share(_me(r), "mediation", POST, until) for r in readers)
    others = town.service.ground.seals.about(town.ledger.n, case)
    alias = f"甲方{len(others) + 1}"
    typed = {"alias": alias, "role": "applicant", "name": NAME, "phone": PHONE}
    return town.service.create(town.ledger, "party", typed, POST, opening=Opening(case, shares))


def _states(town: Town, record: RecordId) -> set[EntryState]:
    rows = town.service.ground.db.rows("SELECT state FROM entries WHERE record=?", record)
    return {EntryState(row[0]) for row in rows}


def _sees(town: Town, record: RecordId, name: str = "name") -> object:
    return town.value(record, name)


def test_who_was_granted_reads_and_nobody_else() -> None:
    a, b, c = together(3)
    case = a.create()
    party = _party(a, case, b)
    exchange(a, b, c)
    assert _sees(a, party) == _sees(b, party) == NAME
    with pytest.raises(NotGranted):
        c.service.record(c.ledger, party)
    assert _states(c, party) == {EntryState.CLOSED}
    b.say(party, phone="13900000000")
    exchange(a, b, c)
    assert _sees(a, party, "phone") == "13900000000"
    agree(a, b, c)
    for town in (a, b, c):
        file = town.service.ground.db.conn.serialize()
        assert NAME.encode() not in file
        assert PHONE.encode() not in file
        assert town.service.ground.seals.about(town.ledger.n, case) == [party]


def test_a_grant_opens_all_of_it_and_a_withdrawal_what_comes_after() -> None:
    a, b, c = together(3)
    party = _party(a, a.create(), b)
    a.say(party, address="旧地址")
    exchange(a, b, c)
    a.service.granting.grant(a.ledger, party, Share(_me(c), "mediation"))
    exchange(a, b, c)
    assert _sees(c, party, "address") == "旧地址"
    c.say(party, phone="13700000000")
    exchange(a, b, c)
    assert _sees(b, party, "phone") == "13700000000"
    a.service.granting.withdraw(a.ledger, party, _me(c), "专班解散")
    a.say(party, address="新地址")
    exchange(a, b, c)
    assert _sees(b, party, "address") == "新地址"
    with pytest.raises(NotGranted):
        c.service.record(c.ledger, party)
    with pytest.raises(NotGranted):
        c.say(party, phone="1")
    c.service.seals.check_reader = lambda *_: None  # type: ignore[method-assign]
    assert _sees(c, party, "address") == "旧地址", "no rule but the key itself keeps it closed"
    for town in (a, b):
        assert town.problems() == []


def test_what_was_written_in_ignorance_of_the_withdrawal_waits_beyond_the_fence() -> None:
    a, b, c = together(3)
    party = _party(a, a.create(), b, c)
    exchange(a, b, c)
    c.say(party, phone="13700000001")
    exchange(a, c)
    a.service.granting.withdraw(a.ledger, party, _me(c), "退出")
    late = c.say(party, phone="13700000002")
    exchange(a, b, c)
    for town in (a, b):
        assert _sees(town, party, "phone") == "13700000001"
        assert EntryState.QUARANTINED in _states(town, party)
    a.service.epochs.adopt(a.ledger, late.hex(), "那时还不知道")
    exchange(a, b)
    assert _sees(b, party, "phone") == "13700000002"


def test_only_who_entered_it_grants() -> None:
    a, b, c = together(3)
    party = _party(a, a.create(), b)
    exchange(a, b, c)
    with pytest.raises(OnlyHomeGrants):
        b.service.granting.grant(b.ledger, party, Share(_me(c), "mediation"))
    # Whoever says so all the same, and hands the keys over, says it to nobody.
    seals = b.service.seals
    wraps = seals.missing_wraps(b.ledger, party, seals.devices(b.ledger, {_me(c)}))
    b.service.writing.say(b.ledger, [Share(_me(c), "mediation"), *wraps], record=party)
    exchange(a, b, c)
    assert c.service.seals.keys(c.ledger, party), "it has the keys"
    with pytest.raises(NotGranted):
        c.service.record(c.ledger, party)
    assert _me(c) not in a.service.seals.readers(a.ledger, party)


def test_a_grant_ends_with_its_day() -> None:
    a, b, c = together(3)
    party = _party(a, a.create(), b, until="2023-11-20")
    exchange(a, b, c)
    assert _sees(b, party) == NAME
    for town in (a, b, c):
        town.clock.ms += 20 * 86_400_000
    with pytest.raises(GrantEnded):
        b.service.record(b.ledger, party)
    a.say(party, address="以后")
    exchange(a, b, c)
    b.clock.ms -= 20 * 86_400_000  # a clock set back opens nothing
    assert _sees(b, party, "address") is None
    agree(a, b, c)


def test_a_grant_ends_with_its_task_force() -> None:
    a, b, c = together(3)
    team = a.service.create(
        a.ledger, "team", {"kind_of": "case_task_force", "called": "界山专班"}, POST
    )
    share = Share(_me(b), "mediation", team=team)
    typed = {"alias": "甲方1", "role": "applicant", "name": NAME}
    party = a.service.create(a.ledger, "party", typed, POST, opening=Opening(None, (share,)))
    exchange(a, b, c)
    assert _sees(b, party) == NAME
    a.service.move(a.ledger, team, "dissolved", POST, "事情办结")
    exchange(a, b, c)
    with pytest.raises(GrantEnded):
        b.service.record(b.ledger, party)
    agree(a, b, c)


def test_a_new_laptop_is_given_the_keys_by_whoever_has_them() -> None:
    """The readers' devices are others than before: whoever may read passes on what they lack, once."""
    a, b, c = together(3)
    party = _party(a, a.create(), b)
    exchange(a, b, c)
    b.say(party, phone="13700000001")
    exchange(a, b, c)
    laptop = new_device("laptop")
    mine = b.service.ground.identity.device
    said = word(b, 1, DeviceKeys(mine.sign, mine.tls, mine.hpke), laptop)
    for town in (a, b, c):
        tell(town, said)
    assert c.service.granting.pass_on(c.ledger) == 0, "it has nothing to pass on"
    assert a.service.granting.pass_on(a.ledger) == 1
    assert a.service.granting.pass_on(a.ledger) == 0
    exchange(a, b, c)
    assert b.service.granting.pass_on(b.ledger) == 0, "it was given everything already"
    named = {e.header.key_id for e in a.service.ground.log.of_record(a.ledger.n, party)}
    for town in (a, b):
        keys = town.service.seals.sealing(town.ledger, party).keys
        assert all(keys[key_id].wraps[laptop.id] for key_id in named)
    agree(a, b, c)
