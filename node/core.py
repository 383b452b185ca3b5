"""The node without I/O: connections, sessions, dialling, passing on. Inputs in, effects out.

No socket, no clock (`now_s` comes in), no dice (`chance` comes in). Storage calls go straight through the
service: SQLite is local and deterministic, and effects for it would double every state. A bad peer ends
its own session with a reason and harms no other.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import starmap

from keys.errors import MulinError
from keys.identity import DeviceId
from keys.limits import SESSIONS_PER_DEVICE
from node.effects import Admit, Dial, Effect, Hangup, Note, Send, WakeAt
from node.errors import Busy, DiskTrouble, LogFull, Unlinked
from node.introductions import FAREWELL, Introductions
from node.ledgers import Ledger
from node.link import Link
from node.meeting import Meeting
from node.peers import Peer, sound_addresses
from node.service import Service
from node.spare import SpareTime
from node.tidings import Tidings
from protocol import events as ev
from protocol.errors import Reason
from protocol.messages import LogName, Vector
from protocol.session import Session


class NodeCore:
    """All that a running node decides. Every method returns the effects it wants, in order."""

    def __init__(self, service: Service, chance: Callable[[], float]) -> None:
        self._service = service
        self._chance = chance
        self._links: dict[int, Link] = {}
        self._peers: dict[DeviceId, Peer] = {}
        self._calls_changed = True
        self._next_call_s: float | None = None
        self._effects: list[Effect] = []
        self._tidings = Tidings(service)
        self._meeting = Meeting(service, self._links)
        self._introductions = Introductions(service, self._links, self._handle, self._note)
        self._spare = SpareTime(service)
        self._stopping = False
        service.ingest.on_fork = self._on_fork

    # --- inputs ------------------------------------------------------------------------------

    def start(self, now_s: float) -> list[Effect]:
        """Begin: dial everybody, spread over the first half second."""
        self._meet_peers(now_s)
        return self._done(now_s)

    def connected(
        self, connection: int, device: DeviceId, now_s: float, *, dialled: bool
    ) -> list[Effect]:
        """A connection stands and its certificate is `device`'s, a member's."""
        self._calls_changed = True
        peer = self._peers.setdefault(device, Peer(now_s))
        if dialled:
            peer.dialling = False
        if sum(link.device == device for link in self._links.values()) >= SESSIONS_PER_DEVICE:
            facts: dict[str, str | int] = {"why": "too many connections", "peer": device.hex()[:12]}
            self._effects += [Note("refused", facts), Hangup(connection)]
            return self._done(now_s)
        active, pending = self._service.ledgers.shared_with(device)
        silent = frozenset(k.id for k in self._service.ledgers.leaves(device))
        session = Session(
            self._service.replica,
            [k.id for k in active],
            [k.id for k in pending],
            self._service.card().addresses,
            now_s,
            runs_at_once=1,
            silent=silent,
        )
        self._links[connection] = Link(device, session, dialled=dialled, silent=silent)
        self._settle_twins(connection, device)
        return self._done(now_s)

    def received(self, connection: int, data: bytes, now_s: float) -> list[Effect]:
        """Bytes arrived, cut anywhere."""
        link = self._links.get(connection)
        if link is not None:
            self._spare.put_off(now_s)
            self._handle(connection, link, link.session.receive(data, now_s))
        return self._done(now_s)

    def disconnected(self, connection: int, now_s: float) -> list[Effect]:
        """The connection is gone, whoever ended it."""
        link = self._links.pop(connection, None)
        if link is not None:
            self._tidings.write_down()
            self._forget(connection, link, now_s)
        return self._done(now_s)

    def dial_failed(self, device: DeviceId, now_s: float) -> list[Effect]:
        self._calls_changed = True
        if device in self._peers:
            self._peers[device].failed(now_s, self._chance)
        return self._done(now_s)

    def wake(self, now_s: float) -> list[Effect]:
        """The time asked for has come."""
        for connection, link in list(self._links.items()):
            self._handle(connection, link, link.session.tick(now_s))
            if link.session.more:
                self._handle(connection, link, link.session.push())
        if self._tidings.due_s is not None and now_s >= self._tidings.due_s:
            self._tidings.write_down()
        if self._spare.due_s is not None and now_s >= self._spare.due_s:
            if self._spare.use(now_s):
                self._push(now_s)
        return self._done(now_s)

    def changed(self, now_s: float) -> list[Effect]:
        """The store changed: by a command of this township, in this process or another."""
        self._service.ledgers.refresh()
        self._meet_peers(now_s)
        for ledger in self._service.ledgers.all():
            self._introductions.introduce(ledger)
        self._spare.put_off(now_s)
        self._push(now_s)
        return self._done(now_s)

    def dial_now(self, devices: list[DeviceId], now_s: float) -> list[Effect]:
        """Somebody waits for these peers."""
        for device in devices:
            if device in self._peers:
                self._calls_changed = True
                self._peers[device].soon(now_s)
        return self._done(now_s)

    def stop(self, now_s: float) -> list[Effect]:
        """Say goodbye to everybody, and dial nobody any more."""
        self._stopping = True
        self._tidings.write_down()
        for connection, link in list(self._links.items()):
            self._handle(connection, link, link.session.close(Reason.SHUTTING_DOWN, ""))
        return self._done(now_s)

    # --- questions ---------------------------------------------------------------------------

    def live(self) -> dict[DeviceId, bool]:
        """Connected devices, and whether everything is exchanged with them."""
        self._tidings.write_down()  # who is told "they have it" finds it written down
        found: dict[DeviceId, bool] = {}
        for link in self._links.values():
            if not link.session.closed:
                found[link.device] = found.get(link.device, False) or link.session.caught_up
        return found

    # --- sessions ----------------------------------------------------------------------------

    def _settle_twins(self, connection: int, device: DeviceId) -> None:
        """Both sides dialled at once: both keep the one that the smaller id dialled, else the newer."""
        peer = self._peers[device]
        old = peer.connection
        peer.connection = connection
        if old is None or old not in self._links:
            return
        mine_smaller = self._service.device < device
        new, before = self._links[connection], self._links[old]
        keep_old = new.dialled != before.dialled and before.dialled == mine_smaller
        loser = connection if keep_old else old
        if keep_old:
            peer.connection = old
        link = self._links[loser]
        self._handle(loser, link, link.session.close(Reason.REPLACED, ""))

    def _handle(self, connection: int, link: Link, events: list[ev.Event]) -> None:
        for event in events:
            try:
                if not self._take(connection, link, event):
                    return
            except (Busy, DiskTrouble) as fault:
                # Our own disk, and no fault of the peer: it comes again, and sends again what we lost.
                self._note("trouble", link, what=type(fault).__name__)
                self._handle(connection, link, link.session.close(Reason.SHUTTING_DOWN, ""))
                return

    def _take(self, connection: int, link: Link, event: ev.Event) -> bool:
        """False if the session ended over it and the rest of what the peer said no longer counts."""
        match event:
            case ev.Opened():
                self._on_opened(link, event)
            case ev.PeerHas(ledger, vector):
                self._on_peer_has(link, ledger, vector)
            case ev.RunArrived(ledger, body):
                return self._on_run(connection, link, ledger, body)
            case ev.Acked(ledger, tips):
                vector = {log: (tip,) for log, tip in tips}
                self._tidings.acked(link.device, ledger, vector, link.claims)
            case ev.FoundArrived(papers):
                self._introductions.found(connection, link, papers)
            case ev.Synced(ledger):
                self._note("synced", link, ledger=ledger.hex()[:8])
                self._introductions.took_leave(connection, link, ledger)
            case ev.Closed(reason, detail, by_peer):
                said = {"by": "peer" if by_peer else "us", "detail": detail[:80]}
                self._note("closed", link, reason=reason.name.lower(), **said)
                if by_peer and detail == FAREWELL:
                    self._introductions.was_sent_off(link)
                self._flush(connection, link)
                self._effects.append(Hangup(connection))
        return True

    def _on_opened(self, link: Link, event: ev.Opened) -> None:
        now_ms = self._service.ground.clock_ms()
        book = self._service.ground.book
        with self._service.ground.db.transaction():
            book.set_setting(f"heard/{link.device.hex()}", str(now_ms))
            addresses = sound_addresses(event.addresses)
            if addresses and book.addresses(link.device) != addresses:
                book.set_addresses(link.device, addresses)
        self._peers[link.device].opened()
        self._note("opened", link, ledgers=len(event.ledgers))
        self._introductions.opened(link, event)

    def _on_peer_has(self, link: Link, ledger_id: bytes, vector: Vector) -> None:
        ledger = self._service.ledgers.get(ledger_id)
        if ledger is None:
            return
        if self._meeting.heard(link, ledger, vector):
            self._note("behind", link, ledger=ledger.hex[:8])
        self._tidings.said(link.device, ledger_id, vector, link.claims)

    def _on_run(self, connection: int, link: Link, ledger_id: bytes, body: bytes) -> bool:
        """Store a run; False if the session ended over it."""
        ledger = self._service.ledgers.get(ledger_id)
        assert ledger is not None, "a session shares only ledgers we hold"
        try:
            taken = self._service.ingest.take(ledger, body, link.device)
        except (Busy, DiskTrouble):
            raise
        except MulinError as fault:
            if self._declined(link, ledger, body, fault):
                self._handle(connection, link, link.session.push())
                return True
            reason = Reason.UNLINKED if isinstance(fault, Unlinked) else Reason.BAD_ENTRY
            closing = link.session.close(reason, type(fault).__name__)
            self._handle(connection, link, closing)
            return not closing  # it said goodbye itself, and that is still to be heard
        self._spare.arrived()
        link.session.stored(ledger_id, len(body), taken.log, taken.follows, taken.tip)
        for other in self._links.values():
            if claim := other.claims.pop((ledger_id, taken.log), None):
                self._tidings.said(other.device, ledger_id, {taken.log: claim}, other.claims)
        if taken.fresh:
            self._push()
        else:  # what is here already still tells how far the peer is
            self._handle(connection, link, link.session.push())
        return True

    def _declined(self, link: Link, ledger: Ledger, body: bytes, fault: MulinError) -> bool:
        """Whether the run's log has no room here: then it alone is stopped.

        What was on its way when its log was stopped continues nothing; it is declined too.
        """
        if not isinstance(fault, (LogFull, Unlinked)):
            return False
        log = self._service.ingest.log_of(ledger, body)
        known = (ledger.id, log) in link.declined
        if not known and isinstance(fault, Unlinked):
            return False
        if not known:
            link.declined.add((ledger.id, log))
            self._note("declined", link, ledger=ledger.hex[:8])
        link.session.decline(ledger.id, len(body), log)
        return True

    def _resume(self) -> None:
        """A session stops a log for good: where one has room again, a new session goes on with it."""
        for connection, link in list(self._links.items()):
            if not link.declined or not link.session.at_rest:
                continue
            now = self._service.ground.log.newest_number(), self._service.ingest.muted()
            if link.looked_at == now:
                continue
            link.looked_at = now
            if any(starmap(self._has_room, link.declined)):
                self._handle(connection, link, link.session.close(Reason.LIMIT, "room again"))

    def _has_room(self, ledger_id: bytes, log: LogName) -> bool:
        ledger = self._service.ledgers.get(ledger_id)
        return ledger is not None and self._service.ingest.wants(ledger, log)

    def _push(self, now_s: float | None = None) -> None:
        for connection, link in list(self._links.items()):
            self._handle(connection, link, link.session.push(now_s))

    # --- dialling ----------------------------------------------------------------------------

    def _meet_peers(self, now_s: float) -> None:
        known = self._service.ledgers.peers()
        for device in self._peers.keys() - known.keys():
            if self._peers[device].connection is None:
                del self._peers[device]  # of no common ledger any more
        for device in known:
            if device not in self._peers:
                self._calls_changed = True
                self._peers[device] = Peer(now_s + 0.5 * self._chance())

    def _forget(self, connection: int, link: Link, now_s: float) -> None:
        self._calls_changed = True
        peer = self._peers[link.device]
        self._note("disconnected", link)
        if peer.connection != connection:
            return
        others = [n for n, other in self._links.items() if other.device == link.device]
        peer.connection = others[-1] if others else None
        if peer.connection is None:
            peer.failed(now_s, self._chance)
            self._meet_peers(now_s)  # it may be a peer no more

    def _dial_due(self, now_s: float) -> None:
        """Whoever's time has come; a ledger may have many members, and most events concern none of them."""
        due = self._next_call_s is not None and now_s >= self._next_call_s
        if self._stopping or not (due or self._calls_changed):
            return
        for device, peer in self._peers.items():
            if not peer.due(now_s):
                continue
            address = peer.address(self._service.ground.book.addresses(device))
            if address is None:
                peer.failed(now_s, self._chance)
                continue
            peer.dialling = True
            self._effects.append(Dial(device, address))
        waiting = [p for p in self._peers.values() if p.connection is None and not p.dialling]
        self._next_call_s = min((p.next_dial_s for p in waiting), default=None)
        self._calls_changed = False

    # --- effects -----------------------------------------------------------------------------

    def _done(self, now_s: float) -> list[Effect]:
        if self._introductions.arrange():
            self._spare.arrived()  # an order of erasure may be among what was signed
            self._meet_peers(now_s)
            self._effects.append(Admit())
            self._push(now_s)
        self._tidings.arrange(now_s)
        self._spare.arrange(now_s)
        self._resume()
        self._dial_due(now_s)
        for connection, link in self._links.items():
            self._flush(connection, link)
        next_call_s = None if self._stopping else self._next_call_s
        deadlines = [] if next_call_s is None else [next_call_s]
        deadlines += [
            d for k in self._links.values() if (d := k.session.next_deadline_s()) is not None
        ]
        deadlines += [now_s for k in self._links.values() if k.session.more]
        deadlines += [d for d in (self._tidings.due_s, self._spare.due_s) if d is not None]
        if deadlines:
            self._effects.append(WakeAt(min(deadlines)))
        effects, self._effects = self._effects, []
        return effects

    def _flush(self, connection: int, link: Link) -> None:
        data = link.session.to_send()
        if data:
            self._effects.append(Send(connection, data))

    def _note(self, event: str, link: Link, **facts: str | int) -> None:
        self._effects.append(Note(event, {"peer": link.device.hex()[:12], **facts}))

    def _on_fork(self, ledger: Ledger, log: tuple[bytes, bytes], seq: int) -> None:
        facts: dict[str, str | int] = {
            "ledger": ledger.hex[:8],
            "device": log[0].hex()[:12],
            "seq": seq,
        }
        self._effects.append(Note("fork", facts))
