"""Which days are worked, from a table of holidays; beyond the table Monday to Friday, as an estimate. Pure.

Every answer says whether it is an estimate (暂估). A year's holidays are announced late in the year before,
and may take the last days of that year with them: those are certain only once the table has the next year.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from keys.errors import Text
from node.almanac.days import DAY, add_days
from node.almanac.errors import DayOutOfReach

STEPS_MAX = 4_000
"""Working days that are counted forward or back at most: some sixteen years."""
_SATURDAY = 5
_LAST_WEEK = (12, 25)
"""From this day on the holidays of the next year may reach back."""


@dataclass(frozen=True, slots=True)
class Holiday:
    """One holiday of a year as announced: which days are off, and which weekend days are worked for it."""

    year: int
    name: Text
    rest: tuple[datetime.date, ...]
    work: tuple[datetime.date, ...] = ()


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether a day is worked. `holiday`: what it is off for, or worked for; None on plain days."""

    working: bool
    estimated: bool
    holiday: Text | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """A day that was reckoned."""

    day: datetime.date
    estimated: bool


@dataclass(frozen=True, slots=True)
class Count:
    """Working days that were counted."""

    days: int
    estimated: bool


class Workdays:
    """The table. Where two years name the same day, the later one counts."""

    def __init__(self, holidays: Iterable[Holiday]) -> None:
        self.holidays = tuple(sorted(holidays, key=lambda h: (h.year, h.rest[:1])))
        self.years = frozenset(h.year for h in self.holidays)
        self._named: dict[datetime.date, Judged] = {}
        for h in self.holidays:
            self._named |= {day: Judged(False, False, h.name) for day in h.rest}
            self._named |= {day: Judged(True, False, h.name) for day in h.work}

    def with_years_of(self, other: Workdays) -> Workdays:
        """This table with the years of another in the place of its own."""
        kept = [h for h in self.holidays if h.year not in other.years]
        return Workdays([*kept, *other.holidays])

    def of_year(self, year: int) -> tuple[Holiday, ...]:
        return tuple(h for h in self.holidays if h.year == year)

    def judge(self, day: datetime.date) -> Judged:
        """Whether a day is worked, and whether that is an estimate."""
        named = self._named.get(day)
        if named is not None:
            return named
        return Judged(day.weekday() < _SATURDAY, not self._known(day))

    def add_working_days(self, day: datetime.date, n: int) -> Due:
        """The n-th working day after `day`, which does not count itself; before it where n < 0.

        An estimate if any day on the way is one. Raises DayOutOfReach.
        """
        if abs(n) > STEPS_MAX:
            raise DayOutOfReach
        step, left, estimated = (1 if n > 0 else -1), abs(n), False
        while left:
            day = add_days(day, step)
            judged = self.judge(day)
            left -= judged.working
            estimated |= judged.estimated
        return Due(day, estimated)

    def next_working_day(self, day: datetime.date) -> Due:
        """`day` itself if it is worked, else the first one after it. Raises DayOutOfReach."""
        judged = self.judge(day)
        if judged.working:
            return Due(day, judged.estimated)
        found = self.add_working_days(day, 1)
        return Due(found.day, found.estimated or judged.estimated)

    def working_days_between(self, first: datetime.date, last: datetime.date) -> Count:
        """Working days after `first` up to `last`; negative, of [last, first), where `last` comes before.

        So `add_working_days(first, n)` is n working days away from `first`.
        """
        days, estimated, sign = 0, False, 1 if first <= last else -1
        day = first
        while day != last:
            day += DAY * sign
            judged = self.judge(day)
            days += judged.working
            estimated |= judged.estimated
        return Count(days * sign, estimated)

    def working_days_in(self, first: datetime.date, last: datetime.date) -> Count:
        """Working days from `first` to `last`, both within."""
        rest, judged = self.working_days_between(first, last), self.judge(first)
        return Count(rest.days + judged.working, rest.estimated or judged.estimated)

    def _known(self, day: datetime.date) -> bool:
        if day.year not in self.years:
            return False
        return (day.month, day.day) < _LAST_WEEK or day.year + 1 in self.years
