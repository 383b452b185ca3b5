"""What is passed on about who belongs to a ledger: foundings, signatures, proposals, votes, keys. No sockets.

Peers are told before they are sent entries. What is new, from whomever, goes to everybody it concerns; who
is a member no more is told so, hands over what it still had, and is met no more.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping

from crdt.papers import encode
from keys.errors import MulinError
from node.errors import Busy, DiskTrouble
from node.ledgers import Ledger
from node.link import Link
from node.service import Service
from protocol import events as ev
from protocol.errors import Reason

FAREWELL = "farewell"
Handle = Callable[[int, Link, list[ev.Event]], None]
Tell = Callable[..., None]


class Introductions:
    """Of one node to everybody it is connected with. `handle` takes a session's events, `note` is the log."""

    def __init__(
        self, service: Service, links: Mapping[int, Link], handle: Handle, note: Tell
    ) -> None:
        self._service = service
        self._links = links
        self._handle = handle
        self._note = note
        self._papers: dict[bytes, int] = {}
        self._parted = False

    def opened(self, link: Link, event: ev.Opened) -> None:
        """Both have greeted: tell what the greeting itself does not lead to."""
        for ledger in self._service.ledgers.all():
            if not self._concerned(ledger, link):
                continue
            if link.session.knows(ledger.id):
                link.told.update(ledger.statements)
            elif ledger.active and ledger.members.is_member(link.device):
                self.introduce(ledger)  # it came into force while we greeted each other
            if not link.session.knows(ledger.id) or ledger.id in event.pending:
                link.session.found(ledger.invitation.encode())
                self._tell(ledger, link)
            if self._service.settle_ledger(ledger, link.device):
                self._note("settled", link, ledger=ledger.hex[:8])

    def found(self, connection: int, link: Link, raw: bytes) -> None:
        """A peer passed on something signed. Raises Busy, DiskTrouble."""
        try:
            merged = self._service.ledgers.merge(raw)
        except (Busy, DiskTrouble):
            raise
        except MulinError as fault:
            closing = link.session.close(Reason.BAD_ENTRY, type(fault).__name__)
            self._handle(connection, link, closing)
            return
        if merged is not None and merged[1]:
            self._note("signed", link, ledger=merged[0].hex[:8], active=int(merged[0].active))
            self.introduce(merged[0])

    def arrange(self) -> bool:
        """Whether a ledger's papers became more, by whatever way: then everybody concerned is told."""
        changed, self._parted = self._parted, False
        for ledger in self._service.ledgers.all():
            if self._papers.get(ledger.id) == len(ledger.statements):
                continue
            changed = changed or len(ledger.statements) > 0
            # What our own disk does not let us write down now is tried again at the next event.
            with contextlib.suppress(Busy, DiskTrouble):
                self._service.settle_ledger(ledger)
                self._papers[ledger.id] = len(ledger.statements)
            self.introduce(ledger)
            self._see_off(ledger)
        return changed

    def introduce(self, ledger: Ledger) -> None:
        """Tell connected members what is new of a ledger, and share it once it is in force."""
        known = ledger.statements.keys()
        for connection, link in list(self._links.items()):
            knows = link.session.knows(ledger.id)
            if not link.session.opened or (knows and ledger.active and known <= link.told):
                continue  # as a rule
            if not self._concerned(ledger, link):
                continue
            if not knows:
                link.session.found(ledger.invitation.encode())
            self._tell(ledger, link)
            if not knows and ledger.active and ledger.members.is_member(link.device):
                self._handle(connection, link, link.session.share(ledger.id))

    def took_leave(self, connection: int, link: Link, ledger_id: bytes) -> None:
        """Everything is exchanged with a peer: if one of us had left, that was the farewell."""
        ledger = self._service.ledgers.get(ledger_id)
        if ledger is None or not self._left(ledger, link):
            return
        self._service.ledgers.took_leave(ledger, link.device)
        self._parted = True
        self._note("left", link, ledger=ledger.hex[:8])
        if link.device not in self._service.ledgers.peers():
            closing = link.session.close(Reason.MEMBERSHIP_CHANGED, FAREWELL)
            self._handle(connection, link, closing)

    def was_sent_off(self, link: Link) -> None:
        """The peer said farewell: who left, and knows it, need not call there again."""
        for ledger in self._service.ledgers.all():
            if ledger.active and not ledger.is_ours and ledger.members.is_member(link.device):
                self._service.ledgers.took_leave(ledger, link.device)
                self._parted = True

    # -----------------------------------------------------------------------------------------

    def _tell(self, ledger: Ledger, link: Link) -> None:
        if fresh := ledger.statements.keys() - link.told:
            for part in encode(ledger.id, self._service.ground.papers.some(ledger.n, fresh)):
                link.session.found(part)
            link.told.update(fresh)

    def _see_off(self, ledger: Ledger) -> None:
        """A session in which entries flow to one who left ends; the next one is the farewell."""
        for connection, link in list(self._links.items()):
            flows = link.session.knows(ledger.id) and ledger.id not in link.silent
            if flows and link.device in ledger.members.gone:
                closing = link.session.close(Reason.MEMBERSHIP_CHANGED, "")
                self._handle(connection, link, closing)

    def _left(self, ledger: Ledger, link: Link) -> bool:
        return not ledger.is_ours or link.device in ledger.members.gone

    def _concerned(self, ledger: Ledger, link: Link) -> bool:
        """Whether a peer belongs to a ledger, may soon, or has to learn that it does no more."""
        active, pending = self._service.ledgers.shared_with(link.device)
        return ledger in active or ledger in pending
