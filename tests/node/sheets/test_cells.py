"""Single cells, and files of careless makers: what counts as a day; a sheet that lies of its size."""

from __future__ import annotations

import datetime
import io
import re
import zipfile

import openpyxl
import pytest

from crdt.kinds.types import Day, Line, Money
from node.sheets import xlsx
from node.sheets.columns import Value, letters, stored_cell, typed_of
from node.sheets.scan import place


@pytest.mark.parametrize(
    ("value", "typed"),
    (
        (46082, "2026-03-01"),
        (46082.0, "2026-03-01"),
        (20260301, "20260301"),
        (45, "45"),  # a serial of February 1900, or a slip: nobody may guess
        (46082.5, "46082.5"),
        (datetime.datetime(2026, 3, 1, 13, 0), "2026-03-01"),  # noqa: DTZ001  (cells have no zone)
        ("２０２６年３月１日", "２０２６年３月１日"),
    ),
)
def test_what_a_cell_says_of_a_day(value: Value, typed: str) -> None:
    assert typed_of(Day(), value) == typed


def test_numbers_are_written_out() -> None:
    assert typed_of(Money(), 0.1 + 0.2) == "0.3"
    assert typed_of(Money(), 8000.125) == "8000.125"  # refused later, and not rounded
    assert typed_of(Line(), 4.305272e11) == "430527200000"
    assert typed_of(Line(), float("inf")) == "inf"


def test_days_that_programs_count_differently_are_texts() -> None:
    assert stored_cell(Day(), "1900-02-28") == "1900-02-28"
    assert stored_cell(Day(), "1900-03-01") == datetime.date(1900, 3, 1)


def test_columns_have_names() -> None:
    for n in (0, 25, 26, 701, 702, 16_383):
        assert place(letters(n) + "7") == (7, n)


def test_a_sheet_that_lies_of_its_size_is_read_whole() -> None:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    for n in range(5):
        book.worksheets[0].append([n, "x"])
    book.save(out)
    lying = io.BytesIO()
    with zipfile.ZipFile(out) as before, zipfile.ZipFile(lying, "w") as after:
        for name in before.namelist():
            data = before.read(name)
            after.writestr(name, re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', data))
    grid = xlsx.read(lying.getvalue())
    assert [line.cells for line in grid.lines] == [(n, "x") for n in range(5)]
