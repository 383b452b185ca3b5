"""Calendar days: adding, ISO weeks, quarters. Knows neither holidays nor the moon.

A quarter is counted from the year 0: year * 4 + 0…3, as the rotating chair counts them.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass

from keys.errors import Text
from node.almanac.errors import DayOutOfReach

DAY = datetime.timedelta(days=1)
WEEKDAYS = (
    Text("星期一", "Monday"),
    Text("星期二", "Tuesday"),
    Text("星期三", "Wednesday"),
    Text("星期四", "Thursday"),
    Text("星期五", "Friday"),
    Text("星期六", "Saturday"),
    Text("星期日", "Sunday"),
)
_WEEK = re.compile(r"([0-9]{4})-?[Ww]([0-9]{2})", re.ASCII)
_YEAR = re.compile(r"([0-9]{4}) ?年?", re.ASCII)
_QUARTER = re.compile(
    r"([0-9]{4}) ?(?:-?[Qq]([1-4])|年? ?第?([1-4一二三四])季度?)",
    re.ASCII,
)
_NUMERALS = "一二三四"


@dataclass(frozen=True, slots=True)
class Span:
    """Days from `first` to `last`, both within."""

    first: datetime.date
    last: datetime.date


def add_days(day: datetime.date, n: int) -> datetime.date:
    """The day `n` calendar days later, or earlier where n < 0. Raises DayOutOfReach."""
    try:
        return day + datetime.timedelta(days=n)
    except OverflowError as fault:
        raise DayOutOfReach from fault


def runs(days: Iterable[datetime.date]) -> list[list[datetime.date]]:
    """Days in rising order, parted where one is missing."""
    found: list[list[datetime.date]] = []
    for day in days:
        if found and found[-1][-1] + DAY == day:
            found[-1].append(day)
        else:
            found.append([day])
    return found


def week_text(day: datetime.date) -> str:
    """The ISO week of a day: 2026-W48. Its year is not always the day's."""
    year, week, _ = day.isocalendar()
    return f"{year:04d}-W{week:02d}"


def read_week(text: str) -> Span | None:
    """Monday to Sunday of 2026-W48; None if that is no week."""
    if not (match := _WEEK.fullmatch(text)):
        return None
    try:
        first = datetime.date.fromisocalendar(int(match[1]), int(match[2]), 1)
        return Span(first, add_days(first, 6))
    except (ValueError, DayOutOfReach):
        return None


def quarter_of(day: datetime.date) -> int:
    """The number of a day's quarter."""
    return day.year * 4 + (day.month - 1) // 3


def quarter_text(quarter: int) -> str:
    return f"{quarter // 4:04d}Q{quarter % 4 + 1}"


def read_quarter(text: str) -> int | None:
    """A quarter written 2024Q3, 2024年第三季度, 2024年3季度; None if it is none."""
    if not (match := _QUARTER.fullmatch(text)) or int(match[1]) == 0:
        return None
    which = match[2] or match[3]
    place = _NUMERALS.index(which) if which in _NUMERALS else int(which) - 1
    return int(match[1]) * 4 + place


def quarter_span(quarter: int) -> Span:
    """The days of a quarter of the years 1 … 9999."""
    year, month = quarter // 4, quarter % 4 * 3 + 1
    last = datetime.date(year, month + 2, 30 if month in (4, 7) else 31)
    return Span(datetime.date(year, month, 1), last)


def read_year(text: str) -> Span | None:
    """The days of 2026 or 2026年; None if that is no year."""
    if not (match := _YEAR.fullmatch(text)) or int(match[1]) == 0:
        return None
    year = int(match[1])
    return Span(datetime.date(year, 1, 1), datetime.date(year, 12, 31))
