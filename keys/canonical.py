"""The one canonical encoding: strict deterministic CBOR (RFC 8949 section 4.2), arrays and scalars only.

Permitted: arrays, byte strings, text (NFC, no lone surrogates), integers in -2^63 … 2^63-1, booleans,
null. Refused: maps, floats, tags, undefined, other simple values, indefinite lengths, any non-shortest
form, trailing bytes, more than CBOR_LEVELS levels. There are no maps because an array needs no order
and no duplicate rule. Knows no entry and no frame.
"""

from __future__ import annotations

import unicodedata
from typing import TypeAlias, Union

import cbor2

from keys.errors import NotCanonical
from keys.limits import CBOR_LEVELS, INT_MAX

Plain: TypeAlias = Union[None, bool, int, bytes, str, list["Plain"]]

_SCALARS = frozenset({int, bytes, str, bool, type(None)})


def encode(value: Plain) -> bytes:
    """Canonical bytes of `value`. Raises NotCanonical if it holds anything that is not permitted."""
    _check(value, CBOR_LEVELS)
    return _dump(value)


def decode(data: bytes, limit: int) -> Plain:
    """The value of `data`, at most `limit` bytes. Raises NotCanonical unless re-encoding gives `data` again."""
    if len(data) > limit:
        raise NotCanonical(why=f"{len(data)} > {limit} bytes")
    try:
        value: Plain = cbor2.loads(data, max_depth=CBOR_LEVELS + 1, allow_indefinite=False)
    except Exception as fault:  # the library's own errors, and MemoryError or RecursionError from it
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
        if not unicodedata.is_normalized("NFC", value):
            raise NotCanonical(why="text not NFC")
        try:
            value.encode()
        except UnicodeEncodeError as fault:
            raise NotCanonical(why="lone surrogate") from fault
