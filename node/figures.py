"""Figures counted from records, never typed: how many, by what, and sums of what townships stated. Read only.

What people said is one matter counts once. Names no kind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from crdt.kinds.language import Field, Kind
from crdt.kinds.types import Choices, Number, Slot, Townships
from node.cells import codes, townships
from node.ledgers import Ledger
from node.matters import Matter, matters
from node.store.database import Database
from node.store.pages import Cells


@dataclass(slots=True)
class Figure:
    """`count` records, and for each summed field the sum of each township (or of all under "")."""

    count: int = 0
    sums: dict[str, dict[str, int]] = field(default_factory=dict)


def summed(kind: Kind) -> list[Field]:
    """Fields whose numbers can be added up."""
    return [f for f in kind.fields if isinstance(_inner(f), Number)]


def figures(
    db: Database,
    ledger: Ledger,
    kind: Kind,
    by: Field | None,
    when: Field | None,
    span: tuple[str, str] = ("", "~"),
    fits: Callable[[Cells], bool] | None = None,
) -> dict[str, Figure]:
    """A figure for every value of `by` ("" where nothing is stated, or all of it without `by`).

    `span`: first and last day (or quarter, or week) of `when` that count; `fits`: which cells do.
    A record with several codes counts under each of them.
    """
    needed = [f.name for f in (*summed(kind), by, when) if f is not None]
    if fits is None:
        return counted(matters(db, ledger, kind, needed), kind, by, when, span)
    found = matters(db, ledger, kind, ["home", *kind.by_name])
    return counted((m for m in found if fits(m.cells)), kind, by, when, span)


def counted(
    found: Iterable[Matter],
    kind: Kind,
    by: Field | None,
    when: Field | None = None,
    span: tuple[str, str] = ("", "~"),
) -> dict[str, Figure]:
    """The same of matters at hand."""
    said: dict[str, Figure] = defaultdict(Figure)
    added = summed(kind)
    for matter in found:
        if when is not None and not span[0] <= begins(matter.cells, when) <= span[1]:
            continue
        for value in values(matter.cells, by):
            figure = said[value]
            figure.count += 1
            for declared in added:
                _add(figure.sums, declared, matter)
    return dict(said)


def _inner(declared: Field) -> object:
    return declared.type.of if isinstance(declared.type, Slot) else declared.type


def begins(cells: Cells, when: Field) -> str:
    """The day (or quarter, or week) that stands there, "" if none does."""
    return str(cells[when.name] or "")[:10]


def values(cells: Cells, by: Field | None) -> Sequence[str]:
    """Under which values it counts."""
    if by is None:
        return [""]
    cell = cells[by.name]
    if isinstance(by.type, Choices):
        return codes(cell) or [""]
    if isinstance(by.type, Townships):
        return townships(cell) or [""]
    return ["" if cell is None else str(cell)]


def _add(sums: dict[str, dict[str, int]], declared: Field, matter: Matter) -> None:
    stated = matter.numbers(declared.name)
    if not isinstance(declared.type, Slot):
        said = matter.cells[declared.name]
        stated = {} if said in (None, "") else {"": int(str(said))}
    for township, number in stated.items():
        mine = sums.setdefault(declared.name, {})
        mine[township] = mine.get(township, 0) + number
