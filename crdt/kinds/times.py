"""Field types of the clock and the calendar finer or coarser than a day. Knows no kind.

A moment is the wall clock of Asia/Shanghai, the one clock of all townships here; later moments sort after
earlier ones.
"""

from __future__ import annotations

import datetime
import re
from dataclasses import dataclass

from crdt.errors import WHY_NOT_MOMENT, WHY_NOT_QUARTER, WHY_NOT_WEEK
from crdt.kinds.types import DIGITS, Day, FieldType, Scalar, Unfit
from keys.text import nfc

_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}", re.ASCII)
_MOMENT_CODE_POINTS = 16
_TYPED_MOMENT = re.compile(
    r"(.+?[0-9日])[ T]+([0-9]{1,2})[:：点时]([0-9]{2})?分?(?::[0-9]{2})?", re.ASCII
)
_QUARTER = re.compile(r"[0-9]{4}Q[1-4]", re.ASCII)
_TYPED_QUARTER = re.compile(
    r"([0-9]{4}) ?[-年/]? ?(?:第?([1-4一二三四])季度?|[Qq]([1-4]))", re.ASCII
)
_IN_WORDS = {"一": "1", "二": "2", "三": "3", "四": "4"}
_WEEK = re.compile(r"[0-9]{4}-W[0-9]{2}", re.ASCII)
_TYPED_WEEK = re.compile(r"([0-9]{4}) ?[-年/]? ?(?:第?([0-9]{1,2})周|[Ww]([0-9]{1,2}))", re.ASCII)


@dataclass(frozen=True, slots=True)
class Moment(FieldType):
    """A day and a time as YYYY-MM-DD HH:MM."""

    def check(self, value: Scalar) -> None:
        if type(value) is not str or len(value) != _MOMENT_CODE_POINTS:
            raise Unfit(WHY_NOT_MOMENT)
        if not _MOMENT.fullmatch(value):
            raise Unfit(WHY_NOT_MOMENT)
        try:
            datetime.datetime.fromisoformat(value)
        except ValueError:
            raise Unfit(WHY_NOT_MOMENT) from None

    def read(self, text: str) -> Scalar:
        if not (match := _TYPED_MOMENT.fullmatch(text.translate(DIGITS))):
            raise Unfit(WHY_NOT_MOMENT)
        day = str(Day().read(match[1].strip()))
        return f"{day} {int(match[2]):02d}:{int(match[3] or 0):02d}"


@dataclass(frozen=True, slots=True)
class Quarter(FieldType):
    """A quarter of the calendar as 2024Q3."""

    def check(self, value: Scalar) -> None:
        if type(value) is not str or not _QUARTER.fullmatch(value):
            raise Unfit(WHY_NOT_QUARTER)

    def read(self, text: str) -> Scalar:
        if not (match := _TYPED_QUARTER.fullmatch(text.translate(DIGITS))):
            raise Unfit(WHY_NOT_QUARTER)
        number = match[2] or match[3]
        return f"{match[1]}Q{_IN_WORDS.get(number, number)}"


@dataclass(frozen=True, slots=True)
class Week(FieldType):
    """A week of ISO 8601 as 2024-W34; it begins on a Monday."""

    def check(self, value: Scalar) -> None:
        if type(value) is not str or not _WEEK.fullmatch(value):
            raise Unfit(WHY_NOT_WEEK)
        try:
            datetime.date.fromisocalendar(int(value[:4]), int(value[6:]), 1)
        except ValueError:
            raise Unfit(WHY_NOT_WEEK) from None

    def read(self, text: str) -> Scalar:
        if not (match := _TYPED_WEEK.fullmatch(nfc(text).translate(DIGITS))):
            raise Unfit(WHY_NOT_WEEK)
        return f"{match[1]}-W{int(match[2] or match[3]):02d}"
