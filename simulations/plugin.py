"""pytest plugin: townships, lines and computers as fixtures; every test ends with the oracles.

Installed with the package by its entry point; TESTING.md shows how it is used. At start it imports pytest
alone: who has it and does not use it pays nothing.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Generator, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from simulations.oracles import Violation
    from simulations.plan import Plan
    from simulations.sim import Sim

    Federation = Callable[..., "Sim"]

_SIMS = pytest.StashKey[list["Sim"]]()
_TOLD = pytest.StashKey[bool]()
_SHRINK_RUNS = 120
_STORY_LINES = 40
_DULL = (
    "sent",
    "dial",
    "connected",
    "unreached",
    "opened",
    "synced",
    "closed",
    "disconnected",
    "up",
)
_MARKER = (
    "simulate(townships=3, seeds=1, near='mesh', line='office', liars=None): "
    "run the test once per seed, in a simulated world of this kind"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("mulin", "模拟的乡镇 · simulated townships (mulin)")
    group.addoption(
        "--sim-seed", type=int, metavar="N", help="只用这个种子 · run with this seed alone"
    )
    group.addoption(
        "--sim-seeds", type=int, metavar="N", help="每个测试用 N 个种子 · N seeds for each test"
    )
    group.addoption(
        "--sim-keep", metavar="DIR", help="把失败的经过存到这里 · keep plans of failures here"
    )
    group.addoption(
        "--sim-replay", metavar="FILE", help="只重演这份记录 · run this kept plan and nothing else"
    )


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", _MARKER)


# --- worlds ----------------------------------------------------------------------------------


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    marker = metafunc.definition.get_closest_marker("simulate")
    if "sim_seed" not in metafunc.fixturenames:
        return
    if marker is not None or metafunc.config.getoption("sim_seeds") is not None:
        said = {} if marker is None else marker.kwargs
        seeds = _seeds(metafunc.config, said.get("seeds", 1))
        metafunc.parametrize("sim_seed", seeds, ids=[f"seed{seed}" for seed in seeds])


def _seeds(config: pytest.Config, wanted: int | Sequence[int]) -> Sequence[int]:
    only, count = config.getoption("sim_seed"), config.getoption("sim_seeds")
    if only is not None:
        return [only]
    if count is not None:
        return range(count)
    return range(wanted) if isinstance(wanted, int) else wanted


@pytest.fixture
def sim_seed(request: pytest.FixtureRequest) -> int:
    """The seed of this test's worlds."""
    return request.config.getoption("sim_seed") or 0


@pytest.fixture
def federation(request: pytest.FixtureRequest, sim_seed: int) -> Iterator[Federation]:
    """Makes worlds: `federation(townships=5, near="ring", line="2g")`; what is not said, the marker says."""
    from simulations.sim import Sim

    made = request.node.stash.setdefault(_SIMS, [])
    marker = request.node.get_closest_marker("simulate")
    usual = {} if marker is None else {k: v for k, v in marker.kwargs.items() if k != "seeds"}

    def make(**said: Any) -> Sim:
        seed = said.pop("seed", sim_seed)
        world = Sim(request.node.nodeid, seed, **(usual | said))
        made.append(world)
        return world

    yield make
    for sim in made:
        sim.close()


@pytest.fixture
def sim(federation: Federation) -> Sim:
    """A world of three townships, or of what the marker says."""
    return federation()


# --- the end of every test -------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    done = yield
    for sim in pyfuncitem.stash.get(_SIMS, []):
        found = sim.finish()
        if found:
            pyfuncitem.stash[_TOLD] = True
            pytest.fail(_broken(pyfuncitem, sim, found), pytrace=False)
    return done


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call" and report.failed and not item.stash.get(_TOLD, False):
        for sim in item.stash.get(_SIMS, []):
            plan = sim.plan()
            lines = [*_story(sim), *_again(item, plan, keep=sim.repeatable)]
            report.sections.append((_title(plan), "\n".join(lines)))
    return report


def _broken(item: pytest.Item, sim: Sim, found: Sequence[Violation]) -> str:
    """What the oracles say, the shortest story in which they say it, and how to see it again."""
    from simulations.runner import run
    from simulations.shrink import shrink

    plan = sim.plan()
    lines = [_title(plan), *(f"  {v.oracle}: {v.sentence}" for v in found)]
    if not sim.repeatable:
        return "\n".join([*lines, "", *_story(sim), *_again(item, plan, keep=False)])
    short = shrink(plan, runs_max=_SHRINK_RUNS, oracle=found[0].oracle)
    outcome = run(short, quiet=_DULL, curve=False)
    steps = f"{len(short.steps)} / {len(plan.steps)}"
    heading = f"最短的经过 · the shortest story (步骤 · steps: {steps})"
    return "\n".join([*lines, "", heading, *_last(outcome.lines(_lang())), *_again(item, short)])


def _title(plan: Plan) -> str:
    more = f"{plan.towns} × {plan.near}, {plan.line}"
    return f"模拟 · simulation: 种子 · seed {plan.seed} ({more})"


def _story(sim: Sim) -> list[str]:
    """What people and faults did; the talk of the nodes is left out."""
    return _last(sim.lines(_lang(), but=_DULL))


def _last(lines: list[str]) -> list[str]:
    left = [f"  … {len(lines) - _STORY_LINES}"] if len(lines) > _STORY_LINES else []
    return left + [f"  {line}" for line in lines[-_STORY_LINES:]]


def _again(item: pytest.Item, plan: Plan, *, keep: bool = True) -> Iterator[str]:
    """The commands that repeat it."""
    folder = item.config.getoption("sim_keep")
    yield ""
    yield f'再来一次 · again: pytest "{item.nodeid}" --sim-seed {plan.seed}'
    if keep and folder:
        file = Path(folder, re.sub(r"[^\w.-]+", "-", item.nodeid).strip("-") + ".json")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(plan.text() + "\n", encoding="utf-8")
        yield f'或 · or: pytest --sim-replay "{file}"'
    elif keep:
        yield f"{plan.text()}"


def _lang() -> str:
    """As `mulin` chooses it: Chinese unless the environment asks for another language."""
    for name in ("MULIN_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        said = os.environ.get(name, "")
        if said and not said.startswith(("C", "POSIX")):
            return "zh" if said.lower().startswith("zh") else "en"
    return "zh"


# --- kept plans ------------------------------------------------------------------------------


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(
    session: pytest.Session, config: pytest.Config, items: list[pytest.Item]
) -> None:
    name = config.getoption("sim_replay")
    if name is not None:
        items[:] = [_Replay.from_parent(session, name=Path(name).name, plan=_kept(Path(name)))]


def _kept(file: Path) -> Plan:
    from simulations.errors import BadTrace
    from simulations.plan import Plan

    try:
        plain = json.loads(file.read_text(encoding="utf-8"))
        return Plan.of(plain.get("plan", plain) if isinstance(plain, dict) else plain)
    except (OSError, ValueError, BadTrace) as fault:
        raise pytest.UsageError(f"--sim-replay: {file}: {fault}") from fault


class _Replay(pytest.Item):
    """A kept plan, run again."""

    def __init__(self, *, plan: Plan, **more: Any) -> None:
        super().__init__(**more)
        self._plan = plan

    def runtest(self) -> None:
        from simulations.runner import run

        outcome = run(self._plan, curve=False)
        lines = outcome.lines(_lang())
        if not outcome.ok:
            said = [f"  {v.oracle}: {v.sentence}" for v in outcome.violations]
            pytest.fail("\n".join([_title(self._plan), *said, "", *_last(lines)]), pytrace=False)

    def reportinfo(self) -> tuple[Path, None, str]:
        return self.path, None, f"--sim-replay {self.name}"
