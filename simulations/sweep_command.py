"""`mulin simulate sweep`: hands the work to an engine, shows how far it is, and prints what it came to."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import click

from keys.errors import Exit, Text
from node.cli import layout
from node.cli.commands import Option, command
from node.cli.face import Face, printable
from node.cli.files import new_file, shown
from node.cli.language import FILE
from simulations.errors import TwoEngines

if TYPE_CHECKING:
    from simulations.plan import Plan
    from simulations.sweep import Job, Result, Sweep, Tally

_WORKERS_MAX = 1024
_SHORTENED_MAX = 3
"""So many scenarios get their first failure shortened: it takes hundreds of runs each."""

_SWEEPING = Text("扫描中", "sweeping")
_SHORTENING = Text("缩短失败的经过", "shortening a failure")
_HEADS = (
    Text("情景", "scenario"),
    Text("次数", "runs"),
    Text("虚拟小时", "hours"),
    Text("故障", "faults"),
    Text("写入", "writes"),
    Text("最晚一致", "agreed by"),
    Text("不成立", "broken"),
)
_TOTAL = Text("合计", "all")


@command(
    "sweep",
    Text(
        "用许多种子运行许多情景，每次都检查。\n用上所有核；--dask 用其他机器。有检查不成立时退出码为 3。",
        "Run many seeds of many scenarios and check each.\nOver every core; --dask: over other machines. "
        "Exit code 3 if a check does not hold.",
    ),
    Option(
        "--seeds",
        Text("种子，从几到几", "seeds, from and to"),
        Text("1..N", "1..N"),
        default="1..100",
        show_default=True,
    ),
    Option(
        "--scenario",
        Text("只要这个情景，可以多次", "this scenario only; may be given again"),
        Text("情景", "NAME"),
        name="scenarios",
        multiple=True,
    ),
    Option(
        "--workers",
        Text("几个进程（缺省为核数）", "how many processes (as many as cores, if left out)"),
        Text("数", "N"),
        type=click.IntRange(1, _WORKERS_MAX),
    ),
    Option(
        "--dask",
        Text("Dask 调度器的地址", "address of a Dask scheduler"),
        Text("地址", "ADDRESS"),
    ),
    Option("--html", Text("把结果写成网页", "write the outcome as a web page"), FILE),
    example="mulin simulate sweep --seeds 1..10000 --html sweep.html\n"
    "mulin simulate sweep --scenario storm --dask tcp://scheduler:8786",
)
def sweep(
    face: Face,
    seeds: str,
    scenarios: tuple[str, ...],
    workers: int | None,
    dask: str | None,
    html: str | None,
) -> int:
    from simulations.scenarios import SCENARIOS, scenario
    from simulations.sweep import Sweep, jobs_of, seeds_of
    from simulations.sweep_page import page

    if workers is not None and dask is not None:
        raise TwoEngines
    wanted = seeds_of(seeds)
    named = list(dict.fromkeys(scenario(name).name for name in scenarios))
    names = named or [name for name, known in SCENARIOS.items() if not known.large]
    with contextlib.ExitStack() as stack:
        file = None if html is None else stack.enter_context(new_file(html))
        found = Sweep.over(seeds, names)
        with face.progress(_SWEEPING) as progress:
            results = _engine(jobs_of(names, wanted), workers, dask)
            for done, result in enumerate(results, 1):
                found.add(result)
                progress(done, len(wanted) * len(names))
        short = _shorten(face, found)
        if file is not None:
            file.write(page(found, face.lang).encode())
    plain = found.plain() | {"shortest": {name: plan.plain() for name, plan in short.items()}}
    face.answer(plain, lambda: _tell(face, found, short))
    if html is not None:
        face.say(Text("已写入 {file}", "Written: {file}"), file=shown(html))
    return Exit.DONE if found.ok else Exit.REFUSED


def _engine(jobs: Iterator[Job], workers: int | None, dask: str | None) -> Iterator[Result]:
    from simulations.sweep import cores, here, over_dask

    return over_dask(jobs, dask) if dask is not None else here(jobs, workers or cores())


def _shorten(face: Face, found: Sweep) -> dict[str, Plan]:
    """The first failures, shortened, by scenario."""
    from simulations.sweep import shortest

    failing = [tally for tally in found.tallies.values() if tally.failures][:_SHORTENED_MAX]
    if not failing:
        return {}
    with face.progress(_SHORTENING, at_once=True):
        plans = {t.scenario: shortest(t.scenario, t.failures[0][0]) for t in failing}
    return {name: plan for name, plan in plans.items() if plan is not None}


# --- what is printed -------------------------------------------------------------------------


def _tell(face: Face, found: Sweep, short: dict[str, Plan]) -> None:
    rows = [_row(tally, face.lang) for tally in found.tallies.values()]
    rows.append(_sums(found, face.lang))
    for line in table([head.say(face.lang) for head in _HEADS], rows):
        face.line(line)
    face.line()
    for tally in found.tallies.values():
        if tally.failures:
            _tell_failures(face, tally, short.get(tally.scenario))
    if found.ok:
        face.say(Text("✓ 每一次的检查都成立。", "✓ Every check of every run holds."))
    face.say(Text("全部经过的校验值：{hash}", "Hash of all stories: {hash}"), hash=found.digest)


def _row(tally: Tally, lang: str) -> list[str]:
    from simulations.summary import span

    plain = tally.plain()
    return [
        tally.scenario,
        f"{tally.runs:,}",
        f"{plain['virtual_hours']:,.1f}",
        f"{plain['faults']:,}",
        f"{tally.writes:,}",
        "+" + span(plain["agreed_after_s_max"], lang),
        f"{tally.failed:,}",
    ]


def _sums(found: Sweep, lang: str) -> list[str]:
    plain = found.plain()
    writes = sum(tally.writes for tally in found.tallies.values())
    return [
        _TOTAL.say(lang),
        f"{plain['runs']:,}",
        f"{plain['virtual_hours']:,.1f}",
        f"{plain['faults']:,}",
        f"{writes:,}",
        "",
        f"{plain['failed']:,}",
    ]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Columns in terminal cells: the first to the left, numbers to the right."""
    from rich.cells import cell_len

    whole = [list(heads), *map(list, rows)]
    widths = [max(cell_len(row[n]) for row in whole) for n in range(len(heads))]
    return [
        layout.pad(row[0], widths[0])
        + "".join(
            "  " + " " * (w - cell_len(c)) + c for c, w in zip(row[1:], widths[1:], strict=True)
        )
        for row in whole
    ]


def _tell_failures(face: Face, tally: Tally, short: Plan | None) -> None:
    from simulations.summary import oracle_words
    from simulations.sweep import repeated

    face.say(
        Text("✗ {scenario}：{failed} 次不成立", "✗ {scenario}: {failed} runs broke"),
        scenario=tally.scenario,
        failed=tally.failed,
    )
    for seed, oracle, sentence in tally.failures:
        face.line(printable(f"    {oracle_words(oracle, face.lang)} ({oracle}): {sentence}"))
        face.line(f"        {repeated(tally.scenario, seed)}")
    if short is not None:
        _tell_shortest(face, short)


def _tell_shortest(face: Face, plan: Plan) -> None:
    """Its steps for people, and the plan itself for a file."""
    face.say(
        Text(
            "    最短的经过，{n} 步；存成文件后可重放（mulin simulate replay）：",
            "    The shortest story, {n} steps; kept in a file it can be replayed (mulin simulate replay):",
        ),
        n=len(plan.steps),
    )
    for step in plan.steps:
        face.line(printable(f"        {_step(step.plain(), face.lang)}"))
    face.line(printable(f"    {plan.text()}"))


def _step(plain: list[Any], lang: str) -> str:
    from simulations.names import name_of

    at_s, verb, town, given = plain
    who = name_of(town, lang) if town >= 0 else ""
    words = json.dumps(given, ensure_ascii=False) if given else ""
    return f"{at_s:10.3f} s  {who}  {verb} {words}".rstrip()
