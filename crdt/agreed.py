"""The text of a record that townships confirm: what it says, its hash, its lock, who confirmed what. Pure.

All of it follows from the declaration (`Kind.agreed`) and from facts at one causal past, so it is the same on
every node. What is not stated and what was withdrawn is left out, so that a field which a later version knows
changes no hash of before. Knows no record, no signature and no kind by name.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from crdt import errors
from crdt.entry import EntryId, RecordId
from crdt.facts import Facts
from crdt.kinds import kind_named
from crdt.kinds.language import Agreed, Field, Kind
from crdt.kinds.types import Items, Number, Prose, Scalar
from crdt.operations import REMOVED, Add, Create, Keep, Operation, Set, split_key
from keys import canonical
from keys.canonical import Plain
from keys.identity import TownshipId

PURPOSE = b"mulin/agreed/1"


class Confirmation(NamedTuple):
    """What stands in a township's place: the hash that it confirmed there, with the entry that says so."""

    township: TownshipId
    entry: EntryId
    hash: Scalar


class _Disputed(Exception):
    """Candidates differ somewhere in it: it is not one text."""


def covered_text(record: RecordId, facts: Facts) -> list[Plain] | None:
    """[kind, record, [[field, value or items]…]], items as [[part, value]…]; None while it is no one text."""
    kind = kind_named(facts.kind)
    agreed = kind.agreed
    assert agreed is not None, "only what is agreed has such a text"
    said: list[Plain] = []
    try:
        for name in agreed.fields:
            found = _said(facts, kind.by_name[name])
            if found is not None and found != []:
                said.append([name, found])
    except _Disputed:
        return None
    return [kind.name, record, said]


def hash_of(text: list[Plain]) -> bytes:
    """The hash of a text as `covered_text` gives it."""
    return hashlib.sha256(PURPOSE + canonical.encode(text)).digest()


def text_hash(record: RecordId, facts: Facts) -> bytes | None:
    """The hash of the text at these facts; None while it is not one text."""
    text = covered_text(record, facts)
    return None if text is None else hash_of(text)


def confirmations(facts: Facts) -> list[Confirmation]:
    """Everything that stands in the townships' places but "none", by township and entry."""
    agreed = kind_named(facts.kind).agreed
    assert agreed is not None, "only what is agreed is confirmed"
    found: list[Confirmation] = []
    for member in facts.members(agreed.confirmed):
        standing = facts.candidates(f"{agreed.confirmed}/{member}")
        found += [
            Confirmation(TownshipId(bytes.fromhex(member)), entry, value)
            for entry, value in zip(standing.ids, standing.values, strict=True)
            if value is not None
        ]
    return found


def state_field(kind: Kind) -> Field:
    """The state machine of a kind whose text is agreed."""
    return next(f for f in kind.fields if f.states is not None)


def check_lock(kind: Kind, facts: Facts, operations: Sequence[Operation]) -> None:
    """Raises Locked where an entry changes a text that is final.

    Allowed is what moves it back to the draft, and what settles a difference: there is no one text then that
    anybody could have confirmed, and a state from which nothing leads back must not keep it open for ever.
    """
    agreed = kind.agreed
    if agreed is None:
        return
    machine = state_field(kind)
    states = facts.candidates(machine.name).values
    if not states or agreed.open.intersection(states) or _drafts(operations, machine.name, agreed):
        return
    for operation in operations:
        name = _touched(operation)
        if name in agreed.fields:
            assert machine.states is not None, "it is a state machine"
            label = kind.by_name[name].label
            if not any((state, agreed.draft) in machine.states.moves for state in states):
                raise errors.LockedForGood(field=label)
            raise errors.Locked(field=label, state=machine.states.labels[agreed.draft])


def _drafts(operations: Sequence[Operation], state: str, agreed: Agreed) -> bool:
    return any(type(o) is Set and o.key == state and o.value == agreed.draft for o in operations)


def _touched(operation: Operation) -> str:
    """The field that an operation changes, "" for one that settles."""
    match operation:
        case Create() | Keep():
            return ""
        case Add(collection):
            return collection
        case Set(key, _, cites):
            return "" if cites else split_key(key)[0]
    return split_key(operation.key)[0]


def _said(facts: Facts, declared: Field) -> Plain:
    """Raises _Disputed."""
    of = declared.type
    if isinstance(of, Prose):
        return facts.text(declared.name) or None
    if not isinstance(of, Items):
        return _one(facts, declared.name)
    found: list[tuple[tuple[bool, int, str], list[Plain]]] = []
    number = next((n for n, _, inner in of.fields if isinstance(inner, Number)), "")
    for item in facts.items(declared.name):
        at = f"{declared.name}/{item}/"
        removed = facts.candidates(at + REMOVED)
        if removed.differ:
            raise _Disputed
        if facts.removed(declared.name, item):
            continue
        parts = {n: v for n, _, _ in of.fields if (v := _one(facts, at + n)) is not None}
        no = parts.get(number)
        place = (True, 0, item) if type(no) is not int else (False, no, item)
        found.append((place, [[n, v] for n, v in parts.items()]))
    return [item for _, item in sorted(found, key=lambda f: f[0])]


def _one(facts: Facts, key: str) -> Scalar:
    standing = facts.candidates(key)
    if standing.differ:
        raise _Disputed
    return standing.values[0] if standing.values else None
