"""Calendar days, ISO weeks and quarters against the standard library."""

from __future__ import annotations

import calendar
import datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt import rotation
from node.almanac import days
from node.almanac.errors import DayOutOfReach

DAYS = st.dates(datetime.date(1000, 1, 10), datetime.date(9999, 12, 20))


@given(DAYS)
def test_a_day_lies_in_its_week_and_quarter(day: datetime.date) -> None:
    year, week, _ = day.isocalendar()
    assert days.week_text(day) == f"{year}-W{week:02d}"
    span = days.read_week(days.week_text(day))
    assert span is not None
    assert span.first.isoweekday() == 1
    assert (span.last - span.first).days == 6
    assert span.first <= day <= span.last
    number = days.quarter_of(day)
    quarter = days.quarter_span(number)
    assert quarter.first <= day <= quarter.last
    assert days.read_quarter(days.quarter_text(number)) == number
    assert days.quarter_text(number) == rotation.quarter_text(number)


@pytest.mark.parametrize("year", (1999, 2000, 2023, 2024, 2100))
def test_the_quarters_of_a_year_leave_no_day_out(year: int) -> None:
    spans = [days.quarter_span(year * 4 + n) for n in range(4)]
    assert sum((s.last - s.first).days + 1 for s in spans) == 365 + calendar.isleap(year)
    assert [s.first.month for s in spans] == [1, 4, 7, 10]


@pytest.mark.parametrize(
    "text",
    ("2024Q3", "2024q3", "2024-Q3", "2024 Q3", "2024年第三季度", "2024年3季度", "2024第三季"),
)
def test_ways_to_write_a_quarter(text: str) -> None:
    assert days.read_quarter(text) == 2024 * 4 + 2


@pytest.mark.parametrize(
    "text", ("", "2024", "2024Q5", "2024Q0", "24Q3", "Q3", "0000Q1", "20243", "２")
)
def test_what_is_no_quarter(text: str) -> None:
    assert days.read_quarter(text) is None


@pytest.mark.parametrize("text", ("2026-W54", "2025-W53", "2026-W00", "0000-W01", "W01"))
def test_what_is_no_week(text: str) -> None:
    assert days.read_week(text) is None


@given(DAYS, st.integers(-400_000, 400_000))
def test_calendar_days_are_added_and_taken_away(day: datetime.date, n: int) -> None:
    try:
        later = days.add_days(day, n)
    except DayOutOfReach:
        assert not 1 <= day.toordinal() + n <= datetime.date.max.toordinal()
        return
    assert later.toordinal() - day.toordinal() == n


@given(st.sets(st.dates(datetime.date(2026, 1, 1), datetime.date(2026, 2, 1))))
def test_runs_hold_every_day_once(some: set[datetime.date]) -> None:
    found = days.runs(sorted(some))
    assert [day for run in found for day in run] == sorted(some)
    for one, other in pairwise(found):
        assert (other[0] - one[-1]).days > 1
