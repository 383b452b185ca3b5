"""A member that breaks the rules: its own node refuses, and forced past it, every node says void alike.

A hostile device signs what it likes. Whatever it is, the verdict is the same on every node in every
order, nobody crashes, and the honest go on.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.entry import Content, Entry, EntryId
from crdt.errors import RuleBroken
from crdt.operations import Add, Create, Keep, Operation, Set, Splice
from crdt.record import EntryState, Record, Verdict
from crdt.schema import SCHEMA
from crdt.view import record_digest, view
from keys.canonical import Plain
from keys.limits import (
    OPERATIONS_PER_ENTRY,
    PARENTS_PER_ENTRY,
    REGISTER_BYTES,
    TEXT_CODE_POINTS,
)
from tests.support.people import township_id
from tests.support.world import NO_HASH, Replica, World, new_case, new_contact

SOME = EntryId(b"\x01" * 32)


class Town:
    """Two townships that know one case; the second is the hostile one."""

    def __init__(self) -> None:
        self.world = World()
        self.ours = Replica(self.world, self.world.pen("三江口镇"))
        self.theirs = Replica(self.world, self.world.pen("鲁布革乡"))
        self.first = self.ours.write(None, *new_case())
        self.note = self.ours.write(self.first.record, Add("notes", (("text", "你好"),)))
        self.theirs.take(self.first, self.note)
        ((_, self.item),) = self.case.shared.items

    @property
    def case(self) -> Record:
        assert self.first.record is not None
        return self.ours.record(self.first.record)

    def verdicts(self, *entries: Entry) -> list[Verdict]:
        """Of these entries, in several orders on several replicas; asserts that they are one."""
        found: list[list[Verdict]] = []
        dice = random.Random(7)
        for _ in range(6):
            order = [*self.theirs.taken.values(), *entries]
            dice.shuffle(order)
            reader = Replica(self.world, self.ours.pen)
            reader.take(*order)
            found.append([reader.state_of(entry) for entry in entries])
        assert all(f == found[0] for f in found), "the order of arrival decided"
        return found[0]


@pytest.fixture
def town() -> Town:
    return Town()


FORBIDDEN: dict[str, tuple[str, Callable[[Town], list[Operation]]]] = {
    "a field nobody declared": ("unknown-field", lambda _: [Set("colour", "red")]),
    "a title of one's own": ("derived-field", lambda _: [Set("title", "x")]),
    "the kind": ("unknown-field", lambda _: [Set("kind", "contact")]),
    "a settlement item by hand": ("unknown-field", lambda t: [Set(f"settled/{t.item}/kept", True)]),
    "a category that is none": ("bad-value", lambda _: [Set("category", "ghosts")]),
    "a number as text": ("bad-value", lambda _: [Set("amount_agreed", "100")]),
    "true as a number": ("bad-value", lambda _: [Set("amount_agreed", True)]),
    "less than nothing": ("bad-value", lambda _: [Set("amount_agreed", -1)]),
    "a day that is none": ("bad-value", lambda _: [Set("due_on", "2024-02-30")]),
    "a township that is none": ("bad-value", lambda _: [Set("lead", b"x" * 31)]),
    "an empty village": ("bad-value", lambda _: [Set("village", " ")]),
    "no village": ("bad-value", lambda _: [Set("village", None)]),
    "a text that moves the cursor": ("bad-value", lambda _: [Set("village", "\x1b[2J")]),
    "a megabyte in one field": ("too-much", lambda _: [Set("project", "x" * (REGISTER_BYTES + 1))]),
    "nothing new": ("unchanged", lambda _: [Set("village", "示范一村")]),
    "nothing instead of nothing": ("unchanged", lambda _: [Set("due_on", None)]),
    "a flag that is down already": ("unchanged", lambda _: [Set("dispositions/claim_met", False)]),
    "a move that is not listed": ("bad-move", lambda _: [Set("state", "archived")]),
    "back to the start": ("bad-move", lambda _: [Set("state", "registered")][:0] or [Set("state", "draft")]),
    "a state that is none": ("bad-value", lambda _: [Set("state", "lost")]),
    "another's slot": (
        "not-your-slot",
        lambda _: [Set(f"state_confirmed/{township_id('三江口镇').hex()}", "agreed")],
    ),
    "a set as a whole": ("operation", lambda _: [Set("dispositions", True)]),
    "a code that is none": ("operation", lambda _: [Set("dispositions/magic", True)]),
    "a flag that is a number": ("bad-value", lambda _: [Set("dispositions/claim_met", 1)]),
    "a township in capitals": ("operation", lambda _: [Set("co_handlers/" + "AB" * 32, True)]),
    "a citation without a conflict": ("not-in-conflict", lambda _: [Set("village", "二村", (SOME,))]),
    "keeping what is no conflict": ("not-in-conflict", lambda _: [Keep("village", (SOME,))]),
    "an item that is not there": (
        "no-such-item",
        lambda _: [Set(f"notes/{'0' * 32}.0/text", "x")],
    ),
    "a field that items lack": ("unknown-field", lambda t: [Set(f"notes/{t.item}/colour", "x")]),
    "withdrawn by half": ("operation", lambda t: [Set(f"notes/{t.item}/removed", "yes")]),
    "not withdrawn, as before": ("unchanged", lambda t: [Set(f"notes/{t.item}/removed", False)]),
    "an item in another collection": (
        "no-such-item",
        lambda t: [Set(f"places/{t.item}/name", "x")],
    ),
    "a collection that is none": ("operation", lambda _: [Add("village", (("text", "x"),))]),
    "an item with an unknown field": ("unknown-field", lambda _: [Add("notes", (("x", "y"),))]),
    "a splice beyond the text": ("operation", lambda _: [Splice("summary", ((1, 0, "x"),))]),
    "a splice that drops too much": ("operation", lambda _: [Splice("summary", ((0, 1, "x"),))]),
    "a splice of a register": ("operation", lambda _: [Splice("village", ((0, 0, "x"),))]),
    "a text too long": (
        "too-much",
        lambda _: [
            Splice("summary", ((0, 0, "长" * (TEXT_CODE_POINTS)),)),
            Set("party_count", 1),
            Set("summary_x", 1),
        ][:1]
        and [Splice("summary", ((0, 0, "长" * 4096),)), Splice("summary", ((0, 0, "x"),))],
    ),
    "a field twice": ("operation", lambda _: [Set("due_on", "2024-08-18"), Set("due_on", None)]),
    "no operation": ("operation", lambda _: []),
    "too many operations": (
        "too-much",
        lambda _: [Add("notes", (("text", "x"),))] * (OPERATIONS_PER_ENTRY + 1),
    ),
    "a record that begins again": ("operation", lambda _: [Create("case")]),
    "one good and one bad": (
        "bad-value",
        lambda _: [Set("amount_agreed", 5), Set("due_on", "never")],
    ),
}
