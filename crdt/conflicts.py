"""Conflicts: differing statements about one fact that nobody has settled yet. Pure; one function decides.

The flag on a record, the list and the exit code all come from `conflicts`, so they cannot disagree.
A conflict's id derives from the record, the key and the entries in it: the same on every node.

One kind of conflict is about no single fact: a text was confirmed and is another now. It stands under the
field of the confirmations, and nothing but confirming again (or taking that back) settles it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import NewType

from crdt.agreed import confirmations, text_hash
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

    @property
    def asks_to_confirm(self) -> bool:
        """Whether it is about what was confirmed: only confirming again or taking it back settles it."""
        agreed = kind_named(self.kind).agreed
        return agreed is not None and split_key(self.key)[0] == agreed.confirmed


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
    if key == _confirming(record):
        return _outdated(record)
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
    shared, confirming = record.shared, _confirming(record)
    found = set(shared.writers.contested()) | shared.keeps.keys() | shared.withdrawals
    return found if confirming is None else found | {confirming}


def _confirming(record: Record) -> str | None:
    """The field of the confirmations, where the kind has a text that is confirmed."""
    agreed = kind_named(record.shared.kind).agreed
    return None if agreed is None else agreed.confirmed


def _outdated(record: Record) -> Conflict | None:
    """Confirmations of another text than the present one, or of any while it is not one text."""
    facts, key = record.facts(), _confirming(record)
    assert key is not None, "only confirmations are out of date"
    given = confirmations(facts)
    if not given:
        return None
    now = text_hash(record.id, facts)
    old = [Candidate(c.entry, c.hash) for c in given if c.hash != now]
    old.sort(key=lambda c: c.entry)
    if not old:
        return None
    name = conflict_id(record.id, key, tuple(c.entry for c in old))
    kind, severity = record.shared.kind, Severity.BLOCKING
    return Conflict(name, record.id, kind, key, severity, tuple(old), None)


def _before(record: Record, key: str, cites: tuple[EntryId, ...]) -> Scalar:
    """The one value that all candidates had seen; None if there was none or it was itself in conflict."""
    writers = record.shared.writers
    common = -1
    for entry in cites:
        common &= writers.past[writers.number[entry]]
    values = [writers.value(key, n) for n in writers.writers(key, common)] if common else []
    return values[0] if len(values) == 1 else None
