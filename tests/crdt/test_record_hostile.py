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
from crdt.record import Record
from crdt.schema import SCHEMA
from crdt.verdicts import EntryState, Verdict
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
            known = {**self.theirs.taken, **self.ours.taken, **{e.id: e for e in entries}}
            order = list(known.values())
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
    "back to before the start": ("bad-move", lambda _: [Set("state", "draft")]),
    "a state that is none": ("bad-value", lambda _: [Set("state", "lost")]),
    "another's slot": (
        "not-your-slot",
        lambda _: [Set(f"state_confirmed/{township_id('三江口镇').hex()}", "agreed")],
    ),
    "a set as a whole": ("operation", lambda _: [Set("dispositions", True)]),
    "a code that is none": ("operation", lambda _: [Set("dispositions/magic", True)]),
    "a flag that is a number": ("bad-value", lambda _: [Set("dispositions/claim_met", 1)]),
    "a township in capitals": ("operation", lambda _: [Set("co_handlers/" + "AB" * 32, True)]),
    "a citation without a conflict": (
        "not-in-conflict",
        lambda _: [Set("village", "二村", (SOME,))],
    ),
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
        "bad-value",
        lambda _: [Splice("summary", ((0, 0, "长" * (TEXT_CODE_POINTS + 1)),))],
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


@pytest.mark.parametrize(("code", "make"), FORBIDDEN.values(), ids=FORBIDDEN.keys())
def test_what_is_forbidden_is_refused_here_and_void_everywhere(
    town: Town, code: str, make: Callable[[Town], list[Operation]]
) -> None:
    assert town.first.record is not None
    operations = make(town)
    before = record_digest(town.case)
    with pytest.raises(RuleBroken) as caught:
        town.theirs.write(town.first.record, *operations)
    assert caught.value.code == code
    assert caught.value.say("zh") != caught.value.say("en")
    forced = town.theirs.force(town.first.record, *operations)
    (verdict,) = town.verdicts(forced)
    assert verdict == Verdict(forced.id, EntryState.VOID, code)
    assert record_digest(town.case) == before
    # The honest go on, on top of the last honest entry.
    town.ours.take(forced)
    after = town.ours.write(town.first.record, Set("amount_agreed", 8))
    assert after.header.parents == (town.note.id,)
    assert town.verdicts(forced, after)[1].state == EntryState.APPLIED


def test_only_home_writes_a_contact(town: Town) -> None:
    contact = town.ours.write(None, *new_contact())
    town.theirs.take(contact)
    assert contact.record is not None
    for operation in (
        Set("phone", "0745-999999"),
        Add("phones", (("phone", "0745-7654321"),)),
        Set("liaison_for/disaster", True),
    ):
        with pytest.raises(RuleBroken) as caught:
            town.theirs.write(contact.record, operation)
        assert caught.value.code == "not-home"
        forced = town.theirs.force(contact.record, operation)
        assert town.verdicts(forced)[0].reason == "not-home"
        town.ours.write(contact.record, operation)


def test_parents_that_build_on_each_other_are_void(town: Town) -> None:
    assert town.first.record is not None
    parents = [town.first.id, town.note.id]
    with pytest.raises(RuleBroken) as caught:
        town.theirs.write(town.first.record, Set("amount_agreed", 5), parents=parents)
    assert caught.value.code == "wrong-past"
    forced = town.theirs.force(town.first.record, Set("amount_agreed", 5), parents=parents)
    assert town.verdicts(forced)[0].reason == "wrong-past"


def test_an_old_parent_is_permitted_and_is_what_counts(town: Town) -> None:
    """A device that was offline for weeks cites what it knew; what it says is judged by that."""
    assert town.first.record is not None
    late = town.theirs.write(town.first.record, Set("amount_agreed", 5), parents=[town.first.id])
    unaware = town.theirs.force(
        town.first.record, Set(f"notes/{town.item}/text", "x"), parents=[town.first.id]
    )
    assert [v.reason for v in town.verdicts(late, unaware)] == ["", "no-such-item"]


def test_a_parent_from_another_record_never_counts(town: Town) -> None:
    """The entry waits for a parent that is no entry of this record, so it is never applied."""
    other = town.ours.write(None, *new_case())
    town.theirs.take(other)
    stray = town.theirs.force(town.first.record, Set("amount_agreed", 5), parents=[other.id])
    assert town.verdicts(stray)[0].state == EntryState.WAITING
    assert view(town.case).registers["amount_agreed"] is None


def test_one_addition_in_two_entries_is_one_item_in_every_order(town: Town) -> None:
    """Found here: an actor binds all but the change hash, so one device can write one addition twice.

    The item then has two adders. Whoever came last used to be the only one, and an entry that had seen
    only the first was applied on one node and void on the other.
    """
    assert town.first.record is not None
    header = town.world.header(town.theirs.pen, town.first.record, town.case.heads())
    nonce = town.world.nonce()
    said = [["add", "notes", [["text", "两次"]]], ["set", "amount_agreed", 5, []]]
    twins = [
        town.world.seal(header, [], nonce=nonce, content=Content(SCHEMA, "", "", hash_, said))  # type: ignore[arg-type]
        for hash_ in (NO_HASH, b"\x01" * 32)
    ]
    assert twins[0].id != twins[1].id
    town.theirs.take(*twins)
    (name,) = (i for _, i in town.theirs.record(town.first.record).shared.items if i != town.item)
    edits = [
        town.theirs.force(town.first.record, Set(f"notes/{name}/text", f"改{n}"), parents=[twin.id])
        for n, twin in enumerate(twins)
    ]
    both = town.theirs.force(
        town.first.record, Set("party_count", 3), parents=[twin.id for twin in twins]
    )
    states = {v.state for v in town.verdicts(*twins, *edits, both)}
    assert states == {EntryState.APPLIED}
    digests, changes = set(), set()
    for order in ((0, 1, 2, 3, 4), (1, 3, 0, 2, 4), (4, 3, 2, 1, 0), (0, 2, 1, 3, 4)):
        reader = Replica(town.world, town.ours.pen)
        all_five = (*twins, *edits, both)
        reader.take(town.first, town.note, *(all_five[n] for n in order))
        record = reader.record(town.first.record)
        digests.add((record_digest(record), repr(view(record))))
        changes.add(tuple(record.change_of(e.id) for e in all_five))
    assert len(digests) == len(changes) == 1


def test_a_log_that_forks_on_one_record_is_concurrency(town: Town) -> None:
    """Two entries with one seq of one device: both count, as statements side by side."""
    assert town.first.record is not None
    tip = town.theirs.pen.tip
    one = town.theirs.write(town.first.record, Set("amount_agreed", 1))
    town.theirs.pen.tip = tip
    two = town.theirs.force(town.first.record, Set("amount_agreed", 2), parents=[town.note.id])
    assert one.header.seq == two.header.seq
    assert [v.state for v in town.verdicts(one, two)] == [EntryState.APPLIED] * 2
    town.ours.take(one, two)
    assert len(town.case.facts().candidates("amount_agreed").ids) == 2


def test_a_flood_of_heads_is_cited_up_to_the_limit(town: Town) -> None:
    """More heads than an entry may cite: writing goes on, and a second entry gathers the rest."""
    assert town.first.record is not None
    for n in range(PARENTS_PER_ENTRY + 20):
        town.theirs.force(town.first.record, Set("party_count", n), parents=[town.note.id])
    town.ours.take(*town.theirs.taken.values())
    assert len(town.case.heads()) == PARENTS_PER_ENTRY
    town.ours.write(town.first.record, Set("due_on", "2024-08-18"))
    last = town.ours.write(town.first.record, Set("amount_agreed", 5))
    assert town.case.heads() == (last.id,)


def test_a_flood_of_statements_can_be_settled(town: Town) -> None:
    """Found here: 65 candidates could not be cited, so nobody could ever state that field again."""
    assert town.first.record is not None
    for n in range(100):
        town.theirs.force(town.first.record, Set("party_count", n), parents=[town.note.id])
    town.ours.take(*town.theirs.taken.values())
    town.ours.write(town.first.record, Set("due_on", "2024-08-18"))  # gathers the first 64 heads
    standing = town.case.facts().candidates("party_count")
    assert len(standing.ids) == 100
    settled = town.ours.write(town.first.record, Set("party_count", 7, standing.ids))
    assert town.verdicts(settled)[0].state == EntryState.APPLIED
    assert view(town.case).registers["party_count"] == 7
    assert not view(town.case).conflicts


def test_many_branches_at_once_are_performed_alike(town: Town) -> None:
    """Found here: the ninth branch document crashed the record, because a merge met an unknown change."""
    assert town.first.record is not None
    branches: list[EntryId] = []
    for n in range(12):
        entry = town.theirs.force(town.first.record, Set("party_count", n), parents=[town.note.id])
        branches.append(entry.id)
    for turn in range(3):
        for n, parent in enumerate(branches):
            entry = town.theirs.force(
                town.first.record, Set("amount_agreed", 100 * turn + n), parents=[parent]
            )
            branches[n] = entry.id
    town.ours.take(*town.theirs.taken.values())
    theirs = town.theirs.record(town.first.record)
    assert record_digest(town.case) == record_digest(theirs)
    assert [town.case.change_of(b) for b in branches] == [theirs.change_of(b) for b in branches]
    assert len(town.case.facts().candidates("amount_agreed").ids) == 12


def test_a_case_can_begin_with_its_text(town: Town) -> None:
    """Found here: a splice in the creating entry ended in a traceback, sent by whoever wished."""
    begun = town.ours.write(None, *new_case(), Splice("summary", ((0, 0, "事情是这样的"),)))
    assert begun.record is not None
    assert town.verdicts(begun)[0].state == EntryState.APPLIED
    assert view(town.ours.record(begun.record)).registers["summary"] == "事情是这样的"
    beyond = town.ours.force(None, *new_case(), Splice("summary", ((1, 0, "x"),)))
    assert town.verdicts(beyond)[0].reason == "operation"


# --- anything at all ---------------------------------------------------------------------------------------

words = st.sampled_from(
    (
        "set",
        "add",
        "text",
        "keep",
        "create",
        "notes",
        "summary",
        "state",
        "village",
        "case",
        "removed",
    )
)
scraps: st.SearchStrategy[Plain] = st.recursive(
    st.one_of(
        words,
        st.none(),
        st.booleans(),
        st.integers(-3, 3),
        st.sampled_from((2**63 - 1, -(2**63))),
        st.binary(max_size=4),
        st.just(bytes(SOME)),
    ),
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=12,
)


def _row(*parts: st.SearchStrategy[Plain]) -> st.SearchStrategy[Plain]:
    """An array with something of each kind in its place."""
    return st.tuples(*parts).map(lambda row: list[Plain](row))


def _rows(row: st.SearchStrategy[Plain]) -> st.SearchStrategy[Plain]:
    return st.lists(row, max_size=2)


small = st.integers(-1, 3)
shaped = st.one_of(
    _row(st.just("set"), words, scraps, _rows(scraps)),
    _row(st.just("add"), words, _rows(_row(words, scraps))),
    _row(st.just("text"), words, _rows(_row(small, small, words))),
    _row(st.just("keep"), words, _rows(scraps)),
    _row(st.just("create"), words),
)


@given(st.lists(st.one_of(scraps, shaped), max_size=4), st.booleans())
def test_whatever_a_payload_says_the_verdict_is_one(said: list[Plain], beginning: bool) -> None:
    town = Town()
    record = None if beginning else town.first.record
    header = town.world.header(town.theirs.pen, record, [] if beginning else town.case.heads())
    entry = town.world.seal(header, [], content=Content(SCHEMA, "", "", NO_HASH, said))
    town.theirs.take(entry)
    (verdict,) = town.verdicts(entry)
    assert verdict.state in (EntryState.APPLIED, EntryState.VOID)
    assert (verdict.reason == "") == (verdict.state == EntryState.APPLIED)


@given(st.binary(max_size=60))
def test_whatever_bytes_are_sealed_the_verdict_is_one(plain: bytes) -> None:
    """Sealed under the right key but no canonical payload: void on every node that opens it."""
    town = Town()
    header = town.world.header(town.theirs.pen, town.first.record, town.case.heads())
    sealed = town.world.key.seal(town.world.nonce(), plain + b"\xff", header.context())
    entry = town.world.assemble(header, sealed)
    assert town.verdicts(entry)[0] == Verdict(entry.id, EntryState.VOID, "unreadable")
