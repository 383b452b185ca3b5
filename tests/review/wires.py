"""Node cores joined by wires in memory: bytes are carried until all are silent. No socket, no moving time."""

from __future__ import annotations

from node.core import NodeCore
from node.effects import Effect, Hangup, Note, Send, WakeAt
from tests.support.townships import Town

_ALARM = 0


class Wires:
    """Some townships, each with its core. `notes` are the log lines of each, by label."""

    def __init__(self, *towns: Town) -> None:
        self.cores = {t.label: NodeCore(t.service, lambda: 0.5) for t in towns}
        self.devices = {t.label: t.service.device for t in towns}
        self.notes: dict[str, list[Note]] = {t.label: [] for t in towns}
        self._ends: dict[tuple[str, int], tuple[str, int]] = {}
        self._queue: list[tuple[str, int, bytes | None]] = []
        self._next = 0

    def connect(self, a: str, b: str) -> tuple[int, int]:
        """A connection that `a` dialled; returns its number at each end. Carries nothing yet."""
        self._next += 2
        mine, theirs = self._next, self._next + 1
        self._ends[a, mine], self._ends[b, theirs] = (b, theirs), (a, mine)
        self.do(a, self.cores[a].connected(mine, self.devices[b], 0.0, dialled=True))
        self.do(b, self.cores[b].connected(theirs, self.devices[a], 0.0, dialled=False))
        return mine, theirs

    def meet(self, a: str, b: str) -> None:
        self.connect(a, b)
        self.carry()

    def changed(self, label: str) -> None:
        """The store of `label` changed; tell everybody connected."""
        self.do(label, self.cores[label].changed(0.0))
        self.carry()

    def carry(self, limit: int = 20_000) -> None:
        for _ in range(limit):
            if not self._queue:
                return
            label, number, data = self._queue.pop(0)
            if number == _ALARM:
                self.do(label, self.cores[label].wake(0.0))
                continue
            if (label, number) not in self._ends:
                continue
            core = self.cores[label]
            if data is None:
                del self._ends[label, number]
                self.do(label, core.disconnected(number, 0.0))
            else:
                self.do(label, core.received(number, data, 0.0))
        raise AssertionError("they never fall silent")

    def do(self, label: str, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send(number, data):
                    if (end := self._ends.get((label, number))) is not None:
                        self._queue.append((*end, data))
                case Hangup(number):
                    end = self._ends.pop((label, number), None)
                    if end is not None:
                        self._queue.append((*end, None))
                        self.do(label, self.cores[label].disconnected(number, 0.0))
                case WakeAt(now_s) if now_s <= 0.0:  # there is more to do at once
                    self._queue.append((label, _ALARM, None))
                case Note():
                    self.notes[label].append(effect)

    def synced(self, label: str) -> bool:
        """Whether everything is exchanged with everybody connected."""
        live = self.cores[label].live()
        return bool(live) and all(live.values())

    def closings(self, label: str) -> list[str]:
        return [str(n.facts["reason"]) for n in self.notes[label] if n.event == "closed"]
