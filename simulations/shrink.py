"""Cuts a plan that breaks an oracle down to the shortest story that still breaks it. No files, no terminal.

Delta debugging on the steps, then everything else made plainer: fewer towns, a good line, whole seconds.
The same plan gives the same answer, after no more runs than it was allowed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from simulations.plan import Plan, Step
from simulations.runner import run

# Events that no oracle reads: they are counted and not kept.
QUIET = ("sent", "dial", "connected", "unreached", "looked")
_TOWNS_MIN = 2
_SHORT_S = (1.0, 10.0, 60.0, 300.0)


def shrink(plan: Plan, *, runs_max: int = 200, oracle: str | None = None) -> Plan:
    """The shortest plan found. `oracle`: the one that must break; None: any that `plan` breaks.

    A plan that breaks nothing comes back as it is.
    """
    search = _Search(runs_max)
    broken = search.broken_by(plan)
    search.wanted = broken if oracle is None else broken & {oracle}
    if not search.wanted:
        return plan
    before = None
    while plan != before:
        before = plan
        plan = _fewer_steps(search, plan)
        plan = _plainer(search, plan)
    return plan


class _Search:
    """Runs plans, each at most once, and not more than `runs_max`."""

    def __init__(self, runs_max: int) -> None:
        self.runs_max = runs_max
        self.runs = 0
        self.wanted: set[str] = set()
        self._known: dict[str, bool] = {}

    def broken_by(self, plan: Plan) -> set[str]:
        self.runs += 1
        return {v.oracle for v in run(plan, quiet=QUIET, curve=False).violations}

    def breaks(self, plan: Plan) -> bool:
        """Whether it still breaks what it must; no, once the runs are used up."""
        text = plan.text()
        if text not in self._known:
            if self.runs >= self.runs_max:
                return False
            self._known[text] = bool(self.broken_by(plan) & self.wanted)
        return self._known[text]

    def first(self, plan: Plan, plainer: Iterable[Plan]) -> Plan:
        """The first of these that still breaks, or `plan`."""
        return next((p for p in plainer if p != plan and self.breaks(p)), plan)


# --- steps -----------------------------------------------------------------------------------


def _fewer_steps(search: _Search, plan: Plan) -> Plan:
    """Leave out as much as can be left out: halves first, then ever smaller parts."""
    size = max(len(plan.steps) // 2, 1)
    while plan.steps:
        shorter = search.first(plan, _without_parts(plan, size))
        if shorter is plan:
            if size == 1:
                break
            size //= 2
        plan = shorter
        size = min(size, max(len(plan.steps), 1))
    return plan


def _without_parts(plan: Plan, size: int) -> Iterator[Plan]:
    """Later parts first: what comes after the fault is of no account."""
    for start in reversed(range(0, len(plan.steps), size)):
        yield plan.with_steps(plan.steps[:start] + plan.steps[start + size :])


# --- everything else -------------------------------------------------------------------------


def _plainer(search: _Search, plan: Plan) -> Plan:
    plan = search.first(plan, [replace(plan, liars={})])
    plan = search.first(plan, _smaller_worlds(plan))
    plan = search.first(plan, [replace(plan, line="office")])
    plan = search.first(plan, [replace(plan, near="mesh")])
    plan = search.first(plan, _whole_seconds(plan))
    end_s = plan.steps[-1].at_s if plan.steps else 0.0
    plan = search.first(plan, (replace(plan, lasts_s=end_s + more_s) for more_s in _shorter(plan)))
    for place in range(len(plan.steps)):
        plan = search.first(plan, _plainer_step(plan, place))
    return plan


def _shorter(plan: Plan) -> list[float]:
    left_s = plan.lasts_s - max((step.at_s for step in plan.steps), default=0.0)
    return [more_s for more_s in _SHORT_S if more_s < left_s]


def _whole_seconds(plan: Plan) -> Iterator[Plan]:
    """All at once, a second apart, or at least no fractions."""
    for moments in (
        [0.0] * len(plan.steps),
        [float(n) for n in range(len(plan.steps))],
        [float(int(step.at_s)) for step in plan.steps],
    ):
        if sum(moments) < sum(step.at_s for step in plan.steps):
            steps = (replace(s, at_s=at_s) for s, at_s in zip(plan.steps, moments, strict=True))
            yield plan.with_steps(steps)


def _plainer_step(plan: Plan, place: int) -> Iterator[Plan]:
    """Without one of the things that were said beside it, or with one field fewer."""
    step = plan.steps[place]
    fields = step.given.get("fields")
    for name in sorted(step.given.keys() & _OPTIONAL.get(step.verb, set())):
        yield _with_step(plan, place, {k: v for k, v in step.given.items() if k != name})
    if isinstance(fields, dict) and len(fields) > 1 and step.verb == "edit":
        for name in sorted(fields):
            fewer = {k: v for k, v in fields.items() if k != name}
            yield _with_step(plan, place, step.given | {"fields": fewer})


_OPTIONAL = {"crash": {"after"}, "reset": {"after_bytes"}, "edit": {"reason"}, "move": {"reason"}}


def _with_step(plan: Plan, place: int, given: dict[str, Any]) -> Plan:
    steps = list(plan.steps)
    steps[place] = replace(steps[place], given=given)
    return plan.with_steps(steps)


# --- fewer towns -----------------------------------------------------------------------------


def _smaller_worlds(plan: Plan) -> Iterator[Plan]:
    """Only the towns that the steps speak of, if need be with some more."""
    used = sorted({place for step in plan.steps for place in _places(step)} | plan.liars.keys())
    for count in range(max(len(used), _TOWNS_MIN), plan.towns):
        others = [place for place in range(plan.towns) if place not in used]
        kept = sorted(used + others[: count - len(used)])
        yield _renumbered(plan, kept)


def _places(step: Step) -> set[int]:
    found = {step.town} | {p for group in step.given.get("groups", ()) for p in group}
    found |= {step.given[name] for name in ("to", "town") if isinstance(step.given.get(name), int)}
    return found - {-1}


def _renumbered(plan: Plan, kept: Sequence[int]) -> Plan:
    """The same story among the `kept` towns; nobody else was in it."""
    place = {old: new for new, old in enumerate(kept)} | {-1: -1}
    steps: list[Step] = []
    for step in plan.steps:
        given = dict(step.given)
        for name in given.keys() & {"to", "town"}:
            given[name] = place.get(given[name], given[name])
        if "groups" in given:
            given["groups"] = [[place[p] for p in group] for group in given["groups"]]
        steps.append(replace(step, town=place[step.town], given=given))
    liars = {place[old]: how for old, how in plan.liars.items()}
    return replace(plan, towns=len(kept), steps=tuple(steps), liars=liars)
