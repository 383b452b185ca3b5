"""Symmetric sealing with a key that is committed to, and wrapping such keys for devices. Knows no entry.

AES-GCM does not commit to its key: one ciphertext can be made to open under two keys to two texts. So
a key's id is its hash, the id stands in every signed header, and a key is only ever used under its id.
Wrapping is HPKE base mode (RFC 9180): it says nothing about the sender, the signed record does.
"""

from __future__ import annotations

import hashlib
from typing import NewType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from keys.errors import CannotOpen, WeakKey

KeyId = NewType("KeyId", bytes)

KEY_BYTES = 32
NONCE_BYTES = 12
SEAL_OVERHEAD_BYTES = NONCE_BYTES + 16
_SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


class SealingKey:
    """A content key. Its id commits to it; its repr shows nothing."""

    __slots__ = ("_aead", "id", "secret")

    def __init__(self, secret: bytes) -> None:
        """`secret`: 32 bytes."""
        self.secret = secret
        self.id = key_id(secret)
        self._aead = AESGCM(secret)

    def seal(self, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
        """nonce ‖ ciphertext; `nonce` is 12 bytes never used with this key before."""
        return nonce + self._aead.encrypt(nonce, plain, aad)

    def open(self, sealed: bytes, aad: bytes) -> bytes:
        """The plain bytes. Raises CannotOpen."""
        if len(sealed) < SEAL_OVERHEAD_BYTES:
            raise CannotOpen
        try:
            return self._aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], aad)
        except InvalidTag as fault:
            raise CannotOpen from fault

    def __repr__(self) -> str:
        return "SealingKey(…)"


def key_id(secret: bytes) -> KeyId:
    return KeyId(hashlib.sha256(b"mulin/key/1" + secret).digest())


def wrap(secret: bytes, receiver: bytes, info: bytes) -> bytes:
    """`secret` for the device with X25519 public key `receiver`; `info` binds ledger, epoch and device."""
    return _SUITE.encrypt(secret, X25519PublicKey.from_public_bytes(receiver), info=info)


def unwrap(wrapped: bytes, private: bytes, info: bytes) -> bytes:
    """The wrapped secret. Raises CannotOpen."""
    try:
        return _SUITE.decrypt(wrapped, X25519PrivateKey.from_private_bytes(private), info=info)
    except (InvalidTag, ValueError) as fault:
        raise CannotOpen from fault


def check_exchange_key(public: bytes) -> None:
    """Raises WeakKey unless `public` is an X25519 key that a secret can be wrapped for.

    With a point of small order every exchange gives zero, whoever takes part; so any scalar tells.
    """
    try:
        probe = X25519PrivateKey.from_private_bytes(b"\x01" * KEY_BYTES)
        probe.exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError as fault:
        raise WeakKey from fault


def x25519_public(private: bytes) -> bytes:
    return X25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()
