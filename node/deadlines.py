"""By which day something is to be done, and what members agreed on about that. Pure but for `agreed_limits`.

All of it follows from declarations (`Due`, `Answered`, `Kind.limits`); names no kind.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from crdt.entry import RecordId
from crdt.kinds.follows import Answered
from crdt.kinds.language import Due, Field, Kind
from node.almanac.days import add_days
from node.almanac.errors import DayOutOfReach
from node.almanac.workdays import Workdays
from node.ledgers import Ledger
from node.store.database import Database
from node.store.model import TABLED
from node.store.pages import Cells, Pages

_LIMIT_MAX = 10_000_000
"""Minutes of nineteen years; what is more is a slip of the hand and counts for nothing."""
_DAYS_MAX = 3_660


@dataclass(frozen=True, slots=True)
class Deadline:
    """`day`: YYYY-MM-DD; `estimated`: nobody has said yet which days of its year are worked."""

    field: Field
    due: Due
    day: str
    estimated: bool


class Deadlines:
    """The time limits of one ledger."""

    def __init__(self, workdays: Workdays, agreed: Mapping[str, int]) -> None:
        """`agreed`: code → number, as of `agreed_limits`."""
        self._workdays = workdays
        self._agreed = agreed

    def of(self, kind: Kind, said: Mapping[str, object]) -> Iterator[Deadline]:
        """What runs of a record that says this."""
        for declared in kind.fields:
            for due in declared.due:
                if said.get(declared.name) and is_running(kind, due, said):
                    yield self.on(declared, due, str(said[declared.name]))

    def on(self, declared: Field, due: Due, stated: str) -> Deadline:
        """The day that follows from the one that stands there."""
        first, days = datetime.date.fromisoformat(stated), self.days(due)
        try:
            if due.working:
                found = self._workdays.add_working_days(first, days)
                return Deadline(declared, due, found.day.isoformat(), found.estimated)
            return Deadline(declared, due, add_days(first, days).isoformat(), False)
        except DayOutOfReach:
            return Deadline(
                declared, due, stated, False
            )  # a typing mistake at the end of all calendars

    def running(
        self,
        pages: Pages,
        ledger: Ledger,
        kind: Kind,
        fields: Iterable[Field],
        today: str,
        more: Sequence[str] = (),
    ) -> Iterator[tuple[RecordId, Cells, Deadline]]:
        """Of a kind's records what runs by these fields and people are told of by today, with the cells that
        tell it, the township that entered it, and `more`."""
        for declared in fields:
            for due in declared.due:
                asked = (declared.name, *_asked_of(kind, due), "home", *more)
                rows = pages.rows(
                    ledger.n,
                    kind,
                    list(dict.fromkeys(asked)),
                    at_most={declared.name: self._latest(due, today)},
                    none_of={} if due.states else still_open(kind),
                )
                for record, cells in rows:
                    if is_running(kind, due, cells):
                        yield record, cells, self.on(declared, due, str(cells[declared.name]))

    def days(self, due: Due) -> int:
        agreed = self._agreed.get(due.limit, due.days)
        return agreed if agreed <= _DAYS_MAX else due.days

    def _latest(self, due: Due, today: str) -> str:
        """The last day that may stand in the field for people to be told today."""
        told = add_days(datetime.date.fromisoformat(today), due.ahead - self.days(due))
        return told.isoformat()

    def minutes(self, how: Answered, grade: str) -> int:
        """How many there are for an answer; 0 where time is not limited."""
        if not how.grade:
            return 0
        return self._agreed.get(f"{how.limit}_{grade}", how.within_min.get(grade, 0))


def is_running(kind: Kind, due: Due, said: Mapping[str, object]) -> bool:
    """Whether a time limit runs of a record that says this. While townships differ about its state it says
    none, and every limit runs: one of them alone ends none."""
    if due.unless and said.get(due.unless):
        return False
    if due.states:
        assert kind.machine is not None, "a time limit that names states has them"
        return said.get(kind.machine.name) in (None, "", *due.states)
    return not is_over(kind, said)


def is_over(kind: Kind, said: Mapping[str, object]) -> bool:
    """Whether nothing is due any more of a record that says this."""
    if kind.over is None:
        return False
    name, values = kind.over
    value = said.get(name)
    return bool(value) and (value in values or not values)


def still_open(kind: Kind) -> dict[str, Sequence[str]]:
    """What `Pages.rows` is to leave out: records of which nothing is due any more."""
    return {} if kind.over is None else {kind.over[0]: kind.over[1]}


def asked_of(kind: Kind) -> list[str]:
    """The fields that tell which time limits run, and from when."""
    named = (n for f in kind.fields for due in f.due for n in (f.name, *_asked_of(kind, due)))
    return list(dict.fromkeys(named))


def _asked_of(kind: Kind, due: Due) -> list[str]:
    named = [due.unless, "" if kind.machine is None else kind.machine.name, (kind.over or ("",))[0]]
    return [name for name in named if name]


def agreed_limits(db: Database, ledger: Ledger) -> dict[str, int]:
    """Code → number, what members agreed on; where several records say it, the shortest."""
    found: dict[str, int] = {}
    for kind in TABLED.values():
        if kind.limits is None:
            continue
        code, number = kind.limits
        for _, cells in Pages(db).rows(ledger.n, kind, kind.limits):
            amount = cells[number]
            if isinstance(amount, int) and 0 < amount <= _LIMIT_MAX:
                named = str(cells[code])
                found[named] = min(amount, found.get(named, amount))
    return found
