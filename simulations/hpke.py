"""HPKE (RFC 9180, base mode) with the dice of a world: the library draws its own, and no run would repeat.

What it seals the product opens: a second implementation of what `keys.seal.wrap` does. For simulations only.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = b"HPKE-v1"
_KEM = b"KEM\x00\x20"
_SUITE = b"HPKE\x00\x20\x00\x01\x00\x02"
_KEY_BYTES, _NONCE_BYTES = 32, 12


def wrapping(entropy: Callable[[int], bytes]) -> Callable[[bytes, bytes, bytes], bytes]:
    """`keys.seal.wrap` with this source of chance."""
    return lambda secret, receiver, info: _wrap(entropy(32), secret, receiver, info)


def _wrap(seed: bytes, secret: bytes, receiver: bytes, info: bytes) -> bytes:
    ephemeral = X25519PrivateKey.from_private_bytes(seed)
    enc = ephemeral.public_key().public_bytes_raw()
    exchanged = ephemeral.exchange(X25519PublicKey.from_public_bytes(receiver))
    proved = _extract(_KEM, b"", b"eae_prk", exchanged)
    shared = _expand(_KEM, proved, b"shared_secret", enc + receiver, 32)
    nobody = _extract(_SUITE, b"", b"psk_id_hash", b"")
    context = b"\x00" + nobody + _extract(_SUITE, b"", b"info_hash", info)
    schedule = _extract(_SUITE, shared, b"secret", b"")
    key = _expand(_SUITE, schedule, b"key", context, _KEY_BYTES)
    nonce = _expand(_SUITE, schedule, b"base_nonce", context, _NONCE_BYTES)
    return enc + AESGCM(key).encrypt(nonce, secret, b"")


def _extract(suite: bytes, salt: bytes, label: bytes, given: bytes) -> bytes:
    return _hmac(salt or bytes(32), _VERSION + suite + label + given)


def _expand(suite: bytes, key: bytes, label: bytes, info: bytes, size: int) -> bytes:
    """Never more than one block of SHA-256."""
    told = size.to_bytes(2, "big") + _VERSION + suite + label + info
    return _hmac(key, told + b"\x01")[:size]


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()
