"""Two townships say different things: what stands open, what settles it, what opens it again.

Told with two offices that each have their node; nothing is ever hidden behind a winner.
"""

from __future__ import annotations

import itertools

import pytest

from crdt.conflicts import Conflict, conflict_at, conflicts
from crdt.entry import Entry, EntryId
from crdt.errors import NotInConflict, Stale, Unchanged
from crdt.kinds.language import Severity
from crdt.operations import Add, Keep, Set
from crdt.record import Record
from crdt.verdicts import EntryState
from crdt.view import record_digest, view
from tests.support.world import Replica, World, new_case


class Border:
    """Three townships and one case that all of them know."""

    def __init__(self) -> None:
        self.world = World()
        self.a, self.b, self.c = (
            Replica(self.world, self.world.pen(n)) for n in ("甲", "乙", "丙")
        )
        first = self.a.write(None, *new_case(), Set("amount_agreed", 800_000))
        assert first.record is not None
        self.id = first.record
        self.first = first
        self.meet()

    def meet(self) -> None:
        """Everybody learns everything, and it comes out alike."""
        replicas = (self.a, self.b, self.c)
        everything = {k: e for r in replicas for k, e in r.taken.items()}
        for replica in replicas:
            replica.take(*everything.values())
        seen = [(record_digest(r), conflicts(r)) for r in map(self.case, replicas)]
        assert all(s == seen[0] for s in seen)

    def case(self, replica: Replica) -> Record:
        return replica.record(self.id)

    def open(self) -> list[Conflict]:
        return conflicts(self.case(self.a))

    def shown(self, name: str) -> object:
        return view(self.case(self.c)).registers[name]

    def differ(self) -> Conflict:
        """甲 and 乙 name two amounts; returns the conflict."""
        self.a.write(self.id, Set("amount_agreed", 950_000))
        self.b.write(self.id, Set("amount_agreed", 700_000))
        self.meet()
        (conflict,) = self.open()
        return conflict


@pytest.fixture
def border() -> Border:
    return Border()


def _cites(conflict: Conflict) -> tuple[EntryId, ...]:
    return tuple(c.entry for c in conflict.candidates)


def test_two_amounts_stand_side_by_side_and_no_winner_is_shown(border: Border) -> None:
    conflict = border.differ()
    assert conflict.key == "amount_agreed"
    assert conflict.severity is Severity.BLOCKING
    assert {c.value for c in conflict.candidates} == {950_000, 700_000}
    assert conflict.before == 800_000
    assert list(_cites(conflict)) == sorted(_cites(conflict))
    assert border.shown("amount_agreed") is None


def test_a_graded_field_shows_the_higher_grade_meanwhile(border: Border) -> None:
    border.a.write(border.id, Set("urgency", view_grade(border, 0)))
    border.b.write(border.id, Set("urgency", view_grade(border, -1)))
    border.meet()
    assert border.shown("urgency") == view_grade(border, -1)
    assert border.open()[0].severity is Severity.MINOR


def view_grade(border: Border, place: int) -> str:
    """A declared grade of urgency, from lowest to highest."""
    declared = view(border.case(border.a)).kind.by_name["urgency"]
    return str(declared.type.order()[place])


def test_the_same_words_twice_are_no_conflict(border: Border) -> None:
    border.a.write(border.id, Set("amount_agreed", 950_000))
    border.b.write(border.id, Set("amount_agreed", 950_000))
    border.meet()
    assert border.open() == []
    assert border.shown("amount_agreed") == 950_000
    with pytest.raises(Unchanged):
        border.c.write(border.id, Set("amount_agreed", 950_000))
    border.c.write(border.id, Set("amount_agreed", 960_000))
    border.meet()
    assert border.open() == []


def test_two_fields_do_not_meet(border: Border) -> None:
    border.a.write(border.id, Set("amount_agreed", 950_000))
    border.b.write(border.id, Set("due_on", "2024-08-18"))
    border.meet()
    assert border.open() == []
    assert (border.shown("amount_agreed"), border.shown("due_on")) == (950_000, "2024-08-18")


def test_two_flags_of_one_set_merge_and_one_flag_can_differ(border: Border) -> None:
    border.a.write(border.id, Set("dispositions/claim_met", True))
    border.b.write(border.id, Set("dispositions/aid_given", True))
    border.meet()
    assert view(border.case(border.a)).sets["dispositions"] == ["aid_given", "claim_met"]
    # 甲 takes it out and puts it back, while 乙 takes it out: yes against no.
    border.a.write(border.id, Set("dispositions/claim_met", False))
    border.a.write(border.id, Set("dispositions/claim_met", True))
    border.b.write(border.id, Set("dispositions/claim_met", False))
    border.meet()
    (conflict,) = border.open()
    assert conflict.key == "dispositions/claim_met"
    assert {c.value for c in conflict.candidates} == {True, False}
    assert view(border.case(border.a)).sets["dispositions"] == ["aid_given"]


def test_nobody_settles_by_accident(border: Border) -> None:
    conflict = border.differ()
    one, two = _cites(conflict)
    for cites in (
        (),
        (one,),
        (two,),
        (border.first.id,),
        tuple(sorted((one, two, border.first.id))),
    ):
        for value in (950_000, 700_000, 1):
            with pytest.raises(Stale):
                border.c.write(border.id, Set("amount_agreed", value, cites))
    with pytest.raises(Stale):
        border.c.write(border.id, Keep("amount_agreed", (one,)))
    assert border.open() == [conflict]


@pytest.mark.parametrize("value", (950_000, 700_000, 860_000, None))
def test_a_settlement_takes_one_or_a_third_value(border: Border, value: int | None) -> None:
    conflict = border.differ()
    border.c.write(border.id, Set("amount_agreed", value, _cites(conflict)), reason="双方当面核对")
    border.meet()
    assert border.open() == []
    assert border.shown("amount_agreed") == value
    settled = border.case(border.a).order()[-1]
    assert settled.content.reason == "双方当面核对"
    # The statements stay in the history for whoever asks.
    assert {c.entry for c in conflict.candidates} <= {
        x.entry.id for x in border.case(border.a).applied
    }
    with pytest.raises(NotInConflict):
        border.a.write(border.id, Set("amount_agreed", 5, _cites(conflict)))
    border.a.write(border.id, Set("amount_agreed", 5))


def test_keeping_both_settles_until_somebody_says_more(border: Border) -> None:
    conflict = border.differ()
    border.c.write(border.id, Keep("amount_agreed", _cites(conflict)))
    border.meet()
    assert border.open() == []
    standing = border.case(border.b).facts().candidates("amount_agreed")
    assert standing.ids == _cites(conflict), "both still stand"
    assert border.shown("amount_agreed") is None, "and neither is shown as the winner"
    with pytest.raises(Unchanged):
        border.b.write(border.id, Keep("amount_agreed", _cites(conflict)))
    with pytest.raises(Stale):
        border.b.write(border.id, Set("amount_agreed", 5))
    border.b.write(border.id, Set("amount_agreed", 5, _cites(conflict)))
    border.meet()
    assert border.shown("amount_agreed") == 5


def test_a_statement_that_was_not_cited_opens_the_question_again(border: Border) -> None:
    conflict = border.differ()
    border.a.write(border.id, Keep("amount_agreed", _cites(conflict)))
    border.c.write(border.id, Set("amount_agreed", 1, _cites(conflict)))
    border.meet()
    (second,) = border.open()
    assert second.id != conflict.id, "keeping both and taking one are two different settlements"
    border.b.write(border.id, Set("amount_agreed", 1, _cites(second)))
    border.meet()
    assert border.open() == []
    border.a.write(border.id, Set("amount_agreed", 2))
    border.b.write(border.id, Set("amount_agreed", 3))
    border.meet()
    (third,) = border.open()
    assert third.id not in (conflict.id, second.id)


def test_late_news_reopens_what_was_kept(border: Border) -> None:
    """丙 was offline and said a third thing, while the others kept both."""
    border.a.write(border.id, Set("amount_agreed", 950_000))
    border.b.write(border.id, Set("amount_agreed", 700_000))
    late = border.c.write(border.id, Set("amount_agreed", 1))
    border.a.take(*border.b.taken.values())
    (conflict,) = border.open()
    border.a.write(border.id, Keep("amount_agreed", _cites(conflict)))
    assert border.open() == []
    border.meet()
    (again,) = border.open()
    assert set(_cites(again)) == {*_cites(conflict), late.id}
    assert again.id != conflict.id
    border.c.write(border.id, Keep("amount_agreed", _cites(again)))
    border.meet()
    assert border.open() == []


def test_two_equal_settlements_collapse_and_two_different_ones_are_a_new_question(
    border: Border,
) -> None:
    first = border.differ()
    border.a.write(border.id, Set("amount_agreed", 800_000, _cites(first)))
    border.b.write(border.id, Set("amount_agreed", 800_000, _cites(first)))
    border.meet()
    assert border.open() == []
    assert border.shown("amount_agreed") == 800_000
    again = border.differ()
    border.a.write(border.id, Set("amount_agreed", 1, _cites(again)))
    border.b.write(border.id, Set("amount_agreed", 2, _cites(again)))
    border.meet()
    (third,) = border.open()
    assert third.before is None, "what stood before was itself disputed"
    border.c.write(border.id, Set("amount_agreed", 1, _cites(third)))
    border.meet()
    assert border.open() == []


def test_two_moves_of_the_state_are_settled_by_taking_one(border: Border) -> None:
    border.a.write(border.id, Set("state", "accepted"))
    border.b.write(border.id, Set("state", "not_accepted"))
    border.meet()
    (conflict,) = border.open()
    assert (conflict.before, conflict.severity) == ("registered", Severity.BLOCKING)
    border.c.write(border.id, Set("state", "not_accepted", _cites(conflict)))
    border.meet()
    assert border.shown("state") == "not_accepted"


# --- withdrawn against edited ------------------------------------------------------------------


def _note(border: Border) -> str:
    border.a.write(border.id, Add("notes", (("text", "你好"),)))
    border.meet()
    ((_, item),) = border.case(border.a).shared.items
    return f"notes/{item}"


def test_withdrawn_against_edited_is_a_conflict(border: Border) -> None:
    note = _note(border)
    gone = border.a.write(border.id, Set(f"{note}/removed", True))
    edit = border.b.write(border.id, Set(f"{note}/text", "改了"))
    border.meet()
    (conflict,) = border.open()
    assert conflict.key == f"{note}/removed"
    assert {(c.entry, c.value) for c in conflict.candidates} == {(gone.id, True), (edit.id, False)}
    (item,) = view(border.case(border.c)).items["notes"]
    assert not item.removed, "nobody's words disappear while it is open"
    assert item.fields["text"] == "改了"


@pytest.mark.parametrize("value", (True, False))
def test_it_is_settled_by_citing_both(border: Border, value: bool) -> None:
    note = _note(border)
    border.a.write(border.id, Set(f"{note}/removed", True))
    border.b.write(border.id, Set(f"{note}/text", "改了"))
    border.meet()
    (conflict,) = border.open()
    border.c.write(border.id, Set(conflict.key, value, _cites(conflict)))
    border.meet()
    assert border.open() == []
    (item,) = view(border.case(border.a)).items["notes"]
    assert item.removed is value
    document = border.case(border.a).document()
    settled = border.case(border.a).applied[-1].entry
    # Also "withdrawn" said again is a change of the document: both witnesses know who said it.
    assert document.value(conflict.key) == (True, value)
    assert document.writers(conflict.key) == [border.case(border.a).change_of(settled.id)]


def test_an_edit_that_the_withdrawal_knew_is_no_conflict(border: Border) -> None:
    note = _note(border)
    border.b.write(border.id, Set(f"{note}/text", "改了"))
    border.meet()
    border.a.write(border.id, Set(f"{note}/removed", True))
    border.meet()
    assert border.open() == []
    assert view(border.case(border.b)).items["notes"][0].removed


def test_who_goes_on_writing_in_a_disputed_item_has_not_withdrawn_it(border: Border) -> None:
    """Found here: the second edit saw the withdrawal, so it used to count as knowing better, and vanish."""
    note = _note(border)
    gone = border.a.write(border.id, Set(f"{note}/removed", True))
    border.b.write(border.id, Set(f"{note}/text", "改了"))
    border.meet()
    again = border.b.write(border.id, Set(f"{note}/text", "又改了"))
    border.meet()
    (conflict,) = border.open()
    assert set(_cites(conflict)) == {gone.id, again.id}
    (item,) = view(border.case(border.c)).items["notes"]
    assert (item.removed, item.fields["text"]) == (False, "又改了")


def test_a_withdrawal_in_the_same_entry_as_an_edit_is_no_conflict_with_itself(
    border: Border,
) -> None:
    note = _note(border)
    border.a.write(border.id, Set(f"{note}/text", "作废"), Set(f"{note}/removed", True))
    border.meet()
    assert border.open() == []
    assert view(border.case(border.b)).items["notes"][0].removed


def test_a_late_edit_reopens_a_settled_withdrawal(border: Border) -> None:
    note = _note(border)
    border.a.write(border.id, Set(f"{note}/removed", True))
    border.b.write(border.id, Set(f"{note}/text", "改了"))
    late = border.c.write(border.id, Set(f"{note}/text", "迟到"))
    border.a.take(*border.b.taken.values())
    (conflict,) = border.open()
    settled = border.a.write(border.id, Set(conflict.key, True, _cites(conflict)))
    assert border.open() == []
    border.meet()
    keys = {c.key: set(_cites(c)) for c in border.open()}
    assert keys[f"{note}/removed"] == {settled.id, late.id}


def test_a_withdrawn_item_can_be_brought_back(border: Border) -> None:
    note = _note(border)
    border.a.write(border.id, Set(f"{note}/removed", True))
    border.meet()
    border.b.write(border.id, Set(f"{note}/removed", False))
    border.meet()
    border.c.write(border.id, Set(f"{note}/text", "回来了"))
    border.meet()
    assert border.open() == []
    (item,) = view(border.case(border.a)).items["notes"]
    assert (item.removed, item.fields["text"]) == (False, "回来了")


# --- the same everywhere -----------------------------------------------------------------------


def test_the_id_of_a_conflict_is_the_same_in_every_order(border: Border) -> None:
    border.a.write(border.id, Set("amount_agreed", 1))
    border.b.write(border.id, Set("amount_agreed", 2))
    border.c.write(border.id, Set("amount_agreed", 3))
    border.meet()
    (expected,) = border.open()
    entries: list[Entry] = list(border.a.taken.values())
    for order in itertools.permutations(entries):
        reader = Replica(border.world, border.a.pen)
        reader.take(*order)
        assert conflicts(reader.record(border.id)) == [expected]
        assert conflict_at(reader.record(border.id), "amount_agreed") == expected
        assert conflict_at(reader.record(border.id), "village") is None


def test_truth_and_one_are_two_things(border: Border) -> None:
    """To Python they are equal; to a reader of the ledger they are not."""
    facts = border.case(border.a).facts()
    standing = type(facts.candidates("village"))
    assert standing((border.first.id, border.first.id), (True, 1)).differ
    assert not standing((border.first.id, border.first.id), (1, 1)).differ


def test_a_void_statement_takes_no_part(border: Border) -> None:
    conflict = border.differ()
    void = border.c.force(border.id, Set("amount_agreed", -1, _cites(conflict)))
    assert border.c.state_of(void).state == EntryState.VOID
    border.meet()
    assert border.open() == [conflict]
