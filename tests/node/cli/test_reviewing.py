"""The weekly review: one command, anew until it is final, the same at every node; then only an addendum."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from rich.cells import cell_len

from tests.support.clerk import Clerk, carry
from tests.support.desks import ok
from tests.support.wall import Wall

CASE = ("case", "new", "village=示范一村")
WHY = ("--reason", "已研判")
WEEK = "2024-W33"  # 12 to 18 August


def figures(told: Any) -> dict[tuple[str, ...], int]:
    """By measure, and of which category or level."""
    return {
        (f["measure"], *(f[n] for n in ("category", "level") if f.get(n))): f["value"] for f in told
    }


def week_of_work(here: Clerk, there: Clerk, wall: Wall) -> dict[str, str]:
    """Cases before, in and after the week, on both sides."""
    wall.set("2024-08-11 23:50")
    made = {
        "old": here.id(
            *CASE, "category=neighbour", "level=grid", "due_on=2024-08-15", "urgency=blue", *WHY
        )
    }
    made["graded"] = there.id(
        *CASE, "category=traffic", "urgency=yellow", "difficulty=simple", *WHY
    )
    carry(here, there)
    wall.set("2024-08-12 00:10")
    made["new"] = here.id(*CASE, "category=neighbour", "level=village", "urgency=red", *WHY)
    wall.set("2024-08-14 10:00")
    ok(there("case", "set", made["graded"], "urgency=orange", *WHY))
    ok(here("case", "set", made["new"], "difficulty=simple", *WHY))  # a first grade is no change
    made["both"] = there.id(*CASE, "category=neighbour", "due_on=2024-08-30")
    made["again"] = here.id(*CASE, "category=neighbour")
    carry(here, there)
    ok(here("case", "set", made["again"], f"duplicate_of={made['both'][:8]}"))
    known = there.id(*CASE, "category=neighbour")  # entered again, and so nothing new
    ok(there("case", "set", known, f"duplicate_of={made['old'][:8]}"))
    made["warning"] = here.id(
        "warning", "new", "kind_of=fire", "place=石桥", "level=red", f"addressees={there.name}"
    )
    wall.set("2024-08-18 23:00")
    made["ended"] = there.id(*CASE, "category=contract", "level=grid")
    ok(there("case", "move", made["ended"], "not_accepted", "--reason", "不属调解范围"))
    wall.set("2024-08-19 00:30")
    there.id(*CASE, "category=pollution", "state=draft")  # not begun: counted nowhere
    made["after"] = there.id(*CASE, "category=pollution")
    ok(there("case", "set", made["old"], "urgency=red", *WHY))
    carry(here, there)
    wall.set("2024-08-19 08:30")
    return made


def test_the_figures_of_a_week_are_written_in_one_command_and_the_same_at_both(
    pair: list[Clerk], wall: Wall
) -> None:
    here, there = pair
    made = week_of_work(here, there, wall)
    assert here.ask("weekly_review", "list") == []
    looked = here.ask("review", WEEK, "--look")
    assert (looked["id"], here.ask("weekly_review", "list")) == (None, [])

    told = here.ask("review", WEEK)
    assert (told["week"], told["as_of"]) == (WEEK, "2024-08-19 08:30")
    assert {name: set(some) for name, some in told["matters"].items()} == {
        "new": {made["new"], made["both"], made["ended"]},
        "open": {made[n] for n in ("old", "graded", "new", "both", "after")},
        "overdue": {made["old"], made["new"]},  # nobody decided within three days to accept it
        "regraded": {made["graded"]},
        "unanswered": {made["warning"]},
    }
    rows = {line["id"]: line["row"] for line in here.ask("case", "list")}
    for measure, some in told["matters"].items():
        of = [rows[one] for one in some] if measure != "unanswered" else []
        expected = Counter[tuple[str, ...]]({(measure,): len(some)})
        expected.update((measure, r["category"]) for r in of)
        expected.update((measure, r["level"]) for r in of if r["level"])
        counted = {k: v for k, v in figures(told["figures"]).items() if k[0] == measure}
        assert counted == dict(expected)

    carry(here, there)
    assert there.ask("review", WEEK, "--look")["figures"] == told["figures"]
    stands = there.ask("weekly_review", "show", told["id"])["fields"]
    assert figures(stands["figures"]) == figures(told["figures"])
    assert stands["as_of"] == "2024-08-19 08:30"


def test_the_lines_of_a_part_add_up_to_all_and_say_what_is_not_stated(
    pair: list[Clerk], wall: Wall
) -> None:
    here, there = pair
    week_of_work(here, there, wall)
    here.id("case", "new", "category=other", "village=无级村")
    told = here.ask("review", WEEK, "--look")["matters"]
    rows = {line["id"]: line["row"] for line in here.ask("case", "list")}
    measures = ("new", "open", "overdue", "regraded")
    without = [sum(not rows[case]["level"] for case in told[m]) for m in measures]
    assert without[1] > 1
    lines = [line.split() for line in here("review", WEEK, "--look").out.splitlines()]
    said = {words[0]: words[1:] for words in lines if words}
    assert said["层级未填"] == [str(n) for n in without if n]
    assert "纠纷类别未填" not in said, "each has one"
    assert "level: not" in here("review", WEEK, "--look", lang="en").out


def test_it_is_generated_anew_until_it_is_final_and_then_only_added_to(
    pair: list[Clerk], wall: Wall
) -> None:
    here, there = pair
    made = week_of_work(here, there, wall)
    review = here.id("review", WEEK)
    carry(here, there)
    there("item", "add", review, "matters", f"case={made['old'][:8]}", "text=加快办理")
    there("weekly_review", "set", review, "decisions=派专人跟进")
    there("weekly_review", "move", review, "discussed", *WHY)
    there("case", "move", made["new"], "not_accepted", "--reason", "不属调解范围")
    there("warning", "set", made["warning"], "receipts=acknowledged")
    carry(here, there)
    wall.set("2024-08-19 10:00")
    again = there.ask("review", WEEK)
    assert again["id"] == review
    carry(here, there)
    for clerk in pair:
        stands = clerk.ask("weekly_review", "show", review)
        assert figures(stands["fields"]["figures"]) == figures(again["figures"])
        assert stands["fields"]["as_of"] == "2024-08-19 10:00"
        assert [m["text"] for m in stands["fields"]["matters"]] == ["加快办理"]
        assert stands["conflicts"] == []
        assert len(clerk.ask("weekly_review", "list")) == 1
    assert figures(again["figures"])["open",] == 4
    assert figures(again["figures"])["unanswered",] == 0

    assert here("weekly_review", "confirm", review).code != 0  # nobody signs a draft
    here("weekly_review", "move", review, "signed", *WHY)
    carry(here, there)
    for clerk in pair:
        assert clerk("weekly_review", "confirm", review).code == 0
    carry(here, there)
    before = here.world()
    for refused in (
        here("review", WEEK),
        here("weekly_review", "set", review, "decisions=另一个决定"),
        here("weekly_review", "move", review, "discussed", *WHY),
        here("item", "add", review, "figures", "measure=new", "value=1"),
    ):
        assert (refused.code != 0, len(refused.err.splitlines())) == (True, 1)
    assert "补充" in here("review", WEEK).err
    assert here.world() == before

    assert there("item", "add", review, "addenda", "text=新增一件漏报").code == 0
    carry(here, there)
    stands = here.ask("weekly_review", "show", review)
    assert stands["fields"]["addenda"][0]["text"] == "新增一件漏报"
    assert set(stands["agreed"]["townships"].values()) == {"confirmed"}


def test_two_who_generate_it_at_once_are_told_and_the_next_run_makes_it_one(
    pair: list[Clerk], wall: Wall
) -> None:
    here, there = pair
    week_of_work(here, there, wall)
    review = here.id("review", WEEK)
    carry(here, there)
    here.id(*CASE, "category=tourism")
    there.id(*CASE, "category=tourism")
    wall.set("2024-08-20 08:00")
    assert here.id("review", WEEK) == there.id("review", WEEK) == review
    carry(here, there)
    wall.set("2024-08-20 09:00")
    last = here.ask("review", WEEK)
    carry(here, there)
    for clerk in pair:
        stands = clerk.ask("weekly_review", "show", review)
        assert stands["conflicts"] == []
        listed = stands["fields"]["figures"]
        assert figures(listed) == figures(last["figures"])
        assert len(listed) == len(last["figures"])  # none stands twice

    other = "2024-W34"
    one, two = here.id("review", other), there.id("review", other)
    assert one != two
    carry(here, there)
    assert [{r["id"] for r in p["records"]} for p in here.ask("duplicates", "weekly_review")] == [
        {one, two}
    ]
    assert here.id("review", other) == there.id("review", other) == min(one, two)


def test_without_a_week_it_is_this_one(pair: list[Clerk], wall: Wall) -> None:
    wall.set("2024-12-31 12:00")
    assert pair[0].ask("review", "--look")["week"] == "2025-W01"
    assert pair[0].ask("review", "2024年第33周", "--look")["week"] == WEEK


@pytest.mark.parametrize("week", ("2024-W54", "下周", ""))
def test_what_is_no_week_is_told_in_one_sentence(pair: list[Clerk], week: str) -> None:
    done = pair[0]("review", week)
    assert (done.code, len(done.err.splitlines())) == (2, 1)
    assert pair[0].ask("weekly_review", "list") == []


@pytest.mark.parametrize("lang", ("zh", "en"))
def test_the_page_fits_eighty_cells(pair: list[Clerk], wall: Wall, lang: str) -> None:
    here, there = pair
    week_of_work(here, there, wall)
    for _ in range(9):
        here.id("case", "new", "category=expropriation", "village=" + "长" * 40)
    done = here("review", "2024-W34", lang=lang)
    assert done.code == 0
    assert max(map(cell_len, done.out.splitlines())) <= 80
