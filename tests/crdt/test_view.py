"""The view and the digest: equal exactly on nodes that agree, and never a winner where people differ."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from crdt.conflicts import conflicts
from crdt.entry import RecordId
from crdt.operations import Add, Keep, Operation, Set, Splice
from crdt.record import Record
from crdt.view import ledger_digest, record_digest, view
from tests.support.story import Story
from tests.support.world import Replica, World, new_case, new_contact


def _case() -> tuple[World, Replica, Record]:
    world = World()
    clerk = Replica(world, world.pen("三江口镇"))
    first = clerk.write(None, *new_case())
    assert first.record is not None
    return world, clerk, clerk.record(first.record)


def test_a_view_shows_every_kind_of_field() -> None:
    _, clerk, record = _case()
    me = clerk.pen.township
    clerk.write(
        record.id,
        Set("amount_agreed", 800_000),
        Set("dispositions/claim_met", True),
        Set("dispositions/aid_given", True),
        Set(f"co_handlers/{me.hex()}", True),
        Set(f"state_confirmed/{me.hex()}", "agreed"),
        Splice("summary", ((0, 0, "事由"),)),
        Add("notes", (("text", "第一条"),)),
        Add("notes", (("text", "第二条"),)),
    )
    clerk.write(
        record.id, Add("notes", (("text", "第三条"),)), Set("dispositions/aid_given", False)
    )
    seen = view(record)
    assert (seen.id, seen.kind.name, seen.home) == (record.id, "case", me)
    assert seen.registers["village"] == "示范一村"
    assert seen.registers["amount_agreed"] == 800_000
    assert seen.registers["summary"] == "事由"
    assert seen.registers["due_on"] is None
    assert seen.sets == {"dispositions": ["claim_met"], "co_handlers": [me.hex()], "governance": []}
    assert seen.slots == {"state_confirmed": {me.hex(): "agreed"}}
    assert [i.fields["text"] for i in seen.items["notes"]] == ["第一条", "第二条", "第三条"]
    note = seen.items["notes"][0]
    assert (note.township, note.post, note.removed) == (me, "司法所", False)
    assert seen.items["places"] == []
    assert not seen.conflicts


def test_items_stand_in_the_order_of_their_entries_then_of_the_operation() -> None:
    """Ten additions in one entry: the tenth is not sorted between the first and the second."""
    _, clerk, record = _case()
    clerk.write(record.id, *(Add("notes", (("text", f"第{n}条"),)) for n in range(12)))
    assert [i.fields["text"] for i in view(record).items["notes"]] == [
        f"第{n}条" for n in range(12)
    ]


def test_every_word_changes_the_digest() -> None:
    world, clerk, record = _case()
    other = Replica(world, world.pen("鲁布革乡"))
    other.take(*clerk.taken.values())
    said: list[Operation] = [
        Set("amount_agreed", 1),
        Set("amount_agreed", None),
        Set("dispositions/claim_met", True),
        Add("notes", (("text", "x"),)),
        Splice("summary", ((0, 0, "字"),)),
        Splice("summary", ((0, 1, ""),)),
    ]
    digests = [record_digest(record)]
    for operation in said:
        clerk.write(record.id, operation)
        digests.append(record_digest(record))
    clerk.take(other.write(record.id, Set("amount_agreed", 2)))
    digests.append(record_digest(record))
    (conflict,) = conflicts(record)
    cites = tuple(c.entry for c in conflict.candidates)
    clerk.write(record.id, Keep("amount_agreed", cites))
    digests.append(record_digest(record))
    clerk.write(record.id, Set("amount_agreed", 2, cites))
    digests.append(record_digest(record))
    # An emptied text is the text it was; every other word left a trace.
    digests.remove(digests[6])
    assert len(set(digests)) == len(digests)


def test_a_void_word_changes_nothing() -> None:
    _, clerk, record = _case()
    before = (record_digest(record), view(record))
    clerk.force(record.id, Set("amount_agreed", -1))
    assert (record_digest(record), view(record)) == before


@given(st.randoms(use_true_random=False))
def test_the_digest_tells_apart_whoever_lacks_an_applied_entry(dice: random.Random) -> None:
    """Take one entry that nothing builds on away: the digest or the history differs."""
    story = Story(dice, 3, 1).tell(15).heal()
    whole = story.replicas[0]
    (number,) = story.records
    heads = whole.record(number).heads()
    missing = dice.choice(heads)
    if len(whole.record(number).applied) == 1:
        return
    less = Replica(story.world, whole.pen)
    less.take(*(e for e in story.entries.values() if e.id != missing))
    applied = next(a for a in whole.record(number).applied if a.entry.id == missing)
    if not all(map(_only_deletes, applied.operations)):
        assert record_digest(less.record(number)) != record_digest(whole.record(number))


def _only_deletes(operation: Operation) -> bool:
    """Two people may delete the same characters; everything else leaves its entry's name in the digest."""
    return isinstance(operation, Splice) and not any(new for _, _, new in operation.hunks)


def test_the_digest_of_a_ledger_is_one_of_its_records_in_any_order() -> None:
    parts = [(RecordId(bytes([n]) * 16), bytes([n]) * 32) for n in range(5)]
    digest = ledger_digest(b"l" * 32, parts)
    assert ledger_digest(b"l" * 32, list(reversed(parts))) == digest
    others = (
        ledger_digest(b"m" * 32, parts),
        ledger_digest(b"l" * 32, parts[1:]),
        ledger_digest(b"l" * 32, [(parts[0][0], b"x" * 32), *parts[1:]]),
        ledger_digest(b"l" * 32, []),
    )
    assert len({digest, *others}) == 5


def test_a_contact_is_seen_alike_by_its_neighbours() -> None:
    world = World()
    home, neighbour = (Replica(world, world.pen(n)) for n in ("甲", "乙"))
    made = home.write(None, *new_contact(), Set("liaison_for/disaster", True))
    assert made.record is not None
    added = home.write(made.record, Add("phones", (("label", "夜间"), ("phone", "0745-7654321"))))
    neighbour.take(added, made)
    assert view(home.record(made.record)) == view(neighbour.record(made.record))
    (phone,) = view(neighbour.record(made.record)).items["phones"]
    assert phone.fields == {"label": "夜间", "phone": "0745-7654321"}
