"""Cases in a sheet and a hand that edits it, with a library that is not ours to trust."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl

from tests.support.clerk import Clerk

Edit = Callable[[Any, dict[str, int]], None]


def cases(clerk: Clerk, count: int = 3) -> list[str]:
    """Ids in the order in which a sheet lists them."""
    for n in range(count):
        clerk.id(
            "case", "new", "category=forest_land", f"village=示范{n}村", "amount_claimed=1200.5",
            "occurred_on=2026-3-1", f"case_no=000{n}", "dispositions=政策宣传",
        )  # fmt: skip
    return [line["id"] for line in clerk.ask("case", "list")]


def exported(clerk: Clerk, folder: Path, name: str = "台账.xlsx", *more: str) -> Path:
    file = folder / name
    assert clerk("sheet", "export", "case", *more, "-o", str(file)).code == 0
    return file


def edit(file: Path, change: Edit) -> None:
    """With a library of another hand, as an office program would."""
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    columns = {str(c.value).rstrip(" *"): c.column for c in sheet[1] if c.value is not None}
    change(sheet, columns)
    book.save(file)


def put(row: int, title: str, value: object) -> Edit:
    def edit(sheet: Any, columns: dict[str, int]) -> None:
        sheet.cell(row, columns[title]).value = value

    return edit
