"""`bench`: measure this installation between two real nodes, and compare with an earlier measurement."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from crdt.errors import BadValue
from keys.errors import Exit, MulinError, Text
from node.cli.commands import NO_VALUE, Option, command
from node.cli.face import Face
from node.errors import FileTrouble

if TYPE_CHECKING:
    from node.bench.report import Line, Ratio

Json = dict[str, Any]
_LOAD_OF_OTHERS = 0.7
_SIZES = Text("件数", "--cases")
_PARTS = Text("部分", "--only")
_BASELINE = Text("对照文件", "--baseline")
_WHY_SIZES = Text("应为逗号分隔的件数，如 2000,10000", "it should be numbers such as 2000,10000")
_WHY_FILE = Text("不是 mulin bench --json 的输出", "it is not what mulin bench --json prints")


class Stuck(MulinError):
    zh = "测量没有完成：{what}"
    en = "The measurement did not end: {what}"


@command(
    "bench",
    Text(
        "测量本机：两个真实节点之间的速度、流量、内存。\n"
        "默认测 2000 和 10000 件，约十分钟；数据全部虚构，测完即删。",
        "Measure this machine: two real nodes, their speed, traffic and memory.\n"
        "2,000 and 10,000 cases take about ten minutes; all is invented and removed afterwards.",
    ),
    Option(
        "--cases",
        Text("账本里有几件，可写几个", "how many cases; several with commas"),
        Text("件数", "N,N"),
        default="2000,10000",
        show_default=True,
    ),
    Option(
        "--runs",
        Text("每项测几次", "how often each part is measured"),
        Text("次", "N"),
        type=click.IntRange(1, 100),
        default=3,
        show_default=True,
    ),
    Option(
        "--edits",
        Text("逐条修改的条数", "how many edits are made one at a time"),
        Text("条数", "N"),
        type=click.IntRange(1, 100_000),
        default=300,
        show_default=True,
    ),
    Option(
        "--only",
        Text(
            "只测这些部分：cold diff noop live busy start lines large instructions",
            "only these parts: cold diff noop live busy start lines large instructions",
        ),
        Text("部分", "PART,PART"),
    ),
    Option(
        "--drop-every",
        Text("断续线路几秒断一次", "seconds between the falls of a bad line"),
        Text("秒", "S"),
        name="drop_every_s",
        type=click.FloatRange(1, 3600),
        default=30.0,
        show_default=True,
    ),
    Option(
        "--instructions",
        Text("不计时，只数接收所用的指令", "count instructions of receiving, measure no time"),
        NO_VALUE,
        is_flag=True,
    ),
    Option(
        "--baseline",
        Text(
            "与先前的结果对照（--json 的输出），缺省是随程序带的",
            "compare with an earlier result of --json; by default the one that comes along",
        ),
        Text("文件", "FILE"),
    ),
    example="mulin bench --cases 2000 --runs 1",
)
def bench(
    face: Face,
    cases: str,
    runs: int,
    edits: int,
    only: str | None,
    drop_every_s: float,
    instructions: bool,
    baseline: str | None,
) -> int:
    from node.bench import lines, towns, whole

    sizes, earlier = _sizes(cases), _baseline(baseline)
    parts = ("instructions",) if instructions else _parts(only)
    plan = whole.Plan(sizes, runs, edits, parts, lines.Rural(drop_every_s=drop_every_s))
    try:
        found = whole.measure(plan, lambda what, n: _tell(face, what, n))
    except towns.Stuck as fault:
        raise Stuck(what=str(fault)) from fault
    face.answer(found, lambda: _print(face, found, earlier))
    return Exit.DONE


def _sizes(text: str) -> tuple[int, ...]:
    """Raises BadValue."""
    try:
        sizes = tuple(sorted({int(part) for part in text.split(",")}))
    except ValueError:
        raise BadValue(field=_SIZES, why=_WHY_SIZES) from None
    if sizes[0] < 1 or sizes[-1] > 1_000_000:
        raise BadValue(field=_SIZES, why=_WHY_SIZES)
    return sizes


def _parts(text: str | None) -> tuple[str, ...]:
    """Raises BadValue."""
    from node.bench import whole

    if text is None:
        return whole.USUAL_PARTS
    try:
        return whole.parts_named(part.strip() for part in text.split(","))
    except KeyError:
        known = " ".join(whole.ALL_PARTS)
        why = Text(f"只有 {known}", f"there are {known}")
        raise BadValue(field=_PARTS, why=why) from None


def _baseline(file: str | None) -> Json:
    """Raises FileTrouble, BadValue; the one that comes along may be missing."""
    from node.bench import whole

    path = Path(file) if file else Path(whole.__file__).with_name("baseline.json")
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except OSError as fault:
        if file is None:
            return {}
        raise FileTrouble(what=path.name[:60]) from fault
    except ValueError:
        found = None
    if not isinstance(found, dict) or not {"sizes", "instructions"} & found.keys():
        raise BadValue(field=_BASELINE, why=_WHY_FILE)
    return found


def _tell(face: Face, what: Text, cases: int) -> None:
    if cases:
        face.note(Text("… {what}，{n} 件", "… {what}, {n} cases"), what=what, n=cases)
    else:
        face.note(Text("… {what}", "… {what}"), what=what)


# --- for people ------------------------------------------------------------------------------


def _print(face: Face, found: Json, earlier: Json) -> None:
    if found.get("machine", {}).get("load", 0) > _LOAD_OF_OTHERS:
        face.say(
            Text(
                "开始时本机还在忙别的（负载 {load}），以下用时偏大。",
                "The machine was busy when this began (load {load}): times are too long.",
            ),
            load=found["machine"]["load"],
        )
    for size in found.get("sizes", {}).values():
        _print_size(face, size)
    if "lines" in found:
        _print_lines(face, found["lines"])
    if "large" in found:
        _print_large(face, found["large"])
    if "machine" in found:
        _print_machine(face, found)
    if "instructions" in found:
        _print_instructions(face, found["instructions"])
    _print_ratios(face, found, earlier)


def _print_size(face: Face, size: Json) -> None:
    from node.bench import report
    from node.cli.tables import Column, print_table

    face.say(
        Text("\n{n} 件，{e} 条", "\n{n} cases, {e} entries"),
        n=f"{size['cases']:,}",
        e=f"{size.get('entries', 0):,}",
    )
    columns = (
        Column(Text("项目", "what")),
        Column(Text("中位数", "median"), fixed=True),
        Column(Text("最小 – 最大", "least – most"), fixed=True),
        Column(Text("占极限", "of the limit"), fixed=True),
    )
    rows = [
        (line.label.say(face.lang), shown, report.spread(size, line), report.share(size, line))
        for line in report.LINES
        if (shown := report.figure(size, line))
    ]
    print_table(face.lang, columns, rows)


def _print_lines(face: Face, found: Json) -> None:
    face.say(
        Text(
            "\n慢线路（每秒 20 kB，往返 600 毫秒）：\n  TLS 握手之后 40 处修改用 {s} 秒，上限 {bound} 秒",
            "\nA slow line (20 kB/s, 600 ms there and back):\n"
            "  40 edits in {s} s after the TLS handshake, bound {bound} s",
        ),
        s=f"{found['slow_s']:.1f}",
        bound=f"{found['slow_bound_s']:.1f}",
    )
    face.say(
        Text(
            "断续线路：断 {drops} 次，每次重传 {again} kB，最大的一帧 {largest} kB",
            "A line that falls: {drops} times, {again} kB again each time, largest frame {largest} kB",
        ),
        drops=f"{found['falling_drops']:.0f}",
        again=f"{found['falling_again_per_drop_bytes'] / 1000:.0f}",
        largest=f"{found['falling_largest_run_bytes'] / 1000:.0f}",
    )


def _print_large(face: Face, found: Json) -> None:
    from node.cli.tables import Column, print_table

    columns = (
        Column(Text("很大的记录", "very large records")),
        *(
            Column(label, fixed=True)
            for label in (
                Text("打开", "open"),
                Text("修改", "edit"),
                Text("传到", "carry"),
                Text("合并", "merge"),
            )
        ),
    )
    names = {
        "long": Text("{n:,.0f} 条", "{n:,.0f} entries"),
        "twins": Text(
            "断线时两边各写 500 条，共 {n:,.0f} 条", "500 + 500 written apart, {n:,.0f} entries"
        ),
        "minutes": Text("{n:,.0f} 字的记录", "minutes of {n:,.0f} characters"),
    }
    rows = []
    for name, words in names.items():
        count = found.get(f"{name}_entries", found.get(f"{name}_characters", 0))
        cells = (found.get(f"{name}_{part}_s") for part in ("open", "edit", "sync", "merge"))
        rows.append(
            (
                words.say(face.lang).format(n=count),
                *("" if s is None else f"{1000 * s:,.0f} ms" for s in cells),
            )
        )
    face.line()
    print_table(face.lang, columns, rows)


def _print_machine(face: Face, found: Json) -> None:
    from node.bench import report, whole
    from node.cli.tables import Column, print_table

    shares = whole.headline(found["sizes"]).get("shares", {})
    by_limit = {limit: shares.get(name) for name, limit in report.COLD_SHARES.items()}
    columns = (
        Column(Text("本机极限（单核）", "limits of this machine, one core")),
        Column(Text("每秒", "measured"), fixed=True),
        Column(Text("补齐占它的", "cold is of it"), fixed=True),
    )
    rows = []
    for line in report.LIMITS:
        part = by_limit.get(line.name)
        shown = report.shown(float(found["machine"][line.name]), line.unit)
        rows.append(
            (line.label.say(face.lang), shown, "" if part is None else report.percent(part))
        )
    face.line()
    print_table(face.lang, columns, rows)


def _print_instructions(face: Face, found: Json) -> None:
    if "why" in found:
        face.line(Text(*found["why"]).say(face.lang))
        return
    face.say(
        Text(
            "接收一条：{n} 条指令（{tool}，{cases} 件）",
            "Receiving an entry: {n} instructions ({tool}, {cases} cases)",
        ),
        n=f"{found['receive_per_entry']:,.0f}",
        tool=found["tool"],
        cases=found["cases"],
    )


def _print_ratios(face: Face, found: Json, earlier: Json) -> None:
    from node.bench import report
    from node.cli.tables import Column, print_table

    rows = [_ratio_row(face, ratio) for ratio in report.ratios(found, earlier)]
    if not rows:
        return
    columns = (
        Column(Text("与对照结果相比", "against the baseline")),
        Column(Text("哪里", "where"), fixed=True),
        Column(Text("变化", "change"), fixed=True),
        Column(Text("", ""), fixed=True),
    )
    face.line()
    print_table(face.lang, columns, rows)


def _ratio_row(face: Face, ratio: Ratio) -> tuple[str, str, str, str]:
    line: Line = ratio.line
    words = {
        True: Text("更好", "better"),
        False: Text("更差", "worse"),
        None: Text("相同", "same"),
    }
    where = {
        "machine": Text("本机", "machine"),
        "instructions": Text("指令", "instructions"),
    }.get(ratio.where)
    place = ratio.where if where is None else where.say(face.lang)
    return line.label.say(face.lang), place, ratio.change, words[ratio.better].say(face.lang)
