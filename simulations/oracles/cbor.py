"""A second reader and writer of canonical CBOR, from RFC 8949 alone: the oracle for keys/canonical.py.

It shares no line and no library with the product. Slow, recursive and plain on purpose.
"""

from __future__ import annotations

import unicodedata
from typing import TypeAlias, Union

Value: TypeAlias = Union[bool, int, bytes, str, list["Value"], None]

LEVELS = 8
_LEAST = {24: 24, 25: 2**8, 26: 2**16, 27: 2**32}  # what a longer head must at least hold
_WIDTH = {24: 1, 25: 2, 26: 4, 27: 8}
# Characters of Unicode 15 that Unicode 14 would compose or refuse differently.
_UNSETTLED = {
    *range(0x10EFD, 0x10F00),
    *range(0x11F41, 0x11F43),
    *range(0x13439, 0x13440),
    0x1E08F,
    *range(0x1E4EC, 0x1E4F0),
}


class Refused(Exception):
    """The bytes are not the one encoding of a permitted value."""


def decode(data: bytes) -> Value:
    value, end = _item(data, 0, LEVELS)
    if end != len(data):
        raise Refused("trailing bytes")
    return value


def _item(data: bytes, at: int, levels: int) -> tuple[Value, int]:
    if at >= len(data):
        raise Refused("cut")
    major, info = data[at] >> 5, data[at] & 31
    if major == 7:
        if info in (20, 21, 22):
            return {20: False, 21: True, 22: None}[info], at + 1
        raise Refused("simple value or float")
    if major in (5, 6):
        raise Refused("map or tag")
    number, at = _argument(data, at + 1, info)
    if major in (0, 1):
        if number >= 2**63:
            raise Refused("range")
        return (number if major == 0 else -1 - number), at
    if major == 4:
        return _array(data, at, number, levels)
    if number > len(data) - at:
        raise Refused("cut")
    raw = data[at : at + number]
    return (raw if major == 2 else _text(raw)), at + number


def _argument(data: bytes, at: int, info: int) -> tuple[int, int]:
    if info < 24:
        return info, at
    if info not in _WIDTH or at + _WIDTH[info] > len(data):
        raise Refused("head")
    number = int.from_bytes(data[at : at + _WIDTH[info]], "big")
    if number < _LEAST[info]:
        raise Refused("not the shortest head")
    return number, at + _WIDTH[info]


def _array(data: bytes, at: int, count: int, levels: int) -> tuple[list[Value], int]:
    if levels == 0:
        raise Refused("levels")
    if count > len(data) - at:
        raise Refused("cut")
    items: list[Value] = []
    for _ in range(count):
        item, at = _item(data, at, levels - 1)
        items.append(item)
    return items, at


def _text(raw: bytes) -> str:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as fault:
        raise Refused("utf-8") from fault
    if unicodedata.normalize("NFC", text) != text or any(ord(c) in _UNSETTLED for c in text):
        raise Refused("NFC")
    return text


def encode(value: Value) -> bytes:
    """The shortest form of a permitted value; asks no questions."""
    if value is None:
        return b"\xf6"
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        raw = value.encode()
        return head(3, len(raw)) + raw
    return head(4, len(value)) + b"".join(map(encode, value))


def head(major: int, number: int, info: int | None = None) -> bytes:
    """The head of an item; `info` 24–27 forces a longer one than needed."""
    if info is None:
        info = next((i for i in (24, 25, 26, 27) if number < 256 ** _WIDTH[i]), 27)
        if number < 24:
            return bytes([major << 5 | number])
    return bytes([major << 5 | info]) + number.to_bytes(_WIDTH[info], "big")
