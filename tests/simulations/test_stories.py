"""The story cases of the neighbours, told on simulated lines: each ends as people expect, and all agree."""

from __future__ import annotations

import pytest

from simulations.runner import run
from simulations.scenarios import plan_of
from simulations.stories import STORIES


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("name", [story.name for story in STORIES])
def test_a_story_ends_as_it_is_told(name: str, seed: int) -> None:
    outcome = run(plan_of(name, seed))
    assert outcome.violations == ()
    assert outcome.figures["writes"] > 0
    assert outcome.figures["open_conflicts"] in (0, 1), "stories end with their questions settled"


def test_a_story_that_expects_something_else_fails() -> None:
    """The expectations are looked at: a false one is found."""
    told = plan_of("s-e", 0)
    steps = list(told.steps)
    place = next(n for n, step in enumerate(steps) if step.given.get("conflicts") == 1)
    steps[place] = type(steps[place])(
        steps[place].at_s, "expect", steps[place].town, {"ref": "e", "conflicts": 7}
    )
    outcome = run(told.with_steps(steps))
    assert [v.oracle for v in outcome.violations] == ["story"]


def test_the_story_is_told_in_two_languages() -> None:
    outcome = run(plan_of("s-e", 0))
    chinese, english = outcome.lines("zh"), outcome.lines("en")
    assert len(chinese) == len(english) == len(outcome.events)
    assert any("断网时一边写 8000" in line for line in chinese)
    assert any("Offline, one side writes 8000" in line for line in english)
    assert any("麻塘" in line for line in chinese)
    assert any("Matang" in line for line in english)
    assert not any("麻塘" in line for line in english)
