"""The ledgers this node belongs to: founding, accepting, gathering signatures, ledger keys. No sockets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from crdt.entry import LedgerId
from crdt.errors import MalformedEntry
from crdt.founding import Founding, Invitation, named_ledger
from keys.card import Card, Delegation
from keys.certificate import make_certificate
from keys.errors import MulinError
from keys.identity import DeviceId, TownshipId
from keys.seal import KEY_BYTES, SealingKey
from node.errors import Ambiguous, NoLedger, NotFound, NotInvited, NotYourself, SeveralLedgers
from node.ground import Ground
from node.members import Members
from node.store.book import LedgerRow


@dataclass(slots=True)
class Ledger:
    """A ledger with its members and, once in force, its key."""

    n: int
    id: LedgerId
    name: str
    active: bool
    invitation: Invitation
    members: Members
    key: SealingKey

    @property
    def hex(self) -> str:
        return self.id.hex()


class Ledgers:
    """All ledgers of this node, kept in memory and on disk alike."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._township = TownshipId(ground.identity.township.public)
        self._device = ground.identity.device.id
        self._all: dict[LedgerId, Ledger] = {}
        self._rows: dict[LedgerId, LedgerRow] = {}
        self.refresh()

    def refresh(self) -> None:
        """Read what another process of this township changed."""
        for row in self._ground.book.ledgers():
            if self._rows.get(row.id) != row:
                self._all[row.id] = self._make(row.n, Invitation.parse(row.invitation), row.active)
                self._rows[row.id] = row

    def all(self) -> list[Ledger]:
        return sorted(self._all.values(), key=lambda ledger: ledger.n)

    def active(self) -> list[Ledger]:
        return [ledger for ledger in self.all() if ledger.active]

    def get(self, ledger: bytes) -> Ledger | None:
        return self._all.get(LedgerId(ledger))

    def choose(self, text: str | None, *, pending: bool = False) -> Ledger:
        """The one ledger in force, or the one named by name or id prefix. Raises MulinError."""
        listed = self.all() if pending else self.active()
        if text is None:
            if not listed:
                raise NoLedger
            if len(listed) > 1:
                choices = "、".join(f"{k.name} {k.hex[:8]}" for k in listed)
                raise SeveralLedgers(choices=choices)
            return listed[0]
        found = [k for k in listed if k.name == text or (len(text) >= 4 and k.hex.startswith(text))]
        if not found:
            raise NotFound(what=text[:60])
        if len(found) > 1:
            raise Ambiguous(what=text[:60], choices="、".join(k.hex[:12] for k in found))
        return found[0]

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
        if (
            self._device not in invitation.founding.delegations()
            or self._device not in invitation.wraps
        ):
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

    def _check_strangers(self, founding: Founding) -> None:
        """Raises MalformedEntry if a card names a device or certificate that we know as another's.

        A card does not prove that its owner holds the device's keys; whoever came first stays.
        """
        known = {(d.device, d.certificate, d.township) for d in self.peers().values()}
        mine = make_certificate(self._ground.identity.device.tls)
        known.add((self._device, mine, self._township))
        devices, certificates = {k[0] for k in known}, {k[1] for k in known}
        for d in founding.delegations().values():
            strange = (d.device, d.certificate, d.township) not in known
            if strange and (d.device in devices or d.certificate in certificates):
                raise MalformedEntry(why="a device of somebody else")

    def merge(self, raw: bytes) -> tuple[Ledger, bool] | None:
        """Take signatures that a peer passed on, for a founding we already signed; (ledger, anything new).

        None for a founding that nobody here has accepted: a person decides that, with the file.
        Raises MulinError.
        """
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
            for delegation, addresses in peers_of(founding, self._township):
                if not self._ground.book.addresses(delegation.device):
                    self._ground.book.set_addresses(delegation.device, addresses)
        self.refresh()
        return self._all[founding.id]

    def _make(self, n: int, invitation: Invitation, active: bool) -> Ledger:
        founding, key = invitation.founding, self.key_of(invitation)
        return Ledger(n, founding.id, founding.name, active, invitation, Members(founding), key)

    def key_of(self, invitation: Invitation) -> SealingKey:
        """The ledger's key, unwrapped with this device's secret."""
        secret = self._ground.identity.device.hpke
        return invitation.founding.unwrap(invitation.wraps[self._device], self._device, secret)

    # --- peers -------------------------------------------------------------------------------

    def shared_with(self, device: DeviceId) -> tuple[list[Ledger], list[Ledger]]:
        """Ledgers (in force, pending) that a device belongs to."""
        both = [k for k in self.all() if k.members.is_member(device)]
        return [k for k in both if k.active], [k for k in both if not k.active]

    def peers(self) -> dict[DeviceId, Delegation]:
        """Every other device we share a ledger with, in force or pending."""
        found: dict[DeviceId, Delegation] = {}
        for ledger in self.all():
            found |= ledger.members.delegations
        return {
            d: delegation
            for d, delegation in found.items()
            if delegation.township != self._township
        }

    def others(self, ledger: Ledger) -> set[DeviceId]:
        """The devices of a ledger's other townships: whom entries of ours went to."""
        listed = ledger.members.delegations.items()
        return {d for d, delegation in listed if delegation.township != self._township}

    def name_of(self, township: bytes) -> str:
        """A township's name in whichever ledger knows it."""
        for ledger in self.all():
            if TownshipId(township) in ledger.members.cards:
                return ledger.members.name_of(township)
        return "?"

    def find_township(self, text: str) -> TownshipId:
        """A township of any ledger. Raises NotFound, Ambiguous."""
        fault: MulinError = NotFound(what=text[:60])
        for ledger in self.all():
            try:
                return ledger.members.find(text)
            except MulinError as found:
                fault = found
        raise fault


def peers_of(founding: Founding, me: TownshipId) -> list[tuple[Delegation, tuple[str, ...]]]:
    """Every other member's devices with the addresses on its card."""
    return [(d, c.addresses) for c in founding.cards if c.township != me for d in c.delegations]
