"""The one canonical encoding: strict deterministic CBOR (RFC 8949 section 4.2), arrays and scalars only.

Permitted: arrays, byte strings, text (NFC, no lone surrogates), integers in -2^63 … 2^63-1, booleans,
null. Refused: maps, floats, tags, undefined, other simple values, indefinite lengths, any non-shortest
form, trailing bytes, more than CBOR_LEVELS levels. There are no maps because an array needs no order
and no duplicate rule. Knows no entry and no frame.

Shortest form is told by length: of all definite-length spellings of one permitted value the canonical one
alone has its size, so what was read is measured and need not be written again to be compared.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn, TypeAlias, Union

import cbor2

from keys.errors import NotCanonical
from keys.limits import CBOR_LEVELS, INT_MAX
from keys.text import is_settled_nfc

Plain: TypeAlias = Union[bool, int, bytes, str, list["Plain"], None]


class _NoTags(Mapping[int, Any]):
    """Decoders for tags: every tag has one, and it refuses.

    Refusing afterwards would be too late: to the library a tag is a program. Shared references (28, 29)
    unfold a few hundred bytes into 10^11 items, and 400 kB of bigfloat (5) cost 16 s with the GIL held.
    """

    def __getitem__(self, tag: int) -> Any:
        return _refuse_tag

    def __contains__(self, tag: object) -> bool:
        return True

    def __iter__(self) -> Iterator[int]:
        return iter(())

    def __len__(self) -> int:
        return 0


def _refuse_tag(*_: object) -> NoReturn:
    raise NotCanonical(why="tag")


_NO_TAGS = _NoTags()


def encode(value: Plain) -> bytes:
    """Canonical bytes of `value`. Raises NotCanonical if it holds anything that is not permitted."""
    _check(value, CBOR_LEVELS)
    return _dump(value)


def encode_scalar(value: bool | int | str | bytes | None) -> bytes:
    """What `encode` gives for a scalar that `decode` gave or `encode` took before."""
    kind = type(value)
    if kind is str:
        raw = value.encode()  # type: ignore[union-attr]
        return (_TEXT[n] if (n := len(raw)) < 0x100 else head(3, n)) + raw
    if kind is bytes:
        return head(2, len(value)) + value  # type: ignore[arg-type,operator]
    if kind is int and value >= 0:  # type: ignore[operator]
        return head(0, value)  # type: ignore[arg-type]
    return encode(value)


def size(value: object, inside: int = 0) -> int:
    """How many bytes `value` takes once encoded. Raises NotCanonical as `encode` does.

    `inside`: so many arrays are around it.
    """
    return _check(value, CBOR_LEVELS - inside)


def decode(data: bytes, limit: int) -> Plain:
    """The value of `data`, at most `limit` bytes. Raises NotCanonical unless it would encode to `data`."""
    value = load(data, limit)
    if _check(value, CBOR_LEVELS) != len(data):
        raise NotCanonical(why="not the shortest form")
    return value


def load(data: bytes, limit: int) -> Plain:
    """Like decode, but not measured yet: it may hold what is not permitted. For who looks at all of it.

    Raises NotCanonical.
    """
    if len(data) > limit:
        raise NotCanonical(why=f"{len(data)} > {limit} bytes")
    try:
        return _load(data)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as fault:
        # The library's errors and MemoryError; and a panic in its Rust is no Exception.
        raise NotCanonical(why="not CBOR") from fault


def decode_list(data: bytes, limit: int) -> list[Plain]:
    """Like decode, for data that must be an array."""
    value = decode(data, limit)
    if type(value) is not list:
        raise NotCanonical(why="not an array")
    return value


def _load(data: bytes) -> Plain:
    value: Plain = cbor2.loads(
        data,
        max_depth=CBOR_LEVELS + 1,
        allow_indefinite=False,
        # A map is refused by _check, but the library fills it first: colliding keys are quadratic.
        strict_hashable_types=True,
        semantic_decoders=_NO_TAGS,
    )
    return value


def _dump(value: Plain) -> bytes:
    return cbor2.dumps(value)


def head(major: int, n: int) -> bytes:
    """The bytes that begin an item of `major` type (0 … 7) and size or value `n`, in their shortest form."""
    if n < 0x100:
        return _SHORT[major][n]
    if n < 0x10000:
        return _FIRST[major][25] + n.to_bytes(2, "big")
    if n < 0x100000000:
        return _FIRST[major][26] + n.to_bytes(4, "big")
    return _FIRST[major][27] + n.to_bytes(8, "big")


_FIRST = [[bytes((major << 5 | n,)) for n in range(28)] for major in range(8)]
_SHORT = [[*first[:24], *(first[24] + bytes((n,)) for n in range(24, 256))] for first in _FIRST]
_TEXT = _SHORT[3]


def _check(value: object, levels: int) -> int:
    """The size of `value` in bytes once encoded. Raises NotCanonical if it holds what is not permitted."""
    if type(value) is not list:
        return _check_items([value], 0)
    if levels == 0:
        raise NotCanonical(why="too many levels")
    return head_size(len(value)) + _check_items(value, levels - 1)


def _check_items(items: list[Any], levels: int) -> int:
    """Every byte that arrives is counted here: one loop, no call for what is common."""
    size = 0
    for item in items:
        kind = type(item)
        if kind is bytes:
            n = len(item)
            size += n + (1 if n < 24 else 2 if n < 0x100 else head_size(n))
        elif kind is str:
            n = len(item) if item.isascii() else text_size(item)
            size += n + (1 if n < 24 else 2 if n < 0x100 else head_size(n))
        elif kind is list:
            if levels == 0:
                raise NotCanonical(why="too many levels")
            n = len(item)
            size += (1 if n < 24 else head_size(n)) + (_check_items(item, levels - 1) if n else 0)
        elif kind is int:
            n = item if item >= 0 else -1 - item
            if n > INT_MAX:
                raise NotCanonical(why="integer out of range")
            size += 1 if n < 24 else head_size(n)
        elif item is None or kind is bool:
            size += 1
        else:
            raise NotCanonical(why="a type that is not permitted")
    return size


def head_size(n: int) -> int:
    """How many bytes `head` gives for it."""
    if n < 24:
        return 1
    return 2 if n < 0x100 else 3 if n < 0x10000 else 5 if n < 0x100000000 else 9


def text_size(value: str) -> int:
    """The size of a text in bytes, without its head. Raises NotCanonical."""
    if not is_settled_nfc(value):
        raise NotCanonical(why="text not NFC")
    try:
        return len(value.encode())
    except UnicodeEncodeError as fault:
        raise NotCanonical(why="lone surrogate") from fault
