"""Counting votes: which epoch follows another, if any yet. A pure function of the statements known.

Every township has one vote a round, final. A proposal with its votes is adopted; a round in which none can
have them any more is dead, and only then is a vote in the next one honest. So with honest voters two
epochs are never adopted after one. Who votes twice can bring about two; then those that lean on that
township's vote are void, and the two votes are the proof. Such a township counts for every proposal, so that
which of its votes are known makes no difference. What all members of an epoch acknowledged stands before any
rival. Equal sets of statements give equal outcomes, whatever the order they came in. Knows no log, no clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TypeAlias

from crdt.epoch import Change, Epoch, EpochId, check_step, excluded_from, threshold
from crdt.errors import MalformedEntry
from crdt.statements import Proposal, StatementId, Vote
from keys.identity import TownshipId

Choice: TypeAlias = tuple[StatementId | None, TownshipId | None, int]
"""(proposal, who has no say in it, votes it may miss); a proposal of None is a vote for none."""
Speaker: TypeAlias = Callable[[bytes], TownshipId | None]
"""For whom a key speaks on what follows the epoch in question."""
Known: TypeAlias = Mapping[EpochId, frozenset[TownshipId]]
"""Per epoch the townships that acknowledged it."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round as far as it is known: votes by township, its proposals, and whether it is over."""

    number: int
    votes: dict[TownshipId, tuple[Vote, ...]]
    proposals: tuple[Proposal, ...]
    dead: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What follows an epoch. `certificate`: the votes that adopted; `rejected`: rivals that had votes
    enough and are void; `doubles`: townships proven to have voted twice in one round, with two votes."""

    epoch: Epoch
    adopted: Proposal | None
    certificate: tuple[Vote, ...]
    rejected: tuple[Proposal, ...]
    doubles: dict[TownshipId, tuple[Vote, Vote]]
    rounds: tuple[Round, ...]

    @property
    def round(self) -> int:
        """The round in which an honest township may vote now."""
        return next((r.number for r in self.rounds if not r.dead), len(self.rounds))

    def vote_of(self, township: TownshipId) -> Vote | None:
        """How a township voted in the open round, None if it has not."""
        if self.round >= len(self.rounds):
            return None
        return next(iter(self.rounds[self.round].votes.get(township, ())), None)

    def dead_votes(self) -> tuple[tuple[Vote, ...], ...]:
        """Per round before the open one the votes that ended it, for a proposal to cite."""
        return tuple(
            tuple(v for _, votes in sorted(r.votes.items()) for v in _enough(votes))
            for r in self.rounds[: self.round]
        )


def _enough(votes: tuple[Vote, ...]) -> tuple[Vote, ...]:
    """One, or the two that show that there are two."""
    pair = _pair({v.says: [v] for v in votes}) if len({v.says for v in votes}) > 1 else None
    return votes[:1] if pair is None else pair


@dataclass(slots=True)
class _Count:
    epoch: Epoch
    proposals: dict[StatementId, Proposal]
    votes: list[dict[TownshipId, dict[Choice, list[Vote]]]]
    wild: list[set[TownshipId]] = field(default_factory=list)
    doubles: dict[TownshipId, tuple[Vote, Vote]] = field(default_factory=dict)
    void: set[StatementId] = field(default_factory=set)

    def yes(self, choice: Choice, round_: int) -> set[TownshipId]:
        """Who is for it: by a vote, or by having voted twice."""
        said = {t for t, choices in self.votes[round_].items() if choice in choices}
        return (said | self.wild[round_]) - {choice[1]}

    def need(self, excluded: TownshipId | None, may_miss: int) -> int:
        return threshold(self.epoch, excluded, may_miss)


def count(
    epoch: Epoch,
    proposals: Iterable[Proposal],
    votes: Iterable[Vote],
    speaks: Speaker,
    known: Known | None = None,
) -> Outcome:
    """The outcome after `epoch`. What does not concern it, or comes from whom has no say, is ignored."""
    follow = {p.id: p for p in proposals if _follows(epoch, p, speaks)}
    cast = [*votes, *(v for p in follow.values() for listed in p.dead for v in listed)]
    known_dead: dict[tuple[int, tuple[StatementId, ...]], bool] = {}
    follow = {i: p for i, p in follow.items() if _cites_dead(epoch, p, follow, speaks, known_dead)}
    counted = _counted(epoch, follow, cast, speaks)
    winners = _winners(counted, known or {})
    adopted = winners[0] if winners else None
    return Outcome(
        epoch,
        adopted,
        _certificate(counted, adopted),
        tuple(follow[i] for i in sorted(counted.void)),
        counted.doubles,
        tuple(_round(counted, r) for r in range(len(counted.votes))),
    )


def _counted(
    epoch: Epoch, proposals: dict[StatementId, Proposal], cast: Iterable[Vote], speaks: Speaker
) -> _Count:
    mine = {v.id: v for v in cast if v.previous == epoch.id and v.ledger == epoch.ledger}
    counted = _Count(epoch, proposals, _by_round(epoch, proposals, list(mine.values()), speaks))
    for said in counted.votes:
        wild: set[TownshipId] = set()
        for township, choices in said.items():
            if (pair := _pair(choices)) is not None:
                wild.add(township)
                counted.doubles.setdefault(township, pair)
        counted.wild.append(wild)
    return counted


def _pair(choices: dict[Choice, list[Vote]]) -> tuple[Vote, Vote] | None:
    """Two votes that no honest township casts: for different things, or two of one device."""
    votes = sorted((v for listed in choices.values() for v in listed), key=lambda v: v.id)
    for one, other in combinations(votes, 2):
        if one.contradicts(other):
            return one, other
    return None


def _cites_dead(
    epoch: Epoch,
    proposal: Proposal,
    known: dict[StatementId, Proposal],
    speaks: Speaker,
    found: dict[tuple[int, tuple[StatementId, ...]], bool],
) -> bool:
    """Whether the votes it cites alone show that every earlier round is over: what comes later of votes
    cannot make an honest proposal unsound."""
    for number, listed in enumerate(proposal.dead):
        cited = number, tuple(v.id for v in listed)
        if cited not in found:
            counted = _counted(epoch, known, listed, speaks)
            winners = _winners(counted, {})
            over = number < len(counted.votes) and _is_dead(counted, number)
            found[cited] = over and not winners
        if not found[cited]:
            return False
    return True


def _follows(epoch: Epoch, proposal: Proposal, speaks: Speaker) -> bool:
    if proposal.epoch.previous != epoch.id:
        return False
    said = speaks(proposal.signer)
    if said is None or epoch.member(said) is None:
        return False
    try:
        check_step(epoch, proposal.epoch)
    except MalformedEntry:
        return False
    return True


def choice_of(epoch: Epoch, proposal: Proposal) -> Choice:
    """What a vote for a proposal has to say of it."""
    after = proposal.epoch
    return proposal.id, excluded_from(epoch, after.change, after.about), after.rules.may_miss


def _by_round(
    epoch: Epoch, proposals: dict[StatementId, Proposal], votes: Sequence[Vote], speaks: Speaker
) -> list[dict[TownshipId, dict[Choice, list[Vote]]]]:
    """Per round and township what it chose, with the votes that say so."""
    last = max([v.round for v in votes] + [p.round for p in proposals.values()], default=-1)
    found: list[dict[TownshipId, dict[Choice, list[Vote]]]] = [{} for _ in range(last + 1)]
    for vote in sorted(votes, key=lambda v: v.id):
        township = speaks(vote.signer)
        if township is not None and epoch.member(township) is not None:
            choices = found[vote.round].setdefault(township, {})
            choices.setdefault(_sound(epoch, proposals, vote), []).append(vote)
    return found


def _sound(epoch: Epoch, proposals: dict[StatementId, Proposal], vote: Vote) -> Choice:
    """What a vote is for: for nothing, if it says of its proposal what is not so or lacks a consent."""
    nothing: Choice = (None, None, 0)
    if vote.choice is None:
        return nothing
    proposal = proposals.get(vote.choice)
    if proposal is None:
        return vote.says
    if vote.says != choice_of(epoch, proposal) or vote.round != proposal.round:
        return nothing
    if proposal.epoch.change in (Change.ADMIT, Change.REKEY):
        about = proposal.epoch.member(proposal.epoch.about or b"")
        given = vote.consent
        if given is None or about is None or given.proposal != proposal.id:
            return nothing
        if given.signer != about.card.township or given.ledger != epoch.ledger:
            return nothing
    return vote.says


def _winners(counted: _Count, known: Known) -> list[Proposal]:
    """Proposals with votes enough; where there are rivals, what all acknowledged, else without those that
    lean on who voted twice."""
    final = [
        p
        for p in counted.proposals.values()
        if p.epoch.townships() <= known.get(p.epoch.id, frozenset())
    ]
    complete = [p for p in counted.proposals.values() if _has_votes(counted, p, frozenset())]
    if final:
        final.sort(key=lambda p: (p.round, p.id))
        counted.void = {p.id for p in [*complete, *final] if p is not final[0]}
        return final[:1]
    if len(complete) > 1:
        firm = [p for p in complete if _has_votes(counted, p, frozenset(counted.doubles))]
        # Two firm ones need two townships that vote twice: all the same, every node takes the same one.
        firm.sort(key=lambda p: (p.round, p.id))
        counted.void = {p.id for p in complete if p not in firm[:1]}
        complete = firm[:1]
    return complete


def _has_votes(counted: _Count, proposal: Proposal, without: frozenset[TownshipId]) -> bool:
    choice = choice_of(counted.epoch, proposal)
    if proposal.round >= len(counted.votes):
        return False
    yes = counted.yes(choice, proposal.round) - without
    return len(yes) >= counted.need(choice[1], choice[2])


def _certificate(counted: _Count, adopted: Proposal | None) -> tuple[Vote, ...]:
    """The votes that adopted it; of who voted twice none counts for anything else, its fences neither."""
    if adopted is None or adopted.round >= len(counted.votes):
        return ()
    choice, wild = choice_of(counted.epoch, adopted), counted.wild[adopted.round]
    said = counted.votes[adopted.round]
    return tuple(v for t in sorted(said) if t not in wild for v in said[t].get(choice, ()))


def _is_dead(counted: _Count, round_: int) -> bool:
    """Whether no proposal, known or not, can have its votes in this round any more."""
    said = counted.votes[round_]
    everybody = counted.epoch.townships()
    free = {t for t in everybody if t not in said} | counted.wild[round_]
    for choice in {c for choices in said.values() for c in choices if c[0] is not None}:
        proposal, excluded, may_miss = choice
        able = counted.yes(choice, round_) | (free - {excluded})
        if proposal not in counted.void and len(able) >= counted.need(excluded, may_miss):
            return False
    lenient = counted.epoch.rules.may_miss
    alone = everybody if len(everybody) > 2 else frozenset[TownshipId]()
    unheard = [(x, 0) for x in alone] + [(None, lenient)]
    return all(len(free - {x}) < counted.need(x, may) for x, may in unheard)


def _round(counted: _Count, number: int) -> Round:
    votes = {
        t: tuple(sorted((v for listed in choices.values() for v in listed), key=lambda v: v.id))
        for t, choices in counted.votes[number].items()
    }
    listed = [p for p in counted.proposals.values() if p.round == number]
    return Round(
        number, votes, tuple(sorted(listed, key=lambda p: p.id)), dead=_is_dead(counted, number)
    )
