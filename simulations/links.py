"""What a line between two townships is like, and what becomes of a packet on it. Values and dice; no time.

A rule is any function of a packet to a verdict; the first that gives one decides. Loss, doubling and
disorder happen to packets; above them stands a stream as TCP makes it, so a node sees them as delay.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Line:
    """One direction of a line. `wild`: the share of packets that take up to ten times as long."""

    name: str
    latency_us: int
    jitter_us: int = 0
    bytes_per_s: int | None = None
    segment_bytes: int = 16 * 1024
    loss: float = 0.0
    twice: float = 0.0
    wild: float = 0.0
    chopped: bool = False
    """Whether segments end anywhere, also in the middle of a frame's length."""

    def flight_us(self, dice: random.Random) -> int:
        """How long a packet is under way, apart from the sending itself."""
        time_us = self.latency_us + int(self.jitter_us * dice.random())
        return (
            time_us * dice.randrange(2, 11) if self.wild and dice.random() < self.wild else time_us
        )


OFFICE = Line("office", 5_000, 2_000, 2_000_000)
TWO_G = Line("2g", 300_000, 50_000, 20_000, 1_400)
VILLAGE = Line("village", 80_000, 200_000, 60_000, 1_400, loss=0.05, twice=0.02, wild=0.1)
ROUGH = Line("rough", 40_000, 100_000, 200_000, 4_000, loss=0.2, twice=0.1, wild=0.2, chopped=True)
LINES = {line.name: line for line in (OFFICE, TWO_G, VILLAGE, ROUGH)}


@dataclass(frozen=True, slots=True)
class Packet:
    """What a rule looks at. `kind`: dial, data, end or reset; towns by their place in the world."""

    source: int
    target: int
    kind: str
    size_bytes: int
    data: bytes = b""


@dataclass(frozen=True, slots=True)
class Pass:
    """Let it go as the line lets packets go."""


@dataclass(frozen=True, slots=True)
class Deliver:
    """Deliver it after so much time, whatever the line is like."""

    after_us: int


@dataclass(frozen=True, slots=True)
class Drop:
    """Lose it. The sender's system tries again, as TCP does."""


@dataclass(frozen=True, slots=True)
class Reset:
    """Break the connection it belongs to, here and now, on both sides."""


Verdict: TypeAlias = Pass | Deliver | Drop | Reset
Rule: TypeAlias = Callable[[Packet], Verdict | None]


def worse(line: Line, **changes: float) -> Line:
    """A line like this one but for some of its fields."""
    return replace(line, **changes)  # type: ignore[arg-type]
