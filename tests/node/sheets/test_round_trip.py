"""Whatever fits a field comes back as unchanged, and one edited cell is one change: of every kind."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt.kinds.language import Field, Kind
from crdt.kinds.references import RecordRef, TownshipRef
from crdt.kinds.times import Moment, Quarter, Week
from crdt.kinds.types import (
    Choice,
    Choices,
    Code,
    Day,
    FieldType,
    Flag,
    Line,
    Number,
    Phone,
    Prose,
    Townships,
    Unfit,
)
from keys.limits import INT_MAX
from keys.text import nfc
from node.sheets import csvs, xlsx
from node.sheets.columns import amount, columns_of, is_elsewhere, open_kinds, stored_cell, text_of
from node.sheets.compare import Texts, compare
from node.sheets.grid import Grid
from node.sheets.plan import Plan
from node.sheets.render import render
from node.sheets.table import read_table

KINDS = open_kinds()
TOWNSHIPS = ["麻塘乡", "金子岩乡", "永和"]
_TRICKS = st.sampled_from(
    [
        *(
            "=1+1",
            "+86",
            "-5",
            "@x",
            "'",
            "''=",
            "＝和",
            "00123",
            "1-2",
            "3/4",
            "1E5",
            "TRUE",
            "是",
        ),
        *(
            "_x000D_",
            "_x005F_x0041_",
            "x005F_",
            "#REF!",
            '"',
            "a,b",
            "；",
            " a",
            "2026-3-1",
            "NULL",
        ),
    ]
)
_LETTERS = st.text(
    st.characters(codec="utf-8", categories=("L", "M", "N", "P", "S", "Zs", "Cn")), max_size=12
)


def _fits(of: FieldType, value: Any) -> bool:
    try:
        of.check(value)
    except Unfit:
        return False
    return True


def cells_of(of: FieldType) -> st.SearchStrategy[Any]:
    """What the read model may hold of a type; None for what is not stated."""
    match of:
        case Choice():
            return st.sampled_from(of.codes())
        case Choices():
            codes = of.of.codes()
            return st.sets(st.sampled_from(codes)).map(
                lambda s: ",".join(c for c in codes if c in s)
            )
        case Townships():
            return st.lists(st.sampled_from(TOWNSHIPS), unique=True).map("、".join)
        case TownshipRef():
            return st.sampled_from(TOWNSHIPS)
        case RecordRef():
            return st.binary(min_size=4, max_size=4).map(bytes.hex) | st.sampled_from(
                ("12345e67", "00000012")
            )
        case Day():
            return st.dates(datetime.date(1, 1, 1)).map(datetime.date.isoformat)
        case Moment():
            return st.datetimes().map(lambda m: m.isoformat(sep=" ", timespec="minutes"))
        case Quarter():
            return st.tuples(st.integers(1000, 9999), st.integers(1, 4)).map(
                lambda q: f"{q[0]}Q{q[1]}"
            )
        case Week():
            return st.dates(datetime.date(1001, 1, 1)).map(
                lambda d: "{}-W{:02d}".format(*d.isocalendar())
            )
        case Flag():
            return st.sampled_from((0, 1))
        case Number():
            return st.integers(0, INT_MAX) | st.integers(0, 10_000)
        case Code():
            return st.from_regex(r"[0-9]{9}([0-9]{3})?", fullmatch=True).filter(str.isascii)
        case Phone():
            return st.sampled_from(("0745-1234567", "+86 139 0000 0000", "110", "013800138000"))
        case Line(lines=lines):
            texts = _TRICKS | _LETTERS
            joined = st.lists(texts, max_size=3).map("\n".join) if lines else texts
            return joined.map(nfc).filter(lambda t: _fits(of, t))
        case Prose():
            joined = st.lists(_TRICKS | _LETTERS, max_size=3).map("\n".join)
            return joined.map(nfc).filter(lambda t: _fits(of, t))
    raise AssertionError(f"no values for {of}")


@st.composite
def lines_of(draw: st.DrawFn, kind: Kind) -> list[dict[str, Any]]:
    lines = []
    for n in range(draw(st.integers(1, 3))):
        row = {
            f.name: draw(cells_of(f.type) if f.required else st.none() | cells_of(f.type))
            for f in columns_of(kind)
        }
        lines.append({"id": f"{n + 1:032x}", "home": "麻塘乡", "row": row})
    return lines


class Stands:
    """The records as they were exported."""

    def __init__(self, kind: Kind, lines: Sequence[Mapping[str, Any]]) -> None:
        self._texts = {
            line["id"]: {
                f.name: text_of(f.type, line["row"][f.name], "zh") for f in columns_of(kind)
            }
            for line in lines
        }

    def rows(self, ids: Sequence[str]) -> Mapping[str, Texts]:
        return {i: self._texts[i] for i in ids if i in self._texts}

    def all(self) -> Iterable[tuple[str, Texts]]:
        return self._texts.items()


def _plan(kind: Kind, lines: Sequence[Mapping[str, Any]], data: bytes, *, as_csv: bool) -> Plan:
    grid: Grid = csvs.read(data) if as_csv else xlsx.read(data)
    return compare(read_table(grid, None), grid, Stands(kind, lines))


@pytest.mark.parametrize("as_csv", (True, False), ids=("csv", "xlsx"))
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@given(data=st.data(), lang=st.sampled_from(("zh", "en")))
@settings(max_examples=10)
def test_what_nobody_touched_says_nothing(
    kind: Kind, as_csv: bool, data: st.DataObject, lang: str
) -> None:
    lines = data.draw(lines_of(kind))
    sheet = render(kind, lines, lang, TOWNSHIPS, as_csv=as_csv)
    plan = _plan(kind, lines, sheet, as_csv=as_csv)
    assert (plan.same, plan.changes, plan.begins) == (len(lines), [], [])
    assert (plan.refused, plan.skipped, plan.notes) == ([], [], [])


@pytest.mark.parametrize("as_csv", (True, False), ids=("csv", "xlsx"))
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
@given(data=st.data(), lang=st.sampled_from(("zh", "en")))
@settings(max_examples=10)
def test_one_edited_cell_is_one_change(
    kind: Kind, as_csv: bool, data: st.DataObject, lang: str
) -> None:
    lines = data.draw(lines_of(kind))
    n = data.draw(st.integers(0, len(lines) - 1))
    declared = data.draw(st.sampled_from(columns_of(kind)))
    before = text_of(declared.type, lines[n]["row"][declared.name], "zh")
    cell = data.draw(st.none() | cells_of(declared.type))
    typed = text_of(declared.type, cell, lang)
    sheet = render(kind, lines, lang, TOWNSHIPS, as_csv=as_csv)
    edited = _edited(sheet, kind, n + 2, declared, typed, as_csv=as_csv)
    plan = _plan(kind, lines, edited, as_csv=as_csv)
    assert (plan.begins, plan.skipped, plan.notes) == ([], [], [])
    if amount(declared.type, typed) == amount(declared.type, before):
        assert (plan.same, plan.changes, plan.refused) == (len(lines), [], [])
        return
    assert plan.same == len(lines) - 1
    if is_elsewhere(typed) or is_elsewhere(before) or plan.refused:
        assert [r.row for r in plan.refused] == [n + 2]
        assert is_elsewhere(typed) or is_elsewhere(before) or not typed
        return
    [change] = plan.changes
    [found] = change.cells
    assert (change.row, change.record, found.field.name) == (n + 2, lines[n]["id"], declared.name)
    assert amount(declared.type, found.after) == amount(declared.type, typed)


def _edited(
    sheet: bytes, kind: Kind, row: int, declared: Field, typed: str, *, as_csv: bool
) -> bytes:
    """What a person's program writes after they typed into one cell."""
    place = columns_of(kind).index(declared)
    if as_csv:
        rows = list(csv.reader(io.StringIO(sheet.decode("utf-8-sig"), newline="")))
        # Whoever types an apostrophe before one of ours means one apostrophe more.
        rows[row - 1][place] = "'" + typed if typed[:1] == "'" else typed
        out = io.StringIO(newline="")
        csv.writer(out).writerows(rows)
        return out.getvalue().encode("utf-8-sig")
    book = openpyxl.load_workbook(io.BytesIO(sheet))
    cell: Any = book.worksheets[0].cell(row, place + 3)
    cell.value = stored_cell(declared.type, typed)
    if isinstance(cell.value, str):
        cell.data_type = "s"
    out_bytes = io.BytesIO()
    book.save(out_bytes)
    return out_bytes.getvalue()
