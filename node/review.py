"""The review of a week: figures counted from what is entered, and the record that they are written into.

Counted is what this node holds at one moment, which the record states; nothing but the day of that moment and
the signed entries matters, so two nodes that hold the same count the same. Once the text is final nothing is
written any more. Names no kind: a kind says how it is counted (`Kind.generated`).
"""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from crdt.entry import RecordId
from crdt.kinds import KINDS, kind_named
from crdt.kinds.follows import Generated
from crdt.kinds.language import Kind, highest
from crdt.kinds.types import Scalar
from crdt.operations import REMOVED, Add, Operation, Set
from crdt.record import Record
from crdt.view import view
from node.answering import answers
from node.deadlines import Deadlines, asked_of, still_open
from node.errors import ReviewSigned
from node.ledgers import Ledger
from node.matters import Matter, matters
from node.officeclock import DAY_MS, day_ms, when
from node.service import Service
from node.store.pages import Pages
from node.writing import Draft

Json = dict[str, Any]
PARTED = ("new", "open", "overdue", "regraded")
"""The measures whose figures are also told by category and level."""
Key: TypeAlias = tuple[tuple[str, Scalar], ...]
"""The parts of a figure but its value: its measure, and of which category or level it is."""


@dataclass(frozen=True, slots=True)
class Review:
    """`figures`: by what they are of; `matters`: by measure the records that are behind its figure."""

    week: str
    as_of: str
    figures: dict[Key, int]
    matters: dict[str, list[RecordId]]


def reviewed() -> Kind:
    """The kind whose figures are counted."""
    return next(kind for kind in KINDS.values() if kind.generated is not None)


def _how() -> Generated:
    how = reviewed().generated
    assert how is not None, "it is counted"
    return how


def count(service: Service, ledger: Ledger, week: str, now_ms: int, limits: Deadlines) -> Review:
    """The figures of an ISO week (2024-W33) as of now."""
    how = _how()
    found = _Week(service, ledger, kind_named(how.of), week, when(now_ms), limits)
    asked = (found.new, found.open, found.overdue, found.regraded)
    parted = {measure: ask() for measure, ask in zip(PARTED, asked, strict=True)}
    figures: dict[Key, int] = {}
    for measure, some in parted.items():
        figures |= _parted(how, measure, some)
    told = {measure: [m.records[0] for m in some] for measure, some in parted.items()}
    told["unanswered"] = found.unanswered()
    figures[((how.measure, "unanswered"),)] = len(told["unanswered"])
    return Review(week, found.as_of, figures, told)


def _parted(how: Generated, measure: str, found: Sequence[Matter]) -> dict[Key, int]:
    """All of them, and how many of each value by which they are parted."""
    said = (how.measure, measure)
    figures: dict[Key, int] = {(said,): len(found)}
    for name in how.by:
        codes = [str(m.cells[name]) for m in found if m.cells[name]]
        figures |= {(said, (name, code)): n for code, n in sorted(Counter(codes).items())}
    return figures


class _Week:
    """What there is to say of the records of one kind in one week."""

    def __init__(
        self,
        service: Service,
        ledger: Ledger,
        kind: Kind,
        week: str,
        as_of: str,
        limits: Deadlines,
    ) -> None:
        self._service, self._ledger, self._kind = service, ledger, kind
        self.as_of, self._limits = as_of, limits
        monday = datetime.date.fromisocalendar(int(week[:4]), int(week[6:]), 1)
        self._first_ms = day_ms(monday.isoformat())
        self._last_ms = self._first_ms + 7 * DAY_MS
        state, over = kind.over or ("", ())
        self._state, self._over = state, over
        asked = [n for n in dict.fromkeys((*_how().by, *asked_of(kind), state)) if n]
        pages = Pages(service.ground.db)
        found = matters(service.ground.db, ledger, kind, asked)
        self._matters = [m for m in found if m.cells[state] not in _before(kind)]
        self._moved = pages.changed_since(ledger.n, kind, self._first_ms)

    def _record(self, record: RecordId) -> Record:
        return self._service.record(self._ledger, record)

    def _within(self, ms: int) -> bool:
        return self._first_ms <= ms < self._last_ms

    def new(self) -> list[Matter]:
        """Entered in this week, and not earlier in another record."""
        found = []
        for matter in self._matters:
            if any(record in self._moved for record in matter.records):
                begun = [self._record(r).order()[0].entry.header.claimed_ms for r in matter.records]
                if self._within(min(begun)):
                    found.append(matter)
        return found

    def open(self) -> list[Matter]:
        return [m for m in self._matters if m.cells[self._state] not in self._over]

    def overdue(self) -> list[Matter]:
        """Open, and a day by which something was to be done is over."""
        today = self.as_of[:10]
        return [
            m
            for m in self.open()
            if any(found.day < today for found in self._limits.of(self._kind, m.cells))
        ]

    def regraded(self) -> list[Matter]:
        """A grade that stood there was changed in this week."""
        grades = {f.name for f in self._kind.fields if f.safe is highest and f.states is None}
        return [m for m in self._matters if any(self._changed(r, grades) for r in m.records)]

    def _changed(self, record: RecordId, grades: set[str]) -> bool:
        if record not in self._moved:
            return False
        stands: dict[str, Scalar] = {}
        for applied in self._record(record).order():
            now = self._within(applied.entry.header.claimed_ms)
            for operation in applied.operations:
                if isinstance(operation, Set) and operation.key in grades:
                    before = stands.get(operation.key)
                    if now and before is not None and before != operation.value:
                        return True
                    stands[operation.key] = operation.value
        return False

    def unanswered(self) -> list[RecordId]:
        """Of every kind that is to be answered within a time: what somebody has not answered yet."""
        found: list[RecordId] = []
        for kind in KINDS.values():
            if kind.answered is not None and kind.answered.within_min:
                pages = Pages(self._service.ground.db)
                rows = pages.rows(self._ledger.n, kind, [], none_of=still_open(kind))
                found += [
                    r
                    for r, _ in sorted(rows)
                    if any(a.answered_ms is None for a in answers(self._record(r)))
                ]
        return found


def _before(kind: Kind) -> set[str]:
    """States in which a record has not begun: no move leads into them."""
    machine = kind.machine
    if machine is None or machine.states is None:
        return set()
    reached = {after for _, after in machine.states.moves} | {machine.states.initial}
    return set(machine.states.codes()) - reached


# --- the record -----------------------------------------------------------------------------------


def write(service: Service, ledger: Ledger, found: Review, post: str, reason: str) -> RecordId:
    """The record of the week with these figures: a new one, or the one that is there. Raises ReviewSigned,
    RuleBroken, MovedMeanwhile."""
    kind, how = reviewed(), _how()
    standing = _standing(service, ledger, found.week)
    if standing is None:
        typed = {how.period: found.week, how.as_of: found.as_of}
        draft = service.draft(ledger, kind, typed, post, reason)
        said = [*draft.operations, *(_added(how, *figure) for figure in found.figures.items())]
        made = service.write_drafts(ledger, [Draft(None, said, draft.words)])
        record = made[0].record
        assert record is not None, "a creating entry names a record"
        return record
    held = service.record(ledger, standing)
    _check_open(kind, held)
    operations = [*_as_of(held, how, found.as_of), *_changes(held, how, found.figures)]
    if operations:
        words = service.saving.check(ledger, standing, operations, (post, reason), None)
        draft = Draft(standing, operations, words, held.heads())
        service.write_drafts(ledger, [draft])
    return standing


def _standing(service: Service, ledger: Ledger, week: str) -> RecordId | None:
    """The record of the week: of several that nobody joined, that with the smallest id."""
    how = _how()
    found = matters(service.ground.db, ledger, reviewed(), [how.period])
    return next((m.records[0] for m in found if m.cells[how.period] == week), None)


def _check_open(kind: Kind, held: Record) -> None:
    assert kind.agreed is not None, "its text is agreed"
    assert kind.machine is not None, "its text has states"
    if not kind.agreed.open.intersection(held.facts().candidates(kind.machine.name).values):
        raise ReviewSigned(id=held.id.hex()[:8])


def _as_of(held: Record, how: Generated, now: str) -> list[Operation]:
    return _stated(held, how.as_of, now)


def _stated(held: Record, key: str, value: Scalar) -> list[Operation]:
    """What states it where it does not stand there yet; where statements differ it settles them."""
    standing = held.facts().candidates(key)
    if standing.differ:
        return [Set(key, value, standing.ids)]
    return [] if standing.values and standing.values[0] == value else [Set(key, value)]


def _changes(held: Record, how: Generated, figures: dict[Key, int]) -> list[Operation]:
    """Figures that stand there are stated anew, those that are no more are withdrawn, the rest is added."""
    found: list[Operation] = []
    left = dict(figures)
    for item in view(held).items[how.figures]:
        if item.removed:
            continue
        key = tuple((n, item.fields[n]) for n in (how.measure, *how.by) if item.fields.get(n))
        at = f"{how.figures}/{item.name}"
        if key in left:
            found += _stated(held, f"{at}/{how.value}", left.pop(key))
        else:
            found += _stated(held, f"{at}/{REMOVED}", True)
    return [*found, *(_added(how, key, value) for key, value in left.items())]


def _added(how: Generated, key: Key, value: int) -> Add:
    return Add(how.figures, tuple(sorted((*key, (how.value, value)))))


def shape(found: Review, record: RecordId | None) -> Json:
    """As JSON. `record`: where it is written, None where it is not."""
    return {
        "id": None if record is None else record.hex(),
        "week": found.week,
        "as_of": found.as_of,
        "figures": [dict(key) | {_how().value: value} for key, value in found.figures.items()],
        "matters": {name: [r.hex() for r in some] for name, some in found.matters.items()},
    }
