"""The morning page, as a clerk reads it: what is due, unanswered, new, who is on duty, where nobody is."""

from __future__ import annotations

import datetime
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.daily import gaps
from tests.support.clerk import Clerk, carry

ZONE = datetime.timezone(datetime.timedelta(hours=8))


def moment(hours: float = 0) -> str:
    at = datetime.datetime.now(ZONE) + datetime.timedelta(hours=hours)
    return at.strftime("%Y-%m-%d %H:%M")


def day(days: int = 0) -> str:
    return moment(24 * days)[:10]


def test_what_is_due_stands_first_and_what_is_done_no_more(pair: list[Clerk]) -> None:
    here, _ = pair
    late = here.id("hazard", "new", "kind_of=flood", "place=石桥", f"due_on={day(-3)}")
    here.id("action_item", "new", "what=清沟", f"due_on={day(2)}")
    here.id("action_item", "new", "what=明年的事", f"due_on={day(90)}")
    done = here.id("action_item", "new", "what=已办的", f"due_on={day(-1)}")
    here("action_item", "move", done, "done", "--reason", "已核实")

    due = here.ask("today")["due"]

    assert [(d["id"], d["overdue"]) for d in due[:1]] == [(late, True)]
    assert [d["title"] for d in due] == ["山洪 · 石桥", "清沟"]
    page = here("today").out
    assert "逾期 1" in page
    assert "今日到期 0" in page
    assert f"! {day(-3)} 整改期限" in page
    assert "overdue 1" in here("today", lang="en").out


def test_a_warning_waits_for_each_who_was_asked_until_each_has_answered(pair: list[Clerk]) -> None:
    here, there = pair
    both = f"addressees={here.name}、{there.name}"
    said = ("kind_of=natural_hazard", "place=石桥", "level=red", both)
    warning = here.id("warning", "new", *said, f"seen_at={moment(-1)}")
    carry(here, there)

    waiting = there.ask("today")["unanswered"]
    assert {u["township"] for u in waiting} == {here.name, there.name}
    assert all(u["overdue"] for u in waiting)  # red: half an hour

    there("warning", "set", warning, "receipts=acknowledged")
    carry(there, here)
    assert [u["township"] for u in here.ask("today")["unanswered"]] == [here.name]
    here("warning", "move", warning, "false_alarm", "--reason", "已核实")
    assert here.ask("today")["unanswered"] == []


def test_a_warning_that_one_calls_false_and_another_handles_counts_as_handled(
    pair: list[Clerk],
) -> None:
    here, there = pair
    warning = here.id("warning", "new", "kind_of=fire", "place=石桥", "level=orange")
    carry(here, there)
    here("warning", "move", warning, "false_alarm", "--reason", "已核实")
    there("warning", "move", warning, "handling", "--reason", "已核实")
    carry(here, there)
    carry(there, here)

    for clerk in pair:
        shown = clerk.ask("warning", "show", warning)
        assert shown["fields"]["state"] == "handling"
        assert [c["field"] for c in shown["conflicts"]] == ["state"]


def test_who_is_on_duty_now_is_known_without_a_line_and_a_gap_is_told_before(
    pair: list[Clerk],
) -> None:
    here, there = pair
    shift = ("duty_shift", "new", "post=值班员", "phone=0739-0000-118")
    here.id(*shift, f"starts_at={moment(-1)}", f"ends_at={moment(5)}")
    here.id(*shift, f"starts_at={moment(7)}", f"ends_at={moment(24 * 9)}")
    carry(here, there)

    page = there.ask("today")

    assert [(d["township"], d["who"]) for d in page["duty"]] == [
        (here.name, ["值班员", "0739-0000-118"])
    ]
    assert [(g["township"], g["from"], g["to"]) for g in page["gaps"]] == [
        (here.name, moment(5), moment(7))
    ]
    assert "无人值班" in there("today").out

    extra = here.id(*shift, f"starts_at={moment(4)}", f"ends_at={moment(8)}")
    assert [g["from"] for g in here.ask("today")["gaps"]] == []
    assert here("duty_shift", "move", extra, "cancelled", "--reason", "换班").code == 0
    assert [g["from"] for g in here.ask("today")["gaps"]] == [moment(5)], (
        "who is off covers nothing"
    )
    assert here(*shift, f"starts_at={moment(6)}", f"ends_at={moment(-9)}").code == 2


def test_what_a_neighbour_wrote_today_is_news_and_ones_own_words_are_not(pair: list[Clerk]) -> None:
    here, there = pair
    theirs = there.id("patrol", "new", "kind_of=joint", "area=界桩一线", f"on={day()}")
    here.id("patrol", "new", "kind_of=river", "area=界河", f"on={day()}")
    carry(there, here)

    assert [n["id"] for n in here.ask("today")["news"]] == [theirs]
    assert "邻乡新增 1" in here("today").out


def test_what_cannot_wait_stands_first_and_nothing_stands_there_twice(pair: list[Clerk]) -> None:
    here, there = pair
    both = f"addressees={here.name}、{there.name}"
    warning = there.id(
        "warning", "new", "kind_of=fire", "place=北坡", "level=red", both, f"seen_at={moment(-1)}"
    )
    late = here.id(
        "hazard", "new", "kind_of=flood", "place=石桥", "found_level=village", f"due_on={day(-3)}"
    )
    due = here.id("action_item", "new", "what=清沟", f"due_on={day()}")
    ends = here.id("campaign", "new", "called=大排查", f"starts_on={day(-9)}", f"ends_on={day()}")
    shift = ("duty_shift", "new", "post=值班员", "phone=0739-0000-118")
    here.id(*shift, f"starts_at={moment(-1)}", f"ends_at={moment(5)}")
    carry(here, there)
    there("hazard", "set", late, "measures=先清沟")
    written = there.id("patrol", "new", "kind_of=joint", "area=界桩一线", f"on={day()}")
    there("action_item", "set", due, "note=已去")
    own = here.id("meeting", "new", "kind_of=forum", f"starts_at={moment(30)}")
    carry(here, there)
    there("meeting", "set", own, "place=界河桥头")
    carry(here, there)

    for lang in ("zh", "en"):
        page = here("today", lang=lang).out
        order = [page.index(i[:8]) for i in (warning, due, late, ends, written)]
        assert order == sorted(order), page
        assert page.index("0739-0000-118") < page.index(due[:8]), "whom to call, before what is due"
        times = {i: page.count(f"{i[:8]}  ") for i in (warning, late, due, ends, written)}
        assert times == {warning: 1, late: 1, due: 1, ends: 0, written: 1}, page
    page = here("today").out
    [line] = [x for x in page.splitlines() if warning[:8] in x and x.startswith("  !")]
    assert line.endswith((f"{here.name}、{there.name}", f"{there.name}、{here.name}"))
    assert "未签收 1" in page
    for record in (written, own):
        assert f"{there.name}  {record[:8]}" in page, "who wrote it, whoever entered the record"
    [command] = [x.partition("：")[2] for x in page.splitlines() if "本乡镇签收" in x]
    assert here(*command.split()[1:]).code == 0
    assert [u["township"] for u in here.ask("today")["unanswered"]] == [there.name]


def test_a_contact_is_to_be_checked_again_on_a_day_and_was_not_checked_on_it(
    pair: list[Clerk],
) -> None:
    here, _ = pair
    here.id(
        "contact", "new", "office=司法所", "post=所长", "name=龙示春", "phone=0739-0000-118",
        f"last_checked_on={day(-120)}",
    )  # fmt: skip
    page = here("today").out
    assert f"{day(-30)} 应再核对" in page
    assert "最近核对日期" not in page
    assert f"{day(-30)} to be checked again" in here("today", lang="en").out


@pytest.mark.parametrize("lang", ("zh", "en"))
def test_the_page_fits_eighty_cells(pair: list[Clerk], lang: str) -> None:
    from rich.cells import cell_len

    here, there = pair
    here.id("hazard", "new", "kind_of=flood", "place=" + "很长的地名" * 11, f"due_on={day()}")
    here.id("announcement", "new", "called=" + "长" * 70, f"audience={there.name}")
    done = here("today", lang=lang)
    assert done.code == 0
    assert max(map(cell_len, done.out.splitlines())) <= 80


def minute(n: int) -> str:
    return f"{n:04d}"


spans = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 30)).map(lambda p: (p[0], p[0] + p[1])), max_size=8
)


@given(spans, st.integers(0, 30), st.integers(1, 40))
def test_a_gap_is_exactly_what_no_shift_covers(
    listed: list[tuple[int, int]], start: int, length: int
) -> None:
    """The oracle walks minute by minute."""
    end = start + length
    found = gaps([(minute(a), minute(b)) for a, b in listed], minute(start), minute(end))

    uncovered = {m for m in range(start, end) if not any(a <= m < b for a, b in listed)}
    told = {m for a, b in found for m in range(int(a), int(b))}
    assert told == (uncovered if listed else set())
    assert all(a < b for a, b in found)
    assert all(before[1] < after[0] for before, after in itertools.pairwise(found))
