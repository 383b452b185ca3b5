"""Taken twice: the chair of a quarter, a room and a mediator, one round of patrol. Both sides see it."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from crdt.entry import RecordId
from node.clashes import Span, overlapping
from tests.node.cli.test_today import day
from tests.support.clerk import Clerk, carry
from tests.support.desks import field, fits, moved, ok, open_of, shown

# --- the chair --------------------------------------------------------------------------------------


def turns(clerk: Clerk, code: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = clerk.ask("chair", "show", "2026Q1", code=code)
    return found


def by_turn(clerks: list[Clerk]) -> list[Clerk]:
    by_name = {clerk.name: clerk for clerk in clerks}
    return [by_name[term["township"]] for term in turns(clerks[0])[: len(clerks)]]


def test_a_swap_agreed_to_here_and_the_quarter_taken_up_there_leave_the_order_as_it_was(
    pair: list[Clerk],
) -> None:
    first, second = by_turn(pair)
    ok(first("chair", "swap", second.name, "2026Q1"))
    carry(*pair)
    ok(second("chair", "swap", first.name, "2026Q1"))
    assert turns(second)[0]["township"] == second.name
    ok(first("chair", "accept", "2026Q1"))
    carry(*pair)
    for clerk in pair:
        terms = turns(clerk, code=4)
        assert [t["township"] for t in terms[:2]] == [first.name, second.name]
        assert [t["conflict"] for t in terms[:2]] == [True, True]
        assert "照原次序接任" in fits(clerk, "chair", "show", "2026Q1")["zh"].replace("\n", "")
    ok(first("chair", "accept", "2026Q1", "--withdraw"))
    carry(*pair)
    for clerk in pair:
        terms = turns(clerk)
        assert [t["township"] for t in terms[:2]] == [second.name, first.name]


def test_two_who_both_take_the_chair_are_shown_and_the_order_stands(pair: list[Clerk]) -> None:
    first, second = by_turn(pair)
    ok(first("chair", "swap", second.name, "2026Q1"))
    carry(*pair)
    ok(second("chair", "swap", first.name, "2026Q1"))
    ok(second("chair", "accept", "2026Q1"))
    ok(first("chair", "accept", "2026Q1"))
    carry(*pair)
    for clerk in pair:
        term = turns(clerk, code=4)[0]
        assert (term["township"], term["by_order"]) == (first.name, first.name)
        assert set(term["claims"]) == {first.name, second.name}
        page = clerk("chair", "show", "2026Q1").out.replace("\n", "")
        assert first.name in page
        assert second.name in page
    ok(first("chair", "accept", "2026Q1", "--withdraw"))
    carry(*pair)
    for clerk in pair:
        term = turns(clerk)[0]
        assert (term["township"], term["accepted"]) == (second.name, True)


# --- taken twice ------------------------------------------------------------------------------------

MEETING = ("meeting", "new", "kind_of=special")


def test_a_room_and_a_mediator_taken_twice_are_told_to_both_and_both_stand(
    pair: list[Clerk],
) -> None:
    here, there = pair
    mediator = here.id("mediator", "new", "post=专职调解员", "kind_of=full_time")
    carry(*pair)
    soon = day(30)
    who = f"mediators={mediator[:8]}"
    room = "place=联合调处中心"
    mine = here.id(*MEETING, room, who, f"starts_at={soon} 09:00", f"ends_at={soon} 11:00")
    same_room = there.id(*MEETING, room, f"starts_at={soon} 10:30")
    same_one = there.id(*MEETING, "place=村委会", who, f"starts_at={soon} 09:00")
    there.id(*MEETING, room, who, f"starts_at={soon} 11:00", f"ends_at={soon} 12:00")
    assert here.ask("today")["clashes"] == []
    carry(*pair)
    for clerk in pair:
        told = {(c["field"], c["id"], c["home"]) for c in shown(clerk, "meeting", mine)["clashes"]}
        assert told == {("place", same_room, there.name), ("mediators", same_one, there.name)}
        [other] = shown(clerk, "meeting", same_room)["clashes"]
        assert (other["id"], other["value"]) == (mine, "联合调处中心")
        today = {(c["first"]["id"], c["id"]) for c in clerk.ask("today")["clashes"]}
        assert {frozenset(one) for one in today} == {
            frozenset((mine, same_room)),
            frozenset((mine, same_one)),
        }
        assert open_of(clerk, "meeting", mine) == []
        page = fits(clerk, "meeting", "show", mine)
        assert "同一时间订了两次（一般）" in page["zh"]
        assert "专职调解员" in page["zh"]
        assert "Booked twice" in page["en"]
        assert "联合调处中心" in fits(clerk, "today")["zh"]
    moved(there, "meeting", same_room, "postponed")
    carry(*pair)
    for clerk in pair:
        assert [c["id"] for c in shown(clerk, "meeting", mine)["clashes"]] == [same_one]
    ok(here("meeting", "set", mine, f"ends_at={soon} 09:00", f"starts_at={soon} 08:00"))
    carry(*pair)
    for clerk in pair:
        assert clerk.ask("today")["clashes"] == []
        assert shown(clerk, "meeting", mine)["clashes"] == []


def test_what_is_over_is_not_told_in_the_morning(pair: list[Clerk]) -> None:
    here, _ = pair
    room = "place=联合调处中心"
    one = here.id(*MEETING, room, f"starts_at={day(-3)} 09:00", f"ends_at={day(90)} 11:00")
    here.id(*MEETING, room, f"starts_at={day(-3)} 10:00")
    assert here.ask("today")["clashes"] == []
    assert len(shown(here, "meeting", one)["clashes"]) == 1


HOURS = st.tuples(st.integers(0, 20), st.integers(0, 6)).map(lambda p: (p[0], p[0] + p[1]))


@given(st.lists(HOURS, max_size=8))
def test_told_is_every_two_that_have_a_moment_in_common(hours: list[tuple[int, int]]) -> None:
    """The oracle looks at moments: a span holds its first one, and all others but the last."""

    def moments(span: tuple[int, int]) -> set[int]:
        return {span[0], *range(*span)}

    spans = [
        Span(f"{begins:02}", f"{ends:02}", RecordId(bytes([n] * 16)))
        for n, (begins, ends) in enumerate(hours)
    ]
    told = {frozenset((a.record[0], b.record[0])) for a, b in overlapping(spans)}
    assert told == {
        frozenset((a, b))
        for a in range(len(hours))
        for b in range(a)
        if moments(hours[a]) & moments(hours[b])
    }


# --- rounds -----------------------------------------------------------------------------------------

ROUND = ("patrol", "new", "kind_of=screening", "area=界河", "on=2024-08-18")


def test_each_states_its_own_people_and_a_day_that_differs_is_a_small_matter(
    pair: list[Clerk],
) -> None:
    here, there = pair
    round_ = here.id(*ROUND)
    carry(*pair)
    ok(here("patrol", "set", round_, "person_times=12", "on=2024-08-19"))
    ok(there("patrol", "set", round_, "person_times=9", "on=2024-08-20"))
    carry(*pair)
    for clerk in pair:
        assert open_of(clerk, "patrol", round_) == [("on", "minor")]
        people = field(clerk, "patrol", round_, "person_times")
        assert people == {here.name: 12, there.name: 9}, "nobody writes another's figure"


def test_one_round_entered_twice_counts_once_when_one_says_that_it_is_one(
    pair: list[Clerk],
) -> None:
    here, there = pair
    one, again = here.id(*ROUND), there.id(*ROUND)
    carry(*pair)
    for clerk in pair:
        [told] = clerk.ask("duplicates", "patrol")
        assert {r["id"] for r in told["records"]} == {one, again}
    ok(there("patrol", "set", again, f"same_as={one[:8]}"))
    carry(*pair)
    for clerk in pair:
        assert clerk.ask("duplicates", "patrol") == []
        assert [f["count"] for f in clerk.ask("count", "patrol")] == [1]


# --- from when to when ------------------------------------------------------------------------------


def test_what_ends_before_it_begins_is_refused_at_entering_and_at_changing(
    pair: list[Clerk],
) -> None:
    here, _ = pair
    shift = ("duty_shift", "new", "post=值班员", "starts_at=2026-12-01 08:00")
    world = here.world()
    refused = here(*shift, "ends_at=2026-12-01 07:59")
    assert (refused.code, "“止”填写不对：不能早于“起”" in refused.err) == (2, True)
    assert here.world() == world
    made = here.id(*shift, "ends_at=2026-12-01 08:00")
    assert here("duty_shift", "set", made, "ends_at=2026-11-30 20:00").code == 2
    assert here("duty_shift", "set", made, "starts_at=2026-12-01 09:00").code == 2
    both = ("starts_at=2026-11-30 08:00", "ends_at=2026-11-30 20:00")
    assert here("duty_shift", "set", made, *both).code == 0
    assert field(here, "duty_shift", made, "ends_at") == "2026-11-30 20:00"
