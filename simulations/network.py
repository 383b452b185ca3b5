"""Packets between townships in virtual time, and the connections made of them. Knows no session, no ledger.

Links are directions: a → b may be cut while b → a works. A connection is two streams as TCP gives them:
bytes in order or not at all; what is lost is sent again, ever more rarely, until the connection is given
up. TLS and WebSocket are not simulated but paid for: a connection costs three round trips and their bytes.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Protocol

from simulations.clock import SECOND_US, Clock, Deed
from simulations.links import OFFICE, Deliver, Drop, Line, Packet, Pass, Reset, Rule, Verdict

DIAL_TIMEOUT_US = 10 * SECOND_US
_HANDSHAKE_BYTES = (60, 60, 700, 1700, 1100, 250)
"""SYN, SYN-ACK, ClientHello, the server's flight, the client's flight with the upgrade, the answer."""
_RETRY_FIRST_US = SECOND_US // 2
_RETRY_MAX_US = 60 * SECOND_US
_RETRIES_MAX = 14
_LINGER_US = 3 * SECOND_US
_RESET_BYTES = 40


class Party(Protocol):
    """What a township's computer does when something reaches it."""

    def accepts(self, caller: int) -> bool:
        """Whether its node runs and knows the caller as a member."""
        ...

    def connected(self, number: int, other: int, *, dialled: bool) -> None: ...

    def received(self, number: int, data: bytes) -> None: ...

    def disconnected(self, number: int) -> None: ...

    def dial_failed(self, other: int) -> None: ...


@dataclass(slots=True)
class Link:
    """One direction between two townships."""

    line: Line
    dice: random.Random
    cut: bool = False
    held: list[Deed] | None = None
    free_us: int = 0
    packets: int = 0
    lost: int = 0
    bytes: int = 0


@dataclass(slots=True, eq=False)
class End:
    """One side of a connection. `sent`, `expected`: bytes of the two streams; `early`: came out of order."""

    number: int
    town: int
    other: End = field(init=False)
    sent: int = 0
    expected: int = 0
    early: dict[int, bytes] = field(default_factory=dict)
    ends_at: int | None = None
    gone: bool = False
    break_at: int | None = None
    ready: bool = True
    """Whether its owner knows of it already: the caller, once the answer is there."""


class Network:
    """All links and connections of a world."""

    def __init__(
        self, clock: Clock, seed: int | str, told: Callable[[str, int, int, str], None]
    ) -> None:
        """`told(event, source, target, words)` is called for every line worth telling."""
        self._clock = clock
        self._seed = seed
        self._told = told
        self.parties: list[Party] = []
        self._links: dict[tuple[int, int], Link] = {}
        self._ends: dict[int, End] = {}
        self._numbers = 0
        self.rules: list[Rule] = []
        self.default = OFFICE

    # --- links -------------------------------------------------------------------------------

    def link(self, source: int, target: int) -> Link:
        found = self._links.get((source, target))
        if found is None:
            dice = random.Random(f"{self._seed}/link/{source}/{target}")
            found = self._links[source, target] = Link(self.default, dice)
        return found

    def links(self) -> Iterable[tuple[tuple[int, int], Link]]:
        return sorted(self._links.items(), key=lambda item: item[0])

    def hold(self, source: int, target: int) -> None:
        """Packets wait on the way until they are released."""
        link = self.link(source, target)
        if link.held is None:
            link.held = []

    def release(self, source: int, target: int) -> None:
        link = self.link(source, target)
        held, link.held = link.held or [], None
        for arrive in held:
            self._clock.after(link.line.latency_us, arrive)

    def totals(self) -> tuple[int, int]:
        """(packets, bytes) that left anybody."""
        links = self._links.values()
        return sum(k.packets for k in links), sum(k.bytes for k in links)

    def in_flight(self) -> int:
        """Bytes written that have not reached the other side."""
        return sum(end.sent - end.other.expected for end in self._ends.values() if not end.gone)

    def connections(self) -> int:
        return len(self._ends) // 2

    def queued(self, number: int) -> int:
        """Bytes of one side of a connection that are still on their way."""
        end = self._ends.get(number)
        return 0 if end is None or end.gone else end.sent - end.other.expected

    # --- packets -----------------------------------------------------------------------------

    def _judge(self, packet: Packet) -> Verdict:
        for rule in self.rules:
            verdict = rule(packet)
            if verdict is not None:
                return verdict
        link = self.link(packet.source, packet.target)
        if link.cut:
            return Drop()
        if link.line.loss and link.dice.random() < link.line.loss:
            return Drop()
        return Pass()

    def _send(self, packet: Packet, arrive: Deed, lost: Deed, reset: Deed | None = None) -> None:
        """One packet, once. Exactly one of the deeds follows, `arrive` perhaps twice."""
        link = self.link(packet.source, packet.target)
        link.packets += 1
        link.bytes += packet.size_bytes
        match self._judge(packet):
            case Drop():
                link.lost += 1
                lost()
            case Reset():
                (reset or lost)()
            case Deliver(after_us):
                self._clock.after(after_us, arrive)
            case Pass():
                self._fly(link, packet, arrive)

    def _fly(self, link: Link, packet: Packet, arrive: Deed) -> None:
        line = link.line
        if line.bytes_per_s is not None:
            start_us = max(self._clock.now_us, link.free_us)
            link.free_us = start_us + packet.size_bytes * SECOND_US // line.bytes_per_s
        else:
            link.free_us = self._clock.now_us
        copies = 2 if line.twice and link.dice.random() < line.twice else 1
        for _ in range(copies):
            when_us = link.free_us + line.flight_us(link.dice)
            if link.held is not None:
                link.held.append(arrive)
            else:
                self._clock.at(when_us, arrive)

    def _persist(
        self,
        packet: Packet,
        arrive: Deed,
        alive: Callable[[], bool],
        give_up: Deed,
        tries: int = 0,
    ) -> None:
        """Send until it arrives, ever more rarely, while the connection is `alive`."""
        if not alive():
            return

        def again() -> None:
            if tries >= _RETRIES_MAX:
                give_up()
                return
            wait_us = min(_RETRY_FIRST_US << tries, _RETRY_MAX_US)
            self._clock.after(
                wait_us, lambda: self._persist(packet, arrive, alive, give_up, tries + 1)
            )

        self._send(packet, arrive, again, give_up)

    # --- connecting --------------------------------------------------------------------------

    def dial(self, source: int, target: int) -> None:
        """Begin a connection; one of `connected` and `dial_failed` follows at the source."""
        state = {"open": True, "step": 0}
        link = self.link(source, target)
        free_us = link.free_us if link.line.bytes_per_s else 0

        def fail() -> None:
            if state["open"]:
                state["open"] = False
                self.parties[source].dial_failed(target)

        def arrived(step: int) -> None:
            if not state["open"] or state["step"] != step:
                return  # too late, or a packet that came twice
            state["step"] = step + 1
            if step in (0, 4) and not self.parties[target].accepts(source):
                self._send(Packet(target, source, "reset", _RESET_BYTES), fail, lambda: None)
                return
            if step == 4:
                ends.extend(self._connect(source, target))
                ends[0].ready = False
                self.parties[target].connected(ends[1].number, source, dialled=False)
            if step == 5:
                state["open"] = False
                self.parties[source].connected(ends[0].number, target, dialled=True)
                ends[0].ready = True
                self._read(ends[0])
                return
            go(step + 1)

        def go(step: int) -> None:
            there = step % 2 == 0
            a, b = (source, target) if there else (target, source)
            packet = Packet(a, b, "dial", _HANDSHAKE_BYTES[step])
            self._persist(packet, lambda: arrived(step), lambda: bool(state["open"]), fail)

        def too_long() -> None:
            if state["open"]:
                fail()
                for end in ends:
                    self._vanish(end)

        ends: list[End] = []
        wait_us = max(
            free_us - self._clock.now_us, 0
        )  # a full line delays a dial, it does not fail it
        self._clock.after(DIAL_TIMEOUT_US + wait_us, too_long)
        go(0)

    def _connect(self, source: int, target: int) -> tuple[End, End]:
        one, other = End(self._numbers + 1, source), End(self._numbers + 2, target)
        self._numbers += 2
        one.other, other.other = other, one
        self._ends |= {one.number: one, other.number: other}
        return one, other

    # --- streams -----------------------------------------------------------------------------

    def write(self, number: int, data: bytes) -> None:
        """Bytes of a connection's stream, after all written before."""
        end = self._ends.get(number)
        if end is None or end.gone or end.ends_at is not None:
            return
        link = self.link(end.town, end.other.town)
        at = 0
        while at < len(data):
            size = link.line.segment_bytes
            if link.line.chopped:
                size = link.dice.randrange(1, size + 1)
            piece = data[at : at + size]
            if end.break_at is not None and end.sent + len(piece) >= end.break_at:
                self._segment(end, piece[: max(end.break_at - end.sent, 0)], breaks=True)
                return
            self._segment(end, piece)
            at += len(piece)

    def _segment(self, end: End, piece: bytes, *, breaks: bool = False) -> None:
        at, end.sent = end.sent, end.sent + len(piece)
        packet = Packet(end.town, end.other.town, "data", len(piece) + 60, piece)

        def arrive() -> None:
            self._arrive(end, at, piece)
            if breaks:
                self.break_off(end.number)

        self._persist(packet, arrive, lambda: not end.gone, lambda: self.break_off(end.number))

    def _arrive(self, end: End, at: int, piece: bytes) -> None:
        there = end.other
        if there.gone:
            self._answer_reset(end)
            return
        if at < there.expected:
            return  # it came twice
        there.early[at] = piece
        if there.ready:
            self._read(there)

    def _read(self, there: End) -> None:
        """Hand over what has come in order."""
        while (data := there.early.pop(there.expected, None)) is not None and data:
            there.expected += len(data)
            self.parties[there.town].received(there.number, data)
            if there.gone:
                return
        self._close_if_over(there)

    def _answer_reset(self, end: End) -> None:
        """Nobody there knows the connection any more: the sender is told, if the answer gets through."""
        back = Packet(end.other.town, end.town, "reset", _RESET_BYTES)
        self._send(back, lambda: self._vanish(end, tell=True), lambda: None)

    def hang_up(self, number: int) -> None:
        """Close once everything written is out; after three seconds in any case."""
        end = self._ends.get(number)
        if end is None or end.gone or end.ends_at is not None:
            return
        end.ends_at = end.sent
        packet = Packet(end.town, end.other.town, "end", 60)
        self._persist(
            packet,
            lambda: self._ended(end),
            lambda: not end.gone,
            lambda: self._vanish(end, tell=True),
        )
        self._clock.after(_LINGER_US, lambda: self._vanish(end, tell=True))

    def _ended(self, end: End) -> None:
        self._close_if_over(end.other)

    def _close_if_over(self, there: End) -> None:
        """The other side hung up and everything it wrote is here."""
        here = there.other
        over = here.ends_at is not None and there.expected >= here.ends_at
        if over and there.ready and not there.gone:
            self._vanish(there, tell=True)
            if not here.gone:
                self._vanish(here, tell=True)

    def break_off(self, number: int) -> None:
        """A reset: both sides lose the connection at once, and what was under way."""
        end = self._ends.get(number)
        if end is None:
            return
        self._told("reset", end.town, end.other.town, "")
        for one in (end, end.other):
            self._vanish(one, tell=True)

    def _vanish(self, end: End, *, tell: bool = False) -> None:
        if end.gone:
            return
        end.gone = True
        end.early.clear()
        self._ends.pop(end.number, None)
        if tell:
            self.parties[end.town].disconnected(end.number)

    # --- faults ------------------------------------------------------------------------------

    def forget(self, town: int, *, resets: bool) -> None:
        """The computer or the node of a town is gone. `resets`: its system tells the other sides."""
        for end in [e for e in self._ends.values() if e.town == town]:
            self._vanish(end)
            if resets and not end.other.gone:
                other = end.other
                back = Packet(town, other.town, "reset", _RESET_BYTES)
                self._send(back, lambda o=other: self._vanish(o, tell=True), lambda: None)  # type: ignore[misc]

    def break_after(self, source: int, target: int, size: int) -> None:
        """Connections between two towns break once the source has written so many bytes more."""
        for end in self._ends.values():
            if end.town == source and end.other.town == target:
                end.break_at = end.sent + size
