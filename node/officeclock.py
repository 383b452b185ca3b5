"""The clock on the wall of every office here: Asia/Shanghai, which knows no summer time. Pure."""

from __future__ import annotations

import datetime

ZONE = datetime.timezone(datetime.timedelta(hours=8))
DAY_MS = 86_400_000


def when(ms: int) -> str:
    """A moment as an office clock shows it (Asia/Shanghai), "?" if it is beyond the calendar."""
    try:
        return datetime.datetime.fromtimestamp(ms / 1000, ZONE).strftime("%Y-%m-%d %H:%M")
    except (ValueError, OverflowError, OSError):
        return "?"


def day_ms(day: str) -> int:
    """When a day YYYY-MM-DD begins, by an office clock."""
    return int(datetime.datetime.fromisoformat(day).replace(tzinfo=ZONE).timestamp() * 1000)


def day_begins_ms(ms: int) -> int:
    """When the day of a moment began, by an office clock."""
    ahead = int(ZONE.utcoffset(None).total_seconds() * 1000)
    return (ms + ahead) // DAY_MS * DAY_MS - ahead


def moment(ms: int) -> str:
    """ISO 8601 in Asia/Shanghai; the bare number where a clock lied beyond the calendar."""
    try:
        return datetime.datetime.fromtimestamp(ms / 1000, ZONE).isoformat(timespec="seconds")
    except (ValueError, OverflowError, OSError):
        return str(ms)
