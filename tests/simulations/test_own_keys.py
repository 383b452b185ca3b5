"""Second laptops, stolen ones, recovery keys and what the others do when those are lost too."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from crdt.epoch import Change, Rules
from crdt.statements import Proposal
from keys.recovery import key_of
from node.ledgers import Ledger
from node.ownerrors import RekeyTooEarly, RekeyVetoed
from node.ownkeys import Held
from node.service import Service
from simulations.newcomer import newcomer
from simulations.sim import Sim, Township
from simulations.town import Town
from tests.support.people import seed

WEEK_MS = 7 * 86_400_000


@pytest.fixture
def sim() -> Iterator[Sim]:
    with Sim("own keys", 11, townships=4) as made:
        made.run("5s")
        yield made


def _town(who: Township) -> Town:
    return who._sim.world.towns[who.place]


def _at(who: Township) -> tuple[Service, Ledger]:
    service = _town(who).service
    assert service is not None
    return service, _town(who).ledger


def _do(who: Township, deed: Callable[[Service, Ledger], object]) -> None:
    assert _town(who).write("own keys", deed) is not None, "it was refused"


def _new_laptop(sim: Sim) -> tuple[Township, Service]:
    """Unpacked; it is in no ledger and its node does not run."""
    town = newcomer(sim.world)
    who = Township(sim, town.place)
    sim.towns.append(who)
    assert town.service is not None
    return who, town.service


def _hears(who: Township, teller: Township) -> None:
    """A file is carried: what the teller knows to be signed."""
    service, ledger = _at(teller)
    joining = service.own_keys.passed(ledger)
    there = _town(who).service
    assert there is not None
    there.ledgers.take_up(joining.invitation, joining.parsed())


def _brought(by: Service, who: Township, ledger_of: Township) -> None:
    """The way back: a member takes in what a new laptop wrote, and its node passes it on."""
    _, ledger = _at(ledger_of)
    known = by.ledgers.get(ledger.id)
    assert known is not None
    said = by.own_keys.passed(known).parsed()
    _do(who, lambda s, k: (s.ledgers.take(k, said), s.epochs.settle(k)))


def _vote_all(sim: Sim, towns: list[Township], change: Change) -> None:
    sim.run("5s")
    for who in towns:
        service, ledger = _at(who)
        if ledger.chain.open.vote_of(service.epochs.me(ledger)) is None:
            listed = [p for r in ledger.chain.open.rounds for p in r.proposals]
            for on in [p for p in listed if p.epoch.change is change]:  # none: adopted already
                _agree(who, on)
        sim.run("5s")


def _agree(who: Township, on: Proposal) -> None:
    _do(who, lambda s, k: s.epochs.vote(k, on, agree=True))


def _second_laptop(sim: Sim, of: Township) -> Township:
    laptop, bare = _new_laptop(sim)
    card = bare.card()
    _do(of, lambda s, k: s.own_keys.add(k, card))
    _hears(laptop, of)
    _town(laptop).start()
    sim.run("60s")
    return laptop


def test_a_second_laptop_writes_for_its_township_and_is_stolen(sim: Sim) -> None:
    a, b, c, d = sim.towns
    case = a.open_case(amount_claimed="100")
    laptop = _second_laptop(sim, a)
    assert laptop.value(case, "amount_claimed") is not None
    laptop.say(case, amount_claimed="150")
    sim.settle()
    assert {repr(t.value(case, "amount_claimed")) for t in sim.towns} == {
        repr(laptop.value(case, "amount_claimed"))
    }
    stolen = _town(laptop).device
    with sim.partition([laptop]):
        late = laptop.open_case(village="迟到村")
        laptop.say(case, amount_claimed="900")
        _do(a, lambda s, k: s.own_keys.revoke(k, stolen))
        _do(a, lambda s, k: s.own_keys.renew(k))
        _vote_all(sim, [b, c, d], Change.KEY)
        sim.run("30s")
        fresh = b.open_case(village="新村")
        sim.run("30s")
        for who in (a, b, c, d):
            service, ledger = _at(who)
            assert ledger.chain.number == 1
            assert stolen in ledger.members.gone
            assert service.epochs.is_final(ledger)
    sim.run("300s")
    _, ledger = _at(laptop)
    assert not ledger.is_ours
    assert _at(a)[1].chain.epoch.key_id not in ledger.keys
    assert not laptop.has(fresh)
    for who in (a, b, c, d):
        assert not who.has(late)
        assert repr(who.value(case, "amount_claimed")).count("150")
        assert stolen not in _at(who)[0].ledgers.peers(), "it took leave and is met no more"
    assert _at(laptop)[0].ledgers.peers() == {}
    # a later epoch is no reason to meet it again
    _do(b, lambda s, k: s.epochs.propose_rules(k, Rules(retention_days=365)))
    _vote_all(sim, [a, c, d], Change.RULES)
    sim.run("60s")
    for who in (a, b, c, d):
        assert _at(who)[1].chain.number == 2
        assert stolen not in _at(who)[0].ledgers.peers()
    # what it wrote later nobody takes
    assert _town(laptop).write("late", lambda s, k: s.create(k, "case", {}, "", "")) is None
    assert sim.finish() == ()


def test_a_township_recovers_alone_while_the_thief_goes_on(sim: Sim) -> None:
    a, b, c, thief = sim.towns
    first, after = key_of(seed("recovery")), key_of(seed("recovery", 2))
    _do(thief, lambda s, k: s.own_keys.promise(k, first))
    case = thief.open_case(amount_claimed="100")
    sim.settle()
    laptop, bare = _new_laptop(sim)
    _hears(laptop, b)
    with sim.partition([thief]):
        thief.say(case, amount_claimed="900")
        late = thief.open_case(village="迟到村")
        service, ledger = _at(b)
        fences = service.epochs.fences(ledger)
        known = bare.ledgers.get(ledger.id)
        assert known is not None
        bare.own_keys.recover(known, first, after, Held({}, fences))
        _town(laptop).start()
        sim.run("30s")
        assert not bare.ledgers.active()[0].keys, "nobody has met it yet"
        _brought(bare, b, b)
        sim.run("60s")
        assert laptop.has(case)
        _vote_all(sim, [a, b, c], Change.KEY)
        sim.run("60s")
        fresh = laptop.open_case(village="新村")
        sim.run("60s")
        for who in (a, b, c, laptop):
            _, ledger = _at(who)
            assert ledger.chain.number == 1
            assert ledger.members.whose(_town(laptop).device) == _at(thief)[1].me
            assert who.has(fresh)
    sim.run("300s")
    _, ledger = _at(thief)
    assert not ledger.is_ours
    assert _at(a)[1].chain.epoch.key_id not in ledger.keys
    assert not thief.has(fresh)
    for who in (a, b, c, laptop):
        assert not who.has(late)
        assert repr(who.value(case, "amount_claimed")).count("100")
        assert _town(thief).device not in _at(who)[0].ledgers.peers()
    assert sim.finish() == ()


def _propose_rekey(sim: Sim, by: Township, lost: Township) -> tuple[Township, Proposal]:
    laptop, bare = _new_laptop(sim)
    me, card = _at(lost)[1].me, bare.card()
    proposal = _town(by).write("own keys", lambda s, k: s.epochs.propose_rekey(k, me, card))
    assert proposal is not None, "it was refused"
    _hears(laptop, by)
    known = bare.ledgers.get(_at(by)[1].id)
    assert known is not None
    bare.epochs.consent(known, proposal)
    _town(laptop).start()
    sim.run("60s")
    return laptop, proposal


def test_the_others_vouch_for_new_keys_after_a_week_of_silence(sim: Sim) -> None:
    a, b, c, lost = sim.towns
    case = lost.open_case(amount_claimed="100")
    sim.settle()
    me = _at(lost)[1].me
    with sim.partition([lost]):
        laptop, proposal = _propose_rekey(sim, a, lost)
        service, ledger = _at(b)
        assert service.epochs.consents(ledger, proposal) is not None
        for who in (a, b, c):
            with pytest.raises(RekeyTooEarly):
                _at(who)[0].epochs.vote(_at(who)[1], proposal, agree=True)
            _town(who).skew_ms += WEEK_MS
        for who in (a, b, c):
            _agree(who, proposal)
            sim.run("5s")
        sim.run("120s")
        assert laptop.has(case), "what it wrote before is there"
        fresh = laptop.open_case(village="新村")
        sim.run("60s")
        for who in (a, b, c, laptop):
            _, ledger = _at(who)
            assert ledger.chain.number == 1
            assert ledger.members.whose(_town(laptop).device) == me, "it keeps its id"
            assert ledger.chain.members[me].generation == 1
            assert who.has(fresh)
            assert _town(lost).device in ledger.members.gone
        late = lost.open_case(village="迟到村")
    sim.run("300s")
    for who in (a, b, c, laptop):
        assert not who.has(late)
    assert not _at(lost)[1].is_ours
    assert not lost.has(fresh)
    assert sim.finish() == ()


def test_whoever_still_writes_is_not_replaced(sim: Sim) -> None:
    a, b, c, still_there = sim.towns
    sim.settle()
    _, proposal = _propose_rekey(sim, a, still_there)
    still_there.open_case(village="还在")
    sim.run("60s")
    for who in (a, b, c):
        _town(who).skew_ms += WEEK_MS
        with pytest.raises(RekeyVetoed):
            _at(who)[0].epochs.vote(_at(who)[1], proposal, agree=True)
        _do(who, lambda s, k: s.epochs.vote(k, proposal, agree=False))
    sim.run("60s")
    for who in (a, b, c, still_there):
        _, ledger = _at(who)
        assert ledger.chain.number == 0
        assert ledger.chain.open.round == 1
        assert ledger.is_ours
