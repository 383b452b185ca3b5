"""The demo set as a stream of acts: the same federation, size and seed give the same acts.

Pure: no clock, no files, no shared dice. Whoever performs the acts keeps the map from `ref` to
record id. Knows no store and no node.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from node.demo.alliances import CHAIRS, ROWS
from node.demo.cases import case_acts
from node.demo.contacts import contact_acts
from node.demo.model import FEDERATIONS, Act, AddItem, Change, Confirm, Member, New, Review, Serve
from node.demo.planned import chair_acts, row_acts
from node.demo.plans import PLANS

__all__ = [
    "FEDERATIONS",
    "Act",
    "AddItem",
    "Change",
    "Confirm",
    "Member",
    "New",
    "Review",
    "Serve",
    "acts",
]


def acts(federation: str, size: int = 1, seed: int = 2024) -> list[Act]:
    """All acts of a federation in the order in which they were done: `size` times its cases and rounds.

    `federation` is a key of FEDERATIONS, else KeyError; `size` is 1, 10 or 100 by custom.
    """
    return sorted(_all(federation, size, seed), key=lambda act: act.at)


def _all(federation: str, size: int, seed: int) -> Iterator[Act]:
    members, plan = FEDERATIONS[federation], PLANS[federation]
    yield from contact_acts(members, plan, Random(f"{seed}/{federation}/contacts"))
    yield from case_acts(members, plan, size, Random(f"{seed}/{federation}/cases/{size}"))
    if federation in CHAIRS:
        yield from chair_acts(members, CHAIRS[federation])
    for rows in ROWS.get(federation, ()):
        rng = Random(f"{seed}/{federation}/{rows.name}/{size}")
        yield from row_acts(members, rows, size, rng)
