"""How large a run may be on this line, and how much may be under way: from how soon acks come. Pure.

A line that breaks every half minute must still get somewhere, so a run is no larger than what comes across
and is acknowledged within a few seconds; on a good line it grows to the largest within a handful of acks.
"""

from __future__ import annotations

from keys.limits import RUN_BYTES

FIRST_BYTES = 32 * 1024
LEAST_BYTES = 8 * 1024
_SOON_S = 1.0
_LATE_S = 4.0
_RUNS_UNDER_WAY = 4


class Pace:
    """Of one direction of one session."""

    __slots__ = ("_since_s", "run_bytes")

    def __init__(self) -> None:
        self.run_bytes = FIRST_BYTES
        self._since_s: float | None = None

    def sent(self, now_s: float) -> None:
        """A run was handed to the connection."""
        if self._since_s is None:
            self._since_s = now_s

    def acked(self, now_s: float, outstanding: int) -> None:
        """A run was acknowledged; `outstanding` bytes are still under way."""
        if self._since_s is None:
            return
        took_s = now_s - self._since_s
        if took_s < _SOON_S:
            self.run_bytes = min(2 * self.run_bytes, RUN_BYTES)
        elif took_s > _LATE_S:
            self.run_bytes = max(self.run_bytes // 2, LEAST_BYTES)
        self._since_s = now_s if outstanding else None

    def full(self, outstanding: int) -> bool:
        """Whether enough is under way: what comes next must not wait behind minutes of runs."""
        return outstanding >= _RUNS_UNDER_WAY * self.run_bytes
