"""Townships that vote, and one that votes as it likes: the machine behind the tests of ballots."""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
)

from crdt.ballot import choice_of
from crdt.chain import Chain, fold
from crdt.entry import LedgerId
from crdt.epoch import Change, Epoch, Member, Rules
from crdt.founding import Founding
from crdt.pen import Pen
from crdt.statements import Consent, Proposal, Statement, StatementId, Vote
from keys.identity import TownshipId
from keys.seal import KeyId
from tests.support.people import card, identity, seed

NAMES = ("甲乡", "乙镇", "丙乡", "丁镇", "戊乡", "己镇", "庚乡")
NEWCOMER = "辛镇"


def founded(n: int) -> Founding:
    return Founding.make(
        "联调", seed("ballot", size=16), [card(x) for x in NAMES[:n]], KeyId(seed("k0"))
    )


def key_of_epoch(n: int) -> KeyId:
    return KeyId(seed(f"ledger key {n}"))


def town(name: str) -> TownshipId:
    return TownshipId(identity(name).township.public)


def pen(name: str, ledger: LedgerId) -> Pen:
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


def voted_for(
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
    return pen(name, founding.id).vote(chain.epoch.id, at, on, excluded, consent=consent)


def epoch_after(chain: Chain, change: int, who: str, key: KeyId) -> Epoch | None:
    """The epoch that a proposal of this kind would bring."""
    epoch = chain.epoch
    if change == 0 and epoch.member(town(NEWCOMER)) is None:
        return epoch.admitting(Member(town(NEWCOMER), card(NEWCOMER)))
    if change == 1 and epoch.member(town(who)) is not None and len(epoch.members) > 1:
        return epoch.removing(town(who), key)
    if change == 2:
        return epoch.ruling(Rules(may_miss=1 - epoch.rules.may_miss))
    return None


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
        self.founding = founded(n)
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
        if town(voter.name) not in chain.members or chain.open.round >= 4:
            return
        self.keys += 1
        epoch = epoch_after(chain, change, NAMES[about % len(NAMES)], key_of_epoch(self.keys))
        if epoch is not None:
            made = pen(voter.name, self.founding.id).propose(epoch, chain.open.dead_votes())
            self._say(made)
            voter.hear([made])

    @rule(who=st.integers(0, 6), pick=st.integers(0, 5))
    def vote(self, who: int, pick: int) -> None:
        """Honest: once a round, only in the open one, whatever a restore made it forget."""
        voter = self._voter(who)
        chain = voter.chain(self.founding)
        open_ = chain.open
        place = (bytes(chain.epoch.id), open_.round)
        if town(voter.name) not in chain.members or place in voter.voted:
            return
        listed = open_.rounds[open_.round].proposals if open_.round < len(open_.rounds) else ()
        if not listed:
            return
        on = listed[pick % len(listed)] if pick else None
        vote = voted_for(
            self.founding, voter.name, chain, on, self.consents.get(on.id) if on else None
        )
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
        liar = pen(self.liar, self.founding.id)
        consent = None if on is None else self.consents.get(on.id)
        self._say(
            liar.vote(epoch.id, at if on is None else on.round, on, excluded, consent=consent)
        )

    @rule(change=st.integers(0, 2), about=st.integers(0, 6), known=st.integers(0, 2**16))
    def lying_proposal(self, change: int, about: int, known: int) -> None:
        """Opens a round citing whatever votes suit it."""
        if self.liar is None:
            return
        part = [s for i, s in enumerate(self.said.values()) if known >> (i % 16) & 1]
        chain = fold(self.founding, part)
        self.keys += 1
        epoch = epoch_after(chain, change, NAMES[about % len(NAMES)], key_of_epoch(self.keys))
        if epoch is not None and chain.open.round < 4:
            self._say(pen(self.liar, self.founding.id).propose(epoch, chain.open.dead_votes()))

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
                assert doubles == {town(self.liar or "")}, "two epochs, and nobody voted twice"

    def _proven_after(self, previous: bytes) -> set[TownshipId]:
        """Townships with two different votes in one round: read from the votes, not from the count."""
        seen: dict[tuple[bytes, int], set[object]] = {}
        for s in self.said.values():
            if isinstance(s, Vote) and s.previous == previous:
                seen.setdefault((s.signer, s.round), set()).add(s.says)
        signers = {signer for (signer, _), said in seen.items() if len(said) > 1}
        return {town(n) for n in NAMES if identity(n).device.id in signers}

    def teardown(self) -> None:
        if not hasattr(self, "honest"):
            return
        for voter in self.honest:
            voter.hear(self.said.values())
        ends = {tuple(s.epoch.id for s in v.chain(self.founding).steps) for v in self.honest}
        assert len(ends) == 1
        backwards = fold(self.founding, reversed(list(self.said.values())))
        assert tuple(s.epoch.id for s in backwards.steps) in ends


_DEEDS = (
    *("vote",) * 6, *("hear",) * 5, *("hear_all",) * 2, *("lie",) * 3,
    "everybody_votes", "wish", "restore", "lying_proposal",
)  # fmt: skip


def walk(number: int, steps: int = 40) -> None:
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


def two_rounds_in_the_dark() -> None:
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
