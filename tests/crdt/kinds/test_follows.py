"""What kinds declare to follow from their records speaks of fields, kinds and codes that there are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from crdt.kinds import KINDS
from crdt.kinds.follows import Where
from crdt.kinds.language import Kind
from crdt.kinds.types import Choice, Day, Number

HOME = "home"


def _fields(kind: Kind) -> Iterator[str]:
    if (series := kind.series) is not None:
        yield from (*series.of, series.on, *series.by, series.unit)
    if (match := kind.matches) is not None:
        yield from (match.sort, match.by, *match.shows)
    if (rises := kind.rises) is not None:
        yield from (rises.level, *rises.due, rises.lead)
    if (above := kind.above) is not None:
        yield from (above.sort, above.office, above.superior, above.phone, above.rank)
    if (again := kind.again) is not None:
        yield from (again.sort, again.on, again.host)
    if (calls := kind.calls) is not None:
        yield from (*calls.at, *(name for said, phone in calls.who for name in (*said, phone)))
    if (lies := kind.lies) is not None:
        yield from (lies.called, lies.code, *lies.within)
    if (joins := kind.joins) is not None:
        yield from (joins.members, joins.where[0])


def _codes(kind: Kind) -> Iterator[Where]:
    if (match := kind.matches) is not None:
        yield match.sort, (match.offer, match.wanted)
    if (rises := kind.rises) is not None:
        yield rises.level, (*rises.levels, *rises.own)
    if (again := kind.again) is not None:
        yield again.sort, tuple(again.months)
        yield _machine(kind), again.off
    if (joins := kind.joins) is not None:
        yield joins.where
    for declared in kind.fields:
        if declared.usual is not None and declared.usual.where is not None:
            yield declared.usual.where


def _machine(kind: Kind) -> str:
    return next(f.name for f in kind.fields if f.states is not None)


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda k: k.name)
def test_names_fields_and_codes_that_there_are(kind: Kind) -> None:
    assert {name for name in _fields(kind) if name} <= {*kind.by_name, HOME}
    for name, codes in _codes(kind):
        of = kind.by_name[name].type
        assert isinstance(of, Choice)
        assert set(codes) <= set(of.codes())
    for declared in kind.fields:
        if declared.usual is not None:
            assert isinstance(declared.type, Number)
            assert declared.usual.least <= declared.usual.most
            assert declared.usual.why in kind.by_name
    if kind.until:
        assert isinstance(kind.by_name[kind.until].type, Day)
    if kind.series is not None:
        assert all(isinstance(kind.by_name[n].type, Number) for n in kind.series.of)


def test_what_is_handed_on_is_handed_on_as_the_other_kind_declares() -> None:
    rising = [kind.rises for kind in KINDS.values() if kind.rises is not None]
    assert rising
    sorts = {c for k in KINDS.values() if k.above for c in _codes_of(k, k.above.sort)}
    for how in rising:
        assert set(how.offices) <= sorts
        assert set(how.own) <= set(how.levels)
        if how.handed is None:
            assert how.state
            continue
        by = KINDS[how.handed.kind]
        assert {how.handed.about, how.handed.receiver, *how.handed.said} <= by.by_name.keys()
        assert all(said in _codes_of(by, name) for name, said in how.handed.said.items())
        assert set(how.handed.undone) <= set(_codes_of(by, _machine(by)))


def _codes_of(kind: Kind, name: str) -> list[str]:
    of = kind.by_name[name].type
    assert isinstance(of, Choice)
    return of.codes()
