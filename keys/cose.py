"""COSE_Sign1 (RFC 9052 section 4.2) with EdDSA, untagged, over our canonical CBOR. Knows no purpose.

The external AAD is the purpose ("mulin/head/1" …), so a signature made for one thing never serves
another. The protected header is always {1: -8}; there is no algorithm to negotiate and the
unprotected header is empty. Written here and not taken from a library because the kept ones bring
their own key classes and negotiate algorithms; the tests compare with one of them.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import cbor2

from keys import canonical
from keys.errors import BadSignature, NotCanonical
from keys.identity import SigningKey, verify

_PROTECTED = b"\xa1\x01\x27"  # {1 (alg): -8 (EdDSA)}
_SHAPE = (
    b"\x84\x43" + _PROTECTED + b"\xa0"
)  # [protected, {}, payload, signature]: what follows the head


@dataclass(frozen=True, slots=True)
class Signed:
    """A COSE_Sign1 whose signature nobody has checked yet. It has no payload: only `verified` gives one."""

    raw: bytes

    def verified(self, key: bytes, purpose: str) -> bytes:
        """The payload, once signed by `key` for `purpose`. Raises BadSignature, NotCanonical."""
        payload, signature = _split(self.raw)
        verify(key, signature, _to_be_signed(payload, purpose), purpose)
        return payload

    def claimed(self) -> bytes:
        """The payload *before* any check: only to learn whose key to check with."""
        return _split(self.raw)[0]

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.raw).digest()

    @property
    def signature(self) -> bytes:
        """The last part alone; with the payload it gives the whole again (`joined`)."""
        return self.raw[-64:]


def joined(payload: bytes, signature: bytes) -> Signed:
    """A COSE_Sign1 of its two parts, as unchecked as they are."""
    return Signed(_join(payload, signature))


def sign(key: SigningKey, payload: bytes, purpose: str) -> Signed:
    signature = key.sign(_to_be_signed(payload, purpose))
    return Signed(_join(payload, signature))


def _to_be_signed(payload: bytes, purpose: str) -> bytes:
    return cbor2.dumps(["Signature1", _PROTECTED, purpose.encode(), payload])


def _join(payload: bytes, signature: bytes) -> bytes:
    return _SHAPE + cbor2.dumps(payload) + cbor2.dumps(signature)


def _split(raw: bytes) -> tuple[bytes, bytes]:
    if not raw.startswith(_SHAPE):
        raise NotCanonical(why="not a COSE_Sign1 of ours")
    signature = raw[-64:]
    payload = canonical.decode(raw[len(_SHAPE) : -66], len(raw))
    if type(payload) is not bytes or _join(payload, signature) != raw:
        raise NotCanonical(why="not a COSE_Sign1 of ours")
    return payload, signature


__all__ = ["BadSignature", "Signed", "joined", "sign"]
