"""The printed forms, found by looking into this folder: a new form is one new file that declares `FORM`.

Field names are checked against the kinds when the forms are read. Knows no record.
"""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Iterator

from crdt.kinds import KINDS
from node.forms.language import (
    Belonging,
    Contents,
    Every,
    Fields,
    Form,
    Linked,
    Listed,
    Long,
    Sealed,
)


@functools.cache
def forms() -> dict[str, Form]:
    """Every form by name."""
    modules = [
        importlib.import_module(f"{__name__}.{m.name}") for m in pkgutil.iter_modules(__path__)
    ]
    every = [form for m in modules if isinstance(form := getattr(m, "FORM", None), Form)]
    found = {form.name: form for form in sorted(every, key=lambda f: (f.lists, f.name))}
    assert len(found) == len(every), "a form is declared twice"
    for form in every:
        for kind, name in _named(form):
            assert name in KINDS[kind].by_name, f"{form.name}: {kind} has no {name}"
    return found


def _named(form: Form) -> Iterator[tuple[str, str]]:
    """(kind, field) of every field that the form names."""
    about = form.about
    if form.only is not None:
        yield form.kind, form.only[0]
    for section in form.sections:
        match section:
            case Fields(names=names, of_case=of_case):
                yield from ((about if of_case else form.kind, name) for name in names)
            case Long(name=name, of_case=of_case) | Listed(name=name, of_case=of_case):
                yield about if of_case else form.kind, name
            case Belonging(kind=kind, fields=names, same=same):
                yield from ((kind, name) for name in (*names, *([same] if same else ())))
            case Linked(kind=kind, fields=names, by=by, same=same):
                yield from ((kind, name) for name in (*names, by))
                yield from ((form.kind, name) for name in ([same] if same else ()))
            case Sealed(of=names):
                yield from ((form.kind, name) for name in names)
            case Contents(parts=papers):
                yield from ((p.kind, p.only[0]) for p in papers if p.only is not None)
            case Every(kind=kind, fields=names, order=order, day=day, until=until):
                more = [name for name in (day, until) if name]
                yield from ((kind, name) for name in (*names, *order, *more))
