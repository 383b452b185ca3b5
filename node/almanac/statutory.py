"""Holidays that the law has every year: a table without them is likely not whole. Pure.

Since 2008; the Qingming festival is left out, as its day hangs on the sun and not on the moon.
"""

from __future__ import annotations

import datetime

from node.almanac.lunar import LAST, Lunar, to_solar
from node.almanac.workdays import Workdays

FIRST_YEAR = 2008
_SOLAR = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))
_LUNAR = ((1, 1), (1, 2), (1, 3), (5, 5), (8, 15))


def missing(table: Workdays, year: int) -> list[datetime.date]:
    """Days of a year of the table that are off by law, and on which the table works."""
    if not FIRST_YEAR <= year <= LAST:
        return []
    days = [datetime.date(year, *day) for day in _SOLAR]
    days += [to_solar(Lunar(year, *day)) for day in _LUNAR]
    return sorted(day for day in days if table.judge(day).working)
