"""The lunar calendar against one that is reckoned from the sky, and how people type its days."""

from __future__ import annotations

import contextlib
import datetime
import warnings
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.almanac import typed
from node.almanac.errors import LunarOutOfReach, NoSuchLunarDay, YearNeeded
from node.almanac.lunar import (
    FESTIVALS,
    FIRST,
    LAST,
    Lunar,
    festival_day,
    festivals_on,
    leap_month,
    month_text,
    to_lunar,
    to_solar,
)
from node.dayreading import DayReading

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # its binding is older than CPython 3.12
    import sxtwl

D = datetime.date
TODAY = D(2026, 11, 26)
# Where a new moon is so close to midnight that tables and reckoning differ by a day, for one month.
CLOSE = {(2057, 9), (2089, 9), (2097, 8)}


def _reckoned(day: D) -> Lunar:
    found: Any = sxtwl.fromSolar(day.year, day.month, day.day)
    return Lunar(
        found.getLunarYear(), found.getLunarMonth(), found.getLunarDay(), found.isLunarLeap()
    )


def test_every_month_of_two_centuries_agrees_with_the_sky() -> None:
    """Months that begin on the same days, each where the one before ends, have the same days."""
    day, months, differ = D(1900, 1, 31), 0, set()
    while day < D(2101, 1, 29):
        moon = to_lunar(day)
        assert moon is not None
        assert moon.day == 1
        if moon != _reckoned(day):
            differ.add((day.year, day.month))
        long = to_lunar(day + datetime.timedelta(29))
        day += datetime.timedelta(30 if long is not None and long.day == 30 else 29)
        months += 1
    assert months == 201 * 12 + sum(leap_month(year) > 0 for year in range(FIRST, LAST + 1))
    assert differ == CLOSE


@given(st.dates(D(1900, 1, 31), D(2101, 1, 28)))
def test_there_and_back(day: D) -> None:
    found = to_lunar(day)
    assert found is not None
    assert to_solar(found) == day
    assert found.leap is False or leap_month(found.year) == found.month
    assert all(festival_day(f, found.year) == found for f in festivals_on(found))
    assert typed.solar_day(found.text()[0], TODAY) == day
    words = f"{found.year}年{month_text(found)}"
    assert typed.solar_day(words, TODAY) == day


@pytest.mark.parametrize("day", (D(1900, 1, 30), D(2101, 1, 29), D.min, D.max))
def test_outside_of_the_table_no_lunar_day_is_invented(day: D) -> None:
    assert to_lunar(day) is None


# From published calendars, among them the 30th that only some years have.
@pytest.mark.parametrize(
    ("text", "day"),
    (
        ("2026年三月三", D(2026, 4, 19)),
        ("2026 三月三", D(2026, 4, 19)),
        ("农历2026年三月初三", D(2026, 4, 19)),
        ("2026年农历三月初三", D(2026, 4, 19)),
        ("農曆2026年三月初三", D(2026, 4, 19)),
        ("农历2026年三月三日", D(2026, 4, 19)),
        ("农历2026年3月3日", D(2026, 4, 19)),
        ("农历 2026-03-03", D(2026, 4, 19)),
        ("农历２０２６．３．３", D(2026, 4, 19)),
        ("阴历2026年三月初三", D(2026, 4, 19)),
        ("2024 春节", D(2024, 2, 10)),
        ("2025年春节", D(2025, 1, 29)),
        ("2026年春节", D(2026, 2, 17)),
        ("2027春节", D(2027, 2, 6)),
        ("2026 Spring Festival", D(2026, 2, 17)),
        ("2026端午", D(2026, 6, 19)),
        ("2025中秋节", D(2025, 10, 6)),
        ("2026年六月六", D(2026, 7, 19)),
        ("2026火把节", D(2026, 8, 6)),
        ("2026年九月九", D(2026, 10, 18)),
        ("2026年腊月初八", D(2027, 1, 15)),
        ("2025年除夕", D(2026, 2, 16)),
        ("2023年大年三十", D(2024, 2, 9)),
        ("2020年四月初八", D(2020, 4, 30)),
        ("2020年闰四月初八", D(2020, 5, 30)),
        ("农历2020年闰4月8日", D(2020, 5, 30)),
        ("2023年闰二月廿九", D(2023, 4, 19)),
        ("2025年闰六月初一", D(2025, 7, 25)),
        ("2033年闰十一月初一", D(2033, 12, 22)),
        ("2033年闰冬月初一", D(2033, 12, 22)),
        ("2026年十一月十一", D(2026, 12, 19)),
        ("2026年八月十五", D(2026, 9, 25)),
        ("2026年正月三十", D(2026, 3, 18)),
        ("2026年正月二十九", D(2026, 3, 17)),
        ("2026年正月廿", D(2026, 3, 8)),
    ),
)
def test_days_as_they_are_typed(text: str, day: D) -> None:
    assert typed.solar_day(text, TODAY) == day


@pytest.mark.parametrize(
    "text",
    ("", " ", "2026-03-03", "2026年3月3日", "三月三日", "2026年三月三号", "3月3日", "十三月初一",
     "农历", "2026", "2026年", "农历2026年13月1日", "农历2026年0月1日", "节", "三月", "春节2026", "農"),
)  # fmt: skip
def test_what_is_no_lunar_day_is_left_alone(text: str) -> None:
    assert typed.solar_day(text, TODAY) is None


@pytest.mark.parametrize(
    "text",
    ("2026年闰四月初一", "2026年三月三十一", "2025年腊月三十", "农历2026年3月39日", "闰正月初一"),
)
def test_days_that_the_year_does_not_have_are_refused(text: str) -> None:
    with pytest.raises(NoSuchLunarDay):
        typed.solar_day(text, TODAY)


@pytest.mark.parametrize("text", ("1899年三月三", "2101年春节", "农历9999年1月1日", "0000除夕"))
def test_years_beyond_the_table_are_refused(text: str) -> None:
    with pytest.raises(LunarOutOfReach):
        typed.solar_day(text, TODAY)


def test_without_a_year_both_neighbours_are_offered() -> None:
    with pytest.raises(YearNeeded) as fault:
        typed.solar_day("三月三", TODAY)
    said = fault.value.say("zh")
    assert "农历2026年三月初三（2026-04-19）" in said
    assert "农历2027年三月初三（2027-04-09）" in said


def test_a_leap_month_may_have_been_only_once() -> None:
    found = typed.read("闰十一月初一")
    assert found is not None
    before, after = typed.around(found, TODAY)
    assert before is None
    assert after is not None
    assert after[1] == D(2033, 12, 22)
    assert typed.around(found, D(2050, 1, 1))[0] == after


@pytest.mark.parametrize("festival", FESTIVALS, ids=lambda f: f.label[0])
def test_a_festival_is_read_by_its_names_and_shown_on_its_day(festival: Any) -> None:
    for year in range(2000, 2050):
        moon = festival_day(festival, year)
        assert festivals_on(moon) == [festival]
        assert _reckoned(to_solar(moon)) == moon
    for name in (*festival.label, *festival.names):
        assert typed.solar_day(f"2026 {name}", TODAY) == to_solar(festival_day(festival, 2026))


@given(
    st.text(
        st.sampled_from("农历年月日号闰正初十廿卅三一二九冬腊0123456789-/. 春节端午"), max_size=14
    )
)
def test_nothing_that_is_typed_breaks_the_reading(text: str) -> None:
    reading = DayReading(TODAY.isoformat)
    found = ""
    with contextlib.suppress(YearNeeded, NoSuchLunarDay, LunarOutOfReach):
        found = reading.read(text)
        assert found == text or D.fromisoformat(found) > D.min
    assert bool(reading.turned) == (found not in ("", text))
