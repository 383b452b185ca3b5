"""Tables and aligned lines for a terminal of 80 cells; wide characters count as two. Knows rich, no ledger.

Every cell is a plain text: what a clerk typed is never read as markup. Widths are shared out here and not by
rich, which would let one long title take the room of every other column.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text as Cell

from keys.errors import Text
from node.cli import layout

_GAP = 3
_LABEL_MAX = 26
_NARROWEST = 4


@dataclass(frozen=True, slots=True)
class Column:
    """`fixed`: never cut (ids, days); `fold`: goes on in the next line instead of ending in …

    `most`: cells it takes at most, however much there is to say.
    """

    heading: Text
    fixed: bool = False
    fold: bool = False
    most: int = 1_000


def print_table(lang: str, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """A table with one heading line."""
    headings = [column.heading.say(lang) for column in columns]
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_edge=False)
    cells = layout.terminal_width()
    for column, heading, width in zip(
        columns, headings, _widths(columns, headings, rows, cells), strict=True
    ):
        table.add_column(
            Cell(heading),
            no_wrap=not column.fold,
            overflow="fold" if column.fold else "ellipsis",
            width=width,
        )
    for row in rows:
        table.add_row(*(Cell(cell) for cell in row))
    _print(table, cells)


def print_pairs(pairs: Sequence[tuple[str, str]]) -> None:
    """Labels and what they say, aligned; long texts go on below themselves."""
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold", max_width=_LABEL_MAX)
    table.add_column(overflow="fold")
    for label, said in pairs:
        table.add_row(Cell(label), Cell(said))
    _print(table, layout.terminal_width())


def _widths(
    columns: Sequence[Column],
    headings: Sequence[str],
    rows: Sequence[Sequence[str]],
    cells: int,
) -> list[int]:
    """What a fixed column needs; the others as much as they need, the greediest cut to fit."""
    needs = [
        min(column.most, max(cell_len(line) for text in texts for line in text.split("\n")))
        for column, texts in zip(columns, zip(headings, *rows, strict=True), strict=True)
    ]
    room = cells - _GAP * (len(columns) - 1)
    room -= sum(need for need, column in zip(needs, columns, strict=True) if column.fixed)
    flexible = [need for need, column in zip(needs, columns, strict=True) if not column.fixed]
    limit = max(flexible, default=0)
    while limit > _NARROWEST and sum(min(need, limit) for need in flexible) > room:
        limit -= 1
    return [
        need if column.fixed else min(need, limit)
        for need, column in zip(needs, columns, strict=True)
    ]


def _print(table: Table, cells: int) -> None:
    console = Console(file=sys.stdout, width=cells, highlight=False, markup=False, emoji=False)
    with console.capture() as drawn:
        console.print(table)
    print("\n".join(line.rstrip() for line in drawn.get().splitlines()))
