"""What belongs to a record: how many of each kind, in which states, with sums of numbers. Read only.

It follows from the declarations: whatever kind has a field for a record of this kind. What people said is one
matter counts once. Names no kind.
"""

from __future__ import annotations

from dataclasses import dataclass

from crdt.entry import RecordId
from crdt.kinds import links_to
from crdt.kinds.language import Field, Kind
from node.cells import short
from node.figures import Figure, counted, summed
from node.ledgers import Ledger
from node.matters import Matter, matters_saying
from node.store.database import Database


@dataclass(frozen=True, slots=True)
class Gathered:
    """The matters of `kind` whose `link` names the record. `by`: for each field by which they are told in
    short how many say what."""

    kind: Kind
    link: Field
    matters: list[Matter]
    all: Figure
    by: dict[str, dict[str, Figure]]


def belonging(db: Database, ledger: Ledger, record: RecordId, kind: Kind) -> list[Gathered]:
    """Everything that belongs to a record of a kind; nothing of kinds of which nothing does."""
    found = [_gathered(db, ledger, record, other, link) for other, link in links_to(kind)]
    return [one for one in found if one.matters]


def linked(
    db: Database, ledger: Ledger, record: RecordId, other: Kind, link: Field
) -> list[Matter]:
    """The matters of another kind whose field names the record, by id."""
    names = [*other.told_by, *(f.name for f in summed(other)), link.name]
    return matters_saying(db, ledger, other, names, {link.name: short(record)})


def _gathered(db: Database, ledger: Ledger, record: RecordId, other: Kind, link: Field) -> Gathered:
    matters = linked(db, ledger, record, other, link)
    by = {name: counted(matters, other, other.by_name[name]) for name in other.told_by}
    return Gathered(other, link, matters, counted(matters, other, None).get("", Figure()), by)
