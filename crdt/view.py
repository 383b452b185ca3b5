"""A record as people see it: fields, items, texts, and one canonical form whose hash is the digest. Pure.

Where candidates differ a field shows its fail-safe value, or nothing; never a winner. The digest covers
every candidate, so it is equal exactly on nodes that agree.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Sequence

from crdt.conflicts import Conflict, Way, conflicts
from crdt.entry import ID_BYTES, RecordId
from crdt.facts import Facts
from crdt.kinds import kind_named
from crdt.kinds.language import Field, Kind
from crdt.kinds.types import Scalar
from crdt.operations import REMOVED, split_key
from crdt.record import Record
from keys import canonical
from keys.canonical import Plain
from keys.identity import TownshipId
from keys.value import value


@value
class Item:
    """One item of a collection; `removed` only where nobody disagrees."""

    name: str
    township: TownshipId
    post: str
    claimed_ms: int
    fields: dict[str, Scalar]
    removed: bool


@value
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
    found = _blank(record, kind)
    facts, by_name = record.facts(), kind.by_name
    undisputed = facts.undisputed()
    for key in record.shared.writers.keys():  # noqa: SIM118  (an index, not a dict)
        if key in undisputed and key in found.registers:
            found.registers[key] = undisputed[key][1]
            continue
        name, member, part = split_key(key)
        declared = by_name.get(name)
        if declared is None or part is not None:  # the kind itself; items are read below
            continue
        if member is None:
            found.registers[name] = _shown(facts, key, declared)
        elif name in found.slots:
            found.slots[name][member] = _shown(facts, key, declared)
        elif _shown(facts, key, declared):
            found.sets[name].append(member)
    for marked in found.sets.values():
        marked.sort()
    for name, said in found.slots.items():
        found.slots[name] = dict(sorted(said.items()))
    for name in kind.texts:
        found.registers[name] = record.text(name)
    for about in found.conflicts:
        if about.way is Way.VOID:
            machine = next(f.name for f in kind.fields if f.states is not None)
            found.registers[machine] = about.before  # it lives until that is settled
    _add_items(record, found)
    return found


def _blank(record: Record, kind: Kind) -> View:
    """The view of a record that says nothing, its fields in the order declared."""
    assert record.home is not None
    registers: dict[str, Scalar] = dict.fromkeys(kind.shown_as["registers"])
    sets: dict[str, list[str]] = {name: [] for name in kind.shown_as["sets"]}
    slots: dict[str, dict[str, Scalar]] = {name: {} for name in kind.shown_as["slots"]}
    items: dict[str, list[Item]] = {name: [] for name in kind.shown_as["items"]}
    return View(record.id, kind, record.home, registers, sets, slots, items, conflicts(record))


def _shown(facts: Facts, key: str, declared: Field) -> Scalar:
    ids, values = standing = facts.candidates(key)
    if len(ids) < 2 or not standing.differ:
        return values[0] if values else None
    return declared.safe(list(values), declared.type) if declared.safe else None


def _add_items(record: Record, found: View) -> None:
    """Items in the order in which they were added; one that nobody touched since is read once."""
    shared = record.shared
    if not shared.items:
        return
    rank = record.ranks()
    first = {key: min(adders, key=rank) for key, (adders, _) in shared.items.items()}
    for key in sorted(first, key=lambda key: (rank(first[key]), _index(key[1]))):
        if (item := shared.shown.get(key)) is None:
            item = shared.shown[key] = _item(record, found.kind, key, first[key])
        found.items[key[0]].append(item)


def _item(record: Record, kind: Kind, key: tuple[str, str], adder: int) -> Item:
    facts, (collection, name) = record.facts(), key
    declared = kind.by_name[collection]
    fields = {
        part.rpartition("/")[2]: _shown(facts, part, declared)
        for part in sorted(record.shared.items[key][1])
        if not part.endswith("/" + REMOVED)
    }
    applied = record.applied[adder]
    claimed_ms = applied.entry.header.claimed_ms
    removed = facts.removed(collection, name)
    return Item(name, applied.township, applied.content.post, claimed_ms, fields, removed)


def _index(item: str) -> int:
    """The place of its operation in the entry that added it."""
    return int(item.partition(".")[2])


def record_digest(record: Record) -> bytes:
    """SHA-256 of the canonical visible state: every key with all its candidates, texts, settlements.

    CBOR [record, kind, home, [[key, [[entry, value]…]]…], [[text field, its bytes]…], [[key, kept]…]]. What
    is said of a key is kept until something about it changes: a digest costs what changed. Not so the first
    time: most records that arrive are not asked again.
    """
    shared, head = record.shared, canonical.head
    keys = shared.writers.sorted_keys()
    parts = _said(record.facts(), keys)
    shared.undisputed = None  # it was found for the view, and the next entry changes it
    texts: list[Plain] = [
        [name, record.text(name).encode()]  # merged text need not be NFC
        for name in kind_named(shared.kind).texts
    ]
    kept: list[Plain] = [
        [key, [list[Plain](cites) for cites in sorted(cites for _, cites in found)]]
        for key, found in sorted(shared.keeps.items())
    ]
    begun: list[Plain] = [record.id, shared.kind, record.home]
    said = hashlib.sha256(b"mulin/record/1" + head(4, 6) + canonical.encode(begun)[1:])
    said.update(head(4, len(keys)))
    said.update(b"".join(parts))
    said.update(canonical.encode(texts) + canonical.encode(kept))
    return said.digest()


def _said(facts: Facts, keys: Sequence[str]) -> list[bytes]:
    """CBOR [key, [[entry, value]…]] of every key."""
    undisputed, scalar = facts.undisputed(), canonical.encode_scalar
    known, again = facts.fragments()
    said = [
        found
        if (found := known.get(key)) is not None
        else _named(key) + alone[0] + scalar(alone[1])
        if (alone := undisputed.get(key)) is not None
        else _disputed(facts, key)
        for key in keys
    ]
    if again:
        known.update(zip(keys, said, strict=True))
    return said


def _disputed(facts: Facts, key: str) -> bytes:
    ids, values = facts.candidates(key)
    said = [_key(key), canonical.head(4, len(ids))]
    for i, v in zip(ids, values, strict=True):
        said += (_STATES, i, canonical.encode_scalar(v))
    return b"".join(said)


_STATES = canonical.head(4, 2) + canonical.head(2, ID_BYTES)


@functools.lru_cache(maxsize=1024)
def _named(key: str) -> bytes:
    """What begins the words about a key that has one candidate; most records have the same keys."""
    return _key(key) + canonical.head(4, 1) + _STATES


def _key(key: str) -> bytes:
    return canonical.head(4, 2) + canonical.encode_scalar(key)


def ledger_digest(ledger: bytes, records: Sequence[tuple[RecordId, bytes]]) -> bytes:
    """The digest of a ledger from its records' digests, in any order."""
    listed = b"".join(record + digest for record, digest in sorted(records))
    return hashlib.sha256(b"mulin/digest/1" + ledger + listed).digest()
