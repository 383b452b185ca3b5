"""From the rows of a sheet to what they would change, cell by cell. Pure.

Three states are compared: as exported (the mark), as typed, as it stands now. A cell that nobody touched says
nothing, whatever happened to the record; an edited cell counts only where its field still stands as it was
exported. What else changed in the record does not hinder it: fields are statements of their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from crdt.kinds.language import Kind
from crdt.kinds.types import FieldType
from keys.errors import Text
from node.sheets import marks, words
from node.sheets.columns import amount, is_elsewhere, letters
from node.sheets.grid import Grid
from node.sheets.plan import Beginning, Cell, Change, Plan
from node.sheets.table import Table, TypedRow

Texts = Mapping[str, str]
_SHOWN_MAX = 40
_NAMED_MAX = 8


class Known(Protocol):
    """What the node knows of the kind: field → text, of one record each."""

    def rows(self, ids: Sequence[str]) -> Mapping[str, Texts]:
        """Of these full ids, as far as they are records of this kind."""

    def all(self) -> Iterable[tuple[str, Texts]]:
        """Of every record, with its id."""


def compare(table: Table, grid: Grid, known: Known) -> Plan:
    """The plan, before the rules of the ledger have looked at it."""
    plan = Plan(table.kind)
    _tell_of_sheet(plan, table, grid)
    fresh: list[TypedRow] = []
    edited: list[tuple[TypedRow, dict[str, str], list[str]]] = []
    for row in _each_once(plan, [r for r in table.rows if r.record]):
        parts = _parts(plan, table, row)
        if parts is None:
            continue
        cells = [
            n for n, t in row.texts.items() if n in parts and _part(table.kind, n, t) != parts[n]
        ]
        added = [n for n, t in row.texts.items() if n not in parts and t.strip()]
        if not cells and not added and not row.trouble:
            plan.same += 1
        elif not _certain(plan, row):
            pass
        elif not any(t.strip() for t in row.texts.values()):
            plan.refuse(row.number, words.EMPTIED)
        else:
            edited.append((row, parts, cells + added))
    for row in table.rows:
        if not row.record and row.mark:
            plan.refuse(row.number, words.ID_REMOVED)
        elif not row.record and _certain(plan, row, may_be_merged=True):
            fresh.append(row)
    _judge_edits(plan, table, edited, known)
    if fresh:
        _begin(plan, table, fresh, known)
    return plan


def _part(kind: Kind, name: str, text: str) -> str:
    return marks.part_of(name, amount(kind.by_name[name].type, text))


def _tell_of_sheet(plan: Plan, table: Table, grid: Grid) -> None:
    if table.unknown:
        names = "、".join(title[:20] for title in table.unknown[:_NAMED_MAX])
        plan.note(0, words.UNKNOWN_COLUMNS, names=names)
    if table.missing:
        zh = "、".join(f.label[0] for f in table.missing[:_NAMED_MAX])
        en = ", ".join(f.label[1] for f in table.missing[:_NAMED_MAX])
        plan.note(0, words.MISSING_COLUMNS, names=Text(zh, en))
    if grid.other_sheets:
        names = "、".join(name[:20] for name in grid.other_sheets[:_NAMED_MAX])
        plan.note(0, words.OTHER_SHEETS, names=names)
    if hidden := sum(row.number in grid.hidden for row in table.rows):
        plan.note(0, words.HIDDEN_ROWS, n=hidden)


def _each_once(plan: Plan, rows: Sequence[TypedRow]) -> Iterable[TypedRow]:
    """One row for each id; rows that say different things of one record are all refused."""
    by_id: dict[str, list[TypedRow]] = defaultdict(list)
    for row in rows:
        by_id[row.record].append(row)
    for found in by_id.values():
        first, *others = found
        if all(other.texts == first.texts for other in others):
            for other in others:
                plan.skip(other.number, words.SAME_ROW, other=first.number)
            yield first
            continue
        for row in found:
            rest = "、".join(str(other.number) for other in found if other is not row)
            plan.refuse(row.number, words.TWICE, others=rest)


def _parts(plan: Plan, table: Table, row: TypedRow) -> dict[str, str] | None:
    parts = (
        marks.read_mark(row.record, row.mark, table.base.fields)
        if marks.is_id(row.record)
        else None
    )
    if parts is None:
        plan.refuse(row.number, words.MARK_ALTERED)
    return parts


def _certain(plan: Plan, row: TypedRow, *, may_be_merged: bool = False) -> bool:
    for column, why in row.trouble:
        plan.refuse(row.number, words.CELL_TROUBLE, cell=_cell(column, row), why=why)
        return False
    if row.merged and not may_be_merged:
        plan.refuse(row.number, words.MERGED)
        return False
    if row.merged:
        plan.note(row.number, words.MERGED_SPREAD)
    return True


def _cell(column: int, row: TypedRow) -> str:
    return f"{letters(column)}{row.number}"


# --- rows of records that are here -----------------------------------------------------------


def _judge_edits(
    plan: Plan,
    table: Table,
    edited: Sequence[tuple[TypedRow, dict[str, str], list[str]]],
    known: Known,
) -> None:
    found = known.rows([row.record for row, _, _ in edited])
    for row, parts, names in edited:
        now = found.get(row.record)
        if now is None:
            plan.refuse(row.number, words.NOT_HERE, id=row.record[:8], kind=table.kind.label)
        else:
            _judge_edit(plan, table, row, parts, names, now)


def _judge_edit(
    plan: Plan, table: Table, row: TypedRow, parts: dict[str, str], names: list[str], now: Texts
) -> None:
    cells: list[Cell] = []
    for name in names:
        declared, typed, stands = table.kind.by_name[name], row.texts[name], now.get(name, "")
        if amount(declared.type, stands) == amount(declared.type, typed):
            continue  # somebody said the same meanwhile
        column = table.columns[name]
        facts = {"cell": _cell(column, row), "field": declared.label}
        if name in parts and _part(table.kind, name, stands) != parts[name]:
            plan.refuse(row.number, words.MOVED_ON, now=cut(stands), typed=cut(typed), **facts)
            return
        if is_elsewhere(stands) or is_elsewhere(typed):
            plan.refuse(row.number, words.ELSEWHERE, **facts)
            return
        cells.append(Cell(declared, letters(column), stands, typed))
    if not cells:
        plan.same += 1
        return
    moved = any(
        _part(table.kind, n, now.get(n, "")) != part
        for n, part in parts.items()
        if n in table.kind.by_name and n not in names
    )
    plan.changes.append(Change(row.number, row.record, tuple(cells), elsewhere=moved))


def cut(text: str) -> str:
    """A text as a remark shows it."""
    line = " ".join(text.split())
    return line if len(line) <= _SHOWN_MAX else line[: _SHOWN_MAX - 1] + "…"


# --- rows of new records ---------------------------------------------------------------------


def _begin(plan: Plan, table: Table, rows: Sequence[TypedRow], known: Known) -> None:
    """Each becomes a record, unless a row above or a record here says all that it says."""
    types = {n: table.kind.by_name[n].type for n in table.columns}
    index = _Index(types)
    for record, texts in known.all():
        index.add(record, {n: texts.get(n, "") for n in types})
    above: dict[tuple[tuple[str, str], ...], int] = {}
    for row in rows:
        typed = {name: text for name, text in row.texts.items() if text.strip()}
        if any(is_elsewhere(text) for text in typed.values()):
            plan.refuse(row.number, words.COPIED)
            continue
        says = tuple((n, amount(types[n], t)) for n, t in typed.items())
        found = index.saying(dict(says))
        if (first := above.get(says)) is not None:
            plan.skip(row.number, words.SAME_ROW, other=first)
        elif found is not None:
            plan.skip(row.number, words.HERE_ALREADY, id=found[:8])
        else:
            plan.begins.append(Beginning(row.number, typed))
        above.setdefault(says, row.number)


class _Index:
    """Finds a record by all that a row says; by its rarest word first."""

    def __init__(self, types: Mapping[str, FieldType]) -> None:
        self._types = types
        self._by_word: dict[tuple[str, str], list[int]] = defaultdict(list)
        self._records: list[tuple[str, dict[str, str]]] = []

    def add(self, record: str, texts: Texts) -> None:
        says = {n: amount(self._types[n], t) for n, t in texts.items() if t}
        for word in says.items():
            self._by_word[word].append(len(self._records))
        self._records.append((record, says))

    def saying(self, wanted: Mapping[str, str]) -> str | None:
        lists = [self._by_word.get(word, []) for word in wanted.items()]
        for n in min(lists, key=len, default=[]):
            record, says = self._records[n]
            if all(says.get(name) == word for name, word in wanted.items()):
                return record
        return None
