"""`quarter`: the statistics sheet of a quarter or a year, counted from what is entered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crdt.errors import WHY_EMPTY, BadValue
from crdt.kinds.times import Quarter
from crdt.kinds.types import Unfit
from keys.errors import Text
from node.cli.commands import Argument, command
from node.cli.face import Face

if TYPE_CHECKING:
    from node.quarter import Sheet
    from node.tallying import Line, Table

_PERIOD = Text("季度或年份", "quarter or year")
_HEAD = Text(
    "{ledger} 统计表　{first} 至 {last}",
    "{ledger}: statistics, {first} to {last}",
)
_AS_OF = Text(
    "数据截至 {as_of}；账本状态 {digest}，两个节点相同，数字就相同。",
    "As of {as_of}; ledger {digest}: where two nodes show the same, their figures are the same.",
)
_EMPTY = Text("{what}：没有", "{what}: none")
_ONCE = Text("说是一件事的只算一次。", "What was joined counts once.")


@command(
    "quarter",
    Text(
        "季度统计表：案件、排查、预警、活动，全部从登记的内容算出来；也可以写年份。",
        "The statistics of a quarter, or of a year: cases, rounds, warnings, activities, all counted.",
    ),
    Argument("period", Text("季度或年份", "PERIOD")),
    example="mulin quarter 2024Q3",
)
def quarter(face: Face, period: str) -> None:
    from node import quarter as counting

    first, last = days(period)
    clock_ms = face.service.ground.clock_ms()
    sheet = counting.quarter_sheet(face.service, face.ledger, first, last, clock_ms)
    face.answer(counting.shape(sheet), lambda: _print(face, sheet))


def days(period: str) -> tuple[str, str]:
    """First and last day of a quarter or a year. Raises BadValue."""
    from node.quarter import days_of

    try:
        typed = period.strip().removesuffix("年")
        found = days_of(typed) or days_of(str(Quarter().parse(period)))
    except Unfit as fault:
        raise BadValue(field=_PERIOD, why=fault.why) from fault
    if found is None:
        raise BadValue(field=_PERIOD, why=WHY_EMPTY)
    return found


def _print(face: Face, sheet: Sheet) -> None:
    face.wrapped(_HEAD, ledger=sheet.ledger, first=sheet.first, last=sheet.last)
    face.wrapped(_AS_OF, as_of=sheet.as_of, digest=sheet.digest[:12])
    face.wrapped(_ONCE)
    for found in sheet.tables:
        print_tally(face, found)


def print_tally(face: Face, found: Table) -> None:
    """One table: lines that say nothing but 0 are left out; programs get them."""
    from node.cli.tables import Column, print_table
    from node.quarter import shown

    face.line()
    lines = [line for line in found.lines if found.total is None or any(line.cells)]
    if not lines:
        face.say(_EMPTY, what=found.label)
    else:
        lines += [found.total] if found.total is not None else []
        columns = [
            Column(found.label, fold=True, most=36),
            *(Column(c.label, fold=True) for c in found.columns),
        ]

        def cells(line: Line) -> list[str]:
            units = [line.unit or c.unit for c in found.columns]
            numbers = zip(line.cells, units, strict=True)
            return [
                line.label.say(face.lang),
                *(shown(value, unit, face.lang) for value, unit in numbers),
            ]

        print_table(face.lang, columns, [cells(line) for line in lines])
    for remark in found.remarks:
        face.wrapped(_starred(remark.text))


def _starred(text: Text) -> Text:
    return Text("※ " + text[0], "* " + text[1])
