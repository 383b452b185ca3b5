"""A run as one page that needs nothing else: verdict, sentences, drawing, story. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from keys.errors import Text
from simulations import chart, svg
from simulations.runner import Outcome
from simulations.scenarios import SCENARIOS
from simulations.summary import PACKETS, again, sentences, verdict

STORY_LINES_MAX = 5_000

_TITLE = Text("睦邻模拟：{scenario}，种子 {seed}", "Mulin simulation: {scenario}, seed {seed}")
_STORY = Text("经过（{n} 行）", "The story ({n} lines)")
_CUT_OFF = Text(
    "……其余略去：mulin simulate run --story", "… the rest is left out: mulin simulate run --story"
)
_AGAIN = Text("重现：", "Repeat it: ")
_HASH = Text("经过的校验值：", "Hash of the story: ")
_INVENTED = Text(
    "乡镇名称和代码是真实的，其余一切都是模拟的。",
    "Names and codes of townships are real; everything else is simulated.",
)


def page(outcome: Outcome, lang: str) -> str:
    """A whole HTML document."""
    plan = outcome.plan
    title = _TITLE.say(lang).format(scenario=plan.scenario, seed=plan.seed)
    about = SCENARIOS[plan.scenario].about.say(lang) if plan.scenario in SCENARIOS else ""
    body = [
        svg.element("h1", svg.escaped(title)),
        svg.element("p", svg.escaped(about), class_="about") if about else "",
        _verdict(outcome, lang),
        listed(sentences(outcome, lang)),
        svg.element("figure", chart.chart(outcome, lang) + chart.legend(outcome, lang)),
        _story(outcome, lang),
        _foot(outcome, lang),
    ]
    return document(title, body, lang, chart.STYLE)


def _verdict(outcome: Outcome, lang: str) -> str:
    lines = verdict(outcome, lang)
    class_ = "verdict good" if outcome.ok else "verdict bad"
    return svg.element("pre", svg.escaped("\n".join(lines)), class_=class_)


def _story(outcome: Outcome, lang: str) -> str:
    lines = outcome.lines(lang, without=PACKETS)
    told = lines[:STORY_LINES_MAX]
    if len(lines) > len(told):
        told.append(_CUT_OFF.say(lang))
    heading = svg.element("summary", svg.escaped(_STORY.say(lang).format(n=len(lines))))
    return svg.element("details", heading + svg.element("pre", svg.escaped("\n".join(told))))


def _foot(outcome: Outcome, lang: str) -> str:
    command = again(outcome)
    parts = [svg.escaped(_HASH.say(lang)) + svg.element("code", svg.escaped(outcome.hash))]
    if command is not None:
        parts.insert(0, svg.escaped(_AGAIN.say(lang)) + svg.element("code", svg.escaped(command)))
    parts.append(svg.escaped(_INVENTED.say(lang)))
    return svg.element("footer", "<br>".join(parts))


def listed(lines: Iterable[str]) -> str:
    return svg.element("ul", "".join(svg.element("li", svg.escaped(line)) for line in lines))


def document(title: str, body: Iterable[str], lang: str, style: str = "") -> str:
    """A page of its own: no fonts, scripts or pictures from elsewhere."""
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        + svg.element("title", svg.escaped(title))
        + f"<style>{STYLE}{style}</style>"
    )
    language = "zh-CN" if lang == "zh" else "en"
    main = svg.element("main", "\n".join(part for part in body if part))
    return f'<!doctype html>\n<html lang="{language}"><head>{head}</head><body>\n{main}\n</body></html>\n'


STYLE = """
@page { size: A4; margin: 12mm; }
body { margin: 0; color: #26323f; background: #fff; font: 15px/1.6 "PingFang SC", "Microsoft YaHei",
  "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 20px 24px; }
h1 { font-size: 22px; margin: 0; } .about { margin: 0; color: #66727f; }
ul { margin: 10px 0; padding-left: 1.3em; columns: 2; column-gap: 2.5em; }
li { break-inside: avoid; }
figure { margin: 14px 0; } figure svg { max-width: 100%; display: block; }
.verdict { margin: 12px 0; padding: 8px 14px; border-left: 5px solid; font: inherit; white-space: pre-wrap; }
.verdict.good { border-color: #2a9d5c; background: #eef8f1; }
.verdict.bad { border-color: #c1121f; background: #fdf0f0; }
.legend { display: flex; flex-wrap: wrap; gap: 2px 20px; margin: 8px 0; font-size: 13px; }
.legend span { display: inline-flex; align-items: center; gap: 6px; }
details pre { font: 12px/1.5 ui-monospace, Consolas, "Noto Sans Mono CJK SC", monospace;
  white-space: pre-wrap; }
summary { cursor: pointer; font-weight: 600; }
footer { margin-top: 14px; color: #66727f; font-size: 12.5px; } code { font-size: 12.5px; }
table { border-collapse: collapse; width: 100%; }
th, td { padding: 4px 8px; border-bottom: 1px solid #e3e7ec; } th { text-align: left; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; }
@media print { main { padding: 0; max-width: none; } body { font-size: 11px; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; } }
@media (max-width: 700px) { ul { columns: 1; } }
"""
