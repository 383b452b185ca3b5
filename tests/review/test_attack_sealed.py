"""What a second hostile look found in sealed records, erasure and certificates."""

from __future__ import annotations

import tracemalloc
from pathlib import Path

import pytest

from crdt.deeds import Adopt, Say, Share, Wrap
from crdt.entry import EntryId, RecordId
from crdt.epoch import Rules
from crdt.errors import MalformedEntry
from crdt.pen import Pen
from crdt.sealing import Keying, sealing_of
from crdt.statements import Statement
from crdt.verdicts import EntryState
from keys.card import DeviceKeys
from keys.errors import MulinError
from keys.identity import DeviceId, TownshipId
from keys.limits import ERASURES_PER_SIGNER, RECORDS_PER_ERASURE
from keys.seal import KeyId
from node.grants import wrapped
from node.home import Home
from node.sealerrors import EpochNotFinal, GrantEnded
from node.writing import Opening
from tests.node.test_erasing import _meet, _order, _papers, _payloads
from tests.node.test_sealed import NAME, _me, _party
from tests.node.test_sealed_faults import _give_log
from tests.review.test_attack_nodes import _new_device, _open, _pen, _tell, _word
from tests.support.beginnings import begun
from tests.support.forging import beginning, begun_by, detached, invented, wrap_of
from tests.support.people import seed
from tests.support.townships import POST, Town, agree, exchange, found, runs_for, together


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
        _tell(town, pen.grant(key.id, wraps), proposal, *votes)
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
    _tell(c, *fill)
    _tell(b, true)
    _tell(a, true)
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
    _tell(a, *said[0])
    assert a.ledger.chain.number == 1
    order = _pen(a).erase(a.ledger.chain.epoch.id, [beginning(a, party)], "on_request", "")
    _tell(a, order, _pen(x).approve(order.id))
    assert order.id in a.ledger.statements
    assert order.id not in a.ledger.erasures.orders
    assert _payloads(a, party) == 1, "the epoch may be undone"
    with pytest.raises(MulinError):
        a.service.erasing.approve(a.ledger, order.id)
    for town in (a, b, x, y):
        _tell(town, *said[1], *said[0], order, _pen(x).approve(order.id))
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
        _tell(town, *said[0])
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
        _tell(town, *said[1], *said[0])
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
        _tell(town, *said[0])
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


# --- secrecy ------------------------------------------------------------------------------------------


def test_a_grant_stays_ended_when_its_task_force_is_erased() -> None:
    a, b, c = together(3)
    team = a.service.create(
        a.ledger, "team", {"kind_of": "case_task_force", "called": "界山专班"}, POST
    )
    share = Share(_me(b), "mediation", team=team)
    typed = {"alias": "甲方1", "role": "applicant", "name": NAME}
    party = a.service.create(a.ledger, "party", typed, POST, opening=Opening(None, (share,)))
    _meet(a, b, c)
    a.service.move(a.ledger, team, "dissolved", POST, "事情办结")
    _meet(a, b, c)
    with pytest.raises(GrantEnded):
        b.service.record(b.ledger, party)
    order = _order(a, team)
    _meet(a, b, c)
    c.service.erasing.approve(c.ledger, order)
    _meet(a, b, c)
    a.say(party, address="以后")
    _meet(a, b, c)
    with pytest.raises(GrantEnded):
        b.service.record(b.ledger, party)


def test_nobody_writes_under_a_key_of_who_was_withdrawn_that_another_passed_on() -> None:
    a, b, c = together(3)
    party = _party(a, a.create(), b, c)
    exchange(a, b, c)
    mine = invented("mine")
    c.service.writing.say(c.ledger, [wrap_of(c, party, mine, b, c)], record=party)
    _give_log(c, b, DeviceId(c.service.device))
    b.say(party, phone="13900000009")  # and passes on what others lack
    a.service.granting.withdraw(a.ledger, party, _me(c), "退出")
    exchange(a, b, c)
    for town in (a, b):
        said = EntryId(town.say(party, address=f"只给{town.label}"))
        entry = town.service.ground.log.entry(said)
        assert entry is not None
        assert entry.header.key_id != mine.id, "whoever was withdrawn has it"


def test_what_a_reader_wrote_under_a_key_of_who_was_withdrawn_can_be_read() -> None:
    """Nobody is hostile: c is the first to write after d's grant was withdrawn, and makes the key."""
    a, b, c, d = together(4)
    party = _party(a, a.create(), b, c, d)
    exchange(a, b, c, d)
    a.service.granting.withdraw(a.ledger, party, _me(d), "退出")
    exchange(a, b, c, d)
    c.say(party, phone="13700000001")
    exchange(b, c)
    b.say(party, address="乙的话")
    assert b.value(party, "address") == "乙的话"
    a.service.granting.withdraw(a.ledger, party, _me(c), "退出")  # not having heard of c since
    exchange(a, b, c, d)
    assert b.value(party, "address") == "乙的话"
    assert a.value(party, "address") == "乙的话"


def test_a_reader_does_not_keep_all_others_from_writing() -> None:
    a, b, c = together(3)
    party = _party(a, a.create(), b, c)
    exchange(a, b, c)
    for part in range(3):
        junk = [wrap_of(c, party, invented(f"{part}/{n}"), a) for n in range(800)]
        c.service.writing.say(c.ledger, junk, record=party)
    exchange(a, b, c)
    a.service.granting.withdraw(a.ledger, party, _me(c), "捣乱")
    exchange(a, b, c)
    a.say(party, phone="13900000009")


def test_a_receipt_is_signed_for_what_comes_later_with_its_payload() -> None:
    """c never had it; b, who ignores what is signed, gives its own word about it, and a's is not here."""
    a, b, c = together(3)
    party = _party(a, a.create(), b)
    exchange(a, b)
    b.say(party, phone="13900000009")
    bodies = runs_for(b.service, c.service, b.ledger.id)
    order = _order(a, party)
    _papers(a, b, c)
    b.service.erasing.approve(b.ledger, order)
    _papers(a, b, c)
    c.service.erasing.tidy()
    assert c.service.device in c.ledger.erasures.orders[order].done
    for body in bodies:
        if c.service.ingest.log_of(c.ledger, body)[0] == b.service.device:
            c.service.ingest.take(c.ledger, body)
    assert _payloads(c, party) == 0


def test_what_is_erased_while_somebody_scrubs_is_scrubbed_too(tmp_path: Path) -> None:
    a, b, c = together(3, tmp_path)
    case = a.create()
    one, other = _party(a, case, b), _party(a, case, b)
    _meet(a, b, c)
    orders = [_order(a, one), _order(a, other)]
    _papers(a, b, c)
    running = c.service
    c.lives += 10
    c.open(running.ground.high_water)
    running.erasing.approve(running.ledgers.choose(None), orders[0])
    scrub = running.ground.db.scrub

    def scrubbed() -> bool:
        done = scrub()
        c.service.ledgers.refresh()
        c.service.erasing.approve(c.ledger, orders[1])  # before the first says that it is done
        return done

    running.ground.db.scrub = scrubbed  # type: ignore[method-assign]
    running.erasing.scrub()
    assert c.service.erasing.waits()


def test_a_grant_for_a_task_force_of_another_ledger() -> None:
    """Its row is found, as rows are by id alone, and then there is no such record in this ledger: such a
    grant gives nobody anything, and is in nobody's way."""
    a, b, _ = together(3)
    found(a, b, name="另一个")
    first, second = a.service.ledgers.active()
    team = a.service.create(
        first, "team", {"kind_of": "case_task_force", "called": "界山专班"}, POST
    )
    typed = {"alias": "甲方1", "role": "applicant", "name": NAME}
    share = Share(_me2(b), "mediation", team=team)
    party = a.service.create(second, "party", typed, POST, opening=Opening(None, (share,)))
    exchange(a, b)
    theirs = b.service.ledgers.get(second.id)
    assert theirs is not None
    b.service.settle_ledger(theirs)
    with pytest.raises(GrantEnded):
        b.service.record(theirs, party)
    a.service.change(second, party, {"address": "只给自己"}, POST)
    assert a.service.record(second, party).home is not None
    exchange(a, b)
    assert b.service.seals.readers(theirs, party) == a.service.seals.readers(second, party)


def _me2(town: Town) -> TownshipId:
    return TownshipId(town.service.ground.identity.township.public)


# --- and what else ------------------------------------------------------------------------------------


def test_what_a_member_adopted_of_who_left_is_the_same_after_a_restart(tmp_path: Path) -> None:
    """The entry that is adopted says who may read: nothing is judged again, and memory keeps what it had."""
    a, b, c, x = together(4, tmp_path)
    party = _party(x, x.create(), a)
    exchange(a, b, c, x)
    _removed_by(x, a, b, c)
    late = x.service.granting.grant(x.ledger, party, Share(_me(b), "mediation"))
    for town in (a, b, c):
        _give_log(x, town, DeviceId(x.service.device))
    c.service.writing.say(c.ledger, [Adopt(late.id)])
    exchange(a, b, c)
    before = b.service.seals.readers(b.ledger, party), _judged(b, party)
    b.reopen()
    b.service.records.get(b.ledger, party)
    after = b.service.seals.readers(b.ledger, party), _states_in_memory(b, party)
    assert before == after


def _states_in_memory(town: Town, record: RecordId) -> dict[bytes, int]:
    held = town.service.records.get(town.ledger, record)
    return {bytes(v.entry): int(v.state) for v in held.verdicts.values()}


@pytest.mark.xfail(
    strict=True,
    reason="decided: devices that are gone speak for their township, so that what was erased stays so",
)
def test_who_found_a_revoked_laptop_orders_nothing() -> None:
    """a left the laptop out long ago. Whoever has it and one accomplice erase what a entered, for good."""
    a, b, c = together(3)
    stolen = _new_device("stolen")
    mine = a.service.ground.identity.device
    own = DeviceKeys(mine.sign, mine.tls, mine.hpke)
    _tell(a, _word(a, 1, own, stolen))
    _tell(a, _word(a, 2, own))
    party = _party(a, a.create(), b)
    exchange(a, b, c)
    _papers(a, b, c)
    assert stolen.id in a.ledger.members.gone
    assert _payloads(a, party) == 1
    pen = Pen(a.ledger.id, stolen.sign)
    order = pen.erase(a.ledger.chain.epoch.id, [beginning(a, party)], "on_request", "")
    _tell(c, order, _pen(c).approve(order.id))
    _papers(a, b, c)
    assert _payloads(a, party) == 1


def test_what_an_earlier_version_kept_of_keys_is_known_after_the_upgrade(tmp_path: Path) -> None:
    """Version 3 takes an entry about the ledger with a record in its header, and leaves its words to newer
    ones: it wrote no row of `keyings`."""
    a, b = together(2, tmp_path)
    party = _party(a, a.create(), b)
    exchange(a, b)
    assert b.value(party, "name") == NAME
    db = b.service.ground.db
    with db.transaction() as conn:
        for table in ("sealed", "keyings", "erased", "looks"):
            conn.execute(f"DROP TABLE {table}")
        conn.execute("DELETE FROM records WHERE kind='party'")
        conn.execute("UPDATE entries SET state=3 WHERE record=?", (party,))
        conn.execute("PRAGMA user_version=3")
    b.reopen()
    assert b.problems() == []
    assert b.value(party, "name") == NAME


def test_a_restore_that_was_killed_leaves_no_store_behind(tmp_path: Path) -> None:
    left = tmp_path / ".restore-abcd1234"
    left.mkdir()
    (left / "ledger.db").write_bytes(NAME.encode())
    a = Town("a")
    Home(tmp_path).erase_aside(a.service.ground.identity, a.service)
    assert not left.exists()


def test_many_words_about_readers_cost_little(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads, or read once, says a thousand times nothing: every one is in memory with all before it."""
    home, bee = (TownshipId(seed("town", n)) for n in range(2))
    said = [Keying(EntryId(seed("k", 0)), home, (), (Share(bee, ""),))]
    for n in range(1, 1500):
        said.append(Keying(EntryId(seed("k", n)), bee, (said[-1].entry,), ()))
    tracemalloc.start()
    sealing_of(home, said)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000


def test_orders_about_nothing_cost_little() -> None:
    """At every statement and with all time to spare, each record that any order names is looked for."""
    a, _, c = together(3)
    epoch, device = a.ledger.chain.epoch.id, DeviceId(c.service.device)
    for n in range(4):
        listed = [begun(a.ledger.id, device, (n, m)) for m in range(RECORDS_PER_ERASURE)]
        _tell(a, _pen(c).erase(epoch, listed, "on_request", ""))
    asked: list[str] = []
    a.service.ground.db.conn.set_trace_callback(asked.append)
    a.service.erasing.tidy()
    a.service.ground.db.conn.set_trace_callback(None)
    assert len(asked) < 100, "none of them is in force"


# --- found since --------------------------------------------------------------------------------------


def _withdrawn() -> tuple[Town, Town, Town, RecordId]:
    """b's grant was withdrawn, all know it, and a has written since."""
    a, b, c = together(3)
    party = _party(a, a.create(), b, c)
    exchange(a, b, c)
    a.service.granting.withdraw(a.ledger, party, _me(b), "退出")
    exchange(a, b, c)
    a.say(party, address="一")
    exchange(a, b, c)
    return a, b, c, party


@pytest.mark.parametrize("how", ("once", "strange"))
def test_who_was_withdrawn_spoils_no_key(how: str) -> None:
    """It reads the id of each new key from a header, and says that it is for once, or that it wrapped it for
    itself: every write of the others then makes a new key for everybody."""
    a, b, c, party = _withdrawn()
    key_id = _key_of_last(a, party)
    mine = ((DeviceId(b.service.device), bytes(80)),)
    junk = Wrap(key_id, (), True) if how == "once" else Wrap(key_id, mine)
    b.service.writing.say(b.ledger, [junk], record=party)
    exchange(a, b, c)
    a.say(party, address="二")
    assert _key_of_last(a, party) == key_id


def _key_of_last(town: Town, record: RecordId) -> KeyId:
    return town.service.ground.log.of_record(town.ledger.n, record)[-1].header.key_id


def test_who_was_withdrawn_keeps_no_new_laptop_from_its_keys() -> None:
    """c gets another; b says that it wrapped every key for it, and so nobody does."""
    a, b, c, party = _withdrawn()
    laptop = _new_device("laptop")
    mine = c.service.ground.identity.device
    _tell(c, _word(c, 1, DeviceKeys(mine.sign, mine.tls, mine.hpke), laptop))
    _papers(a, b, c)
    named = {e.header.key_id for e in a.service.ground.log.of_record(a.ledger.n, party)}
    junk = [Wrap(key_id, ((laptop.id, bytes(80)),)) for key_id in sorted(named)]
    b.service.writing.say(b.ledger, junk, record=party)
    exchange(a, b, c)
    for town in (a, c):
        town.service.settle_ledger(town.ledger)
    exchange(a, b, c)
    keys = a.service.seals.sealing(a.ledger, party).keys
    assert all(set(keys[key_id].wraps[laptop.id]) - {bytes(80)} for key_id in named)
