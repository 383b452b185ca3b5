"""The one canonical encoding: strict deterministic CBOR (RFC 8949 section 4.2), arrays and scalars only.

Permitted: arrays, byte strings, text (NFC, no lone surrogates), integers in -2^63 … 2^63-1, booleans,
null. Refused: maps, floats, tags, undefined, other simple values, indefinite lengths, any non-shortest
form, trailing bytes, more than CBOR_LEVELS levels. There are no maps because an array needs no order
and no duplicate rule. Knows no entry and no frame.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NoReturn, TypeAlias, Union

import cbor2

from keys.errors import NotCanonical
from keys.limits import CBOR_LEVELS, INT_MAX
from keys.text import is_settled_nfc

Plain: TypeAlias = Union[bool, int, bytes, str, list["Plain"], None]

_SCALARS = frozenset({int, bytes, str, bool, type(None)})


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


def decode(data: bytes, limit: int) -> Plain:
    """The value of `data`, at most `limit` bytes. Raises NotCanonical unless it re-encodes to itself."""
    if len(data) > limit:
        raise NotCanonical(why=f"{len(data)} > {limit} bytes")
    try:
        value = _load(data)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as fault:
        # The library's errors and MemoryError; and a panic in its Rust is no Exception.
        raise NotCanonical(why="not CBOR") from fault
    _check(value, CBOR_LEVELS)
    if _dump(value) != data:
        raise NotCanonical(why="not the shortest form")
    return value


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


def _check(value: object, levels: int) -> None:
    kind = type(value)
    if kind is list:
        if levels == 0:
            raise NotCanonical(why="too many levels")
        for item in value:  # type: ignore[attr-defined]
            _check(item, levels - 1)
    elif kind is int:
        if not -INT_MAX - 1 <= value <= INT_MAX:  # type: ignore[operator]
            raise NotCanonical(why="integer out of range")
    elif kind is str:
        _check_text(value)  # type: ignore[arg-type]
    elif kind not in _SCALARS:
        raise NotCanonical(why="a type that is not permitted")


def _check_text(value: str) -> None:
    if not value.isascii():
        if not is_settled_nfc(value):
            raise NotCanonical(why="text not NFC")
        try:
            value.encode()
        except UnicodeEncodeError as fault:
            raise NotCanonical(why="lone surrogate") from fault
