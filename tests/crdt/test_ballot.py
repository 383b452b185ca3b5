"""Votes: who is a member is agreed once, whatever is delayed, cut, restored or said twice."""

from __future__ import annotations

import itertools
import os
from dataclasses import dataclass

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    run_state_machine_as_test,
)

from crdt import ballot
from crdt.chain import fold
from crdt.epoch import Epoch, Member, Rules
from crdt.founding import Founding
from crdt.pen import Pen
from crdt.statements import Statement
from keys.card import Card, Delegation
from tests.crdt.ballots import (
    NAMES,
    NEWCOMER,
    Ballots,
    founded,
    key_of_epoch,
    pen,
    town,
    two_rounds_in_the_dark,
    voted_for,
    walk,
)
from tests.support.people import card, identity

# --- stories -------------------------------------------------------------------------------------


def test_three_agree_to_admit_a_fourth() -> None:
    founding = founded(3)
    chain = fold(founding, [])
    proposal = pen("甲乡", founding.id).propose(
        chain.epoch.admitting(Member(town(NEWCOMER), card(NEWCOMER)))
    )
    consent = Pen(founding.id, identity(NEWCOMER).township).consent(proposal.id)
    votes = [voted_for(founding, n, chain, proposal, consent) for n in NAMES[:3]]
    for missing in range(3):
        known: list[Statement] = [proposal, *(v for i, v in enumerate(votes) if i != missing)]
        assert fold(founding, known).number == 0
    adopted = fold(founding, [proposal, *votes])
    assert adopted.number == 1
    assert town(NEWCOMER) in adopted.members
    assert {v.signer for v in adopted.steps[1].certificate} == {
        identity(n).device.id for n in NAMES[:3]
    }


def test_votes_without_the_newcomers_consent_are_for_nothing() -> None:
    founding = founded(2)
    chain = fold(founding, [])
    proposal = pen("甲乡", founding.id).propose(
        chain.epoch.admitting(Member(town(NEWCOMER), card(NEWCOMER)))
    )
    foreign = Pen(founding.id, identity("丁镇").township).consent(proposal.id)
    votes = [
        voted_for(founding, "甲乡", chain, proposal),
        voted_for(founding, "乙镇", chain, proposal, foreign),
    ]
    after = fold(founding, [proposal, *votes])
    assert after.number == 0
    assert after.open.rounds[0].dead, "and the next round is open"


def test_all_the_others_remove_one_and_its_own_vote_does_not_count() -> None:
    founding = founded(3)
    chain = fold(founding, [])
    proposal = pen("甲乡", founding.id).propose(chain.epoch.removing(town("丙乡"), key_of_epoch(1)))
    against = voted_for(founding, "丙乡", chain, None)
    one, two = (voted_for(founding, n, chain, proposal) for n in NAMES[:2])
    assert fold(founding, [proposal, one, against]).number == 0
    after = fold(founding, [proposal, one, two, against])
    assert sorted(after.members) == sorted([town("甲乡"), town("乙镇")])
    assert all(s.gone == (s.township == town("丙乡")) for s in after.devices.values())


def test_of_two_members_none_removes_the_other_alone() -> None:
    founding = founded(2)
    chain = fold(founding, [])
    proposal = pen("甲乡", founding.id).propose(chain.epoch.removing(town("乙镇"), key_of_epoch(1)))
    mine = voted_for(founding, "甲乡", chain, proposal)
    assert fold(founding, [proposal, mine]).number == 0
    assert (
        fold(founding, [proposal, mine, voted_for(founding, "乙镇", chain, proposal)]).number == 1
    )


def test_a_split_vote_ends_the_round_and_the_next_one_cites_it() -> None:
    founding = founded(3)
    chain = fold(founding, [])
    rules = [Rules(retention_days=d) for d in (365, 730)]
    rivals = [
        pen(n, founding.id).propose(chain.epoch.ruling(r))
        for n, r in zip(NAMES, rules, strict=False)
    ]
    split = [voted_for(founding, n, chain, p) for n, p in zip(NAMES, rivals, strict=False)]
    known: list[Statement] = [*rivals, *split]
    stuck = fold(founding, known)
    assert stuck.open.rounds[0].dead
    assert stuck.open.round == 1
    bare = pen("丙乡", founding.id).propose(chain.epoch.ruling(rules[0]))
    assert bare.id not in {
        p.id for r in fold(founding, [*known, bare]).open.rounds[1:] for p in r.proposals
    }
    again = pen("丙乡", founding.id).propose(chain.epoch.ruling(rules[1]), stuck.open.dead_votes())
    votes = [voted_for(founding, n, stuck, again) for n in NAMES[:3]]
    after = fold(founding, [*known, again, *votes])
    assert after.number == 1
    assert after.epoch.rules == rules[1]


def test_two_devices_of_a_township_count_once() -> None:
    """Test 6 of the list: a second device adds no vote, and a different one is a double vote."""
    founding = founded(3)
    chain = fold(founding, [])
    two = _two_devices("甲乡", founding)
    chain = fold(founding, [two.word])
    proposal = pen("甲乡", founding.id).propose(chain.epoch.ruling(Rules(retention_days=9)))
    first = voted_for(founding, "甲乡", chain, proposal)
    second = two.pen.vote(chain.epoch.id, 0, proposal, None)
    after = fold(founding, [two.word, proposal, first, second])
    assert after.number == 0
    assert not after.open.doubles
    other = two.pen.vote(chain.epoch.id, 0, None, None)
    assert set(fold(founding, [two.word, proposal, first, other]).open.doubles) == {town("甲乡")}


@dataclass
class _Second:
    word: Statement
    pen: Pen


def _two_devices(name: str, founding: Founding) -> _Second:
    township, second = identity(name).township, identity(f"{name}二号机").device
    mine = card(name)
    both = (*mine.delegations, Delegation.make(township, second))
    new = Card.make(township, mine.name, mine.code, both, mine.addresses)
    word = Pen(founding.id, township).devices(town(name), (0, 1), new, None)
    return _Second(word, Pen(founding.id, second.sign))


@pytest.mark.parametrize("order", range(24))
def test_a_double_voter_makes_two_and_neither_stands(order: int) -> None:
    """Test 5 of the list, n = 3: in every order of arrival one outcome, and the proof is there."""
    founding = founded(3)
    chain = fold(founding, [])
    remove = {
        n: pen("丙乡", founding.id).propose(chain.epoch.removing(town(n), key_of_epoch(i)))
        for i, n in enumerate(NAMES[:2], 1)
    }
    certificates: list[list[Statement]] = [
        [
            remove["乙镇"],
            voted_for(founding, "甲乡", chain, remove["乙镇"]),
            voted_for(founding, "丙乡", chain, remove["乙镇"]),
        ],
        [
            remove["甲乡"],
            voted_for(founding, "乙镇", chain, remove["甲乡"]),
            voted_for(founding, "丙乡", chain, remove["甲乡"]),
        ],
    ]
    for one in certificates:
        assert fold(founding, one).number == 1, "each alone is convincing"
    both = [s for c in certificates for s in c]
    shuffled = next(itertools.islice(itertools.permutations(both), order * 30, None))
    after = fold(founding, shuffled)
    assert after.number == 0
    assert set(after.open.doubles) == {town("丙乡")}
    assert after.open.rounds[0].dead
    last = pen("甲乡", founding.id).propose(
        after.epoch.removing(town("丙乡"), key_of_epoch(3)), after.open.dead_votes()
    )
    votes = [voted_for(founding, n, after, last) for n in NAMES[:2]]
    assert fold(founding, [*shuffled, last, *votes]).members.keys() == {
        town("甲乡"),
        town("乙镇"),
    }


def test_of_five_one_double_voter_cannot_make_two() -> None:
    """Test 5 of the list, n = 5: two removals need four votes each and have not enough."""
    founding = founded(5)
    chain = fold(founding, [])
    a, b, c, d, liar = NAMES[:5]
    remove_a = pen(liar, founding.id).propose(chain.epoch.removing(town(a), key_of_epoch(1)))
    remove_b = pen(liar, founding.id).propose(chain.epoch.removing(town(b), key_of_epoch(2)))
    said: list[Statement] = [remove_a, remove_b]
    said += [voted_for(founding, n, chain, remove_a) for n in (b, c, liar)]
    said += [voted_for(founding, n, chain, remove_b) for n in (a, d, liar)]
    for order in itertools.islice(itertools.permutations(said), 0, 40_320, 997):
        after = fold(founding, order)
        assert after.number == 0
        assert set(after.open.doubles) == {town(liar)}
        assert after.open.rounds[0].dead


def test_a_late_rival_certificate_is_void_if_it_leans_on_who_voted_twice() -> None:
    founding = founded(4)
    chain = fold(founding, [])
    first = pen("甲乡", founding.id).propose(chain.epoch.ruling(Rules(retention_days=1)))
    hidden = [voted_for(founding, n, chain, first) for n in ("甲乡", "乙镇", "丁镇")]
    split = [
        voted_for(founding, "丙乡", chain, None, round_=0),
        voted_for(founding, "丁镇", chain, None, round_=0),
    ]
    # The liar hides its first vote; without it the round looks lost, and the honest ones go on.
    seen = fold(founding, [first, hidden[0], *split])
    assert seen.open.rounds[0].dead
    second = pen("丙乡", founding.id).propose(
        seen.epoch.ruling(Rules(retention_days=2)), seen.open.dead_votes()
    )
    adopted = [voted_for(founding, n, seen, second) for n in ("甲乡", "乙镇", "丙乡")]
    everything: list[Statement] = [first, second, *hidden, *split, *adopted]
    for order in itertools.islice(itertools.permutations(everything), 0, 3_628_800, 90_001):
        after = fold(founding, order)
        assert after.epoch.rules.retention_days == 2
        assert after.steps[1].rejected == (first,)
        assert set(after.steps[1].doubles) == {town("丁镇")}


def test_no_schedule_adopts_two_epochs() -> None:
    run_state_machine_as_test(
        Ballots,
        settings=settings(
            max_examples=60,
            stateful_step_count=30,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


WALKS = int(os.environ.get("MULIN_BALLOTS", "400"))


def test_no_walk_adopts_two_epochs() -> None:
    for number in range(WALKS):
        walk(number)


def _half(epoch: Epoch, *_: object) -> int:
    return max(1, len(epoch.members) // 2)


def _walk_many() -> None:
    for number in range(4_000):
        walk(number)


def test_the_walks_find_a_threshold_that_is_too_low(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ballot, "threshold", _half)
    with pytest.raises(AssertionError, match="nobody voted twice"):
        _walk_many()


def test_a_round_that_ends_too_soon_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    two_rounds_in_the_dark()
    monkeypatch.setattr(ballot, "_is_dead", lambda counted, round_: bool(counted.votes[round_]))
    with pytest.raises(AssertionError, match="nobody voted twice"):
        two_rounds_in_the_dark()
