"""Any interleaving of writes, exchanges and reloads among two to five replicas ends in one state.

The story (tests/support/story.py) throws writes that are sensible, at cross purposes or against the
rules; the oracles compare the replicas with each other, with an independent model, and with the engine's
own history.
"""

from __future__ import annotations

import random
from collections import Counter

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from crdt.conflicts import conflicts
from crdt.operations import Set
from crdt.verdicts import EntryState
from keys.limits import PARENTS_PER_ENTRY
from tests.support.oracles import judge_all
from tests.support.story import Story
from tests.support.world import Replica, World, new_case


@given(
    dice=st.randoms(use_true_random=False),
    replicas=st.integers(2, 5),
    records=st.integers(1, 3),
    steps=st.integers(20, 120),
)
def test_every_replica_ends_in_the_same_state(
    dice: random.Random, replicas: int, records: int, steps: int
) -> None:
    story = Story(dice, replicas, records).tell(steps).heal()
    for line in story.lines:
        note(line)
    judge_all(story)


@pytest.mark.parametrize("seed", range(80))
def test_long_stories_end_in_the_same_state(seed: int) -> None:
    """Plain dice instead of Hypothesis: ten times as long, with histories that bend and branch for real."""
    story = Story(random.Random(seed), 2 + seed % 4, 1 + seed % 3).tell(150).heal()
    judge_all(story)


def test_the_stories_are_about_something() -> None:
    """If the dice stopped making conflicts, every test above would pass and prove nothing."""
    seen: Counter[str] = Counter()
    for seed in range(20):
        story = Story(random.Random(seed), 2 + seed % 4, 1 + seed % 3).tell(150).heal()
        for number in story.records:
            record = story.replicas[0].record(number)
            seen["applied"] += len(record.applied)
            seen["open conflicts"] += len(conflicts(record))
            seen["withdrawn against edited"] += sum("removed" in c.key for c in conflicts(record))
            seen["settled"] += sum(k.endswith("/kept") for k in record.document().keys())  # noqa: SIM118
            seen["kept"] += len(record.shared.keeps)
            for verdict in record.verdicts.values():
                seen[verdict.reason] += verdict.state == EntryState.VOID
    least = {
        "applied": 800,
        "open conflicts": 50,
        "withdrawn against edited": 5,
        "settled": 50,
        "kept": 10,
        "stale": 10,
        "unchanged": 50,
        "not-in-conflict": 3,
        "bad-move": 20,
        "bad-value": 20,
        "unknown-field": 10,
        "no-such-item": 5,
        "wrong-past": 5,
        "not-home": 10,
        "operation": 10,
    }
    poor = {what: (seen[what], count) for what, count in least.items() if seen[what] < count}
    assert not poor, seen


@given(st.permutations(range(9)), st.integers(0, 8))
def test_any_order_of_arrival_gives_the_same_verdicts(order: list[int], twice: int) -> None:
    """One history of nine entries, some of them void, in any order and one of them twice."""
    story = Story(random.Random(4), 2, 1)
    while len(story.entries) < 9:
        story.tell(1)
    entries = [list(story.entries.values())[n] for n in (*order, order[twice])]
    story.heal()
    reader = story.replicas[1]
    reader.reload([*entries[:9]])
    reader.take(entries[9])
    judge_all(story)


def test_in_a_flood_of_heads_every_replica_would_cite_the_same_ones() -> None:
    """More stand at once than an entry may cite: which ones are cited must not depend on who came first."""
    world = World()
    pens = [world.pen(f"乡镇 {n}") for n in range(3)]
    first, second = Replica(world, pens[0]), Replica(world, pens[1])
    writer = Replica(world, pens[2])
    begun = writer.write(None, *new_case())
    flood = [
        writer.force(begun.record, Set("party_count", n + 2), parents=[begun.id])
        for n in range(PARENTS_PER_ENTRY + 6)
    ]
    first.take(begun, *flood)
    second.take(begun, *reversed(flood))
    assert begun.record is not None
    here, there = first.record(begun.record), second.record(begun.record)
    assert here.heads() == there.heads()
    assert len(here.heads()) == PARENTS_PER_ENTRY
