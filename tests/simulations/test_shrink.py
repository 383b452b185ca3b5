"""A long story that goes wrong is cut to the few steps that matter, the same ones every time."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from simulations import shrink as shrinking
from simulations.disk import Disk, File
from simulations.plan import Plan
from simulations.runner import Outcome, run
from simulations.scenarios import plan_of
from simulations.shrink import shrink


@pytest.fixture
def forgetful_disks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The planted bug: a sync that keeps nothing, so that clerks are told "saved" too early."""

    def sync(disk: Disk, _file: File) -> None:
        disk._operation()
        disk.syncs += 1

    monkeypatch.setattr(Disk, "sync", sync)


def broken(plan: Plan) -> set[str]:
    return {v.oracle for v in run(plan, curve=False).violations}


def a_storm_that_loses_something() -> Plan:
    return next(
        plan
        for seed in range(50)
        if len((plan := plan_of("storm", seed)).steps) > 40 and "durability" in broken(plan)
    )


@pytest.mark.usefixtures("forgetful_disks")
def test_acknowledging_too_early_is_shrunk_to_writing_and_a_power_cut() -> None:
    plan = a_storm_that_loses_something()
    short = shrink(plan, oracle="durability")
    verbs = [step.verb for step in short.steps]
    assert len(verbs) <= 3, short.text()
    assert {"open", "crash"} <= set(verbs), short.text()
    assert short.towns == 2
    assert short.lasts_s < plan.lasts_s
    assert "durability" in broken(short)


@pytest.mark.usefixtures("forgetful_disks")
def test_the_same_plan_is_cut_to_the_same_plan() -> None:
    plan = a_storm_that_loses_something()
    assert shrink(plan, runs_max=60).text() == shrink(plan, runs_max=60).text()


@pytest.mark.usefixtures("forgetful_disks")
def test_it_runs_no_more_plans_than_it_was_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = a_storm_that_loses_something()
    runs: list[Plan] = []

    def counted(one: Plan, **how: Any) -> Outcome:
        runs.append(one)
        return run(one, **how)

    monkeypatch.setattr(shrinking, "run", counted)
    short = shrink(plan, runs_max=12)
    assert len(runs) == 12
    assert "durability" in broken(short)
    assert len(short.steps) < len(plan.steps)


def test_a_story_that_ends_well_stays_as_it_is() -> None:
    plan = plan_of("lines", 1)
    assert shrink(plan, runs_max=1) is plan


@pytest.mark.usefixtures("forgetful_disks")
def test_an_oracle_that_does_not_break_is_not_shrunk_to_another() -> None:
    plan = replace(a_storm_that_loses_something(), seed=1)
    assert shrink(plan, oracle="blame") == plan
