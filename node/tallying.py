"""The words in which a sheet of figures is declared, and the tables counted from a declaration. Read only.

A section takes the records of one kind whose day lies in a span, parts them by a field (or has a line for
each measure), and counts. All follows from entries, so the tables are the same wherever the same entries
are; what is not known is told beside, never guessed. Names no kind.
"""

from __future__ import annotations

import datetime
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from crdt.kinds import kind_named
from crdt.kinds.language import Field, Kind
from crdt.kinds.types import Choice, Choices, Items, Slot
from crdt.view import Item, view
from keys.errors import Text
from node.answering import Answer, answers
from node.figures import begins, values
from node.ledgers import Ledger
from node.matters import Matter, matters
from node.service import Service

Value: TypeAlias = int | None
Unless: TypeAlias = tuple[str, tuple[str, ...]]
Json = dict[str, Any]
NOT_STATED = Text("未填", "not stated")
TOTAL = Text("合计", "total")


@dataclass(frozen=True, slots=True)
class Column:
    """`unit`: "count", "times" (people), "fen", "days" or "minutes"."""

    name: str
    label: Text
    unit: str = "count"


@dataclass(frozen=True, slots=True)
class Line:
    """`code`: as it is kept, "" where nothing is stated. `unit`: "" that of the column."""

    code: str
    label: Text
    cells: tuple[Value, ...]
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """What a reader of the table has to know. `what`: a word for programs."""

    what: str
    text: Text
    records: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`total`: None where lines do not add up."""

    name: str
    label: Text
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    total: Line | None
    remarks: tuple[Remark, ...] = ()


class Counting:
    """What stands behind a sheet: the records of one ledger within one span of days."""

    def __init__(self, service: Service, ledger: Ledger, first: str, last: str) -> None:
        self.service = service
        self.ledger = ledger
        self.first, self.last = first, last
        self._matters: dict[str, list[Matter]] = {}

    def of(self, kind: Kind) -> list[Matter]:
        """Every matter of a kind."""
        if kind.name not in self._matters:
            named = [f.name for f in kind.fields if _counts(f)]
            db = self.service.ground.db
            self._matters[kind.name] = matters(db, self.ledger, kind, [*named, "home", "conflicts"])
        return self._matters[kind.name]

    def within(self, kind: Kind, on: str, unless: Unless = ("", ())) -> list[Matter]:
        """Those whose day lies in the span."""
        when = kind.by_name[on]
        return [
            m
            for m in self.of(kind)
            if self.first <= begins(m.cells, when) <= self.last
            and m.cells.get(unless[0]) not in unless[1]
        ]

    def items(self, matter: Matter, collection: str) -> Iterator[Item]:
        """What stands in a collection of a matter; what two of its records say alike stands once."""
        said: list[Json] = []
        for record in matter.records:
            seen = view(self.service.record(self.ledger, record))
            fresh = [i for i in seen.items[collection] if not i.removed and i.fields not in said]
            said += [i.fields for i in fresh]
            yield from fresh

    def answers(self, matter: Matter) -> list[Answer]:
        return answers(self.service.record(self.ledger, matter.records[0]))


def _counts(declared: Field) -> bool:
    """Whether its cell can be counted by: long texts and collections are not asked for."""
    return not isinstance(declared.type, Items) and declared.name not in ("summary", "notes")


# --- measures -------------------------------------------------------------------------------------

Measuring: TypeAlias = Callable[[Counting, Sequence[Matter]], Value]


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of some matters."""

    name: str
    label: Text
    of: Measuring
    unit: str = "count"


def many(**where: str | tuple[str, ...]) -> Measuring:
    """How many, of those whose fields say one of these values; () anything at all."""

    def of(_: Counting, found: Sequence[Matter]) -> Value:
        return sum(_fits(m, where) for m in found)

    return of


def _fits(matter: Matter, where: Mapping[str, str | tuple[str, ...]]) -> bool:
    for name, wanted in where.items():
        said = matter.cells[name]
        codes = (wanted,) if isinstance(wanted, str) else wanted
        if said in (None, "") or (codes and said not in codes):
            return False
    return True


def added(name: str) -> Measuring:
    """The sum of a number; of all townships where each states its own."""

    def of(_: Counting, found: Sequence[Matter]) -> Value:
        alone = [m.cells[name] for m in found if name not in m.stated]
        apart = [n for m in found for n in m.numbers(name).values()]
        return sum(apart) + sum(int(str(n)) for n in alone if n not in (None, ""))

    return of


def median_days(first: str, last: str) -> Measuring:
    """The median of days from one to the other (the lower of two in the middle)."""

    def of(_: Counting, found: Sequence[Matter]) -> Value:
        days = []
        for m in found:
            if m.cells[first] and m.cells[last]:
                begun, ended = (
                    datetime.date.fromisoformat(str(m.cells[n])[:10]) for n in (first, last)
                )
                if ended >= begun:
                    days.append((ended - begun).days)
        return statistics.median_low(days) if days else None

    return of


def of_answers(what: Callable[[list[Answer]], Value]) -> Measuring:
    """A number of the answers that townships gave, or did not."""

    def of(counting: Counting, found: Sequence[Matter]) -> Value:
        return what([a for m in found for a in counting.answers(m)])

    return of


def median_minutes(found: list[Answer]) -> Value:
    minutes = [a.minutes for a in found if a.minutes is not None]
    return statistics.median_low(minutes) if minutes else None


# --- sections -------------------------------------------------------------------------------------

Remarks: TypeAlias = Callable[[Counting, Sequence[Matter]], Iterable[Remark]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A table to be. `on`: the day that decides; `by`: the field that parts them; without it each measure is
    a line. `items`: a collection whose items are counted instead, by its part `by`. `slot`: a field in which
    each township states its number: a column for each. `unless`: (field, values) that do not count."""

    name: str
    label: Text
    kind: str
    on: str
    unless: Unless = ("", ())
    measures: tuple[Measure, ...] = ()
    by: str = ""
    items: str = ""
    slot: str = ""
    remarks: tuple[Remarks, ...] = field(default_factory=tuple)


def table(counting: Counting, section: Section) -> Table:
    """A section, counted."""
    kind = kind_named(section.kind)
    found = counting.within(kind, section.on, section.unless)
    remarks = tuple(r for of in section.remarks for r in of(counting, found))
    if section.items:
        made = _of_items(counting, section, kind, found)
    elif section.by:
        made = _parted(counting, section, kind, found)
    else:
        lines = tuple(
            Line(m.name, m.label, (m.of(counting, found),), m.unit) for m in section.measures
        )
        made = (Column("value", Text("数值", "value")),), lines, None
    return Table(section.name, section.label, *made, remarks)


Made: TypeAlias = tuple[tuple[Column, ...], tuple[Line, ...], Line | None]


def _parted(counting: Counting, section: Section, kind: Kind, found: Sequence[Matter]) -> Made:
    by = kind.by_name[section.by]
    parts: dict[str, list[Matter]] = {code: [] for code in _codes(by.type)}
    for matter in found:
        for code in values(matter.cells, by):
            parts.setdefault(code, []).append(matter)
    townships = [counting.ledger.members.name_of(t) for t in counting.ledger.members.cards]
    columns = [Column(m.name, m.label, m.unit) for m in section.measures]
    if section.slot:
        said = {t for m in found for t in m.stated.get(section.slot, {})}
        townships += sorted(said.difference(townships))  # also who was a member once
        columns += [Column(t, Text(t, t), "times") for t in townships]

    def cells(some: Sequence[Matter]) -> tuple[Value, ...]:
        measured = [m.of(counting, some) for m in section.measures]
        if section.slot:
            stated = [m.numbers(section.slot) for m in some]
            measured += [sum(s.get(t, 0) for s in stated) for t in townships]
        return tuple(measured)

    lines = tuple(Line(code, label_of(by, code), cells(some)) for code, some in _ordered(parts))
    total = Line("total", TOTAL, cells(found))
    return tuple(columns), lines, total


def _of_items(counting: Counting, section: Section, kind: Kind, found: Sequence[Matter]) -> Made:
    of = kind.by_name[section.items].type
    assert isinstance(of, Items), "only a collection has items"
    parted = of.by_name[section.by]
    parts: dict[str, list[Item]] = {code: [] for code in _codes(parted)}
    for matter in found:
        for item in counting.items(matter, section.items):
            parts.setdefault(str(item.fields.get(section.by) or ""), []).append(item)
    column = Column("count", Text("数量", "number"))
    lines = tuple(
        Line(code, _label(parted, code), (len(items),)) for code, items in _ordered(parts)
    )
    total = Line("total", TOTAL, (sum(map(len, parts.values())),))
    return (column,), lines, total


def _ordered(parts: Mapping[str, list[Any]]) -> list[tuple[str, list[Any]]]:
    """As declared, what is not stated last."""
    return sorted(parts.items(), key=lambda part: part[0] == "")


def _codes(of: object) -> list[str]:
    inner = of.of if isinstance(of, (Choices, Slot)) else of
    return inner.codes() if isinstance(inner, Choice) else []


def label_of(by: Field, code: str) -> Text:
    """What a value that parts matters is called."""
    return _label(by.type, code)


def _label(of: object, code: str) -> Text:
    inner = of.of if isinstance(of, (Choices, Slot)) else of
    if not code:
        return NOT_STATED
    if isinstance(inner, Choice):
        return inner.labels.get(code, Text(code, code))
    return Text(code, code)


# --- remarks --------------------------------------------------------------------------------------


def _ids(found: Iterable[Matter]) -> tuple[str, ...]:
    return tuple(m.records[0].hex() for m in found)


def undated(kind_name: str, on: str, unless: Unless = ("", ())) -> Remarks:
    """Who states no day is in no quarter; `unless`: (field, values) of which none is expected."""

    def of(counting: Counting, _: Sequence[Matter]) -> Iterable[Remark]:
        kind = kind_named(kind_name)
        label = kind.by_name[on].label
        undated = [m for m in counting.of(kind) if not m.cells[on]]
        if found := [m for m in undated if m.cells.get(unless[0]) not in unless[1]]:
            zh = f"有 {len(found)} 条没有填{label[0]}，没有算进去"
            en = f"{len(found)} state no {label[1]} and are not counted"
            yield Remark("undated", Text(zh, en), _ids(found))

    return of


def in_question(_: Counting, found: Sequence[Matter]) -> Iterable[Remark]:
    """Of what is in question a field counts with its safe value, or as not stated."""
    if some := [m for m in found if m.cells["conflicts"]]:
        zh = f"有 {len(some)} 条两边说法不一致，核对后数字可能会变"
        en = f"townships differ about {len(some)}: figures may change once it is settled"
        yield Remark("in_question", Text(zh, en), _ids(some))


def joined(_: Counting, found: Sequence[Matter]) -> Iterable[Remark]:
    """What was entered twice and counts once."""
    if some := [m for m in found if len(m.records) > 1]:
        n = sum(len(m.records) - 1 for m in some)
        zh, en = f"重复登记的 {n} 条已并入，只算一次", f"{n} entered twice count once"
        yield Remark("joined", Text(zh, en), _ids(some))


def differing(slot: str, asked: str) -> Remarks:
    """One round about which a township states two numbers; or townships took part and state none."""

    def of(_: Counting, found: Sequence[Matter]) -> Iterable[Remark]:
        two = [m for m in found if any(len(n) > 1 for n in m.stated.get(slot, {}).values())]
        if two:
            zh = f"有 {len(two)} 次同一乡镇报了不同的数，按先登记的一条算"
            en = f"for {len(two)} a township states different numbers: the first record counts"
            yield Remark("differing", Text(zh, en), _ids(two))
        silent = [
            m
            for m in found
            if set(str(m.cells[asked] or "").split("、")) - {""} - m.stated.get(slot, {}).keys()
        ]
        if silent:
            zh = f"有 {len(silent)} 次有参加的乡镇没有报数"
            en = f"for {len(silent)} a township that took part states no number"
            yield Remark("silent", Text(zh, en), _ids(silent))

    return of


def odd_clocks(counting: Counting, found: Sequence[Matter]) -> Iterable[Remark]:
    """Who answered before being told has a wrong clock, or the other has."""
    if some := [m for m in found if any(a.is_odd for a in counting.answers(m))]:
        zh = f"有 {len(some)} 条签收时间早于通知时间，时钟不准，用时没有算"
        en = f"{len(some)} were answered before they were told: a clock is wrong, no time counts"
        yield Remark("odd_clocks", Text(zh, en), _ids(some))


# --- as JSON --------------------------------------------------------------------------------------


def shape(found: Table) -> Json:
    """A table as JSON."""
    return {
        "name": found.name,
        "label": _both(found.label),
        "columns": [
            {"name": c.name, "label": _both(c.label), "unit": c.unit} for c in found.columns
        ],
        "lines": [_line(line) for line in found.lines],
        "total": None if found.total is None else _line(found.total),
        "remarks": [
            {"what": r.what, "text": _both(r.text), "records": list(r.records)}
            for r in found.remarks
        ],
    }


def _line(line: Line) -> Json:
    made: Json = {"code": line.code, "label": _both(line.label), "cells": list(line.cells)}
    return made | ({"unit": line.unit} if line.unit else {})


def _both(text: Text) -> Json:
    return {"zh": text[0], "en": text[1]}
