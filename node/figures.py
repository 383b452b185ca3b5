"""Figures counted from records, never typed: how many, by what, and sums of what townships stated. Read only.

What people said is one matter counts once. Names no kind.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from crdt.kinds.language import Field, Kind
from crdt.kinds.types import Choices, Number, Slot, Townships
from node.ledgers import Ledger
from node.store.database import Database
from node.store.pages import Cells, Pages


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
    fits: Callable[[Cells], bool] = lambda _: True,
) -> dict[str, Figure]:
    """A figure for every value of `by` ("" where nothing is stated, or all of it without `by`).

    `span`: first and last day (or quarter, or week) of `when` that count; `fits`: which cells do.
    A record with several codes counts under each of them.
    """
    found: dict[str, Figure] = defaultdict(Figure)
    for cells in _counted(db, ledger, kind):
        if when is not None and not span[0] <= _begins(cells, when) <= span[1]:
            continue
        if not fits(cells):
            continue
        for value in _values(cells, by):
            figure = found[value]
            figure.count += 1
            for declared in summed(kind):
                _add(figure.sums, declared, cells)
    return dict(found)


def _inner(declared: Field) -> object:
    return declared.type.of if isinstance(declared.type, Slot) else declared.type


def _counted(db: Database, ledger: Ledger, kind: Kind) -> Iterator[Cells]:
    """One of each matter: what is joined to another record stands there."""
    joined = "" if kind.twins is None else kind.twins.joined
    for _, cells in Pages(db).rows(ledger.n, kind, ["home", *kind.by_name]):
        if not joined or not cells[joined]:
            yield cells


def _begins(cells: Cells, when: Field) -> str:
    return str(cells[when.name] or "")[:10]


def _values(cells: Cells, by: Field | None) -> Sequence[str]:
    if by is None:
        return [""]
    said = "" if cells[by.name] is None else str(cells[by.name])
    if isinstance(by.type, (Choices, Townships)):
        return said.split("," if isinstance(by.type, Choices) else "、")
    return [said]


def _add(sums: dict[str, dict[str, int]], declared: Field, cells: Cells) -> None:
    said = cells[declared.name]
    if said in (None, ""):
        return
    stated: Mapping[str, object] = {"": said}
    if isinstance(declared.type, Slot):
        stated = json.loads(str(said))
    for township, value in stated.items():
        number = declared.type.parse(str(value)) if isinstance(declared.type, Slot) else value
        assert type(number) is int, "a number was checked when it was entered"
        mine = sums.setdefault(declared.name, {})
        mine[township] = mine.get(township, 0) + number
