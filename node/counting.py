"""Numbers of records: what stands behind a sheet, and the measures of which it is made. Read only.

All of them follow from entries that this node holds; only days that people stated and times that townships
signed count, never when something arrived here. Names no kind.
"""

from __future__ import annotations

import datetime
import statistics
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from crdt.kinds.language import Field, Kind
from crdt.kinds.types import Items
from crdt.view import Item, view
from keys.errors import Text
from node.answering import Answer, answers
from node.figures import begins
from node.ledgers import Ledger
from node.matters import Matter, matters
from node.service import Service

Value: TypeAlias = int | None
Unless: TypeAlias = tuple[str, tuple[str, ...]]


class Counting:
    """What stands behind a sheet: the records of one ledger within one span of days."""

    def __init__(self, service: Service, ledger: Ledger, first: str, last: str) -> None:
        self.service = service
        self.ledger = ledger
        self.first, self.last = first, last
        self._matters: dict[str, list[Matter]] = {}

    def of(self, kind: Kind) -> list[Matter]:
        """Every matter of a kind."""
        if kind.name not in self._matters:
            named = [f.name for f in kind.fields if _counts(f)]
            db = self.service.ground.db
            self._matters[kind.name] = matters(db, self.ledger, kind, [*named, "home", "conflicts"])
        return self._matters[kind.name]

    def within(self, kind: Kind, on: str, unless: Unless = ("", ())) -> list[Matter]:
        """Those whose day lies in the span."""
        when = kind.by_name[on]
        return [
            m
            for m in self.of(kind)
            if self.first <= begins(m.cells, when) <= self.last
            and m.cells.get(unless[0]) not in unless[1]
        ]

    def items(self, matter: Matter, collection: str) -> Iterator[Item]:
        """What stands in a collection of a matter; what two of its records say alike stands once."""
        said: list[dict[str, Any]] = []
        for record in matter.records:
            seen = view(self.service.record(self.ledger, record))
            fresh = [i for i in seen.items[collection] if not i.removed and i.fields not in said]
            said += [i.fields for i in fresh]
            yield from fresh

    def answers(self, matter: Matter) -> list[Answer]:
        return answers(self.service.record(self.ledger, matter.records[0]))


def _counts(declared: Field) -> bool:
    """Whether its cell can be counted by: long texts and collections are not asked for."""
    return not isinstance(declared.type, Items) and declared.name not in ("summary", "notes")


# --- measures -------------------------------------------------------------------------------------

Measuring: TypeAlias = Callable[[Counting, Sequence[Matter]], Value]


@dataclass(frozen=True, slots=True)
class Measure:
    """One number of some matters."""

    name: str
    label: Text
    of: Measuring
    unit: str = "count"


def many(**where: str | tuple[str, ...]) -> Measuring:
    """How many, of those whose fields say one of these values; () anything at all."""

    def of(_: Counting, found: Sequence[Matter]) -> Value:
        return sum(_fits(m, where) for m in found)

    return of


def _fits(matter: Matter, where: Mapping[str, str | tuple[str, ...]]) -> bool:
    for name, wanted in where.items():
        said = matter.cells[name]
        codes = (wanted,) if isinstance(wanted, str) else wanted
        if said in (None, "") or (codes and said not in codes):
            return False
    return True


def added(name: str) -> Measuring:
    """The sum of a number; of all townships where each states its own."""

    def of(_: Counting, found: Sequence[Matter]) -> Value:
        alone = [m.cells[name] for m in found if name not in m.stated]
        apart = [n for m in found for n in m.numbers(name).values()]
        return sum(apart) + sum(int(str(n)) for n in alone if n not in (None, ""))

    return of


def median_days(first: str, last: str) -> Measuring:
    """The median of days from one to the other (the lower of two in the middle)."""

    def of(_: Counting, found: Sequence[Matter]) -> Value:
        days = []
        for m in found:
            if m.cells[first] and m.cells[last]:
                begun, ended = (
                    datetime.date.fromisoformat(str(m.cells[n])[:10]) for n in (first, last)
                )
                if ended >= begun:
                    days.append((ended - begun).days)
        return statistics.median_low(days) if days else None

    return of


def of_answers(what: Callable[[list[Answer]], Value]) -> Measuring:
    """A number of the answers that townships gave, or did not."""

    def of(counting: Counting, found: Sequence[Matter]) -> Value:
        return what([a for m in found for a in counting.answers(m)])

    return of


def median_minutes(found: list[Answer]) -> Value:
    minutes = [a.minutes for a in found if a.minutes is not None]
    return statistics.median_low(minutes) if minutes else None


ANSWERED = (
    Measure("count", Text("条数", "number"), many()),
    Measure("asked", Text("应签收", "asked"), of_answers(len)),
    Measure(
        "answered",
        Text("已签收", "answered"),
        of_answers(lambda found: sum(a.answered_ms is not None for a in found)),
    ),
    Measure(
        "late",
        Text("超时签收", "late"),
        of_answers(lambda found: sum(a.is_late for a in found)),
    ),
    Measure("minutes", Text("用时中位数", "median time"), of_answers(median_minutes), "minutes"),
)
"""How those who were asked answered."""
