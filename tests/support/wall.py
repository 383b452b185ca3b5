"""The clock on the wall of every office in a test: it stands where the test sets it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

_ZONE = datetime.timezone(datetime.timedelta(hours=8))


@dataclass
class Wall:
    """It goes on by a millisecond at every look."""

    ms: int

    def __call__(self) -> int:
        self.ms += 1
        return self.ms

    def set(self, moment: str) -> None:
        """Put it on YYYY-MM-DD HH:MM."""
        at = datetime.datetime.fromisoformat(moment).replace(tzinfo=_ZONE)
        self.ms = int(at.timestamp() * 1000)
