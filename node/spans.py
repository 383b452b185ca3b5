"""Which stretches of which logs lie in a bundle, and how far somebody comes with them. No disk, no clock.

A stretch begins after some positions and ends at others. In a log that has not forked a position says by its
height alone what is before it; where one has forked, the store is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from node.store.log import LogName, Position
from protocol.messages import Vector


class Lineage(Protocol):
    """Whether one held position leads to another."""

    def leads_to(self, position: Position, tip: Position) -> bool: ...


@dataclass(slots=True)
class Span:
    """Of one log: whoever holds `after` comes to `tips`."""

    after: set[Position] = field(default_factory=set)
    tips: set[Position] = field(default_factory=set)


class Spans:
    """Of one bundle, log by log."""

    __slots__ = ("logs",)

    def __init__(self) -> None:
        self.logs: dict[LogName, Span] = {}

    def __bool__(self) -> bool:
        return bool(self.logs)

    def add(self, lineage: Lineage, log: LogName, before: Position | None, tip: Position) -> None:
        """A run that follows `before` and ends at `tip`."""
        span = self.logs.setdefault(log, Span())
        if before is not None and before not in span.tips:
            if not any(lineage.leads_to(before, t) for t in span.tips):
                span.after.add(before)
        span.tips.discard(before or (-1, b""))
        span.tips.add(tip)

    # --- kept between two visits ---------------------------------------------------------------

    def plain(self) -> list[Any]:
        return [
            [log[0].hex(), log[1].hex(), _plain(span.after), _plain(span.tips)]
            for log, span in sorted(self.logs.items())
        ]

    @classmethod
    def of_plain(cls, plain: list[Any]) -> Spans:
        found = cls()
        for device, incarnation, after, tips in plain:
            log = bytes.fromhex(device), bytes.fromhex(incarnation)
            found.logs[log] = Span(_positions(after), _positions(tips))
        return found


def vector_plain(vector: Vector) -> list[Any]:
    """For JSON."""
    return [[d.hex(), i.hex(), _plain(tips)] for (d, i), tips in sorted(vector.items())]


def vector_of_plain(plain: list[Any]) -> Vector:
    return {
        (bytes.fromhex(d), bytes.fromhex(i)): tuple(sorted(_positions(tips)))
        for d, i, tips in plain
    }


def _plain(positions: Iterable[Position]) -> list[Any]:
    return [[seq, entry.hex()] for seq, entry in sorted(positions)]


def _positions(plain: list[Any]) -> set[Position]:
    return {(int(seq), bytes.fromhex(entry)) for seq, entry in plain}


def common(vectors: Sequence[Vector], mine: Vector) -> Vector:
    """What all of them hold, of the logs of which I hold `mine`; of a forked log only what all say alike."""
    found: Vector = {}
    for log, tips in mine.items():
        said = [vector.get(log, ()) for vector in vectors]
        if all(said) and len(tips) == 1:
            found[log] = (min(max(positions) for positions in said),)
        elif all(said) and len({frozenset(positions) for positions in said}) == 1:
            found[log] = said[0]
    return found
