"""Every scenario with a dozen fixed seeds: whatever goes wrong, all oracles hold when the story is over.

Fresh seeds are the sweep's work (`make simulate`); what they find becomes a named test in test_found.py.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from simulations.plan import Plan, Step
from simulations.runner import run
from simulations.scenarios import SCENARIOS, plan_of
from simulations.stories import STORIES

_SWEPT = sorted(name for name, scenario in SCENARIOS.items() if not scenario.large)
_LARGE = sorted(name for name, scenario in SCENARIOS.items() if scenario.large)


@pytest.mark.parametrize("name", _SWEPT)
def test_all_oracles_hold(name: str) -> None:
    faults = writes = 0
    for seed in range(12):
        outcome = run(plan_of(name, seed), curve=False)
        again = f"mulin simulate run {name} --seed {seed}"
        assert outcome.violations == (), again
        faults += outcome.figures["faults"]
        writes += outcome.figures["writes"]
    assert writes > 20, "clerks were at work"
    assert faults > 0 or name in {story.name for story in STORIES}, (
        "something went wrong on the way"
    )


@pytest.mark.parametrize("name", _LARGE)
def test_thirty_townships_cut_in_half_agree_again(name: str) -> None:
    outcome = run(plan_of(name, 1, 30, 3600.0), quiet=("sent",), curve=False)
    assert outcome.violations == ()
    assert outcome.figures["writes"] >= 20


@pytest.mark.slow
@pytest.mark.parametrize("name", _LARGE)
def test_a_hundred_townships_cut_in_half_for_six_hours_agree_again(name: str) -> None:
    outcome = run(plan_of(name, 1), quiet=("sent",), curve=False)
    assert outcome.violations == ()
    assert outcome.figures["virtual_s"] > 5.8 * 3600


def test_what_is_sent_grows_with_the_difference() -> None:
    """After the same cut: more written means more bytes, nothing written next to none."""
    case = {"category": "forest_land", "village": "示范一村"}
    sizes = []
    for notes in (0, 10, 40):
        steps = [
            Step(1, "open", 0, {"ref": "r", "fields": case}),
        ]
        steps += [Step(10, "split", -1, {"groups": [[0, 1, 2, 3], [4, 5, 6, 7]]})]
        steps += [
            Step(20 + n, "add", 0, {"ref": "r", "collection": "notes", "fields": {"text": "界桩"}})
            for n in range(notes)
        ]
        plan = Plan("grows", 1, 8, "ring", lasts_s=290, steps=tuple(steps), must_agree=False)
        before = run(plan, curve=False)
        steps += [Step(290, "heal"), Step(290, "sync"), Step(290, "meet")]
        after = run(replace(plan, steps=tuple(steps), must_agree=True), curve=False)
        assert after.violations == ()
        sizes.append(after.figures["bytes"] - before.figures["bytes"])
    nothing, some, many = sizes
    assert nothing < some < many
    # Each note goes to the four townships of the other half: some 200 bytes a township, in runs.
    assert 30 * 4 * 100 < many - some < 30 * 4 * 400
