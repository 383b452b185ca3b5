"""Keys and how people read them: weak keys stay out, a printed key is one key, a misread digit shows."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import BadSignature, WeakKey
from keys.identity import (
    SigningKey,
    check_public_key,
    did_key,
    fingerprint,
    fingerprint_well_formed,
    parse_did_key,
    verify,
)

P = 2**255 - 19
SIGN = 1 << 255
# The y of the two pairs of points of order 8, as published in the lists that libraries refuse.
ORDER_8 = (
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
)
# RFC 8032 section 7.1, test 1, and the example key of the did:key method's own text.
RFC_8032_SEED = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
RFC_8032_KEY = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
RFC_8032_EMPTY = (
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555"
    "fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
)
DID_KEYS = {
    "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK": (
        "2e6fcce36701dc791488e0d0b1745cc1e33a4c1c9fcc41c63bd343dbbe0970e6"
    ),
    "did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw": RFC_8032_KEY,
}


def _key(number: int) -> bytes:
    return number.to_bytes(32, "little")


def _small_order() -> list[bytes]:
    """All points of order 1, 2, 4 and 8, with either sign bit and with y also written as y + p."""
    order_8 = [int.from_bytes(bytes.fromhex(y), "little") for y in ORDER_8]
    found = [y | sign for y in (0, 1, P - 1, *order_8) for sign in (0, SIGN)]
    return [_key(n) for n in (*found, *(y + P | sign for y in (0, 1) for sign in (0, SIGN)))]


@pytest.mark.parametrize("key", _small_order(), ids=lambda key: key.hex()[:6] + key.hex()[-4:])
def test_keys_of_small_order_are_refused(key: bytes) -> None:
    with pytest.raises(WeakKey):
        check_public_key(key)
    with pytest.raises(WeakKey):
        parse_did_key(did_key(key))


def test_why_they_are_refused() -> None:
    """One signature that the library accepts for every message, under the key of order one."""
    weak = Ed25519PublicKey.from_public_bytes(_key(1))
    for message in (b"", b"one thing", b"its contrary"):
        weak.verify(_key(1) + bytes(32), message)


def test_second_spellings_of_a_point_are_refused() -> None:
    """y and y + p are one point: with two spellings a township would have two ids."""
    for y in range(19):
        for sign in (0, SIGN):
            with pytest.raises(WeakKey):
                check_public_key(_key(y + P | sign))


def test_what_is_no_point_is_refused() -> None:
    on_curve = 0
    for y in range(2, 202):
        try:
            check_public_key(_key(y))
            on_curve += 1
        except WeakKey:
            pass
    assert 60 < on_curve < 140, "about half of all y are on the curve"
    for length in (0, 31, 33, 64):
        with pytest.raises(WeakKey):
            check_public_key(b"\x05" * length)


@given(st.binary(min_size=32, max_size=32))
def test_honest_keys_are_accepted(seed: bytes) -> None:
    key = SigningKey(seed)
    check_public_key(key.public)
    assert parse_did_key(did_key(key.public)) == key.public
    assert fingerprint_well_formed(fingerprint(key.public))
    verify(key.public, key.sign(b"word"), b"word", "a word")


def test_signatures_are_those_of_rfc_8032() -> None:
    key = SigningKey(bytes.fromhex(RFC_8032_SEED))
    assert key.public.hex() == RFC_8032_KEY
    assert key.sign(b"").hex() == RFC_8032_EMPTY


def test_a_signature_serves_one_key_and_one_message() -> None:
    one, other = SigningKey(b"1" * 32), SigningKey(b"2" * 32)
    signature = one.sign(b"word")
    wrong = (
        (other.public, signature, b"word"),
        (one.public, signature, b"other word"),
        (one.public, signature[:-1], b"word"),
        (one.public, b"", b"word"),
        (one.public, signature[:32] + bytes(32), b"word"),
        (one.public[:31], signature, b"word"),
        (b"", signature, b"word"),
    )
    for key, said, message in wrong:
        with pytest.raises(BadSignature):
            verify(key, said, message, "a word")


def test_a_secret_key_does_not_print_itself() -> None:
    key = SigningKey(b"7" * 32)
    assert "7" * 4 not in repr(key) + str(key) + f"{[key]}"
    assert key.seed == b"7" * 32


@pytest.mark.parametrize(("text", "key"), DID_KEYS.items())
def test_did_key_agrees_with_published_examples(text: str, key: str) -> None:
    assert did_key(bytes.fromhex(key)) == text
    assert parse_did_key(text).hex() == key


def test_only_one_text_names_a_key() -> None:
    text = next(iter(DID_KEYS))
    body = text.removeprefix("did:key:z")
    p256 = "did:key:zDnaerDaTF5BXEavCrfRZEk316dpbLsfPDZ3WJ5hRTPFU2169"
    others = (
        "did:key:z1" + body,  # a leading one is a leading zero: the same number
        "did:key:z11111" + body,
        text + "1",
        text[:-1],
        body,
        "did:web:" + body,
        text.upper(),
        text.replace("z6", "z0"),  # 0 is no letter of the alphabet
        text + "z" * 100,
        " " + text,
        p256,
        "did:key:z",
        "",
    )
    for other in others:
        with pytest.raises(WeakKey):
            parse_did_key(other)


def test_a_fingerprint_never_changes() -> None:
    """People write it on paper; a new formula would make every note wrong."""
    assert fingerprint(bytes.fromhex(RFC_8032_KEY)) == "94380 95417 57458 81611 95458"
    assert fingerprint(bytes(32)) != fingerprint(b"\x01" + bytes(31))


def _group(four: str) -> str:
    """The group that begins with these digits, found by trying: no knowledge of the check's formula."""
    fits = [d for d in "0123456789" if fingerprint_well_formed(" ".join([four + d] * 5))]
    assert len(fits) == 1, "every four digits have one check digit"
    return four + fits[0]


def test_every_misread_digit_and_every_swap_shows_in_its_group() -> None:
    """1,429 groups spread over all 10,000; every single wrong digit and every swap of neighbours."""
    rest = _group("1234")
    for number in range(0, 10_000, 7):
        group = _group(f"{number:04d}")
        wrong = {group[:n] + d + group[n + 1 :] for n in range(5) for d in "0123456789"}
        wrong |= {group[:n] + group[n + 1] + group[n] + group[n + 2 :] for n in range(4)}
        for misread in wrong - {group}:
            assert not fingerprint_well_formed(f"{rest} {rest} {misread} {rest} {rest}"), misread


def test_what_has_not_the_form_of_a_fingerprint_is_none() -> None:
    good = fingerprint(bytes.fromhex(RFC_8032_KEY))
    assert fingerprint_well_formed(good)
    assert fingerprint_well_formed(f"  {good}\n")
    for bad in (
        "",
        good[:-6],
        good + " 94380",
        good.replace(" ", ""),
        good.replace("94380", "９４３８０"),
        good.replace("9", "a"),
    ):
        assert not fingerprint_well_formed(bad)
