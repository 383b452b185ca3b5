"""Types as an earlier schema number knows them: without codes, moves and parts that came since. No kinds."""

from __future__ import annotations

from dataclasses import replace

from crdt.kinds.types import Choice, Choices, FieldType, Items, Slot, State


def newest(of: FieldType) -> int:
    """The highest schema number that added anything to a type."""
    match of:
        case State():
            return max((*of.since.values(), *of.moves_since.values()), default=1)
        case Choice():
            return max(of.since.values(), default=1)
        case Choices() | Slot():
            return newest(of.of)
        case Items():
            return max((*of.since.values(), *(newest(part) for _, _, part in of.fields)))
    return 1


def known_as(of: FieldType, schema: int) -> FieldType:
    """The type as the rules of that number know it."""
    match of:
        case State():
            return _machine(of, schema)
        case Choice():
            return _codes(of, schema)
        case Choices():
            return replace(of, of=_codes(of.of, schema))
        case Slot():
            return replace(of, of=known_as(of.of, schema))
        case Items():
            parts = [part for part in of.fields if of.since.get(part[0], 1) <= schema]
            return replace(
                of, fields=tuple((n, label, known_as(p, schema)) for n, label, p in parts)
            )
    return of


def _codes(of: Choice, schema: int) -> Choice:
    return replace(of, values=tuple(v for v in of.values if of.since.get(v[0], 1) <= schema))


def _machine(of: State, schema: int) -> State:
    values = _codes(of, schema).values
    codes = {code for code, _ in values}
    moves = {m for m in of.moves if of.moves_since.get(m, 1) <= schema and codes >= set(m)}
    starred, over = of.starred & moves, of.over & codes
    return replace(of, values=values, moves=frozenset(moves), starred=starred, over=over)
