"""What neighbours do together: a story for each mechanism, told at the command lines of townships."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.node.cli.test_today import day
from tests.support.clerk import Clerk, carry

WHY = ("--reason", "已核实")


def test_minutes_that_two_wrote_offline_merge_and_both_confirm_the_same_words(
    pair: list[Clerk],
) -> None:
    here, there = pair
    meeting = here.id(
        "meeting",
        "new",
        "kind_of=forum",
        "starts_at=2024-08-18 09:00",
        "minutes=一、通报情况。\n二、下步措施。\n",
    )
    carry(here, there)
    here("meeting", "set", meeting, "minutes=一、通报情况：界桩三处。\n二、下步措施。\n")
    there("meeting", "set", meeting, "minutes=一、通报情况。\n二、下步措施。\n三、经费。\n")
    carry(here, there)
    merged = "一、通报情况：界桩三处。\n二、下步措施。\n三、经费。\n"
    for clerk in pair:
        shown = clerk.ask("meeting", "show", meeting)
        assert shown["fields"]["minutes"] == merged
        assert shown["conflicts"] == []

    assert here("meeting", "confirm", meeting).code != 0  # not final yet
    for state in ("held", "minutes_final"):
        assert here("meeting", "move", meeting, state, *WHY).code == 0
    carry(here, there)
    assert here("meeting", "confirm", meeting).code == 0
    assert there("meeting", "confirm", meeting).code == 0
    carry(here, there)

    stands = here.ask("meeting", "show", meeting)["agreed"]["townships"]
    assert stands == {here.name: "confirmed", there.name: "confirmed"}
    locked = there("meeting", "set", meeting, "minutes=改过的纪要")
    assert locked.code != 0
    assert here.ask("meeting", "show", meeting)["fields"]["minutes"] == merged


def test_a_text_is_in_force_only_when_all_signed_the_same_words(pair: list[Clerk]) -> None:
    here, there = pair
    accord = here.id(
        "accord", "new", "kind_of=mechanism", "called=联防联调联控机制", "text=每季度会商一次。"
    )
    here("accord", "move", accord, "circulated", *WHY)
    carry(here, there)
    here("accord", "confirm", accord)
    carry(here, there)
    stands = there.ask("accord", "show", accord)["agreed"]["townships"]
    assert stands == {here.name: "confirmed", there.name: "none"}
    there("accord", "confirm", accord)
    carry(here, there)
    assert set(here.ask("accord", "show", accord)["agreed"]["townships"].values()) == {"confirmed"}

    here("accord", "move", accord, "drafting", *WHY)
    here("accord", "set", accord, "text=每半年会商一次。")
    carry(here, there)
    assert set(there.ask("accord", "show", accord)["agreed"]["townships"].values()) == {"earlier"}


def test_an_accord_that_runs_out_is_told_sixty_days_before(pair: list[Clerk]) -> None:
    here, _ = pair
    soon = here.id(
        "accord", "new", "kind_of=village_friendship", "called=两村公约", f"expires_on={day(50)}"
    )
    here.id("accord", "new", "kind_of=village_friendship", "called=另一份", f"expires_on={day(70)}")
    assert [d["id"] for d in here.ask("today")["due"]] == [soon]


def test_an_own_contact_that_nobody_checked_for_ninety_days_is_told_to_its_own_township(
    pair: list[Clerk],
) -> None:
    here, there = pair
    said = ("office=司法所", "post=所长", "name=龙示春", "phone=0739-0000-118")
    stale = here.id("contact", "new", *said, f"last_checked_on={day(-91)}")
    here.id("contact", "new", *said, f"last_checked_on={day(-5)}")
    carry(here, there)
    assert [(d["id"], d["day"]) for d in here.ask("today")["due"]] == [(stale, day(-1))]
    assert there.ask("today")["due"] == []


def test_a_hand_over_is_not_signed_while_items_are_open_without_a_reason(pair: list[Clerk]) -> None:
    here, _ = pair
    term = here.id("handover", "new", "quarter=2024Q3")
    here("item", "add", term, "checklist", "text=印章移交")
    here("item", "add", term, "checklist", "text=经费结清", "reason=等审计")
    refused = here("handover", "move", term, "signed", *WHY)
    assert (refused.code, "1" in refused.err) == (2, True)
    assert here.ask("handover", "show", term)["fields"]["state"] == "preparing"

    items = here.ask("handover", "show", term)["fields"]["checklist"]
    name = next(i["item"] for i in items if i["text"] == "印章移交")
    assert here("item", "edit", term, "checklist", name, "done=是").code == 0
    assert here("handover", "move", term, "signed", *WHY).code == 0


def test_a_round_that_both_confirm_counts_once_and_each_states_its_own_people(
    pair: list[Clerk],
) -> None:
    here, there = pair
    round_ = here.id(
        "patrol", "new", "kind_of=screening", "area=界河", "on=2024-08-18", "person_times=12"
    )
    carry(here, there)
    there("patrol", "set", round_, "person_times=9")
    carry(here, there)
    here.id("patrol", "new", "kind_of=river", "area=界河", "on=2024-10-02", "person_times=4")

    found = here.ask(
        "count", "patrol", "--by", "kind_of", "--from", "2024-07-01", "--to", "2024-09-30"
    )
    assert found == [
        {
            "value": "screening",
            "label": "矛盾隐患摸排",
            "count": 1,
            "sums": {"person_times": {here.name: 12, there.name: 9}},
        }
    ]
    page = here("count", "patrol").out
    assert "25" in page
    assert here("count", "patrol", lang="en").code == 0


def test_cases_are_counted_new_and_legacy_and_one_that_was_entered_twice_counts_once(
    pair: list[Clerk],
) -> None:
    here, there = pair
    case = ("case", "new", "category=forest_land", "village=示范一村")
    first = here.id(*case, "vintage=legacy")
    here.id(*case, "vintage=new")
    again = there.id(*case, "vintage=legacy")
    carry(here, there)
    there("case", "set", again, f"duplicate_of={first[:8]}")
    carry(here, there)
    for clerk in pair:
        told = {f["value"]: f["count"] for f in clerk.ask("count", "case", "--by", "vintage")}
        assert told == {"legacy": 1, "new": 1}


def test_the_nearest_team_goes_first_whichever_township_it_belongs_to(pair: list[Clerk]) -> None:
    here, there = pair
    far = here.id("team", "new", "kind_of=rapid_response", "called=东队", "meets_at=东村")
    near = there.id("team", "new", "kind_of=volunteer", "called=西队", "meets_at=西村")
    lost = there.id("team", "new", "kind_of=volunteer", "called=某队")
    gone = there.id("team", "new", "kind_of=volunteer", "called=散队", "meets_at=石桥")
    there("team", "move", gone, "dissolved", *WHY)
    here.id("travel_time", "new", "origin=东村", "destination=石桥", "minutes=40")
    here.id("travel_time", "new", "origin=石桥", "destination=西村", "minutes=15")
    carry(here, there)
    for clerk in pair:
        order = [(t["id"], t["minutes"]) for t in clerk.ask("nearest", "石桥")]
        assert order == [(near, 15), (far, 40), (lost, None)]
        assert "15 分钟" in clerk("nearest", "石桥").out


def test_two_who_moved_at_once_are_both_shown(pair: list[Clerk]) -> None:
    here, there = pair
    incident = here.id("incident", "new", "kind_of=flood", "place=石桥")
    carry(here, there)
    here("item", "add", incident, "dispatches", "left_at=2024-08-18 21:05")
    there("item", "add", incident, "dispatches", "left_at=2024-08-18 21:10")
    carry(here, there)
    for clerk in pair:
        shown = clerk.ask("incident", "show", incident)
        assert {d["left_at"] for d in shown["fields"]["dispatches"]} == {
            "2024-08-18 21:05",
            "2024-08-18 21:10",
        }
        assert shown["conflicts"] == []


def test_a_warning_that_becomes_a_case_keeps_both(pair: list[Clerk]) -> None:
    here, there = pair
    warning = here.id("warning", "new", "kind_of=dispute_sign", "place=石桥", "level=blue")
    case = here.id("case", "new", "category=neighbour", "village=示范一村")
    here("warning", "set", warning, f"case={case[:8]}")
    here("warning", "move", warning, "became_case", *WHY)
    carry(here, there)
    shown = there.ask("warning", "show", warning)
    assert (shown["fields"]["case"], shown["fields"]["state"]) == (case, "became_case")
    assert len(there.ask("log", warning)) == 3


def test_a_difficult_item_carries_what_each_promised_and_its_solution_is_confirmed(
    pair: list[Clerk],
) -> None:
    here, there = pair
    item = here.id("difficult_item", "new", "called=界河取水", "topic=service")
    carry(here, there)
    here("item", "add", item, "commitments", f"township={here.name}", "text=修闸门")
    there("item", "add", item, "commitments", f"township={there.name}", "text=出水泥")
    carry(here, there)
    for state in ("taken_up", "in_progress", "solved"):
        assert there("difficult_item", "move", item, state, *WHY).code == 0
    carry(here, there)
    assert here("difficult_item", "confirm", item).code == 0
    shown = here.ask("difficult_item", "show", item)["fields"]
    assert [c["text"] for c in shown["commitments"]] == ["修闸门", "出水泥"]
    assert shown["state_confirmed"] == {here.name: "solved"}


def test_a_transfer_recalled_while_it_is_accepted_is_shown_as_both_and_accepted_counts(
    pair: list[Clerk],
) -> None:
    here, there = pair
    sent = here.id("transfer", "new", "kind_of=hand_over", "receiver=司法所")
    here("transfer", "move", sent, "sent", *WHY)
    carry(here, there)
    here("transfer", "move", sent, "recalled", *WHY)
    there("transfer", "move", sent, "accepted", *WHY)
    carry(here, there)
    for clerk in pair:
        shown = clerk.ask("transfer", "show", sent)
        assert shown["fields"]["state"] == "accepted"
        assert [(c["field"], c["severity"]) for c in shown["conflicts"]] == [("state", "blocking")]


def test_the_days_for_a_court_to_confirm_are_counted(pair: list[Clerk]) -> None:
    here, _ = pair
    asked = here.id("judicial", "new", f"effective_on={day(-25)}")
    shown = here.ask("judicial", "show", asked)
    assert shown["fields"]["due_on"] == day(5)
    assert [d["id"] for d in here.ask("today")["due"]] == [asked]


def test_each_township_takes_its_own_position_and_none_speaks_for_another(
    pair: list[Clerk],
) -> None:
    here, there = pair
    motion = here.id("motion", "new", "called=共修界河桥")
    here("motion", "move", motion, "voting", *WHY)
    carry(here, there)
    here("motion", "set", motion, "positions=agree")
    there("motion", "set", motion, "positions=abstain")
    carry(here, there)
    positions = here.ask("motion", "show", motion)["fields"]["positions"]
    assert positions == {here.name: "agree", there.name: "abstain"}


def test_the_same_figure_given_twice_is_told(pair: list[Clerk]) -> None:
    here, _ = pair
    figure = ("indicator", "new", "key=木材企业", "period=2024Q1", "value=22", "scope=township")
    here.id(*figure)
    here.id(*figure)
    assert len(here.ask("duplicates", "indicator")) == 1


@pytest.mark.parametrize(
    "asked", ("--from 明天", "--by 没有的项目", "--on called --from 2024-01-01")
)
def test_a_count_that_cannot_be_is_one_sentence(pair: list[Clerk], asked: str) -> None:
    done = pair[0]("count", "campaign", *asked.split())
    assert (done.code, len(done.err.splitlines())) == (2, 1) or done.out.strip()
    assert "Traceback" not in done.err


SPAN = st.integers(0, 400).map(
    lambda n: (datetime.date(2024, 1, 1) + datetime.timedelta(n)).isoformat()
)


@given(
    st.lists(st.tuples(SPAN, st.sampled_from(("a", "b", "")), st.integers(0, 99)), max_size=9),
    SPAN,
    SPAN,
)
def test_figures_are_what_a_plain_sum_says(
    rows: list[tuple[str, str, int]], first: str, last: str
) -> None:
    from crdt.entry import RecordId
    from crdt.kinds import kind_named
    from node.figures import counted
    from node.matters import Matter

    kind = kind_named("market_info")
    by, when = kind.by_name["product"], kind.by_name["on"]
    matters = [
        Matter(
            (RecordId(bytes(16)),),
            dict.fromkeys(kind.by_name) | {"product": product, "on": on, "price_from": price},
        )
        for on, product, price in rows
    ]
    found = counted(matters, kind, by, when, (first, last))
    within = [(product, price) for on, product, price in rows if first <= on <= last]
    assert {v: f.count for v, f in found.items()} == {
        product: sum(1 for p, _ in within if p == product) for product, _ in within
    }
    for product, figure in found.items():
        assert figure.sums["price_from"] == {"": sum(n for p, n in within if p == product)}


def test_the_closing_report_names_every_other_way(pair: list[Clerk], tmp_path: Path) -> None:
    here, _ = pair
    case = here.id("case", "new", "category=neighbour", "village=示范一村")
    file = tmp_path / "closing.html"
    assert here("print", "closing", case, "-o", str(file)).code == 0
    printed = file.read_text(encoding="utf-8")
    assert all(way in printed for way in ("法院", "仲裁", "行政", "法律援助"))
