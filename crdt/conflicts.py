"""Conflicts: differing statements about one fact that nobody has settled yet. Pure; one function decides.

The flag on a record, the list and the exit code all come from `conflicts`, so they cannot disagree.
A conflict's id derives from the record, the key and the entries in it: the same on every node.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import NewType

from crdt.entry import EntryId, RecordId
from crdt.kinds import kind_named
from crdt.kinds.language import Field, Severity
from crdt.kinds.types import Scalar
from crdt.operations import REMOVED, split_key
from crdt.record import Record
from keys import canonical

ConflictId = NewType("ConflictId", bytes)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One statement in a conflict."""

    entry: EntryId
    value: Scalar


@dataclass(frozen=True, slots=True)
class Conflict:
    """An open difference about `key`. `before` is the value the candidates replaced, if it was one."""

    id: ConflictId
    record: RecordId
    kind: str
    key: str
    severity: Severity
    candidates: tuple[Candidate, ...]
    before: Scalar


def conflict_id(record: RecordId, key: str, cites: tuple[EntryId, ...]) -> ConflictId:
    said = canonical.encode([record, key, list(cites)])
    return ConflictId(hashlib.sha256(b"mulin/conflict/1" + said).digest()[:16])


def conflicts(record: Record) -> list[Conflict]:
    """The open conflicts of a record, sorted by key."""
    if not record.shared.kind:
        return []
    return [c for key in sorted(_suspects(record)) if (c := conflict_at(record, key)) is not None]


def conflict_at(record: Record, key: str) -> Conflict | None:
    """The open conflict about `key`, or None."""
    facts = record.facts()
    standing = facts.candidates(key)
    if not standing.differ or facts.kept(key, standing.ids):
        return None
    collection, item, part = split_key(key)
    if item and part and part != REMOVED and facts.removed(collection, item):
        return None  # withdrawn by all: nothing to settle unless the item comes back
    declared = declared_field(record, key)
    found = tuple(map(Candidate, standing.ids, standing.values))
    return Conflict(
        conflict_id(record.id, key, standing.ids),
        record.id,
        record.shared.kind,
        key,
        declared.severity,
        found,
        _before(record, key, standing.ids),
    )


def declared_field(record: Record, key: str) -> Field:
    return kind_named(record.shared.kind).by_name[split_key(key)[0]]


def _suspects(record: Record) -> set[str]:
    shared = record.shared
    return set(shared.writers.contested()) | shared.keeps.keys() | shared.withdrawals


def _before(record: Record, key: str, cites: tuple[EntryId, ...]) -> Scalar:
    """The one value that all candidates had seen; None if there was none or it was itself in conflict."""
    writers = record.shared.writers
    common = -1
    for entry in cites:
        common &= writers.past[writers.number[entry]]
    values = [writers.value(key, n) for n in writers.writers(key, common)] if common else []
    return values[0] if len(values) == 1 else None
