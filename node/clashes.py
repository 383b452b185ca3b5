"""Two records that take up the same room or mediator at one time. Both stand; people are told. Read only.

Found in the table of a kind by what the kind declares (`Kind.books`); it changes nothing. Names no kind.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from crdt.entry import RecordId
from crdt.kinds.language import Kind
from crdt.kinds.references import RecordRef
from crdt.kinds.types import FieldType, Items
from crdt.view import View
from node.cells import lines
from node.ledgers import Ledger
from node.store.pages import Cells, Pages

if TYPE_CHECKING:
    from node.reading import Reading
    from node.service import Service

_LONGEST = datetime.timedelta(days=31)
Json = dict[str, Any]


class Span(NamedTuple):
    """A record takes something up from one moment to another; the same one where nobody said the end."""

    begins: str
    ends: str
    record: RecordId


class Clash(NamedTuple):
    """Two records that take up `value` of a field at one time, the one that begins first named first."""

    field: str
    value: str
    one: Span
    other: Span


def clashes(
    pages: Pages, ledger: Ledger, kind: Kind, begins: str, ends: str = "~"
) -> Iterator[Clash]:
    """Those that touch the time between two moments."""
    if kind.books is None or kind.lasts is None:
        return
    first = _longest_before(begins)
    start, end = kind.lasts
    free = {f.name: kind.books.free for f in kind.fields if f.states is not None}
    rows = pages.rows(
        ledger.n,
        kind,
        list(dict.fromkeys((start, end, *kind.books.fields))),
        at_least={start: first},
        at_most={start: ends},
        none_of=free if kind.books.free else None,
    )
    for (field, value), spans in sorted(_taken(kind, rows).items()):
        for one, other in overlapping(spans):
            if max(other.begins, min(one.ends, other.ends)) >= begins:
                yield Clash(field, value, one, other)


def _longest_before(begins: str) -> str:
    """What began earlier is over; "" where the calendar does not reach so far back."""
    try:
        return str(datetime.datetime.fromisoformat(begins) - _LONGEST)[:16]
    except OverflowError:
        return ""


def overlapping(spans: Iterable[Span]) -> Iterator[tuple[Span, Span]]:
    """Every two that have a moment in common; one that ends when the other begins has none."""
    ordered = sorted(spans)
    for n, one in enumerate(ordered):
        for other in ordered[n + 1 :]:
            if other.begins != one.begins and other.begins >= one.ends:
                break
            if other.record != one.record:
                yield one, other


def _taken(kind: Kind, rows: Sequence[tuple[RecordId, Cells]]) -> dict[tuple[str, str], set[Span]]:
    assert kind.books is not None, "only what takes something up is asked"
    assert kind.lasts is not None, "only what takes something up is asked"
    start, end = kind.lasts
    found: dict[tuple[str, str], set[Span]] = defaultdict(set)
    for record, cells in rows:
        begins = str(cells[start])
        span = Span(begins, max(begins, str(cells[end] or "")), record)
        for field in kind.books.fields:
            for value in lines(cells[field]):
                found[field, value].add(span)
    return found


# --- for people -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Told:
    """Clashes as JSON: {"field", "label", "value", "id", "kind", "title", "home", "from", "to"}."""

    service: Service
    reading: Reading
    ledger: Ledger

    def about(self, seen: View) -> Json:
        """{"clashes": […]} of a record whose kind takes something up, each about the other record."""
        if seen.kind.books is None or seen.kind.lasts is None:
            return {}
        start, end = (str(seen.registers[name] or "") for name in seen.kind.lasts)
        listed = self._clashes(seen.kind, start, max(start, end)) if start else ()
        found: list[Json] = []
        for clash in listed:
            for mine, other in ((clash.one, clash.other), (clash.other, clash.one)):
                if mine.record == seen.id:
                    found.append(self._shape(seen.kind, clash, other))
        return {"clashes": found}

    def pairs(self, kind: Kind, now: str) -> list[Json]:
        """Those that are not over, with the one that begins first under "first"."""
        found: list[Json] = []
        for clash in self._clashes(kind, now, "~"):
            first = self._shape(kind, clash, clash.one)
            said = self._shape(kind, clash, clash.other)
            found.append(said | {"first": {n: first[n] for n in ("id", "title", "home")}})
        return found

    def _clashes(self, kind: Kind, begins: str, ends: str) -> Iterator[Clash]:
        return clashes(Pages(self.service.ground.db), self.ledger, kind, begins, ends)

    def _shape(self, kind: Kind, clash: Clash, other: Span) -> Json:
        declared, line = kind.by_name[clash.field], self._line(other.record)
        return {
            "field": clash.field,
            "label": {"zh": declared.label[0], "en": declared.label[1]},
            "value": self._value(declared.type, clash.value),
            **{name: line[name] for name in ("id", "kind", "title", "home")},
            "from": other.begins,
            "to": other.ends,
        }

    def _line(self, record: RecordId) -> Json:
        listed = self.service.ground.model.named([record])
        return self.reading.lines(self.ledger, listed)[0]

    def _value(self, of: FieldType, value: str) -> str:
        """Another record by its title: cells hold the beginning of its id."""
        inner = of.fields[0][2] if isinstance(of, Items) else of
        if not isinstance(inner, RecordRef):
            return value
        listed = self.service.ground.model.with_prefix(self.ledger.n, value)
        return str(self._line(listed[0][0])["title"]) if len(listed) == 1 else value
