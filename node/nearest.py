"""Who is nearest to a place: teams ordered by the stored table of ways, without a line. Read only.

Names no kind: one declares `ways`, another where its records `stands_at`.
"""

from __future__ import annotations

from dataclasses import dataclass

from crdt.entry import RecordId
from crdt.kinds.language import Kind
from node.deadlines import still_open
from node.ledgers import Ledger
from node.store.database import Database
from node.store.model import TABLED
from node.store.pages import Pages


@dataclass(frozen=True, slots=True)
class Near:
    """`minutes`: None where the table knows no way from where it stands."""

    record: RecordId
    kind: str
    stands_at: str
    minutes: int | None


def nearest(db: Database, ledger: Ledger, place: str) -> list[Near]:
    """Everybody who can be called, the nearest first, the unknown last. A way is as long back as there."""
    minutes = _minutes(db, ledger, place)
    found: list[Near] = []
    for kind in TABLED.values():
        if not kind.stands_at:
            continue
        for record, cells in Pages(db).rows(
            ledger.n, kind, [kind.stands_at], none_of=still_open(kind)
        ):
            at = str(cells[kind.stands_at] or "")
            found.append(Near(record, kind.name, at, 0 if at == place else minutes.get(at)))
    return sorted(found, key=lambda n: (n.minutes is None, n.minutes or 0, n.record))


def _minutes(db: Database, ledger: Ledger, place: str) -> dict[str, int]:
    """From every place of which a way to `place` is known, the shortest that is stated."""
    found: dict[str, int] = {}
    for kind in TABLED.values():
        for start, minutes in _ways(db, ledger, kind, place):
            found[start] = min(minutes, found.get(start, minutes))
    return found


def _ways(db: Database, ledger: Ledger, kind: Kind, place: str) -> list[tuple[str, int]]:
    if (how := kind.ways) is None:
        return []
    found: list[tuple[str, int]] = []
    for _, cells in Pages(db).rows(ledger.n, kind, (how.origin, how.destination, how.minutes)):
        ends = [str(cells[how.origin]), str(cells[how.destination])]
        if place in ends and cells[how.minutes] is not None:
            found.append((ends[1 - ends.index(place)], int(str(cells[how.minutes]))))
    return found
