"""What one side still has to send of one ledger: per log how far the peer is known to be. Pure.

The frontier of a log is the set of entries the peer surely holds. It comes from its vector, its acks,
and the runs it sent us; never from memory of an earlier session.
"""

from __future__ import annotations

from collections.abc import Iterator

from keys.limits import LOGS_PER_LEDGER
from protocol.errors import ProtocolError, Reason
from protocol.messages import LogName, Position, Vector
from protocol.replica import Replica


class Flow:
    """The outgoing side of one ledger in one session."""

    __slots__ = (
        "_awaited",
        "_frontier",
        "_replica",
        "_stopped",
        "_unknown",
        "_withheld",
        "ledger",
        "unacked",
    )

    def __init__(self, replica: Replica, ledger: bytes) -> None:
        self.ledger = ledger
        self.unacked: set[tuple[LogName, bytes]] = set()
        self._replica = replica
        self._frontier: dict[LogName, frozenset[bytes]] = {}
        self._unknown: set[LogName] = set()
        self._stopped: set[LogName] = set()
        self._awaited: set[LogName] = set()
        self._withheld: set[LogName] = set()

    def start(self, peer: Vector) -> list[LogName]:
        """Take the peer's vector; returns logs whose last common entry must be found with marks."""
        ask: list[LogName] = []
        mine = self._replica.vector(self.ledger)
        for log, tips in peer.items():
            known = frozenset(e for s, e in tips if self._replica.holds(self.ledger, log, (s, e)))
            if known:
                self._frontier[log] = known
            elif log in mine:
                # The peer is ahead, or its branch is not ours: say nothing until we know which.
                self._unknown.add(log)
                if max(s for s, _ in mine[log]) >= min(s for s, _ in tips):
                    ask.append(log)
                else:
                    self._awaited.add(log)
        return ask

    def found(self, log: LogName, common: Position | None) -> None:
        """The peer surely holds `common` (None: nothing) of a log we did not know how to continue."""
        if log in self._unknown:
            self._unknown.discard(log)
            self._frontier[log] = frozenset() if common is None else frozenset({common[1]})

    def peer_holds(self, log: LogName, follows: bytes | None, tip: Position) -> None:
        """The peer sent or acknowledged a run that ends at `tip` and follows `follows`."""
        self._unknown.discard(log)
        before = self._frontier.get(log, frozenset())
        self._frontier[log] = (before - {follows}) | {tip[1]}

    def heard_all(self) -> None:
        """The peer has sent all that it will: what it is ahead in and did not send, it keeps from us."""
        self._withheld = self._awaited & self._unknown
        self._unknown -= self._withheld

    @property
    def undecided(self) -> bool:
        """Whether there is a log of which we do not know yet what the peer holds."""
        return bool(self._unknown)

    def stop(self, log: LogName) -> None:
        """The peer takes no more of `log` in this session.

        Raises ProtocolError for more logs than a ledger has.
        """
        self.declined(log)
        if len(self._stopped) > LOGS_PER_LEDGER:
            raise ProtocolError(Reason.LIMIT, "stops")

    def declined(self, log: LogName) -> None:
        """One of the two takes no more of `log`: what the peer holds of it need not become known."""
        self._unknown.discard(log)
        self._stopped.add(log)

    @property
    def partial(self) -> bool:
        """Whether a log was left out."""
        return bool(self._stopped)

    @property
    def settled(self) -> bool:
        """Whether everything sent is acknowledged, but for logs that were left out."""
        return all(log in self._stopped for log, _ in self.unacked)

    def runs(self, most_bytes: int) -> Iterator[bytes]:
        """Run bodies still to send, one at a time; take no more than there is credit for.

        Each holds about `most_bytes`, or what one checkpoint closes.
        """
        for log, tips in sorted(self._replica.vector(self.ledger).items()):
            if log in self._unknown or log in self._stopped or log in self._withheld:
                continue
            wanted = {entry for _, entry in tips}
            while not wanted <= self._frontier.get(log, frozenset()):
                frontier = self._frontier.get(log, frozenset())
                found = self._replica.next_run(self.ledger, log, frontier, most_bytes)
                if found is None:
                    break
                body, follows, tip = found
                self._frontier[log] = (frontier - {follows}) | {tip[1]}
                self.unacked.add((log, tip[1]))
                yield body

    def acked(self, tips: tuple[tuple[LogName, Position], ...]) -> None:
        for log, (_, entry) in tips:
            self.unacked.discard((log, entry))
