"""When to dial whom: exponential back-off with jitter, addresses in turn. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from keys.card import check_address
from keys.errors import BadCard
from keys.limits import BACKOFF_FIRST_S, BACKOFF_MAX_S


@dataclass(slots=True)
class Peer:
    """The dialling state of one device. `connection` is the session kept, if there is one."""

    next_dial_s: float
    failures: int = 0
    dialling: bool = False
    connection: int | None = None

    def failed(self, now_s: float, chance: Callable[[], float]) -> None:
        """Wait twice as long as before, give or take half: peers must not dial in step."""
        self.dialling = False
        wait_s = min(BACKOFF_FIRST_S * 2**self.failures, BACKOFF_MAX_S)
        self.failures = min(self.failures + 1, 20)
        self.next_dial_s = now_s + wait_s * (0.5 + chance())

    def opened(self) -> None:
        """A session stands, whoever dialled: the waiting begins anew. A mere connection is no success."""
        self.failures = 0

    def soon(self, now_s: float) -> None:
        """Somebody asked for this peer: forget the waiting."""
        self.failures = 0
        self.next_dial_s = now_s

    def due(self, now_s: float) -> bool:
        return not self.dialling and self.connection is None and now_s >= self.next_dial_s

    def address(self, addresses: Sequence[str]) -> str | None:
        """The next address to try; they take turns from failure to failure."""
        return addresses[self.failures % len(addresses)] if addresses else None


def sound_addresses(addresses: tuple[str, ...]) -> list[str]:
    """Those that are "host:port" and nothing more: a peer says where we dial, not what we ask there."""
    found: list[str] = []
    for address in addresses:
        try:
            found.append(check_address(address))
        except BadCard:
            continue
    return found
