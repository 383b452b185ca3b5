"""Hypothesis looks for stories that break an oracle; planted bugs are found and shrunk to a few steps."""

from __future__ import annotations

import json

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from node.writing import Writing
from simulations.disk import Disk
from simulations.machine import FederationMachine, StoryBroken
from simulations.plan import Plan
from simulations.runner import run
from simulations.shrink import shrink

TestFederation = FederationMachine.TestCase
TestFederation.settings = settings(max_examples=15, stateful_step_count=25)


@pytest.mark.slow
def test_new_stories_every_time() -> None:
    many = settings(max_examples=250, stateful_step_count=50, derandomize=False)
    run_state_machine_as_test(FederationMachine, settings=many)


SEARCH = settings(
    max_examples=500,
    stateful_step_count=8,
    derandomize=True,
    database=None,
    report_multiple_bugs=False,
    phases=(Phase.generate, Phase.shrink),
)


def shortest_story(how: settings = SEARCH) -> Plan:
    with pytest.raises(StoryBroken) as caught:
        run_state_machine_as_test(FederationMachine, settings=how)
    plan = caught.value.plan
    *said, text = str(caught.value).splitlines()
    assert said
    assert Plan.of(json.loads(text)) == plan
    return plan


def test_acknowledging_too_early_is_writing_and_a_power_cut(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Disk, "sync", lambda disk, _file: disk._operation())
    plan = shortest_story()
    verbs = [step.verb for step in plan.steps]
    assert len(verbs) <= 3, plan.text()
    assert {"open", "crash"} <= set(verbs)
    assert "durability" in {v.oracle for v in run(plan).violations}


@pytest.mark.slow
def test_going_on_with_an_old_copy_is_a_backup_brought_back_between_two_statements(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Writing, "doubt", lambda *_: None)
    plan = shortest_story(settings(SEARCH, max_examples=1500, stateful_step_count=16))
    assert "no-forks" in {v.oracle for v in run(plan).violations}
    short = shrink(plan, oracle="no-forks")
    verbs = [step.verb for step in short.steps]
    assert len(verbs) <= 6, short.text()
    assert {"backup", "restore"} <= set(verbs)


def test_what_only_a_withholder_holds_is_held_by_nobody() -> None:
    """A disk goes back; what it lost had reached only a member that gives nothing away: no fault of ours."""
    plan = Plan.of(
        {
            "format": "mulin/plan/1", "scenario": "machine", "seed": 0, "towns": 4, "near": "mesh",
            "line": "office", "lasts_s": 400.0, "must_agree": True, "liars": {"3": "withholder"},
            "steps": [
                [0.0, "open", 0, {"fields": {"category": "other", "village": "甲村"}, "ref": "r0"}],
                [0.0, "backup", 0, {"label": "b"}],
                [0.0, "backup", 2, {"label": "b"}],
                [0.0, "edit", 0, {"fields": {"amount_agreed": "8000"}, "ref": "r0"}],
                [0.0, "disk", 1, {"fault": "full", "room": 261}],
                [0.0, "restore", 2, {"label": "b", "whole": False}],
                [400.0, "restore", 0, {"label": "b", "whole": True}],
            ],
        }
    )  # fmt: skip
    found = run(plan)
    assert found.violations == ()
    assert found.figures["gone"] >= 1
