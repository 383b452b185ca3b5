"""Second implementation: canonical bytes. From protocol/SPEC.md, section "Canonical bytes"."""

from __future__ import annotations

import unicodedata
from typing import TypeAlias, Union

Value: TypeAlias = Union[bool, int, bytes, str, list["Value"], None]

LEVELS = 8
SPANS = (
    (0x10EFD, 0x10EFF),
    (0x11F41, 0x11F42),
    (0x13439, 0x1343F),
    (0x1E08F, 0x1E08F),
    (0x1E4EC, 0x1E4EF),
)
WORDS = {20: False, 21: True, 22: None}


class Bad(Exception):
    """Bytes or values that the specification refuses."""


def younger(char: str) -> bool:
    """Whether a character is one of those that Unicode 15 added and that change a verdict."""
    return any(low <= ord(char) <= high for low, high in SPANS)


def encode(value: Value) -> bytes:
    match value:
        case None:
            return b"\xf6"
        case bool():
            return b"\xf5" if value else b"\xf4"
        case int():
            return _head(0, value) if value >= 0 else _head(1, -1 - value)
        case bytes():
            return _head(2, len(value)) + value
        case str():
            raw = value.encode()
            return _head(3, len(raw)) + raw
        case list():
            return _head(4, len(value)) + b"".join(encode(item) for item in value)


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    for info, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << 8 * size:
            return bytes([major << 5 | info]) + number.to_bytes(size, "big")
    raise Bad("too large")


class Reader:
    """Reads one value after another from bytes."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, count: int) -> bytes:
        if count > len(self.data) - self.at:
            raise Bad("cut short")
        self.at += count
        return self.data[self.at - count : self.at]

    def value(self, levels: int = LEVELS) -> Value:
        major, info = divmod(self.take(1)[0], 32)
        if major == 7:
            if info not in WORDS:
                raise Bad("simple value")
            return WORDS[info]
        number = self._number(info)
        if major == 0 and number < 1 << 63:
            return number
        if major == 1 and number < 1 << 63:
            return -1 - number
        if major == 2:
            return self.take(number)
        if major == 3:
            return _text(self.take(number))
        if major == 4 and levels and number <= len(self.data) - self.at:
            return [self.value(levels - 1) for _ in range(number)]
        raise Bad("major type, range or levels")

    def _number(self, info: int) -> int:
        if info < 24:
            return info
        if info > 27:
            raise Bad("indefinite or reserved")
        size = 1 << (info - 24)
        number = int.from_bytes(self.take(size), "big")
        if number < 24 or (size > 1 and number < 1 << 4 * size):
            raise Bad("longer head than needed")
        return number


def _text(raw: bytes) -> str:
    try:
        text = raw.decode()
    except UnicodeDecodeError as fault:
        raise Bad("UTF-8") from fault
    if unicodedata.normalize("NFC", text) != text or any(map(younger, text)):
        raise Bad("NFC")
    return text


def decode(data: bytes) -> Value:
    reader = Reader(data)
    value = reader.value()
    if reader.at != len(data):
        raise Bad("bytes after the value")
    return value


def decode_array(data: bytes) -> list[Value]:
    value = decode(data)
    if not isinstance(value, list):
        raise Bad("no array")
    return value


# Fields of arrays, by what they must be. A boolean is no integer.


def uint(value: Value) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise Bad("no unsigned integer")
    return value


def integer(value: Value) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise Bad("no integer")
    return value


def raw(value: Value, size: int | None = None) -> bytes:
    if not isinstance(value, bytes) or size not in (None, len(value)):
        raise Bad("no bytes of that size")
    return value


def word(value: Value) -> str:
    if not isinstance(value, str):
        raise Bad("no text")
    return value


def array(value: Value, size: int | None = None) -> list[Value]:
    if not isinstance(value, list) or size not in (None, len(value)):
        raise Bad("no array of that length")
    return value
