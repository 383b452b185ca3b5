"""Payloads read in one look say what the long way says: the same operations, or the same refusal."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import cbor2
import pytest

from crdt.entry import Content
from crdt.errors import MalformedEntry, RuleBroken
from crdt.operations import from_plain
from crdt.payload import read_content
from keys import canonical
from keys.errors import NotCanonical
from keys.limits import OPERATIONS_PER_ENTRY, REGISTER_BYTES

_CREATE = ["create", "case"]
_SOUND: list[list[Any]] = [
    [_CREATE, ["set", "village", "示范一村", []], ["set", "party_count", 2, []]],
    [["set", "state", "accepted", []], ["set", "urgent", True, []], ["set", "due_on", None, []]],
    [["set", "township", bytes(32), []], ["set", "amount_claimed", 2**40, []]],
    [["set", "place", "x" * 24, []], ["set", "village", "界" * 100, []]],
    [["add", "notes", [["text", "两村各执一词"]]]],
    [["text", "summary", [[0, 0, "双方"], [3, 1, "水"]]]],
    [["keep", "village", [bytes(32), b"\1" * 32]], ["set", "place", "a", [bytes(32)]]],
]
_ODD: list[Any] = [
    *(0, -1, 2**63 - 1, -(2**63), True, None, b"", b"x" * 300, "", "set", "create", [], [[]]),
    *(
        "e\u0301",
        "\U00011f41",
        "x" * (REGISTER_BYTES + 1),
        "界" * REGISTER_BYTES,
        ["set", "a", 1, []],
    ),
    *("village", "no/such key", [bytes(32)], [b"short"], 1.5, {}, 2**63, cbor2.undefined),
]


def said(plain: bytes) -> tuple[str, Any]:
    """What the long way makes of a payload."""
    try:
        content = Content.read(plain)
        return "read", (content, content.said(), from_plain(content.operations))
    except (NotCanonical, MalformedEntry) as fault:
        return "closed", type(fault)
    except RuleBroken as fault:
        return "void", fault.code


def said_in_one_look(plain: bytes) -> tuple[str, Any]:
    try:
        content = read_content(plain)
        operations = content.ready
        listed = from_plain(content.operations) if operations is None else list(operations)
        return "read", (content, content.said(), listed)
    except (NotCanonical, MalformedEntry) as fault:
        return "closed", type(fault)
    except RuleBroken as fault:
        return "void", fault.code


def changed(dice: random.Random, value: Any) -> Any:
    """The value with something odd somewhere in it."""
    if not isinstance(value, list) or not value or dice.random() < 0.1:
        return dice.choice(_ODD)
    place = dice.randrange(len(value))
    found = list(value)
    match dice.randrange(6):
        case 0:
            del found[place]
        case 1:
            found.insert(place, dice.choice(_ODD))
        case 2:
            found.insert(place, found[place])
        case _:
            found[place] = changed(dice, found[place])
    return found


def payloads(dice: random.Random) -> Iterator[bytes]:
    for operations in _SOUND:
        sound: list[Any] = [1, "司法所", "", bytes(32), operations]
        yield canonical.encode(sound)
        for _ in range(400):
            odd = changed(dice, sound)
            if dice.random() < 0.3:
                odd = changed(dice, odd)
            raw = bytearray(cbor2.dumps(odd))
            if dice.random() < 0.3:
                raw[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)
            yield bytes(raw)


def test_one_look_and_the_long_way_agree_about_every_payload() -> None:
    found = [(said(plain), said_in_one_look(plain)) for plain in payloads(random.Random(8))]
    assert [one for one, other in found if one != other] == []
    assert {kind for (kind, _), _ in found} == {"read", "closed", "void"}


@pytest.mark.parametrize("operations", _SOUND[:-1])
def test_what_nearly_all_say_is_read_when_it_is_opened(operations: list[Any]) -> None:
    content = read_content(canonical.encode([1, "司法所", "", bytes(32), operations]))
    assert content.ready == tuple(from_plain(operations))


def test_as_many_operations_as_are_permitted_and_one_more() -> None:
    many: list[Any] = [["set", f"field_{n}", n, []] for n in range(OPERATIONS_PER_ENTRY)]
    for operations in (many, [*many, ["set", "more", 1, []]]):
        plain = canonical.encode([1, "司法所", "", bytes(32), operations])
        assert said_in_one_look(plain) == said(plain)


@pytest.mark.parametrize(
    "longer", (b"\x78\x03set", b"\x79\x00\x03set", b"\x18\x02", b"\x19\x00\x02")
)
def test_no_longer_spelling_is_taken(longer: bytes) -> None:
    """Of a word and of a number."""
    plain = canonical.encode([1, "司法所", "", bytes(32), [["set", "party_count", 2, []]]])
    short = b"\x63set" if longer.endswith(b"set") else b"\x02"
    head, _, tail = plain.rpartition(short)
    with pytest.raises(NotCanonical):
        read_content(head + longer + tail)
