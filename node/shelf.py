"""What lies in a ledger's part of a drop folder, and who comes how far with it. Pure but for one question.

Somebody is at what it said last, and takes in from there every bundle that it can open and that links. Who
writes what, and which file is of no more use, follows from that and from nothing else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from keys.identity import DeviceId
from node.spans import Spans, vector_of_plain, vector_plain
from node.store.log import LogName, Position
from protocol.messages import Vector

# How a file was found: all of it taken; something before it is missing; not whole; not for us.
WHOLE, PENDING, SPOILED, FOREIGN = "whole", "pending", "spoiled", "foreign"
LeadsTo = Callable[[Position, Position], bool]
_NOBODY = DeviceId(b"")
Reach = dict[LogName, set[Position]]


@dataclass(frozen=True, slots=True)
class Item:
    """A file as it was when it was read: `mark` differs once it is another."""

    mark: str
    state: str
    device: DeviceId = _NOBODY
    made_ms: int = 0
    receivers: frozenset[DeviceId] = frozenset()
    vector: Vector = field(default_factory=dict)
    spoiled: frozenset[str] = frozenset()
    spans: Spans = field(default_factory=Spans)

    def plain(self, *, said: bool) -> list[Any]:
        """For JSON; `said`: with what its device said in it."""
        return [
            self.mark,
            self.state,
            self.device.hex(),
            self.made_ms,
            sorted(d.hex() for d in self.receivers),
            vector_plain(self.vector) if said else [],
            sorted(self.spoiled) if said else [],
            self.spans.plain(),
        ]

    @classmethod
    def of_plain(cls, plain: list[Any]) -> Item:
        mark, state, device, made_ms, receivers, vector, spoiled, spans = plain
        return cls(
            mark,
            state,
            DeviceId(bytes.fromhex(device)),
            made_ms,
            frozenset(DeviceId(bytes.fromhex(d)) for d in receivers),
            vector_of_plain(vector),
            frozenset(spoiled),
            Spans.of_plain(spans),
        )


Items = dict[str, Item]
"""Name (folder and file) → the file."""


def newest_of(items: Items, device: DeviceId) -> str | None:
    """The file in which a device spoke last."""
    own = [(i.made_ms, name) for name, i in items.items() if i.device == device]
    return max(own)[1] if own else None


class Shelf:
    """One ledger at one place, with the vector that is held here."""

    def __init__(
        self,
        items: Items,
        mine: Vector,
        held: Mapping[DeviceId, Vector],
        leads_to: LeadsTo,
    ) -> None:
        """`held`: what devices said elsewhere; it counts for those that never spoke here."""
        self._items = items
        self._mine = mine
        self._held = held
        self._leads_to = leads_to

    def lacks(self, device: DeviceId, names: Iterable[str]) -> dict[LogName, set[Position]]:
        """Logs of which a device does not get all with these files: how far it comes in each."""
        reach = self._reach(device, names)
        return {
            log: reach.get(log, set())
            for log, tips in self._mine.items()
            if not all(self._reaches(log, reach, tip) for tip in tips)
        }

    def _reach(self, device: DeviceId, names: Iterable[str]) -> Reach:
        said = newest_of(self._items, device)
        spoken = self._items[said] if said else None
        vector = spoken.vector if spoken else self._held.get(device, {})
        useless = spoken.spoiled if spoken else frozenset()
        reach: Reach = {log: set(tips) for log, tips in vector.items()}
        left = [
            self._items[n].spans
            for n in names
            if n not in useless
            and self._items[n].state == WHOLE
            and device in self._items[n].receivers
        ]
        while self._extend(reach, left):
            pass
        return reach

    def _extend(self, reach: Reach, listed: Iterable[Spans]) -> bool:
        """Whether something linked that did not before."""
        moved = False
        for spans in listed:
            for log, span in spans.logs.items():
                at = reach.setdefault(log, set())
                if not span.tips <= at and all(self._reaches(log, reach, p) for p in span.after):
                    at |= span.tips
                    moved = True
        return moved

    def _reaches(self, log: LogName, reach: Reach, position: Position) -> bool:
        """In a log that has not forked its height says what a position has before it."""
        at = reach.get(log, set())
        if position in at:
            return True
        if len(self._mine.get(log, ())) == 1:
            return any(seq >= position[0] for seq, _ in at)
        return any(seq > position[0] and self._leads_to(position, (seq, e)) for seq, e in at)
