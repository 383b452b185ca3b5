"""The table of working days of this node: what comes along with the program, and what the node was given.

Reads and writes files; what they mean `node.almanac` knows. A year that the node was given replaces the
program's own.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from keys.limits import HOLIDAYS_FILE_BYTES
from node.almanac import table
from node.almanac.errors import BadTable, TableDamaged
from node.almanac.workdays import Workdays
from node.errors import DiskTrouble, FileTrouble

FILE = "holidays.toml"
"""In the node's folder."""


@dataclass(frozen=True, slots=True)
class Change:
    """What a file would change of one year; `before` is None where the year is new."""

    year: int
    before: Workdays | None
    after: Workdays

    @property
    def same(self) -> bool:
        return self.before is not None and self.before.holidays == self.after.holidays


@functools.cache
def shipped() -> Workdays:
    """The table that comes along."""
    return table.parse(resources.files("node.almanac").joinpath("workdays.toml").read_bytes())


def load(folder: Path) -> Workdays:
    """The table as it stands at a node. Raises TableDamaged, FileTrouble."""
    given = _given(folder)
    return shipped() if given is None else shipped().with_years_of(given)


def changes(folder: Path, given: Workdays) -> list[Change]:
    """What a table would change here, year by year. Raises TableDamaged, FileTrouble."""
    here = load(folder)
    return [
        Change(
            year,
            Workdays(here.of_year(year)) if year in here.years else None,
            Workdays(given.of_year(year)),
        )
        for year in sorted(given.years)
    ]


def take(folder: Path, given: Workdays) -> None:
    """Keep a table at this node: its years in the place of those that stand here.

    Raises TableDamaged, FileTrouble, DiskTrouble, and then nothing changed.
    """
    from node.home import write_durably

    before = _given(folder)
    data = table.dump(given if before is None else before.with_years_of(given))
    table.parse(data)  # what is kept can be read again: BadTable, where it became too large
    try:
        write_durably(folder / FILE, data)
    except OSError as fault:
        raise DiskTrouble(why=fault.strerror) from fault


def _given(folder: Path) -> Workdays | None:
    try:
        with open(folder / FILE, "rb") as file:
            data = file.read(HOLIDAYS_FILE_BYTES + 1)
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as fault:
        raise FileTrouble(what=FILE) from fault
    try:
        return table.parse(data)
    except BadTable as fault:
        raise TableDamaged(file=FILE, why=fault.facts["why"]) from fault
