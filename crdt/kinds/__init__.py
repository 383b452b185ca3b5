"""The kinds of records, found by looking into this folder: a new kind is one new file.

A module that declares `KIND` is a kind. Importing this package imports them all, so a module here
may import only its neighbours, `crdt.errors` and `keys`. Knows no record.
"""

from __future__ import annotations

import importlib
import pkgutil

from crdt.errors import UnknownKind
from crdt.kinds.language import Kind


def _find() -> dict[str, Kind]:
    names = sorted(module.name for module in pkgutil.iter_modules(__path__))
    modules = [importlib.import_module(f"{__name__}.{name}") for name in names]
    kinds = [kind for m in modules if isinstance(kind := getattr(m, "KIND", None), Kind)]
    found = {kind.name: kind for kind in kinds}
    tables = {kind.table for kind in kinds}
    assert len(found) == len(tables) == len(kinds), "a kind is declared twice"
    return found


KINDS: dict[str, Kind] = _find()


def kind_named(name: str) -> Kind:
    """The declared kind. Raises UnknownKind."""
    if (kind := KINDS.get(name)) is None:
        raise UnknownKind(kind=name)
    return kind
