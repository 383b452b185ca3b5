"""The founding record of a ledger: epoch 0, agreed and signed by every member. Pure.

A ledger's id is the hash of this record, so nobody can change who founded it. It exists when every
township has signed the id. The ledger key travels beside it, wrapped for each device, and is
committed to by its id inside. Knows no store and no later epoch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from crdt.entry import LedgerId
from crdt.errors import MalformedEntry
from keys import canonical, cose, seal
from keys.canonical import Plain
from keys.card import Card, Delegation, clean_name
from keys.identity import DeviceId, SigningKey, TownshipId
from keys.limits import DEVICES_PER_LEDGER, FOUNDING_BYTES, MEMBERS_PER_LEDGER
from keys.seal import KEY_BYTES, KeyId, SealingKey

FOUNDING = "mulin/founding/1"
_WRAP = b"mulin/wrap/1"
# A whole invitation must fit a frame.
_INVITE_BYTES = FOUNDING_BYTES + MEMBERS_PER_LEDGER * 512 + DEVICES_PER_LEDGER * 256


@dataclass(frozen=True, slots=True)
class Founding:
    """A parsed founding record. `cards` are sorted by township; `nonce` keeps equal foundings apart."""

    id: LedgerId
    name: str
    nonce: bytes
    cards: tuple[Card, ...]
    key_id: KeyId
    raw: bytes

    @classmethod
    def make(cls, name: str, nonce: bytes, cards: Sequence[Card], key_id: KeyId) -> Founding:
        """`nonce`: 16 random bytes. Raises BadName, MalformedEntry."""
        listed: list[Plain] = [c.raw for c in sorted(cards, key=lambda c: c.township)]
        return cls.parse(canonical.encode([1, clean_name(name), nonce, listed, key_id]))

    @classmethod
    def parse(cls, raw: bytes) -> Founding:
        """Raises a MulinError unless it is well formed and every card in it verifies."""
        match canonical.decode_list(raw, FOUNDING_BYTES):
            case [1, str() as name, bytes() as nonce, list() as listed, bytes() as key_id]:
                pass
            case _:
                raise MalformedEntry(why="founding")
        if len(nonce) != 16 or len(key_id) != 32 or clean_name(name) != name:
            raise MalformedEntry(why="founding")
        cards = tuple(Card.parse(c) for c in listed if isinstance(c, bytes))
        townships = [c.township for c in cards]
        if len(cards) != len(listed) or townships != sorted(set(townships)):
            raise MalformedEntry(why="founding members")
        devices = [d.device for c in cards for d in c.delegations]
        certificates = {d.certificate for c in cards for d in c.delegations}
        if not 2 <= len(cards) <= MEMBERS_PER_LEDGER or len(set(devices)) != len(devices):
            raise MalformedEntry(why="founding members")
        if len(certificates) != len(devices):  # a copied one would be taken for its owner's
            raise MalformedEntry(why="founding devices")
        if len(devices) > DEVICES_PER_LEDGER:
            raise MalformedEntry(why="founding devices")
        return cls(_ledger_id(raw), name, nonce, cards, KeyId(key_id), raw)

    def delegations(self) -> dict[DeviceId, Delegation]:
        return {d.device: d for c in self.cards for d in c.delegations}

    def member(self, township: TownshipId) -> Card | None:
        return next((c for c in self.cards if c.township == township), None)

    def sign(self, township: SigningKey) -> bytes:
        """The township's word that it founds this ledger."""
        return cose.sign(township, canonical.encode([self.id]), FOUNDING).raw

    def check_signature(self, township: TownshipId, raw: bytes) -> None:
        """Raises BadSignature, NotCanonical, MalformedEntry."""
        body = cose.Signed(raw).verified(township, FOUNDING)
        if body != canonical.encode([self.id]) or self.member(township) is None:
            raise MalformedEntry(why="founding signature")

    def wrap_for(self, delegation: Delegation, key: SealingKey) -> bytes:
        """The ledger key for one device."""
        return seal.wrap(key.secret, delegation.hpke_public, self._info(delegation.device))

    def unwrap(self, wrapped: bytes, device: DeviceId, private: bytes) -> SealingKey:
        """Raises CannotOpen, or MalformedEntry if it is not the key that was committed to."""
        secret = seal.unwrap(wrapped, private, self._info(device))
        if len(secret) != KEY_BYTES or seal.key_id(secret) != self.key_id:
            raise MalformedEntry(why="ledger key")
        return SealingKey(secret)

    def _info(self, device: DeviceId) -> bytes:
        return _WRAP + self.id + device


@dataclass(frozen=True, slots=True)
class Invitation:
    """A founding with the signatures gathered so far and the key wraps: a file, or a frame."""

    founding: Founding
    signatures: dict[TownshipId, bytes]
    wraps: dict[DeviceId, bytes]

    @property
    def complete(self) -> bool:
        return all(c.township in self.signatures for c in self.founding.cards)

    def encode(self) -> bytes:
        signed: list[Plain] = [[t, s] for t, s in sorted(self.signatures.items())]
        wraps: list[Plain] = [[d, w] for d, w in sorted(self.wraps.items())]
        return canonical.encode([self.founding.raw, signed, wraps])

    @classmethod
    def parse(cls, raw: bytes) -> Invitation:
        """Raises a MulinError unless every signature in it verifies."""
        match canonical.decode_list(raw, _INVITE_BYTES):
            case [bytes() as founding_raw, list() as signed, list() as wrapped]:
                pass
            case _:
                raise MalformedEntry(why="invitation")
        founding = Founding.parse(founding_raw)
        signatures = {TownshipId(t): s for t, s in map(_pair, signed)}
        wraps = {DeviceId(d): w for d, w in map(_pair, wrapped)}
        for township, signature in signatures.items():
            founding.check_signature(township, signature)
        if not wraps.keys() <= founding.delegations().keys():
            raise MalformedEntry(why="invitation wraps")
        return cls(founding, signatures, wraps)


def named_ledger(raw: bytes) -> LedgerId:
    """Which ledger an invitation is about, before any check of it. Raises NotCanonical, MalformedEntry."""
    match canonical.decode_list(raw, _INVITE_BYTES):
        case [bytes() as founding_raw, list(), list()]:
            return _ledger_id(founding_raw)
    raise MalformedEntry(why="invitation")


def _ledger_id(founding_raw: bytes) -> LedgerId:
    return LedgerId(hashlib.sha256(b"mulin/ledger/1" + founding_raw).digest())


def _pair(item: Plain) -> tuple[bytes, bytes]:
    match item:
        case [bytes() as left, bytes() as right]:
            return left, right
    raise MalformedEntry(why="invitation")
