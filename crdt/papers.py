"""Statements as they travel beside entries: in frames and files, in any number and order. Pure.

The set only grows, so merging is union and its digest names it. Judges no statement.
"""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable

from crdt.entry import ID_BYTES, LedgerId
from crdt.errors import MalformedEntry
from crdt.statements import Statement, StatementId, parse, statement_id
from keys import canonical
from keys.canonical import Plain
from keys.limits import FRAME_BYTES

_PART_BYTES = FRAME_BYTES - 4_096
DIGEST_BYTES = 16


def digest(statements: Iterable[StatementId]) -> bytes:
    """Equal exactly where the sets are; empty for the empty one."""
    listed = sorted(statements)
    if not listed:
        return b""
    return hashlib.sha256(b"mulin/papers/1" + b"".join(listed)).digest()[:DIGEST_BYTES]


def encode(ledger: LedgerId, statements: Iterable[bytes]) -> list[bytes]:
    """Parts that each fit a frame."""
    parts: list[list[Plain]] = []
    size = 0
    for raw in statements:
        size += len(raw) + 9
        if not parts or size > _PART_BYTES:
            parts.append([])
            size = len(raw) + 9
        parts[-1].append(raw)
    return [canonical.encode([1, ledger, part]) for part in parts]


def named_ledger(data: bytes) -> LedgerId | None:
    """Which ledger a part is about; None if it is something else. Raises NotCanonical."""
    match canonical.decode_list(data, FRAME_BYTES):
        case [1, bytes() as ledger, list()] if len(ledger) == ID_BYTES:
            return LedgerId(ledger)
    return None


def read(data: bytes, known: Container[StatementId] = ()) -> list[Statement]:
    """The statements of a part that are not `known`, each with a sound signature. Raises a MulinError."""
    match canonical.decode_list(data, FRAME_BYTES):
        case [1, bytes() as ledger, list() as listed]:
            pass
        case _:
            raise MalformedEntry(why="papers")
    found: list[Statement] = []
    for raw in listed:
        if not isinstance(raw, bytes):
            raise MalformedEntry(why="papers")
        if statement_id(raw) not in known:
            found.append(parse(raw))
    if any(s.ledger != ledger for s in found):
        raise MalformedEntry(why="papers")
    return found
