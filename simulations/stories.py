"""The story cases of the neighbours, as plans: what happens between people, told step by step. Pure.

The same story each time; the seed draws the line it runs over and the moments within it. A story says what a
clerk must see at its turns. Stories that need kinds of records that are not there yet are not told.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crdt.schema import SCHEMA
from keys.errors import Text
from simulations.plan import Plan, Step

Lines = list[tuple[float, str, int, dict[str, Any]]]
"""(seconds after the step before, verb, town, what is given)."""
_DAY_S = 86_400.0
_A, _B, _C = 0, 1, 2
_WAYS = ("office", "office", "2g", "village")


@dataclass(frozen=True, slots=True)
class Story:
    """`code`: the letter under which the story is known."""

    name: str
    about: Text
    lines: Callable[[random.Random], Lines]


def plan(story: Story, seed: int, towns: int, lasts_s: float | None = None) -> Plan:
    """The story on a line and at moments drawn by the seed."""
    dice = random.Random(f"story/{story.name}/{seed}")
    at_s, steps = 0.0, []
    for wait_s, verb, town, given in story.lines(dice):
        at_s += wait_s * dice.uniform(0.8, 1.25)
        steps.append(Step(round(at_s, 3), verb, town, given))
    return Plan(
        story.name,
        seed,
        max(towns, 3),
        line=dice.choice(_WAYS),
        lasts_s=max(at_s + 60, lasts_s or 0),
        steps=tuple(steps),
    )


def _tell(zh: str, en: str) -> tuple[float, str, int, dict[str, Any]]:
    return 0.0, "tell", -1, {"zh": zh, "en": en}


def _case(
    wait_s: float, town: int, ref: str, **fields: str
) -> tuple[float, str, int, dict[str, Any]]:
    given = {"category": "forest_land", "village": "示范一村", **fields}
    return wait_s, "open", town, {"ref": ref, "fields": given}


def _say(
    wait_s: float, town: int, ref: str, **fields: str
) -> tuple[float, str, int, dict[str, Any]]:
    return wait_s, "edit", town, {"ref": ref, "fields": fields}


def _move(wait_s: float, town: int, ref: str, to: str) -> tuple[float, str, int, dict[str, Any]]:
    return wait_s, "move", town, {"ref": ref, "to": to}


def _note(wait_s: float, town: int, ref: str, text: str) -> tuple[float, str, int, dict[str, Any]]:
    return wait_s, "add", town, {"ref": ref, "collection": "notes", "fields": {"text": text}}


def _meet() -> tuple[float, str, int, dict[str, Any]]:
    return 1.0, "meet", -1, {}


def _see(town: int, ref: str, **wanted: Any) -> tuple[float, str, int, dict[str, Any]]:
    return 0.0, "expect", town, {"ref": ref, **wanted}


def _cattle(_: random.Random) -> Lines:
    return [
        _tell(
            "牛吃了对面的玉米；先到了错的窗口",
            "Cattle ate the neighbour's maize; taken in at the wrong side",
        ),
        _case(5, _B, "a", category="damages", village="示范二村", amount_claimed="2400"),
        _meet(),
        _move(60, _B, "a", "transferred"),
        _meet(),
        _note(120, _A, "a", "由本乡接手，约双方到田头"),
        _move(60, _A, "a", "registered"),
        _move(60, _A, "a", "accepted"),
        _move(600, _A, "a", "mediating"),
        _say(1200, _A, "a", amount_agreed="1500", agreement_form="oral"),
        _move(60, _A, "a", "agreed"),
        _meet(),
        _see(_B, "a", field="state", value="agreed", conflicts=0),
        _move(60, _B, "a", "fulfilled"),
        _meet(),
        _see(_A, "a", field="state", value="fulfilled", conflicts=0),
    ]


def _old_boundary(_: random.Random) -> Lines:
    return [
        _tell(
            "两本山林证说法不同的老山界",
            "An old forest boundary with two certificates that disagree",
        ),
        _case(5, _A, "b", vintage="legacy", sub_category="boundary_mountain"),
        _meet(),
        _move(60, _A, "b", "accepted"),
        _meet(),
        _note(60, _B, "b", "我方持有的证书四至不同，附复印件编号"),
        _note(0, _A, "b", "我方证书以山脊为界"),
        _move(300, _A, "b", "investigating"),
        _meet(),
        _move(300, _B, "b", "suspended"),
        (60, "split", -1, {"groups": [[_A], [_B, _C]]}),
        _note(2 * 3600, _A, "b", "等待林业部门勘界"),
        _note(3600, _B, "b", "林业部门定于下月勘界"),
        (60, "heal", -1, {}),
        _meet(),
        _move(3600, _A, "b", "mediating"),
        _move(3600, _A, "b", "agreed"),
        _meet(),
        _see(_C, "b", field="state", value="agreed", conflicts=0),
    ]


def _ditch(_: random.Random) -> Lines:
    return [
        _tell(
            "天旱水渠被堵，离得近的先到", "A ditch is blocked in a drought; the nearest goes first"
        ),
        _case(
            5, _C, "c", sub_category="irrigation_ditch", urgency="yellow", urgency_reason="农时将至"
        ),
        _meet(),
        (10, "cut", _A, {"to": _C}),
        _say(30, _C, "c", urgency="red"),
        _say(5, _A, "c", urgency="orange"),
        _note(60, _A, "c", "最近，已出发"),
        (300, "repair", _A, {"to": _C}),
        _meet(),
        _note(60, _B, "c", "随后到达，渠口已打开"),
        _meet(),
    ]


def _registered_twice(_: random.Random) -> Lines:
    return [
        _tell(
            "光缆断了，两边各登记了同一起山林纠纷",
            "A cable is cut; both sides register the same land quarrel",
        ),
        (5, "split", -1, {"groups": [[_A], [_B, _C]]}),
        _case(60, _A, "d1", sub_category="forest_right", occurred_on="2026-03-02"),
        _case(30, _B, "d2", sub_category="forest_right", occurred_on="2026-03-02"),
        _say(60, _A, "d1", lead="430527210"),
        _say(60, _B, "d2", lead="431225201"),
        (7200, "heal", -1, {}),
        _meet(),
        _see(_A, "d2", conflicts=0),
        _see(_B, "d1", conflicts=0),
        _note(60, _A, "d1", "与另一件为同一纠纷，两个编号都保留"),
        _meet(),
    ]


def _two_amounts(dice: random.Random) -> Lines:
    whole = dice.random() < 0.5
    return [
        _tell("断网时一边写 8000，一边写 9500", "Offline, one side writes 8000 and the other 9500"),
        _case(5, _A, "e"),
        _meet(),
        (10, "split", -1, {"groups": [[_A], [_B, _C]]}),
        _say(120, _A, "e", amount_agreed="8000"),
        _say(0, _B, "e", amount_agreed="9500"),
        (3600, "heal", -1, {}),
        _meet(),
        _see(_A, "e", conflicts=1),
        _see(_B, "e", conflicts=1),
        _see(_C, "e", conflicts=1, field="amount_agreed", value=None),
        (600, "settle", _C, {"ref": "e", "how": "keep" if whole else "take", "town": _B}),
        _meet(),
        _see(_A, "e", conflicts=0),
        *([] if whole else [_see(_A, "e", field="amount_agreed", value=950_000)]),
    ]


def _wages(_: random.Random) -> Lines:
    return [
        _tell("木材厂欠薪，移送与退回", "A timber firm owes wages; transferred and returned"),
        _case(5, _A, "f", category="migrant_wages", amount_claimed="36000"),
        _meet(),
        _move(60, _A, "f", "transferred"),
        _meet(),
        (10, "split", -1, {"groups": [[_A], [_B, _C]]}),
        _move(60, _B, "f", "closed"),
        _move(0, _A, "f", "registered"),
        (1800, "heal", -1, {}),
        _meet(),
        _see(_C, "f", conflicts=1),
        (300, "settle", _A, {"ref": "f", "how": "take", "town": _A}),
        _meet(),
        _see(_B, "f", field="state", value="registered", conflicts=0),
    ]


def _twelve_days(_: random.Random) -> Lines:
    return [
        _tell(
            "一个成员离线十二天，又装回旧备份",
            "One member is offline for twelve days, then an old backup comes back",
        ),
        _case(5, _A, "i"),
        _case(5, _C, "j", village="示范三村"),
        _meet(),
        (60, "backup", _C, {"label": "spring"}),
        _note(60, _C, "j", "备份之后写的，邻乡已收到"),
        _meet(),
        (10, "split", -1, {"groups": [[_C], [_A, _B]]}),
        _say(3600, _A, "i", amount_agreed="1200"),
        *((0, "stop", town, {}) for town in (_A, _B, _C)),
        _note(11 * _DAY_S, _C, "j", "离线期间写的，只在本机"),
        (3600, "restore", _C, {"label": "spring"}),
        (60, "restart", _C, {}),
        _note(600, _C, "j", "恢复之后写的"),
        (_DAY_S, "restart", _A, {}),
        (0, "restart", _B, {}),
        (60, "heal", -1, {}),
        _meet(),
        _see(_C, "i", field="amount_agreed", value=120_000, conflicts=0),
    ]


def _three_at_once(_: random.Random) -> Lines:
    return [
        _tell("三个人同时写一段文字", "Three people write one text at once"),
        _case(5, _A, "l"),
        _say(5, _A, "l", summary="会议纪要：一、通报情况。二、商定分工。"),
        _meet(),
        (10, "split", -1, {"groups": [[_A], [_B], [_C]]}),
        _say(60, _A, "l", summary="会议纪要（三方）：一、通报情况。二、商定分工。"),
        _say(30, _B, "l", summary="会议纪要：一、通报近期情况。二、商定分工。"),
        _say(30, _C, "l", summary="会议纪要：一、通报情况。二、商定分工。三、下次会议另定。"),
        (1800, "heal", -1, {}),
        _meet(),
        *(
            _see(
                town,
                "l",
                field="summary",
                value="会议纪要（三方）：一、通报近期情况。二、商定分工。三、下次会议另定。",
                conflicts=0,
            )
            for town in (_A, _B, _C)
        ),
    ]


def _nine_hours(_: random.Random) -> Lines:
    return [
        _tell("一台电脑的时钟快了九小时", "One computer's clock is nine hours ahead"),
        (1, "clock", _B, {"skew_s": 9 * 3600}),
        _case(5, _B, "n"),
        _meet(),
        _say(60, _A, "n", amount_agreed="500"),
        _meet(),
        _say(60, _B, "n", amount_agreed="600"),
        _say(1, _A, "n", party_count="3"),
        _meet(),
        _see(_A, "n", field="amount_agreed", value=60_000, conflicts=0),
        _see(_C, "n", field="amount_agreed", value=60_000, conflicts=0),
    ]


def _newer_version(_: random.Random) -> Lines:
    return [
        _tell("一个乡镇先升级了程序", "One township upgrades first"),
        _case(5, _A, "v"),
        _meet(),
        (10, "upgrade", _A, {"schema": SCHEMA + 1}),
        _say(60, _A, "v", amount_agreed="700"),
        _say(60, _B, "v", party_count="4"),
        _meet(),
        _see(_B, "v", field="amount_agreed", value=70_000, conflicts=0),
        _see(_A, "v", field="party_count", value=4),
        _tell("旧版本不能表决启用新格式", "An older version cannot vote for the newer rules"),
        (60, "propose", _A, {"rules": {"schema": SCHEMA + 1}}),
        (60, "vote", _B, {"agree": True}),
        (3600, "upgrade", _C, {"schema": SCHEMA + 1}),
        (3600, "upgrade", _B, {"schema": SCHEMA + 1}),
        (60, "vote", _B, {"agree": True}),
        (60, "vote", _C, {"agree": True}),
        _meet(),
        _case(30, _A, "w", village="示范三村"),
        _say(60, _C, "v", amount_agreed="800"),
        _meet(),
        _see(_B, "v", field="amount_agreed", value=80_000, conflicts=0),
        _see(_C, "w", conflicts=0),
    ]


STORIES = (
    Story("s-a", Text("牲畜毁苗", "cattle in the maize"), _cattle),
    Story("s-b", Text("老山界", "the old boundary"), _old_boundary),
    Story("s-c", Text("堵渠", "the blocked ditch"), _ditch),
    Story("s-d", Text("一案两登", "registered twice"), _registered_twice),
    Story("s-e", Text("8000 还是 9500", "8000 or 9500"), _two_amounts),
    Story("s-f", Text("欠薪移送", "wages owed"), _wages),
    Story("s-i", Text("离线十二天与旧备份", "twelve days offline and an old backup"), _twelve_days),
    Story("s-l", Text("三人同写", "three write at once"), _three_at_once),
    Story("s-n", Text("时钟快九小时", "nine hours ahead"), _nine_hours),
    Story("versions", Text("新旧版本并存", "two versions side by side"), _newer_version),
)
