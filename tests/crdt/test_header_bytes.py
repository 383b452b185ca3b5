"""The fast reader and writer of headers, along their fixed shape, against readers that know CBOR alone."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from crdt.entry import EntryType, Header, assemble, check_header, parse_header
from keys.errors import MulinError
from keys.limits import PARENTS_PER_ENTRY
from tests.crdt.test_entry import header, headers
from tests.support import cbor


def _by_the_book(raw: bytes) -> Header | None:
    """The header of `raw` as any CBOR reader finds it, written anew field by field; None if there is none."""
    try:
        fields = cbor.decode(raw)
    except cbor.Refused:
        return None
    match fields:
        case [1, *named, list() as parents, key_id, size, digest] if len(named) == 9:
            made = Header(*named, tuple(parents), key_id, size, digest)  # type: ignore[arg-type, call-arg]
        case _:
            return None
    try:
        check_header(made)
        return made if made.encode() == raw else None
    except (MulinError, TypeError):
        return None


def _reads(raw: bytes) -> Header | None:
    try:
        return parse_header(raw)
    except MulinError:
        return None


OPENING = header(seq=0, prev=None, type=EntryType.OPEN, record=None, parents=())
SOUND = (
    header(),
    OPENING,
    header(record=None, parents=()),
    header(type=7, record=None, parents=()),
    header(parents=tuple(n.to_bytes(32, "big") for n in range(PARENTS_PER_ENTRY))),
)


@given(st.one_of(headers, st.sampled_from(SOUND)), st.data())
def test_a_header_is_read_along_its_shape_as_by_the_book(made: Header, data: st.DataObject) -> None:
    raw = bytearray(made.encode())
    assert assemble(made, None).raw == raw
    for _ in range(data.draw(st.integers(0, 3))):
        at = data.draw(st.integers(0, len(raw) - 1))
        match data.draw(st.sampled_from(["change", "longer", "drop", "insert"])):
            case "change":
                raw[at] = data.draw(st.sampled_from(range(256)))
            case "longer":  # a number below 24 in two bytes
                raw[at : at + 1] = bytes((raw[at] & 0xE0 | 24, raw[at] & 31))
            case "drop":
                del raw[at : at + data.draw(st.integers(1, 34))]
            case _:
                raw[at:at] = data.draw(st.binary(min_size=1, max_size=34))
        raw = raw or bytearray(b"\x8e")
    assert _reads(bytes(raw)) == _by_the_book(bytes(raw))


def test_many_misread_headers_are_told_apart_as_by_the_book() -> None:
    """Dumb and fast: the bytes that begin a field are favoured. Both answers occur."""
    dice = random.Random(7)
    accepted = refused = 0
    for _ in range(20_000):
        sound = dice.choice(SOUND).encode()
        raw = bytearray(sound)
        starts = [n for n, byte in enumerate(sound) if byte in (0x58, 0x50, 0xF6, 0x8E, 0x1B)]
        at = dice.choice(starts) + dice.choice((0, 0, 1, 2))
        raw[at : at + dice.choice((0, 1, 1, 2))] = dice.choice(
            (b"", b"\xf6", b"\x00", b"\x58\x20", b"\x18\x05", dice.randbytes(1), dice.randbytes(2))
        )
        found = _reads(bytes(raw))
        assert found == _by_the_book(bytes(raw)), raw.hex()
        accepted += found is not None
        refused += found is None
    assert min(accepted, refused) > 1_000


@given(headers)
def test_a_context_is_cut_from_the_bytes(made: Header) -> None:
    entry = assemble(made, None)
    assert entry.context() == made.context()
