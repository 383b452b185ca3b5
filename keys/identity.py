"""Signing keys, the ids made of them, and how a person reads them. Knows no file and no ledger.

An id *is* a public key: 32 bytes of Ed25519. `cryptography` accepts small-order and non-canonical
public keys, and with such a key one signature fits every message; so `check_public_key` refuses
them before anybody is enrolled (Chalkias, Garillot, Nikolaenko, "Taming the Many EdDSAs").
"""

from __future__ import annotations

import functools
import hashlib
from typing import NewType

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from keys.errors import BadSignature, WeakKey

TownshipId = NewType("TownshipId", bytes)
DeviceId = NewType("DeviceId", bytes)

_P = 2**255 - 19
_D = -121665 * pow(121666, -1, _P) % _P
_SQRT_M1 = pow(2, (_P - 1) // 4, _P)
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_ED25519_MULTICODEC = b"\xed\x01"
# Damm's quasigroup of order 10: finds every wrong digit and every swapped pair.
_DAMM = (
    "0317598642", "7092154863", "4206871359", "1750983426", "6123045978",
    "3674209581", "5869720134", "8945362017", "9438617205", "2581436790",
)  # fmt: skip
_FINGERPRINT_GROUPS = 5


class SigningKey:
    """The secret half of a township or device key. Never printed: its repr shows nothing."""

    __slots__ = ("_key", "public")

    def __init__(self, seed: bytes) -> None:
        """`seed`: 32 secret bytes."""
        self._key = Ed25519PrivateKey.from_private_bytes(seed)
        self.public = self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        return self._key.sign(message)

    @property
    def seed(self) -> bytes:
        return self._key.private_bytes_raw()

    def private(self) -> Ed25519PrivateKey:
        """The library's object, for making a certificate."""
        return self._key

    def __repr__(self) -> str:
        return "SigningKey(…)"


@functools.lru_cache(maxsize=1024)
def _public(key: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(key)


def verify(key: bytes, signature: bytes, message: bytes, what: str) -> None:
    """Raises BadSignature(what) unless `signature` over `message` verifies under `key`."""
    try:
        _public(key).verify(signature, message)
    except (InvalidSignature, ValueError) as fault:
        raise BadSignature(what=what) from fault


def check_public_key(key: bytes) -> None:
    """Raises WeakKey unless `key` is a canonical Ed25519 point whose order is not 1, 2, 4 or 8."""
    if len(key) != 32:
        raise WeakKey
    y = int.from_bytes(key, "little")
    sign, y = y >> 255, y & (2**255 - 1)
    if y >= _P:
        raise WeakKey
    x = _recover_x(y, sign)
    point = (x, y)
    for _ in range(3):
        point = _double(point)
    if point == (0, 1):
        raise WeakKey


def _recover_x(y: int, sign: int) -> int:
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * _SQRT_M1 % _P
    if (x * x - square) % _P or (x == 0 and sign):
        raise WeakKey
    return _P - x if x & 1 != sign else x


def _double(point: tuple[int, int]) -> tuple[int, int]:
    x, y = point
    k = _D * x * x * y * y % _P
    return (
        2 * x * y * pow(1 + k, -1, _P) % _P,
        (y * y + x * x) * pow(1 - k, -1, _P) % _P,
    )


def did_key(key: bytes) -> str:
    """The printed form of a key: did:key:z6Mk…"""
    number = int.from_bytes(_ED25519_MULTICODEC + key, "big")
    digits = ""
    while number:
        number, rest = divmod(number, 58)
        digits = _BASE58[rest] + digits
    return "did:key:z" + digits


def parse_did_key(text: str) -> bytes:
    """The 32 bytes of a did:key. Raises WeakKey if it is not one as did_key prints it, or a weak key."""
    body = text.removeprefix("did:key:z")
    if body == text or len(body) > 64 or any(c not in _BASE58 for c in body):
        raise WeakKey
    number = functools.reduce(lambda n, c: n * 58 + _BASE58.index(c), body, 0)
    raw = number.to_bytes(48, "big").lstrip(b"\0")
    if not raw.startswith(_ED25519_MULTICODEC):
        raise WeakKey
    key = raw[2:]
    check_public_key(key)
    if did_key(key) != text:  # leading ones are leading zeros: a second spelling of the same key
        raise WeakKey
    return key


def fingerprint(key: bytes) -> str:
    """Five groups of five digits to read over the phone; the last of each group checks the group.

    66 bits of SHA-256("mulin/fingerprint/1" ‖ key). A misheard digit or a swapped pair shows at once
    and in which group.
    """
    number = int.from_bytes(hashlib.sha256(b"mulin/fingerprint/1" + key).digest(), "big")
    groups = []
    for _ in range(_FINGERPRINT_GROUPS):
        number, four = divmod(number, 10_000)
        groups.append(f"{four:04d}")
    return " ".join(g + check_digit(g) for g in groups)


def fingerprint_well_formed(text: str) -> bool:
    """Whether every group's check digit fits: tells a misread fingerprint from a wrong key."""
    groups = text.split()
    return len(groups) == _FINGERPRINT_GROUPS and all(
        len(g) == 5 and g.isascii() and g.isdigit() and check_digit(g[:4]) == g[4] for g in groups
    )


def check_digit(digits: str) -> str:
    """The digit after which these end in 0 in Damm's scheme."""
    return functools.reduce(lambda row, d: _DAMM[int(row)][int(d)], digits, "0")
