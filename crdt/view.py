"""A record as people see it: fields, items, texts, and one canonical form whose hash is the digest. Pure.

Where candidates differ a field shows its fail-safe value, or nothing; never a winner. The digest covers
every candidate, so it is equal exactly on nodes that agree.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from crdt.conflicts import Conflict, conflicts
from crdt.entry import RecordId
from crdt.kinds import kind_named
from crdt.kinds.language import Field, Kind
from crdt.kinds.types import Choices, Items, Prose, Scalar, Slot, Townships
from crdt.operations import REMOVED
from crdt.record import Record
from keys import canonical
from keys.canonical import Plain
from keys.identity import TownshipId


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a collection; `removed` only where nobody disagrees."""

    name: str
    township: TownshipId
    post: str
    claimed_ms: int
    fields: dict[str, Scalar]
    removed: bool


@dataclass(frozen=True, slots=True)
class View:
    """`registers`: single values and texts; `sets`: codes or townships (hex) marked; `slots`: by township."""

    id: RecordId
    kind: Kind
    home: TownshipId
    registers: dict[str, Scalar]
    sets: dict[str, list[str]]
    slots: dict[str, dict[str, Scalar]]
    items: dict[str, list[Item]]
    conflicts: list[Conflict]


def view(record: Record) -> View:
    """The view of a record that has begun."""
    assert record.home is not None, "a record is viewed once it has begun"
    kind = kind_named(record.shared.kind)
    found = View(record.id, kind, record.home, {}, {}, {}, {}, conflicts(record))
    members: dict[str, list[str]] = {}
    for key in record.shared.writers.keys():  # noqa: SIM118  (an index, not a dict)
        name, _, rest = key.partition("/")
        if rest and "/" not in rest:
            members.setdefault(name, []).append(rest)
    for declared in kind.fields:
        name = declared.name
        match declared.type:
            case Prose():
                found.registers[name] = record.text(name)
            case Choices() | Townships():
                marked = [
                    m for m in members.get(name, ()) if _shown(record, f"{name}/{m}", declared)
                ]
                found.sets[name] = sorted(marked)
            case Slot():
                found.slots[name] = {
                    m: _shown(record, f"{name}/{m}", declared)
                    for m in sorted(members.get(name, ()))
                }
            case Items():
                found.items[name] = []
            case _:
                found.registers[name] = _shown(record, name, declared)
    _add_items(record, found)
    return found


def _shown(record: Record, key: str, declared: Field) -> Scalar:
    standing = record.facts().candidates(key)
    if not standing.differ:
        return standing.values[0] if standing.values else None
    return declared.safe(list(standing.values), declared.type) if declared.safe else None


def _add_items(record: Record, found: View) -> None:
    if not record.shared.items:
        return
    place = {applied.entry.id: n for n, applied in enumerate(record.order())}
    items = record.shared.items
    ids = record.shared.writers.ids
    first = {key: min(adders, key=lambda n: place[ids[n]]) for key, (adders, _) in items.items()}
    for collection, name in sorted(first, key=lambda key: (place[ids[first[key]]], _index(key[1]))):
        declared = found.kind.by_name[collection]
        applied = record.applied[first[(collection, name)]]
        keys = items[(collection, name)][1]
        fields = {
            key.rpartition("/")[2]: _shown(record, key, declared)
            for key in sorted(keys)
            if not key.endswith("/" + REMOVED)
        }
        found.items[collection].append(
            Item(
                name,
                applied.township,
                applied.content.post,
                applied.entry.header.claimed_ms,
                fields,
                record.facts().removed(collection, name),
            )
        )


def _index(item: str) -> int:
    """The place of its operation in the entry that added it."""
    return int(item.partition(".")[2])


def record_digest(record: Record) -> bytes:
    """SHA-256 of the canonical visible state: every key with all its candidates, texts, settlements."""
    facts, shared = record.facts(), record.shared
    keys: list[Plain] = []
    for key in sorted(shared.writers.keys()):
        standing = facts.candidates(key)
        keys.append([key, [[i, v] for i, v in zip(standing.ids, standing.values, strict=True)]])
    texts: list[Plain] = [
        [f.name, record.text(f.name).encode()]  # merged text need not be NFC
        for f in kind_named(shared.kind).fields
        if isinstance(f.type, Prose)
    ]
    kept: list[Plain] = [
        [key, [list[Plain](cites) for cites in sorted(cites for _, cites in found)]]
        for key, found in sorted(shared.keeps.items())
    ]
    state = canonical.encode([record.id, shared.kind, record.home, keys, texts, kept])
    return hashlib.sha256(b"mulin/record/1" + state).digest()


def ledger_digest(ledger: bytes, records: Sequence[tuple[RecordId, bytes]]) -> bytes:
    """The digest of a ledger from its records' digests, in any order."""
    listed = b"".join(record + digest for record, digest in sorted(records))
    return hashlib.sha256(b"mulin/digest/1" + ledger + listed).digest()
