"""One seed, one story: the same hash and the same outcome byte by byte, twice here and in other processes."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulations.plan import Plan
from simulations.runner import run
from simulations.scenarios import SCENARIOS, plan_of

TOWNS_MAX, LARGE_S = 8, 900.0
_ROOT = Path(__file__).resolve().parents[2]


def plan_for(name: str, seed: int) -> Plan:
    """Of every scenario; a large one on a smaller scale."""
    towns = SCENARIOS[name].towns
    return plan_of(name, seed) if towns <= TOWNS_MAX else plan_of(name, seed, TOWNS_MAX, LARGE_S)


def fingerprint(name: str, seed: int) -> str:
    """Of all that can be known of a run: its plan, its events, its curve, its figures."""
    plain = run(plan_for(name, seed)).plain()
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()


_ELSEWHERE = """
import sys
from tests.simulations.test_determinism import fingerprint
for name in sys.argv[1:]:
    print(name, fingerprint(name, 1))
"""


def elsewhere(hash_seed: str) -> subprocess.Popen[str]:
    """Every scenario in a process of its own, in which sets and dicts of bytes have another order."""
    return subprocess.Popen(
        [sys.executable, "-c", _ELSEWHERE, *SCENARIOS],
        cwd=_ROOT,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env=os.environ | {"PYTHONHASHSEED": hash_seed, "PYTHONUTF8": "1"},
    )


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_story_told_twice_is_the_same_story(name: str) -> None:
    plan = plan_for(name, 2)
    first, second = run(plan), run(plan)
    assert first.hash == second.hash
    assert json.dumps(first.plain()) == json.dumps(second.plain())


def test_other_processes_tell_the_same_stories() -> None:
    with elsewhere("1") as one, elsewhere("4242") as other:
        told = [process.communicate(timeout=280)[0] for process in (one, other)]
        assert (one.returncode, other.returncode) == (0, 0)
    assert told[0] == told[1]
    assert told[0].count("\n") == len(SCENARIOS)
    assert f"lines {fingerprint('lines', 1)}" in told[0]


def test_another_seed_is_another_story() -> None:
    assert run(plan_of("storm", 1)).hash != run(plan_of("storm", 2)).hash


@pytest.mark.parametrize("name", ("storm", "2g", "chain", "hostile-flooder", "versions"))
def test_a_plan_that_was_written_down_gives_the_same_story(name: str) -> None:
    plan = plan_for(name, 3)
    read = Plan.of(json.loads(plan.text()))
    assert read == plan
    assert run(read, curve=False).hash == run(plan, curve=False).hash


def test_what_is_not_kept_is_hashed_all_the_same() -> None:
    plan = plan_of("lines", 1)
    whole, quiet = run(plan), run(plan, quiet=("sent", "dial"))
    assert quiet.hash == whole.hash
    assert len(quiet.events) < len(whole.events)


def test_watching_how_far_everybody_is_changes_nothing() -> None:
    plan = plan_of("power", 2)
    assert run(plan, curve=False).hash == run(plan).hash
