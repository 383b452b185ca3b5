"""Bugs to be planted in a story, and the steps of which such stories are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from simulations.plan import Plan, Step

Patch = pytest.MonkeyPatch


@dataclass(frozen=True)
class Planted:
    """`plan`: the story that shows it; `scenery`: what is so with the bug and without it."""

    judge: str
    plan: Plan
    plant: Callable[[Patch], None]
    scenery: Callable[[Patch], None] = lambda _: None


PLANTED: dict[str, Planted] = {}


def planted(
    judge: str, plan: Plan, scenery: Callable[[Patch], None] = lambda _: None
) -> Callable[[Callable[[Patch], None]], Callable[[Patch], None]]:
    def enter(plant: Callable[[Patch], None]) -> Callable[[Patch], None]:
        PLANTED[plant.__name__] = Planted(judge, plan, plant, scenery)
        return plant

    return enter


def at(at_s: float, verb: str, town: int = -1, **given: Any) -> Step:
    return Step(at_s, verb, town, given)


def opened(at_s: float, town: int, ref: str) -> Step:
    fields = {"category": "forest_land", "village": "示范一村"}
    return at(at_s, "open", town, ref=ref, fields=fields)


def said(at_s: float, town: int, ref: str, amount: str) -> Step:
    return at(at_s, "edit", town, ref=ref, fields={"amount_agreed": amount})


def of(*steps: Step, towns: int = 3, lasts_s: float = 90.0, **more: Any) -> Plan:
    return Plan("planted", 1, towns, lasts_s=lasts_s, steps=steps, **more)
