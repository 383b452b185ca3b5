"""Conflicts: differing statements about one fact that nobody has settled yet. Pure; one function decides.

The flag on a record, the list and the exit code all come from `conflicts`, so they cannot disagree.
A conflict's id derives from the record, the key and the entries in it: the same on every node.

Three are about no single fact, and each stands under the field in which townships say what it is about or
what settles it: a text was confirmed and is another now; positions came late that do not bear a result out;
a record was made void while others wrote in it. `Conflict.way` tells what settles which.
"""

from __future__ import annotations

import enum
import functools
import hashlib
from dataclasses import dataclass
from typing import NewType

from crdt.agreed import confirmations, text_hash
from crdt.decided import decision
from crdt.entry import EntryId, RecordId
from crdt.kinds import kind_named
from crdt.kinds.language import Field, Severity
from crdt.kinds.types import Scalar
from crdt.operations import REMOVED, split_key
from crdt.record import Record
from crdt.voids import before_void, pending_void
from keys import canonical

ConflictId = NewType("ConflictId", bytes)


class Way(enum.StrEnum):
    """What settles a conflict: a statement that cites it; confirming the text again; deciding again; or the
    word of the township that entered the record."""

    SETTLE = "settle"
    CONFIRM = "confirm"
    DECIDE = "decide"
    VOID = "void"


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
    def way(self) -> Way:
        """What settles it. Where a text is confirmed that is so of each township's place too."""
        derived = _derived(self.kind)
        if derived.get(split_key(self.key)[0]) is Way.CONFIRM:
            return Way.CONFIRM
        return derived.get(self.key, Way.SETTLE)

    @property
    def void(self) -> str:
        """The state in which such a record is void, "" where none is."""
        voids = kind_named(self.kind).voids
        return "" if voids is None else voids.state

    @property
    def asks_to_confirm(self) -> bool:
        """Whether it is about what was confirmed: only confirming again or taking it back settles it."""
        return self.way is Way.CONFIRM


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
    if (way := _derived(record.shared.kind).get(key)) is not None:
        return _derive(record, way)
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
    found = set(shared.writers.contested()) | shared.keeps.keys() | shared.withdrawals
    return found | _derived(record.shared.kind).keys()


@functools.cache
def _derived(kind_name: str) -> dict[str, Way]:
    """What a kind has that is about no single fact, by the field under which it stands."""
    kind = kind_named(kind_name)
    found: dict[str, Way] = {}
    if kind.agreed is not None:
        found[kind.agreed.confirmed] = Way.CONFIRM
    if kind.decided is not None:
        found[kind.decided.slot] = Way.DECIDE
    if kind.voids is not None:
        found[kind.voids.confirmed] = Way.VOID
    return found


def _derive(record: Record, way: Way) -> Conflict | None:
    match way:
        case Way.CONFIRM:
            return _outdated(record)
        case Way.DECIDE:
            return _not_borne_out(record)
    return _void(record)


def _outdated(record: Record) -> Conflict | None:
    """Confirmations of another text than the present one, or of any while it is not one text."""
    facts, agreed = record.facts(), kind_named(record.shared.kind).agreed
    assert agreed is not None, "only confirmations are out of date"
    given, key = confirmations(facts), agreed.confirmed
    if not given:
        return None
    now = text_hash(record.id, facts)
    old = [Candidate(c.entry, c.hash) for c in given if c.hash != now]
    return _made(record, key, Severity.BLOCKING, old) if old else None


def _not_borne_out(record: Record) -> Conflict | None:
    """Late positions that the announced result does not stand up to; those of them that are stated."""
    how, found = kind_named(record.shared.kind).decided, decision(record)
    assert how is not None, "only what is decided has positions"
    if found is None or found.borne_out:
        return None
    late = [Candidate(one.entry, one.value) for one in found.late]
    return _made(record, how.slot, Severity.IMPORTANT, late)


def _void(record: Record) -> Conflict | None:
    """Made void by one and written on by another."""
    how, found = kind_named(record.shared.kind).voids, pending_void(record)
    assert how is not None, "only what can be void is"
    if found is None:
        return None
    said = [Candidate(entry, how.state) for entry in found.voided]
    said += [Candidate(entry, found.alive) for entry in found.unaware]
    return _made(record, how.confirmed, Severity.IMPORTANT, said, before_void(record, found))


def _made(
    record: Record, key: str, severity: Severity, said: list[Candidate], before: Scalar = None
) -> Conflict:
    found = tuple(sorted(said, key=lambda c: c.entry))
    name = conflict_id(record.id, key, tuple(c.entry for c in found))
    return Conflict(name, record.id, record.shared.kind, key, severity, found, before)


def _before(record: Record, key: str, cites: tuple[EntryId, ...]) -> Scalar:
    """The one value that all candidates had seen; None if there was none or it was itself in conflict."""
    writers = record.shared.writers
    common = -1
    for entry in cites:
        common &= writers.past[writers.number[entry]]
    values = [writers.value(key, n) for n in writers.writers(key, common)] if common else []
    return values[0] if len(values) == 1 else None
