"""Runs a plan to its end and judges it: plan in, outcome out, the same every time. No files, no terminal."""

from __future__ import annotations

from collections.abc import Callable, Container
from dataclasses import dataclass, field
from typing import Any

from simulations import founding, oracles
from simulations.clock import SECOND_US
from simulations.deeds import Deeds
from simulations.liars import LIARS
from simulations.links import LINES
from simulations.names import names
from simulations.oracles import Violation
from simulations.plan import Plan
from simulations.trace import Event, story
from simulations.world import World

SAMPLES = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """`curve`: at so many seconds, how many entries each town lacks of all that anybody has (-1: it is off).

    `questions`: at the same moments, how many questions wait for people at each town (-1: it is off).
    """

    plan: Plan
    events: tuple[Event, ...]
    hash: str
    violations: tuple[Violation, ...]
    curve: tuple[tuple[float, tuple[int, ...]], ...]
    questions: tuple[tuple[int, ...], ...] = ()
    figures: dict[str, Any] = field(default_factory=dict)
    called: tuple[str, ...] = ()
    """What the towns of this world are called, in Chinese."""
    again: str | None = None
    """The command that repeats it, where its plan alone does not say."""

    def names(self, lang: str) -> list[str]:
        """What the towns are called; those of a real ledger have one name in all languages."""
        known = names(self.plan.towns, "zh")
        return (
            list(self.called) if list(self.called) not in ([], known) else names(len(known), lang)
        )

    @property
    def ok(self) -> bool:
        return not self.violations

    def lines(self, lang: str, without: Container[str] = ()) -> list[str]:
        """The story, one line an event; `without`: names of events to leave out."""
        told = (event for event in self.events if event.what not in without)
        return list(story(told, self.names(lang), lang))

    def plain(self) -> dict[str, Any]:
        """Everything, for a file; equal for equal plans, byte by byte once it is JSON."""
        return {
            "plan": self.plan.plain(),
            "hash": self.hash,
            "ok": self.ok,
            "violations": [{"oracle": v.oracle, "sentence": v.sentence} for v in self.violations],
            "figures": self.figures,
            "curve": [[at_s, list(lacks)] for at_s, lacks in self.curve],
            "questions": [list(open_) for open_ in self.questions],
            "events": [event.plain() for event in self.events],
        }


def near_of(plan: Plan) -> list[list[int]] | None:
    """Whom each town knows, None for everybody."""
    match plan.near.partition(":"):
        case ("ring", _, _):
            return founding.ring(plan.towns)
        case ("chain", _, _):
            return founding.chain(plan.towns)
        case ("random", _, degree):
            return founding.random_graph(plan.towns, int(degree or 4), plan.seed)
    return None


def world_of(plan: Plan, quiet: tuple[str, ...] = ()) -> World:
    """The world in which a plan begins."""
    return World(
        plan.towns,
        plan.seed,
        near=near_of(plan),
        line=LINES[plan.line],
        liars={place: LIARS[how] for place, how in plan.liars.items()},
        quiet=quiet,
    )


def run(
    plan: Plan,
    *,
    quiet: tuple[str, ...] = (),
    curve: bool = True,
    progress: Callable[[float, float], None] | None = None,
    begin: Callable[[Plan, tuple[str, ...]], World] = world_of,
) -> Outcome:
    """`quiet`: events not kept (they are hashed); `progress(done_s, all_s)` is told how far it is.

    `begin`: makes the world, where it is not one that is founded for the plan.
    """
    with begin(plan, quiet) as world:
        deeds = Deeds(world)
        watch = _Watch(world, plan.lasts_s, curve)
        for step in sorted(plan.steps, key=lambda s: s.at_s):
            watch.until(step.at_s)
            if progress is not None:
                progress(step.at_s, plan.lasts_s)
            deeds.perform(step)
        watch.until(plan.lasts_s)
        took_s = oracles.end(world, plan.must_agree)
        watch.sample()
        violations = tuple(oracles.judge(world, agreed_s=took_s, must_agree=plan.must_agree))
        for v in violations:
            facts = (("oracle", v.oracle), ("sentence", v.sentence))
            world.trace.add(Event(world.clock.now_us, -1, "broken", -1, facts))
        figures = _figures(world, deeds, took_s)
        events = tuple(world.trace.events)
        lacks, asked = tuple(watch.samples), tuple(watch.questions)
        called = tuple(town.name for town in world.towns)
        return Outcome(plan, events, world.trace.hash, violations, lacks, asked, figures, called)


def _figures(world: World, deeds: Deeds, took_s: float | None) -> dict[str, Any]:
    packets, size = world.network.totals()
    held = [oracles.held(town) for town in world.honest if town.on]
    return {
        "virtual_s": round(world.now_s, 3),
        "agreed_after_s": None if took_s is None else round(took_s, 3),
        "entries": max((len(ids) for ids in held), default=0),
        "writes": deeds.writes,
        "settled": deeds.settled,
        "gone": len(world.witness.gone),
        "faults": deeds.faults,
        "open_conflicts": oracles.open_conflicts(world),
        "packets": packets,
        "bytes": size,
        "events": sum(world.trace.counts.values()),
        "counts": dict(sorted(world.trace.counts.items())),
    }


class _Watch:
    """Lets time pass and looks, now and then, how far everybody is."""

    def __init__(self, world: World, lasts_s: float, wanted: bool) -> None:
        self._world = world
        self._every_s = max(lasts_s / SAMPLES, 0.001)
        self._next_s = 0.0 if wanted else float("inf")
        self.samples: list[tuple[float, tuple[int, ...]]] = []
        self.questions: list[tuple[int, ...]] = []

    def until(self, at_s: float) -> None:
        clock = self._world.clock
        while self._next_s <= at_s:
            clock.run_until(int(self._next_s * SECOND_US))
            self.sample()
            self._next_s += self._every_s
        clock.run_until(round(at_s * SECOND_US))

    def sample(self) -> None:
        if self._next_s == float("inf"):
            return
        towns = self._world.towns
        held = [oracles.lengths(town) for town in towns]
        # Each holds a log from its beginning: the longest copy of every log is all there is. Equal counts
        # would not mean equal entries, for both sides of a cut line write on.
        most: dict[object, int] = {}
        for lengths in held:
            for log, n in lengths.items():
                most[log] = max(n, most.get(log, 0))
        everything = sum(most.values())
        lacks = (
            everything - sum(h.values()) if t.on else -1 for t, h in zip(towns, held, strict=True)
        )
        self.samples.append((round(self._world.now_s, 3), tuple(lacks)))
        self.questions.append(tuple(oracles.questions(town) for town in towns))
