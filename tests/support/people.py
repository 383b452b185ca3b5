"""Townships for tests: made of labels, so that the same label is always the same township.

Nothing here is random; a test that fails today fails tomorrow.
"""

from __future__ import annotations

import functools
import hashlib

from keys.card import Card, Delegation, DeviceKeys
from keys.identity import SigningKey, TownshipId
from keys.keyfile import Identity

NAMES = ("三江口镇", "鲁布革乡", "马蚌镇", "麻塘乡", "金子岩乡")


def seed(*label: object, size: int = 32) -> bytes:
    """Bytes that depend on the label alone."""
    text = "/".join(map(str, label))
    return hashlib.shake_256(text.encode()).digest(size)


@functools.cache
def identity(label: str) -> Identity:
    return Identity.make(seed("identity", label, size=128))


@functools.cache
def signing_key(label: str) -> SigningKey:
    return SigningKey(seed("signing", label))


@functools.cache
def device_keys(label: str) -> DeviceKeys:
    return DeviceKeys(
        SigningKey(seed("device", label)), SigningKey(seed("tls", label)), seed("hpke", label)
    )


def township_id(label: str) -> TownshipId:
    return TownshipId(identity(label).township.public)


@functools.cache
def card(label: str, name: str = "麻塘乡", code: str = "430527210") -> Card:
    """A card with one device and one address."""
    who = identity(label)
    delegation = Delegation.make(who.township, who.device)
    return Card.make(who.township, name, code, (delegation,), ("127.0.0.1:7711",))
