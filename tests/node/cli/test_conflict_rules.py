"""Two townships write while the line is down: what the rules about differing statements bring.

Each story ends at both desks: what stands meanwhile, how serious it is, and how people settle it.
"""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from tests.support.clerk import Clerk, carry
from tests.support.desks import CASE, FOR, WHY, field, fits, moved, ok, open_of, settle, shown

# --- cases ------------------------------------------------------------------------------------------


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
    ok(here("case", "set", case, "urgency=red", "difficulty=simple", "--reason", "牵涉几户"))
    ok(there("case", "set", case, "urgency=blue", "difficulty=difficult", "--reason", "证据不全"))
    carry(*pair)
    for clerk in pair:
        assert open_of(clerk, "case", case) == [("difficulty", "minor"), ("urgency", "minor")]
        assert field(clerk, "case", case, "urgency") == "red"
        assert field(clerk, "case", case, "difficulty") == "difficult"


# --- alarms and transfers ---------------------------------------------------------------------------


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


# --- texts, settlements, parties, clocks ------------------------------------------------------------


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
