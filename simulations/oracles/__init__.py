"""Oracles: what must be true of a world when its story is over. Apart from the system they judge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from keys.limits import SILENCE_TIMEOUT_S
from simulations.clock import SECOND_US
from simulations.oracles.judges import JUDGES
from simulations.oracles.scene import Scene
from simulations.town import Town
from simulations.world import World

__all__ = ["JUDGES", "Violation", "count", "end", "held", "judge", "open_conflicts", "patience_s"]

ROUND_TRIPS_A_HOP = 20
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


def end(world: World, must_agree: bool) -> float | None:
    """All faults are over: lines work, disks are good, everybody is up. Seconds until all agree, or None."""
    if not must_agree:
        return 0.0 if world.agree() else None
    world.make_peace()
    return world.settle(patience_s(world))


def patience_s(world: World) -> float:
    """How long agreement may take once every line works, in virtual seconds.

    A connection that died while nobody spoke is noticed after the silence that a session bears, once on either
    side; then twenty round trips a hop, and the time the bytes take if all of them have to go everywhere.
    """
    line = world.network.default
    slowest = 10 if line.wild else 1
    round_trip_s = 2 * slowest * (line.latency_us + line.jitter_us) / SECOND_US
    lossy_s = 60.0 if line.loss else 0.0
    size = max((_size(town) for town in world.honest if town.on), default=0)
    sending_s = 1.3 * size / line.bytes_per_s if line.bytes_per_s else 0.0
    hops = _hops(world)
    return 2 * SILENCE_TIMEOUT_S + hops * (ROUND_TRIPS_A_HOP * round_trip_s + sending_s + lossy_s)


def _size(town: Town) -> int:
    ((n,),) = town.rows("SELECT coalesce(sum(length(header) + length(payload)), 0) FROM entries")
    assert isinstance(n, int), "a sum is a number"
    return n


def _hops(world: World) -> int:
    """The longest way between two honest towns, through honest towns."""
    honest = {town.place for town in world.honest}
    longest = 1
    for start in sorted(honest):
        far, reached, edge = 0, {start}, {start}
        while edge := {n for p in edge for n in world.near[p] if n in honest} - reached:
            reached |= edge
            far += 1
        longest = max(longest, far)
    return longest


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
