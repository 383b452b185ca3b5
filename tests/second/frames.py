"""Second implementation: frames and messages. From protocol/SPEC.md, "Frames" to "Phases"."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from tests.second.cbor import Bad, Value, array, decode_array, encode, integer, raw, uint, word

Check: TypeAlias = Callable[[Value], object]
NAMES = (
    "Hello", "Have", "Run", "Ack", "Stop", "Marks", "Common", "Done", "Share", "Found", "Ping",
    "Pong", "Goodbye",
)  # fmt: skip


def id32(value: Value) -> object:
    return raw(value, 32)


def id16(value: Value) -> object:
    return raw(value, 16)


def id16_or_empty(value: Value) -> object:
    return raw(value, 16) if raw(value) else raw(value, 0)


def listed(check: Check, least: int, most: int) -> Check:
    def checked(value: Value) -> None:
        items = array(value)
        if not least <= len(items) <= most:
            raise Bad("length of a list")
        for item in items:
            check(item)

    return checked


def tuple_of(*checks: Check) -> Check:
    def checked(value: Value) -> None:
        for item, check in zip(array(value, len(checks)), checks, strict=True):
            check(item)

    return checked


def ascending(check: Check, most: int) -> Check:
    """A list in ascending order, each log once."""

    def checked(value: Value) -> None:
        listed(check, 0, most)(value)
        logs = [(raw(array(log)[0]), raw(array(log)[1])) for log in array(value)]
        tips = [
            [(uint(array(t)[0]), raw(array(t)[1])) for t in array(array(log)[2])]
            for log in array(value)
        ]
        if logs != sorted(set(logs)) or any(t != sorted(t) for t in tips):
            raise Bad("order")

    return checked


def text_to(most: int) -> Check:
    def checked(value: Value) -> None:
        if len(word(value)) > most:
            raise Bad("too long")

    return checked


def or_null(check: Check) -> Check:
    return lambda value: None if value is None else check(value)


POSITION = tuple_of(uint, id32)
FIELDS: tuple[tuple[Check, ...], ...] = (
    (
        listed(integer, 0, 16),
        uint,
        listed(text_to(100), 0, 4),
        listed(tuple_of(id32, id16), 0, 64),
        listed(id32, 0, 64),
    ),
    (id32, ascending(tuple_of(id32, id16, listed(POSITION, 1, 16)), 4096), id16_or_empty),
    (id32, raw),
    (id32, integer, listed(tuple_of(id32, id16, uint, id32), 0, 4096)),
    (id32, id32, id16),
    (id32, id32, id16, listed(POSITION, 1, 64)),
    (id32, id32, id16, or_null(POSITION)),
    (id32,),
    (id32, id16),
    (raw,),
    (integer,),
    (integer,),
    (integer, text_to(200)),
)


def frame(message: list[Value]) -> bytes:
    body = encode(message)
    return len(body).to_bytes(4, "big") + body


def read_frame(data: bytes) -> list[Value]:
    """The message of one whole frame. Raises Bad with the goodbye code as its argument."""
    size = int.from_bytes(data[:4], "big")
    if size > 1 << 20:
        raise Bad(3)
    try:
        message = decode_array(data[4 : 4 + size])
        number = integer(message[0]) if message else 0
        if not 1 <= number <= len(NAMES):
            raise Bad("no such message")
        fields = FIELDS[number - 1]
        for value, check in zip(array(message[1:], len(fields)), fields, strict=True):
            check(value)
    except Bad as fault:
        raise Bad(2) from fault
    return message
