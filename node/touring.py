"""Where rounds went: which places were to be visited, which were, and what was found there. Read only.

A place is a village or a grid of it. What was said of a grid counts for its village too, where the village
was the target. Names no kind: a kind says how (`Kind.toured`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeAlias

from crdt.entry import RecordId
from crdt.kinds import kind_named
from crdt.kinds.follows import Toured
from crdt.kinds.types import Scalar
from crdt.view import view
from node.gathering import linked
from node.ledgers import Ledger
from node.service import Service

Fields: TypeAlias = Mapping[str, Scalar]
Where: TypeAlias = tuple[str, ...]
"""The parts that say where, "" for what is not stated."""


@dataclass(slots=True)
class Place:
    """`goal`: how often it was to be visited, 0 where it was no target; `rounds`: how often it was;
    `findings`: by result."""

    where: Where
    goal: int = 0
    rounds: int = 0
    findings: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Tour:
    """`places`: targets as they were named, then the others. `unplaced`: rounds that name no place; `loose`:
    findings that name no record though they should; `led_to`: the records that findings name."""

    places: list[Place]
    findings: Counter[str]
    unplaced: int
    loose: int
    led_to: dict[str, list[str]]

    @property
    def targets(self) -> list[Place]:
        return [p for p in self.places if p.goal]


@dataclass(frozen=True, slots=True)
class Round:
    """Where one round went, and what it found."""

    covers: Sequence[Fields]
    findings: Sequence[Fields]


def tour(service: Service, ledger: Ledger, record: RecordId, how: Toured) -> Tour:
    """What the rounds of a record say."""
    seen = view(service.record(ledger, record))
    targets = [i.fields for i in seen.items[how.targets] if not i.removed]
    other = kind_named(how.rounds[0])
    link = other.by_name[how.rounds[1]]
    rounds = []
    for matter in linked(service.ground.db, ledger, record, other, link):
        said: dict[str, list[Fields]] = {how.covers: [], how.findings: []}
        for one in matter.records:
            told = view(service.record(ledger, one))
            for name, listed in said.items():  # what two records of a round say alike stands once
                fresh = [i.fields for i in told.items[name] if not i.removed]
                listed += [f for f in fresh if f not in listed]
        rounds.append(Round(said[how.covers], said[how.findings]))
    return summed_up(how, targets, rounds)


def summed_up(how: Toured, targets: Iterable[Fields], rounds: Sequence[Round]) -> Tour:
    """The same of what was said. Pure."""
    places: dict[Where, Place] = {}
    for target in targets:
        at = _where(how, target)
        goal = target.get(how.goal)
        place = places.setdefault(at, Place(at))
        place.goal += goal if type(goal) is int and goal > 0 else 1
    goals = list(places)
    led_to: dict[str, list[str]] = {}
    results: Counter[str] = Counter()
    loose = unplaced = 0
    for one in rounds:
        been = {_where(how, c) for c in (*one.covers, *one.findings)} - {("",) * len(how.place)}
        unplaced += not been
        counting = {at for b in been for at in _counting(b, goals)}
        for at in sorted(counting):
            places.setdefault(at, Place(at)).rounds += 1
        for finding in one.findings:
            result = str(finding.get(how.result) or "")
            results[result] += 1
            for at in _counting(_where(how, finding), goals):
                places.setdefault(at, Place(at)).findings[result] += 1
            named = {n: v for n, v in finding.items() if isinstance(v, bytes)}
            loose += _names_a_record(how, result) and result not in named
            for name, value in named.items():
                if value.hex() not in led_to.setdefault(name, []):
                    led_to[name].append(value.hex())
    others = sorted(at for at in places if at not in goals)
    return Tour([places[at] for at in (*goals, *others)], results, unplaced, loose, led_to)


def _names_a_record(how: Toured, result: str) -> bool:
    """A finding that is a hazard names it in the part `hazard`, and so on."""
    kind = kind_named(how.rounds[0])
    of = kind.by_name[how.findings].type
    return result in getattr(of, "by_name", {})


def _where(how: Toured, said: Fields) -> Where:
    return tuple(str(said.get(name) or "") for name in how.place)


def _counting(been: Where, goals: Sequence[Where]) -> list[Where]:
    """The targets that a place belongs to, or the place itself if it belongs to none."""
    found = [
        goal
        for goal in goals
        if any(goal) and all(g in ("", b) for g, b in zip(goal, been, strict=True))
    ]
    return found or ([been] if any(been) else [])
