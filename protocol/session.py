"""One conversation between two nodes as a machine: bytes in, events and bytes out. Pure.

No socket, no clock (`now_s` comes in), no ledger (a Replica answers narrow questions). A bad peer never
raises out of `receive`: it becomes a goodbye, a `Closed` event, and silence. SPEC.md says the rest.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from keys.limits import (
    HANDSHAKE_TIMEOUT_S,
    LEDGERS_PER_SESSION,
    LOGS_PER_LEDGER,
    PING_AFTER_S,
    SILENCE_TIMEOUT_S,
    WINDOW_BYTES,
)
from protocol import messages as m
from protocol.errors import Misuse, ProtocolError, Reason
from protocol.events import Acked, Closed, Event, FoundArrived, Opened, PeerHas, RunArrived, Synced
from protocol.flow import Flow
from protocol.frames import FrameReader, encode_frame
from protocol.messages import LogName, Position, Vector, ledger_digest
from protocol.pace import Pace
from protocol.phase import MAY_ARRIVE, Phase
from protocol.replica import Replica

VERSIONS = (1,)


class _Shared:
    """A ledger both sides named: its flow, and how far the comparison has come."""

    __slots__ = ("compared", "done_in", "done_out", "equal", "flow", "reported")

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.compared = self.done_in = self.done_out = self.equal = self.reported = False


class Session:
    """One side of a session. Feed it with `receive` and `tick`, drain `to_send`, ask `next_deadline_s`."""

    def __init__(
        self,
        replica: Replica,
        ledgers: Sequence[bytes],
        pending: Sequence[bytes],
        addresses: Sequence[str],
        now_s: float,
        runs_at_once: int | None = None,
        silent: Collection[bytes] = (),
    ) -> None:
        """`ledgers`: those the peer is a member of; `pending`: those that still lack signatures here.
        `silent`: those of which it gets no entries, as it is a member no more.

        `runs_at_once`: so many runs of a ledger are made at a time; `more` says then whether to `push` again.
        """
        self.phase = Phase.GREETING
        self.more = False
        self._at_once = runs_at_once
        self._replica = replica
        self._reader = FrameReader()
        self._out = bytearray()
        self._silent = frozenset(silent)
        self._mine = {ledger: self._held(ledger) for ledger in ledgers[:LEDGERS_PER_SESSION]}
        self._shared: dict[bytes, _Shared] = {}
        self._offered: dict[bytes, bytes] = {}
        self._credit = self._outstanding = 0
        self._granted = WINDOW_BYTES
        self._marked: set[tuple[bytes, LogName]] = set()
        self._began_s = self._heard_s = self._now_s = now_s
        self._pace = Pace()
        self._pinged_s: float | None = None
        listed = tuple((ledger, ledger_digest(*held)) for ledger, held in self._mine.items())
        self._send(m.Hello(VERSIONS, WINDOW_BYTES, tuple(addresses), listed, tuple(pending)))

    # --- bytes -------------------------------------------------------------------------------

    def receive(self, data: bytes, now_s: float) -> list[Event]:
        """Events of these bytes, which may be cut anywhere. Never raises for what the peer sent."""
        events: list[Event] = []
        if self.phase is Phase.CLOSED:
            return events
        self._heard_s, self._now_s, self._pinged_s = now_s, now_s, None
        try:
            for plain in self._reader.feed(data):
                self._take(m.from_plain(plain), events)
                if self.closed:
                    break
        except ProtocolError as fault:
            events += self.close(fault.reason, fault.detail)
        return events

    @property
    def closed(self) -> bool:
        return self.phase is Phase.CLOSED

    @property
    def opened(self) -> bool:
        return self.phase is Phase.OPEN

    def knows(self, ledger: bytes) -> bool:
        """Whether the ledger was named to the peer in this session."""
        return ledger in self._mine

    @property
    def caught_up(self) -> bool:
        """Whether everything compared is exchanged and everything sent is acknowledged."""
        return (
            self.phase is Phase.OPEN
            and not self.more
            and all(
                s.reported and not s.flow.unacked and not s.flow.partial
                for s in self._shared.values()
            )
        )

    @property
    def at_rest(self) -> bool:
        """Whether all is exchanged that can be in this session: all but logs without room."""
        return (
            self.phase is Phase.OPEN
            and not self.more
            and all(s.done_in and s.done_out and s.flow.settled for s in self._shared.values())
        )

    def to_send(self) -> bytes:
        """Bytes to hand to the connection, in order; drained by the call."""
        data = bytes(self._out)
        self._out.clear()
        return data

    def tick(self, now_s: float) -> list[Event]:
        """Time has passed: ping, or give up on a silent peer."""
        self._now_s = now_s
        if self.phase is Phase.GREETING and now_s >= self._began_s + HANDSHAKE_TIMEOUT_S:
            return self.close(Reason.HANDSHAKE_TIMEOUT, "")
        if self.phase is Phase.OPEN:
            if now_s >= self._heard_s + SILENCE_TIMEOUT_S:
                return self.close(Reason.SILENT, "")
            if self._pinged_s is None and now_s >= self._heard_s + PING_AFTER_S:
                self._pinged_s = now_s
                self._send(m.Ping(0))
        return []

    def next_deadline_s(self) -> float | None:
        """When `tick` wants to be called, or None."""
        if self.phase is Phase.GREETING:
            return self._began_s + HANDSHAKE_TIMEOUT_S
        if self.phase is Phase.OPEN:
            waiting = PING_AFTER_S if self._pinged_s is None else SILENCE_TIMEOUT_S
            return self._heard_s + waiting
        return None

    # --- what the owner says -----------------------------------------------------------------

    def push(self, now_s: float | None = None) -> list[Event]:
        """Send what the peer lacks, as far as its credit goes. Call after anything was stored."""
        events: list[Event] = []
        self.more = False
        self._now_s = now_s or self._now_s
        if self.phase is Phase.OPEN:
            for ledger in sorted(self._shared):
                self._pump(ledger, events)
        return events

    def stored(
        self, ledger: bytes, size: int, log: LogName, follows: bytes | None, tip: Position
    ) -> None:
        """A run of `size` bytes that the peer sent is on disk: acknowledge it and renew its credit."""
        if self.phase is not Phase.OPEN:
            return
        self._shared[ledger].flow.peer_holds(log, follows, tip)
        self._granted += size
        self._send(m.Ack(ledger, size, ((log, tip),)))

    def decline(self, ledger: bytes, size: int, log: LogName) -> None:
        """The log's waiting room is full here: ask for no more of it, but go on with the others."""
        if self.phase is Phase.OPEN:
            self._shared[ledger].flow.declined(log)
            self._granted += size
            self._send(m.Ack(ledger, size, ()))
            self._send(m.Stop(ledger, log))

    def share(self, ledger: bytes) -> list[Event]:
        """A ledger came into being that the peer belongs to."""
        events: list[Event] = []
        full = len(self._mine) >= LEDGERS_PER_SESSION
        if self.phase is Phase.CLOSED or ledger in self._mine or full:
            return events
        self._mine[ledger] = self._held(ledger)
        self._send(m.Share(ledger, ledger_digest(*self._mine[ledger])))
        if ledger in self._offered:
            self._compare(ledger, self._offered[ledger], events)
        return events

    def found(self, papers: bytes) -> None:
        """Pass on what was signed about who belongs to a ledger."""
        if self.phase is not Phase.CLOSED:
            self._send(m.Found(papers))

    def close(self, reason: Reason, detail: str) -> list[Event]:
        """Say goodbye and end."""
        if self.phase is Phase.CLOSED:
            return []
        self._send(m.Goodbye(reason, detail))
        self.phase = Phase.CLOSED
        return [Closed(reason, detail, by_peer=False)]

    # --- what the peer says ------------------------------------------------------------------

    def _take(self, message: m.Message, events: list[Event]) -> None:
        if type(message) not in MAY_ARRIVE[self.phase]:
            raise ProtocolError(Reason.UNEXPECTED, type(message).__name__)
        match message:
            case m.Hello():
                self._on_hello(message, events)
            case m.Have():
                self._on_have(message, events)
            case m.Run(ledger, body):
                self._on_run(ledger, body, events)
            case m.Ack():
                self._on_ack(message, events)
            case m.Stop(ledger, log):
                self._of(ledger).flow.stop(log)
                self._pump(ledger, events)
            case m.Marks():
                self._on_marks(message, events)
            case m.Common():
                self._on_common(message, events)
            case m.Done(ledger):
                self._on_done(ledger, events)
            case m.Share(ledger, digest):
                self._on_share(ledger, digest, events)
            case m.Found(papers):
                events.append(FoundArrived(papers))
            case m.Ping(number):
                self._send(m.Pong(number))
            case m.Pong():
                pass
            case m.Goodbye(reason, detail):
                self.phase = Phase.CLOSED
                known = Reason(reason) if reason in set(Reason) else Reason.DONE
                events.append(Closed(known, detail, by_peer=True))

    def _on_hello(self, hello: m.Hello, events: list[Event]) -> None:
        common = set(hello.versions) & set(VERSIONS)
        if not common:
            raise ProtocolError(Reason.NO_COMMON_VERSION, "")
        self.phase = Phase.OPEN
        self._credit = min(hello.window, WINDOW_BYTES)
        self._offered = dict(hello.ledgers)
        both = [ledger for ledger in self._mine if ledger in self._offered]
        events.append(Opened(max(common), hello.addresses, tuple(both), hello.pending))
        for ledger in both:
            self._compare(ledger, self._offered[ledger], events)

    def _on_share(self, ledger: bytes, digest: bytes, events: list[Event]) -> None:
        if len(self._offered) >= LEDGERS_PER_SESSION:
            raise ProtocolError(Reason.LIMIT, "ledgers")
        self._offered[ledger] = digest
        if ledger in self._mine and ledger not in self._shared:
            self._compare(ledger, digest, events)

    def _held(self, ledger: bytes) -> tuple[Vector, bytes]:
        return self._replica.vector(ledger), self._replica.papers_digest(ledger)

    def _compare(self, ledger: bytes, digest: bytes, events: list[Event]) -> None:
        """Equal digests: nothing to say. Otherwise tell all my tips."""
        mine, papers = self._mine[ledger]
        shared = self._shared[ledger] = _Shared(Flow(self._replica, ledger))
        if digest == ledger_digest(mine, papers):
            self._start(ledger, mine, events)
            shared.equal = shared.done_in = True  # neither side has anything to be done with
            self._pump(ledger, events)
        else:
            self._send(m.Have(ledger, mine, papers))

    def _on_have(self, have: m.Have, events: list[Event]) -> None:
        shared = self._of(have.ledger)
        if shared.compared:
            raise ProtocolError(Reason.UNEXPECTED, "second vector")
        # Before the entries: among them may be some of whom only the papers let in.
        if have.papers != self._mine[have.ledger][1]:
            for papers in self._replica.papers(have.ledger):
                self._send(m.Found(papers))
        self._start(have.ledger, have.vector, events)
        self._pump(have.ledger, events)

    def _start(self, ledger: bytes, vector: Vector, events: list[Event]) -> None:
        shared = self._shared[ledger]
        shared.compared = True
        for log in shared.flow.start(vector):
            self._send(m.Marks(ledger, log, tuple(self._replica.marks(ledger, log))))
        events.append(PeerHas(ledger, vector))

    def _on_run(self, ledger: bytes, body: bytes, events: list[Event]) -> None:
        self._of(ledger)
        # A run may begin while any credit is left, or a window smaller than a run would never move.
        if self._granted <= 0:
            raise ProtocolError(Reason.LIMIT, "sent beyond its credit")
        self._granted -= len(body)
        events.append(RunArrived(ledger, body))

    def _on_ack(self, ack: m.Ack, events: list[Event]) -> None:
        shared = self._of(ack.ledger)
        if not 0 <= ack.credit <= self._outstanding:
            raise ProtocolError(Reason.LIMIT, "credit for what was never sent")
        self._outstanding -= ack.credit
        self._credit += ack.credit
        if ack.credit:
            self._pace.acked(self._now_s, self._outstanding)
        shared.flow.acked(ack.tips)
        if ack.tips:
            events.append(Acked(ack.ledger, ack.tips))
        for ledger in sorted(self._shared):
            self._pump(ledger, events)
        self._report(ack.ledger, events)

    def _on_marks(self, message: m.Marks, events: list[Event]) -> None:
        flow = self._of(message.ledger).flow
        asked = (message.ledger, message.log)
        if asked in self._marked or len(self._marked) >= LOGS_PER_LEDGER:
            raise ProtocolError(Reason.LIMIT, "marks twice")
        self._marked.add(asked)
        held = (p for p in message.marks if self._replica.holds(message.ledger, message.log, p))
        common = next(held, None)
        self._send(m.Common(message.ledger, message.log, common))
        flow.found(message.log, common)
        self._pump(message.ledger, events)

    def _on_common(self, message: m.Common, events: list[Event]) -> None:
        flow, position = self._of(message.ledger).flow, message.position
        if position and not self._replica.holds(message.ledger, message.log, position):
            raise ProtocolError(Reason.UNEXPECTED, "common entry we do not hold")
        flow.found(message.log, position)
        self._pump(message.ledger, events)

    def _on_done(self, ledger: bytes, events: list[Event]) -> None:
        shared = self._of(ledger)
        shared.done_in = True
        shared.flow.heard_all()
        self._pump(ledger, events)
        self._report(ledger, events)

    # --- sending -----------------------------------------------------------------------------

    def _pump(self, ledger: bytes, events: list[Event]) -> None:
        shared = self._shared[ledger]
        if not shared.compared or self._credit <= 0:
            return
        if self._pace.full(self._outstanding):
            return  # an ack goes on from here
        runs = () if ledger in self._silent else shared.flow.runs(self._pace.run_bytes)
        for n, body in enumerate(runs, 1):
            self._credit -= len(body)
            self._outstanding += len(body)
            self._pace.sent(self._now_s)
            self._send(m.Run(ledger, body))
            if self._credit <= 0 or self._pace.full(self._outstanding):
                return
            if n == self._at_once:
                self.more = True
                return
        if not shared.done_out and not shared.flow.undecided:
            shared.done_out = True
            if not shared.equal:
                self._send(m.Done(ledger))
            self._report(ledger, events)

    def _report(self, ledger: bytes, events: list[Event]) -> None:
        shared = self._shared[ledger]
        if shared.reported or not (shared.done_in and shared.done_out):
            return
        if shared.flow.unacked or shared.flow.partial:
            return
        shared.reported = True
        events.append(Synced(ledger))

    def _of(self, ledger: bytes) -> _Shared:
        if ledger not in self._shared:
            raise ProtocolError(Reason.NOT_A_MEMBER, "a ledger we do not share")
        return self._shared[ledger]

    def _send(self, message: m.Message) -> None:
        if self.phase is Phase.CLOSED:
            raise Misuse("a closed session sends nothing")
        self._out += encode_frame(m.to_plain(message))
