"""The named scenarios: a name, a sentence in two languages, and how a plan of it is made. Declared once.

Scenarios by lot differ with the seed in everything; the stories of simulations.stories are the same story on
other lines and at other moments. Pure.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

from keys.errors import Text
from simulations import chaos, homeplans, stories
from simulations.chaos import Mix
from simulations.errors import NoScenario
from simulations.plan import Plan, Step
from simulations.stories import STORIES, Story

Make = Callable[[int, int, float | None], Plan]
"""make(seed, towns, lasts_s or None for what suits it) → plan."""


@dataclass(frozen=True, slots=True)
class Scenario:
    name: str
    about: Text
    make: Make
    towns: int = 3
    large: bool = False
    """Whether a run takes long: not swept unless it is named."""


def _by_lot(name: str, mix: Mix, line: str = "office", liar: str = "", near: str = "mesh") -> Make:
    def make(seed: int, towns: int, lasts_s: float | None) -> Plan:
        more = {} if lasts_s is None else {"lasts_s": lasts_s}
        found = chaos.plan(name, seed, towns, mix, line=line, near=near, **more)
        return found if not liar else _with_liar(found, liar)

    return make


def _with_liar(plan: Plan, how: str) -> Plan:
    """The last town is hostile; now and then it does what it came for."""
    place = plan.towns - 1
    orders = {
        "void": ("void",),
        "flooder": ("flood",),
        "equivocator": ("remember", "return", "remember", "return"),
    }.get(how, ())
    steps = [
        Step(plan.lasts_s * (n + 1) / (len(orders) + 1), "lie", place, {"how": order})
        for n, order in enumerate(orders)
    ]
    both = sorted((*plan.steps, *steps), key=lambda step: step.at_s)
    return replace(plan, steps=tuple(both), liars={place: how})


def _halves(name: str, near: str) -> Make:
    """Cut in two for hours, written in both halves, healed: what has to travel is what they wrote."""

    def make(seed: int, towns: int, lasts_s: float | None) -> Plan:
        apart_s = (lasts_s or 6 * 3600.0) - 600
        dice = random.Random(f"{name}/{seed}")
        mix = Mix(writes=(2 * towns, 2 * towns), faults=(0, 0))
        steps = [
            replace(step, at_s=300 + step.at_s)
            for step in chaos.clerks(dice, towns, apart_s - 60, mix, dice)
        ]
        half = [list(range(towns // 2)), list(range(towns // 2, towns))]
        steps.append(Step(300, "split", -1, {"groups": half}))
        steps.append(Step(300 + apart_s, "heal"))
        steps.sort(key=lambda step: step.at_s)
        return Plan(name, seed, towns, near, lasts_s=apart_s + 301, steps=tuple(steps))

    return make


_LINES_ONLY = {"split": 4, "one-way": 2, "hold": 2, "flap": 2, "reset": 3, "line": 2, "sleep": 1}
_POWER = {"crash": 5, "kill": 2, "stop": 1, "disk": 4, "split": 1}
_COPIES = {"old-copy": 3, "old-disk": 2, "rollback": 4, "copy": 3, "crash": 1, "split": 3}
_FEW_FAULTS = Mix(faults=(0, 4), weights=_LINES_ONLY)

_LIST = (
    Scenario(
        "cut-off",
        Text(
            "第一个乡镇断线几个小时，照常登记",
            "the first township is cut off for hours and writes on",
        ),
        homeplans.cut_off,
    ),
    Scenario(
        "died",
        Text("第一个乡镇反复断电", "the first township loses power again and again"),
        homeplans.died,
    ),
    Scenario(
        "restored",
        Text(
            "断线期间，第一个乡镇的电脑用旧备份恢复",
            "while cut off, the first township's computer is restored from an old copy",
        ),
        homeplans.restored,
    ),
    Scenario(
        "lines",
        Text("线路中断、单向不通、时断时续、重置", "lines cut, one-way, flapping, reset"),
        _by_lot("lines", Mix(weights=_LINES_ONLY)),
    ),
    Scenario(
        "power",
        Text(
            "任何时刻断电，磁盘写满、出错、变慢",
            "power lost at any write; disks full, failing, slow",
        ),
        _by_lot("power", Mix(weights=_POWER)),
    ),
    Scenario(
        "copies",
        Text(
            "用旧备份恢复，旧磁盘装回，虚拟机退回快照，目录复制到别的电脑",
            "old backups and old disks brought back, machines rolled back, folders copied",
        ),
        _by_lot("copies", Mix(weights=_COPIES)),
    ),
    Scenario(
        "storm",
        Text("所有故障一起来", "every fault there is, together"),
        _by_lot("storm", Mix(faults=(4, 20))),
    ),
    Scenario(
        "members",
        Text(
            "移出成员、改规则、表决，线路同时断断续续",
            "members removed, rules changed and votes cast over lines that come and go",
        ),
        _by_lot("members", Mix(weights=_LINES_ONLY, decisions=(1, 4))),
        towns=4,
    ),
    Scenario(
        "members-storm",
        Text("表决时各种故障一起来", "votes with every fault there is"),
        _by_lot("members-storm", Mix(faults=(2, 12), decisions=(1, 4))),
        towns=4,
    ),
    Scenario(
        "sealed",
        Text(
            "密封、授权、收回、删除，线路同时断断续续",
            "sealed, granted, taken back and erased over lines that come and go",
        ),
        _by_lot("sealed", Mix(weights=_LINES_ONLY, writes=(2, 10), seals=(1, 4))),
        towns=4,
    ),
    Scenario(
        "sealed-storm",
        Text(
            "密封和删除时各种故障一起来，旧备份也回来",
            "sealing and erasing with every fault there is, old copies among them",
        ),
        _by_lot("sealed-storm", Mix(faults=(2, 12), writes=(2, 10), seals=(1, 4))),
        towns=4,
    ),
    Scenario(
        "sealed-members",
        Text(
            "密封和删除的同时，成员被移出、规则在变",
            "sealing and erasing while members are removed and rules change",
        ),
        _by_lot(
            "sealed-members", Mix(faults=(0, 10), writes=(2, 8), seals=(1, 4), decisions=(1, 3))
        ),
        towns=4,
    ),
    Scenario(
        "2g",
        Text("每秒 20 KB、往返 600 毫秒的线路", "lines of 20 kB/s and 600 ms"),
        _by_lot("2g", Mix(weights=_LINES_ONLY, faults=(0, 6)), line="2g"),
    ),
    Scenario(
        "village",
        Text("丢包、乱序、时快时慢的山村线路", "village lines: loss, disorder, sudden delays"),
        _by_lot("village", Mix(weights=_LINES_ONLY, faults=(0, 6)), line="village"),
    ),
    Scenario(
        "rough",
        Text("两成丢包，数据在任意处断开", "one packet in five lost, frames cut anywhere"),
        _by_lot("rough", Mix(weights=_LINES_ONLY, faults=(0, 4)), line="rough"),
    ),
    *(
        Scenario(
            f"hostile-{how}",
            Text(f"有一个成员是恶意的：{zh}", f"one member is hostile: {en}"),
            _by_lot(f"hostile-{how}", _FEW_FAULTS, liar=how),
            towns=4,
        )
        for how, zh, en in (
            ("void", "写违反规则的条目", "writes what breaks the rules"),
            ("silent", "接了电话不说话", "takes calls and says nothing"),
            ("forger", "改动经手的内容", "changes what passes through its hands"),
            ("replayer", "反复说旧话", "says old things again"),
            ("withholder", "隐瞒别人的条目", "hides what others wrote"),
            ("flooder", "不停灌水", "floods"),
            ("equivocator", "同一序号说两种话", "says two things in one place"),
        )
    ),
    Scenario(
        "chain",
        Text("首尾不相识的一条链", "a chain whose ends do not know each other"),
        _by_lot("chain", Mix(weights=_LINES_ONLY), near="chain"),
        towns=5,
    ),
    Scenario(
        "ring",
        Text("百个乡镇围成一圈，断成两半六小时", "a hundred in a ring, cut in half for six hours"),
        _halves("ring", "ring"),
        towns=100,
        large=True,
    ),
    Scenario(
        "graph",
        Text(
            "百个乡镇各识四邻，断成两半六小时",
            "a hundred with four neighbours each, cut in half for six hours",
        ),
        _halves("graph", "random:4"),
        towns=100,
        large=True,
    ),
)


def _told(story: Story) -> Make:
    return lambda seed, towns, lasts_s: stories.plan(story, seed, towns, lasts_s)


SCENARIOS: dict[str, Scenario] = {
    scenario.name: scenario
    for scenario in (*(Scenario(s.name, s.about, _told(s)) for s in STORIES), *_LIST)
}


def scenario(name: str) -> Scenario:
    """Raises NoScenario."""
    if name not in SCENARIOS:
        raise NoScenario(what=name[:40])
    return SCENARIOS[name]


def plan_of(name: str, seed: int, towns: int | None = None, lasts_s: float | None = None) -> Plan:
    """The plan of a scenario for a seed. Raises NoScenario."""
    found = scenario(name)
    return found.make(seed, towns or found.towns, lasts_s)
