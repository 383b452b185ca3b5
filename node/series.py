"""Numbers of a kind over time, a series for whatever they are grouped by. Read only; names no kind.

What is told in another unit is a series of its own, and what people said is one matter is told once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from crdt.entry import RecordId
from crdt.kinds.language import Field, Kind
from node.folding import fold
from node.ledgers import Ledger
from node.matters import matters
from node.store.database import Database
from node.store.pages import Cells

HOME = "home"
"""The township that entered a record is a cell too."""


@dataclass(frozen=True, slots=True)
class Point:
    """`values`: as kept, in the order that was asked for; None where nothing is stated."""

    on: str
    values: tuple[int | None, ...]
    record: RecordId
    home: str


@dataclass(frozen=True, slots=True)
class Line:
    """`by`: what all of it says, as cells say it."""

    by: Mapping[str, str]
    unit: str
    points: tuple[Point, ...]


def series(
    db: Database,
    ledger: Ledger,
    kind: Kind,
    of: Sequence[Field],
    by: Sequence[str],
    on: Field,
    fits: Callable[[Cells], bool] = lambda _: True,
    span: tuple[str, str] = ("", "~"),
) -> list[Line]:
    """Each with its points, the earliest first. `by`: fields, or `HOME`; `span`: first and last day."""
    unit = kind.series.unit if kind.series is not None else ""
    keys = list(dict.fromkeys([*by, *([unit] if unit else [])]))
    said: dict[tuple[str, ...], dict[str, str]] = {}
    points: dict[tuple[str, ...], list[Point]] = defaultdict(list)
    for matter in matters(db, ledger, kind, [HOME, *kind.by_name]):
        cells, record = matter.cells, matter.records[0]
        when = str(cells[on.name] or "")
        if not when or not span[0] <= when[:10] <= span[1]:
            continue
        values = tuple(_number(cells[f.name]) for f in of)
        if any(v is not None for v in values) and fits(cells):
            key = tuple(fold(str(cells[name] or "")).strip() for name in keys)
            said.setdefault(key, {name: str(cells[name] or "") for name in keys})
            points[key].append(Point(when, values, record, str(cells[HOME])))
    return [
        Line(
            {name: said[key][name] for name in by},
            said[key].get(unit, ""),
            tuple(sorted(found, key=lambda p: (p.on, p.record))),
        )
        for key, found in sorted(points.items())
    ]


def _number(cell: int | str | None) -> int | None:
    return cell if type(cell) is int else None
