"""Oracles: what must be true of a world when its story is over. Apart from the system they judge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simulations.oracles.judges import JUDGES
from simulations.oracles.scene import Scene
from simulations.town import Town
from simulations.world import World

__all__ = ["JUDGES", "Violation", "count", "end", "held", "judge", "open_conflicts"]

_SENTENCES_MAX = 5
"""A broken world breaks everywhere: the first few sentences of each oracle say enough."""


@dataclass(frozen=True, slots=True)
class Violation:
    """`oracle`: the name of the judge; `sentence`: what it found."""

    oracle: str
    sentence: str


def judge(world: World, *, agreed_s: float | None, must_agree: bool = True) -> Iterator[Violation]:
    """Every judge's findings on a world that came to its end."""
    scene = Scene(world, agreed_s, must_agree)
    for name, one in JUDGES.items():
        for n, sentence in enumerate(one(scene)):
            if n < _SENTENCES_MAX:
                yield Violation(name, sentence)


def end(world: World, must_agree: bool, limit_s: float) -> float | None:
    """All faults are over: lines work, disks are good, everybody is up. Seconds until all agree, or None."""
    if not must_agree:
        return 0.0 if world.agree() else None
    world.make_peace()
    return world.settle(limit_s)


def held(town: Town) -> set[bytes]:
    """Ids of the entries on a town's disk; empty while it is off."""
    return (
        {e for (e,) in town.rows("SELECT id FROM entries") if isinstance(e, bytes)}
        if town.on
        else set()
    )


def count(town: Town) -> int:
    """How many entries a town holds, -1 while it is off."""
    if not town.on:
        return -1
    ((n,),) = town.rows("SELECT count(*) FROM entries")
    assert isinstance(n, int), "a count is a number"
    return n


def open_conflicts(world: World) -> int:
    """Questions that wait for people, at the honest town that has most."""
    return max(
        (int(str(t.rows("SELECT count(*) FROM conflicts")[0][0])) for t in world.honest if t.on),
        default=0,
    )
