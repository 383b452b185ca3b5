"""Turns a lunar day that a clerk typed into the day it is, and remembers it, so that the clerk is told.

The calendar itself is `node.almanac`; it is loaded only where somebody types other than digits.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable


class DayReading:
    """`today`: the day as YYYY-MM-DD; only a question for the year shows it, as what is signed stays so."""

    def __init__(self, today: Callable[[], str]) -> None:
        self._today = today
        self.turned: dict[str, str] = {}
        """What was typed → the day it stands for, of this process."""

    def read(self, text: str) -> str:
        """A day as digits where the text is a lunar day or a festival; any other text as it stands.

        Raises YearNeeded, NoSuchLunarDay, LunarOutOfReach.
        """
        if text.isascii():
            return text
        from node.almanac.typed import solar_day

        found = solar_day(text, datetime.date.fromisoformat(self._today()))
        if found is None:
            return text
        self.turned[text.strip()] = found.isoformat()
        return found.isoformat()
