"""Sweeps: the same answer from any engine and in any order, failures named with what repeats them."""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from simulations import oracles, sweep
from simulations.errors import BadSeeds, DaskMissing, WorkerDiffers, WorkerLost
from simulations.plan import Plan
from simulations.scenarios import plan_of
from simulations.sweep import Job, Result, Sweep, here, jobs_of, perform, seeds_of
from simulations.sweep_page import page
from tests.support.clerk import mulin

NAMES = ("lines", "power")


def _swept(results: list[Result]) -> Sweep:
    found = Sweep.over("1..3", NAMES)
    for result in results:
        found.add(result)
    return found


@pytest.fixture(scope="module")
def results() -> list[Result]:
    return [perform(job) for job in jobs_of(NAMES, range(1, 4))]


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> None:
    """An oracle finds something in every run with an even seed."""

    def judge(scene: Any) -> Any:
        return iter([] if scene.world.seed % 2 else ["planted <&>"])

    monkeypatch.setitem(oracles.JUDGES, "bounds", judge)


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test planted in this process is not planted in others: the sweep runs here."""
    monkeypatch.setattr(sweep, "here", lambda jobs, _workers: map(perform, jobs))


# --- seeds and jobs --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "first", "count"), (("1..10000", 1, 10_000), ("7", 7, 1), ("0..0", 0, 1))
)
def test_seeds_are_written_from_and_to(text: str, first: int, count: int) -> None:
    assert (seeds_of(text)[0], len(seeds_of(text))) == (first, count)


@pytest.mark.parametrize(
    "text", ("", "..", "1..", "5..4", "-1..3", "a..b", "1..99999999999", "1-3")
)
def test_other_seeds_are_refused(text: str) -> None:
    with pytest.raises(BadSeeds):
        seeds_of(text)
    done = mulin("simulate", "sweep", f"--seeds={text}")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


def test_scenarios_take_turns() -> None:
    assert [(j.scenario, j.seed) for j in jobs_of(NAMES, range(1, 3))] == [
        ("lines", 1),
        ("power", 1),
        ("lines", 2),
        ("power", 2),
    ]


# --- engines ---------------------------------------------------------------------------------


def test_processes_find_what_one_process_finds(results: list[Result]) -> None:
    found = list(here(jobs_of(NAMES, range(1, 4)), workers=2))
    assert len(found) == 6
    assert _swept(found).plain() == _swept(results).plain()
    assert all(result.hash for result in found)


def test_the_order_in_which_runs_end_changes_nothing(results: list[Result]) -> None:
    failing = [
        Result(Job("lines", seed), "f", found=(("bounds", "too much"),))
        for seed in range(50, 20, -1)
    ]
    mixed = [*results, *failing]
    random.Random(3).shuffle(mixed)
    assert _swept(mixed).plain() == _swept([*failing, *results]).plain()
    plain = _swept(mixed).plain()["scenarios"][0]
    assert [one["seed"] for one in plain["failures"]] == list(range(21, 31))
    assert plain["failed"] == 30


def test_another_outcome_is_another_digest(results: list[Result]) -> None:
    assert _swept(results).digest != _swept(results[:-1]).digest


def test_a_seed_that_cannot_be_run_is_a_finding_and_ends_nothing() -> None:
    result = perform(Job("nowhere", 1))
    assert result.found == (("unforeseen", "NoScenario"),)


def _dies(_job: Job) -> Result:
    import os

    os._exit(9)


def test_a_worker_that_dies_is_one_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "perform", _dies)
    with pytest.raises(WorkerLost):
        list(here(jobs_of(("lines",), range(1, 4)), workers=1))


def test_dask_finds_what_one_process_finds(results: list[Result]) -> None:
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=2,
        threads_per_worker=2,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
    ) as cluster:
        found = list(sweep.over_dask(jobs_of(NAMES, range(1, 4)), cluster.scheduler_address))
        done = mulin(
            *("simulate", "sweep", "--seeds", "1..3", "--scenario", "lines", "--scenario", "power"),
            *("--dask", cluster.scheduler_address, "--json"),
        )
    assert _swept(found).plain() == _swept(results).plain()
    assert done.code == 0
    assert {k: done.json[k] for k in ("digest", "runs")} == {
        "digest": _swept(results).digest,
        "runs": 6,
    }


def test_dask_workers_of_another_version_are_not_believed() -> None:
    from simulations.dask_engine import _compare

    class Elsewhere:
        told: dict[str, Result]

        def run(self, _function: object, _job: Job) -> dict[str, Result]:
            return self.told

    scheduler: Any = Elsewhere()
    scheduler.told = {"a": perform(Job("lines", 1))}
    _compare(scheduler)
    for told in ({}, {"a": perform(Job("lines", 1)), "b": Result(Job("lines", 1), "other")}):
        scheduler.told = told
        with pytest.raises(WorkerDiffers):
            _compare(scheduler)


def test_a_scheduler_that_is_not_there_is_one_sentence() -> None:
    for address in ("127.0.0.1:1", "nonsense://x"):
        done = mulin("simulate", "sweep", "--dask", address, "--seeds", "1")
        assert (done.code, done.out) == (5, "")
        assert done.err.endswith(f"没有连上 Dask 调度器：{address}\n")


def test_without_dask_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(DaskMissing):
        sweep.over_dask(iter([]), "127.0.0.1:1")
    done = mulin("simulate", "sweep", "--dask", "127.0.0.1:1")
    assert (done.code, done.out) == (2, "")
    assert "pip install 'mulin[dask]'" in done.err


# --- the command -----------------------------------------------------------------------------

SMALL = ("simulate", "sweep", "--seeds", "1..2", "--scenario", "lines")


def test_a_sweep_prints_a_table_and_a_verdict() -> None:
    done = mulin(*SMALL, "--workers", "1", "--lang", "en")
    lines = done.out.splitlines()
    assert done.code == 0
    assert lines[0].split()[:2] == ["scenario", "runs"]
    assert lines[1].split()[:2] == ["lines", "2"]
    assert "✓ Every check of every run holds." in lines
    assert mulin(*SMALL, "--json").json["digest"] in lines[-1]


@pytest.mark.usefixtures("broken", "in_this_process")
def test_a_failing_seed_is_named_with_the_command_that_repeats_it(tmp_path: Path) -> None:
    done = mulin(*SMALL, "--html", str(tmp_path / "sweep.html"))
    assert done.code == 3
    assert "✗ lines：1 次不成立" in done.out
    [again] = [line.strip() for line in done.out.splitlines() if line.strip().startswith("mulin")]
    repeated = mulin(*again.split()[1:])
    assert repeated.code == 3
    assert "planted <&>" in repeated.out
    html = (tmp_path / "sweep.html").read_text()
    assert again in html
    assert "planted &lt;&amp;&gt;" in html
    assert "planted <" not in html


@pytest.mark.usefixtures("broken", "in_this_process")
def test_a_failing_plan_is_shortened_where_something_shortens(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    found = ModuleType("simulations.shrink")
    found.__spec__ = sys.__spec__

    def shrink(plan: Plan, *, runs_max: int) -> Plan:
        assert runs_max > 0
        return plan.with_steps(plan.steps[:2])

    found.shrink = shrink  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "simulations.shrink", found)
    done = mulin(*SMALL)
    assert "最短的经过，2 步" in done.out
    [text] = [line.strip() for line in done.out.splitlines() if line.strip().startswith("{")]
    (tmp_path / "short.json").write_text(text)
    assert mulin("simulate", "replay", str(tmp_path / "short.json")).code == 3
    short = mulin(*SMALL, "--json").json["shortest"]
    assert Plan.of(short["lines"]) == Plan.of(json.loads(text))
    assert Plan.of(short["lines"]).steps == plan_of("lines", 2).steps[:2]


def test_two_engines_at_once_are_refused() -> None:
    done = mulin(*SMALL, "--workers", "2", "--dask", "x:1")
    assert (done.code, done.out, done.err.count("\n")) == (2, "", 1)


@pytest.mark.parametrize("lang", ("zh", "en"))
def test_the_page_of_a_sweep_needs_nothing_else(results: list[Result], lang: str) -> None:
    html = page(_swept(results), lang)
    counted: Counter[str] = sum((r.faults for r in results), start=Counter())
    assert f"</svg> {counted['split']:,}<" in html
    assert "http" not in html.replace("http://www.w3.org/2000/svg", "")
    assert html.count("<tr>") == html.count("</tr>")
