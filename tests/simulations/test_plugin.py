"""The pytest plugin as other developers meet it: fixtures, seeds, what failures say, what it leaves alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

# Imported here: pytester forgets what its own runs import, and Automerge can be imported once only.
from simulations.errors import BadDuration, NotAgreed, NotWritten
from simulations.plan import Plan
from simulations.runner import run
from simulations.shrink import shrink
from simulations.sim import Sim, seconds

pytest_plugins = ["pytester"]

FORGETFUL = """
import pytest
from simulations.disk import Disk

@pytest.fixture(autouse=True)
def disks_that_forget(monkeypatch):
    monkeypatch.setattr(Disk, "sync", lambda disk, file: disk._operation())

def test_loses(sim):
    a, b, c = sim.towns
    case = a.open_case()
    sim.run("1m")
    with sim.partition({a}, {b, c}):
        b.open_case()
        c.say(case, amount_agreed="8000")
    sim.run("1m")
    a.open_case()
    sim.crash(a, "lost")
    sim.restart(a)
"""


def pytest_says(pytester: pytest.Pytester, source: str, *options: str) -> pytest.RunResult:
    pytester.makepyfile(test_it=source)
    return pytester.runpytest_inprocess("-p", "no:cacheprovider", "-W", "error", *options)


# --- fixtures --------------------------------------------------------------------------------


def test_a_test_runs_once_for_each_seed_of_its_marker(pytester: pytest.Pytester) -> None:
    source = """
    import pytest
    seen = []

    @pytest.mark.simulate(townships=4, seeds=3, near="ring", line="2g")
    def test_it(sim, sim_seed):
        assert sim.seed == sim_seed and len(sim.towns) == 4
        assert sim.plan().near == "ring" and sim.plan().line == "2g"
        seen.append(sim_seed)

    def test_all_came(sim):
        assert len(seen) in (1, 3, 5) and len(sim.towns) == 3
    """
    pytest_says(pytester, source).assert_outcomes(passed=4)
    pytest_says(pytester, source, "--sim-seed", "77", "--strict-markers").assert_outcomes(passed=2)
    pytest_says(pytester, source, "--sim-seeds", "5").assert_outcomes(passed=10)


def test_a_factory_makes_several_worlds_and_all_are_judged(pytester: pytest.Pytester) -> None:
    source = """
    def test_two(federation):
        one, other = federation(townships=2), federation(townships=2, seed=9, liars={1: "silent"})
        one[0].open_case()
        assert (one.seed, other.seed) == (0, 9)
        assert not other.world.towns[1].honest
        other.world.complaints = other.world.witness.lost_in_crash
        other.world.witness.lost_in_crash.append("planted")
    """
    done = pytest_says(pytester, source)
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*seed 9*", "*durability: planted*"])


# --- failures --------------------------------------------------------------------------------


def test_a_broken_oracle_tells_the_shortest_story_and_how_to_see_it_again(
    pytester: pytest.Pytester,
) -> None:
    done = pytest_says(pytester, FORGETFUL, "--sim-seed", "3", "--sim-keep", "kept")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        [
            "*seed 3 (3 × mesh, office)*",
            "*durability: *in a crash*",
            "*steps: 2 / 11)*",
            "*open*",
            '*pytest "test_it.py::test_loses" --sim-seed 3',
            '*pytest --sim-replay "kept/test_it.py-test_loses.json"',
        ]
    )
    (file,) = (pytester.path / "kept").iterdir()
    plan = Plan.of(json.loads(file.read_text(encoding="utf-8")))
    assert [step.verb for step in plan.steps] == ["open", "crash"]
    assert shrink(plan) == plan  # the disks work again


def test_a_kept_story_is_run_again_alone(pytester: pytest.Pytester) -> None:
    pytest_says(pytester, FORGETFUL, "--sim-keep", "kept").assert_outcomes(failed=1)
    kept = "kept/test_it.py-test_loses.json"
    done = pytest_says(pytester, "def test_other(): raise ValueError", "--sim-replay", kept)
    done.assert_outcomes(passed=1)
    done = pytest_says(pytester, "def test_other(): pass", "--sim-replay", "nothing.json")
    assert done.ret == pytest.ExitCode.USAGE_ERROR


def test_a_kept_story_that_still_breaks_fails(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    from simulations.disk import Disk

    pytest_says(pytester, FORGETFUL, "--sim-keep", "kept").assert_outcomes(failed=1)
    monkeypatch.setattr(Disk, "sync", lambda disk, _file: disk._operation())
    done = pytest_says(pytester, "", "--sim-replay", "kept/test_it.py-test_loses.json")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*durability: *"])


def test_a_test_that_fails_by_itself_shows_what_had_happened(pytester: pytest.Pytester) -> None:
    source = """
    def test_it(sim):
        case = sim[0].open_case()
        sim.run(1)
        sim.crash(sim[1])
        assert sim[2].value(case, "village") == "elsewhere"
    """
    done = pytest_says(pytester, source, "--sim-seed", "5")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*seed 5*", "*麻塘*open*", "*金子岩*", '*::test_it" --sim-seed 5'])
    assert "Hello" not in done.stdout.str()


def test_what_cannot_be_written_down_is_repeated_by_its_seed(pytester: pytest.Pytester) -> None:
    source = """
    from simulations.links import Drop

    def test_it(sim):
        with sim.rule(lambda packet: Drop()):
            sim.run("1m")
        sim.world.witness.lost_in_crash.append("planted")
    """
    done = pytest_says(pytester, source, "--sim-keep", "kept")
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(["*durability: planted*", "*--sim-seed 0"])
    assert not (pytester.path / "kept").exists()


# --- whoever does not use it -----------------------------------------------------------------


def test_it_is_found_without_being_asked_for_and_loads_nothing(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_nothing_of_ours_is_loaded():
            ours = {"simulations.world", "node", "crdt", "keys", "automerge", "hypothesis"}
            assert "simulations.plugin" in sys.modules
            assert not ours & set(sys.modules)
        """
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error"],
        cwd=pytester.path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 passed" in done.stdout


def test_it_can_be_switched_off(pytester: pytest.Pytester) -> None:
    done = pytest_says(pytester, "def test_it(sim): pass", "-p", "no:mulin")
    done.assert_outcomes(errors=1)
    done.stdout.fnmatch_lines(["*fixture 'sim' not found*"])


def test_fixtures_of_the_same_name_go_first(pytester: pytest.Pytester) -> None:
    source = """
    import pytest

    @pytest.fixture
    def sim():
        return "theirs"

    def test_it(sim):
        assert sim == "theirs"
    """
    pytest_says(pytester, source).assert_outcomes(passed=1)


# --- the verbs -------------------------------------------------------------------------------


def test_what_was_done_can_be_run_again_to_the_letter() -> None:
    with Sim("story", 4) as sim:
        a, b, c = sim.towns
        case = a.open_case()
        sim.settle()
        with sim.partition({a}, {b, c}):
            a.say(case, amount_agreed="8000")
            b.say(case, amount_agreed="9000")
            sim.run("1h 30m")
        sim.settle()
        sim.hold(a, b)
        c.settle(case, value="8500")
        c.note(case, "已到现场查看界桩")
        sim.run("2m")
        sim.release(a, b)
        sim.crash(b, "mixed", after=9)
        with pytest.raises(NotWritten, match="power"):
            b.move(case, "accepted")
        sim.run(30)
        sim.restart(b)
        assert sim.finish() == ()
        assert run(sim.plan(), curve=False).hash == sim.world.trace.hash


def test_leaving_a_partition_repairs_what_it_cut_and_nothing_else() -> None:
    with Sim() as sim:
        a, b, c = sim.towns
        sim.cut(a, b)
        with sim.partition({a}):
            assert sim._cut_lines() == {(0, 1), (0, 2), (1, 0), (2, 0)}
        assert sim._cut_lines() == {(0, 1)}
        sim.heal()
        assert sim._cut_lines() == set()
        case = c.open_case()
        sim.settle()
        assert all(town.has(case) for town in (a, b, c))


def test_a_clerk_is_told_when_nothing_was_written() -> None:
    with Sim() as sim:
        a, b, _ = sim.towns
        case = a.open_case()
        with pytest.raises(NotWritten, match="NotFound"):
            b.say(case, amount_agreed="8000")
        with pytest.raises(NotWritten, match="NotFound"):
            a.settle(case, value="8000")
        sim.crash(a)
        assert not a.on
        with pytest.raises(NotWritten):
            a.say(case, amount_agreed="8000")
        assert a.record(case) is None
        assert sim[a.name].place == 0


def test_what_does_not_come_to_agree_is_said() -> None:
    with Sim(townships=2) as sim:
        a, b = sim.towns
        case = a.open_case()
        sim.settle()
        with sim.partition({a}, {b}):
            a.say(case, amount_agreed="8000")
            with pytest.raises(NotAgreed):
                sim.settle("1m")
        a_says = a.value(case, "amount_agreed")
        assert (a_says, b.value(case, "amount_agreed")) == (800000, None)
        b.say(case, amount_agreed="9000")
        sim.settle()
        assert sim.conflicts(case) == {"amount_agreed": [800000, 900000]}


@pytest.mark.parametrize(
    ("said", "meant_s"),
    (("90s", 90), ("5m", 300), ("1h 30m", 5400), ("250ms", 0.25), ("2d", 172_800), (7, 7)),
)
def test_lengths_of_time(said: str | int, meant_s: float) -> None:
    assert seconds(said) == meant_s


@pytest.mark.parametrize("said", ("", "soon", "5", "5 weeks", "-5s"))
def test_what_is_no_length_of_time(said: str) -> None:
    with pytest.raises(BadDuration):
        seconds(said)


def test_the_package_says_where_its_plugin_is() -> None:
    from importlib.metadata import entry_points

    found = {point.value for point in entry_points(group="pytest11") if point.name == "mulin"}
    assert found == {"simulations.plugin"}
    assert Path(__file__).resolve().parents[2].joinpath("simulations/TESTING.md").exists()
