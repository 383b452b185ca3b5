"""Virtual time: what is to happen, in order. Pure; nothing here waits.

Microseconds since the world began. Two things due at one moment happen in the order they were asked for.
"""

from __future__ import annotations

import heapq
import itertools
from collections.abc import Callable

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US

Deed = Callable[[], None]


class Clock:
    """The queue of everything that is due."""

    def __init__(self) -> None:
        self.now_us = 0
        self.happened = 0
        self._queue: list[tuple[int, int, Deed]] = []
        self._order = itertools.count()

    @property
    def now_s(self) -> float:
        return self.now_us / SECOND_US

    def at(self, when_us: int, deed: Deed) -> None:
        """Do this at that moment, or now if it is past."""
        heapq.heappush(self._queue, (max(when_us, self.now_us), next(self._order), deed))

    def after(self, delay_us: int, deed: Deed) -> None:
        self.at(self.now_us + delay_us, deed)

    def due_us(self) -> int | None:
        """When the next thing happens."""
        return self._queue[0][0] if self._queue else None

    def step(self) -> bool:
        """Let the next thing happen; False if nothing is to happen any more."""
        if not self._queue:
            return False
        self.now_us, _, deed = heapq.heappop(self._queue)
        self.happened += 1
        deed()
        return True

    def run_until(self, end_us: int) -> None:
        """Let everything happen that is due by then, and be there."""
        while self._queue and self._queue[0][0] <= end_us:
            self.step()
        self.now_us = max(self.now_us, end_us)


def stamp(us: int) -> str:
    """Virtual time as people read it: hours:minutes:seconds.milliseconds, with days before it."""
    ms, rest = us // 1000 % 1000, us // SECOND_US
    days, rest = divmod(rest, 86_400)
    text = f"{rest // 3600:02d}:{rest // 60 % 60:02d}:{rest % 60:02d}.{ms:03d}"
    return f"{days}d {text}" if days else text
