"""Node cores in a world without sockets: lines, dials and alarms in virtual time, one event after the other.

Same towns, same dice, same story. A line can be cut without a word (`silence`), a town can be out of reach.
"""

from __future__ import annotations

import heapq
import itertools
import random
from dataclasses import dataclass, field

from keys.identity import DeviceId
from node.core import NodeCore
from node.effects import Dial, Effect, Hangup, Note, Send, WakeAt
from tests.support.townships import Town

_DELAY_S = 0.01
_EVENTS_MAX = 500_000


@dataclass
class Line:
    """One connection: number → label of the town at that end."""

    ends: dict[int, str]
    silent: bool = False

    def other(self, number: int) -> int:
        return next(n for n in self.ends if n != number)


@dataclass
class Net:
    """Towns whose cores meet. `dials` and `notes` are (moment, label, …) as they happened."""

    towns: list[Town]
    seed: int = 0
    now_s: float = 0.0
    lines: dict[int, Line] = field(default_factory=dict)
    unreachable: set[tuple[str, str]] = field(default_factory=set)
    down: set[str] = field(default_factory=set)
    leaving: set[str] = field(default_factory=set)
    mute: set[str] = field(default_factory=set)
    dials: list[tuple[float, str, str, str]] = field(default_factory=list)
    notes: list[tuple[float, str, Note]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cores: dict[str, NodeCore] = {}
        self.devices = {town.service.device: town.label for town in self.towns}
        self._numbers = itertools.count(1)
        self._order = itertools.count()
        self._events: list[tuple[float, int, str, object]] = []
        self._alarms: dict[str, int] = {}
        for town in self.towns:
            with town.service.ground.db.transaction():
                for other in self.towns:
                    town.service.ground.book.set_addresses(
                        other.service.device, [f"{other.label}.example:1", f"{other.label}:2"]
                    )
            dice = random.Random(f"{self.seed}/{town.label}")
            self.cores[town.label] = NodeCore(town.service, dice.random)

    def town(self, label: str) -> Town:
        return next(t for t in self.towns if t.label == label)

    # --- what a test does --------------------------------------------------------------------

    def start(self, *labels: str) -> None:
        for label in labels or tuple(self.cores):
            self._do(label, self.cores[label].start(self.now_s))

    def run(self, for_s: float) -> None:
        """Let the world go on for so many seconds of its own."""
        end_s, happened = self.now_s + for_s, 0
        while self._events and self._events[0][0] <= end_s:
            happened += 1
            assert happened < _EVENTS_MAX, "the world never comes to rest"
            self.now_s, _, label, what = heapq.heappop(self._events)
            self._happen(label, what)
        self.now_s = end_s

    def changed(self, label: str) -> None:
        self._do(label, self.cores[label].changed(self.now_s))

    def dial_now(self, label: str, *others: str) -> None:
        devices = [d for d, name in self.devices.items() if name in others]
        self._do(label, self.cores[label].dial_now(devices, self.now_s))

    def stop(self, label: str) -> None:
        """A clean end; a later `start` is a new life of the node."""
        self.leaving.add(label)  # nobody gets in any more
        self._do(label, self.cores[label].stop(self.now_s))
        self.run(1.0)
        self.down.add(label)
        for line in list(self.lines.values()):
            if label in line.ends.values():
                self._end(line)

    def rise(self, label: str) -> None:
        self.down.discard(label)
        self.leaving.discard(label)
        self.cores[label] = NodeCore(self.town(label).service, random.Random(self.seed).random)
        self.start(label)

    def connect(self, a: str, b: str) -> Line:
        """`a` has dialled `b`, whatever the cores think of it."""
        mine, theirs = next(self._numbers), next(self._numbers)
        line = Line({mine: a, theirs: b})
        self.lines |= {mine: line, theirs: line}
        core, other = self.cores[a], self.cores[b]
        if b in self.mute:  # it takes the call and hangs up
            self._do(a, core.connected(mine, self.town(b).service.device, self.now_s, dialled=True))
            self._end(line)
            return line
        device_a, device_b = self.town(a).service.device, self.town(b).service.device
        self._do(a, core.connected(mine, device_b, self.now_s, dialled=True))
        self._do(b, other.connected(theirs, device_a, self.now_s, dialled=False))
        return line

    def inject(self, line: Line, label: str, data: bytes) -> None:
        """Bytes that arrive at `label` though the other end never sent them."""
        number = next(n for n, at in line.ends.items() if at == label)
        self._do(label, self.cores[label].received(number, data, self.now_s))

    def open_lines(self) -> list[Line]:
        found: list[Line] = []
        for line in self.lines.values():
            if line not in found:
                found.append(line)
        return found

    def said(self, label: str, event: str) -> list[Note]:
        return [note for _, at, note in self.notes if at == label and note.event == event]

    # --- what happens ------------------------------------------------------------------------

    def _later(self, label: str, what: object, delay_s: float = _DELAY_S) -> int:
        place = next(self._order)
        heapq.heappush(self._events, (self.now_s + delay_s, place, label, what))
        return place

    def _happen(self, label: str, what: object) -> None:
        if label in self.down:
            return
        core = self.cores[label]
        match what:
            case ("wake", int() as place):
                if self._alarms.get(label) == place:
                    self._do(label, core.wake(self.now_s))
            case ("dial", bytes() as device):
                self._answer(label, DeviceId(device))
            case ("data", int() as number, bytes() as data):
                if number in self.lines and not self.lines[number].silent:
                    self._do(label, core.received(number, data, self.now_s))
            case ("hang up", int() as number) if number in self.lines:
                self._end(self.lines[number], number)

    def _answer(self, label: str, device: DeviceId) -> None:
        other = self.devices[device]
        away = self.down | self.leaving
        if other in away or (label, other) in self.unreachable:
            self._do(label, self.cores[label].dial_failed(device, self.now_s))
        else:
            self.connect(label, other)

    def _end(self, line: Line, by: int | None = None) -> None:
        """Both ends learn of it; of a line that was cut without a word only the one who hangs up."""
        for number, label in line.ends.items():
            if line.silent and by not in (None, number):
                continue
            known = self.lines.pop(number, None) is not None and label not in self.mute
            if known and label not in self.down:
                self._do(label, self.cores[label].disconnected(number, self.now_s))

    def _do(self, label: str, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Dial(device, address):
                    self.dials.append((self.now_s, label, self.devices[device], address))
                    self._later(label, ("dial", bytes(device)))
                case Send(number, data):
                    if (line := self.lines.get(number)) is not None:
                        other = line.other(number)
                        self._later(line.ends[other], ("data", other, data))
                case Hangup(number):
                    self._later(label, ("hang up", number))  # behind what was sent before
                case WakeAt(now_s):
                    place = next(self._order)
                    self._alarms[label] = place
                    at = max(now_s, self.now_s)
                    heapq.heappush(self._events, (at, place, label, ("wake", place)))
                case Note():
                    self.notes.append((self.now_s, label, effect))
