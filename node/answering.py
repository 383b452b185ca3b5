"""When each township that was asked was told, and when it answered: from what both signed. Pure; read only.

Times are those that stand in the signed entries, so they are the same wherever the same entries are, however
long the line was down. A township is told by the entry that names it. Names no kind.
"""

from __future__ import annotations

from dataclasses import dataclass

from crdt.kinds import kind_named
from crdt.kinds.types import Scalar
from crdt.operations import Set
from crdt.record import Record
from crdt.view import view
from keys.identity import TownshipId

_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class Answer:
    """`within_min`: the minutes it has, None where time is not limited; `answered_ms`: None so far."""

    township: TownshipId
    told_ms: int
    answered_ms: int | None
    within_min: int | None

    @property
    def minutes(self) -> int | None:
        """From being told to answering, as one reads them off two office clocks; None so far, or where the
        clocks contradict each other."""
        if self.answered_ms is None or self.is_odd:
            return None
        return self.answered_ms // _MINUTE_MS - self.told_ms // _MINUTE_MS

    @property
    def is_odd(self) -> bool:
        """It says that it answered before it was told: one of the clocks is wrong."""
        return self.answered_ms is not None and self.answered_ms < self.told_ms

    @property
    def is_late(self) -> bool:
        """It answered, and later than it should have."""
        minutes, within_min = self.minutes, self.within_min
        return minutes is not None and within_min is not None and minutes > within_min


def answers(record: Record) -> list[Answer]:
    """Of everybody who is asked now, by township id; none for a kind that nobody answers."""
    kind, seen = kind_named(record.shared.kind), view(record)
    how = kind.answered
    if how is None:
        return []
    within = how.within_min.get(str(seen.registers.get(how.grade))) if how.grade else None
    told: dict[str, int] = {}
    said: dict[str, int] = {}
    for applied in record.order():
        at_ms = applied.entry.header.claimed_ms
        for operation in applied.operations:
            if not isinstance(operation, Set):
                continue
            name, _, township = operation.key.partition("/")
            if name == how.asked and operation.value is True:
                told.setdefault(township, at_ms)
            elif name == how.slot and _counts(operation.value, how.met):
                said.setdefault(township, at_ms)
    return [
        Answer(TownshipId(bytes.fromhex(one)), told[one], said.get(one), within)
        for one in sorted(seen.sets[how.asked])
        if one in told
    ]


def _counts(value: Scalar, met: tuple[str, ...]) -> bool:
    return value is not None and (not met or value in met)
