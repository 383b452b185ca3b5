"""Working days against an independent list of China's holidays, and the laws of counting."""

from __future__ import annotations

import datetime
from collections.abc import Iterator

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import Text
from node.almanac import statutory
from node.almanac.days import DAY, add_days
from node.almanac.errors import DayOutOfReach
from node.almanac.workdays import STEPS_MAX, Count, Due, Holiday, Workdays
from node.holidays import shipped

D = datetime.date
TABLE = shipped()
DAYS = st.dates(D(2000, 1, 1), D(2035, 12, 31))
STEPS = st.integers(-300, 300)


def _every(first: D, last: D) -> Iterator[D]:
    while first <= last:
        yield first
        first += DAY


def test_every_day_of_the_table_is_as_the_independent_list_says() -> None:
    wrong = [
        day
        for day in _every(D(2004, 1, 1), D(2026, 12, 31))
        if TABLE.judge(day).working != chinese_calendar.is_workday(day)
    ]
    assert not wrong


def test_only_what_no_notice_has_settled_is_an_estimate() -> None:
    estimated = [d for d in _every(D(2003, 1, 1), D(2027, 12, 31)) if TABLE.judge(d).estimated]
    before = list(_every(D(2003, 1, 1), D(2003, 12, 31)))
    assert estimated == [*before, *_every(D(2026, 12, 25), D(2027, 12, 31))]


def test_beyond_the_table_monday_to_friday_counts() -> None:
    for day in _every(D(2027, 1, 1), D(2028, 12, 31)):
        assert TABLE.judge(day).working == (day.weekday() < 5)


def test_a_year_may_take_the_end_of_the_year_before_with_it() -> None:
    until_2018 = Workdays(h for h in TABLE.holidays if h.year <= 2018)
    assert until_2018.judge(D(2018, 12, 31)).working
    assert until_2018.judge(D(2018, 12, 31)).estimated
    assert not TABLE.judge(D(2018, 12, 31)).working
    assert not TABLE.judge(D(2018, 12, 31)).estimated
    assert TABLE.judge(D(2018, 12, 29)).working  # a Saturday
    assert not until_2018.judge(D(2018, 12, 24)).estimated


@given(DAYS, STEPS)
def test_counting_undoes_adding(day: D, n: int) -> None:
    due = TABLE.add_working_days(day, n)
    assert TABLE.working_days_between(day, due.day) == Count(n, due.estimated)
    assert n == 0 or TABLE.judge(due.day).working


@given(DAYS, DAYS, st.integers(0, 100))
def test_adding_keeps_the_order_and_grows(one: D, other: D, n: int) -> None:
    first, second = sorted((one, other))
    assert TABLE.add_working_days(first, n).day <= TABLE.add_working_days(second, n).day
    assert TABLE.add_working_days(first, n).day < TABLE.add_working_days(first, n + 1).day
    assert TABLE.add_working_days(first, -n).day > TABLE.add_working_days(first, -n - 1).day


@given(DAYS, st.integers(0, 60), st.integers(0, 60))
def test_steps_add_up(day: D, one: int, other: int) -> None:
    whole = TABLE.add_working_days(day, one + other)
    half = TABLE.add_working_days(day, one)
    rest = TABLE.add_working_days(half.day, other)
    assert whole == Due(rest.day, half.estimated or rest.estimated)


@given(DAYS, DAYS, DAYS)
def test_counts_add_up(a: D, b: D, c: D) -> None:
    a, b, c = sorted((a, b, c))
    whole, left, right = (TABLE.working_days_between(*pair) for pair in ((a, c), (a, b), (b, c)))
    assert whole == Count(left.days + right.days, left.estimated or right.estimated)
    oracle = sum(TABLE.judge(day).working for day in _every(a + DAY, c))
    assert whole.days == oracle
    assert TABLE.working_days_in(a, c).days == oracle + TABLE.judge(a).working


@given(st.dates(D(2005, 1, 1), D(2025, 12, 31)), st.dates(D(2005, 1, 1), D(2025, 12, 31)))
def test_a_span_of_the_table_counts_as_the_independent_list_does(a: D, b: D) -> None:
    first, last = sorted((a, b))
    found = TABLE.working_days_in(first, last)
    assert found == Count(len(chinese_calendar.get_workdays(first, last)), False)


@given(DAYS)
def test_the_next_working_day_is_the_first_one(day: D) -> None:
    found = TABLE.next_working_day(day)
    assert TABLE.judge(found.day).working
    assert not any(TABLE.judge(d).working for d in _every(day, found.day - DAY))
    assert found.estimated == any(TABLE.judge(d).estimated for d in _every(day, found.day))


def test_clocks_that_start_in_december_2026() -> None:
    """Thirty calendar days need no table; three working days are certain as long as they end in time."""
    assert add_days(D(2026, 12, 10), 30) == D(2027, 1, 9)
    assert TABLE.add_working_days(D(2026, 12, 18), 3) == Due(D(2026, 12, 23), False)
    assert TABLE.add_working_days(D(2026, 12, 23), 3) == Due(D(2026, 12, 28), True)
    assert TABLE.add_working_days(D(2026, 12, 30), 3) == Due(D(2027, 1, 4), True)
    off = Holiday(
        2027, Text("元旦", "New Year's Day"), (D(2027, 1, 1), D(2027, 1, 2), D(2027, 1, 3))
    )
    known = TABLE.with_years_of(Workdays([off]))
    assert known.add_working_days(D(2026, 12, 30), 3) == Due(D(2027, 1, 5), False)
    assert known.add_working_days(D(2026, 12, 23), 3) == Due(D(2026, 12, 28), False)


def test_one_estimated_day_on_the_way_makes_an_estimate() -> None:
    """Also the first one, where all that follow are certain."""
    only = Workdays([Holiday(2023, Text("劳动节", "Labour Day"), (D(2023, 5, 1),))])
    saturday, monday, tuesday = D(2022, 12, 31), D(2023, 1, 2), D(2023, 1, 3)
    assert only.judge(saturday).estimated
    assert not only.judge(D(2023, 1, 1)).estimated
    assert only.next_working_day(saturday) == Due(monday, True)
    assert only.next_working_day(D(2023, 1, 1)) == Due(monday, False)
    assert only.add_working_days(D(2022, 12, 30), 2) == Due(tuesday, True)
    assert only.add_working_days(saturday, 2) == Due(tuesday, False)
    assert only.working_days_between(D(2022, 12, 30), tuesday) == Count(2, True)
    assert only.working_days_between(saturday, tuesday) == Count(2, False)
    assert only.working_days_in(saturday, tuesday) == Count(2, True)
    assert only.working_days_between(tuesday, saturday) == Count(-1, True)


def test_a_year_is_replaced_as_a_whole() -> None:
    only = Workdays([Holiday(2026, Text("元旦", "New Year's Day"), (D(2026, 1, 1),))])
    mended = TABLE.with_years_of(only)
    assert mended.years == TABLE.years
    assert mended.judge(D(2026, 10, 1)).working
    assert mended.of_year(2025) == TABLE.of_year(2025)


@pytest.mark.parametrize("n", (STEPS_MAX + 1, -STEPS_MAX - 1))
def test_what_is_too_far_is_refused(n: int) -> None:
    with pytest.raises(DayOutOfReach):
        TABLE.add_working_days(D(2026, 1, 1), n)
    with pytest.raises(DayOutOfReach):
        TABLE.add_working_days(D.max, 1)


def test_no_year_of_the_table_lacks_a_holiday_of_the_law() -> None:
    assert [d for year in TABLE.years for d in statutory.missing(TABLE, year)] == []
    empty = Workdays([Holiday(2026, Text("国庆节", "National Day"), (D(2026, 10, 1),))])
    found = statutory.missing(empty, 2026)
    assert D(2026, 2, 17) in found
    assert D(2026, 10, 1) not in found
