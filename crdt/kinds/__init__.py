"""The kinds of records, found by looking into this folder: a new kind is one new file.

A module that declares `KIND` is a kind, one that declares `KINDS` an area of several. Importing this
package imports them all, so a module here may import only its neighbours, `crdt.errors` and `keys`.
Knows no record.
"""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

from crdt.errors import UnknownKind
from crdt.kinds.language import Area, Field, Kind
from crdt.kinds.references import RecordRef


def _declared(module: ModuleType) -> list[Kind]:
    alone = getattr(module, "KIND", None)
    return [*getattr(module, "KINDS", ()), *([alone] if isinstance(alone, Kind) else [])]


def _find() -> dict[str, Kind]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    kinds = [kind for m in modules for kind in _declared(m)]
    found = {kind.name: kind for kind in kinds}
    tables = {kind.table for kind in kinds}
    assert len(found) == len(tables) == len(kinds), "a kind is declared twice"
    return found


KINDS: dict[str, Kind] = _find()


def kinds_of(area: Area) -> list[Kind]:
    """The kinds of an area of work, as declared."""
    return [kind for kind in KINDS.values() if kind.area == area]


def links_to(kind: Kind) -> list[tuple[Kind, Field]]:
    """Fields by which records of open kinds belong to one of this kind; not those that say it is the same."""
    return [
        (other, declared)
        for other in KINDS.values()
        if not other.sealed
        for declared in other.fields
        if isinstance(declared.type, RecordRef)
        and declared.type.kind == kind.name
        and (other.twins is None or other.twins.joined != declared.name)
    ]


def kind_named(name: str) -> Kind:
    """The declared kind. Raises UnknownKind."""
    if (kind := KINDS.get(name)) is None:
        raise UnknownKind(kind=name)
    return kind
