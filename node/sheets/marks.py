"""The hidden marks of an exported row: from what each cell started, so that an edit can be told. Pure.

A mark holds eight letters of a digest for every field, and a digest over these and the record's id. It is no
secret and no signature: it shows a slip of the hand, not a forger. What an import says is checked as typed.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping, Sequence

ID_TITLE = "mulin-id"
_MARK_TITLE = "mulin-1"
_PART = 8
_BEGINS = "m"
_ID = re.compile(r"[0-9a-f]{32}", re.ASCII)


def title_of(kind: str, fields: Sequence[str]) -> str:
    """The heading of the marks: of which kind they are, and of which fields in which order."""
    return " ".join([_MARK_TITLE, kind, *fields])


def read_title(text: str) -> tuple[str, list[str]] | None:
    """(kind, fields)."""
    words = text.split()
    return (words[1], words[2:]) if len(words) > 1 and words[0] == _MARK_TITLE else None


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
