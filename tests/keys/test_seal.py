"""Sealing: a ciphertext has one meaning, in one place, for one receiver."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.errors import CannotOpen, WeakKey
from keys.seal import (
    SEAL_OVERHEAD_BYTES,
    SealingKey,
    check_exchange_key,
    key_id,
    unwrap,
    wrap,
    x25519_public,
)
from tests.support.damage import damaged
from tests.support.people import seed
from tests.support.two_keys import ambiguous

KEY = SealingKey(seed("sealing"))
NONCE = seed("nonce", size=12)
PRIVATE = seed("exchange")
PUBLIC = x25519_public(PRIVATE)
P = 2**255 - 19


@given(st.binary(max_size=200), st.binary(max_size=50))
def test_what_was_sealed_opens_again(plain: bytes, aad: bytes) -> None:
    sealed = KEY.seal(NONCE, plain, aad)
    assert len(sealed) == len(plain) + SEAL_OVERHEAD_BYTES
    assert KEY.open(sealed, aad) == plain


def test_an_altered_or_lifted_ciphertext_does_not_open() -> None:
    sealed = KEY.seal(NONCE, b"eight hundred thousand", b"here")
    for wrong in damaged(sealed):
        with pytest.raises(CannotOpen):
            KEY.open(wrong, b"here")
    with pytest.raises(CannotOpen):
        KEY.open(sealed, b"there")
    with pytest.raises(CannotOpen):
        SealingKey(seed("another")).open(sealed, b"here")


def test_one_ciphertext_can_open_under_two_keys_and_the_id_tells_them_apart() -> None:
    """AES-GCM does not commit to its key. Without the id, two nodes could read two different entries."""
    one, other = SealingKey(seed("one")), SealingKey(seed("other"))
    aad = b"header of an entry, whatever its length"
    sealed = ambiguous(one.secret, other.secret, NONCE, aad, b"pay 8000 yuan...")
    first, second = one.open(sealed, aad), other.open(sealed, aad)
    assert first.startswith(b"pay 8000 yuan...")
    assert first != second
    # Whoever signs a header names one id, and only one of the two keys has it.
    assert one.id != other.id
    assert one.id == key_id(one.secret)


def test_a_key_does_not_print_itself() -> None:
    assert repr(KEY) == "SealingKey(…)"
    assert KEY.secret.hex() not in f"{KEY} {[KEY]}"


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=64))
def test_what_was_wrapped_unwraps_for_its_receiver(private: bytes, info: bytes) -> None:
    public = x25519_public(private)
    check_exchange_key(public)
    wrapped = wrap(KEY.secret, public, info)
    assert unwrap(wrapped, private, info) == KEY.secret
    with pytest.raises(CannotOpen):
        unwrap(wrapped, private, info + b"x")


def test_an_altered_wrap_or_another_receiver_gets_nothing() -> None:
    wrapped = wrap(KEY.secret, PUBLIC, b"ledger, epoch, device")
    for wrong in damaged(wrapped):
        with pytest.raises(CannotOpen):
            unwrap(wrong, PRIVATE, b"ledger, epoch, device")
    with pytest.raises(CannotOpen):
        unwrap(wrapped, seed("somebody else"), b"ledger, epoch, device")


def test_exchange_keys_of_small_order_are_refused() -> None:
    """With one of these the wrapped secret would be under a key that everybody knows."""
    order_8 = (
        325606250916557431795983626356110631294008115727848805560023387167927233504,
        39382357235489614581723060781553021112529911719440698176882885853963445705823,
    )
    low = [b | top for b in (0, 1, *order_8, P - 1, P, P + 1) for top in (0, 1 << 255)]
    for number in low:
        public = number.to_bytes(32, "little")
        with pytest.raises(WeakKey):
            check_exchange_key(public)
        wrapped = public + wrap(KEY.secret, PUBLIC, b"")[32:]
        with pytest.raises(CannotOpen):
            unwrap(wrapped, PRIVATE, b"")
    for length in (0, 31, 33):
        with pytest.raises(WeakKey):
            check_exchange_key(PUBLIC.ljust(40, b"\0")[:length])
