"""The ledgers this node belongs to: founding, accepting, what was signed since, ledger keys. No sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from crdt.chain import Chain, fold
from crdt.entry import EntryId, LedgerId
from crdt.erasure import erasures_of
from crdt.errors import MalformedEntry
from crdt.founding import Founding, Invitation, named_ledger
from crdt.papers import named_ledger as named_papers
from crdt.papers import read
from crdt.statements import Statement, parse
from keys.card import Card
from keys.certificate import make_certificate
from keys.seal import KEY_BYTES, KeyId, SealingKey
from node.errors import (
    NotInvited,
    NotYourself,
)
from node.grants import admissible, granted
from node.ground import Ground
from node.knownledgers import KnownLedgers, leave_mark
from node.ledger import Ledger as Ledger
from node.members import Members
from node.store.book import LedgerRow
from node.waiting import note


class Ledgers(KnownLedgers):
    """All ledgers of this node, kept in memory and on disk alike."""

    def __init__(self, ground: Ground) -> None:
        super().__init__(ground)
        self._rows: dict[LedgerId, LedgerRow] = {}
        self.on_turn: Callable[[Ledger, Chain], None] = lambda *_: None
        """Told, in the transaction, when a ledger's chain is another than the one given."""
        self.on_adopted: Callable[[Ledger, EntryId], None] = lambda *_: None
        """Told, inside the transaction, when a member lets a quarantined entry count."""
        self.on_order: Callable[[Ledger], None] = lambda _: None
        """Told, inside the transaction, when something was signed where there are orders of erasure."""
        self.on_news: Callable[[Ledger], None] = lambda _: None
        """Told when another process changed a ledger's chain and judged by it."""
        self.refresh()

    def refresh(self) -> None:
        """Read what another process of this township changed."""
        for row in self._ground.book.ledgers():
            known = self._all.get(row.id)
            count = self._ground.papers.count(row.n)
            if (
                known is not None
                and self._rows.get(row.id) == row
                and len(known.statements) == count
            ):
                continue
            invitation = Invitation.parse(row.invitation)
            if known is None:
                self._all[row.id] = self._make(row, invitation)
            else:
                known.invitation, known.signed = invitation, row.active
                if len(known.statements) != count:
                    self._fold(known)
                    self.on_news(known)
            self._rows[row.id] = row

    # --- founding ----------------------------------------------------------------------------

    def propose(self, name: str, own: Card, others: Sequence[Card]) -> Ledger:
        """Found a ledger with these townships; it is in force once all have signed. Raises MulinError."""
        if any(card.township == self._township for card in others):
            raise NotYourself
        key = SealingKey(self._ground.entropy(KEY_BYTES))
        founding = Founding.make(name, self._ground.entropy(16), [own, *others], key.id)
        self._check_strangers(founding)
        wraps = {d.device: founding.wrap_for(d, key) for d in founding.delegations().values()}
        signatures = {self._township: founding.sign(self._ground.identity.township)}
        return self._put(Invitation(founding, signatures, wraps))

    def inspect(self, raw: bytes) -> Invitation:
        """A checked invitation that names this township and device. Raises MulinError."""
        invitation = Invitation.parse(raw)
        if self._device not in invitation.wraps:
            raise NotInvited
        self._check_strangers(invitation.founding)
        invitation.founding.unwrap(
            invitation.wraps[self._device], self._device, self._ground.identity.device.hpke
        )
        return invitation

    def accept(self, raw: bytes) -> Ledger:
        """Sign a founding that people have compared. Raises MulinError."""
        invitation = self.inspect(raw)
        mine = invitation.founding.sign(self._ground.identity.township)
        signatures = {**invitation.signatures, self._township: mine}
        return self._put(Invitation(invitation.founding, signatures, invitation.wraps))

    def join(self, invitation: Invitation, statements: Sequence[Statement]) -> Ledger:
        """Take up a ledger in which this device is a member's, or would be by a proposal.

        Raises MulinError.
        """
        members = Members(fold(invitation.founding, statements))
        if not members.is_member(self._device) and not members.is_proposed(self._device):
            raise NotInvited
        return self.take_up(invitation, statements)

    def take_up(self, invitation: Invitation, statements: Sequence[Statement]) -> Ledger:
        """Keep what is signed about a ledger, for whom it may yet concern. Raises MulinError."""
        if not invitation.complete:
            raise NotInvited
        founding = invitation.founding
        chain = fold(founding, statements)
        self._put(invitation)
        ledger = self._all[founding.id]
        self.take(ledger, statements)
        with self._ground.db.transaction():
            for member in chain.members.values():
                for delegation in member.card.delegations:
                    if delegation.device != self._device:
                        self._ground.book.set_addresses(delegation.device, member.card.addresses)
        return ledger

    def _check_strangers(self, founding: Founding) -> None:
        """Raises MalformedEntry if a card names a device or certificate that we know as another's.

        A card does not prove that its owner holds the device's keys; whoever came first stays.
        """
        known = {(d.device, d.certificate, d.township) for d in self.peers().values()}
        mine = make_certificate(self._ground.identity.device.tls)
        known.add((self._device, mine, self._township))
        own = [k.members.delegations.get(self._device) for k in self.all()]
        known |= {(d.device, d.certificate, d.township) for d in own if d is not None}
        devices, certificates = {k[0] for k in known}, {k[1] for k in known}
        for d in founding.delegations().values():
            strange = (d.device, d.certificate, d.township) not in known
            if strange and (d.device in devices or d.certificate in certificates):
                raise MalformedEntry(why="a device of somebody else")

    def merge(self, raw: bytes) -> tuple[Ledger, bool] | None:
        """Take what a peer passed on of a ledger that we signed or agreed to join; (ledger, anything new).

        None for a ledger that nobody here has accepted: a person decides that, with the file.
        Raises MulinError.
        """
        if (named := named_papers(raw)) is not None:
            ledger = self._all.get(named)
            return (
                None
                if ledger is None
                else (ledger, bool(self.take(ledger, read(raw, ledger.statements))))
            )
        known = self._all.get(named_ledger(raw))
        if known is None:
            return None
        told = Invitation.parse(raw).signatures
        # Who signed has signed: a second signature of the same township is no news, or two would chase
        # each other from node to node for ever.
        if told.keys() <= known.invitation.signatures.keys():
            return known, False
        merged = Invitation(known.invitation.founding, told, known.invitation.wraps)
        return self._put(merged), True

    def take(self, ledger: Ledger, statements: Sequence[Statement]) -> list[Statement]:
        """`learn`, in a transaction of its own and only if there is anything new."""
        if all(s.id in ledger.statements for s in statements):
            return []
        try:
            with self._ground.db.transaction():
                return self.learn(ledger, statements)
        except BaseException:
            self.forget(ledger)
            raise

    def _put(self, invitation: Invitation) -> Ledger:
        """Store it with the signatures already stored, which another process may have added to."""
        founding = invitation.founding
        with self._ground.db.transaction():
            self.refresh()
            known = self._all.get(founding.id)
            before = known.invitation.signatures if known else {}
            signatures = {**invitation.signatures, **before}
            invitation = Invitation(founding, signatures, invitation.wraps)
            self._ground.book.put_ledger(
                founding.id,
                founding.name,
                invitation.encode(),
                active=invitation.complete,
                signed=True,
            )
            for card in founding.cards:
                for device in {d.device for d in card.delegations} - {self._device}:
                    if not self._ground.book.addresses(device):
                        self._ground.book.set_addresses(device, card.addresses)
        self.refresh()
        return self._all[founding.id]

    def _make(self, row: LedgerRow, invitation: Invitation) -> Ledger:
        founding = invitation.founding
        chain = fold(founding, ())
        ledger = Ledger(
            row.n,
            founding.id,
            founding.name,
            row.active,
            invitation,
            chain,
            Members(chain),
            {},
            self._device,
            self._township,
            key_since=_key_since(chain),
        )
        if (own := self.key_of(invitation)) is not None:
            ledger.keys[own.id] = own
        if self._ground.papers.count(row.n):
            self._fold(ledger)
        return ledger

    def key_of(self, invitation: Invitation) -> SealingKey | None:
        """The ledger's first key, unwrapped with this device's secret; None if it was not wrapped for it."""
        wrapped = invitation.wraps.get(self._device)
        secret = self._ground.identity.device.hpke
        if wrapped is None:
            return None
        return invitation.founding.unwrap(wrapped, self._device, secret)

    # --- what was signed since ---------------------------------------------------------------

    def learn(self, ledger: Ledger, statements: Iterable[Statement]) -> list[Statement]:
        """Keep statements that are new and of whom they may come from; returns them. In a transaction."""
        known = set(self._ground.papers.known(ledger.n))
        fresh = [s for s in statements if s.ledger == ledger.id and s.id not in known]
        fresh = admissible(ledger.chain, ledger.statements.values(), fresh)
        if fresh:
            before, keys = ledger.chain, len(ledger.keys)
            self._ground.papers.add(ledger.n, fresh)
            self._fold(ledger)
            self._meet_new_devices(ledger, before)
            note(self._ground, before, fresh)
            turned = ledger.chain.number, ledger.chain.devices, len(ledger.keys)
            if turned != (before.number, before.devices, keys):  # not for every vote
                self.on_turn(ledger, before)
            if ledger.erasures.orders:
                self.on_order(ledger)
        return fresh

    def _meet_new_devices(self, ledger: Ledger, before: Chain) -> None:
        """Where they listen, as their township's card says; whoever comes back may take leave again."""
        for township, member in ledger.chain.members.items():
            known = before.members.get(township)
            old = () if known is None else known.card.addresses
            fresh = [a for a in member.card.addresses if a not in old] or member.card.addresses
            for delegation in member.card.delegations:
                device = delegation.device
                standing = before.devices.get(device)
                if standing is not None and standing.gone:
                    back = ledger.members.delegations if device == self._device else (device,)
                    for one in back:
                        self._ground.book.set_setting(leave_mark(ledger, one), "")
                if standing is None and not self._ground.book.addresses(device):
                    self._ground.book.set_addresses(device, fresh)

    def _fold(self, ledger: Ledger) -> None:
        known = self._ground.papers.known(ledger.n)
        fresh = [i for i in known if i not in ledger.statements]
        read = {s.id: s for s in map(parse, self._ground.papers.some(ledger.n, fresh))}
        both = ledger.statements | read
        ledger.statements = {i: both[i] for i in known}
        ledger.chain = fold(ledger.invitation.founding, ledger.statements.values())
        ledger.members = Members(ledger.chain)
        ledger.key_since = _key_since(ledger.chain)
        ledger.erasures = erasures_of(ledger.chain, ledger.statements.values())
        secret = self._ground.identity.device.hpke
        ledger.keys |= granted(ledger.chain, ledger.keys, self._device, secret)

    def forget(self, ledger: Ledger) -> None:
        """A transaction was rolled back: read again what is on disk."""
        self._fold(ledger)


def _key_since(chain: Chain) -> dict[KeyId, int]:
    """Per ledger key the first epoch that it is of."""
    return {step.epoch.key_id: step.epoch.number for step in reversed(chain.steps)}
