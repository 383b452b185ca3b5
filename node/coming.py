"""When the next of what comes round is to be, and who arranges it. Proposes only: nothing is written.

Follows from `Kind.again` and from the rotating chair, and so is the same on every node. Names no kind.
"""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass

from crdt.entry import RecordId
from crdt.kinds.language import Again, Kind
from crdt.rotation import Rotation
from keys.identity import TownshipId
from node.chair import rotation
from node.ledgers import Ledger
from node.rows import when
from node.service import Service
from node.store.model import TABLED
from node.store.pages import Cells, Pages

_Row = tuple[RecordId, Cells]


@dataclass(frozen=True, slots=True)
class Coming:
    """`sort`: the code that tells what comes round; `at`: as the field says it; `planned`: the record that is
    entered for it already, None where it is only proposed."""

    kind: Kind
    sort: str
    last_at: str
    at: str
    host: TownshipId | None
    planned: RecordId | None


def coming(service: Service, ledger: Ledger) -> list[Coming]:
    """What comes round, the earliest first."""
    now, turns = when(service.ground.clock_ms()), rotation(service, ledger)
    found: list[Coming] = []
    for kind in TABLED.values():
        if (how := kind.again) is None:
            continue
        state = next(f.name for f in kind.fields if f.states is not None)
        rows = Pages(service.ground.db).rows(
            ledger.n, kind, (how.when, how.by, how.host), none_of={state: [how.cancelled]}
        )
        for sort in how.months:
            of_sort = sorted(
                (r for r in rows if r[1][how.by] == sort and r[1][how.when]),
                key=lambda r: str(r[1][how.when]),
            )
            if of_sort:
                found.append(_next(kind, how, sort, of_sort, _Whose(ledger, turns, how, sort), now))
    return sorted(found, key=lambda c: (c.at, c.kind.name, c.sort))


def _next(kind: Kind, how: Again, sort: str, rows: list[_Row], whose: _Whose, now: str) -> Coming:
    past = [cells for _, cells in rows if str(cells[how.when]) <= now]
    ahead = [row for row in rows if str(row[1][how.when]) > now]
    last = past[-1] if past else None
    last_at = "" if last is None else str(last[how.when])
    if ahead:
        record, cells = ahead[0]
        at = str(cells[how.when])
        host = whose.named(cells) or whose.turn(last, at)
        return Coming(kind, sort, last_at, at, host, record)
    at = later(last_at, how.months[sort])
    return Coming(kind, sort, last_at, at, whose.turn(last, at), None)


@dataclass(frozen=True, slots=True)
class _Whose:
    """Whose it is to arrange what comes round."""

    ledger: Ledger
    turns: Rotation
    how: Again
    sort: str

    def named(self, cells: Cells) -> TownshipId | None:
        """The member that a row names as host."""
        name_of = self.ledger.members.name_of
        return next((t for t in self.turns.order if name_of(t) == cells[self.how.host]), None)

    def turn(self, last: Cells | None, at: str) -> TownshipId:
        """The member after the last host, or whoever is in the chair then."""
        host = None if last is None else self.named(last)
        if self.sort in self.how.in_turn and host is not None:
            order = self.turns.order
            return order[(order.index(host) + 1) % len(order)]
        day = datetime.date.fromisoformat(at[:10])
        return self.turns.term(day.year * 4 + (day.month - 1) // 3).chair


def later(at: str, months: int) -> str:
    """So many months on, at the same hour; the last day of a month that is too short."""
    day = datetime.date.fromisoformat(at[:10])
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > datetime.MAXYEAR:  # a typing mistake at the end of all calendars
        return at
    last = calendar.monthrange(year, month + 1)[1]
    return day.replace(year=year, month=month + 1, day=min(day.day, last)).isoformat() + at[10:]
