"""Canonical bytes: every permitted value has one encoding, and nothing else is ever let in.

Signatures and ids hang on bytes, so two spellings of one value would be two ids of one statement.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from typing import Any

import cbor2
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keys import canonical
from keys.canonical import Plain
from keys.errors import NotCanonical
from keys.limits import CBOR_LEVELS, FRAME_BYTES, INT_MAX
from tests.support import cbor
from tests.support.cbor import head

texts = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12).filter(
    lambda text: _reads(cbor.encode(text))
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-INT_MAX - 1, INT_MAX),
    # The ends of every head size are where an off-by-one would sit.
    st.sampled_from([n + d for n in (24, 2**8, 2**16, 2**32, 2**63 - 1) for d in (-1, 0)]),
    st.binary(max_size=300),
    texts,
)


def _nested(levels: int) -> st.SearchStrategy[Plain]:
    if levels == 0:
        return scalars
    return st.one_of(scalars, st.lists(_nested(levels - 1), max_size=4))


values: st.SearchStrategy[Plain] = _nested(4)


def _reads(data: bytes) -> bool:
    try:
        cbor.decode(data)
    except cbor.Refused:
        return False
    return True


def _accepts(data: bytes) -> bool:
    """Whether the product takes `data`. Any other fault than NotCanonical fails the test by itself."""
    try:
        canonical.decode(data, FRAME_BYTES)
    except NotCanonical:
        return False
    return True


def _same(left: object, right: object) -> bool:
    """Equal with equal types throughout: to Python True is 1."""
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(_same, left, right))
    return type(left) is type(right) and left == right


@given(values)
def test_every_permitted_value_round_trips(value: Plain) -> None:
    data = canonical.encode(value)
    assert data == cbor.encode(value)
    assert _same(canonical.decode(data, len(data)), value)


@given(st.binary(max_size=40))
@example(b"")
@example(b"\xff")
@example(b"\xf8\x20")
def test_random_bytes_are_judged_as_the_rfc_says(data: bytes) -> None:
    assert _accepts(data) == _reads(data)


@given(values, st.data())
def test_damaged_encodings_are_judged_as_the_rfc_says(value: Plain, data: st.DataObject) -> None:
    damaged = bytearray(canonical.encode(value))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(damaged)))
        match data.draw(st.sampled_from(["change", "insert", "drop", "tag"])):
            case "change" if at < len(damaged):
                damaged[at] = data.draw(st.integers(0, 255))
            case "drop":
                del damaged[at : at + data.draw(st.integers(1, 3))]
            case "insert":
                damaged[at:at] = data.draw(st.binary(min_size=1, max_size=9))
            case _:
                damaged[at:at] = data.draw(st.sampled_from([b"\xc2", b"\xd8\x1c", b"\xd8\x1d\x00"]))
    assert _accepts(bytes(damaged)) == _reads(bytes(damaged))
    if _accepts(bytes(damaged)):
        again = canonical.decode(bytes(damaged), FRAME_BYTES)
        assert canonical.encode(again) == bytes(damaged)


def _mutants(count: int) -> Iterator[bytes]:
    """Damaged encodings, dumb and fast; the bytes that start an item are favoured."""
    dice = random.Random(20_000)
    honest: list[cbor.Value] = [
        [1, [2, b"x" * 30, "中文", None, True, [[-5]]]],
        [2**62, -(2**63), []],
        "é" * 20,
    ]
    for _ in range(count):
        mutant = bytearray(cbor.encode(dice.choice(honest)))
        for _ in range(dice.randrange(1, 4)):
            at = dice.randrange(len(mutant))
            mutant[at : at + dice.randrange(2)] = dice.choice(
                (b"", dice.randbytes(1), bytes([dice.randrange(8) << 5 | dice.randrange(24, 32)]))
            )
        yield bytes(mutant)


def test_twenty_thousand_mutants_are_judged_as_the_rfc_says() -> None:
    accepted = 0
    for data in _mutants(20_000):
        assert _accepts(data) == _reads(data), data.hex()
        accepted += _reads(data)
    assert 500 < accepted < 19_500, "mutants that are all bad or all good prove little"


class _AnySize(int):
    """Equal to whatever it is compared with."""

    def __ne__(self, other: object) -> bool:
        return False


_sound_check = canonical._check
_LEFT_OUT: dict[str, Callable[..., int]] = {
    "everything": lambda *_: _AnySize(),
    "shortest form": lambda value, levels: _AnySize(_sound_check(value, levels)),
    "types": lambda value, *_: len(cbor2.dumps(value)),
}


@pytest.mark.parametrize("broken", _LEFT_OUT)
def test_a_check_left_out_would_be_seen(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The oracle is worth something only if it notices a decoder without its checks."""
    monkeypatch.setattr(canonical, "_check", _LEFT_OUT[broken])
    assert any(_accepts(data) != _reads(data) for data in _mutants(3_000))


@given(values)
def test_what_is_measured_is_what_would_be_written(value: Plain) -> None:
    assert canonical._check(value, CBOR_LEVELS) == len(cbor.encode(value))


@given(st.sampled_from(range(8)), st.integers(0, 2**64 - 1))
@example(0, 23)
@example(0, 24)
@example(2, 255)
@example(2, 256)
@example(4, 65535)
@example(4, 65536)
@example(1, 2**32 - 1)
@example(1, 2**32)
def test_a_head_is_the_shortest_one(major: int, n: int) -> None:
    assert canonical.head(major, n) == head(major, n)


@given(st.sampled_from([0, 1, 2, 3, 4]), st.integers(0, 300), st.sampled_from([24, 25, 26, 27]))
def test_a_longer_head_than_needed_is_refused(major: int, number: int, info: int) -> None:
    rest = {2: b"a", 3: b"a", 4: b"\x00"}.get(major, b"") * number
    shortest, forced = head(major, number), head(major, number, info) if number < 256 else b""
    assert _accepts(shortest + rest)
    if forced and forced != shortest:
        assert not _accepts(forced + rest)


REFUSED = {
    "float 0.0, half": "f90000",
    "float 1.5, single": "fa3fc00000",
    "float 1.5, double": "fb3ff8000000000000",
    "NaN": "f97e00",
    "undefined": "f7",
    "simple 0": "e0",
    "simple 255": "f8ff",
    "false as a two-byte simple value": "f814",
    "map": "a0",
    "map with text keys": "a1616101",
    "map inside an array": "81a10101",
    "tag 0, date": "c074323032342d30382d31385430303a30303a30305a",
    "tag 2, big number": "c24101",
    "tag 24, embedded": "d8184101",
    "tag 28, shared reference to itself": "d81c81d81d00",
    "tag 55799, the magic number": "d9d9f700",
    "tag of eight bytes": "db000000000000001c80",
    "indefinite bytes": "5f4101ff",
    "indefinite text": "7f6161ff",
    "indefinite array": "9f01ff",
    "break alone": "ff",
    "integer 2^63": "1b8000000000000000",
    "integer -2^63 - 1": "3b8000000000000000",
    "reserved head 28": "1c",
    "reserved head 30 of an array": "9e",
    "trailing byte": "0000",
    "two values": "8080",
    "text of half a character": "62e4bd",
    "overlong UTF-8": "62c080",
    "lone surrogate": "63eda080",
    "text not NFC": "6365cc81",
    "text that two Unicode versions compose differently": "64f090bbbd",
    "array shorter than said": "8201",
    "bytes shorter than said": "4301",
    "nothing": "",
}


@pytest.mark.parametrize("hexed", REFUSED.values(), ids=REFUSED.keys())
def test_every_form_that_is_not_canonical_is_refused(hexed: str) -> None:
    data = bytes.fromhex(hexed)
    with pytest.raises(NotCanonical):
        canonical.decode(data, FRAME_BYTES)
    assert not _reads(data)


def test_eight_levels_pass_and_nine_do_not() -> None:
    deep: Plain = 0
    for _ in range(CBOR_LEVELS):
        deep = [deep]
    assert canonical.decode(canonical.encode(deep), 100) == deep
    too_deep: Plain = [deep]
    with pytest.raises(NotCanonical):
        canonical.encode(too_deep)
    for data in (cbor.encode(too_deep), b"\x81" * 8 + b"\x80", b"\x81" * FRAME_BYTES):
        assert not _accepts(data)


def test_what_cannot_be_encoded_is_refused_by_its_author_too() -> None:
    wrong: tuple[Any, ...] = (
        1.5,
        {},
        (1,),
        INT_MAX + 1,
        -INT_MAX - 2,
        "e\u0301",
        "\ud800",
        bytearray(1),
    )
    for value in wrong:
        with pytest.raises(NotCanonical):
            canonical.encode(value)
        with pytest.raises(NotCanonical):
            canonical.encode([value])


def test_longer_than_the_limit_is_refused_unread() -> None:
    data = canonical.encode(b"x" * 100)
    assert canonical.decode(data, len(data)) == b"x" * 100
    with pytest.raises(NotCanonical):
        canonical.decode(data, len(data) - 1)


def test_only_an_array_is_a_list() -> None:
    assert canonical.decode_list(b"\x81\x01", 10) == [1]
    for data in (b"\x01", b"\x41\x80", b"\xf6"):
        with pytest.raises(NotCanonical):
            canonical.decode_list(data, 10)


@pytest.mark.parametrize("major", (2, 3, 4, 5), ids=("bytes", "text", "array", "map"))
@pytest.mark.parametrize("length", (2**16, 2**31 - 1, 2**32 - 1, 2**63 - 1, 2**64 - 1))
def test_a_length_that_nobody_sent_costs_nothing(major: int, length: int) -> None:
    for data in (head(major, length), head(major, length) + b"\x00" * 50):
        assert not _accepts(data)


def _shared(width: int, levels: int) -> bytes:
    """Shared references: a list of zeros, a list of that list…: width^levels items once unfolded."""
    again = (
        b"\xd8\x1c" + head(4, width) + (b"\xd8\x1d" + cbor.encode(level)) * width
        for level in range(levels - 1)
    )
    return head(4, levels) + b"\xd8\x1c" + cbor.encode([0] * width) + b"".join(again)


def _colliding_map(keys: int) -> bytes:
    """A map of big numbers that all have one hash in Python: quadratic to fill."""
    prime = 2**61 - 1
    pairs = (b"\xc2\x4c" + (n * prime).to_bytes(12, "big") + b"\x00" for n in range(1, keys + 1))
    return head(5, keys) + b"".join(pairs)


BOMBS: dict[str, Callable[[], bytes]] = {
    "10^9 items from 700 bytes": lambda: _shared(30, 6),
    "a map of 60,000 equal hashes": lambda: _colliding_map(60_000),
    "a bigfloat of 3.2 million bits": lambda: b"\xc5\x82\x01\xc2" + cbor.encode(b"\xff" * 400_000),
    "a decimal of 3.2 million bits": lambda: b"\xc4\x82\x01\xc2" + cbor.encode(b"\xff" * 400_000),
    "a date of a megabyte": lambda: b"\xc0" + cbor.encode("9" * 1_000_000),
    "a message of a megabyte": lambda: b"\xd8\x24" + cbor.encode("a: b\n" * 200_000),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_no_tag_or_map_makes_the_library_work(bomb: Callable[[], bytes]) -> None:
    """Found here: 400 kB held the lock for 16 s, and 700 bytes for days. A frame may hold a megabyte."""
    data = bomb()
    started = time.process_time()
    assert not _accepts(data)
    assert time.process_time() - started < 1.0


def test_every_tag_is_refused_before_what_it_holds() -> None:
    for tag in (*range(300), 1001, 1004, 43000, 55799, 2**32, 2**64 - 1):
        for inside in (b"\x00", b"\x80", b"\x41\x01", b"\x82\x01\x02"):
            assert not _accepts(head(6, tag) + inside)
