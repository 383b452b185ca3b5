"""The whole benchmark: which parts at which sizes how often, and the one JSON value that comes out of it.

`cases`, the figures of `HEADLINE` for the size they belong to (10,000 cases, or the largest measured), the
same and all others a size under `sizes` (the median, with [least, greatest, runs] in `spread` and shares of
the machine's limits in `shares`), `machine`, `lines`, `large`. Prints nothing.
"""

from __future__ import annotations

import platform
import statistics
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from keys.errors import Text
from node.bench import instructions, large, lines, machine
from node.bench.run import PARTS, Bench, Figures

HEADLINE = (
    "cold_entries_per_s",
    "cold_bytes",
    "diff_s",
    "diff_bytes",
    "noop_s",
    "noop_bytes",
    "live_p50_ms",
    "live_p99_ms",
    "start_s",
    "disk_bytes",
    "rss_bytes",
)
HEADLINE_CASES = 10_000
USUAL_PARTS = (*PARTS, "lines", "large")
ALL_PARTS = (*USUAL_PARTS, "instructions")
Json = dict[str, Any]
Telling = Callable[[Text, int], None]
"""Called before each step: what comes now, at how many cases."""

_STEPS = {
    "build": Text("登记", "building the ledger"),
    "cold": Text("从空节点补齐", "cold"),
    "diff": Text("断线后各改 20 件", "20 edits on each side"),
    "noop": Text("重连而无新内容", "nothing new"),
    "live": Text("逐条修改", "live edits"),
    "busy": Text("逐条修改，同时有第三个节点补齐", "live edits while a third node catches up"),
    "start": Text("启动", "start"),
    "lines": Text("慢线路和断续线路", "a slow line, a line that drops"),
    "large": Text("很大的记录", "very large records"),
    "instructions": Text("数指令", "counting instructions"),
    "machine": Text("本机极限", "the machine's limits"),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What to measure. `drop_every_s` and `drop_cases` are of the line that falls again and again."""

    sizes: tuple[int, ...] = (2_000, 10_000)
    runs: int = 3
    edits: int = 300
    parts: tuple[str, ...] = USUAL_PARTS
    line: lines.Rural = lines.RURAL
    drop_cases: int = 800


def measure(plan: Plan, tell: Telling = lambda _what, _cases: None) -> Json:
    """Everything in the plan, in a folder that is gone afterwards. Raises Stuck, MulinError."""
    found: Json = {}
    if set(plan.parts) & set(USUAL_PARTS):
        found = _timed(plan, tell)
    if "instructions" in plan.parts:
        tell(_STEPS["instructions"], instructions.CASES)
        found["instructions"] = instructions.count(instructions.CASES)
    return found


def _timed(plan: Plan, tell: Telling) -> Json:
    with tempfile.TemporaryDirectory(prefix="mulin-bench-") as folder:
        bench = Bench(Path(folder))
        bench.prepare()
        tell(_STEPS["machine"], 0)
        busy = machine.load()
        limits = machine.limits(bench.folder)
        sizes: dict[str, Json] = {}
        told: Json = {}
        sized = {*PARTS, "lines"} & set(plan.parts)
        for cases in sorted(set(plan.sizes)) if sized else ():
            found = _size(bench, plan, cases, tell)
            sizes[str(cases)] = _summed(cases, found, limits)
            if "lines" in plan.parts and not told:
                tell(_STEPS["lines"], cases)
                told = lines.measure(bench, cases, plan.drop_cases, plan.line)
            bench.forget(cases)
        wide: Json = {}
        if "large" in plan.parts:
            tell(_STEPS["large"], 0)
            wide = large.measure(bench)
    return _answer(sizes, limits | {"load": busy}, told, wide)


def _size(bench: Bench, plan: Plan, cases: int, tell: Telling) -> list[Figures]:
    """Every run of every part; one dictionary a run."""
    tell(_STEPS["build"], cases)
    found: list[Figures] = [{"build_s": bench.build(cases)}]
    steps: dict[str, Callable[[int], Figures]] = {
        "diff": lambda _run: bench.diff(cases),
        "noop": lambda _run: bench.noop(cases),
        "live": lambda _run: bench.live(cases, plan.edits),
        "busy": lambda _run: bench.busy(cases),
        "start": lambda _run: bench.start(cases),
    }
    tell(_STEPS["cold"], cases)
    runs = plan.runs if "cold" in plan.parts else 1  # the other parts stand on what the first left
    found += [bench.cold(cases, keep=run == 0) for run in range(runs)]
    for name, step in steps.items():
        if name in plan.parts:
            tell(_STEPS[name], cases)
            found += [step(run) for run in range(plan.runs)]
    return found


def _summed(cases: int, found: Sequence[Figures], limits: Figures) -> Json:
    names = list(dict.fromkeys(name for run in found for name in run))
    runs = {name: [run[name] for run in found if name in run] for name in names}
    medians = {name: rounded(statistics.median(values)) for name, values in runs.items()}
    spread = {
        name: [rounded(min(values)), rounded(max(values)), len(values)]
        for name, values in runs.items()
        if len(values) > 1
    }
    return {"cases": cases, **medians, "spread": spread, "shares": shares(medians, limits)}


def shares(figures: Figures, limits: Figures) -> Figures:
    """Each figure as a part of what this machine could do at most: 1 is the limit itself."""
    found: Figures = {}
    if rate := figures.get("cold_entries_per_s"):
        for name in ("verify", "sha256_300b", "sqlite_rows", "automerge_changes"):
            found[f"cold_of_{name}"] = rate / limits[f"{name}_per_s"]
        bytes_per_s = figures["cold_bytes"] / figures["cold_s"]
        found["cold_of_websocket"] = bytes_per_s / limits["websocket_bytes_per_s"]
    # What nobody can do without: one handshake; for an edit one commit on the other side's disk.
    handshake_s, commit_s = 1 / limits["tls_handshakes_per_s"], 1 / limits["sqlite_commits_per_s"]
    needed = {
        "diff_s": handshake_s + 2 * commit_s,
        "noop_s": handshake_s,
        "live_p50_ms": 1000 * commit_s,
        "start_s": limits["python_start_s"],
    }
    for name, least in needed.items():
        if figures.get(name):
            found[f"{name.rpartition('_')[0]}_of_limit"] = least / figures[name]
    return {name: rounded(value) for name, value in found.items()}


def rounded(value: float) -> float:
    """Four digits that count; whole numbers stay whole."""
    if abs(value) >= 1000 or value == int(value):
        return round(value)
    return float(f"{value:.4g}")


def _answer(sizes: dict[str, Json], limits: Figures, told: Json, wide: Json) -> Json:
    chosen = headline(sizes)
    return {
        "cases": chosen.get("cases", 0),
        **{name: chosen[name] for name in HEADLINE if name in chosen},
        "sizes": sizes,
        "machine": {
            **{name: rounded(value) for name, value in limits.items()},
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
        },
        **({"lines": told} if told else {}),
        **({"large": wide} if wide else {}),
    }


def headline(sizes: dict[str, Json]) -> Json:
    """The size that the first figures belong to."""
    if not sizes:
        return {}
    return sizes.get(str(HEADLINE_CASES)) or sizes[max(sizes, key=int)]


def parts_named(words: Iterable[str]) -> tuple[str, ...]:
    """Parts in their own order. Raises KeyError for one that does not exist."""
    wanted = set(words)
    if unknown := wanted - set(ALL_PARTS):
        raise KeyError(min(unknown))
    return tuple(part for part in ALL_PARTS if part in wanted)
