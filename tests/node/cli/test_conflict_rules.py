"""Two townships write while the line is down: what each rule about differing statements brings.

Each story ends at both desks: what stands meanwhile, how serious it is, and how people settle it.
"""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from crdt.entry import RecordId
from node.clashes import Span, overlapping
from tests.node.cli.test_today import day
from tests.support.clerk import Clerk, Done, carry

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


# --- cases ----------------------------------------------------------------------------------------


def test_two_moves_from_one_state_are_both_shown_and_no_final_paper_is_printed(
    pair: list[Clerk], tmp_path: Path
) -> None:
    here, there = pair
    case = here.id(*CASE)
    moved(here, "case", case, "accepted")
    carry(*pair)
    moved(here, "case", case, "investigating")
    moved(there, "case", case, "withdrawn")
    carry(*pair)
    for clerk in pair:
        assert open_of(clerk, "case", case) == [("state", "blocking")]
        assert field(clerk, "case", case, "state") is None
        page = clerk("case", "show", case).out
        assert "调查" in page
        assert "撤回" in page
        paper = clerk("print", "closing", case, "-o", str(tmp_path / f"{clerk.name}.html"))
        assert paper.code == 4
        assert not (tmp_path / f"{clerk.name}.html").exists()
    ok(settle(here, "case", case, "--take", there.name))
    carry(*pair)
    for clerk in pair:
        assert field(clerk, "case", case, "state") == "withdrawn"
        ok(clerk("print", "closing", case, "-o", str(tmp_path / f"{clerk.name}.html")))


def test_agreed_here_and_failed_there_stands_open_until_both_confirm_what_was_settled(
    pair: list[Clerk],
) -> None:
    here, there = pair
    case = here.id(*CASE)
    moved(here, "case", case, "accepted", "mediating")
    carry(*pair)
    moved(here, "case", case, "agreed")
    moved(there, "case", case, "failed")
    carry(*pair)
    for clerk in pair:
        assert open_of(clerk, "case", case) == [("state", "blocking")]
        assert field(clerk, "case", case, "state") is None
        assert clerk("case", "confirm", case).code == 4, "there is nothing to confirm yet"
    ok(settle(there, "case", case, "--value", "agreed"))
    carry(*pair)
    for clerk in pair:
        ok(clerk("case", "confirm", case))
    carry(*pair)
    confirmed = field(here, "case", case, "state_confirmed")
    assert confirmed == {here.name: "agreed", there.name: "agreed"}


def test_amount_and_day_that_differ_show_neither_until_both_sides_settled_them(
    pair: list[Clerk],
) -> None:
    here, there = pair
    case = here.id(*CASE)
    carry(*pair)
    ok(here("case", "set", case, "amount_agreed=8000", "due_on=2024-09-30"))
    ok(there("case", "set", case, "amount_agreed=9500", "due_on=2024-10-31"))
    carry(*pair)
    for clerk in pair:
        assert open_of(clerk, "case", case) == [
            ("amount_agreed", "blocking"),
            ("due_on", "blocking"),
        ]
        for name in ("amount_agreed", "due_on"):
            assert field(clerk, "case", case, name) is None


def test_an_obligation_done_here_and_overdue_there_counts_as_overdue(pair: list[Clerk]) -> None:
    here, there = pair
    case = here.id(*CASE)
    owed = here.id("obligation", "new", "--case", case, "--share", there.name, "what=清理水沟")
    carry(*pair)
    for clerk in pair:
        ok(clerk("obligation", "show", owed, *FOR))
    moved(here, "obligation", owed, "done")
    moved(there, "obligation", owed, "overdue")
    carry(*pair)
    for clerk in pair:
        assert open_of(clerk, "obligation", owed) == [("state", "important")]
        assert field(clerk, "obligation", owed, "state") == "overdue"


def test_two_leads_are_both_shown_with_what_is_usual(pair: list[Clerk]) -> None:
    here, there = pair
    case = here.id(*CASE)
    carry(*pair)
    for clerk in pair:
        ok(clerk("case", "set", case, f"lead={clerk.name}"))
    carry(*pair)
    for clerk in pair:
        assert open_of(clerk, "case", case) == [("lead", "important")]
        [about] = shown(clerk, "case", case)["conflicts"]
        card = fits(clerk, "conflicts", "show", about["id"])
        assert "纠纷发生地的乡镇牵头" in card["zh"]
        assert "where the dispute arose" in card["en"].replace("\n  ", " ")
        assert here.name in card["zh"]
        assert there.name in card["zh"]


def test_the_higher_grade_counts_meanwhile(pair: list[Clerk]) -> None:
    here, there = pair
    case = here.id(*CASE)
    carry(*pair)
    ok(here("case", "set", case, "urgency=red", "difficulty=simple"))
    ok(there("case", "set", case, "urgency=blue", "difficulty=difficult"))
    carry(*pair)
    for clerk in pair:
        assert open_of(clerk, "case", case) == [("difficulty", "minor"), ("urgency", "minor")]
        assert field(clerk, "case", case, "urgency") == "red"
        assert field(clerk, "case", case, "difficulty") == "difficult"


# --- alarms and transfers -------------------------------------------------------------------------


def test_a_hazard_closed_here_and_escalated_there_counts_as_escalated(pair: list[Clerk]) -> None:
    here, there = pair
    hazard = here.id("hazard", "new", "kind_of=bridge", "place=石桥")
    moved(here, "hazard", hazard, "assigned", "rectifying", "checked")
    carry(*pair)
    moved(here, "hazard", hazard, "closed")
    moved(there, "hazard", hazard, "escalated")
    carry(*pair)
    for clerk in pair:
        assert open_of(clerk, "hazard", hazard) == [("state", "important")]
        assert field(clerk, "hazard", hazard, "state") == "escalated"
        assert [r["id"] for r in clerk.ask("hazard", "list", "state=escalated")] == [hazard]
    ok(settle(here, "hazard", hazard, "--value", "closed"))
    carry(*pair)
    assert field(there, "hazard", hazard, "state") == "closed"


def test_a_transfer_that_two_accept_at_once_is_for_its_sender_to_settle(three: list[Clerk]) -> None:
    sender, one, other = three
    sent = sender.id("transfer", "new", "kind_of=hand_over", "receiver=司法所")
    moved(sender, "transfer", sent, "sent")
    carry(*three)
    moved(one, "transfer", sent, "accepted")
    moved(other, "transfer", sent, "accepted")
    assert field(one, "transfer", sent, "accepted_by") == one.name
    carry(*three)
    for clerk in three:
        assert open_of(clerk, "transfer", sent) == [("accepted_by", "blocking")]
        assert field(clerk, "transfer", sent, "state") == "accepted"
        page = clerk("transfer", "show", sent).out
        assert f"{one.name} {one.name}" in page
        assert f"{other.name} {other.name}" in page
    ok(settle(sender, "transfer", sent, "--take", other.name))
    carry(*three)
    for clerk in three:
        assert field(clerk, "transfer", sent, "accepted_by") == other.name


# --- the chair ------------------------------------------------------------------------------------


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


# --- taken twice ----------------------------------------------------------------------------------

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
    ok(here("meeting", "set", mine, f"ends_at={soon} 09:00", f"starts_at={soon} 08:00"))
    carry(*pair)
    for clerk in pair:
        assert clerk.ask("today")["clashes"] == []
        assert shown(clerk, "meeting", mine)["clashes"] == []


def test_what_is_over_is_not_told_in_the_morning(pair: list[Clerk]) -> None:
    here, _ = pair
    room = "place=联合调处中心"
    one = here.id(*MEETING, room, "starts_at=2024-08-18 09:00", "ends_at=2024-08-18 11:00")
    here.id(*MEETING, room, "starts_at=2024-08-18 10:00")
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


# --- rounds ---------------------------------------------------------------------------------------

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


# --- void -----------------------------------------------------------------------------------------


@pytest.fixture
def voided(three: list[Clerk]) -> tuple[list[Clerk], str]:
    """Made void by its home while the neighbour wrote in it; the third wrote nothing."""
    here, there, _ = three
    case = here.id(*CASE)
    carry(*three)
    ok(here("case", "move", case, "voided", "--reason", "登记错了"))
    ok(there("case", "set", case, "place=石桥"))
    assert open_of(here, "case", case) == []
    assert field(here, "case", case, "state") == "voided"
    carry(*three)
    return three, case


def test_void_here_and_written_on_there_lives_until_its_home_says_again_that_it_is_void(
    voided: tuple[list[Clerk], str],
) -> None:
    clerks, case = voided
    here, there, _ = clerks
    for clerk in clerks:
        assert open_of(clerk, "case", case) == [("state_confirmed", "important")]
        assert field(clerk, "case", case, "state") == "registered"
        assert field(clerk, "case", case, "place") == "石桥"
        assert [r["id"] for r in clerk.ask("case", "list", "state=registered")] == [case]
    [about] = shown(here, "case", case)["conflicts"]
    card = fits(here, "conflicts", "show", about["id"])
    assert "登记错了" in card["zh"]
    assert f"{there.name}填：还在填写" in card["zh"]
    assert "went on writing" in card["en"]
    assert "作废待定" in fits(there, "case", "show", case)["zh"]

    world = there.world()
    refused = settle(there, "case", case, "--value", "voided")
    assert (refused.code, here.name in refused.err) == (3, True)
    assert settle(here, "case", case, "--keep-both").code == 2
    assert settle(here, "case", case, "--value", "closed").code == 2
    assert there.world() == world
    ok(settle(here, "case", case, "--value", "voided"))
    carry(*clerks)
    for clerk in clerks:
        assert open_of(clerk, "case", case) == []
        assert field(clerk, "case", case, "state") == "voided"
        assert clerk.ask("verify")["ok"]


def test_who_knows_that_it_is_void_writes_in_what_is_void(pair: list[Clerk]) -> None:
    here, there = pair
    case = here.id(*CASE)
    moved(here, "case", case, "voided")
    carry(*pair)
    ok(there("case", "note", case, "知道作废以后写的"))
    carry(*pair)
    for clerk in pair:
        assert open_of(clerk, "case", case) == []
        assert field(clerk, "case", case, "state") == "voided"


def test_one_who_had_heard_of_nothing_is_heard_later(three: list[Clerk]) -> None:
    here, there, third = three
    case = here.id(*CASE)
    carry(*three)
    moved(here, "case", case, "voided")
    ok(there("case", "set", case, "place=石桥"))
    ok(third("case", "note", case, "到现场看过"))
    carry(here, there)
    ok(settle(here, "case", case, "--value", "voided"))
    carry(*three)
    for clerk in three:
        assert open_of(clerk, "case", case) == [("state_confirmed", "important")]
        [about] = shown(clerk, "case", case)["conflicts"]
        assert {c["township"] for c in about["candidates"]} == {here.name, third.name}
    ok(settle(here, "case", case, "--value", "voided"))
    carry(*three)
    for clerk in three:
        assert open_of(clerk, "case", case) == []
        assert field(clerk, "case", case, "state") == "voided"


def test_what_is_not_void_after_all_goes_on(voided: tuple[list[Clerk], str]) -> None:
    clerks, case = voided
    here, there, _ = clerks
    ok(settle(here, "case", case, "--take", there.name))
    carry(*clerks)
    moved(there, "case", case, "accepted")
    carry(*clerks)
    for clerk in clerks:
        assert open_of(clerk, "case", case) == []
        assert field(clerk, "case", case, "state") == "accepted"


# --- motions --------------------------------------------------------------------------------------


@pytest.fixture
def voting(three: list[Clerk]) -> tuple[list[Clerk], str]:
    here = three[0]
    motion = here.id("motion", "new", "called=共修界河桥")
    moved(here, "motion", motion, "voting")
    carry(*three)
    return three, motion


def position(clerk: Clerk, motion: str, said: str) -> None:
    ok(clerk("motion", "set", motion, f"positions={said}"))


def decided(clerk: Clerk, motion: str) -> dict[str, Any]:
    found: dict[str, Any] = shown(clerk, "motion", motion)["decided"]
    return found


def test_a_position_that_came_late_is_shown_and_changes_no_result(
    voting: tuple[list[Clerk], str],
) -> None:
    clerks, motion = voting
    here, there, third = clerks
    position(here, motion, "agree")
    position(there, motion, "agree")
    assert "decided" not in shown(here, "motion", motion)
    carry(here, there)
    moved(here, "motion", motion, "adopted")
    position(third, motion, "disagree")  # in time by the clock, and nobody had heard it
    carry(*clerks)
    for clerk in clerks:
        told = decided(clerk, motion)
        assert (told["result"], told["borne_out"]) == ("adopted", True)
        assert told["known"] == {here.name: "agree", there.name: "agree"}
        assert [(o["township"], o["position"]) for o in told["late"]] == [(third.name, "disagree")]
        assert open_of(clerk, "motion", motion) == []
        page = fits(clerk, "motion", "show", motion)
        assert f"迟到，未计入结果：{third.name} 不同意" in page["zh"]
        assert f"late, not counted in the result: {third.name} disagrees" in page["en"]
        assert any(
            line.strip()
            in (f"各乡镇意见  同意：{a.name}、{b.name}" for a, b in ((here, there), (there, here)))
            for line in page["zh"].splitlines()
        ), page["zh"]


def test_late_positions_that_do_not_bear_the_result_out_are_for_the_chair_to_decide(
    voting: tuple[list[Clerk], str],
) -> None:
    clerks, motion = voting
    here, there, third = clerks
    position(here, motion, "agree")
    moved(here, "motion", motion, "adopted")
    position(there, motion, "disagree")
    position(third, motion, "disagree")
    carry(*clerks)
    for clerk in clerks:
        assert open_of(clerk, "motion", motion) == [("positions", "important")]
        assert field(clerk, "motion", motion, "state") == "adopted", "the result stands"
        assert not decided(clerk, motion)["borne_out"]
        assert "和公布的结果对不上" in fits(clerk, "motion", "show", motion)["zh"]
        [about] = shown(clerk, "motion", motion)["conflicts"]
        assert "请轮值乡镇处理" in fits(clerk, "conflicts", "show", about["id"])["zh"]
    world = there.world()
    for answer in (("--take", there.name), ("--value", "agree"), ("--keep-both",)):
        refused = settle(there, "motion", motion, *answer)
        assert (refused.code, "motion move" in refused.err) == (4, True)
    assert there.world() == world

    moved(here, "motion", motion, "voting", "rejected")
    carry(*clerks)
    for clerk in clerks:
        told = decided(clerk, motion)
        assert (told["result"], told["late"], told["borne_out"]) == ("rejected", [], True)
        assert len(told["known"]) == 3
        assert open_of(clerk, "motion", motion) == []


def test_a_result_that_is_announced_again_in_knowledge_of_all_stands(
    voting: tuple[list[Clerk], str],
) -> None:
    clerks, motion = voting
    here, there, _ = clerks
    position(here, motion, "agree")
    moved(here, "motion", motion, "adopted")
    position(there, motion, "disagree")
    carry(*clerks)
    assert open_of(here, "motion", motion) != []
    moved(here, "motion", motion, "voting", "adopted")
    carry(*clerks)
    for clerk in clerks:
        assert open_of(clerk, "motion", motion) == []
        assert decided(clerk, motion)["known"] == {here.name: "agree", there.name: "disagree"}


def test_where_nobody_may_oppose_one_late_word_is_enough(
    voting: tuple[list[Clerk], str],
) -> None:
    clerks, motion = voting
    here, there, third = clerks
    ok(here("motion", "set", motion, "needs=unopposed", "positions=agree"))
    position(there, motion, "agree")
    carry(here, there)
    moved(here, "motion", motion, "adopted")
    position(third, motion, "disagree")
    carry(*clerks)
    for clerk in clerks:
        assert open_of(clerk, "motion", motion) == [("positions", "important")]


def test_a_position_changed_afterwards_is_late_and_the_earlier_one_was_counted(
    voting: tuple[list[Clerk], str],
) -> None:
    clerks, motion = voting
    here, there, third = clerks
    for clerk in clerks:
        position(clerk, motion, "agree")
    carry(*clerks)
    moved(here, "motion", motion, "adopted")
    position(there, motion, "abstain")
    ok(third("motion", "set", motion, "positions="))
    carry(*clerks)
    for clerk in clerks:
        told = decided(clerk, motion)
        assert set(told["known"].values()) == {"agree"}
        late = {(o["township"], o["position"]) for o in told["late"]}
        assert late == {(there.name, "abstain"), (third.name, None)}
        assert open_of(clerk, "motion", motion) == []
        assert f"{third.name} 收回意见" in clerk("motion", "show", motion).out


# --- texts, settlements, parties, clocks ----------------------------------------------------------


def test_two_wordings_of_an_accord_are_not_in_force_though_each_signed_its_own(
    pair: list[Clerk],
) -> None:
    here, there = pair
    accord = here.id("accord", "new", "kind_of=mechanism", "called=联防机制", "text=待定。")
    carry(*pair)
    for clerk, text in ((here, "每季度会商一次。"), (there, "每半年会商一次。")):
        ok(clerk("accord", "set", accord, f"text={text}"))
        moved(clerk, "accord", accord, "circulated")
        ok(clerk("accord", "confirm", accord))
    carry(*pair)
    for clerk in pair:
        assert open_of(clerk, "accord", accord) == [("signed", "blocking"), ("text", "blocking")]
        told = shown(clerk, "accord", accord)["agreed"]
        assert told["hash"] is None
        assert set(told["townships"].values()) == {"earlier"}, "neither is in force"
        assert clerk("accord", "confirm", accord).code == 4
    about = next(c for c in shown(here, "accord", accord)["conflicts"] if c["field"] == "text")
    ok(here("conflicts", "settle", about["id"], "--take", there.name, *WHY))
    ok(here("accord", "confirm", accord))
    carry(*pair)
    for clerk in pair:
        assert open_of(clerk, "accord", accord) == []
        agreed = shown(clerk, "accord", accord)["agreed"]
        assert set(agreed["townships"].values()) == {"confirmed"}


def test_two_settlements_of_one_difference_open_it_again_and_both_are_listed(
    three: list[Clerk],
) -> None:
    here, there, third = three
    case = here.id(*CASE, "amount_agreed=7000")
    carry(*three)
    ok(here("case", "set", case, "amount_agreed=8000"))
    ok(there("case", "set", case, "amount_agreed=9500"))
    carry(*three)
    [first] = shown(third, "case", case)["conflicts"]
    ok(settle(here, "case", case, "--take", there.name))
    ok(settle(there, "case", case, "--value", "8800"))
    carry(*three)
    for clerk in three:
        assert open_of(clerk, "case", case) == [("amount_agreed", "blocking")]
        [again] = shown(clerk, "case", case)["conflicts"]
        assert again["id"] != first["id"]
        said = {(c["township"], c["value"], c["reason"]) for c in again["candidates"]}
        assert said == {(here.name, 950_000, WHY[1]), (there.name, 880_000, WHY[1])}
        assert field(clerk, "case", case, "amount_agreed") is None
    ok(settle(third, "case", case, "--take", here.name))
    carry(*three)
    for clerk in three:
        assert field(clerk, "case", case, "amount_agreed") == 950_000


def test_two_numbers_of_a_party_are_both_kept(pair: list[Clerk]) -> None:
    here, there = pair
    case = here.id(*CASE)
    said = ("alias=甲方1", "role=applicant", "name=仲示", "phone=13800990011", "address=旧址")
    party = here.id("party", "new", "--case", case, "--share", there.name, *said)
    carry(*pair)
    for clerk in pair:
        ok(clerk("party", "show", party, *FOR))
    ok(here("party", "set", party, "phone=13800990012", "address=示范一村"))
    ok(there("party", "set", party, "phone=13800990013", "address=例家湾村"))
    carry(*pair)
    for clerk in pair:
        assert open_of(clerk, "party", party) == [("address", "minor"), ("phone", "minor")]
        page = clerk("party", "show", party).out
        assert "13800990012" in page
        assert "13800990013" in page
    about = next(c for c in shown(here, "party", party)["conflicts"] if c["field"] == "phone")
    ok(here("conflicts", "settle", about["id"], "--keep-both", "--reason", "两个都用"))
    carry(*pair)
    for clerk in pair:
        assert open_of(clerk, "party", party) == [("address", "minor")]
        assert "都保留：" in clerk("party", "show", party).out


def test_a_clock_that_is_nine_hours_ahead_changes_no_order_and_is_remarked(
    pair: list[Clerk], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = pair
    true_ns = time.time_ns
    with monkeypatch.context() as ahead:
        ahead.setattr("node.home.time.time_ns", lambda: true_ns() + 9 * 3600 * 10**9)
        case = here.id(*CASE, "amount_agreed=8000")
    carry(*pair)
    ok(there("case", "set", case, "amount_agreed=9500"))
    carry(*pair)
    for clerk in pair:
        assert open_of(clerk, "case", case) == []
        assert field(clerk, "case", case, "amount_agreed") == 950_000, "what follows counts"
        lines = clerk.ask("case", "history", case)
        assert [line["township"] for line in lines] == [here.name, there.name]
        assert lines[1]["claimed"] < lines[0]["claimed"]
        assert [line["before_its_cause"] for line in lines] == [False, True]
        page = fits(clerk, "case", "history", case)
        assert page["zh"].count("时钟不准") == 1
        assert page["en"].count("a clock that is wrong") == 1
