"""What follows from a declaration when people decide: who takes over, deciding again, void or not. Pure.

Knows no kind by name, no store and no face.
"""

from __future__ import annotations

from collections.abc import Callable

from crdt.kinds import kind_named
from crdt.kinds.language import Kind
from crdt.kinds.types import Scalar
from crdt.operations import Set
from crdt.record import Record
from crdt.voids import pending_void
from keys.identity import TownshipId, did_key
from node.agreederrors import HomeSettles, VoidOrAlive


def taken(kind: Kind, state: str, me: TownshipId) -> dict[str, str]:
    """What is typed beside a move with which this township takes a record over."""
    if kind.taken is None or kind.taken[0] != state:
        return {}
    return {kind.taken[1]: did_key(me)}


def again(kind_name: str) -> str:
    """The state to which what was decided goes back to be decided anew."""
    kind = kind_named(kind_name)
    machine = next(f.states for f in kind.fields if f.states is not None)
    assert kind.decided is not None, "only what is decided is decided again"
    return machine.following(kind.decided.passed)[0]


def settling_void(
    held: Record, me: TownshipId, name_of: Callable[[TownshipId], str], value: Scalar
) -> list[Set]:
    """What the township that entered a record states one after the other to have it void, or alive again.
    Raises HomeSettles, VoidOrAlive."""
    pending, how = pending_void(held), kind_named(held.shared.kind).voids
    assert pending is not None, "it is settled because it is pending"
    assert how is not None, "it is settled because it is pending"
    assert held.home is not None, "a record with a state has begun"
    if me != held.home:
        raise HomeSettles(who=name_of(held.home))
    if value == pending.alive:
        return [Set(pending.machine, value)]
    if value != how.state:
        raise void_or_alive(held.shared.kind)
    key = f"{how.confirmed}/{me.hex()}"
    standing = held.facts().candidates(key)
    cites = standing.ids if standing.differ else ()
    said_before = not cites and standing.values == (value,)  # of less than is known now
    return [*([Set(key, None)] if said_before else []), Set(key, value, cites)]


def void_and_alive(kind_name: str) -> tuple[str, str]:
    """The two states between which is to be chosen."""
    kind = kind_named(kind_name)
    machine = next(f.states for f in kind.fields if f.states is not None)
    assert kind.voids is not None, "only what can be void is void or not"
    return kind.voids.state, machine.following(kind.voids.state)[0]


def void_or_alive(kind_name: str) -> VoidOrAlive:
    """The fault of an answer that is neither."""
    return VoidOrAlive(choices=" | ".join(void_and_alive(kind_name)))
