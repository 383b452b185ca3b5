"""The language in which an alliance's records are planned: so many of a kind, with fields drawn like this.

A plan is data: a row says how many records there are, on which days, who enters them, what stands in their
fields and what is done with them afterwards. What stands in a field is a text with places to fill, or a
drawer: a function of the record's turn. Knows no kind of record and no alliance.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from random import Random
from typing import TypeAlias

from node.demo.model import Member
from node.demo.words import TOWNSHIPS, VILLAGES


@dataclass(frozen=True, slots=True)
class Turn:
    """One record on its way. `number` counts from 1 up to `of`; `place` is that of its township.

    `day` moves on with every step; `by` is the place of whoever acts now.
    """

    number: int
    of: int
    day: datetime.date
    members: tuple[Member, ...]
    place: int
    by: int
    rng: Random

    def member(self, further: int = 0) -> Member:
        """The township of the record, or one that comes so many places after it."""
        return self.members[(self.place + further) % len(self.members)]

    def village(self, further: int = 0) -> str:
        """A village of that township, another one in every round of the townships."""
        listed = VILLAGES[(self.place + further) % len(self.members)]
        return listed[(self.number - 1) // len(self.members) % len(listed)]


Draw: TypeAlias = str | Callable[[Turn], str]
Fields: TypeAlias = Mapping[str, Draw]
When: TypeAlias = Callable[[int, int], datetime.date]
"""The day on which record `number` of `of` is entered."""

EACH = -1
"""Every township, the record's own first."""
OTHERS = -2
"""Every township but the record's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """What is done with a record: fields are stated; or an item is put `into` a collection; or its words are
    confirmed where nothing is stated. `who`: so many places after the record's township, EACH or OTHERS."""

    fields: Fields = field(default_factory=dict)
    who: int = 0
    into: str = ""
    days: int = 0
    at: str = "10:00"
    post: str = ""
    reason: Draw = "按实际情况更新"
    unaware: bool = False
    """Said by who has not heard of the steps just before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Records of one kind. `name` begins their refs; `by` says in turn whose they are, by place.

    `each`: what differs from record to record, in turn. `paths`: (count, steps), in turn, after `then`. Where
    it `grows` there are `count` of them for every size.
    """

    name: str
    kind: str
    count: int
    when: When
    fields: Fields
    by: tuple[int, ...] = ()
    at: str = "09:00"
    post: str = "综治中心"
    each: tuple[Fields, ...] = ()
    then: tuple[Step, ...] = ()
    paths: tuple[tuple[int, tuple[Step, ...]], ...] = ()
    grows: bool = True
    counted: bool = False
    """The record is made by the program, which counts the figures of the week of that day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chairs:
    """So many quarters in which the townships took the chair in turn, the first of them in `first`."""

    first: str
    count: int


def ref_of(name: str, number: int) -> str:
    return f"{name}-{number:05d}"


# --- days -----------------------------------------------------------------------------------------


def evenly(first: str, last: str) -> When:
    """From the first day to the last, as evenly as it goes."""
    start = datetime.date.fromisoformat(first)
    span = (datetime.date.fromisoformat(last) - start).days
    return lambda number, of: start + datetime.timedelta(days=span * (number - 1) // max(of - 1, 1))


def every(days: int, first: str) -> When:
    """Every so many days from the first on."""
    start = datetime.date.fromisoformat(first)
    return lambda number, _of: start + datetime.timedelta(days=days * (number - 1))


def quarterly(first: str) -> When:
    """The same day of every third month."""
    start = datetime.date.fromisoformat(first)

    def day(number: int, _of: int) -> datetime.date:
        months = start.month - 1 + 3 * (number - 1)
        return start.replace(year=start.year + months // 12, month=months % 12 + 1)

    return day


def on_days(*days: str) -> When:
    """These days in turn."""
    listed = [datetime.date.fromisoformat(day) for day in days]
    return lambda number, _of: listed[(number - 1) % len(listed)]


# --- what stands in a field -----------------------------------------------------------------------


def drawn(value: Draw, turn: Turn) -> str:
    """What stands in the field in this turn; "" where nothing is stated."""
    if callable(value):
        return value(turn)
    if "{" not in value:
        return value
    return value.format(
        n=turn.number,
        year=turn.day.year,
        month=turn.day.month,
        quarter=(turn.day.month + 2) // 3,
        village=turn.village(),
        across=turn.village(1),
        short=TOWNSHIPS[turn.member().code][0],
        next=TOWNSHIPS[turn.member(1).code][0],
        area=TOWNSHIPS[turn.member().code][1],
    )


def in_turn(*values: Draw) -> Draw:
    """One after the other, and from the beginning again."""
    return lambda turn: drawn(values[(turn.number - 1) % len(values)], turn)


def one_of(*values: Draw) -> Draw:
    """Any of them."""
    return lambda turn: drawn(turn.rng.choice(values), turn)


def at_turn(number: int, special: Draw, usual: Draw) -> Draw:
    """In one turn something else stands there."""
    return lambda turn: drawn(special if turn.number == number else usual, turn)


def whole(least: int, most: int, step: int = 1) -> Draw:
    """Any number of a range."""
    return lambda turn: str(turn.rng.randrange(least, most + 1, step))


def share(*totals: int, among: int) -> Draw:
    """A part of the total of whoever acts, so that `among` records in a row make it up to the last one."""

    def part(turn: Turn) -> str:
        total, n = totals[turn.by], (turn.number - 1) % among
        return str(total * (n + 1) // among - total * n // among)

    return part


def on(days: int = 0) -> Draw:
    """The day of the record, or so many days after it."""
    return lambda turn: (turn.day + datetime.timedelta(days=days)).isoformat()


def clock(at: str, days: int = 0) -> Draw:
    """A moment of that day."""
    return lambda turn: f"{(turn.day + datetime.timedelta(days=days)).isoformat()} {at}"


def of_quarter(turn: Turn) -> str:
    return f"{turn.day.year}Q{(turn.day.month + 2) // 3}"


def of_week(turn: Turn) -> str:
    year, week, _ = turn.day.isocalendar()
    return f"{year}-W{week:02d}"


def other(name: str, count: int, step: int = 1) -> Draw:
    """Another planned record: of `count` called `name` one for every `step` turns."""
    return lambda turn: ref_of(name, (turn.number - 1) // step % count + 1)


def village_of(further: int = 0, nth: int = 0) -> Draw:
    """One of the villages of a township, the same in every turn."""
    return lambda turn: VILLAGES[(turn.place + further) % len(turn.members)][nth]


def township(further: int = 0) -> Draw:
    return lambda turn: turn.member(further).code


def all_townships(turn: Turn) -> str:
    return "、".join(m.code for m in turn.members)


def other_townships(turn: Turn) -> str:
    return "、".join(turn.member(i).code for i in range(1, len(turn.members)))
