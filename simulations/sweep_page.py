"""A sweep as one page that needs nothing else: a table with bars, every failure with its command. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from keys.errors import Text
from simulations import svg
from simulations.report import document
from simulations.summary import FAULT_WORDS, oracle_words, span
from simulations.sweep import Sweep, Tally, repeated

_TITLE = Text("睦邻模拟：扫描种子 {seeds}", "Mulin simulation: sweep over seeds {seeds}")
_GOOD = Text(
    "✓ {runs} 次运行，每一次的检查都成立。", "✓ {runs} runs; every check of every run holds."
)
_BAD = Text(
    "✗ {runs} 次运行，其中 {failed} 次有检查不成立。",
    "✗ {runs} runs; in {failed} of them a check broke.",
)
_HEADS = (
    Text("情景", "Scenario"),
    Text("次数", "Runs"),
    Text("虚拟小时", "Virtual hours"),
    Text("写入", "Writes"),
    Text("注入的故障", "Faults injected"),
    Text("最晚一致", "Agreed by"),
    Text("不成立", "Broken"),
)
_KINDS = Text("注入了哪些故障", "Which faults were injected")
_FAILURES = Text("不成立的", "What broke")
_AGREED = Text(
    "“最晚一致”：故障全部结束后，最慢的一次用了多久才一致（虚拟时间）。",
    "“Agreed by”: how long the slowest run took to agree once all faults were over (virtual time).",
)
_HASH = Text("全部经过的校验值：", "Hash of all stories: ")


def page(found: Sweep, lang: str) -> str:
    """A whole HTML document."""
    plain = found.plain()
    title = _TITLE.say(lang).format(seeds=found.seeds)
    verdict = _GOOD if found.ok else _BAD
    words = verdict.say(lang).format(runs=f"{plain['runs']:,}", failed=f"{plain['failed']:,}")
    class_ = "verdict good" if found.ok else "verdict bad"
    body = [
        svg.element("h1", svg.escaped(title)),
        svg.element("pre", svg.escaped(words), class_=class_),
        _table(list(found.tallies.values()), lang),
        svg.element("p", svg.escaped(_AGREED.say(lang)), class_="about"),
        _failures(found, lang),
        _kinds(found, lang),
        svg.element("footer", svg.escaped(_HASH.say(lang)) + svg.element("code", found.digest)),
    ]
    return document(title, body, lang, STYLE)


def _table(tallies: Sequence[Tally], lang: str) -> str:
    heads = "".join(
        svg.element("th", svg.escaped(head.say(lang)), class_="n" if n else None)
        for n, head in enumerate(_HEADS)
    )
    most = max((tally.faults.total() for tally in tallies), default=0)
    rows = "".join(_row(tally, most, lang) for tally in tallies)
    return svg.element("table", svg.element("tr", heads) + rows)


def _row(tally: Tally, most: int, lang: str) -> str:
    plain = tally.plain()
    cells = [
        svg.element("td", svg.escaped(tally.scenario)),
        _number(f"{tally.runs:,}"),
        _number(f"{plain['virtual_hours']:,.1f}"),
        _number(f"{tally.writes:,}"),
        bar(plain["faults"], most, "fault"),
        _number(span(plain["agreed_after_s_max"], lang)),
        bar(tally.failed, tally.runs, "broken") if tally.failed else _number("0"),
    ]
    return svg.element("tr", "".join(cells))


def _number(text: str) -> str:
    return svg.element("td", svg.escaped(text), class_="n")


def bar(n: int, most: int, class_: str) -> str:
    """A cell with its number and a bar as long as it is large."""
    width = 110 * n / most if most else 0.0
    shape = svg.rect(110 - width, 2, max(width, 1.0 if n else 0.0), 10, class_)
    drawn = svg.element(
        "svg", shape, width=110, height=14, viewBox="0 0 110 14", aria_hidden="true"
    )
    return svg.element("td", f"{drawn} {n:,}", class_="n")


def _failures(found: Sweep, lang: str) -> str:
    parts: list[str] = []
    for tally in found.tallies.values():
        for seed, oracle, sentence in tally.failures:
            words = f"{oracle_words(oracle, lang)} ({oracle}): {sentence}"
            command = svg.element("code", svg.escaped(repeated(tally.scenario, seed)))
            parts.append(svg.element("li", f"{command}<br>{svg.escaped(words)}"))
    if not parts:
        return ""
    heading = svg.element("h2", svg.escaped(_FAILURES.say(lang)))
    return heading + svg.element("ul", "".join(parts), class_="one")


def _kinds(found: Sweep, lang: str) -> str:
    """A bar for every kind of fault, over all scenarios."""
    counted = sum((t.faults for t in found.tallies.values()), start=type(Tally("").faults)())
    most = max(counted.values(), default=0)
    rows = "".join(
        svg.element(
            "tr",
            svg.element("td", svg.escaped(words.say(lang))) + bar(counted[verb], most, "fault"),
        )
        for verb, words in FAULT_WORDS.items()
        if counted[verb]
    )
    heading = svg.element("h2", svg.escaped(_KINDS.say(lang)))
    return heading + svg.element("table", rows, class_="kinds") if rows else ""


STYLE = """
h2 { font-size: 16px; margin: 22px 0 6px; } .fault { fill: #f0a35e; } .broken { fill: #c1121f; }
td svg { vertical-align: -2px; } .kinds { width: auto; } ul.one { columns: 1; }
"""
