"""The hidden marks of an exported row: from what each cell started, so that an edit can be told. Pure.

A mark holds eight letters of a digest for every field, and a digest over these and the record's id. It is no
secret and no signature: it shows a slip of the hand, not a forger. What an import says is checked as typed.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

ID_TITLE = "mulin-id"
_TITLES = {"mulin-1": False, "mulin-1-csv": True}
_PART = 8
_BEGINS = "m"
_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


class Base(NamedTuple):
    """What the heading of the marks says. `guarded`: its texts are as CSV wants them."""

    kind: str
    fields: tuple[str, ...]
    guarded: bool


def title_of(base: Base) -> str:
    """The heading of the marks: of which kind they are, and of which fields in which order."""
    first = next(word for word, guarded in _TITLES.items() if guarded == base.guarded)
    return " ".join([first, base.kind, *base.fields])


def read_title(text: str) -> Base | None:
    words = text.split()
    if len(words) < 2 or words[0] not in _TITLES:
        return None
    return Base(words[1], tuple(words[2:]), _TITLES[words[0]])


def mark_of(record: str, amounts: Mapping[str, str]) -> str:
    """The mark of a row whose cells amount to this, in the order of the fields."""
    parts = "".join(part_of(name, says) for name, says in amounts.items())
    return _BEGINS + _digest(record, parts) + parts


def read_mark(record: str, mark: str, fields: Sequence[str]) -> dict[str, str] | None:
    """Field → its part; None where the mark is not this record's."""
    check, parts = mark[1 : 1 + _PART], mark[1 + _PART :]
    if not mark.startswith(_BEGINS) or len(parts) != _PART * len(fields):
        return None
    if check != _digest(record, parts):
        return None
    return {name: parts[i * _PART : (i + 1) * _PART] for i, name in enumerate(fields)}


def part_of(name: str, says: str) -> str:
    return _digest(name, says)


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def _digest(*words: str) -> str:
    said = hashlib.sha256("\0".join(words).encode()).digest()
    return base64.urlsafe_b64encode(said[: _PART * 3 // 4]).decode()
