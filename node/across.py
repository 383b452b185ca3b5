"""Figures across kinds: of all kinds that have a field, how many records say each of its values. Read only.

Where the field names records, each of these that still stands has a figure, also where nothing was done.
Names no kind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from crdt.kinds.language import Field, Kind
from crdt.kinds.references import RecordRef
from node.cells import short
from node.deadlines import still_open
from node.figures import figures
from node.ledgers import Ledger
from node.store.database import Database
from node.store.model import TABLED
from node.store.pages import Pages


@dataclass(slots=True)
class Spread:
    """How many records of each kind, by the kind's name."""

    counts: dict[str, int] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return sum(self.counts.values())


def kinds_with(name: str) -> list[Kind]:
    """Kinds that have a field of this id, or called so."""
    return [kind for kind in TABLED.values() if field_called(kind, name) is not None]


def field_called(kind: Kind, name: str) -> Field | None:
    return next((f for f in kind.fields if name in (f.name, *f.label)), None)


def across(
    db: Database,
    ledger: Ledger,
    asked: Sequence[tuple[Kind, Field, Field | None]],
    span: tuple[str, str],
) -> dict[str, Spread]:
    """By value. `asked`: of each kind the field that is counted by, and the day that says when."""
    found: dict[str, Spread] = {value: Spread() for value in _standing(db, ledger, asked)}
    for kind, by, when in asked:
        for value, figure in figures(db, ledger, kind, by, when, span).items():
            if value:
                found.setdefault(value, Spread()).counts[kind.name] = figure.count
    return found


def _standing(
    db: Database, ledger: Ledger, asked: Sequence[tuple[Kind, Field, Field | None]]
) -> list[str]:
    """What the field may name: as cells name records."""
    named = {by.type.kind for _, by, _ in asked if isinstance(by.type, RecordRef)}
    return [
        short(record)
        for kind in (TABLED[name] for name in sorted(named) if TABLED[name].picked_by)
        for record, _ in Pages(db).rows(ledger.n, kind, (), none_of=still_open(kind))
    ]
