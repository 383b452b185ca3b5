"""CSV out and in. Pure.

Out: UTF-8 with a BOM, formulas made harmless. In: UTF-8, UTF-16 with a BOM, GB18030.
"""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Sequence

from crdt.kinds.language import Field
from keys.errors import Text
from node.sheets import grid
from node.sheets.columns import guarded
from node.sheets.faults import BadSheet, SheetTooLarge
from node.sheets.grid import Grid, Line

_SEPARATORS = (",", "\t", ";", "，")
_CODE_PAGE = Text("文字编码认不出来", "its character encoding is not known")
_TORN = Text("引号不成对，或格子太长", "a quotation mark is missing, or a cell is too long")
_CELL_MAX = 200_000


def write(headings: Sequence[str], fields: Sequence[Field], rows: Sequence[Sequence[str]]) -> bytes:
    """`rows`: a text per field, then what belongs in the columns beyond them."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(headings)
    types = [declared.type for declared in fields]
    for row in rows:
        cells = [guarded(of, text) for of, text in zip(types, row, strict=False)]
        writer.writerow([*cells, *row[len(types) :]])
    return codecs.BOM_UTF8 + out.getvalue().encode()


def read(data: bytes) -> Grid:
    """Raises BadSheet, SheetTooLarge."""
    text = _decoded(data)
    first = text.partition("\n")[0]
    separator = max(_SEPARATORS, key=first.count)
    lines: list[Line] = []
    cells = 0
    csv.field_size_limit(_CELL_MAX)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for number, row in enumerate(reader, start=1):
            cells += len(row)
            if cells > grid.CELLS or len(lines) > grid.ROWS:
                raise SheetTooLarge(why=Text(f"超过 {grid.ROWS} 行", f"over {grid.ROWS} rows"))
            if any(cell.strip() for cell in row):
                lines.append(Line(number, tuple(row[: grid.COLUMNS])))
    except csv.Error as fault:
        raise BadSheet(why=_TORN) from fault
    return Grid(lines)


def _decoded(data: bytes) -> str:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        if "\0" not in text:
            return text
    raise BadSheet(why=_CODE_PAGE)
