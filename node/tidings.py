"""What peers say they hold: checked against the own log, then written down, acks a moment later and together.

An ack is worth no write of its own: what a crash forgets of it the peer says again when it comes back. Knows
no session; times come in.
"""

from __future__ import annotations

from keys.identity import DeviceId
from keys.limits import LOGS_PER_LEDGER
from node.errors import Busy, DiskTrouble
from node.ledgers import Ledger
from node.service import Service
from protocol.messages import LogName, Position, Vector

ACKS_WAIT_S = 0.25
Claims = dict[tuple[bytes, LogName], tuple[Position, ...]]
"""(ledger, log) → what one peer says it holds and we do not: it counts once we do."""


class Tidings:
    """Of every peer of a node. `due_s`: when `write_down` wants to be called, or None."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._acked: dict[tuple[bytes, DeviceId, LogName], tuple[Position, ...]] = {}
        self.due_s: float | None = None

    def said(self, device: DeviceId, ledger_id: bytes, vector: Vector, claims: Claims) -> None:
        """Write down what a peer says it holds. Raises Busy, DiskTrouble."""
        ledger = self._service.ledgers.get(ledger_id)
        if ledger is not None:
            held = self._held_here(ledger, vector, claims)
            self._service.ingest.note_held([(ledger, device, log, t) for log, t in held.items()])

    def acked(self, device: DeviceId, ledger_id: bytes, vector: Vector, claims: Claims) -> None:
        """What it acknowledged; to be written down soon."""
        ledger = self._service.ledgers.get(ledger_id)
        if ledger is not None:
            held = self._held_here(ledger, vector, claims)
            self._acked |= {(ledger_id, device, log): tips for log, tips in held.items()}

    def _held_here(self, ledger: Ledger, vector: Vector, claims: Claims) -> Vector:
        log_store, found = self._service.ground.log, dict[LogName, tuple[Position, ...]]()
        for log, said in vector.items():
            number = log_store.number(ledger.n, log)
            tips = () if number is None else tuple(t for t in said if log_store.holds(number, t))
            if len(tips) < len(said) and len(claims) < LOGS_PER_LEDGER:
                claims[ledger.id, log] = said
            if tips:
                found[log] = tips
        return found

    def arrange(self, now_s: float) -> None:
        """Something may have been acknowledged by now."""
        if self._acked and self.due_s is None:
            self.due_s = now_s + ACKS_WAIT_S

    def write_down(self) -> None:
        """Now, if our own disk lets us; else what is left waits on."""
        said, self._acked, self.due_s = self._acked, {}, None
        found = [
            (ledger, device, log, tips)
            for (ledger_id, device, log), tips in said.items()
            if (ledger := self._service.ledgers.get(ledger_id)) is not None
        ]
        try:
            self._service.ingest.note_held(found)
        except (Busy, DiskTrouble):
            self._acked = said
