"""Membership in a world that can be cut: removal, quarantine, adoption, admission, votes."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from crdt.epoch import Rules
from crdt.statements import Proposal
from crdt.verdicts import EntryState
from keys.identity import TownshipId
from node.ledgers import Ledger
from node.reading import Reading
from node.service import Service
from simulations.sim import Sim, Township
from simulations.town import Town


@pytest.fixture
def four() -> Iterator[Sim]:
    with Sim("members", 7, townships=4) as sim:
        sim.run("5s")
        yield sim


def _town(who: Township) -> Town:
    return who._sim.world.towns[who.place]


def _id(who: Township) -> TownshipId:
    return TownshipId(_town(who).identity.township.public)


def _do(who: Township, deed: Callable[[Service, Ledger], object]) -> None:
    done = _town(who).write("members", deed)
    assert done is not None, "it was refused"


def _vote_all(sim: Sim, towns: list[Township], *, agree: bool = True) -> None:
    for who in towns:
        service, ledger = _service(who)
        open_ = ledger.chain.open
        listed = [p for r in open_.rounds for p in r.proposals if p.round == open_.round]
        if listed and open_.vote_of(service.epochs.me(ledger)) is None:
            _vote(who, listed[0], agree=agree)
        sim.run("3s")


def _vote(who: Township, on: Proposal, *, agree: bool) -> None:
    _do(who, lambda s, k: s.epochs.vote(k, on, agree=agree))


def _service(who: Township) -> tuple[Service, Ledger]:
    town = _town(who)
    assert town.service is not None
    return town.service, town.ledger


def _states(who: Township) -> dict[str, int]:
    service, _ = _service(who)
    rows = service.ground.db.rows("SELECT hex(id), state FROM entries WHERE state!=1")
    return dict(rows)


def test_who_is_removed_while_its_line_is_cut_and_goes_on_writing(four: Sim) -> None:
    a, b, c, x = four.towns
    case = x.open_case(amount_claimed="100")
    four.settle()
    with four.partition([x]):
        x.say(case, amount_claimed="200")
        late = x.open_case(village="迟到村")
        _do(a, lambda s, k: s.epochs.propose_removal(k, _id(x)))
        four.run("3s")
        _vote_all(four, [b, c])
        for who in (a, b, c):
            _, ledger = _service(who)
            assert ledger.chain.number == 1
            assert _id(x) not in ledger.members.cards
            assert _service(who)[0].epochs.is_final(ledger)
        fresh = a.open_case(village="新村")
        four.run("5s")
        assert b.has(fresh)
        _, ledger = _service(x)
        assert ledger.is_ours, "it has not heard of it"
    four.run("120s")
    _, ledger = _service(x)
    assert not ledger.is_ours
    for who in four.towns:
        assert (
            who.value(case, "amount_claimed") == 100 * 100
            or who.value(case, "amount_claimed") == 100
        )
        assert not who.has(late)
    assert not x.has(fresh), "it reads nothing new"
    one, *others = [_states(who) for who in (a, b, c, x)]
    assert all(other == one for other in others)
    assert list(one.values()).count(EntryState.QUARANTINED) == 2
    for who in (a, b, c):
        assert _town(x).device not in _service(who)[0].ledgers.peers()
    assert _service(x)[0].ledgers.peers() == {}
    # a late report was honest: one of them lets it count
    service, ledger = _service(b)
    entry = next(
        q.entry for q in service.epochs.quarantined(ledger) if q.entry.header.record is None
    )
    _do(b, lambda s, k: s.epochs.adopt(k, entry.id.hex(), "确有其事"))
    four.run("10s")
    assert all(who.has(late) for who in (a, b, c))
    a.say(late, amount_claimed="7")
    four.run("5s")
    assert c.value(late, "amount_claimed") is not None
    assert four.finish() == ()


def test_what_a_member_built_on_counts(four: Sim) -> None:
    a, b, c, x = four.towns
    case = a.open_case(amount_claimed="100")
    four.settle()
    with four.partition([x, c]):
        x.say(case, amount_claimed="300")
        four.run("5s")
        c.say(case, party_count="3")
        with four.partition([c]):
            x.say(case, amount_claimed="400")
            _do(a, lambda s, k: s.epochs.propose_removal(k, _id(x)))
            four.run("3s")
            _vote_all(four, [b])
    # c votes from where it stands: its fence covers the first edit, and it had built on it anyway
    with four.partition([x]):
        four.run("60s")
        _vote_all(four, [c])
        four.run("60s")
    four.run("120s")
    values = {repr(who.value(case, "amount_claimed")) for who in four.towns}
    assert len(values) == 1
    assert "300" in values.pop()
    assert four.finish() == ()


def test_rules_change_and_a_double_vote_is_seen(four: Sim) -> None:
    a, b, c, _ = four.towns
    _do(a, lambda s, k: s.epochs.propose_rules(k, Rules(retention_days=3650)))
    four.run("3s")
    _vote_all(four, [b, c])
    four.settle()
    for who in four.towns:
        _, ledger = _service(who)
        assert ledger.chain.epoch.rules.retention_days == 3650
        assert ledger.chain.number == 1
    assert four.finish() == ()


def test_a_relay_that_hides_what_one_said_shows_as_silence() -> None:
    """Of the chain a – liar – c the last sees that it never heard the first: the liar speaks for nobody."""
    with Sim("withheld", 3, townships=3, near="chain", liars={1: "withholder"}) as sim:
        first, _, last = sim.towns
        sim.run("5s")
        case = first.open_case()
        sim.run("60s")
        assert not last.has(case)
        service, ledger = _service(last)
        names = ledger.members
        seen = {
            p["township"]: p for k in Reading(service).status({})["ledgers"] for p in k["peers"]
        }
        silent = seen[names.name_of(_id(first))]
        assert silent["last_heard"] is None
        assert not silent["connected"]
        assert silent["acked"] == 0
