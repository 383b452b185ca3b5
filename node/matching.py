"""Who offers what others want: records that fit each other, as long as they are valid. Names no kind."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from crdt.entry import RecordId
from crdt.kinds.language import Kind
from node.deadlines import still_open
from node.folding import fold
from node.ledgers import Ledger
from node.store.database import Database
from node.store.pages import Cells, Pages

_HOME = "home"


@dataclass(frozen=True, slots=True)
class One:
    """A record that offers or wants, with its cells."""

    record: RecordId
    home: str
    cells: Cells


@dataclass(frozen=True, slots=True)
class Match:
    """`what`: as the first offer says it. Neither side is empty."""

    what: str
    offers: Sequence[One]
    wanted: Sequence[One]

    @property
    def crosses(self) -> bool:
        """Whether one township has what another one wants."""
        return any(o.home != w.home for o in self.offers for w in self.wanted)


def matches(db: Database, ledger: Ledger, kind: Kind, day: str) -> list[Match]:
    """What fits on a day, by what it is; nothing of what was valid until an earlier one."""
    how = kind.matches
    if how is None:
        return []
    sides: dict[str, tuple[list[One], list[One]]] = defaultdict(lambda: ([], []))
    names = list(dict.fromkeys([how.sort, how.by, *how.shows, kind.until, _HOME]))
    for record, cells in Pages(db).rows(ledger.n, kind, names, none_of=still_open(kind)):
        said, until = str(cells[how.by] or ""), str(cells[kind.until] or "~")
        if cells[how.sort] in (how.offer, how.wanted) and said and until >= day:
            side = sides[fold(said).strip()][cells[how.sort] == how.wanted]
            side.append(One(record, str(cells[_HOME]), cells))
    return [
        Match(str(offers[0].cells[how.by]), offers, wanted)
        for _, (offers, wanted) in sorted(sides.items())
        if offers and wanted
    ]
