"""COSE_Sign1: what another implementation signs we read, what we sign it reads, and nothing is altered."""

from __future__ import annotations

from typing import Any

import cbor2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycose.algorithms import EdDSA
from pycose.headers import Algorithm
from pycose.keys.curves import Ed25519
from pycose.keys.okp import OKPKey
from pycose.messages.sign1message import Sign1Message

from keys import cose
from keys.errors import BadSignature, MulinError, NotCanonical
from keys.identity import SigningKey
from simulations.oracles.cbor import encode, head
from tests.support.damage import damaged
from tests.support.people import signing_key

KEY = signing_key("三江口镇")
OTHER = signing_key("鲁布革乡")
HEAD = "mulin/head/1"


def _theirs(payload: bytes, purpose: str, key: SigningKey) -> bytes:
    """The same message made by pycose."""
    message = Sign1Message(phdr={Algorithm: EdDSA}, payload=payload, external_aad=purpose.encode())
    message.key = OKPKey(crv=Ed25519, x=key.public, d=key.seed)
    made: bytes = message.encode(tag=False)
    return made


@given(st.binary(max_size=400), st.sampled_from([HEAD, "mulin/card/1", "", "界"]))
def test_another_implementation_makes_the_same_bytes(payload: bytes, purpose: str) -> None:
    assert cose.sign(KEY, payload, purpose).raw == _theirs(payload, purpose, KEY)


@given(st.binary(max_size=400))
def test_another_implementation_verifies_ours(payload: bytes) -> None:
    message: Any = Sign1Message.from_cose_obj(
        _parts(cose.sign(KEY, payload, HEAD).raw), allow_unknown_attributes=False
    )
    message.key = OKPKey(crv=Ed25519, x=KEY.public)
    message.external_aad = HEAD.encode()
    assert message.payload == payload
    assert message.verify_signature()
    message.external_aad = b"mulin/card/1"
    assert not message.verify_signature()


def _parts(raw: bytes) -> list[object]:
    """The array that pycose wants; the library reads our bytes by itself only with a tag before them."""
    parts: list[object] = cbor2.loads(raw)
    return parts


def test_a_signature_serves_one_key_and_one_purpose() -> None:
    signed = cose.sign(KEY, b"said", HEAD)
    assert signed.verified(KEY.public, HEAD) == b"said"
    for key, purpose in ((OTHER.public, HEAD), (KEY.public, "mulin/card/1"), (KEY.public, "")):
        with pytest.raises(BadSignature):
            signed.verified(key, purpose)


def test_an_altered_byte_anywhere_is_refused() -> None:
    raw = cose.sign(KEY, b"eight hundred thousand fen", HEAD).raw
    for wrong in damaged(raw):
        with pytest.raises((BadSignature, NotCanonical)):
            cose.Signed(wrong).verified(KEY.public, HEAD)


@given(st.binary(max_size=200))
def test_random_bytes_are_refused_with_a_sentence(raw: bytes) -> None:
    for wrong in (raw, cose.sign(KEY, b"", HEAD).raw[:7] + raw):
        with pytest.raises(MulinError):
            cose.Signed(wrong).verified(KEY.public, HEAD)


def test_other_forms_of_the_same_message_are_refused() -> None:
    """Each verifies in other software, or would if the form were let through."""
    payload = b"said"
    signature = cose.sign(KEY, payload, HEAD).raw[-64:]
    protected = b"\xa1\x01\x27"
    body = encode(payload) + encode(signature)
    forms = {
        "tagged": b"\xd2\x84\x43" + protected + b"\xa0" + body,
        "an unprotected header": b"\x84\x43" + protected + b"\xa1\x04\x41\x01" + body,
        "another algorithm": b"\x84\x43\xa1\x01\x26\xa0" + body,
        "no protected header": b"\x84\x40\xa0" + body,
        "a longer length": b"\x84\x43" + protected + b"\xa0" + head(2, 4, 24) + payload + body[5:],
        "text for bytes": b"\x84\x43" + protected + b"\xa0" + encode("said") + encode(signature),
        "detached": b"\x84\x43" + protected + b"\xa0" + encode(None) + encode(signature),
    }
    for form in forms.values():
        with pytest.raises((NotCanonical, BadSignature)):
            cose.Signed(form).verified(KEY.public, HEAD)
        with pytest.raises(NotCanonical):
            cose.Signed(form).claimed()


def test_a_payload_is_read_before_the_check_only_on_purpose() -> None:
    signed = cose.sign(KEY, b"said", HEAD)
    assert signed.claimed() == b"said"
    assert not hasattr(signed, "payload")
    assert signed.digest == cose.Signed(signed.raw).digest
    assert signed.digest != cose.sign(OTHER, b"said", HEAD).digest
