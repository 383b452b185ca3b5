"""Key files: opened by the right passphrase only, and a damaged one says so and nothing more."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import canonical, keyfile
from keys.errors import BadKeyFile, MulinError, PassphraseNeeded, WrongPassphrase
from keys.keyfile import FILE_ENTROPY_BYTES, KEY_ENTROPY_BYTES, Identity
from keys.seal import SealingKey
from tests.support.damage import flipped, truncated
from tests.support.people import identity, seed

WHO = identity("麻塘乡")
ENTROPY = seed("file", size=FILE_ENTROPY_BYTES)
LOCKED = keyfile.dump(WHO, "山高水长 7", ENTROPY)
CLEAR = keyfile.dump(WHO, None, ENTROPY)


def _secrets(who: Identity) -> tuple[bytes, ...]:
    return who.township.seed, who.device.sign.seed, who.device.tls.seed, who.device.hpke


def test_what_was_locked_opens_again() -> None:
    assert keyfile.is_locked(LOCKED)
    assert _secrets(keyfile.load(LOCKED, "山高水长 7")) == _secrets(WHO)
    for secret in _secrets(WHO):
        assert secret not in LOCKED


def test_a_file_in_clear_needs_no_passphrase_and_says_so() -> None:
    assert not keyfile.is_locked(CLEAR)
    assert _secrets(keyfile.load(CLEAR, None)) == _secrets(WHO)
    assert _secrets(keyfile.load(CLEAR, "set but not needed")) == _secrets(WHO)
    assert WHO.township.seed in CLEAR


def test_a_wrong_passphrase_opens_nothing() -> None:
    for wrong in ("", "山高水长 8", "山高水长 7 "):
        with pytest.raises(WrongPassphrase):
            keyfile.load(LOCKED, wrong)
    with pytest.raises(PassphraseNeeded):
        keyfile.load(LOCKED, None)


def test_an_odd_passphrase_is_a_passphrase() -> None:
    """A variable typed in another code page reaches us with lone surrogates; it must not be a crash."""
    odd = b"\xc9\xbd".decode("utf-8", "surrogateescape")
    locked = keyfile.dump(WHO, odd, ENTROPY)
    assert _secrets(keyfile.load(locked, odd)) == _secrets(WHO)
    with pytest.raises(WrongPassphrase):
        keyfile.load(LOCKED, odd)


def test_every_cut_file_is_a_bad_file() -> None:
    for data in (LOCKED, CLEAR):
        for cut in truncated(data):
            with pytest.raises(BadKeyFile):
                keyfile.is_locked(cut)
            with pytest.raises(BadKeyFile):
                keyfile.load(cut, "山高水长 7")


def test_a_changed_byte_never_opens_as_another_identity() -> None:
    """In the sealed part every change is seen; only a few are tried, as each costs a stretch of the key."""
    for wrong in list(flipped(LOCKED))[-60::9]:
        with pytest.raises(MulinError):
            keyfile.load(wrong, "山高水长 7")


@given(st.binary(max_size=200))
def test_random_bytes_are_a_bad_file(data: bytes) -> None:
    with pytest.raises(BadKeyFile):
        keyfile.load(data, None)


def test_a_file_of_another_program_or_size_is_a_bad_file() -> None:
    secrets = canonical.encode([b"a" * 32] * 4)
    cheap, dear = [9, b"s" * 16], [21, b"s" * 16]
    for fields in (
        ["mulin/keyfile/2", None, secrets],
        ["mulin/keyfile/1", None, canonical.encode([b"a" * 32] * 3)],
        ["mulin/keyfile/1", None, canonical.encode([b"a" * 31, *[b"a" * 32] * 3])],
        ["mulin/keyfile/1", None, canonical.encode(["a" * 32] * 4)],
        ["mulin/keyfile/1", None, b"\xff"],
        ["mulin/keyfile/1", cheap, secrets],  # too little stretching: somebody weakened it
        ["mulin/keyfile/1", dear, secrets],  # 2 GiB of memory: somebody wants us to fall over
        ["mulin/keyfile/1", [True, b"s" * 16], secrets],
        ["mulin/keyfile/1"],
        [],
    ):
        with pytest.raises(BadKeyFile):
            keyfile.load(canonical.encode(fields), "x")  # type: ignore[arg-type]
    with pytest.raises(BadKeyFile):
        keyfile.load(CLEAR + bytes(5000), None)


def test_the_lock_is_of_this_kind_of_file() -> None:
    """A ciphertext made with the same key for another use does not open as a key file."""
    value = canonical.decode_list(LOCKED, 4096)
    match value:
        case [str(), [int() as log_n, bytes() as salt], bytes() as body]:
            key = keyfile._stretch("山高水长 7", salt, log_n)
        case _:
            pytest.fail("the form of a locked file changed")
    plain = key.open(body, b"mulin/keyfile/1")
    elsewhere = SealingKey(key.secret).seal(body[:12], plain, b"mulin/other/1")
    with pytest.raises(WrongPassphrase):
        keyfile.load(canonical.encode([value[0], value[1], elsewhere]), "山高水长 7")


def test_four_keys_from_fresh_entropy() -> None:
    made = Identity.make(seed("entropy", size=KEY_ENTROPY_BYTES))
    assert len(set(_secrets(made))) == 4
    assert made.township.public != made.device.id
