"""Declarations as an earlier schema number knows them: without all that was added since.

By these an entry of that number is judged for ever, and so it is what a program of before knows; a test of
an upgrade cuts a whole program back by it. Knows no kind and no record.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, cast

from crdt.kinds.language import Kind
from crdt.kinds.since import known_as

_NOT_ABOUT_FIELDS = frozenset({"name", "table", "label", "area", "fields", "about"})
_NOTHING = object()


def as_of(kind: Kind, schema: int) -> Kind:
    """The kind as the rules of that number know it; itself where nothing was added since."""
    if schema >= kind.newest:
        return kind
    if (found := kind.earlier.get(schema)) is None:
        found = kind.earlier[schema] = _cut(kind, schema)
    return found


def known_by(kinds: Mapping[str, Kind], schema: int) -> dict[str, Kind]:
    """All kinds that a program of that number knows, as it knows them."""
    known = {n: as_of(kind, schema) for n, kind in kinds.items() if kind.first_schema <= schema}
    return {name: _alone(kind, known) for name, kind in known.items()}


def _alone(kind: Kind, known: Mapping[str, Kind]) -> Kind:
    """Without what it says of kinds that came later."""
    how = kind.rises
    if how is None or how.handed is None or how.handed.kind in known:
        return kind
    return dataclasses.replace(kind, rises=dataclasses.replace(how, handed=None))


def _cut(kind: Kind, schema: int) -> Kind:
    fields = [f for f in kind.fields if f.since <= schema]
    gone = frozenset(kind.by_name) - {f.name for f in fields}
    changes = _without(kind, gone, _NOT_ABOUT_FIELDS)
    assert changes is not None, "a kind keeps its first fields"
    cut = tuple(dataclasses.replace(f, type=known_as(f.type, schema)) for f in fields)
    return dataclasses.replace(kind, fields=cut, **changes)


def _without(said: Any, gone: frozenset[str], but: frozenset[str]) -> dict[str, Any] | None:
    """What a declaration says of fields, without those that are gone; None where that leaves no sense."""
    found: dict[str, Any] = {}
    for part in dataclasses.fields(said):
        if not part.init or part.name in but:
            continue
        value = getattr(said, part.name)
        left = _left(value, gone, a_list=part.default is dataclasses.MISSING)
        if left is _NOTHING:
            if part.default is dataclasses.MISSING:
                return None
            left = part.default
        if left is not value:
            found[part.name] = left
    return found


def _left(value: Any, gone: frozenset[str], *, a_list: bool) -> Any:
    """What is left of one thing that is said: names drop out of a list; a pair with a hole says nothing."""
    if isinstance(value, str):
        return _NOTHING if value in gone else value
    if isinstance(value, tuple):
        left = tuple(one for one in value if one not in gone)
        if len(left) == len(value):
            return value
        return left if left and a_list else _NOTHING
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        changes = _without(value, gone, frozenset())
        return _NOTHING if changes is None else _changed(value, changes)
    return value


def _changed(value: Any, changes: dict[str, Any]) -> Any:
    return dataclasses.replace(cast(Any, value), **changes) if changes else value
