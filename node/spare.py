"""What a node does with time to spare: perform what was judged on arrival, bit by bit. Times come in."""

from __future__ import annotations

from node.errors import Busy, DiskTrouble
from node.service import Service

_AFTER_S = 0.3
_AT_ONCE = 8
_PAUSE_S = 0.01


class SpareTime:
    """`due_s`: when `use` wants to be called, or None. Whatever arrives puts it off."""

    def __init__(self, service: Service) -> None:
        self._records = service.records
        self._arrived = True  # an earlier life may have left something
        self.due_s: float | None = None

    def arrived(self) -> None:
        """Entries came: there will be something to perform."""
        self._arrived = True

    def arrange(self, now_s: float) -> None:
        if self._arrived:
            self._arrived, self.due_s = False, now_s + _AFTER_S

    def use(self, now_s: float) -> None:
        self.due_s = None
        try:
            if self._records.perform_some(_AT_ONCE):
                self.due_s = now_s + _PAUSE_S
        except (Busy, DiskTrouble):
            self._arrived = True  # later, then
