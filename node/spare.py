"""What a node does with time to spare: index, perform, erase for good, say who looked. Times come in."""

from __future__ import annotations

from node.errors import Busy, DiskTrouble
from node.service import Service

_AFTER_S = 0.3
_LATEST_S = 5.0
_AT_ONCE = 8
_INDEXED_AT_ONCE = 64
_PAUSE_S = 0.02


class SpareTime:
    """`due_s`: when `use` wants to be called, or None. Whatever is said or done puts it off, for a while."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._records = service.records
        self._erasing = service.erasing
        self._arrived = True  # an earlier life may have left something
        self._waits_since_s = 0.0
        self.due_s: float | None = None

    def arrived(self) -> None:
        """Entries came: there will be something to perform."""
        self._arrived = True

    def put_off(self, now_s: float) -> None:
        """Somebody is being served: that goes first."""
        if self.due_s is not None:
            latest_s = max(self._waits_since_s + _LATEST_S, self.due_s)
            self.due_s = min(now_s + _AFTER_S, latest_s)

    def arrange(self, now_s: float) -> None:
        if self._arrived:
            if self.due_s is None:
                self._waits_since_s = now_s
            self._arrived = False
            self.due_s = now_s + _AFTER_S if self.due_s is None else self.due_s

    def use(self, now_s: float) -> bool:
        """Whether something was written that others are to hear of."""
        self.due_s = None
        try:
            more = self._records.index_some(_INDEXED_AT_ONCE)  # sooner found than compared
            if more or self._records.perform_some(_AT_ONCE):
                self.due_s, self._waits_since_s = now_s + _PAUSE_S, now_s
                return False
            signed = self._erasing.tidy()
            if self._erasing.waits():  # somebody was in the way
                self.due_s, self._waits_since_s = now_s + _LATEST_S, now_s
            ledgers = self._service.ledgers.active()
            return [k for k in ledgers if self._service.looks.seal_daily(k)] != [] or signed
        except (Busy, DiskTrouble):
            self._arrived = True  # later, then
            return False
