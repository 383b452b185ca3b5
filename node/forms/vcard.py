"""Address cards as vCard 3.0 (RFC 2426) and 4.0 (RFC 6350): escaped, folded, in UTF-8. Pure; knows no record.

Ours and not a library's: the kept ones write 3.0 alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from node.forms.page import clean

VERSIONS = ("3.0", "4.0")
_FOLD_OCTETS = 75
_PRODUCT = "-//Mulin//mulin//ZH"
_ESCAPED = str.maketrans({"\\": "\\\\", "\n": "\\n", ",": "\\,", ";": "\\;", "\r": ""})


@dataclass(frozen=True, slots=True)
class Card:
    """`org`: from the whole to the part; `phones`: (number, label or ""), the first is preferred;
    `changed_ms`: when it was last changed."""

    uid: str
    name: str
    org: tuple[str, ...]
    title: str
    role: str
    phones: tuple[tuple[str, str], ...]
    categories: tuple[str, ...]
    note: str
    changed_ms: int


def vcards(cards: Iterable[Card], version: str) -> bytes:
    """All cards in one file."""
    assert version in VERSIONS, "a version is one of those declared"
    lines = (line for card in cards for line in _lines(card, version))
    return b"".join(fold(line) for line in lines)


def fold(line: str) -> bytes:
    """A content line with its ends: no piece over 75 octets, no character broken in two."""
    out, room = bytearray(), _FOLD_OCTETS
    for character in line:
        octets = character.encode()
        if len(octets) > room:
            out += b"\r\n "
            room = _FOLD_OCTETS - 1
        out += octets
        room -= len(octets)
    return bytes(out + b"\r\n")


def _lines(card: Card, version: str) -> Iterator[str]:
    yield "BEGIN:VCARD"
    yield f"VERSION:{version}"
    yield f"PRODID:{_PRODUCT}"
    if version == "4.0":
        yield "KIND:individual"
    yield f"UID:{_text(card.uid)}"
    yield f"FN:{_text(card.name)}"
    # Which part of a Chinese name is the family's nobody says here; programs show it whole.
    yield f"N:{_text(card.name)};;;;"
    yield "ORG:" + ";".join(map(_text, card.org))
    yield f"TITLE:{_text(card.title)}"
    if card.role:
        yield f"ROLE:{_text(card.role)}"
    yield from _phones(card.phones, version)
    if card.categories:
        yield "CATEGORIES:" + ",".join(map(_text, card.categories))
    if card.note:
        yield f"NOTE:{_text(card.note)}"
    yield f"REV:{_stamp(card.changed_ms)}"
    yield "END:VCARD"


def _phones(phones: Sequence[tuple[str, str]], version: str) -> Iterator[str]:
    for n, (number, label) in enumerate(phones):
        kinds = 'TYPE="work,voice"' if version == "4.0" else "TYPE=WORK,VOICE"
        first = (";PREF=1" if version == "4.0" else ",PREF") if n == 0 else ""
        group = f"item{n + 1}." if label else ""
        yield f"{group}TEL;{kinds}{first}:{_text(number)}"
        if label:
            yield f"{group}X-ABLabel:{_text(label)}"


def _text(value: str) -> str:
    return clean(value).translate(_ESCAPED)


def _stamp(ms: int) -> str:
    try:
        moment = datetime.datetime.fromtimestamp(ms // 1000, datetime.UTC)
    except (ValueError, OverflowError, OSError):  # a clock that lied beyond the calendar
        moment = datetime.datetime.fromtimestamp(0, datetime.UTC)
    return moment.strftime("%Y%m%dT%H%M%SZ")
