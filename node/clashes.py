"""Two records that take up the same room or mediator at one time. Both stand; people are told. Read only.

Found in the table of a kind by what the kind declares (`Kind.books`); it changes nothing. Names no kind.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
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

_TOLD_MAX = 20
"""Of what is taken up more often at one time people see that with the first of them."""
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
    pages: Pages,
    ledger: Ledger,
    kind: Kind,
    begins: str,
    ends: str = "~",
    of: RecordId | None = None,
) -> Iterator[Clash]:
    """Those that touch the time between two moments; `of` one record, or of all. Of one value a few are told:
    a sheet brought in twice must not make a page of millions."""
    if kind.books is None or kind.lasts is None:
        return
    first = _longest_before(begins)
    start, end = kind.lasts
    free = {} if kind.machine is None else {kind.machine.name: kind.books.free}
    rows = pages.rows(
        ledger.n,
        kind,
        list(dict.fromkeys((start, end, *kind.books.fields))),
        at_least={start: first},
        at_most={start: ends},
        none_of=free if kind.books.free else None,
    )
    for (field, value), spans in sorted(_taken(kind, rows).items()):
        running = [span for span in spans if span.ends >= begins]
        pairs = overlapping(running) if of is None else with_one(running, of)
        for one, other in islice(pairs, _TOLD_MAX):
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
            if not _meet(one, other):
                break
            if other.record != one.record:
                yield one, other


def with_one(spans: Iterable[Span], record: RecordId) -> Iterator[tuple[Span, Span]]:
    """The same, of what one record takes up."""
    listed = sorted(spans)
    for mine in [span for span in listed if span.record == record]:
        for span in listed:
            one, other = sorted((mine, span))
            if span.record != record and _meet(one, other):
                yield one, other


def _meet(one: Span, other: Span) -> bool:
    """`one` begins first."""
    return other.begins == one.begins or other.begins < one.ends


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
        if not start:
            return {"clashes": []}
        listed = list(self._clashes(seen.kind, start, max(start, end), seen.id))
        lines = self._lines(listed)
        return {
            "clashes": [
                self._shape(seen.kind, c, c.other if c.one.record == seen.id else c.one, lines)
                for c in listed
            ]
        }

    def pairs(self, kind: Kind, now: str) -> list[Json]:
        """Those that are not over, with the one that begins first under "first"."""
        found: list[Json] = []
        listed = list(self._clashes(kind, now, "~"))
        lines = self._lines(listed)
        for clash in listed:
            first = self._shape(kind, clash, clash.one, lines)
            said = self._shape(kind, clash, clash.other, lines)
            found.append(said | {"first": {n: first[n] for n in ("id", "title", "home")}})
        return found

    def _clashes(
        self, kind: Kind, begins: str, ends: str, of: RecordId | None = None
    ) -> Iterator[Clash]:
        return clashes(Pages(self.service.ground.db), self.ledger, kind, begins, ends, of)

    def _shape(self, kind: Kind, clash: Clash, other: Span, lines: Mapping[str, Json]) -> Json:
        declared, line = kind.by_name[clash.field], lines[other.record.hex()]
        return {
            "field": clash.field,
            "label": {"zh": declared.label[0], "en": declared.label[1]},
            "value": self._value(declared.type, clash.value),
            **{name: line[name] for name in ("id", "kind", "title", "home")},
            "from": other.begins,
            "to": other.ends,
        }

    def _lines(self, found: Sequence[Clash]) -> dict[str, Json]:
        """By id the lines of all that clash."""
        ids = dict.fromkeys(span.record for c in found for span in (c.one, c.other))
        listed = self.service.ground.model.named(list(ids))
        return {line["id"]: line for line in self.reading.lines(self.ledger, listed)}

    def _value(self, of: FieldType, value: str) -> str:
        """Another record by its title: cells hold the beginning of its id."""
        inner = of.fields[0][2] if isinstance(of, Items) else of
        if not isinstance(inner, RecordRef):
            return value
        listed = self.service.ground.model.with_prefix(self.ledger.n, value)
        named = self.service.ground.model.named([listed[0][0]]) if len(listed) == 1 else []
        return next((line["title"] for line in self.reading.lines(self.ledger, named)), value)
