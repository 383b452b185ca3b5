"""The lunar calendar, 1900 to 2100: its days as solar days, and festivals. The only file that knows borax.

The library's table agrees with calendars that are reckoned from the sky on every day but those of three
months (of September 2057, September 2089 and August 2097), whose new moons fall close to midnight.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from borax.calendars.lunardate import InvalidLunarDateError, LCalendars, LunarDate

from keys.errors import Text
from node.almanac.errors import LunarOutOfReach, NoSuchLunarDay

FIRST, LAST = 1900, 2100
_MONTHS = ("正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊")
_TENS = ("初", "十", "廿", "三")
_ONES = ("十", "一", "二", "三", "四", "五", "六", "七", "八", "九")


@dataclass(frozen=True, slots=True)
class Lunar:
    """A lunar day; `leap`: its month is the leap month that follows the month of this number."""

    year: int
    month: int
    day: int
    leap: bool = False

    def text(self) -> Text:
        """农历2026年三月初三; lunar 2026-03-03, the month of a leap month with "leap" before it."""
        leap = "leap " if self.leap else ""
        return Text(
            f"农历{self.year}年{month_text(self)}",
            f"lunar {self.year}, {leap}month {self.month}, day {self.day}",
        )


@dataclass(frozen=True, slots=True)
class Festival:
    """A festival by its lunar month and day; day 0 is the last of the month. `names`: as it may be typed."""

    label: Text
    month: int
    day: int
    names: tuple[str, ...] = ()


# A festival of the Yi and others is kept on the 24th in most places and on the 25th in some.
FESTIVALS = (
    Festival(Text("春节", "Spring Festival"), 1, 1, ("大年初一",)),
    Festival(Text("元宵节", "Lantern Festival"), 1, 15, ("元宵", "上元")),
    Festival(Text("二月二", "Second of the Second"), 2, 2, ("龙抬头",)),
    Festival(Text("三月三", "Third of the Third"), 3, 3),
    Festival(Text("四月八", "Eighth of the Fourth"), 4, 8, ("牛王节",)),
    Festival(Text("端午节", "Dragon Boat Festival"), 5, 5, ("端午",)),
    Festival(Text("六月六", "Sixth of the Sixth"), 6, 6),
    Festival(Text("火把节", "Torch Festival"), 6, 24),
    Festival(Text("七夕", "Seventh of the Seventh"), 7, 7),
    Festival(Text("中元节", "Ghost Festival"), 7, 15, ("中元", "七月半")),
    Festival(Text("中秋节", "Mid-Autumn Festival"), 8, 15, ("中秋",)),
    Festival(Text("重阳节", "Double Ninth"), 9, 9, ("重阳",)),
    Festival(Text("腊八节", "Laba"), 12, 8, ("腊八",)),
    Festival(Text("除夕", "New Year's Eve"), 12, 0, ("大年三十",)),
)


def month_text(day: Lunar) -> str:
    """Its month and day in words: 闰四月初八."""
    tens, ones = divmod(day.day, 10)
    word = {10: "初十", 20: "二十", 30: "三十"}.get(day.day) or _TENS[tens] + _ONES[ones]
    return f"{'闰' if day.leap else ''}{_MONTHS[day.month - 1]}月{word}"


def to_solar(day: Lunar) -> datetime.date:
    """Raises NoSuchLunarDay (no 30th in that month, no such leap month), LunarOutOfReach."""
    _check(day.year)
    try:
        found = LunarDate(day.year, day.month, day.day, int(day.leap)).to_solar_date()
    except (InvalidLunarDateError, ValueError) as fault:
        raise NoSuchLunarDay(what=day.text()[0].removeprefix("农历")) from fault
    assert isinstance(found, datetime.date), "the library gives days"
    return found


def to_lunar(day: datetime.date) -> Lunar | None:
    """The lunar day; None before the lunar year 1900 and after 2100."""
    try:
        found = LunarDate.from_solar(day)
    except (InvalidLunarDateError, ValueError):
        return None
    return Lunar(found.year, found.month, found.day, bool(found.leap))


def leap_month(year: int) -> int:
    """The month after which a lunar year has a leap month; 0: it has none. Raises LunarOutOfReach."""
    _check(year)
    return int(LCalendars.leap_month(year))


def festival_day(festival: Festival, year: int) -> Lunar:
    """A festival in a lunar year, never in a leap month. Raises LunarOutOfReach."""
    _check(year)
    last = int(LCalendars.ndays(year, festival.month)) if festival.day == 0 else 0
    return Lunar(year, festival.month, festival.day or last)


def festival_named(name: str) -> Festival | None:
    """By its label in either language or another of its names."""
    return next((f for f in FESTIVALS if name.lower() in _names(f)), None)


def festivals_on(day: Lunar) -> list[Festival]:
    """Festivals that fall on a lunar day."""
    return [f for f in FESTIVALS if f.month == day.month and festival_day(f, day.year) == day]


def _names(festival: Festival) -> tuple[str, ...]:
    zh, en = festival.label
    return zh, en.lower(), *festival.names


def _check(year: int) -> None:
    if not FIRST <= year <= LAST:
        raise LunarOutOfReach(first=FIRST, last=LAST)
