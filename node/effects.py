"""What the node core wants done: five deeds and one line for the log. Values; no behaviour.

The aiohttp driver and the simulator are two interpreters of the same effects.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from keys.identity import DeviceId


@dataclass(frozen=True, slots=True)
class Dial:
    """Connect to `device` at "host:port"; answer with `connected` or `dial_failed`."""

    device: DeviceId
    address: str


@dataclass(frozen=True, slots=True)
class Send:
    """Hand these bytes to a connection, in order."""

    connection: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Hangup:
    """Close a connection once what was sent before is out."""

    connection: int


@dataclass(frozen=True, slots=True)
class Admit:
    """Who may connect changed."""


@dataclass(frozen=True, slots=True)
class WakeAt:
    """Call `wake` at this time (the last one counts)."""

    now_s: float


@dataclass(frozen=True, slots=True)
class Note:
    """A line for the log: an event's name and facts that name no person and hold no value."""

    event: str
    facts: dict[str, str | int]


Effect: TypeAlias = Dial | Send | Hangup | Admit | WakeAt | Note
