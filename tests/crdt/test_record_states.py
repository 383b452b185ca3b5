"""The four states of an entry: applied, void, closed, waiting; and a hash that differs.

Each entry ends in the same state on every node that holds the same entries and keys.
"""

from __future__ import annotations

import dataclasses
import itertools

import pytest

from crdt.conflicts import conflicts
from crdt.entry import Content, Entry
from crdt.errors import RuleBroken, Unchanged
from crdt.operations import Add, Create, Operation, Set, Splice, to_plain
from crdt.record import Record
from crdt.schema import SCHEMA
from crdt.verdicts import EntryState, Offered, Verdict
from crdt.view import record_digest, view
from keys.limits import ENTRIES_IN_PAST
from tests.support.world import NO_HASH, Replica, World, new_case


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def ours(world: World) -> Replica:
    return Replica(world, world.pen("三江口镇"))


@pytest.fixture
def theirs(world: World) -> Replica:
    return Replica(world, world.pen("鲁布革乡"))


def _chain(author: Replica, length: int) -> list[Entry]:
    """A case and changes that each build on the one before."""
    entries = [author.write(None, *new_case())]
    assert entries[0].record is not None
    for n in range(1, length):
        entries.append(author.write(entries[0].record, Set("amount_agreed", n)))
    return entries


def _case(author: Replica) -> Record:
    (record,) = author.records.values()
    return record


def test_an_entry_waits_for_its_parent_and_wakes_all_that_wait_for_it(
    ours: Replica, theirs: Replica
) -> None:
    first, *rest = _chain(ours, 6)
    for entry in reversed(rest):
        (verdict,) = theirs.take(entry)
        assert (verdict.state, verdict.reason) == (EntryState.WAITING, "parent")
        assert not theirs.take(entry), "the same answer is no news"
    record = _case(theirs)
    assert record.home is None
    assert record.missing()[rest[0].id] == [first.id]
    assert [v.entry for v in theirs.take(first)] == [e.id for e in (first, *rest)], "causes first"
    assert not record.missing()
    assert record_digest(record) == record_digest(_case(ours))
    assert not theirs.take(first, *rest), "taking it in again changes nothing"


def test_a_long_chain_in_reverse_needs_no_deep_stack(ours: Replica, theirs: Replica) -> None:
    entries = _chain(ours, 1)
    entries += [ours.force(entries[0].record, Set("party_count", n)) for n in range(1500)]
    theirs.take(*reversed(entries))
    assert record_digest(_case(theirs)) == record_digest(_case(ours))


def test_with_two_parents_both_must_come(world: World, ours: Replica, theirs: Replica) -> None:
    (first,) = _chain(ours, 1)
    assert first.record is not None
    theirs.take(first)
    left = ours.write(first.record, Set("amount_agreed", 1))
    right = theirs.write(first.record, Set("party_count", 2))
    theirs.take(left)
    both = theirs.write(first.record, Set("due_on", "2024-08-18"))
    assert set(both.header.parents) == {left.id, right.id}
    for order in itertools.permutations((first, left, right, both)):
        reader = Replica(world, ours.pen)
        reader.take(*order)
        assert {v.state for v in _case(reader).verdicts.values()} == {EntryState.APPLIED}
        assert record_digest(_case(reader)) == record_digest(_case(theirs))


def test_a_void_entry_makes_void_what_cites_it(
    world: World, ours: Replica, theirs: Replica
) -> None:
    (first,) = _chain(ours, 1)
    bad = ours.force(first.record, Set("amount_agreed", -5))
    child = ours.force(first.record, Set("amount_agreed", 5), parents=[bad.id])
    grandchild = ours.force(first.record, Set("party_count", 5), parents=[child.id])
    both = ours.force(first.record, Set("party_count", 6), parents=[first.id, bad.id])
    for order in itertools.permutations((bad, child, grandchild, both)):
        reader = Replica(world, theirs.pen)
        reader.take(first, *order)
        said = {e: reader.state_of(e) for e in (bad, child, grandchild, both)}
        assert {v.state for v in said.values()} == {EntryState.VOID}
        assert said[bad].reason == "bad-value"
        assert {said[e].reason for e in (child, grandchild, both)} == {"wrong-past"}
        assert _case(reader).heads() == (first.id,), "a void entry is never a parent"
    honest = ours.write(first.record, Set("amount_agreed", 7))
    assert honest.header.parents == (first.id,)


def test_a_payload_that_does_not_parse_is_void(
    world: World, ours: Replica, theirs: Replica
) -> None:
    (first,) = _chain(ours, 1)
    header = world.header(ours.pen, first.record, [first.id])
    entry = world.seal(header, [Set("amount_agreed", 5)])
    garbled = Offered(entry, None, fault="unreadable")
    theirs.take(first)
    (verdict,) = _case(theirs).offer(garbled)
    assert (verdict.state, verdict.reason) == (EntryState.VOID, "unreadable")


def test_a_fault_found_later_wakes_what_waited(
    world: World, ours: Replica, theirs: Replica
) -> None:
    """A parent turns out to be of another record: the node says so, and all that waited is void."""
    (first,) = _chain(ours, 1)
    other = ours.write(None, *new_case())
    stray = ours.force(first.record, Set("amount_agreed", 5), parents=[other.id])
    child = ours.force(first.record, Set("amount_agreed", 6), parents=[stray.id])
    theirs.take(first, child, stray)
    record = _case(theirs)
    assert record.missing() == {stray.id: [other.id], child.id: []}
    verdicts = record.offer(Offered(stray, None, fault="wrong-past"))
    assert [(v.entry, v.state, v.reason) for v in verdicts] == [
        (stray.id, EntryState.VOID, "wrong-past"),
        (child.id, EntryState.VOID, "wrong-past"),
    ]
    assert not record.missing()
    assert record.offer(world.offered(stray)) == [], "and that is final"


def test_an_entry_on_hold_waits_with_all_that_cites_it(
    world: World, ours: Replica, theirs: Replica
) -> None:
    first, second, third = _chain(ours, 3)
    held = dataclasses.replace(world.offered(second), hold="epoch")
    record = theirs.record(_case(ours).id)
    for offered in (world.offered(third), held, world.offered(first)):
        record.offer(offered)
    assert record.verdicts[second.id] == Verdict(second.id, EntryState.WAITING, "epoch")
    assert record.verdicts[third.id].state == EntryState.WAITING
    released = record.offer(world.offered(second))
    assert [v.entry for v in released] == [second.id, third.id]
    assert record_digest(record) == record_digest(_case(ours))


def test_without_the_key_an_entry_is_closed_and_so_is_what_cites_it(
    world: World, ours: Replica, theirs: Replica
) -> None:
    first, second, third = _chain(ours, 3)
    for order in itertools.permutations((first, second, third)):
        reader = Record(first.record or _case(ours).id, world.township_of)
        for entry in order:
            content = None if entry is second else world.offered(entry).content
            reader.offer(Offered(entry, content, world.offered(entry).nonce))
        states = [reader.verdicts[e.id].state for e in (first, second, third)]
        assert states == [EntryState.APPLIED, EntryState.CLOSED, EntryState.CLOSED]
    # The key came: the record is read again, and all of it counts.
    theirs.take(first, second, third)
    assert record_digest(_case(theirs)) == record_digest(_case(ours))


def test_a_record_whose_beginning_is_closed_shows_nothing(world: World, ours: Replica) -> None:
    first, second = _chain(ours, 2)
    reader = Record(_case(ours).id, world.township_of)
    for entry in (second, first):
        reader.offer(Offered(entry, None))
    assert {v.state for v in reader.verdicts.values()} == {EntryState.CLOSED}
    assert reader.home is None
    assert conflicts(reader) == []
    assert reader.heads() == ()


def test_void_weighs_more_than_closed(world: World, ours: Replica) -> None:
    """An entry on one void and one closed parent: void, whichever verdict came first."""
    first, closed = _chain(ours, 2)
    bad = ours.force(first.record, Set("amount_agreed", -5), parents=[first.id])
    child = ours.force(first.record, Set("party_count", 5), parents=[closed.id, bad.id])
    for order in itertools.permutations((first, closed, bad, child)):
        reader = Record(_case(ours).id, world.township_of)
        for entry in order:
            known = world.offered(entry)
            reader.offer(Offered(entry, None) if entry is closed else known)
        assert reader.verdicts[child.id].state == EntryState.VOID


def _of_schema(world: World, author: Replica, first: Entry, schema: int) -> Entry:
    header = world.header(author.pen, first.record, [first.id])
    content = Content(schema, "司法所", "", NO_HASH, [["teleport", "somewhere"]])
    return world.seal(header, [], content=content)


def test_what_a_newer_version_wrote_waits_unread(
    world: World, ours: Replica, theirs: Replica
) -> None:
    (first,) = _chain(ours, 1)
    newer = _of_schema(world, ours, first, SCHEMA + 1)
    child = ours.force(first.record, Set("amount_agreed", 5), parents=[newer.id])
    after = _of_schema(world, ours, newer, SCHEMA + 1)
    for order in itertools.permutations((first, newer, child, after)):
        reader = Replica(world, theirs.pen)
        reader.take(*order)
        assert reader.state_of(newer).reason == "schema"
        assert reader.state_of(newer).state == EntryState.WAITING
        assert (reader.state_of(child).state, reader.state_of(child).reason) == (
            EntryState.WAITING,
            "parent",
        )
        assert reader.state_of(after).reason == "schema", "nothing else is missing of it either"
        assert _case(reader).heads() == (first.id,), "writing goes on meanwhile"
        assert _case(reader).missing()[newer.id] == [], "nobody need be asked for anything"
    theirs.take(first, newer, child)
    theirs.write(first.record, Set("amount_agreed", 6))


def test_after_the_upgrade_it_is_judged(world: World, ours: Replica, theirs: Replica) -> None:
    (first,) = _chain(ours, 1)
    header = world.header(ours.pen, first.record, [first.id])
    newer = world.seal(
        header,
        [],
        content=Content(SCHEMA + 1, "", "", NO_HASH, to_plain([Set("amount_agreed", 5)])),
    )
    older = ours.force(first.record, Set("party_count", 5), parents=[newer.id])
    theirs.take(older, newer, first)
    assert theirs.state_of(newer).state == EntryState.WAITING
    theirs.schema = SCHEMA + 1
    theirs.reload()
    assert theirs.state_of(newer).state == EntryState.APPLIED
    # Its child says an older number than its parent's: rules never go back.
    assert (theirs.state_of(older).state, theirs.state_of(older).reason) == (
        EntryState.VOID,
        "wrong-past",
    )


def test_a_schema_that_is_no_number_above_zero_is_void(world: World, ours: Replica) -> None:
    (first,) = _chain(ours, 1)
    for schema in (0, -1):
        header = world.header(ours.pen, first.record, [first.id])
        content = Content(schema, "", "", NO_HASH, to_plain([Set("amount_agreed", 5)]))
        entry = world.seal(header, [], content=content)
        ours.take(entry)
        assert ours.state_of(entry).reason == "operation"


def test_a_wrong_change_hash_is_applied_and_reported(
    world: World, ours: Replica, theirs: Replica
) -> None:
    """Engine drift: the words of an honest township count, and everybody sees that the engine differs."""
    (first,) = _chain(ours, 1)
    entry = ours.force(first.record, Set("amount_agreed", 5))
    theirs.take(entry, first)
    for replica in (ours, theirs):
        verdict = replica.state_of(entry)
        assert verdict.state == EntryState.APPLIED
        assert verdict.divergent
        assert view(_case(replica)).registers["amount_agreed"] == 5
        assert _case(replica).change_of(entry.id) != NO_HASH
    honest = theirs.write(first.record, Set("amount_agreed", 6))
    ours.take(honest)
    assert not ours.state_of(honest).divergent, "what builds on it need not diverge"


def test_a_draft_changes_nothing(world: World, ours: Replica) -> None:
    first, second = _chain(ours, 2)
    record = _case(ours)
    before = (
        record_digest(record),
        record.heads(),
        dict(record.verdicts),
        record.document().save(),
    )
    nonce = world.nonce()
    for parents in ([second.id], [first.id]):
        header = world.header(ours.pen, record.id, parents)
        said: tuple[list[Operation], ...] = (
            [Set("party_count", 9), Add("notes", (("text", "你好"),))],
            [Splice("summary", ((0, 0, "事由"),))],
        )
        for operations in said:
            record.draft(header, nonce, operations, "司法所", "")
        with pytest.raises(Unchanged):
            record.draft(header, nonce, [Set("due_on", None)], "司法所", "")
    after = (record_digest(record), record.heads(), dict(record.verdicts), record.document().save())
    assert after == before


def test_a_full_record_takes_no_more_and_says_where_to_go(world: World, ours: Replica) -> None:
    (first,) = _chain(ours, 1)
    record = _case(ours)
    for n in range(1, ENTRIES_IN_PAST):
        ours.force(record.id, Set("party_count", n))
    assert len(record.applied) == ENTRIES_IN_PAST
    with pytest.raises(RuleBroken) as caught:
        ours.write(record.id, Set("party_count", 0))
    assert caught.value.code == "record-full"
    late = ours.force(record.id, Set("party_count", 0))
    assert ours.state_of(late).reason == "record-full"
    # Who has seen less may still speak: the bound is on an entry's own past.
    beside = ours.force(record.id, Set("due_on", "2024-08-18"), parents=[first.id])
    assert ours.state_of(beside).state == EntryState.APPLIED


def test_a_record_begins_once(world: World, ours: Replica) -> None:
    (first,) = _chain(ours, 1)
    record = _case(ours)
    again = world.seal(world.header(ours.pen, None, []), list(new_case()))
    assert again.record != first.record
    record.offer(world.offered(again))
    assert record.verdicts[again.id].reason == "wrong-past"
    for operations in (
        [Create("case"), *new_case()],
        [*new_case()[1:]],
        [Create("nothing")],
        [Create("case")],
        [Set("village", "x"), *new_case()],
    ):
        entry = ours.force(None, *operations)
        verdict = ours.state_of(entry)
        assert verdict.state == EntryState.VOID
        assert verdict.reason in ("operation", "unknown-kind", "missing-field")


def test_post_and_reason_are_one_bounded_line_each(world: World, ours: Replica) -> None:
    (first,) = _chain(ours, 1)
    plain = to_plain([Set("amount_agreed", 5)])
    for post, reason in (
        ("长" * 41, ""),
        ("", "长" * 401),
        ("a\nb", ""),
        ("", "\x1b[2J"),
        ("\u202e", ""),
    ):
        header = world.header(ours.pen, first.record, [first.id])
        entry = world.seal(header, [], content=Content(SCHEMA, post, reason, NO_HASH, plain))
        ours.take(entry)
        assert ours.state_of(entry).reason == "operation"
    header = world.header(ours.pen, first.record, [first.id])
    fits = Content(SCHEMA, "长" * 40, "长" * 400, NO_HASH, plain)
    entry = world.seal(header, [], content=dataclasses.replace(fits))
    ours.take(entry)
    assert ours.state_of(entry).state == EntryState.APPLIED
