"""Use cases of a township's own keys, which need nobody's vote: devices and recovery. No sockets.

What a word of a township is worth `crdt.lines` tells; here it is said. Secret keys pass through and are never
kept, named or told.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from crdt.deeds import Say
from crdt.epoch import Member
from crdt.lines import commitment
from crdt.pen import Pen
from crdt.statements import Devices, Fence, Proposal, Recovery, Statement
from keys.card import Card, Delegation
from keys.identity import DeviceId, SigningKey
from keys.seal import KeyId, SealingKey
from node.epochs import Epochs
from node.errors import NoLedger, NotAMember
from node.exchange import Joining
from node.grants import wrapped
from node.ground import Ground
from node.ledgers import Ledger, Ledgers
from node.ownerrors import (
    DeviceKnown,
    NotOwnDevice,
    NotTheTownshipKey,
    RecoveryKeyStands,
    RecoveryKeyUnknown,
    ThisDevice,
)
from node.writing import Writing

_ADDRESSES_MAX = 4
_PREFIX_MIN = 4


@dataclass(frozen=True, slots=True)
class Held:
    """What is at hand of a ledger when its old keys are given up: its keys, and how far its logs are here."""

    keys: Mapping[KeyId, SealingKey]
    fences: tuple[Fence, ...]


class OwnKeys:
    """In the name of this township."""

    def __init__(self, ground: Ground, ledgers: Ledgers, writing: Writing, epochs: Epochs) -> None:
        self._ground = ground
        self._ledgers = ledgers
        self._writing = writing
        self._epochs = epochs

    def member(self, ledger: Ledger) -> Member:
        """This township as it stands in a ledger now. Raises NotAMember."""
        found = ledger.chain.members.get(self._epochs.me(ledger))
        if found is None or not ledger.is_ours:
            raise NotAMember
        return found

    def card_naming(self, ledger: Ledger, *devices: DeviceId) -> Card | None:
        """A card that a township of the ledger signed for these devices, be it long replaced."""
        steps = ledger.chain.steps
        cards = [m.card for m in ledger.chain.members.values()]
        cards += [m.card for s in steps for m in s.epoch.members]
        cards += [s.card for s in ledger.statements.values() if isinstance(s, (Devices, Recovery))]
        whose = ledger.members.standing(devices[0]).delegation.township
        fitting = (c for c in cards if c.township == whose)
        return next((c for c in fitting if set(devices) <= {d.device for d in c.delegations}), None)

    def holds_key(self, ledger: Ledger) -> bool:
        """Whether the key that speaks for this township is on this device."""
        return self.member(ledger).card.township == self._ground.identity.township.public

    # --- devices -----------------------------------------------------------------------------

    def add(self, ledger: Ledger, card: Card) -> Devices:
        """Let the devices that a card names write for this township. Raises DeviceKnown, …

        `card` is what the new device's own `mulin init` made; only the public keys on it are taken over.
        """
        key = self._speaker(ledger)
        fresh = [d for d in card.delegations if d.device not in ledger.chain.devices]
        certificates = {s.delegation.certificate for s in ledger.chain.devices.values()}
        if not fresh or any(d.certificate in certificates for d in fresh):
            raise DeviceKnown
        known = self.member(ledger).card
        listed = [Delegation.of(key, d.device, d.certificate, d.hpke_public) for d in fresh]
        places = dict.fromkeys([*known.addresses, *card.addresses])
        word = self._say(
            ledger, (*known.delegations, *listed), tuple(places)[:_ADDRESSES_MAX], fences=()
        )
        self._epochs.settle(ledger)
        return word

    def agree(self, ledger: Ledger, word: Devices) -> None:
        """This device signs that it is the township's that says so: another could name it as its own."""
        pen = Pen(ledger.id, self._ground.identity.device.sign)
        self._ledgers.take(ledger, [pen.consent(word.id)])

    def device(self, ledger: Ledger, text: str) -> DeviceId:
        """A device of this township by the beginning of its key. Raises NotOwnDevice."""
        listed = [d.device for d in self.member(ledger).card.delegations]
        found = [d for d in listed if len(text) >= _PREFIX_MIN and d.hex().startswith(text.lower())]
        if len(found) != 1:
            raise NotOwnDevice(what=text[:60])
        return found[0]

    def revoke(self, ledger: Ledger, device: DeviceId, reason: str = "") -> Devices:
        """A device of this township writes no more; its entries count as far as they are here."""
        if device == ledger.device:
            raise ThisDevice
        self._speaker(ledger)
        known = self.member(ledger).card
        kept = tuple(d for d in known.delegations if d.device != device)
        fences = [f for f in self._epochs.fences(ledger, ledger.me) if f.device == device]
        return self._say(ledger, kept, known.addresses, fences=tuple(fences), reason=reason)

    def renew(self, ledger: Ledger, reason: str = "") -> Proposal | None:
        """Propose a ledger key that who is gone does not have; None where this township voted already."""
        if ledger.chain.open.vote_of(ledger.me) is not None:
            return None
        return self._epochs.propose_key(ledger, reason)

    def _say(
        self,
        ledger: Ledger,
        delegations: tuple[Delegation, ...],
        addresses: tuple[str, ...],
        *,
        fences: tuple[Fence, ...],
        recovery: bytes | None = None,
        reason: str = "",
    ) -> Devices:
        key, member = self._speaker(ledger), self.member(ledger)
        card = Card.make(key, member.card.name, member.card.code, delegations, addresses)
        word = Pen(ledger.id, key).devices(
            member.township,
            (member.generation, member.turn + 1),
            card,
            recovery or member.recovery,
            fences,
        )
        self._writing.say(ledger, [Say(word)], reason)
        return word

    def _speaker(self, ledger: Ledger) -> SigningKey:
        """The key that speaks for this township. Raises NotTheTownshipKey, NotAMember."""
        if not self.holds_key(ledger):
            raise NotTheTownshipKey
        return self._ground.identity.township

    # --- the recovery key --------------------------------------------------------------------

    def promise_in(self) -> list[Ledger]:
        """Ledgers in which this township has no recovery key yet. Raises NoLedger, RecoveryKeyStands, …"""
        ours = [k for k in self._ledgers.active() if k.is_ours]
        if not ours:
            raise NoLedger
        lacking = [k for k in ours if self.member(k).recovery is None]
        if not lacking:
            raise RecoveryKeyStands
        for ledger in lacking:
            self._speaker(ledger)
        return lacking

    def promise(self, ledger: Ledger, recovery: SigningKey) -> Devices:
        """Say the hash of a recovery key; nobody sees the key before it is used."""
        card = self.member(ledger).card
        return self._say(
            ledger,
            card.delegations,
            card.addresses,
            fences=(),
            recovery=commitment(recovery.public),
        )

    def promised(self, ledger: Ledger, recovery: SigningKey) -> Member:
        """The member whose recovery key this is. Raises RecoveryKeyUnknown."""
        return promised(ledger.chain.members.values(), recovery)

    def passed(self, ledger: Ledger, word: Devices | None = None) -> Joining:
        """What a device without any log needs to take this ledger up. `word`: what names it."""
        statements = self._ground.papers.all(ledger.n)
        named = None if word is None else word.id
        return Joining(ledger.invitation, statements, named, self._epochs.fences(ledger))

    def held(self) -> dict[bytes, Held]:
        """Per ledger what is at hand of it, before the keys on this device are given up."""
        return {k.id: Held(dict(k.keys), self._epochs.fences(k)) for k in self._ledgers.active()}

    def recover(
        self, ledger: Ledger, recovery: SigningKey, after: SigningKey, held: Held
    ) -> Recovery:
        """This device is the township's only one from here on; `after` is its next recovery key.

        Needs nobody's vote and no log: it is made known beside the logs, and here at once.
        """
        member = self.promised(ledger, recovery)
        identity = self._ground.identity
        own = Delegation.make(identity.township, identity.device)
        listen = self._ground.book.setting("address") or ""
        card = Card.make(
            identity.township,
            member.card.name,
            member.card.code,
            (own,),
            (listen,) if listen else (),
        )
        fences = tuple(
            f
            for f in held.fences
            if f.device in ledger.chain.devices
            and ledger.members.township_of(f.device) == member.township
        )
        word = Pen(ledger.id, recovery).recover(
            member.township,
            member.generation + 1,
            card,
            commitment(after.public),
            fences,
        )
        pen = Pen(ledger.id, identity.device.sign)
        grants = [
            pen.grant(key.id, {own.device: wrapped(self._ground.wrap, ledger.id, key, own)})
            for key in held.keys.values()
        ]
        said: Sequence[Statement] = [word, pen.consent(word.id), *grants]
        self._ledgers.take(ledger, said)
        self._epochs.renew_when_possible(ledger)
        return word


def promised(members: Iterable[Member], recovery: SigningKey) -> Member:
    """Who promised this recovery key. Raises RecoveryKeyUnknown."""
    hashed = commitment(recovery.public)
    found = next((m for m in members if m.recovery == hashed), None)
    if found is None:
        raise RecoveryKeyUnknown
    return found
