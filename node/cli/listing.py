"""Lists of records: what a filter means for a field, which columns a kind gets, and printing them.

Filters read the cells of the read model: a code or its label, the beginning of a day, a part of a text.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from crdt.errors import BadValue
from crdt.kinds import KINDS
from crdt.kinds.language import Field, Kind
from crdt.kinds.references import RecordRef, TownshipRef
from crdt.kinds.types import (
    Choice,
    Choices,
    Day,
    FieldType,
    Flag,
    Number,
    Scalar,
    State,
    Townships,
    Unfit,
)
from keys.errors import Text
from node.cli import language
from node.cli.commands import Option
from node.cli.face import Face
from node.cli.moments import day
from node.cli.newer import say_newer

if TYPE_CHECKING:
    from node.cli.tables import Column

_SHOWN_MAX = 50
_HOME = Text("登记乡镇", "entered by")
_HOME_NAMES = ("home", *_HOME)
_EXTRA_MAX = 2
_Line: TypeAlias = dict[str, Any]
LIMIT = Option(
    "--limit",
    Text("最多列几条（缺省 50，JSON 不限）", "how many at most (default 50; JSON: all)"),
    Text("条数", "N"),
    type=click.IntRange(1, 1_000_000),
)


def list_records(
    face: Face, kind: Kind, filters: Sequence[str], *, only_conflicts: bool, limit: int | None
) -> None:
    """`KIND list`."""
    if not filters and not only_conflicts:
        most = limit or (None if face.json else _SHOWN_MAX)
        lines, count = face.reading.newest(face.ledger, kind.name, most)
        answer_lines(face, lines, kind, limit, count)
        return
    answer_lines(face, chosen(face, kind, filters, only_conflicts=only_conflicts), kind, limit)


def chosen(
    face: Face, kind: Kind, filters: Sequence[str], *, only_conflicts: bool = False
) -> list[_Line]:
    """The lines that fit every filter. Raises BadAssignment, UnknownField, BadValue, NotFound, Ambiguous."""
    from node.assign import split_assignments

    wanted = [_filter(face, kind, name, text) for name, text in split_assignments(filters).items()]
    return [
        line
        for line in face.reading.records(face.ledger, kind.name)
        if (line["conflicts"] or not only_conflicts) and all(fits(line) for fits in wanted)
    ]


def answer_lines(
    face: Face, found: list[_Line], kind: Kind | None, limit: int | None, count: int | None = None
) -> None:
    """Lines of a list as JSON or as a table; of all kinds where `kind` is None.

    `count`: how many there are, if not all of them are in `found`.
    """
    most = limit or (len(found) if face.json else _SHOWN_MAX)
    there_are = len(found) if count is None else count
    face.answer(found[:most], lambda: _print_lines(face, found, kind, most, there_are))


def _print_lines(
    face: Face, found: list[_Line], kind: Kind | None, most: int, there_are: int
) -> None:
    from node.cli.tables import print_table

    if not found:
        face.say(Text("没有符合的记录。", "No such records."))
        say_newer(face)
        return
    columns = _columns(kind, differ=any(line["conflicts"] for line in found[:most]))
    rows = [[cell(line, face.lang) for _, cell in columns] for line in found[:most]]
    print_table(face.lang, [column for column, _ in columns], rows)
    if there_are > most:
        face.say(
            Text(
                "共 {all} 条，只列了 {most} 条；加 --limit {all} 全部列出。",
                "{most} of {all}; --limit {all} lists them all.",
            ),
            all=there_are,
            most=most,
        )
    say_newer(face)


def _columns(
    kind: Kind | None, *, differ: bool
) -> list[tuple[Column, Callable[[_Line, str], str]]]:
    """The columns of a list and how each reads a line in a language; of all kinds where `kind` is None."""
    from node.cli.tables import Column

    found: list[tuple[Column, Callable[[_Line, str], str]]] = [
        (Column(language.ID, fixed=True), lambda line, _: line["id"][:8]),
        (Column(language.TITLE), lambda line, _: line["title"]),
    ]
    extra = [] if kind is None else _extra_fields(kind)
    if kind is None:
        column = Column(Text("种类", "kind"), fixed=True)
        found.append((column, lambda line, lang: KINDS[line["kind"]].label.say(lang)))
    found += [(Column(f.label, fixed=isinstance(f.type, State)), _cell_of(f)) for f in extra]
    found.append((Column(_HOME), lambda line, _: line["home"]))
    if len(extra) < _EXTRA_MAX:
        found.append(
            (Column(Text("更新", "updated"), fixed=True), lambda line, _: day(line["updated"]))
        )
    if differ:
        column = Column(Text("待核对", "to settle"), fixed=True)
        found.append((column, lambda line, _: str(line["conflicts"] or "")))
    return found


def _extra_fields(kind: Kind) -> list[Field]:
    """What a list shows beside the title: the state, and what is required but stands in no title; of what is
    sealed the state alone."""
    found = [
        f
        for f in kind.fields
        if isinstance(f.type, State)
        or (f.required and f.name not in kind.title and not kind.sealed)
    ]
    return found[:_EXTRA_MAX]


def _cell_of(declared: Field) -> Callable[[_Line, str], str]:
    return lambda line, lang: declared.type.show(line["row"].get(declared.name), lang)


def _filter(face: Face, kind: Kind, name: str, text: str) -> Callable[[_Line], bool]:
    """Whether a line's cell says what was asked for. Raises UnknownField, BadValue, NotFound, Ambiguous."""
    from node.assign import field_named

    members = face.ledger.members
    text = text.strip()
    if name in _HOME_NAMES:
        home = members.name_of(members.find(text))
        return lambda line: bool(line["home"] == home)
    declared = field_named(kind, name)

    def cell(line: _Line) -> str:
        found = line["row"].get(declared.name)
        return "" if found is None else str(found)

    if not text:
        return lambda line: not cell(line)
    match declared.type:
        case Choices():
            code = str(_value(declared, declared.type.of, text))
            return lambda line: code in cell(line).split(",")
        case Townships():
            member = members.name_of(members.find(text))
            return lambda line: member in cell(line).split("、")
        case TownshipRef():
            member = members.name_of(members.find(text))
            return lambda line: cell(line) == member
        case Day() | RecordRef():
            return lambda line: cell(line).startswith(text)
        case Choice() | Flag() | Number():
            value = _value(declared, declared.type, text)
            shown = str(int(value) if isinstance(value, bool) else value)
            return lambda line: cell(line) == shown
        case _:
            from node.folding import fold

            part = fold(text)
            return lambda line: part in fold(cell(line))


def _value(declared: Field, of: FieldType, text: str) -> Scalar:
    from node.choosing import read_value

    try:
        return read_value(of, text)
    except Unfit as fault:
        raise BadValue(field=declared.label, why=fault.why) from fault
