"""What a session reports to its owner. Frozen values; no behaviour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from protocol.errors import Reason
from protocol.messages import LogName, Position, Vector


@dataclass(frozen=True, slots=True)
class Opened:
    """Both hellos are known. `addresses`: where the peer says it listens; `pending`: ledgers that still
    lack signatures there."""

    version: int
    addresses: tuple[str, ...]
    ledgers: tuple[bytes, ...]
    pending: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class PeerHas:
    """What the peer holds of a ledger, as it says now."""

    ledger: bytes
    vector: Vector


@dataclass(frozen=True, slots=True)
class RunArrived:
    """A run to verify and store; the owner answers with `Session.stored` or `Session.refuse`."""

    ledger: bytes
    body: bytes


@dataclass(frozen=True, slots=True)
class Acked:
    """These tips are on the peer's disk."""

    ledger: bytes
    tips: tuple[tuple[LogName, Position], ...]


@dataclass(frozen=True, slots=True)
class FoundArrived:
    """Something signed about who belongs to a ledger, not yet checked."""

    papers: bytes


@dataclass(frozen=True, slots=True)
class Synced:
    """Both sides hold what either had when the session compared them."""

    ledger: bytes


@dataclass(frozen=True, slots=True)
class Closed:
    """The session is over. `by_peer`: it said so; else we did."""

    reason: Reason
    detail: str
    by_peer: bool


Event: TypeAlias = Opened | PeerHas | RunArrived | Acked | FoundArrived | Synced | Closed
