"""A township's card: who it is, which device it delegated, where it listens. Knows no ledger.

A card is what two townships exchange before they trust each other: signed by the township key, so
comparing one fingerprint over the phone vouches for every key on it. Names and codes are
attributes; the township *is* its key.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from functools import lru_cache

from keys import canonical, cose
from keys.certificate import certificate_key, make_certificate
from keys.errors import BadCard, BadCode, BadName, MulinError
from keys.identity import DeviceId, SigningKey, TownshipId, check_public_key
from keys.limits import CARD_BYTES, NAME_CODE_POINTS
from keys.seal import check_exchange_key, x25519_public
from keys.text import nfc, refused_character

DELEGATION = "mulin/delegation/1"
CARD = "mulin/card/1"
_ARMOUR = "mulin-card:"
_CODE = re.compile(r"[0-9]{9}([0-9]{3})?", re.ASCII)
_ADDRESS = re.compile(r"[A-Za-z0-9.\-\[\]:]{1,80}:[0-9]{1,5}", re.ASCII)
_ADDRESSES_MAX = 4
_DEVICES_MAX = 8


@dataclass(frozen=True, slots=True)
class DeviceKeys:
    """The three secret keys of one device: different uses, different lifetimes, never shared."""

    sign: SigningKey
    tls: SigningKey
    hpke: bytes

    @property
    def id(self) -> DeviceId:
        return DeviceId(self.sign.public)


@dataclass(frozen=True, slots=True)
class Delegation:
    """A township's word that a device writes for it. `raw` is the COSE_Sign1 that says so."""

    township: TownshipId
    device: DeviceId
    certificate: bytes
    hpke_public: bytes
    raw: bytes

    @classmethod
    def make(cls, township: SigningKey, keys: DeviceKeys) -> Delegation:
        return cls.of(township, keys.id, make_certificate(keys.tls), x25519_public(keys.hpke))

    @classmethod
    def of(
        cls, township: SigningKey, device: DeviceId, certificate: bytes, hpke_public: bytes
    ) -> Delegation:
        """For a device that is elsewhere, by its public keys: those on the card that it made itself."""
        body = canonical.encode([1, township.public, device, certificate, hpke_public])
        signed = cose.sign(township, body, DELEGATION)
        return cls(TownshipId(township.public), device, certificate, hpke_public, signed.raw)

    @classmethod
    def parse(cls, raw: bytes, township: TownshipId) -> Delegation:
        """Raises BadSignature, BadCard, WeakKey, NotCanonical unless `township` signed it."""
        body = cose.Signed(raw).verified(township, DELEGATION)
        match canonical.decode_list(body, CARD_BYTES):
            case [1, bytes() as owner, bytes() as device, bytes() as certificate, bytes() as hpke]:
                pass
            case _:
                raise BadCard(why="delegation")
        if owner != township or len(hpke) != 32:
            raise BadCard(why="delegation")
        check_public_key(device)
        certificate_key(certificate)
        check_exchange_key(hpke)
        return cls(township, DeviceId(device), certificate, hpke, raw)


@dataclass(frozen=True, slots=True)
class Card:
    """A verified card. `raw` is the COSE_Sign1; addresses are "host:port" where the device listens."""

    township: TownshipId
    name: str
    code: str
    delegations: tuple[Delegation, ...]
    addresses: tuple[str, ...]
    raw: bytes

    @classmethod
    def make(
        cls,
        township: SigningKey,
        name: str,
        code: str,
        delegations: tuple[Delegation, ...],
        addresses: tuple[str, ...],
    ) -> Card:
        """Raises BadName, BadCode, BadCard."""
        name, code = clean_name(name), clean_code(code)
        listed: list[canonical.Plain] = [d.raw for d in delegations]
        places: list[canonical.Plain] = [check_address(a) for a in addresses]
        body = canonical.encode([1, township.public, name, code, listed, places])
        raw = cose.sign(township, body, CARD).raw
        return cls(TownshipId(township.public), name, code, delegations, addresses, raw)

    @classmethod
    def parse(cls, raw: bytes) -> Card:
        """Raises a MulinError unless every key is sound and the township signed all of it."""
        return _parsed(raw)

    @classmethod
    def _parse(cls, raw: bytes) -> Card:
        if len(raw) > CARD_BYTES:
            raise BadCard(why="size")
        signed = cose.Signed(raw)
        match canonical.decode_list(signed.claimed(), CARD_BYTES):
            case [
                1,
                bytes() as owner,
                str() as name,
                str() as code,
                list() as listed,
                list() as places,
            ]:
                pass
            case _:
                raise BadCard(why="fields")
        check_public_key(owner)
        township = TownshipId(owner)
        signed.verified(township, CARD)
        if not 1 <= len(listed) <= _DEVICES_MAX or len(places) > _ADDRESSES_MAX:
            raise BadCard(why="fields")
        if clean_name(name) != name or clean_code(code) != code:
            raise BadCard(why="name")
        delegations = tuple(_delegation(item, township) for item in listed)
        return cls(township, name, code, delegations, tuple(check_address(p) for p in places), raw)

    def text(self) -> str:
        """The card as one line of text, for a file, a message or a QR code."""
        return _ARMOUR + base64.urlsafe_b64encode(self.raw).decode().rstrip("=")

    @classmethod
    def from_text(cls, text: str) -> Card:
        """The card in a file's text; other lines are for people. Raises BadCard or what parse raises."""
        lines = [line.strip() for line in text.splitlines()]
        bodies = [line.removeprefix(_ARMOUR) for line in lines if line.startswith(_ARMOUR)]
        if len(bodies) != 1 or len(bodies[0]) > 2 * CARD_BYTES:
            raise BadCard(why="no mulin-card line")
        try:
            raw = base64.b64decode(bodies[0] + "=" * (-len(bodies[0]) % 4), b"-_", validate=True)
        except (binascii.Error, ValueError) as fault:
            raise BadCard(why="base64") from fault
        try:
            return cls.parse(raw)
        except BadCard:
            raise
        except MulinError as fault:
            raise BadCard(why=type(fault).__name__) from fault


@lru_cache(maxsize=512)
def _parsed(raw: bytes) -> Card:
    """A founding's cards are read again and again; equal bytes give an equal card."""
    return Card._parse(raw)


def clean_name(name: str) -> str:
    """`name` as it is kept. Raises BadName."""
    name = nfc(name).strip()
    if not name or len(name) > NAME_CODE_POINTS or refused_character(name, lines=False):
        raise BadName(limit=NAME_CODE_POINTS)
    return name


def clean_code(code: str) -> str:
    """A place code: 9 digits name a township, 12 a village (000 = the township). Raises BadCode."""
    if not _CODE.fullmatch(code):
        raise BadCode
    return code


def check_address(address: object) -> str:
    """ "host:port" as it stands. Raises BadCard."""
    if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
        raise BadCard(why="address")
    if int(address.rpartition(":")[2]) > 65535:
        raise BadCard(why="address")
    return address


def _delegation(item: canonical.Plain, township: TownshipId) -> Delegation:
    if not isinstance(item, bytes):
        raise BadCard(why="delegation")
    return Delegation.parse(item, township)
