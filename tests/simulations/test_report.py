"""The picture of a run: well formed, complete, in two languages, and nothing in it escapes."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

from simulations import svg
from simulations.chart import STYLE as CHART_STYLE
from simulations.lanes import Lane, State, Stretch, lanes
from simulations.names import names
from simulations.oracles import Violation
from simulations.plan import Plan, Step
from simulations.report import page
from simulations.runner import Outcome, run
from simulations.trace import Event
from tests.support.clerk import mulin

_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def _plan(towns: int = 3) -> Plan:
    """One of everything that the picture shows: cut, crash, old copy, sleep, question, settlement."""
    fields = {"category": "damages", "village": "示范一村"}
    steps = (
        Step(5, "open", 0, {"ref": "a", "fields": fields}),
        Step(10, "backup", 1, {"label": "old"}),
        Step(20, "split", -1, {"groups": [[0], list(range(1, towns))]}),
        Step(30, "edit", 0, {"ref": "a", "fields": {"amount_agreed": "100"}}),
        Step(31, "edit", 1, {"ref": "a", "fields": {"amount_agreed": "200"}}),
        Step(40, "crash", 2, {}),
        Step(60, "restart", 2),
        Step(100, "heal"),
        Step(110, "restore", 1, {"label": "old"}),
        Step(112, "restart", 1),
        Step(120, "sleep", 2),
        Step(130, "restart", 2),
        Step(150, "settle", 0, {"ref": "a", "how": "keep"}),
    )
    return Plan("handmade", 1, towns, lasts_s=180.0, steps=steps, liars={towns - 1: "silent"})


@cache
def _outcome(towns: int = 3) -> Outcome:
    return run(_plan(towns))


class _Reader(HTMLParser):
    """Every tag closes in order, and all text is heard."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(self.words)


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == []
    return reader


@pytest.mark.parametrize("lang", ("zh", "en"))
@pytest.mark.parametrize("towns", (3, 13))
def test_the_page_is_whole_and_needs_nothing_else(towns: int, lang: str) -> None:
    html = page(_outcome(towns), lang)
    reader = _read(html)
    assert not [
        tag for tag, _ in reader.tags if tag in ("script", "link", "img", "iframe", "object")
    ]
    assert "url(" not in html.replace("url(#hatch)", "")
    assert "http" not in html.replace("http://www.w3.org/2000/svg", "")
    for name in names(towns, lang):
        assert name in reader.text


def test_the_english_page_has_no_chinese_but_what_was_entered() -> None:
    reader = _read(page(_outcome(), "en"))
    assert not _CHINESE.search(reader.text)


def test_the_picture_shows_what_happened() -> None:
    reader = _read(page(_outcome(), "zh"))
    classes = {str(given.get("class")) for _, given in reader.tags}
    shown = ("up", "off", "asleep", "cut", "partly", "asked", "agree", "wrote", "settled", "crash")
    assert {*shown, "restore", "hostile", "lacks", "grid"} <= classes
    styled = set(re.findall(r"\.([a-z]+)", CHART_STYLE))
    assert {c for found in classes for c in found.split()} - styled <= {
        *("None", "key", "about", "verdict", "good", "legend"),
    }
    assert "断电" in reader.text
    assert "⚠" in reader.text


def test_a_broken_oracle_stands_on_top_with_its_command() -> None:
    found = replace(_outcome(), violations=(Violation("model", "one <b>& two"),))
    html = page(found, "en")
    assert 'class="verdict bad"' in html
    assert "one &lt;b&gt;&amp; two" in html
    assert "<b>" not in html


def test_no_text_escapes() -> None:
    nasty = "</pre></svg><script>alert(1)</script>\"'&\x00\u202e"
    event = Event(7_000_000, 0, "wrote", -1, (("act", nasty), ("record", nasty)))
    story = Event(8_000_000, -1, "story", -1, (("zh", nasty), ("en", nasty)))
    plan = replace(_outcome().plan, scenario=nasty)
    found = replace(_outcome(), plan=plan, events=(*_outcome().events, event, story), hash=nasty)
    for lang in ("zh", "en"):
        reader = _read(page(found, lang))
        assert "script" not in {tag for tag, _ in reader.tags}
        assert "\x00" not in reader.text
        assert "\u202e" not in reader.text
        assert "alert(1)" in reader.text


def test_attributes_are_quoted() -> None:
    assert svg.rect(0, 0, 1, 2.5, 'a" onload="x', title="<i>") == (
        '<rect x="0" y="0" width="1" height="2.5" class="a&quot; onload=&quot;x">'
        "<title>&lt;i&gt;</title></rect>"
    )


def test_a_long_story_is_cut_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulations.report.STORY_LINES_MAX", 5)
    html = page(_outcome(), "en")
    assert "… the rest is left out" in html
    assert html.count("Matang  ") < 6


# --- lanes -----------------------------------------------------------------------------------


def _event(at_s: float, town: int, what: str, other: int = -1) -> Event:
    return Event(int(at_s * 1_000_000), town, what, other)


def test_a_lane_tells_when_its_node_ran() -> None:
    events = [
        _event(0, 0, "up"),
        _event(10, 0, "pause"),
        _event(20, 0, "resume"),
        _event(30, 0, "crash"),
        _event(40, 0, "boot"),
        _event(50, 0, "up"),
        _event(60, 0, "down"),
        _event(70, 0, "pause"),
        _event(80, 0, "resume"),
    ]
    [lane] = lanes(events, [[]], 100.0)
    assert lane.states == [
        Stretch(0, 10, State.UP),
        Stretch(10, 20, State.ASLEEP),
        Stretch(20, 30, State.UP),
        Stretch(30, 50, State.OFF),
        Stretch(50, 60, State.UP),
        Stretch(60, 70, State.OFF),
        Stretch(70, 80, State.ASLEEP),
        Stretch(80, 100, State.OFF),
    ]


def test_a_lane_tells_how_many_lines_are_cut_in_either_direction() -> None:
    events = [
        _event(10, 0, "cut", 1),
        _event(20, 2, "cut", 0),
        _event(30, 0, "hold", 1),
        _event(40, 0, "repair", 1),
        _event(50, 2, "repair", 0),
    ]
    first, second, third = lanes(events, [[1, 2], [0, 2], [0, 1]], 60.0)
    assert [(s.from_s, s.what) for s in first.cuts] == [
        (0, 0.0),
        (10, 0.5),
        (20, 1.0),
        (40, 0.5),
        (50, 0.0),
    ]
    assert [(s.from_s, s.what) for s in second.cuts] == [(0, 0.0), (10, 0.5), (40, 0.0)]
    assert [(s.from_s, s.what) for s in third.cuts] == [(0, 0.0), (20, 0.5), (50, 0.0)]


def test_events_of_nobody_change_no_lane() -> None:
    assert lanes([_event(1, -1, "story"), _event(2, 9, "up")], [[]], 3.0) == [
        Lane([Stretch(0, 3, State.OFF)], [Stretch(0, 3, 0.0)])
    ]


# --- what the curve counts -------------------------------------------------------------------


@pytest.mark.usefixtures("one_version")
def test_two_sides_that_each_wrote_one_entry_do_not_agree() -> None:
    """Equal numbers are not equal entries: each side lacks what the other wrote."""
    plan = replace(_plan(), liars={})
    outcome = run(plan)
    during = [lacks for at_s, lacks in outcome.curve if 35 < at_s < 40]
    assert during
    # What opens the second log is an entry too.
    assert all(lacks == (2, 1, 1) for lacks in during)
    assert outcome.curve[-1][1] == (0, 0, 0)
    asked = zip(outcome.curve, outcome.questions, strict=True)
    waiting = [open_ for (at_s, _), open_ in asked if 103 < at_s < 109]
    assert waiting
    assert all(open_ == (1, 1, 1) for open_ in waiting)


def test_the_command_writes_the_page(tmp_path: Path) -> None:
    file = tmp_path / "lines.html"
    done = mulin("simulate", "run", "lines", "--hours", "0.05", "--html", str(file), "--lang", "en")
    assert done.code == 0
    assert done.out.endswith("Written: lines.html\n")
    assert "<title>Mulin simulation: lines, seed 1</title>" in file.read_text()
