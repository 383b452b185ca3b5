"""How long neighbours took to answer a warning: by the clocks that signed, whenever the line came back."""

from __future__ import annotations

import statistics

import pytest
from rich.cells import cell_len

from tests.node.cli.test_quarter import remarks, table
from tests.support.clerk import Clerk, carry
from tests.support.wall import Wall

WARNING = ("warning", "new", "kind_of=natural_hazard", "place=石桥")


def test_times_from_notice_to_answer_come_from_both_signed_entries_also_after_a_cut(
    pair: list[Clerk], wall: Wall
) -> None:
    here, there = pair
    wall.set("2024-08-18 21:00")
    both = f"addressees={here.name}、{there.name}"
    red = here.id(*WARNING, "level=red", both, "seen_at=2024-08-18 20:40")
    carry(here, there)
    wall.set("2024-08-18 21:05")
    here("warning", "set", red, "receipts=acting")
    there("warning", "set", red, "receipts=seen")  # to have seen it is no answer
    wall.set("2024-08-18 21:45")
    there("warning", "set", red, "receipts=acknowledged")
    wall.set("2024-08-18 22:30")
    there("warning", "set", red, "receipts=acting")  # nor does a later word change when it was
    wall.set("2024-08-25 08:00")  # the line was down for a week
    carry(here, there)

    for clerk in pair:
        told = clerk.ask("warning", "answers")
        (one,) = told["records"]
        assert {a["township"]: (a["minutes"], a["within"], a["late"]) for a in one["answers"]} == {
            here.name: (5, 30, False),
            there.name: (45, 30, True),
        }
        assert (one["id"], one["grade"]) == (red, "red")
        line = next(x for x in told["summary"]["lines"] if x["code"] == "red")
        assert line["cells"] == [1, 2, 2, 1, statistics.median_low([5, 45])]
        assert table(clerk.ask("quarter", "2024Q3"), "warnings")["red"] == line["cells"]
        assert table(clerk.ask("quarter", "2024Q2"), "warnings")["red"][0] == 0
    page = there("warning", "answers").out
    assert "45 分 (超时)" in page


def test_who_has_only_seen_it_still_has_to_answer(pair: list[Clerk], wall: Wall) -> None:
    here, there = pair
    wall.set("2024-08-18 21:00")
    warning = here.id(*WARNING, "level=yellow", f"addressees={there.name}")
    carry(here, there)
    there("warning", "set", warning, "receipts=seen")
    carry(here, there)
    for clerk in pair:
        assert [u["township"] for u in clerk.ask("today")["unanswered"]] == [there.name]
        assert clerk.ask("warning", "answers")["records"][0]["answers"][0]["minutes"] is None
        assert table(clerk.ask("quarter", "2024Q3"), "warnings")["yellow"] == [1, 1, 0, 0, None]


def test_a_township_that_is_asked_later_is_timed_from_then(pair: list[Clerk], wall: Wall) -> None:
    here, there = pair
    wall.set("2024-08-18 21:00")
    warning = here.id(*WARNING, "level=orange", f"addressees={here.name}")
    wall.set("2024-08-19 09:00")
    here("warning", "set", warning, f"addressees={here.name}、{there.name}")
    carry(here, there)
    wall.set("2024-08-19 10:30")
    there("warning", "set", warning, "receipts=acknowledged")
    carry(here, there)
    answers = here.ask("warning", "answers")["records"][0]["answers"]
    assert {a["township"]: a["minutes"] for a in answers} == {here.name: None, there.name: 90}
    assert "1 小时 30 分" in here("warning", "answers").out


def test_a_clock_that_is_wrong_counts_for_no_time_and_is_told(
    pair: list[Clerk], wall: Wall
) -> None:
    here, there = pair
    wall.set("2024-08-18 21:00")
    warning = here.id(*WARNING, "level=red", f"addressees={there.name}")
    carry(here, there)
    wall.set("2024-08-18 12:00")  # nine hours behind
    there("warning", "set", warning, "receipts=acknowledged")
    carry(here, there)
    answer = here.ask("warning", "answers")["records"][0]["answers"][0]
    assert (answer["minutes"], answer["late"], answer["odd"]) == (None, False, True)
    sheet = here.ask("quarter", "2024Q3")
    assert table(sheet, "warnings")["red"] == [1, 1, 1, 0, None]
    assert remarks(sheet, "warnings") == {"odd_clocks": [warning]}
    assert "时钟不准" in here("warning", "answers").out


@pytest.mark.parametrize("lang", ("zh", "en"))
def test_the_list_fits_eighty_cells(pair: list[Clerk], wall: Wall, lang: str) -> None:
    here, there = pair
    place = "place=" + "很长的地名" * 11
    here.id("warning", "new", "kind_of=fire", place, "level=red", f"addressees={there.name}")
    done = here("warning", "answers", lang=lang)
    assert done.code == 0
    assert max(map(cell_len, done.out.splitlines())) <= 80
