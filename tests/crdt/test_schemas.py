"""What was given to townships stays as it was: what is added to the declarations says its schema number."""

from __future__ import annotations

import dataclasses

import pytest

from crdt import kinds
from crdt.kinds import KINDS
from crdt.kinds.earlier import as_of
from crdt.kinds.follows import Twins
from crdt.kinds.language import stated
from crdt.kinds.types import Line
from crdt.schema import SCHEMA
from tests.support.declarations import FOLDER, declared, differences, given_out

_WHAT_TO_DO = """Schema {number} was given to townships and is judged by for ever, but these would change it:
{lines}
Whatever is new says so: a kind by first_schema={now}, a field by since={now}, a row of choice(...) by a
fourth value {now}, a move between states of before by machine(..., later={{{now}: {{...}}}}), a part of
Items by since={{"part": {now}}}. Nothing is renamed, removed or given another limit: declare something new
beside it."""


@pytest.mark.parametrize("number", range(1, SCHEMA))
def test_what_a_schema_number_declares_never_changes(number: int) -> None:
    changed = differences(given_out(number), declared(number))
    assert changed == [], _WHAT_TO_DO.format(number=number, now=SCHEMA, lines="\n".join(changed))


def test_every_number_that_was_given_out_is_written_down() -> None:
    """Who raises SCHEMA writes down the number before: python -m tests.support.declarations NUMBER."""
    assert sorted(p.stem for p in FOLDER.glob("*.json")) == [str(n) for n in range(1, SCHEMA)]


@pytest.mark.parametrize("name", sorted(KINDS))
def test_nothing_is_of_a_schema_number_to_come(name: str) -> None:
    kind = KINDS[name]
    assert 1 <= kind.first_schema <= kind.newest <= SCHEMA


def test_something_new_that_does_not_say_so_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    case = KINDS["case"]
    wide = dataclasses.replace(case.by_name["village"], type=Line(61))
    fields = tuple(wide if f.name == "village" else f for f in case.fields)
    court = stated("court", "法院", "court", Line())
    changed = dataclasses.replace(case, fields=(*fields, court))
    monkeypatch.setitem(kinds.KINDS, "case", changed)
    found = differences(given_out(1), declared(1))
    assert [line.split(" / ")[:3] for line in found] == [
        ["case", "fields", "village"],
        ["case", "fields", "court: came"],
    ]
    later = dataclasses.replace(court, since=SCHEMA)
    monkeypatch.setitem(
        kinds.KINDS, "case", dataclasses.replace(case, fields=(*case.fields, later))
    )
    assert differences(given_out(1), declared(1)) == []


def test_what_a_kind_says_of_a_later_field_is_not_said_of_earlier_ones() -> None:
    """So a program of before can be made from the declarations of today."""
    case = KINDS["case"]
    fields = (*case.fields, stated("same_as", "同一", "same", Line(), since=3))
    assert case.twins is not None
    twins = dataclasses.replace(case.twins, joined="same_as")
    later = dataclasses.replace(
        case,
        fields=fields,
        twins=twins,
        title=(*case.title, "same_as"),
        lasts=("due_on", "same_as"),
    )
    before = as_of(later, 2)
    assert before.twins == Twins(fields=twins.fields, day=twins.day, days=twins.days)
    assert (before.title, before.lasts, before.agreed) == (case.title, None, case.agreed)
    assert as_of(later, 3) is later
