"""Many seeds of many scenarios: over the cores of this machine, or over a Dask scheduler's workers elsewhere.

A job is a few words and a result is a few numbers, so either kind of engine carries them. Results come in any
order; `Tally` gives the same answer for all of them. Prints nothing.
"""

from __future__ import annotations

import hashlib
import importlib.util
import itertools
import os
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from typing import Any, TypeVar

from simulations.errors import BadSeeds, DaskMissing, WorkerLost
from simulations.plan import Plan
from simulations.runner import run
from simulations.scenarios import plan_of
from simulations.summary import faults_of

SEEDS_MAX = 10_000_000
_FAILURES_KEPT = 10
AHEAD = 4
"""Jobs handed out for each worker: enough that none waits, few enough that memory stays small."""
_SHRINK_RUNS = 300


@dataclass(frozen=True, slots=True)
class Job:
    scenario: str
    seed: int


@dataclass(frozen=True, slots=True)
class Result:
    """`found`: (oracle, sentence) of every violation; a run that could not be judged has one of its own."""

    job: Job
    hash: str
    virtual_ms: int = 0
    writes: int = 0
    agreed_ms: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    found: tuple[tuple[str, str], ...] = ()


_alone = threading.Lock()
"""A worker elsewhere may have several threads; worlds are built one at a time."""


def perform(job: Job) -> Result:
    """Run one seed. A fault of the run is a finding too: no seed may end a sweep."""
    try:
        plan = plan_of(job.scenario, job.seed)
        with _alone:
            outcome = run(plan, curve=False)
    except Exception as fault:  # noqa: BLE001  (whatever it is, it belongs to this seed and is told)
        return Result(job, "", found=(("unforeseen", type(fault).__name__),))
    figures = outcome.figures
    return Result(
        job,
        outcome.hash,
        int(figures["virtual_s"] * 1000),
        figures["writes"],
        int((figures["agreed_after_s"] or 0) * 1000),
        faults_of(plan.steps, plan.line),
        tuple((v.oracle, v.sentence) for v in outcome.violations),
    )


def seeds_of(text: str) -> range:
    """ "1..10000", or one seed. Raises BadSeeds."""
    first, dots, last = text.partition("..")
    try:
        found = range(int(first), int(last if dots else first) + 1)
    except ValueError as fault:
        raise BadSeeds(limit=SEEDS_MAX) from fault
    if not 0 < len(found) <= SEEDS_MAX or found[0] < 0 or found[-1] >= 2**63:
        raise BadSeeds(limit=SEEDS_MAX)
    return found


def jobs_of(scenarios: Iterable[str], seeds: range) -> Iterator[Job]:
    """Every scenario with every seed, the scenarios in turn: a sweep that is ended early saw them all."""
    names = list(scenarios)
    return (Job(name, seed) for seed in seeds for name in names)


# --- engines ---------------------------------------------------------------------------------

Engine = Callable[[Iterator[Job]], Iterator[Result]]
_T = TypeVar("_T")


def cores() -> int:
    """How many this process may use."""
    able = getattr(os, "sched_getaffinity", None)
    return len(able(0)) if able is not None else os.cpu_count() or 1


def here(jobs: Iterator[Job], workers: int) -> Iterator[Result]:
    """Over processes of this machine, each started afresh. Raises WorkerLost."""
    from multiprocessing import get_context

    pool = ProcessPoolExecutor(workers, get_context("spawn"), _leave_interrupts_alone)
    try:
        waiting = {pool.submit(perform, job) for job in itertools.islice(jobs, workers * AHEAD)}
        while waiting:
            done, waiting = wait(waiting, return_when=FIRST_COMPLETED)
            for one in done:
                yield _result(one)
                waiting |= {pool.submit(perform, job) for job in itertools.islice(jobs, 1)}
    except BrokenProcessPool as fault:
        raise WorkerLost from fault
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _leave_interrupts_alone() -> None:
    """Ctrl-C reaches every process of a terminal: the one that handed out the work ends it."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _result(future: Future[_T]) -> _T:
    return future.result()


def over_dask(jobs: Iterator[Job], address: str) -> Iterator[Result]:
    """Over the workers of a Dask scheduler. Raises DaskMissing and what the engine raises."""
    if importlib.util.find_spec("distributed") is None:
        raise DaskMissing
    from simulations.dask_engine import perform_all

    return perform_all(jobs, address)


# --- what it comes to ------------------------------------------------------------------------


@dataclass(slots=True)
class Tally:
    """All results of one scenario."""

    scenario: str
    runs: int = 0
    virtual_ms: int = 0
    writes: int = 0
    agreed_max_ms: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    failed: int = 0
    oracles: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[int, str, str]] = field(default_factory=list)
    """(seed, oracle, sentence) of the first finding of each of the smallest failing seeds."""

    def add(self, result: Result) -> None:
        self.runs += 1
        self.virtual_ms += result.virtual_ms
        self.writes += result.writes
        self.agreed_max_ms = max(self.agreed_max_ms, result.agreed_ms)
        self.faults += result.faults
        if result.found:
            self.failed += 1
            self.oracles.update({oracle for oracle, _ in result.found})
            self.failures.append((result.job.seed, *result.found[0]))
            self.failures = sorted(self.failures)[:_FAILURES_KEPT]

    def plain(self) -> dict[str, Any]:
        return {
            "scenario": self.scenario,
            "runs": self.runs,
            "virtual_hours": round(self.virtual_ms / 3_600_000, 3),
            "writes": self.writes,
            "faults": self.faults.total(),
            "faults_by_kind": dict(sorted(self.faults.items())),
            "agreed_after_s_max": self.agreed_max_ms / 1000,
            "failed": self.failed,
            "oracles": dict(sorted(self.oracles.items())),
            "failures": [
                {
                    "seed": seed,
                    "oracle": oracle,
                    "sentence": sentence,
                    "repeat": repeated(self.scenario, seed),
                }
                for seed, oracle, sentence in self.failures
            ],
        }


def repeated(scenario: str, seed: int) -> str:
    return f"mulin simulate run {scenario} --seed {seed}"


@dataclass(slots=True)
class Sweep:
    """All results. `digest` is the same for the same seeds on any machine, whatever finished first."""

    seeds: str
    tallies: dict[str, Tally]
    _hashes: list[tuple[str, int, str]] = field(default_factory=list)

    @classmethod
    def over(cls, seeds: str, scenarios: Iterable[str]) -> Sweep:
        return cls(seeds, {name: Tally(name) for name in scenarios})

    def add(self, result: Result) -> None:
        self.tallies[result.job.scenario].add(result)
        self._hashes.append((result.job.scenario, result.job.seed, result.hash))

    @property
    def ok(self) -> bool:
        return not any(tally.failed for tally in self.tallies.values())

    @property
    def digest(self) -> str:
        return hashlib.sha256(repr(sorted(self._hashes)).encode()).hexdigest()[:32]

    def plain(self) -> dict[str, Any]:
        tallies = list(self.tallies.values())
        return {
            "seeds": self.seeds,
            "ok": self.ok,
            "runs": sum(t.runs for t in tallies),
            "virtual_hours": round(sum(t.virtual_ms for t in tallies) / 3_600_000, 3),
            "faults": sum(t.faults.total() for t in tallies),
            "failed": sum(t.failed for t in tallies),
            "digest": self.digest,
            "scenarios": [tally.plain() for tally in tallies],
        }


def shortest(scenario: str, seed: int) -> Plan | None:
    """The shortest plan found that fails as this one does; None where nothing shortens."""
    if importlib.util.find_spec("simulations.shrink") is None:
        return None
    shrink = importlib.import_module("simulations.shrink").shrink
    found: Plan = shrink(plan_of(scenario, seed), runs_max=_SHRINK_RUNS)
    return found
