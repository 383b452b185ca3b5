"""Lists of records: what a filter means for a field, which columns a kind gets, and printing them.

Filters read the cells of the read model: a code or its label, the beginning of a day, a part of a text.
"""

from __future__ import annotations

import functools
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
    Items,
    Number,
    Phone,
    Scalar,
    Slot,
    State,
    Townships,
    Unfit,
)
from keys.errors import Text
from node.cells import codes, each, lines, short, townships
from node.cli import language
from node.cli.commands import Option
from node.cli.face import Face
from node.cli.moments import day
from node.cli.newer import say_newer

if TYPE_CHECKING:
    from node.cli.tables import Column
    from node.store.model import RecordRow

_SHOWN_MAX = 50
_HOME = Text("登记乡镇", "entered by")
_HOME_NAMES = ("home", *_HOME)
_EXTRA_MAX = 2
_OVER = Text(
    "另有 {n} 条已过有效期，没有列出；加 --all 一并列出。",
    "Valid no more and not listed: {n}; --all lists them too.",
)
_Line: TypeAlias = dict[str, Any]
LIMIT = Option(
    "--limit",
    Text("最多列几条（缺省 50，JSON 不限）", "how many at most (default 50; JSON: all)"),
    Text("条数", "N"),
    type=click.IntRange(1, 1_000_000),
)


def list_records(
    face: Face,
    kind: Kind,
    filters: Sequence[str],
    *,
    only_conflicts: bool,
    limit: int | None,
    everything: bool = True,
) -> None:
    """`KIND list`. Unless `everything` is asked for, without what is valid no more."""
    day = "" if everything else face.service.seals.today()
    most = limit or (None if face.json else _SHOWN_MAX)
    if not filters and not only_conflicts:
        lines, count, over = face.reading.newest(face.ledger, kind.name, most, day)
    else:
        fitting = _fitting(face, kind, filters, only_conflicts=only_conflicts)
        valid = [row for row, until in fitting if not until or until >= day]
        count, over = len(valid), len(fitting) - len(valid)
        lines = face.reading.lines(face.ledger, valid[:most])
    answer_lines(face, lines, kind, limit, count)
    if over:
        face.say(_OVER, n=over)


def chosen(face: Face, kind: Kind, filters: Sequence[str]) -> list[_Line]:
    """The lines that fit every filter. Raises BadAssignment, UnknownField, BadValue, NotFound, Ambiguous."""
    fitting = _fitting(face, kind, filters, only_conflicts=False)
    return face.reading.lines(face.ledger, [row for row, _ in fitting])


def _fitting(
    face: Face, kind: Kind, filters: Sequence[str], *, only_conflicts: bool
) -> list[tuple[RecordRow, str]]:
    """Records that fit every filter, newest first, each with the last day on which it is valid, or "".

    Only the cells that are asked for are read: of the others there may be very many.
    """
    from node.assign import field_named, split_assignments
    from node.store.pages import Pages

    typed, ledger, ground = split_assignments(filters), face.ledger, face.service.ground
    wanted = [filter_of(face, kind, name, text) for name, text in typed.items()]
    named = [field_named(kind, name).name for name in typed if name not in _HOME_NAMES]
    names = list(dict.fromkeys([*named, *([kind.until] if kind.until else [])]))
    cells = dict(Pages(ground.db).rows(ledger.n, kind, names))
    found: list[tuple[RecordRow, str]] = []
    for row in ground.model.records(ledger.n, kind.name):
        said = cells.get(row.id, {})
        line = {"row": said, "home": ledger.members.name_of(row.home)}
        if (row.open or not only_conflicts) and all(fits(line) for fits in wanted):
            found.append((row, str(said.get(kind.until) or "")))
    return found


_SOME = Text(
    "共 {all} 条，只列了 {most} 条；加 --limit {all} 全部列出。",
    "{most} of {all}; --limit {all} lists them all.",
)
_VERY_MANY = Text(
    "很多，只列了 {most} 条；请写得更具体，或加 --limit 写明要多少条。",
    "Very many; {most} are listed. Say more of it, or how many you want with --limit.",
)


def answer_lines(
    face: Face,
    found: list[_Line],
    kind: Kind | None,
    limit: int | None,
    count: int | None = None,
    *,
    counted: bool = True,
) -> None:
    """Lines of a list as JSON or as a table; of all kinds where `kind` is None.

    `count`: how many there are, if not all of them are in `found`; not `counted`: there are at least so many.
    """
    most = limit or (len(found) if face.json else _SHOWN_MAX)
    there_are = len(found) if count is None else count
    listed = found[:most]
    face.answer(listed, lambda: _print_lines(face, listed, kind))
    if face.json:
        return
    if there_are > most:
        face.wrapped(_SOME if counted else _VERY_MANY, all=there_are, most=len(listed))
    say_newer(face)


def _print_lines(face: Face, listed: list[_Line], kind: Kind | None) -> None:
    from node.cli.tables import print_table

    if not listed:
        face.say(Text("没有符合的记录。", "No such records."))
        return
    columns = _columns(kind, differ=any(line["conflicts"] for line in listed))
    rows = [[cell(line, face.lang) for _, cell in columns] for line in listed]
    print_table(face.lang, [column for column, _ in columns], rows)


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
    slim = kind is None or not kind.listed
    if kind is None:
        column = Column(Text("种类", "kind"), fixed=True)
        found.append((column, lambda line, lang: KINDS[line["kind"]].label.say(lang)))
    found += [(_column_of(f), _cell_of(f)) for f in extra]
    found.append((Column(_HOME), lambda line, _: line["home"]))
    if slim and len(extra) < _EXTRA_MAX:
        found.append(
            (Column(Text("更新", "updated"), fixed=True), lambda line, _: day(line["updated"]))
        )
    if differ:
        column = Column(Text("待核对", "to settle"), fixed=True)
        found.append((column, lambda line, _: str(line["conflicts"] or "")))
    return found


def _extra_fields(kind: Kind) -> list[Field]:
    """What a list shows beside the title: what the kind says, or the state, and what is required but stands
    in no title; of what is sealed the state alone."""
    if kind.listed:
        return [kind.by_name[name] for name in kind.listed]
    found = [
        f
        for f in kind.fields
        if isinstance(f.type, State)
        or (f.required and f.name not in kind.title and not kind.sealed)
    ]
    return found[:_EXTRA_MAX]


def _column_of(declared: Field) -> Column:
    from node.cli.tables import Column

    many = isinstance(declared.type, (Items, Slot))
    return Column(declared.label, fixed=isinstance(declared.type, (State, Phone)), fold=many)


def _cell_of(declared: Field) -> Callable[[_Line, str], str]:
    if isinstance(declared.type, Slot):
        return lambda line, _: _each(line["row"].get(declared.name))
    return lambda line, lang: declared.type.show(line["row"].get(declared.name), lang)


def _each(cell: str | None) -> str:
    """What each township says, one below the other."""
    return "\n".join(f"{who} {said}" for who, said in each(cell).items())


def filter_of(face: Face, kind: Kind, name: str, text: str) -> Callable[[_Line], bool]:
    """Whether a line's cell says what was asked for. Raises UnknownField, BadValue, NotFound, Ambiguous."""
    from node.assign import field_named
    from node.finding import is_prefix

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
            return lambda line: code in codes(cell(line))
        case Townships():
            member = members.name_of(members.find(text))
            return lambda line: member in townships(cell(line))
        case TownshipRef():
            member = members.name_of(members.find(text))
            return lambda line: cell(line) == member
        case RecordRef() if KINDS[declared.type.kind].picked_by and not is_prefix(text):
            found = short(face.service.find_record(face.ledger, text, declared.type.kind))
            return lambda line: cell(line) == found
        case Day() | RecordRef():
            return lambda line: cell(line).startswith(text)
        case Choice() | Flag() | Number():
            value = _value(declared, declared.type, text)
            shown = str(int(value) if isinstance(value, bool) else value)
            return lambda line: cell(line) == shown
        case Items() if said := _codes_said(declared.type, text):
            return lambda line: any(
                said.intersection(item.split(" ")) for item in lines(cell(line))
            )
        case _:
            from node.folding import fold

            part, folded = fold(text), functools.lru_cache(maxsize=4096)(fold)
            return lambda line: part in folded(cell(line))  # the same words stand in many


def _codes_said(items: Items, text: str) -> set[str]:
    """How the cell of a collection shows the code that is asked for; empty where a text is asked for."""
    choices = [of for _, _, of in items.fields if isinstance(of, Choice)]
    codes = [(of, of.read(text)) for of in choices]
    return {of.show(code, "zh") for of, code in codes if code in of.labels}


def _value(declared: Field, of: FieldType, text: str) -> Scalar:
    from node.choosing import read_value

    try:
        return read_value(of, text)
    except Unfit as fault:
        raise BadValue(field=declared.label, why=fault.why) from fault
