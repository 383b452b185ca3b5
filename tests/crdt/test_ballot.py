"""Votes: who is a member is agreed once, whatever is delayed, cut, restored or said twice."""

from __future__ import annotations

import itertools
import os
import random
from collections.abc import Iterable
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from crdt import ballot
from crdt.ballot import choice_of
from crdt.chain import Chain, fold
from crdt.entry import LedgerId
from crdt.epoch import Change, Epoch, Member, Rules
from crdt.founding import Founding
from crdt.pen import Pen
from crdt.statements import Consent, Proposal, Statement, StatementId, Vote
from keys.card import Card, Delegation
from keys.identity import TownshipId
from keys.seal import KeyId
from tests.support.people import card, identity, seed

NAMES = ("甲乡", "乙镇", "丙乡", "丁镇", "戊乡", "己镇", "庚乡")
NEWCOMER = "辛镇"


def _founding(n: int) -> Founding:
    return Founding.make(
        "联调", seed("ballot", size=16), [card(x) for x in NAMES[:n]], KeyId(seed("k0"))
    )


def _key(n: int) -> KeyId:
    return KeyId(seed(f"ledger key {n}"))


def _town(name: str) -> TownshipId:
    return TownshipId(identity(name).township.public)


def _pen(name: str, ledger: LedgerId) -> Pen:
    return Pen(ledger, identity(name).device.sign)


@dataclass
class Voter:
    """An honest township: what it has heard, and what it voted, which no restore takes back."""

    name: str
    heard: dict[StatementId, Statement] = field(default_factory=dict)
    voted: dict[tuple[bytes, int], Vote] = field(default_factory=dict)

    def chain(self, founding: Founding) -> Chain:
        return fold(founding, self.heard.values())

    def hear(self, said: Iterable[Statement]) -> None:
        self.heard |= {s.id: s for s in said}


def _vote(
    founding: Founding,
    name: str,
    chain: Chain,
    on: Proposal | None,
    consent: Consent | None = None,
    round_: int | None = None,
) -> Vote:
    open_ = chain.open
    excluded = None if on is None else choice_of(chain.epoch, on)[1]
    at = (open_.round if on is None else on.round) if round_ is None else round_
    return _pen(name, founding.id).vote(chain.epoch.id, at, on, excluded, consent=consent)


def _after(chain: Chain, change: int, who: str, key: KeyId) -> Epoch | None:
    """The epoch that a proposal of this kind would bring."""
    epoch = chain.epoch
    if change == 0 and epoch.member(_town(NEWCOMER)) is None:
        return epoch.admitting(Member(_town(NEWCOMER), card(NEWCOMER)))
    if change == 1 and epoch.member(_town(who)) is not None and len(epoch.members) > 1:
        return epoch.removing(_town(who), key)
    if change == 2:
        return epoch.ruling(Rules(may_miss=1 - epoch.rules.may_miss))
    return None


# --- stories -------------------------------------------------------------------------------------


def test_three_agree_to_admit_a_fourth() -> None:
    founding = _founding(3)
    chain = fold(founding, [])
    proposal = _pen("甲乡", founding.id).propose(
        chain.epoch.admitting(Member(_town(NEWCOMER), card(NEWCOMER)))
    )
    consent = Pen(founding.id, identity(NEWCOMER).township).consent(proposal.id)
    votes = [_vote(founding, n, chain, proposal, consent) for n in NAMES[:3]]
    for missing in range(3):
        known = [proposal, *(v for i, v in enumerate(votes) if i != missing)]
        assert fold(founding, known).number == 0
    adopted = fold(founding, [proposal, *votes])
    assert adopted.number == 1
    assert _town(NEWCOMER) in adopted.members
    assert {v.signer for v in adopted.steps[1].certificate} == {
        identity(n).device.id for n in NAMES[:3]
    }


def test_votes_without_the_newcomers_consent_are_for_nothing() -> None:
    founding = _founding(2)
    chain = fold(founding, [])
    proposal = _pen("甲乡", founding.id).propose(
        chain.epoch.admitting(Member(_town(NEWCOMER), card(NEWCOMER)))
    )
    foreign = Pen(founding.id, identity("丁镇").township).consent(proposal.id)
    votes = [
        _vote(founding, "甲乡", chain, proposal),
        _vote(founding, "乙镇", chain, proposal, foreign),
    ]
    after = fold(founding, [proposal, *votes])
    assert after.number == 0
    assert after.open.rounds[0].dead, "and the next round is open"


def test_all_the_others_remove_one_and_its_own_vote_does_not_count() -> None:
    founding = _founding(3)
    chain = fold(founding, [])
    proposal = _pen("甲乡", founding.id).propose(chain.epoch.removing(_town("丙乡"), _key(1)))
    against = _vote(founding, "丙乡", chain, None)
    one, two = (_vote(founding, n, chain, proposal) for n in NAMES[:2])
    assert fold(founding, [proposal, one, against]).number == 0
    after = fold(founding, [proposal, one, two, against])
    assert sorted(after.members) == sorted([_town("甲乡"), _town("乙镇")])
    assert all(s.gone == (s.township == _town("丙乡")) for s in after.devices.values())


def test_of_two_members_none_removes_the_other_alone() -> None:
    founding = _founding(2)
    chain = fold(founding, [])
    proposal = _pen("甲乡", founding.id).propose(chain.epoch.removing(_town("乙镇"), _key(1)))
    mine = _vote(founding, "甲乡", chain, proposal)
    assert fold(founding, [proposal, mine]).number == 0
    assert fold(founding, [proposal, mine, _vote(founding, "乙镇", chain, proposal)]).number == 1


def test_a_split_vote_ends_the_round_and_the_next_one_cites_it() -> None:
    founding = _founding(3)
    chain = fold(founding, [])
    rules = [Rules(retention_days=d) for d in (365, 730)]
    rivals = [
        _pen(n, founding.id).propose(chain.epoch.ruling(r))
        for n, r in zip(NAMES, rules, strict=False)
    ]
    split = [_vote(founding, n, chain, p) for n, p in zip(NAMES, rivals, strict=False)]
    known: list[Statement] = [*rivals, *split]
    stuck = fold(founding, known)
    assert stuck.open.rounds[0].dead
    assert stuck.open.round == 1
    bare = _pen("丙乡", founding.id).propose(chain.epoch.ruling(rules[0]))
    assert bare.id not in {
        p.id for r in fold(founding, [*known, bare]).open.rounds[1:] for p in r.proposals
    }
    again = _pen("丙乡", founding.id).propose(chain.epoch.ruling(rules[1]), stuck.open.dead_votes())
    votes = [_vote(founding, n, stuck, again) for n in NAMES[:3]]
    after = fold(founding, [*known, again, *votes])
    assert after.number == 1
    assert after.epoch.rules == rules[1]


def test_two_devices_of_a_township_count_once() -> None:
    """Test 6 of the list: a second device adds no vote, and a different one is a double vote."""
    founding = _founding(3)
    chain = fold(founding, [])
    two = _two_devices("甲乡", founding)
    chain = fold(founding, [two.word])
    proposal = _pen("甲乡", founding.id).propose(chain.epoch.ruling(Rules(retention_days=9)))
    first = _vote(founding, "甲乡", chain, proposal)
    second = two.pen.vote(chain.epoch.id, 0, proposal, None)
    after = fold(founding, [two.word, proposal, first, second])
    assert after.number == 0
    assert not after.open.doubles
    other = two.pen.vote(chain.epoch.id, 0, None, None)
    assert set(fold(founding, [two.word, proposal, first, other]).open.doubles) == {_town("甲乡")}


@dataclass
class _Second:
    word: Statement
    pen: Pen


def _two_devices(name: str, founding: Founding) -> _Second:
    township, second = identity(name).township, identity(f"{name}二号机").device
    mine = card(name)
    both = (*mine.delegations, Delegation.make(township, second))
    new = Card.make(township, mine.name, mine.code, both, mine.addresses)
    word = Pen(founding.id, township).devices(_town(name), (0, 1), new, None)
    return _Second(word, Pen(founding.id, second.sign))


@pytest.mark.parametrize("order", range(24))
def test_a_double_voter_makes_two_and_neither_stands(order: int) -> None:
    """Test 5 of the list, n = 3: in every order of arrival one outcome, and the proof is there."""
    founding = _founding(3)
    chain = fold(founding, [])
    remove = {
        n: _pen("丙乡", founding.id).propose(chain.epoch.removing(_town(n), _key(i)))
        for i, n in enumerate(NAMES[:2], 1)
    }
    certificates = [
        [
            remove["乙镇"],
            _vote(founding, "甲乡", chain, remove["乙镇"]),
            _vote(founding, "丙乡", chain, remove["乙镇"]),
        ],
        [
            remove["甲乡"],
            _vote(founding, "乙镇", chain, remove["甲乡"]),
            _vote(founding, "丙乡", chain, remove["甲乡"]),
        ],
    ]
    for one in certificates:
        assert fold(founding, one).number == 1, "each alone is convincing"
    both = [s for c in certificates for s in c]
    shuffled = next(itertools.islice(itertools.permutations(both), order * 30, None))
    after = fold(founding, shuffled)
    assert after.number == 0
    assert set(after.open.doubles) == {_town("丙乡")}
    assert after.open.rounds[0].dead
    last = _pen("甲乡", founding.id).propose(
        after.epoch.removing(_town("丙乡"), _key(3)), after.open.dead_votes()
    )
    votes = [_vote(founding, n, after, last) for n in NAMES[:2]]
    assert fold(founding, [*shuffled, last, *votes]).members.keys() == {
        _town("甲乡"),
        _town("乙镇"),
    }


# --- every schedule ------------------------------------------------------------------------------


class Ballots(RuleBasedStateMachine):
    """Honest townships and at most one that votes as it likes; messages come in any order or not at all."""

    def __init__(self) -> None:
        super().__init__()
        self.adopted: dict[bytes, set[bytes]] = {}
        self.said: dict[StatementId, Statement] = {}
        self.keys = 0

    @initialize(
        n=st.sampled_from((3, 2, 4, 5, 6, 7)),
        liar=st.booleans(),
        wishes=st.lists(st.tuples(*[st.integers(0, 6)] * 3), min_size=2, max_size=4),
    )
    def begin(self, n: int, liar: bool, wishes: list[tuple[int, int, int]]) -> None:
        """Some already wish for different things."""
        self.founding = _founding(n)
        self.honest = [Voter(x) for x in NAMES[: n - liar]]
        self.liar = NAMES[n - 1] if liar else None
        newcomer = Pen(self.founding.id, identity(NEWCOMER).township)
        self.consents: dict[StatementId, Consent] = {}
        self.newcomer = newcomer
        for who, change, about in wishes:
            self.propose(who, change % 3, about % n)

    def _say(self, statement: Statement) -> None:
        self.said[statement.id] = statement
        if isinstance(statement, Proposal) and statement.epoch.change is Change.ADMIT:
            self.consents[statement.id] = self.newcomer.consent(statement.id)

    def _voter(self, who: int) -> Voter:
        return self.honest[who % len(self.honest)]

    @rule(who=st.integers(0, 6), change=st.integers(0, 2), about=st.integers(0, 6))
    def wish(self, who: int, change: int, about: int) -> None:
        self.propose(who, change, about)

    def propose(self, who: int, change: int, about: int) -> None:
        voter = self._voter(who)
        chain = voter.chain(self.founding)
        if _town(voter.name) not in chain.members or chain.open.round >= 4:
            return
        self.keys += 1
        epoch = _after(chain, change, NAMES[about % len(NAMES)], _key(self.keys))
        if epoch is not None:
            made = _pen(voter.name, self.founding.id).propose(epoch, chain.open.dead_votes())
            self._say(made)
            voter.hear([made])

    @rule(who=st.integers(0, 6), pick=st.integers(0, 5))
    def vote(self, who: int, pick: int) -> None:
        """Honest: once a round, only in the open one, whatever a restore made it forget."""
        voter = self._voter(who)
        chain = voter.chain(self.founding)
        open_ = chain.open
        place = (bytes(chain.epoch.id), open_.round)
        if _town(voter.name) not in chain.members or place in voter.voted:
            return
        listed = open_.rounds[open_.round].proposals if open_.round < len(open_.rounds) else ()
        if not listed:
            return
        on = listed[pick % len(listed)] if pick else None
        vote = _vote(self.founding, voter.name, chain, on, self.consents.get(on.id) if on else None)
        voter.voted[place] = vote
        self._say(vote)
        voter.hear([vote])

    @rule(
        pick=st.integers(0, 50),
        again=st.integers(0, 50),
        reject=st.booleans(),
        at=st.integers(0, 3),
    )
    def lie(self, pick: int, again: int, reject: bool, at: int) -> None:
        """Votes for this and for that, in any round, after any epoch it knows of."""
        if self.liar is None:
            return
        chain = fold(self.founding, self.said.values())
        steps = chain.steps
        epoch = steps[again % len(steps)].epoch
        listed = [
            s
            for s in self.said.values()
            if isinstance(s, Proposal) and s.epoch.previous == epoch.id
        ]
        on = None if reject or not listed else listed[pick % len(listed)]
        excluded = None if on is None else choice_of(epoch, on)[1]
        pen = _pen(self.liar, self.founding.id)
        consent = None if on is None else self.consents.get(on.id)
        self._say(pen.vote(epoch.id, at if on is None else on.round, on, excluded, consent=consent))

    @rule(change=st.integers(0, 2), about=st.integers(0, 6), known=st.integers(0, 2**16))
    def lying_proposal(self, change: int, about: int, known: int) -> None:
        """Opens a round citing whatever votes suit it."""
        if self.liar is None:
            return
        part = [s for i, s in enumerate(self.said.values()) if known >> (i % 16) & 1]
        chain = fold(self.founding, part)
        self.keys += 1
        epoch = _after(chain, change, NAMES[about % len(NAMES)], _key(self.keys))
        if epoch is not None and chain.open.round < 4:
            self._say(_pen(self.liar, self.founding.id).propose(epoch, chain.open.dead_votes()))

    @rule(who=st.integers(0, 6), some=st.integers(0, 2**24))
    def hear(self, who: int, some: int) -> None:
        self._voter(who).hear(s for i, s in enumerate(self.said.values()) if some >> (i % 24) & 1)

    @rule(who=st.integers(0, 6))
    def hear_all(self, who: int) -> None:
        self._voter(who).hear(self.said.values())

    @rule(pick=st.integers(0, 5))
    def everybody_votes(self, pick: int) -> None:
        """What a chairperson brings about: all hear of the proposals, and vote before they hear the votes."""
        for who, voter in enumerate(self.honest):
            voter.hear(s for s in self.said.values() if isinstance(s, Proposal))
            self.vote(who, pick)

    @rule(who=st.integers(0, 6), kept=st.integers(0, 2**16))
    def restore(self, who: int, kept: int) -> None:
        """An old copy comes back: what it heard since is forgotten, how it voted is not."""
        voter = self._voter(who)
        voter.heard = {s.id: s for i, s in enumerate(voter.heard.values()) if kept >> (i % 16) & 1}

    @invariant()
    def one_epoch_follows_another(self) -> None:
        if not hasattr(self, "honest"):
            return
        for voter in self.honest:
            for step in voter.chain(self.founding).steps[1:]:
                self.adopted.setdefault(step.epoch.previous, set()).add(step.epoch.id)
        for previous, adopted in self.adopted.items():
            if len(adopted) > 1:
                doubles = self._proven_after(previous)
                assert doubles == {_town(self.liar or "")}, "two epochs, and nobody voted twice"

    def _proven_after(self, previous: bytes) -> set[TownshipId]:
        """Townships with two different votes in one round: read from the votes, not from the count."""
        seen: dict[tuple[bytes, int], set[object]] = {}
        for s in self.said.values():
            if isinstance(s, Vote) and s.previous == previous:
                seen.setdefault((s.signer, s.round), set()).add(s.says)
        signers = {signer for (signer, _), said in seen.items() if len(said) > 1}
        return {_town(n) for n in NAMES if identity(n).device.id in signers}

    def teardown(self) -> None:
        if not hasattr(self, "honest"):
            return
        for voter in self.honest:
            voter.hear(self.said.values())
        ends = {tuple(s.epoch.id for s in v.chain(self.founding).steps) for v in self.honest}
        assert len(ends) == 1
        backwards = fold(self.founding, reversed(list(self.said.values())))
        assert tuple(s.epoch.id for s in backwards.steps) in ends


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


_DEEDS = (
    *("vote",) * 6, *("hear",) * 5, *("hear_all",) * 2, *("lie",) * 3,
    "everybody_votes", "wish", "restore", "lying_proposal",
)  # fmt: skip


def _walk(number: int, steps: int = 40) -> None:
    """The same machine by lot: less clever than Hypothesis, and a hundred times as many steps."""
    dice = random.Random(number)
    machine = Ballots()
    wishes = [(dice.randrange(7), dice.randrange(3), dice.randrange(7)) for _ in range(3)]
    machine.begin(dice.choice((2, 3, 3, 3, 4, 5, 6, 7)), dice.random() < 0.6, wishes)
    for _ in range(steps):
        deed = dice.choice(_DEEDS)
        who, pick, some = dice.randrange(7), dice.randrange(6), dice.getrandbits(24)
        match deed:
            case "vote":
                machine.vote(who, pick)
            case "hear":
                machine.hear(who, some)
            case "hear_all":
                machine.hear_all(who)
            case "lie":
                machine.lie(dice.randrange(50), pick, dice.random() < 0.4, dice.randrange(3))
            case "everybody_votes":
                machine.everybody_votes(pick)
            case "wish":
                machine.wish(who, dice.randrange(3), dice.randrange(7))
            case "restore":
                machine.restore(who, some & 0xFFFF)
            case "lying_proposal":
                machine.lying_proposal(dice.randrange(3), dice.randrange(7), some & 0xFFFF)
        machine.one_epoch_follows_another()
    machine.teardown()


WALKS = int(os.environ.get("MULIN_BALLOTS", "400"))


def test_no_walk_adopts_two_epochs() -> None:
    for number in range(WALKS):
        _walk(number)


def _half(epoch: Epoch, *_: object) -> int:
    return max(1, len(epoch.members) // 2)


def _walk_many() -> None:
    for number in range(4_000):
        _walk(number)


def test_the_walks_find_a_threshold_that_is_too_low(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ballot, "threshold", _half)
    with pytest.raises(AssertionError, match="nobody voted twice"):
        _walk_many()


def _two_rounds_in_the_dark() -> None:
    """All vote in round 0 and none hears the others; then one opens round 1 with the one vote it knows."""
    machine = Ballots()
    machine.begin(3, liar=False, wishes=[(0, 2, 0)])
    machine.everybody_votes(1)
    machine.wish(0, 1, 2)
    machine.everybody_votes(1)
    votes = [s for s in machine.said.values() if isinstance(s, Vote)]
    machine.honest[0].hear(v for v in votes if v.round == 0)
    machine.honest[1].hear(v for v in votes if v.round == 1)
    machine.one_epoch_follows_another()
    machine.teardown()


def test_a_round_that_ends_too_soon_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    _two_rounds_in_the_dark()
    monkeypatch.setattr(ballot, "_is_dead", lambda counted, round_: bool(counted.votes[round_]))
    with pytest.raises(AssertionError, match="nobody voted twice"):
        _two_rounds_in_the_dark()
