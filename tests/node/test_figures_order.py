"""Figures are a matter of entries alone: whatever came first, every node counts the same."""

from __future__ import annotations

import contextlib
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from crdt.errors import RuleBroken
from crdt.kinds import kind_named
from node import quarter, review
from node.figures import figures
from node.gathering import belonging
from node.touring import tour
from tests.support.townships import POST, Town, exchange, together

NOW_MS = 1_724_030_000_000  # 2024-08-19 09:13 by an office clock
AREAS, DAYS = ("东片", "西片"), ("2024-08-12", "2024-09-30", "2024-11-01")
STEPS = st.lists(
    st.tuples(
        st.integers(0, 2),  # who
        st.sampled_from(
            ("case", "patrol", "warning", "answer", "grade", "join", "join round", "people", "meet")
        ),
        st.integers(0, 8),
    ),
    min_size=4,
    max_size=24,
)


class World:
    """Three townships that write while some of them have no line."""

    def __init__(self) -> None:
        self.towns = together(3)
        self.records: dict[str, list[Any]] = {"case": [], "patrol": [], "warning": []}
        self.names = [town.service.card().name for town in self.towns]
        first = self.towns[0]
        typed = {"called": "排查", "starts_on": "2024-08-01", "ends_on": "2024-12-31"}
        self.campaign = first.service.create(first.ledger, "campaign", typed, POST)
        for town in self.towns:
            town.clock.ms = NOW_MS - 3 * 86_400_000
        exchange(*self.towns)

    def known(self, town: Town, kind: str, n: int) -> Any:
        """A record of the kind that this township has, if any."""
        held = [r for r in self.records[kind] if town.service.ground.model.named([r])]
        return held[n % len(held)] if held else None

    def step(self, who: int, what: str, n: int) -> None:
        town = self.towns[who]
        town.clock.ms += 60_000 * n
        if what == "meet":
            exchange(town, self.towns[(who + 1) % 3])
        elif what in self.records:
            typed = self.typed(what, n)
            self.records[what].append(town.service.create(town.ledger, what, typed, POST))
        else:
            self.change(town, what, n)

    def typed(self, kind: str, n: int) -> dict[str, str]:
        day, campaign = DAYS[n % 3], self.campaign.hex()
        if kind == "case":
            more = {
                "amount_agreed": str(n),
                "accepted_on": day,
                "due_on": day,
                "campaign": campaign,
            }
            return {
                "category": ("traffic", "contract")[n % 2],
                "village": "东村",
                "level": "grid",
                **more,
            }
        if kind == "patrol":
            more = {"person_times": str(n), "campaign": campaign, "covers": "东村"}
            return {"kind_of": "screening", "area": AREAS[n % 2], "on": day, **more}
        more = {"addressees": "、".join(self.names), "seen_at": f"{day} 08:00"}
        return {"kind_of": "fire", "place": "石桥", "level": ("red", "blue")[n % 2], **more}

    def change(self, town: Town, what: str, n: int) -> None:
        kinds = {"answer": "warning", "grade": "case", "join": "case"}
        record = self.known(town, kinds.get(what, "patrol"), n)
        other = self.known(town, kinds.get(what, "patrol"), n // 2)
        if record is None or other is None:
            return
        said = {
            "answer": {"receipts": ("seen", "acknowledged")[n % 2]},
            "grade": {"urgency": ("blue", "red")[n % 2]},
            "join": {"duplicate_of": other.hex()},
            "join round": {"same_as": other.hex()},
            "people": {"person_times": str(n)},
        }[what]
        with contextlib.suppress(RuleBroken):  # what stands there already is not said again
            town.service.change(town.ledger, record, said, POST)

    def told(self, town: Town) -> Any:
        """Every figure that this node counts."""
        service, ledger = town.service, town.ledger
        sheet = quarter.quarter_sheet(service, ledger, "2024-07-01", "2024-09-30", NOW_MS)
        db = service.ground.db
        by = {k: kind_named(k).by_name[f] for k, f in (("case", "category"), ("patrol", "area"))}
        how = kind_named("campaign").toured
        assert how is not None
        found = belonging(db, ledger, self.campaign, kind_named("campaign"))
        return (
            quarter.shape(sheet),
            review.shape(review.count(service, ledger, "2024-W33", NOW_MS), None),
            {k: figures(db, ledger, kind_named(k), by[k], None) for k in by},
            [(one.kind.name, one.matters, one.all, one.by) for one in found],
            tour(service, ledger, self.campaign, how),
        )


@settings(max_examples=25, deadline=None)
@given(STEPS, st.randoms(use_true_random=False))
def test_whatever_the_order_of_arrival_every_node_counts_the_same(
    steps: list[tuple[int, str, int]], chance: random.Random
) -> None:
    world = World()
    for step in steps:
        world.step(*step)
    chance.shuffle(world.towns)
    exchange(*world.towns)
    told = [world.told(town) for town in world.towns]
    assert told[0] == told[1] == told[2]
    again = world.towns[0]
    again.service.rebuild()
    assert world.told(again) == told[0]
