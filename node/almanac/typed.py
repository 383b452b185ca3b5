"""Lunar days as people type them: 农历2026年三月初三, 2026年三月三, 2026 春节, 闰四月初八. Knows no field.

A month and a day in Chinese words are lunar unless 日 or 号 follows them; digits are lunar after 农历 only,
as 2026-03-03 is a solar day everywhere else. The year is the lunar one: 2026年腊月初八 is in January 2027.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from keys.text import nfc

if TYPE_CHECKING:
    import datetime

    from node.almanac.lunar import Lunar

    Dated: TypeAlias = tuple[Lunar, datetime.date]

_DIGITS = str.maketrans(
    "０１２３４５６７８９－．／\u3000臘閏農歷曆陰舊節陽", "0123456789-./ 腊闰农历历阴旧节阳"
)
_YEAR_FIRST = re.compile(r"([0-9]{4}) ?年? ?(农历|阴历|旧历|夏历) ?")
_CALENDAR = r"(?P<calendar>农历|阴历|旧历|夏历)?"
_YEAR = r"(?:(?P<year>[0-9]{4}) ?年?)?"
_WORDS = re.compile(
    rf"{_CALENDAR} ?{_YEAR} ?(?P<leap>闰)?"
    r"(?P<month>正|一|二|三|四|五|六|七|八|九|十|冬|十一|腊|十二)月"
    r"(?P<day>(?:初|十|廿|卅|二十|三十)?[一二三四五六七八九]|初?十|二十|廿|三十|卅)(?P<solar>[日号])?"
)
_FIGURES = re.compile(
    r"(?P<calendar>农历|阴历|旧历|夏历) ?(?:(?P<year>[0-9]{4}) ?[-/.年] ?)?(?P<leap>闰)?"
    r"(?P<month>[0-9]{1,2}) ?[-/.月] ?(?P<day>[0-9]{1,2}) ?[日号]?"
)
_NAMED = re.compile(rf"{_CALENDAR} ?{_YEAR} ?(?P<name>\S.*)")
_MONTHS = ("正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊")
_OTHER_MONTHS = {"一": 1, "十一": 11, "十二": 12}
_ONES = "一二三四五六七八九"
_TENS = {"初": 0, "十": 10, "廿": 20, "二十": 20, "卅": 30, "三十": 30}


@dataclass(frozen=True, slots=True)
class Typed:
    """A lunar day as it was typed; `year` None where none was."""

    year: int | None
    in_year: Callable[[int], Lunar]


def read(text: str) -> Typed | None:
    """What was typed, if it is a lunar day or a festival of ours; None: something else."""
    text = nfc(text).strip().translate(_DIGITS)
    text = _YEAR_FIRST.sub(r"\2\1年", text, count=1)
    match = _FIGURES.fullmatch(text) or _WORDS.fullmatch(text)
    if match is None:
        return _festival(text)
    said = match.groupdict()
    if said.get("solar") and not said["calendar"]:
        return None
    month, day, leap = _month(said["month"]), _day(said["day"]), bool(said["leap"])
    if not (1 <= month <= 12 and 1 <= day <= 39):
        return None

    def in_year(year: int) -> Lunar:
        from node.almanac.lunar import Lunar

        return Lunar(year, month, day, leap)

    return Typed(int(said["year"]) if said["year"] else None, in_year)


def solar_day(text: str, today: datetime.date) -> datetime.date | None:
    """The solar day of a typed lunar day; None if it is none. `today` only helps to ask for the year.

    Raises YearNeeded, NoSuchLunarDay, LunarOutOfReach.
    """
    typed = read(text)
    if typed is None:
        return None
    from node.almanac.errors import YearNeeded
    from node.almanac.lunar import to_solar

    if typed.year is not None:
        return to_solar(typed.in_year(typed.year))
    near = [found for found in around(typed, today) if found is not None]
    shown = [(moon.text()[0], day) for moon, day in near]
    raise YearNeeded(choices="、".join(f"{words}（{day}）" for words, day in shown))


def around(typed: Typed, today: datetime.date) -> tuple[Dated | None, Dated | None]:
    """The last such day before `today` and the first one from it on. Raises NoSuchLunarDay.

    Either may be missing: a leap month stays away for decades.
    """
    from node.almanac.errors import NoSuchLunarDay
    from node.almanac.lunar import FIRST, LAST, to_solar

    before: Dated | None = None
    for year in range(FIRST, LAST + 1):
        moon = typed.in_year(year)
        try:
            day = to_solar(moon)
        except NoSuchLunarDay:
            continue
        if day >= today:
            return before, (moon, day)
        before = moon, day
    if before is None:
        raise NoSuchLunarDay(what=typed.in_year(today.year).text()[0].partition("年")[2])
    return before, None


def _festival(text: str) -> Typed | None:
    match = _NAMED.fullmatch(text)
    if match is None:
        return None
    from node.almanac.lunar import festival_day, festival_named

    found = festival_named(match["name"])
    if found is None:
        return None
    year = int(match["year"]) if match["year"] else None
    return Typed(year, lambda year: festival_day(found, year))


def _month(text: str) -> int:
    if text.isdigit():
        return int(text)
    return _OTHER_MONTHS.get(text) or _MONTHS.index(text) + 1


def _day(text: str) -> int:
    if text.isdigit():
        return int(text)
    if text in ("初十", "十"):
        return 10
    if text in _TENS:
        return _TENS[text]
    tens, ones = text[:-1], text[-1]
    return _TENS.get(tens, 0) + _ONES.index(ones) + 1
