"""What a session may ask of our ledgers: the node's answer to protocol.replica.Replica, by shape."""

from __future__ import annotations

from collections.abc import Sequence

from crdt.entry import Incarnation, LedgerId
from crdt.papers import digest, encode
from crdt.run import Verified, encode_run
from keys.limits import RUN_BYTES
from node.ground import Ground, Mark
from node.ledgers import Ledgers
from node.store.log import LogName, Position


class StoreReplica:
    """Answers from the store, of this moment."""

    def __init__(self, ground: Ground, ledgers: Ledgers) -> None:
        self._ground = ground
        self._ledgers = ledgers

    def vector(self, ledger: bytes) -> dict[LogName, tuple[Position, ...]]:
        found = self._ledgers.get(ledger)
        return {} if found is None else self._ground.log.tips(found.n)

    def papers_digest(self, ledger: bytes) -> bytes:
        found = self._ledgers.get(ledger)
        return b"" if found is None else digest(self._ground.papers.known(found.n))

    def papers(self, ledger: bytes) -> Sequence[bytes]:
        found = self._ledgers.get(ledger)
        return [] if found is None else encode(found.id, self._ground.papers.all(found.n))

    def holds(self, ledger: bytes, log: LogName, position: Position) -> bool:
        number = self._number(ledger, log)
        return number is not None and self._ground.log.holds(number, position)

    def marks(self, ledger: bytes, log: LogName) -> Sequence[Position]:
        number = self._number(ledger, log)
        return [] if number is None else self._ground.log.marks(number)

    def next_run(
        self,
        ledger: bytes,
        log: LogName,
        frontier: frozenset[bytes],
        most_bytes: int = RUN_BYTES,
    ) -> tuple[bytes, bytes | None, Position] | None:
        number = self._number(ledger, log)
        found = (
            None if number is None else self._ground.log.next_entries(number, frontier, most_bytes)
        )
        if found is None:
            return None
        entries, checkpoint = found
        run = Verified(tuple(entries), checkpoint)  # it was, when it was stored
        last = entries[-1]
        if log[0] == self._ground.identity.device.id:
            self._raise_mark(ledger, last.header.incarnation, (last.header.seq, bytes(last.id)))
        return encode_run(run), entries[0].header.prev, (last.header.seq, last.id)

    def _raise_mark(self, ledger: bytes, incarnation: Incarnation, position: Position) -> None:
        """Before an own entry leaves: the command that wrote it may have died between commit and mark."""
        current = self._ground.book.setting(f"incarnation/{ledger.hex()}")
        if current == incarnation.hex():
            self._ground.high_water.put(LedgerId(ledger), Mark(incarnation, position))

    def _number(self, ledger: bytes, log: LogName) -> int | None:
        found = self._ledgers.get(ledger)
        return None if found is None else self._ground.log.number(found.n, log)
