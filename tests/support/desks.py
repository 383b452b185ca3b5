"""Stories about differing statements: two desks, what stands open at them, and settling it."""

from __future__ import annotations

from typing import Any

from rich.cells import cell_len

from tests.support.clerk import Clerk, Done

WHY = ("--reason", "电话核对")
CASE = ("case", "new", "category=neighbour", "village=示范一村")
FOR = ("--purpose", "调解")


def shown(clerk: Clerk, kind: str, record: str) -> dict[str, Any]:
    found: dict[str, Any] = clerk.ask(kind, "show", record)
    return found


def field(clerk: Clerk, kind: str, record: str, name: str) -> object:
    return shown(clerk, kind, record)["fields"][name]


def open_of(clerk: Clerk, kind: str, record: str) -> list[tuple[str, str]]:
    """(field, severity) of what is to settle; the record, the list and the morning page say the same."""
    about = shown(clerk, kind, record)["conflicts"]
    listed = clerk("conflicts", "list", "--json")
    assert (listed.code == 4) == bool(listed.json)
    assert [c["id"] for c in listed.json if c["record"] == record] == [c["id"] for c in about]
    assert clerk.ask("today")["to_settle"] == len(listed.json)
    return [(c["field"], c["severity"]) for c in about]


def ok(done: Done) -> None:
    assert done.code == 0, done.err


def settle(clerk: Clerk, kind: str, record: str, *answer: str) -> Done:
    [about] = shown(clerk, kind, record)["conflicts"]
    return clerk("conflicts", "settle", about["id"], *answer, *WHY)


def moved(clerk: Clerk, kind: str, record: str, *states: str) -> None:
    for state in states:
        ok(clerk(kind, "move", record, state, *WHY))


def fits(clerk: Clerk, *words: str) -> dict[str, str]:
    """What a command prints in both languages; no line is wider than a terminal."""
    found = {lang: clerk(*words, lang=lang).out for lang in ("zh", "en")}
    for page in found.values():
        assert page
        assert max(map(cell_len, page.splitlines())) <= 80, page
    return found
