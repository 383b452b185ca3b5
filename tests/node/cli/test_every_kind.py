"""Whatever is declared works from end to end: entered, listed, found, in SQL, carried, differing, settled.

A kind that is added is tried here too, without a line of its own.
"""

from __future__ import annotations

import sqlite3

import pytest

from crdt.kinds import KINDS
from crdt.kinds.language import Field, Kind
from crdt.kinds.references import RecordRef
from crdt.kinds.times import Moment, Quarter, Week
from crdt.kinds.types import Choice, Code, Day, FieldType, Flag, Line, Money, Number, Phone, State
from tests.support.clerk import Clerk, carry

OPEN = [kind for kind in KINDS.values() if not kind.sealed]
SAMPLES: tuple[tuple[type[FieldType], str, str], ...] = (
    (Money, "8000", "9500"),
    (Number, "8", "12"),
    (Day, "2024-08-18", "2024-08-19"),
    (Moment, "2024-08-18 09:30", "2024-08-18 10:00"),
    (Quarter, "2024Q3", "2024年第四季度"),
    (Week, "2024-W34", "2024年第35周"),
    (Code, "430527210901", "430527210902"),
    (Phone, "0739-0000-118", "0739-0000-119"),
    (Flag, "是", "否"),
    (Line, "示范一村", "例家湾村"),
)
"""Two values of a type as a clerk types them."""


def typed(of: FieldType, which: int) -> str:
    if isinstance(of, Choice):
        return of.codes()[which % len(of.codes())]
    return next(pair[which] for known, *pair in SAMPLES if isinstance(of, known))


def begun(kind: Kind) -> list[str]:
    return [f"{f.name}={typed(f.type, 0)}" for f in kind.fields if f.required]


def register(kind: Kind) -> Field:
    """Something about which two townships can differ."""
    plain = [
        f
        for f in kind.fields
        if f.register
        and not isinstance(f.type, (State, RecordRef))
        and any(isinstance(f.type, (known, Choice)) for known, *_ in SAMPLES)
        and not (isinstance(f.type, Choice) and len(f.type.codes()) < 2)
    ]
    return next((f for f in plain if not f.required), plain[0])


@pytest.mark.parametrize("kind", OPEN, ids=lambda k: k.name)
def test_is_entered_found_and_read_by_a_neighbour(pair: list[Clerk], kind: Kind) -> None:
    here, there = pair
    record = here.id(kind.name, "new", *begun(kind))
    carry(here, there)

    for clerk in pair:
        shown = clerk.ask(kind.name, "show", record)
        assert shown["home"] == here.name
        assert "?" not in shown["title"]
        assert [r["id"] for r in clerk.ask(kind.name, "list")] == [record]
        assert record in [r["id"] for r in clerk.ask("find", shown["title"].split(" · ")[0])]
        with sqlite3.connect(clerk.folder / "ledger.db") as base:
            row = base.execute(f'SELECT title, home FROM "{kind.table}"').fetchall()
        assert row == [(shown["title"], here.name)]
        history = clerk.ask("log", record)
        assert [line["township"] for line in history] == [here.name]
        for lang in ("zh", "en"):
            assert clerk(kind.name, "show", record, lang=lang).code == 0


@pytest.mark.parametrize("kind", OPEN, ids=lambda k: k.name)
def test_two_who_differ_are_both_shown_and_one_who_may_not_write_is_told(
    pair: list[Clerk], kind: Kind
) -> None:
    here, there = pair
    field = register(kind)
    record = here.id(kind.name, "new", *begun(kind))
    carry(here, there)

    if kind.home_only:
        refused = there(kind.name, "set", record, f"{field.name}={typed(field.type, 1)}")
        assert refused.code == 3
        assert len(there.ask("log", record)) == 1
        return
    assert not field.required, "something that one may leave open is there to differ about"
    here(kind.name, "set", record, f"{field.name}={typed(field.type, 0)}")
    there(kind.name, "set", record, f"{field.name}={typed(field.type, 1)}")
    carry(here, there)

    conflicts = here.ask(kind.name, "show", record)["conflicts"]
    assert [c["field"] for c in conflicts] == [field.name]
    assert {c["township"] for c in conflicts[0]["candidates"]} == {here.name, there.name}
    mine = conflicts[0]["id"]
    done = here("conflicts", "settle", mine, "--take", there.name, "--reason", "电话核对")
    assert done.code == 0, done.err
    carry(here, there)
    for clerk in pair:
        assert clerk.ask(kind.name, "show", record)["conflicts"] == []
