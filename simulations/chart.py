"""The drawing of a run: a time line for every township, and below it how many entries each still lacks.

Both share one axis of virtual time. `legend` says what each colour and sign means, with the same parts. Pure.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median_low

from keys.errors import Text
from simulations import svg
from simulations.clock import SECOND_US, stamp
from simulations.lanes import Lane, State, Stretch, lanes, sampled
from simulations.runner import Outcome, near_of
from simulations.summary import span
from simulations.trace import Event, tell

WIDTH = 1000
_LEFT, _RIGHT, _TOP = 112, 14, 8
_CURVE_HEIGHT = 190
_AXIS_HEIGHT = 30
_MANY = 12
"""Beyond so many townships their curves have one colour and the worst and the middle one stand out."""

_STATES = {
    State.UP: Text("运行", "running"),
    State.OFF: Text("停机", "off"),
    State.ASLEEP: Text("休眠", "asleep"),
}
_CUT = Text("线路中断（{share}）", "lines cut ({share})")
_ASKED = Text("待核对 {n} 处", "{n} to settle")
_AGREE = Text("全部一致", "all agree")
_LACKING = Text("各乡镇还缺几条", "entries each still lacks")
_WORST = Text("缺得最多的", "the one that lacks most")
_MIDDLE = Text("中间的（中位数）", "the middle one (median)")
_PEACE = Text("故障结束", "faults over")
_STEPS_S = (
    *(1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800),
    *(3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600, 2_592_000),
)


@dataclass(frozen=True, slots=True)
class _Room:
    """Where things stand: lane heights by the number of townships, x by virtual time."""

    towns: int
    end_s: float

    @property
    def lane(self) -> float:
        return 32.0 if self.towns <= _MANY else 18.0 if self.towns <= 40 else 11.0

    @property
    def lanes_end(self) -> float:
        return _TOP + (self.towns + 1) * self.lane

    def x(self, at_s: float) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * min(at_s / self.end_s, 1.0)

    def y(self, place: int) -> float:
        """Of a township's lane; the first one is everybody's."""
        return _TOP + (place + 1) * self.lane


def chart(outcome: Outcome, lang: str) -> str:
    """The drawing, for an HTML page with this module's STYLE."""
    plan = outcome.plan
    end_s = max(outcome.figures["virtual_s"], plan.lasts_s, 0.001)
    room = _Room(plan.towns, end_s)
    everybody = list(range(plan.towns))
    near = near_of(plan) or [[o for o in everybody if o != p] for p in everybody]
    found = lanes(outcome.events, near, end_s)
    for place, lane in enumerate(found):
        asked = zip(outcome.curve, outcome.questions, strict=True)
        lane.questions = sampled([(at_s, n[place]) for (at_s, _), n in asked], end_s)
    height = room.lanes_end + _AXIS_HEIGHT + _CURVE_HEIGHT + 26
    parts = [_HATCH, *_axis(room, plan.lasts_s, height, lang), *_agreement(outcome, room, lang)]
    for place, lane in enumerate(found):
        hostile = plan.liars.get(place)
        parts.append(_lane(room, place, lane, outcome, lang, hostile=hostile))
    parts += _curves(outcome, room, lang)
    return svg.drawing(parts, WIDTH, height, f"{plan.scenario} {plan.seed}")


def _axis(room: _Room, peace_s: float, height: float, lang: str) -> list[str]:
    """Vertical lines at round times, and the moment from which no fault is left."""
    step_s = next((s for s in _STEPS_S if room.end_s / s <= 10), room.end_s / 8)
    foot = height - 18
    parts: list[str] = []
    for n in range(int(room.end_s / step_s) + 1):
        x = room.x(n * step_s)
        parts.append(svg.line([(x, _TOP), (x, foot)], "grid"))
        words = span(n * step_s, lang) if n else "0"
        heights = (room.lanes_end + 14, height - 4)
        parts += [svg.label(x, y, words, "axis", text_anchor="middle") for y in heights]
    if peace_s < room.end_s:
        x = room.x(peace_s)
        parts.append(svg.line([(x, _TOP), (x, foot)], "peace"))
        parts.append(
            svg.label(x - 4, room.lanes_end + 27, _PEACE.say(lang), "peace", text_anchor="end")
        )
    return parts


def _agreement(outcome: Outcome, room: _Room, lang: str) -> list[str]:
    """The first lane: when everybody who is there has everything."""
    y, height = _TOP + room.lane * 0.2, room.lane * 0.6
    parts = [svg.label(_LEFT - 10, y + height - 1, _AGREE.say(lang), "name", text_anchor="end")]
    held = [(at_s, int(all(n == 0 for n in lacks))) for at_s, lacks in outcome.curve]
    parts += [
        _bar(room, one, y, height, "agree", _AGREE.say(lang))
        for one in sampled(held, room.end_s)
        if one.what
    ]
    if outcome.figures["agreed_after_s"] is not None and outcome.plan.must_agree:
        end = room.x(room.end_s)
        parts.append(svg.label(end - 3, y + height - 2, "✓", "tick", text_anchor="end"))
    return parts


def _bar(room: _Room, one: Stretch, y: float, height: float, class_: str, words: str) -> str:
    x, until = room.x(one.from_s), room.x(one.to_s)
    from_, to = (stamp(int(s * SECOND_US)).partition(".")[0] for s in (one.from_s, one.to_s))
    title = f"{words}  {from_} – {to}"
    return svg.rect(x, y, max(until - x, 0.6), height, class_, title=title)


def _lane(
    room: _Room, place: int, lane: Lane, outcome: Outcome, lang: str, *, hostile: str | None
) -> str:
    called = outcome.names(lang)
    top, height = room.y(place) + room.lane * 0.12, room.lane * 0.76
    strip = max(height * 0.2, 2.0)
    name_class = "name hostile" if hostile else "name"
    words = called[place] + (" ⚠" if hostile else "")
    size = 12.5 if room.towns <= _MANY else min(room.lane * 0.8, 11)
    foot = top + height / 2 + size * 0.36
    parts = [
        svg.label(
            _LEFT - 10, foot, words, name_class, text_anchor="end", style=f"font-size:{size:.1f}px"
        )
    ]
    if room.towns <= _MANY:
        parts.append(svg.rect(_LEFT - 7, top, 3, height, "key", fill=_COLOURS[place]))
    for one in lane.states:
        assert isinstance(one.what, State), "lanes are made of states"
        parts.append(_bar(room, one, top, height, one.what.value, _STATES[one.what].say(lang)))
    for one in lane.cuts:
        if isinstance(one.what, float) and one.what:
            share = _CUT.say(lang).format(share=f"{one.what:.0%}")
            class_ = "cut" if one.what == 1 else "partly"
            parts.append(_bar(room, one, top + height - strip, strip, class_, share))
    for one in lane.questions:
        if isinstance(one.what, int) and one.what > 0:
            asked = _ASKED.say(lang).format(n=one.what)
            parts.append(_bar(room, one, top, strip, "asked", asked))
            if room.towns <= _MANY and room.x(one.to_s) - room.x(one.from_s) > 14:
                x, y = room.x(one.from_s) + 3, top + strip + 10
                parts.append(svg.label(x, y, str(one.what), "asked"))
    parts += [_mark(room, event, top, height, called, lang) for event in lane.marks]
    if hostile:
        parts.append(svg.rect(_LEFT, top, WIDTH - _LEFT - _RIGHT, height, "hostile"))
    return svg.group(parts)


def _mark(
    room: _Room, event: Event, top: float, height: float, called: list[str], lang: str
) -> str:
    """The sign of one event: its form and class, with its sentence where a pointer rests on it."""
    x, words = room.x(event.at_us / SECOND_US), tell(event, called, lang)
    return sign(event.what, event.fact("act") == "settle", x, top, height, words)


def sign(what: str, settles: bool, x: float, top: float, height: float, words: str = "") -> str:
    """A stroke for what clerks write, a cross for lost power, a triangle for an old copy, a dot for a lie."""
    half, middle = min(height * 0.22, 4.5), top + height / 2
    if what == "wrote":
        stroke = f"M{x:.1f} {top + height * 0.2:.1f}V{top + height * 0.8:.1f}"
        return svg.path(stroke, "settled" if settles else "wrote", title=words)
    if what in ("crash", "kill"):
        cross = (
            f"M{x - half:.1f} {middle - half:.1f}l{2 * half:.1f} {2 * half:.1f}"
            f"m0 {-2 * half:.1f}l{-2 * half:.1f} {2 * half:.1f}"
        )
        return svg.path(cross, "crash", title=words)
    if what == "restore":
        left = f"M{x - half:.1f} {middle:.1f}l{2 * half:.1f} {-half:.1f}v{2 * half:.1f}z"
        return svg.path(left, "restore", title=words)
    side = f"{half:.1f} {half:.1f}"
    dot = f"M{x:.1f} {middle - half:.1f}l{side}l-{side}l-{half:.1f} -{half:.1f}z"
    return svg.path(dot, "lie" if what == "lie" else "alarm", title=words)


# --- the curve -------------------------------------------------------------------------------


def _curves(outcome: Outcome, room: _Room, lang: str) -> list[str]:
    top = room.lanes_end + _AXIS_HEIGHT + 6
    foot = top + _CURVE_HEIGHT - 16
    most = max((n for _, lacks in outcome.curve for n in lacks), default=0)
    step = next(s for s in _steps() if most / s <= 4)
    high = max(step * -(-most // step), step)

    def y(n: float) -> float:
        return foot - (foot - top) * n / high

    parts = [svg.label(_LEFT, top - 3, _LACKING.say(lang), "title")]
    for n in range(0, high + 1, step):
        parts.append(svg.line([(_LEFT, y(n)), (WIDTH - _RIGHT, y(n))], "grid"))
        parts.append(svg.label(_LEFT - 10, y(n) + 4, str(n), "axis", text_anchor="end"))
    few = room.towns <= _MANY
    for place in range(room.towns):
        for points in _unbroken([(at_s, lacks[place]) for at_s, lacks in outcome.curve]):
            class_ = "lacks" if few else "lacks many"
            colour = _COLOURS[place] if few else None
            parts.append(
                svg.line([(room.x(at_s), y(n)) for at_s, n in points], class_, stroke=colour)
            )
    if not few:
        there = [(at_s, [n for n in lacks if n >= 0]) for at_s, lacks in outcome.curve]
        for class_, of in (("lacks worst", max), ("lacks middle", median_low)):
            one = [(at_s, of(ns)) for at_s, ns in there if ns]
            parts += [
                svg.line([(room.x(at_s), y(n)) for at_s, n in run], class_)
                for run in _unbroken(one)
            ]
    return parts


def _steps() -> tuple[int, ...]:
    return tuple(m * 10**e for e in range(10) for m in (1, 2, 5))


def _unbroken(samples: list[tuple[float, int]]) -> list[list[tuple[float, int]]]:
    """Runs of samples without -1; each value holds until the next, so a line goes in steps."""
    runs: list[list[tuple[float, int]]] = [[]]
    for at_s, n in samples:
        if n < 0:
            runs.append([])
            continue
        if runs[-1]:
            runs[-1].append((at_s, runs[-1][-1][1]))
        runs[-1].append((at_s, n))
    return [run for run in runs if run]


# --- what it all means -----------------------------------------------------------------------


def legend(outcome: Outcome, lang: str) -> str:
    """Every colour and sign with its meaning."""
    bars = (
        ("up", _STATES[State.UP]),
        ("off", _STATES[State.OFF]),
        ("asleep", _STATES[State.ASLEEP]),
        ("cut", Text("下沿：线路全断", "lower edge: all lines cut")),
        ("partly", Text("下沿：线路断了一部分", "lower edge: some lines cut")),
        ("asked", Text("上沿：有待核对", "upper edge: something to settle")),
        ("agree", Text("全部一致", "all agree")),
    )
    signs = (
        ("wrote", False, Text("登记、修改", "a clerk writes")),
        ("wrote", True, Text("核对", "a clerk settles")),
        ("crash", False, Text("断电或强行结束", "power lost or killed")),
        ("restore", False, Text("用旧备份恢复", "old copy brought back")),
        ("lie", False, Text("恶意动作", "hostile act")),
        (
            "trouble",
            False,
            Text("磁盘或程序出错、发现作伪", "disk or program fault, forgery found"),
        ),
    )
    found = [(_swatch(svg.rect(0, 2, 26, 10, class_)), words) for class_, words in bars]
    found += [(_swatch(sign(what, s, 13, 0, 14)), words) for what, s, words in signs]
    if outcome.plan.towns > _MANY:
        for class_, words in (("lacks worst", _WORST), ("lacks middle", _MIDDLE)):
            found.append((_swatch(svg.line([(0, 7), (26, 7)], class_)), words))
    items = [svg.element("span", mark + svg.escaped(w.say(lang))) for mark, w in found]
    return svg.element("p", "".join(items), class_="legend")


def _swatch(shape: str) -> str:
    return svg.element("svg", shape, width=26, height=14, viewBox="0 0 26 14", aria_hidden="true")


_COLOURS = (
    *("#1f77b4", "#d95f02", "#2a9d5c", "#b5179e", "#8c564b", "#0aa5b8"),
    *("#7b6fd0", "#a0851a", "#e0457b", "#5a7d1f", "#4a5568", "#c1440e"),
)
_HATCH = (
    '<defs><pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="5" height="5" fill="#dfe6ee"/>'
    '<rect width="2" height="5" fill="#8fa3b8"/></pattern></defs>'
)
STYLE = """
svg text { font-size: 11px; fill: #26323f; }
svg .axis { fill: #66727f; font-size: 10.5px; }
svg .title { font-weight: 600; font-size: 12px; }
svg .name.hostile { fill: #7a2bb0; font-weight: 600; }
svg .tick { fill: #fff; font-weight: 700; }
.grid { stroke: #e3e7ec; fill: none; }
.peace { stroke: #66727f; stroke-dasharray: 4 3; fill: none; }
svg text.peace { stroke: none; fill: #66727f; font-size: 10.5px; }
.up { fill: #cfe9d6; } .off { fill: #5d6774; } .asleep { fill: url(#hatch); }
.agree { fill: #2a9d5c; } .cut { fill: #e05a00; } .partly { fill: #f7b267; } .asked { fill: #d6249f; }
svg text.asked { font-size: 9.5px; }
rect.hostile { fill: none; stroke: #7a2bb0; stroke-width: 1.5; }
.wrote { stroke: #16324f; stroke-width: 1.6; fill: none; }
.settled { stroke: #d6249f; stroke-width: 3; fill: none; }
.crash { stroke: #c1121f; stroke-width: 2; fill: none; }
.restore { fill: #1d5fd1; } .lie { fill: #7a2bb0; } .alarm { fill: #c1121f; }
.lacks { fill: none; stroke-width: 1.6; stroke-linejoin: round; }
.lacks.many { stroke: #7f8c9a; stroke-width: .7; stroke-opacity: .45; }
.lacks.worst { stroke: #c1121f; stroke-width: 2; } .lacks.middle { stroke: #1d5fd1; stroke-width: 2; }
"""
