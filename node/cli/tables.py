"""Tables and aligned lines for a terminal of 80 cells; wide characters count as two. Knows rich, no ledger.

Every cell is a plain text: what a clerk typed is never read as markup.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text as Cell

from keys.errors import Text
from node.cli import layout


@dataclass(frozen=True, slots=True)
class Column:
    """`fixed`: never cut (ids, days); `fold`: goes on in the next line instead of ending in …"""

    heading: Text
    fixed: bool = False
    fold: bool = False


def print_table(lang: str, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> None:
    """A table with one heading line."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(
            Cell(column.heading.say(lang)),
            no_wrap=not column.fold,
            overflow="fold" if column.fold else "ellipsis",
            min_width=_widest(column, columns, rows) if column.fixed else None,
        )
    for row in rows:
        table.add_row(*(Cell(cell) for cell in row))
    _print(table)


def print_pairs(pairs: Sequence[tuple[str, str]]) -> None:
    """Labels and what they say, aligned; long texts go on below themselves."""
    table = Table.grid(padding=(0, 2))
    table.add_column(overflow="fold", max_width=26)
    table.add_column(overflow="fold")
    for label, said in pairs:
        table.add_row(Cell(label), Cell(said))
    _print(table)


def _widest(column: Column, columns: Sequence[Column], rows: Sequence[Sequence[str]]) -> int:
    from rich.cells import cell_len

    place = list(columns).index(column)
    return max((cell_len(row[place]) for row in rows), default=1) or 1


def _print(table: Table) -> None:
    console = Console(
        file=sys.stdout, width=layout.terminal_width(), highlight=False, markup=False, emoji=False
    )
    with console.capture() as drawn:
        console.print(table)
    print("\n".join(line.rstrip() for line in drawn.get().splitlines()))
