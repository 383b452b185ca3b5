"""Two sessions joined in memory: who says what, cut where, delivered when; no socket and no clock.

A `Side` is a session with the owner's work done for it (store what arrives, push after it). A `Pair`
carries bytes between two sides, all of them or a few at a time, and counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Protocol

from protocol import events as ev
from protocol.errors import Reason
from protocol.frames import FrameReader
from protocol.messages import LogName, Message, Position, Vector, from_plain
from protocol.replica import Replica
from protocol.session import Session
from tests.protocol.fakes import LEDGER, FakeStore, Full, Refused

Chunks = Callable[[bytes], Iterable[bytes]]


class Stored(Protocol):
    """What storing a run tells."""

    @property
    def log(self) -> LogName: ...
    @property
    def follows(self) -> bytes | None: ...
    @property
    def tip(self) -> Position: ...


class Store(Protocol):
    """What a side needs of a node."""

    @property
    def replica(self) -> Replica: ...
    def take(self, ledger: bytes, body: bytes) -> Stored: ...
    def peer_has(self, ledger: bytes, vector: Vector) -> None: ...


class Chains:
    """A fake store as a side's store."""

    def __init__(self, store: FakeStore | None = None) -> None:
        self.logs = store or FakeStore()
        self.replica: Replica = self.logs

    def take(self, ledger: bytes, body: bytes) -> Stored:
        return self.logs.take(ledger, body)

    def peer_has(self, ledger: bytes, vector: Vector) -> None:
        """Nothing to learn: a chain has no owner."""


class Side:
    """A session and its owner."""

    def __init__(
        self,
        store: Store,
        ledgers: Sequence[bytes] = (LEDGER,),
        pending: Sequence[bytes] = (),
        addresses: Sequence[str] = (),
        now_s: float = 0.0,
    ) -> None:
        self.store = store
        self.now_s = now_s
        self.events: list[ev.Event] = []
        self.heard: list[Message] = []
        self.declined: set[LogName] = set()
        self.session = Session(store.replica, ledgers, pending, addresses, now_s)
        self.answers = True
        """Whether what arrives is stored and acknowledged at once."""

    def hear(self, data: bytes) -> None:
        self.handle(self.session.receive(data, self.now_s))

    def handle(self, events: Iterable[ev.Event]) -> None:
        for event in events:
            self.events.append(event)
            if isinstance(event, ev.PeerHas):
                self.store.peer_has(event.ledger, event.vector)
            elif isinstance(event, ev.RunArrived) and self.answers:
                self.store_run(event)

    def store_run(self, event: ev.RunArrived) -> None:
        size = len(event.body)
        try:
            taken = self.store.take(event.ledger, event.body)
        except Full as fault:
            self.declined.add(fault.log)
            self.session.decline(event.ledger, size, fault.log)
            return
        except Refused as fault:
            self.handle(self.session.close(fault.reason, "refused"))
            return
        self.session.stored(event.ledger, size, taken.log, taken.follows, taken.tip)
        self.push()

    def push(self) -> None:
        self.handle(self.session.push())

    def of(self, kind: type[ev.Event]) -> list[ev.Event]:
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def synced(self) -> bool:
        return bool(self.of(ev.Synced))

    @property
    def closed(self) -> ev.Closed | None:
        found = [event for event in self.events if isinstance(event, ev.Closed)]
        assert len(found) <= 1, "a session closes once"
        return found[0] if found else None


def whole(data: bytes) -> Iterator[bytes]:
    yield data


def by_byte(data: bytes) -> Iterator[bytes]:
    for at in range(len(data)):
        yield data[at : at + 1]


def cut_at(sizes: Sequence[int]) -> Chunks:
    """Chunks of these sizes over and over."""

    def chunks(data: bytes) -> Iterator[bytes]:
        at = turn = 0
        while at < len(data):
            size = sizes[turn % len(sizes)]
            yield data[at : at + size]
            at, turn = at + size, turn + 1

    return chunks


class Pair:
    """Two sides and the bytes between them. One `exchange` is half a round trip for both."""

    def __init__(self, a: Side, b: Side, chunks: Chunks = whole) -> None:
        self.a, self.b = a, b
        self.chunks = chunks
        self.sent = {id(a): bytearray(), id(b): bytearray()}
        self.exchanges = 0

    def exchange(self) -> bool:
        """Deliver all that both have to say now; False if neither says anything."""
        said = [
            (self.a, self.b, self.a.session.to_send()),
            (self.b, self.a, self.b.session.to_send()),
        ]
        for speaker, listener, data in said:
            self.sent[id(speaker)] += data
            for chunk in self.chunks(data):
                listener.hear(chunk)
        self.exchanges += any(data for *_, data in said)
        return any(data for *_, data in said)

    def settle(self, limit: int = 10_000) -> None:
        """Exchange until both are silent."""
        for _ in range(limit):
            if not self.exchange():
                return
        raise AssertionError("the two never fall silent")

    def run_until_cut(self, budget: int) -> None:
        """Deliver about `budget` bytes in turns, cutting the last delivery anywhere, then lose the line."""
        for _ in range(10_000):
            for speaker, listener in ((self.a, self.b), (self.b, self.a)):
                data = speaker.session.to_send()[:budget]
                budget -= len(data)
                self.sent[id(speaker)] += data
                listener.hear(data)
            if budget <= 0 or not self.exchange():
                return

    @property
    def bytes(self) -> int:
        return sum(map(len, self.sent.values()))

    def said(self, side: Side) -> list[Message]:
        """The messages a side has sent so far."""
        return messages(bytes(self.sent[id(side)]))


def messages(data: bytes) -> list[Message]:
    return [from_plain(plain) for plain in FrameReader().feed(data)]


def goodbye_reasons(pair: Pair) -> list[Reason]:
    return [side.closed.reason for side in (pair.a, pair.b) if side.closed is not None]
