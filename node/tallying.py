"""The words in which a sheet of figures is declared, and the tables counted from a declaration. Read only.

A section takes the records of one kind whose day lies in a span, parts them by a field (or has a line for
each measure), and counts. All follows from entries, so the tables are the same wherever the same entries
are; what is not known is told beside, never guessed. Names no kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from crdt.kinds import kind_named
from crdt.kinds.language import Field, Kind
from crdt.kinds.types import Choice, Choices, Items, Slot
from crdt.view import Item
from keys.errors import Text
from node.counting import Counting, Measure, Unless, Value
from node.figures import values
from node.matters import Matter

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
