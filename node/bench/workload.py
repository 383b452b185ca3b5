"""The ledger that is measured: invented cases of about 600 bytes, five small edits each. Pure, seeded.

The same number always gives the same case, on every machine and in every version, so that figures of
different days speak of the same work. Knows no node: what a clerk would type, as field and text.
"""

from __future__ import annotations

import datetime
import random
from dataclasses import dataclass

EDITS_PER_CASE = 5
ENTRIES_PER_CASE = 1 + EDITS_PER_CASE
POST, WHY = "司法所", "现场核对"
COMMON_WORD = "界"
"""Stands in nearly every case: the search that finds the most."""

_SUMMARY_CODE_POINTS = 80
_FIRST_DAY = datetime.date(2022, 1, 4)
_DAYS = 1_000
_TEXT = (
    "双方对田边水沟的走向和分水时间说法不一经现场查看界桩仍在老界以水沟为准新开便道压过地角约两尺"
    "愿意各让一步由联合调解组织丈量后立界并约定雨季前共同清淤费用按受益亩数分摊此后不再提起"
)
_CATEGORIES = ("forest_land", "neighbour", "housing_homestead", "contract", "damages")
_SUB_CATEGORIES = ("boundary_land", "water_use", "irrigation_ditch", "forest_right", "road_passage")
_ORIGINS = ("on_application", "proactive", "referred_court", "referred_police")
_CHANNELS = ("window", "phone", "hotline", "grid")
_LEVELS = ("village", "township", "joint")
_VILLAGES = ("示范一村", "例家湾村", "试坪村", "样板坡村", "示子溪村", "例河口村", "试水寨村")
_BODIES = ("金麻同心联合人民调解委员会", "两乡交界纠纷联合调解室", "示范片区联合调解工作站")
_URGENCIES = ("blue", "yellow", "orange")
_OUTCOMES = ("agreed_written", "agreed_oral", "settled_without_agreement")


@dataclass(frozen=True, slots=True)
class Edit:
    """One later change: fields to state, or the text of a note where `note` is not empty."""

    fields: dict[str, str]
    note: str = ""


def case(number: int) -> dict[str, str]:
    """The fields of a new case as a clerk types them."""
    dice = random.Random(f"case/{number}")
    village = dice.choice(_VILLAGES)
    return {
        "category": dice.choice(_CATEGORIES),
        "sub_category": dice.choice(_SUB_CATEGORIES),
        "village": village,
        "place_code": f"430527210{dice.randrange(901, 999)}",
        "place": f"{village}与邻村交界处{_words(dice, 8)}{dice.randrange(1, 400)}号界桩",
        "vintage": dice.choice(("new", "legacy")),
        "origin": dice.choice(_ORIGINS),
        "channel": dice.choice(_CHANNELS),
        "level": dice.choice(_LEVELS),
        "occurred_on": _day(dice),
        "party_count": str(dice.randrange(2, 9)),
        "amount_claimed": str(dice.randrange(5, 400) * 100),
        "case_no": case_number(number),
        "summary": _words(dice, _SUMMARY_CODE_POINTS),
    }


def case_number(number: int) -> str:
    """Stands in one case only: the search that finds the least."""
    return f"示调{number:06d}"


def edits(number: int) -> tuple[Edit, ...]:
    """The five changes that follow a case, in their order."""
    dice = random.Random(f"edits/{number}")
    return (
        Edit({"state": "accepted", "accepted_on": _day(dice), "urgency": dice.choice(_URGENCIES)}),
        Edit({}, f"{_day(dice)} {_words(dice, 24)}"),
        Edit({"body": dice.choice(_BODIES), "due_on": _day(dice), "difficulty": "complex"}),
        Edit({}, f"{_day(dice)} {_words(dice, 24)}"),
        Edit(
            {"outcome": dice.choice(_OUTCOMES), "closed_on": _day(dice), "file_no": f"示卷{number}"}
        ),
    )


def later_edit(number: int, round_: int) -> Edit:
    """One more small change of a case; every round says something else."""
    dice = random.Random(f"later/{number}/{round_}")
    return Edit({"urgency_reason": f"{_words(dice, 12)}（第{round_}次）"})


def spread(cases: int, count: int, offset: int = 0) -> list[int]:
    """`count` different cases all over a ledger of `cases`; another offset gives others."""
    step = max(1, cases // max(1, count))
    return [(offset + place * step) % cases for place in range(min(count, cases))]


def _words(dice: random.Random, count: int) -> str:
    found = ""
    while len(found) < count:
        at = dice.randrange(len(_TEXT) - 8)
        found += _TEXT[at : at + 8]
    return found[:count]


def _day(dice: random.Random) -> str:
    return (_FIRST_DAY + datetime.timedelta(days=dice.randrange(_DAYS))).isoformat()
