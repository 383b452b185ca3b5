"""A sheet as it was read, whatever its format, and how much of one is read at all. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from node.sheets.columns import Value

FILE_BYTES = 20 * 1024 * 1024
UNZIPPED_BYTES = 200 * 1024 * 1024
PARTS = 2_000
ROWS = 50_000
CELLS = 1_000_000
COLUMNS = 256
MERGED_CELLS = 200_000


@dataclass(frozen=True, slots=True)
class Line:
    """A row that says something. `number`: as office programs count, from 1."""

    number: int
    cells: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Area:
    """Merged cells: rows from 1, columns from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(slots=True)
class Grid:
    """`blank`: (row, column) of formulas that were never computed; `faulty`: of those that failed."""

    lines: list[Line]
    merged: list[Area] = field(default_factory=list)
    hidden: set[int] = field(default_factory=set)
    blank: set[tuple[int, int]] = field(default_factory=set)
    faulty: set[tuple[int, int]] = field(default_factory=set)
    other_sheets: list[str] = field(default_factory=list)
