"""What members once could do to sealed records and to orders, and no longer can: each a small story."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crdt.deeds import Say, Share, Withdraw, Wrap
from crdt.entry import EntryId, parse_header
from crdt.pen import Pen
from crdt.sealing import Keying, sealing_of
from keys.identity import DeviceId, TownshipId
from keys.limits import PARENTS_PER_ENTRY
from keys.seal import KeyId
from node.verify import verify
from tests.node.test_erasing import _meet, _order, _papers, _payloads
from tests.node.test_sealed import NAME, _me, _party
from tests.support.forging import beginning, begun_by, invented, wrap_of
from tests.support.people import identity, seed
from tests.support.townships import Town, agree, exchange, runs_for, together


def _give_log(giver: Town, taker: Town, device: DeviceId) -> None:
    """Of one device only, as from a neighbour that has no more."""
    ledger = taker.ledger
    for body in runs_for(giver.service, taker.service, ledger.id):
        if taker.service.ingest.log_of(ledger, body)[0] == device:
            taker.service.ingest.take(ledger, body)


def test_nobody_seals_the_open_record_of_another() -> None:
    a, b, c = together(3)
    case = a.create()
    exchange(a, b, c)
    c.service.writing.say(c.ledger, [Wrap(KeyId(seed("junk")), ())], record=case)
    exchange(a, b, c)
    a.say(case, village="示范二村")
    exchange(a, b, c)
    assert b.value(case, "village") == "示范二村"
    agree(a, b, c)


def test_nobody_signs_for_what_is_still_there() -> None:
    a, b, c = together(3)
    party = _party(a, a.create(), b)
    _meet(a, b, c)
    order = _order(b, party)
    _meet(a, b, c)
    c.service.erasing.approve(c.ledger, order)
    _meet(a, b, c)
    assert a.value(party, "name") == NAME, "it is in force, and its home did not agree"
    assert not any(answer.done for answer in a.service.erasing.board(a.ledger, order))


def test_nobody_signs_while_later_entries_of_it_are_here_without_its_beginning() -> None:
    a, b, c = together(3)
    party = _party(a, a.create(), b)
    exchange(a, b)
    b.say(party, phone="13900000009")
    _give_log(b, c, DeviceId(b.service.device))
    order = _order(a, party)
    _papers(a, b, c)
    b.service.erasing.approve(b.ledger, order)
    _papers(a, b, c)
    c.service.erasing.tidy()
    signed = c.service.device in c.ledger.erasures.orders[order].done
    assert _payloads(c, party) == 0 or not signed


@pytest.mark.parametrize("forged", (False, True))
def test_who_has_no_say_erases_nothing_where_the_beginning_comes_later(forged: bool) -> None:
    """Two who have no say order it together; their word comes first. By the header that began it, or by one
    that says that one of them did."""
    a, b, c, d = together(4)
    party = _party(a, a.create(), b, c)
    exchange(a, b)
    b.say(party, phone="13900000009")
    pens = [Pen(t.ledger.id, t.service.ground.identity.device.sign) for t in (d, b)]
    true = beginning(a, party)
    raw = begun_by(d, true) if forged else true
    order = pens[0].erase(d.ledger.chain.epoch.id, [raw], "on_request", "")
    d.service.writing.say(d.ledger, [Say(order), Say(pens[1].approve(order.id))])
    _papers(c, d)
    assert c.ledger.erasures.orders[order.id].in_force
    assert party not in c.ledger.erasures.reached
    _give_log(b, c, DeviceId(b.service.device))
    assert _payloads(c, party) == 1
    exchange(a, b, c)
    assert a.value(party, "phone") == b.value(party, "phone") == "13900000009"
    assert c.value(party, "phone") == "13900000009"


@pytest.mark.parametrize("withdrawn", (False, True))
def test_who_reads_keeps_nobody_from_being_granted(withdrawn: bool) -> None:
    a, b, c = together(3)
    party = _party(a, a.create(), b)
    exchange(a, b, c)
    key = next(iter(b.service.seals.keys(b.ledger, party)))
    if withdrawn:
        a.service.granting.withdraw(a.ledger, party, _me(b), "退出")
    junk = Wrap(key, ((DeviceId(c.service.device), seed("junk", size=80)),))
    b.service.writing.say(b.ledger, [junk], record=party)
    exchange(a, b, c)
    a.service.granting.grant(a.ledger, party, Share(_me(c), "mediation"))
    exchange(a, b, c)
    assert c.value(party, "name") == NAME


def test_nobody_keeps_the_home_from_granting_again() -> None:
    """Somebody withdrawn says much that cites nothing of the home's; what the home says next must all the
    same be known to come after what it said before."""
    home, bee = (TownshipId(seed("town", n)) for n in range(2))
    given, taken = EntryId(seed(1)), EntryId(seed(2))
    said = [
        Keying(given, home, (), (Share(bee, ""),)),
        Keying(taken, home, (given,), (Withdraw(bee, ()),)),
    ]
    line: tuple[EntryId, ...] = ()
    for n in range(PARENTS_PER_ENTRY + 8):
        entry = EntryId(seed("deep", n))
        said.append(Keying(entry, bee, line[:8], ()))
        line = (*line, entry) if n < 8 else line
    heads = sealing_of(home, said).heads
    again = Keying(EntryId(seed(3)), home, heads, (Share(bee, ""),))
    assert bee in sealing_of(home, [*said, again]).readers


def test_what_names_an_erased_record_is_erased_with_it_whenever_it_came() -> None:
    """An entry of one town that is about the ledger, with the record's id in its header and words about a
    person as its reason: who has it before the order keeps it, who has it after does not."""
    a, b, c = together(3)
    party = _party(a, a.create(), b)
    a.service.openness.confirmed = True
    said = a.service.writing.say(a.ledger, [], NAME, record=party)
    _meet(a, b)
    order = _order(a, party)
    _papers(a, b)
    b.service.erasing.approve(b.ledger, order)
    _meet(a, b)
    _meet(a, b, c)
    kept = [town.service.ground.log.entry(said.id) for town in (a, b, c)]
    assert [entry is not None and entry.payload is None for entry in kept] == [True] * 3


def test_nobody_passes_on_keys_that_somebody_invented() -> None:
    """Only those under which something was written: one that no entry names is wrapped by nobody but
    its maker."""
    a, b, c = together(3)
    party = _party(a, a.create(), b)
    exchange(a, b, c)
    made = [invented(str(n)) for n in range(12)]
    b.service.writing.say(b.ledger, [wrap_of(b, party, key, a) for key in made], record=party)
    exchange(a, b, c)
    assert {key.id for key in made} <= a.service.seals.keys(a.ledger, party).keys()
    a.service.granting.grant(a.ledger, party, Share(_me(c), "mediation"))
    a.say(party, address="新地址")
    exchange(a, b, c)
    sealing = c.service.seals.sealing(c.ledger, party)
    devices = {DeviceId(c.service.device)}
    named = {e.header.key_id for e in a.service.ground.log.of_record(a.ledger.n, party)}
    assert len(named) == 2, "the first, and the newest, which is one of the invented"
    for key_id, key in sealing.keys.items():
        assert (devices <= key.wraps.keys()) == (key_id in named)
    assert c.value(party, "name") == NAME
    assert c.value(party, "address") == "新地址"
    agree(a, b, c)


def test_an_order_names_nothing_whose_author_nobody_knows() -> None:
    """A header of a device that never wrote here: in force, and nothing is reached or signed for."""
    a, b, c = together(3)
    party = _party(a, a.create(), b)
    _meet(a, b, c)
    true = beginning(a, party)
    forged = replace(parse_header(true), device=identity("d").device.id).encode()
    pens = [Pen(t.ledger.id, t.service.ground.identity.device.sign) for t in (b, c)]
    order = pens[0].erase(b.ledger.chain.epoch.id, [forged], "on_request", "")
    b.service.writing.say(b.ledger, [Say(order), Say(pens[1].approve(order.id))])
    _meet(a, b, c)
    for town in (a, b, c):
        standing = town.ledger.erasures.orders[order.id]
        assert standing.in_force
        assert not standing.done
        assert not town.ledger.erasures.reached
        assert town.service.ground.seals.erased(town.ledger.n) == set()
    assert a.value(party, "name") == NAME
    agree(a, b, c)


def test_what_was_altered_about_sealed_records_is_read_anew_from_the_log() -> None:
    a, b, c = together(3)
    case = a.create()
    party, gone = _party(a, case, b), _party(a, case, b)
    _meet(a, b, c)
    order = _order(a, gone)
    _meet(a, b, c)
    b.service.erasing.approve(b.ledger, order)
    _meet(a, b, c)
    for town in (a, b, c):
        assert verify(town.service, town.ledger, lambda *_: None)["problems"] == []
        run = town.service.ground.db.conn.execute
        run("UPDATE sealed SET about=? WHERE about IS NULL", (case,))
        run("DELETE FROM keyings WHERE record=?", (party,))
        town.service.seals.forget()
        assert verify(town.service, town.ledger, lambda *_: None)["problems"] != []
        town.service.rebuild()
        assert verify(town.service, town.ledger, lambda *_: None)["problems"] == []
    assert b.value(party, "name") == NAME
    assert c.service.ground.seals.about(c.ledger.n, case) == [party]
    agree(a, b, c)


def test_what_a_withdrawn_township_left_is_not_read_again_whenever_it_writes() -> None:
    """Its other entries moved records that wait in quarantine to the top, with new numbers, at every run."""
    a, b, c = together(3)
    parties = [_party(a, a.create(), b, c) for _ in range(3)]
    exchange(a, b, c)
    for party in parties:
        a.service.granting.withdraw(a.ledger, party, _me(c), "")
        c.say(party, address="别处")
    exchange(a, b, c)
    asked = "SELECT id, n, updated_n FROM records ORDER BY n"
    before = a.service.ground.db.rows(asked)
    case = c.create()
    exchange(a, b, c)
    after = [row for row in a.service.ground.db.rows(asked) if row[0] != case]
    assert after == before
    assert a.service.ground.model.words.mark() is None
    agree(a, b, c)
