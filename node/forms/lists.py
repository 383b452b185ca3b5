"""Lists and tables of open records on paper, from the read model. Knows no form and no page format.

A row about which townships differ is taken from the record itself, with every statement; so is a collection.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crdt.entry import RecordId
from crdt.kinds import kind_named
from crdt.kinds.language import Field, Kind
from crdt.kinds.references import RecordRef
from crdt.kinds.types import Choice, Choices, Flag, Items, Number, Slot, Townships
from crdt.view import View
from keys.errors import Text
from node.cells import codes, each, said_in, townships
from node.forms.desk import Desk
from node.forms.language import Every, Linked
from node.forms.page import Grid, Heading, Part, Words
from node.forms.values import BETWEEN, SAID, Values, on_paper
from node.store.pages import Cells, Pages

_SHORT = 8
_NO, _TOWNSHIP, _ID = Text("序号", "no."), Text("登记乡镇", "entered by"), Text("编号", "ID")
_COUNT = Text("共 {n} 条。", "Total: {n}.")
_ALWAYS = ("home", "conflicts")
_PIECES = re.compile(r"\d+|\D+")
_Row = tuple[RecordId, Cells]


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which records of a kind are printed, of others all. `only`: hex ids, None all; `first`, `last`: "" or a
    day."""

    kind: str = ""
    only: frozenset[str] | None = None
    first: str = ""
    last: str = ""


def natural(text: object) -> list[tuple[int, int, str]]:
    """A key by which 示范2村 stands before 示范10村, and what says nothing after all that says something."""
    said = "" if text is None else str(text)
    pieces = [
        (0, int(one), "") if one.isdecimal() else (1, 0, one) for one in _PIECES.findall(said)
    ]
    return pieces or [(2, 0, "")]


class Lists:
    """Tables of one page in one language."""

    def __init__(self, desk: Desk, lang: str, chosen: Chosen | None = None) -> None:
        self._desk = desk
        self._ledger = desk.ledger
        self._lang = lang
        self.chosen = chosen or Chosen()
        self._pages = Pages(desk.service.ground.db)

    def every(self, section: Every) -> list[Part]:
        kind = kind_named(section.kind)
        assert not kind.sealed, "a list is made of what everybody reads"
        rows = [row for row in self._rows(kind, _asked(section)) if self._is_asked(section, row)]
        order = section.order or ("home", *section.fields)
        rows.sort(key=lambda row: [natural(row[1][name]) for name in order])
        lines = [
            (str(n), str(cells["home"]), *said, record.hex()[:_SHORT])
            for n, ((record, cells), said) in enumerate(
                zip(rows, self._said(kind, section.fields, rows), strict=True), 1
            )
        ]
        heads = [_NO, _TOWNSHIP, *(kind.by_name[name].label for name in section.fields), _ID]
        grid = Grid(tuple(on_paper(head, self._lang) for head in heads), tuple(lines))
        heading = section.heading.say(self._lang)
        count = Words(_COUNT.say(self._lang).format(n=len(lines)), small=True)
        return [*([Heading(heading)] if heading else []), grid, count]

    def linked(self, section: Linked, of: View) -> list[Part]:
        kind = kind_named(section.kind)
        wanted = self._wanted(section, of)
        rows = [
            row
            for row in self._rows(kind, (*_ALWAYS, section.by, *section.fields))
            if wanted and row[1][section.by] == wanted
        ]
        lines = list(self._said(kind, section.fields, rows))
        lines += [("",) * len(section.fields)] * (0 if lines else section.blank)
        if not lines:
            return []
        heads = [on_paper(kind.by_name[name].label, self._lang) for name in section.fields]
        return [Heading(section.heading.say(self._lang)), Grid(tuple(heads), tuple(lines))]

    # --- rows --------------------------------------------------------------------------------

    def _rows(self, kind: Kind, names: Sequence[str]) -> list[_Row]:
        return self._pages.rows(self._ledger.n, kind, list(dict.fromkeys(names)))

    def _wanted(self, section: Linked, of: View) -> str:
        """What the cell says of a record that is linked to this one."""
        if section.same:
            return str(of.registers[section.same] or "")
        assert isinstance(kind_named(section.kind).by_name[section.by].type, RecordRef), "a link"
        return of.id.hex()[:_SHORT]

    def _is_asked(self, section: Every, row: _Row) -> bool:
        (record, cells), chosen = row, self.chosen
        if chosen.kind != section.kind:
            chosen = Chosen()
        if chosen.only is not None and record.hex() not in chosen.only:
            return False
        today = self._desk.service.seals.today()
        if section.until and str(cells[section.until] or "~") < today:
            return False
        if not section.day:
            return True
        day = str(cells[section.day] or "")[:10]
        if section.coming and not chosen.first and not chosen.last:
            kind = kind_named(section.kind)
            ends = cells[kind.lasts[1]] if kind.lasts else None
            return str(ends or day)[:10] >= today
        return chosen.first <= day <= (chosen.last or "~")

    # --- cells -------------------------------------------------------------------------------

    def _said(
        self, kind: Kind, names: Sequence[str], rows: Sequence[_Row]
    ) -> Iterator[tuple[str, ...]]:
        fields = [kind.by_name[name] for name in names]
        for record, cells in rows:
            values = self._values(record) if cells["conflicts"] else None
            yield tuple(
                self._field(declared, record, cells) if values is None else values.field(name)
                for name, declared in zip(names, fields, strict=True)
            )

    def _values(self, record: RecordId) -> Values:
        return Values(self._desk.service, self._ledger, self._desk.open(record), self._lang)

    def _field(self, declared: Field, record: RecordId, cells: Cells) -> str:
        """A cell as people read it in this language."""
        of, cell = declared.type, cells[declared.name]
        if cell is None or cell == "":
            return ""
        between = BETWEEN.say(self._lang)
        match of:
            case Choices(of=one):
                return between.join(one.show(code, self._lang) for code in codes(cell))
            case Townships():
                return between.join(townships(cell))
            case Slot(of=one):
                words = SAID.say(self._lang)
                return "\n".join(
                    words.format(who=who, what=said_in(one, what, self._lang))
                    for who, what in each(cell).items()
                )
            case Items():
                return self._values(record).field(declared.name)
            case Flag():
                return of.show(bool(cell), self._lang)
            case Choice() | Number():
                return of.show(cell, self._lang)
        return str(cell)


def _asked(section: Every) -> tuple[str, ...]:
    """The columns that a list reads."""
    lasts = kind_named(section.kind).lasts or ()
    more = (section.day, section.until, *(lasts if section.coming else ()))
    return tuple(name for name in (*_ALWAYS, *section.fields, *section.order, *more) if name)
