"""A record that one made void while others, unaware of that, wrote in it: that keeps it alive. Pure.

The void is pending until the township that entered the record has seen both and says again, in its own place,
that it is void, or until the record is in another state. Nothing is judged by this: it only shows.
"""

from __future__ import annotations

from dataclasses import dataclass

from crdt.entry import EntryId
from crdt.kinds import kind_named
from crdt.kinds.types import Scalar, Slot
from crdt.operations import Add, Create, Operation, split_key
from crdt.record import Record


@dataclass(frozen=True, slots=True)
class Pending:
    """`voided`: the entries that made it void; `unaware`: those that were written meanwhile; `machine`: its
    state field; `alive`: the state to which it comes back."""

    voided: tuple[EntryId, ...]
    unaware: tuple[EntryId, ...]
    machine: str
    alive: str


def pending_void(record: Record) -> Pending | None:
    """What there is to decide, None where nothing is."""
    kind = kind_named(record.shared.kind)
    how = kind.voids
    if how is None:
        return None
    machine = next(f for f in kind.fields if f.states is not None)
    standing = record.facts().candidates(machine.name)
    if standing.differ or how.state not in standing.values:
        return None
    writers = record.shared.writers
    voiding = [writers.number[entry] for entry in standing.ids]
    answered = _answered(record, how.confirmed, how.state)
    unaware = [
        n
        for n in range(len(writers.ids))
        if not answered >> n & 1
        and all(n != v and not (writers.past[v] >> n | writers.past[n] >> v) & 1 for v in voiding)
        and any(_edits(record, o) for o in record.applied[n].operations)
    ]
    if not unaware:
        return None
    assert machine.states is not None, "it is a state machine"
    alive = machine.states.following(how.state)[0]
    ids = tuple(writers.ids[n] for n in unaware)
    return Pending(standing.ids, ids, machine.name, alive)


def before_void(record: Record, pending: Pending) -> Scalar:
    """The state in which those who went on writing knew it: the one that was replaced, if it was one."""
    writers, common = record.shared.writers, -1
    for entry in pending.voided:
        common &= writers.past[writers.number[entry]]
    values = {writers.value(pending.machine, n) for n in writers.writers(pending.machine, common)}
    return values.pop() if len(values) == 1 else pending.alive


def _answered(record: Record, slot: str, state: str) -> int:
    """What the township that entered it knew when it said again that it is void, as a bit set."""
    assert record.home is not None, "a record with a state has begun"
    writers = record.shared.writers
    ids, values = record.facts().candidates(f"{slot}/{record.home.hex()}")
    if not values or any(v != state for v in values):
        return 0
    return writers.seen_by([writers.number[entry] for entry in ids])


def _edits(record: Record, operation: Operation) -> bool:
    """Whether it says anything of the matter: not what a township states in its own place."""
    if isinstance(operation, Create):
        return True
    name = operation.collection if isinstance(operation, Add) else split_key(operation.key)[0]
    declared = kind_named(record.shared.kind).by_name.get(name)
    return declared is not None and not isinstance(declared.type, Slot)
