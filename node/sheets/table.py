"""From a grid to rows of typed texts under known columns: the header found, merged cells spread. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from crdt.kinds.language import Field, Kind
from crdt.kinds.refused import Refused, refused
from keys.errors import Text
from node.sheets import marks, words
from node.sheets.columns import HOME, ID, Value, field_of, letters, open_kinds, typed_of, unguarded
from node.sheets.faults import (
    SheetColumnRefused,
    SheetColumnTwice,
    SheetHeaderMissing,
    SheetKindDiffers,
    SheetKindUnknown,
    SheetMarksMissing,
)
from node.sheets.grid import Grid, Line

_HEADER_ROWS = 10
_NAMED_MAX = 8
_READ_ONLY = frozenset({*HOME, *ID, "序号", "no.", "no"})


@dataclass(frozen=True, slots=True)
class TypedRow:
    """`texts`: field → what its cell says. `trouble`: (column, why) of cells that say nothing certain."""

    number: int
    record: str
    mark: str
    texts: dict[str, str]
    trouble: tuple[tuple[int, Text], ...] = ()
    merged: bool = False


@dataclass(slots=True)
class Table:
    """`columns`: field → column from 0; `base`: what its marks are of."""

    kind: Kind
    columns: dict[str, int]
    base: marks.Base
    rows: list[TypedRow] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    missing: list[Field] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Header:
    line: Line
    titles: dict[int, str]
    record: int | None
    mark: int | None
    base: marks.Base | None


def read_table(grid: Grid, wanted: Kind | None) -> Table:
    """Raises SheetHeaderMissing, SheetKindUnknown, SheetKindDiffers, SheetColumnTwice, SheetMarksMissing,
    SheetColumnRefused."""
    headers = [_header(line) for line in grid.lines[:_HEADER_ROWS]]
    header = next((h for h in headers if h.record is not None or h.base is not None), None)
    if header is None:
        kind, header = _foreign(headers, wanted)
        base = marks.Base(kind.name, (), guarded=False)
    else:
        if header.record is None or header.base is None:
            raise SheetMarksMissing
        kind, base = _own(header.base, wanted), header.base
    table = Table(kind, {}, base)
    _name_columns(table, header)
    if not table.columns:  # as after a detour through another encoding
        raise SheetHeaderMissing(rows=_HEADER_ROWS, kind=kind.label)
    spread = _spread(grid, header.line.number)
    for line in grid.lines:
        if line.number > header.line.number:
            row = _typed(grid, table, header, line, spread)
            if row.record or row.mark or row.trouble or any(row.texts.values()):
                table.rows.append(row)
    return table


def _header(line: Line) -> _Header:
    titles = {n: str(v).strip() for n, v in enumerate(line.cells) if v is not None and str(v)}
    record = next((n for n, title in titles.items() if title == marks.ID_TITLE), None)
    found = {n: m for n, title in titles.items() if (m := marks.read_title(title)) is not None}
    mark = next(iter(found), None)
    plain = {n: title for n, title in titles.items() if n not in (record, mark)}
    return _Header(line, plain, record, mark, None if mark is None else found[mark])


def _own(base: marks.Base, wanted: Kind | None) -> Kind:
    kind = next((k for k in open_kinds() if k.name == base.kind), None)
    if kind is None:
        raise SheetKindUnknown(known=_known())
    if wanted is not None and wanted is not kind:
        raise SheetKindDiffers(found=kind.label, wanted=wanted.label)
    return kind


def _foreign(headers: list[_Header], wanted: Kind | None) -> tuple[Kind, _Header]:
    """The kind and the row of a header in a sheet of another hand."""
    kinds = open_kinds() if wanted is None else [wanted]
    fitting: list[tuple[int, Kind, _Header]] = []
    for kind in kinds:
        hits = [(sum(field_of(kind, t) is not None for t in h.titles.values()), h) for h in headers]
        best, header = max(hits, key=lambda hit: hit[0], default=(0, None))
        if not best or header is None:
            continue
        named = {f.name for t in header.titles.values() if (f := field_of(kind, t)) is not None}
        if wanted is not None or {f.name for f in kind.fields if f.required} <= named:
            fitting.append((best, kind, header))
    if not fitting and wanted is not None:
        raise SheetHeaderMissing(rows=_HEADER_ROWS, kind=wanted.label)
    most = max((n for n, _, _ in fitting), default=0)
    first = [(kind, header) for n, kind, header in fitting if n == most]
    if len(first) != 1:
        raise SheetKindUnknown(known=_known())
    return first[0]


def _known() -> Text:
    kinds = open_kinds()
    return Text(
        "、".join(f"{k.name} {k.label[0]}" for k in kinds), ", ".join(k.name for k in kinds)
    )


def _name_columns(table: Table, header: _Header) -> None:
    never = []
    for n, title in header.titles.items():
        declared = field_of(table.kind, title)
        if declared is None:
            if title.casefold() not in _READ_ONLY:
                table.unknown.append(title)
                never += [(title, what)] if (what := refused(title)) else []
        elif (before := table.columns.get(declared.name)) is not None:
            columns = f"{letters(before)}, {letters(n)}"
            raise SheetColumnTwice(field=declared.label, columns=columns)
        else:
            table.columns[declared.name] = n
    if never:
        raise SheetColumnRefused(columns=_quoted(never))
    table.missing = [table.kind.by_name[name] for name in table.base.fields if _lacks(table, name)]


def _quoted(never: Sequence[tuple[str, Refused]]) -> Text:
    """Columns and what they hold; all of them, so that nobody has to come again for the next one."""
    named = [(title[:20], row.what) for title, row in never[:_NAMED_MAX]]
    return Text(
        "、".join(f"“{title}”（{what[0]}）" for title, what in named),
        ", ".join(f'"{title}" ({what[1]})' for title, what in named),
    )


def _lacks(table: Table, name: str) -> bool:
    return name in table.kind.by_name and name not in table.columns


def _spread(grid: Grid, header: int) -> dict[tuple[int, int], tuple[int, int]]:
    """Covered cell → the cell whose word stands there, of merged cells below the header."""
    found: dict[tuple[int, int], tuple[int, int]] = {}
    for area in grid.merged:
        for row in range(max(area.top, header + 1), area.bottom + 1):
            for column in range(area.left, min(area.right, len(_WIDEST)) + 1):
                found[row, column] = (area.top, area.left)
    return found


_WIDEST = range(256)


def _typed(
    grid: Grid,
    table: Table,
    header: _Header,
    line: Line,
    spread: dict[tuple[int, int], tuple[int, int]],
) -> TypedRow:
    texts: dict[str, str] = {}
    trouble: list[tuple[int, Text]] = []
    merged = False
    for name, column in table.columns.items():
        place = (line.number, column)
        source = spread.get(place)
        merged = merged or source is not None
        value = _at(line.cells, column)
        if source is not None and source != place and value is None:
            value = _word_at(grid, *source)
        if table.base.guarded and isinstance(value, str):
            value = unguarded(value)
        texts[name] = typed_of(table.kind.by_name[name].type, value)
        if place in grid.faulty:
            trouble.append((column, words.FORMULA_FAILED))
        elif place in grid.blank:
            trouble.append((column, words.FORMULA_OPEN))
    record = str(_at(line.cells, header.record) or "").strip().lower()
    mark = str(_at(line.cells, header.mark) or "").strip()
    return TypedRow(line.number, record, mark, texts, tuple(trouble), merged)


def _at(cells: tuple[Value, ...], column: int | None) -> Value:
    return cells[column] if column is not None and column < len(cells) else None


def _word_at(grid: Grid, row: int, column: int) -> Value:
    return next((_at(line.cells, column) for line in _numbered(grid.lines, row)), None)


def _numbered(lines: list[Line], number: int) -> Iterable[Line]:
    """The line of a number; lines are in order."""
    low, high = 0, len(lines)
    while low < high:
        middle = (low + high) // 2
        if lines[middle].number < number:
            low = middle + 1
        else:
            high = middle
    return lines[low : low + 1] if low < len(lines) and lines[low].number == number else ()
