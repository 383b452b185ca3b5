"""XLSX out and in: the one file that speaks to openpyxl, which is loaded when it is needed. Pure."""

from __future__ import annotations

import datetime
import io
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from crdt.kinds.language import Field
from crdt.kinds.types import Choice, Choices, Day, Flag, Line, Money, Number, Prose, State
from keys.errors import Text
from node.sheets import grid
from node.sheets.columns import Value, letters, stored_cell, unescaped
from node.sheets.faults import BadSheet, SheetTooLarge
from node.sheets.grid import Grid
from node.sheets.scan import scan

if TYPE_CHECKING:
    from openpyxl.cell import Cell
    from openpyxl.workbook import Workbook
    from openpyxl.worksheet.worksheet import Worksheet

_LISTS = "lists"
_SPARE_ROWS = 1_000
_PROMPT_MAX = 250
_TITLE_MAX = 31
_PAGE_WIDTH = 170
"""So many characters of columns stand side by side on a page and are still read."""
_UNREADABLE = Text("内容不合规范或已损坏", "it is damaged or not as the standard wants it")
_EMPTY = Text("没有可见的工作表", "it has no visible sheet")
_SEVERAL = Text("可以写几项，用顿号分开：", "Several may stand here, parted by commas: ")


@dataclass(frozen=True, slots=True)
class Book:
    """What is to be written. `hidden`: two columns before all others; `more`: read-only columns after them.

    `rows`: hidden cells, then a text per field, then the read-only ones; `lists`: field → what may be chosen;
    `steady`: how many columns of fields stay in sight beside the heading.
    """

    title: str
    lang: str
    hidden: tuple[str, str]
    headings: Sequence[str]
    fields: Sequence[Field]
    more: Sequence[str]
    rows: Sequence[Sequence[str]]
    lists: Mapping[str, Sequence[str]] = field(default_factory=dict)
    merged: Sequence[str] = ()
    """Areas such as "D2:D4" whose cells are one."""
    steady: int = 0


def write(book: Book) -> bytes:
    """The file's bytes."""
    from openpyxl import Workbook

    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None, "a new workbook has a sheet"
    sheet.title = "".join(c for c in book.title if c not in "[]:*?/\\")[:_TITLE_MAX] or "mulin"
    _lay_out(sheet, book)
    _fill(sheet, book)
    for area in book.merged:
        sheet.merge_cells(area)
    _offer_choices(workbook, sheet, book)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def _lay_out(sheet: Worksheet, book: Book) -> None:
    from openpyxl.styles import Alignment, Font, PatternFill
    from openpyxl.worksheet.properties import PageSetupProperties

    formats = ["@", "@", *(_format(f) for f in book.fields), *("@" for _ in book.more)]
    widths = [2, 2, *(_width(f) for f in book.fields), *(16 for _ in book.more)]
    for n, (shape, width) in enumerate(zip(formats, widths, strict=True)):
        dimension = sheet.column_dimensions[letters(n)]
        dimension.number_format = shape
        dimension.width = width
        dimension.hidden = n < len(book.hidden)
    for n, words in enumerate([*book.hidden, *book.headings, *book.more], start=1):
        cell = _put(sheet, 1, n, words)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DDE7EE")
        cell.alignment = Alignment(wrap_text=True, vertical="center")
    sheet.freeze_panes = f"{letters(len(book.hidden) + book.steady)}2" if book.steady else "A2"
    last = letters(len(formats) - 1)
    sheet.auto_filter.ref = f"A1:{last}{len(book.rows) + 1}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A4
    across = max(1, round(sum(widths) / _PAGE_WIDTH))
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = across, 0
    if book.steady and across > 1:
        first = len(book.hidden)
        sheet.print_title_cols = f"{letters(first)}:{letters(first + book.steady - 1)}"
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    head, foot = sheet.oddHeader, sheet.oddFooter
    assert head is not None, "a new sheet has both"
    assert foot is not None, "a new sheet has both"
    head.center.text = book.title.replace("&", "&&")
    foot.center.text = "&P / &N"


def _format(declared: Field) -> str:
    match declared.type:
        case Day():
            return "yyyy-mm-dd"
        case Money():
            return "#,##0.00"
        case Number():
            return "0"
    return "@"


def _width(declared: Field) -> int:
    match declared.type:
        case Prose():
            return 40
        case Line(limit=limit):
            return 30 if limit > 60 else 16
        case Choices():
            return 24
    return 14


def _fill(sheet: Worksheet, book: Book) -> None:
    fields = [None, None, *book.fields, *(None for _ in book.more)]
    formats = ["@" if f is None else _format(f) for f in fields]
    for number, row in enumerate(book.rows, start=2):
        for n, text in enumerate(row):
            if not text:
                continue
            declared = fields[n]
            value: Value = text if declared is None else stored_cell(declared.type, text)
            cell = _put(sheet, number, n + 1, value)
            cell.number_format = "@" if isinstance(value, str) else formats[n]


def _put(sheet: Worksheet, row: int, column: int, value: Value) -> Cell:
    """Texts as texts, whatever they begin with: nothing here is ever a formula."""
    cell: Any = sheet.cell(row, column)
    cell.value = value
    if isinstance(value, str):
        cell.data_type = "s"  # the library takes "=…" for a formula and "#REF!" for an error
    return cell  # type: ignore[no-any-return]


def _offer_choices(workbook: Workbook, sheet: Worksheet, book: Book) -> None:
    """Drop-down lists; their words stand in a hidden sheet, as a list in place is short and has no commas."""
    from openpyxl.worksheet.datavalidation import DataValidation

    lists = workbook.create_sheet(_LISTS)
    lists.sheet_state = "hidden"
    last = len(book.rows) + _SPARE_ROWS
    for n, declared in enumerate(book.fields):
        words = book.lists.get(declared.name) or _words(declared, book.lang)
        if not words:
            continue
        column = lists.max_column + 1
        for m, word in enumerate(words, start=1):
            _put(lists, m, column, word)
        where = letters(n + len(book.hidden))
        source = letters(column - 1)
        rule = DataValidation(
            "list", formula1=f"{_LISTS}!${source}$1:${source}${len(words)}", allow_blank=True
        )
        if isinstance(declared.type, Choices):  # a list offers one; so many may be typed
            rule = DataValidation(allow_blank=True)
            rule.prompt = (_SEVERAL.say(book.lang) + "、".join(words))[:_PROMPT_MAX]
            rule.showInputMessage = True
        else:
            rule.showErrorMessage = True
        rule.add(f"{where}2:{where}{last}")
        sheet.add_data_validation(rule)


def _words(declared: Field, lang: str) -> list[str]:
    match declared.type:
        case State() | Choice():
            return [declared.type.show(code, lang) for code in declared.type.codes()]
        case Choices(of=of):
            return [of.show(code, lang) for code in of.codes()]
        case Flag():
            return [declared.type.show(value, lang) for value in (True, False)]
    return []


# --- in --------------------------------------------------------------------------------------


def read(data: bytes) -> Grid:
    """The first visible sheet of a workbook. Raises BadSheet, SheetTooLarge."""
    scanned = scan(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what the library leaves out, we do not need
        try:
            return _read(data, scanned)
        except BadSheet:
            raise
        except Exception as fault:  # a library on a stranger's bytes may fail in any way
            raise BadSheet(why=_UNREADABLE) from fault


def _read(data: bytes, scanned: Mapping[str, Any]) -> Grid:
    from openpyxl import load_workbook

    workbook = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        seen = [s for s in workbook.worksheets if s.sheet_state == "visible"]
        if not seen:
            raise BadSheet(why=_EMPTY)
        sheet: Any = seen[0]
        found = scanned.get(str(sheet._worksheet_path).lstrip("/"))
        made = Grid([], other_sheets=[str(s.title) for s in seen[1:]])
        sheet.reset_dimensions()
        for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
            cells = tuple(_value(v) for v in row[: grid.COLUMNS])
            if any(c is not None and c != "" for c in cells):
                made.lines.append(grid.Line(number, cells))
                if len(made.lines) > grid.ROWS:
                    raise SheetTooLarge(why=Text(f"超过 {grid.ROWS} 行", f"over {grid.ROWS} rows"))
        if found is not None:
            filled = {
                (line.number, n)
                for line in made.lines
                for n, cell in enumerate(line.cells)
                if cell is not None
            }
            made.merged, made.hidden, made.faulty = found.merged, found.hidden, found.faulty
            made.blank = found.formulas - filled
        return made
    finally:
        workbook.close()


def _value(value: object) -> Value:
    if isinstance(value, str):
        return unescaped(value)
    if value is None or isinstance(value, (int, float, datetime.date, datetime.time)):
        return value
    return str(value)
