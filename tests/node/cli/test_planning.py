"""What comes again is proposed with its day and its host; nothing is entered by itself."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from node.planner import months_later
from tests.node.cli.test_today import day
from tests.support.clerk import Clerk, carry

MEETING = ("meeting", "new")


def _a_year_later(text: str) -> str:
    year, rest = int(text[:4]) + 1, text[4:]
    return f"{year}{rest}" if rest != "-02-29" else f"{year}-02-28"


def test_the_next_yearly_meeting_is_proposed_a_year_later_with_the_chair_as_its_host(
    three: list[Clerk],
) -> None:
    last = day(-340)
    first = three[0]
    first.id(*MEETING, "kind_of=annual_onsite", f"starts_at={day(-705)} 09:00")
    first.id(*MEETING, "kind_of=annual_onsite", f"starts_at={last} 14:30")
    first.id(*MEETING, "kind_of=forum", f"starts_at={day(-400)} 09:00")
    carry(*three)

    due = _a_year_later(last)
    quarter = f"{due[:4]}Q{(int(due[5:7]) - 1) // 3 + 1}"
    for clerk in three:
        [turn] = [t for t in clerk.ask("chair", "show", quarter) if t["quarter"] == quarter]
        [proposed] = clerk.ask("plan")
        assert (proposed["value"], proposed["due_on"], proposed["overdue"]) == (
            "annual_onsite",
            due,
            False,
        )
        assert (proposed["host"], proposed["quarter"]) == (turn["township"], quarter)
        assert clerk.ask("today")["proposed"] == [proposed]
        assert turn["township"] in clerk("today").out

    before = first.world()
    first("plan")
    assert first.world() == before

    new = first.id(*first.ask("plan")[0]["command"][1:])
    shown = first.ask("meeting", "show", new)["fields"]
    assert (shown["starts_at"], shown["kind_of"]) == (f"{due} 14:30", "annual_onsite")
    assert shown["host"] == first.ask("chair", "show", quarter)[0]["township"]
    assert first.ask("plan") == []


def test_a_swap_of_the_chair_is_a_swap_of_the_host(three: list[Clerk]) -> None:
    last = day(-340)
    three[0].id(*MEETING, "kind_of=annual_onsite", f"starts_at={last} 09:00")
    carry(*three)
    proposed = three[0].ask("plan")[0]
    host = next(c for c in three if c.name == proposed["host"])
    other = next(c for c in three if c is not host)
    assert host("chair", "swap", other.name, proposed["quarter"]).code == 0
    carry(*three)
    assert other("chair", "swap", host.name, proposed["quarter"]).code == 0
    carry(*three)
    assert {c.ask("plan")[0]["host"] for c in three} == {other.name}


def test_one_that_is_far_off_stands_in_the_plan_only_and_one_that_is_late_says_so(
    pair: list[Clerk],
) -> None:
    here, _ = pair
    meeting = here.id(*MEETING, "kind_of=annual_onsite", f"starts_at={day(-10)} 09:00")
    assert [p["due_on"] for p in here.ask("plan")] == [_a_year_later(day(-10))]
    assert here.ask("today")["proposed"] == []

    here("meeting", "set", meeting, f"starts_at={day(-500)} 09:00")
    [late] = here.ask("today")["proposed"]
    assert (late["due_on"], late["overdue"]) == (_a_year_later(day(-500)), True)
    assert late["on"] == day()
    for lang, said in (("zh", "已过"), ("en", "was due")):
        page = here("today", lang=lang).out
        assert said in page
        assert max(map(cell_len, page.splitlines())) <= 80

    assert here("meeting", "move", meeting, "cancelled", "--reason", "未开").code == 0
    assert here.ask("plan") == []
    assert here("plan").out.strip()


def test_a_quarterly_one_comes_a_quarter_later(pair: list[Clerk]) -> None:
    here, _ = pair
    here.id(*MEETING, "kind_of=quarterly", "starts_at=2024-11-30 09:00")
    assert [p["due_on"] for p in here.ask("plan")] == ["2025-02-28"]


DAYS = st.dates(datetime.date(1990, 1, 1), datetime.date(2200, 1, 1))


@given(DAYS, st.sampled_from((3, 12)))
def test_so_many_months_later_is_the_same_day_or_the_last_of_its_month(
    start: datetime.date, months: int
) -> None:
    """The oracle walks day by day."""
    found = months_later(start, months)
    walked, passed = start.replace(day=1), 0
    while passed < months:
        walked += datetime.timedelta(days=1)
        passed += walked.day == 1
    same = [
        d
        for n in range(31)
        if (d := walked + datetime.timedelta(days=n)).month == walked.month and d.day <= start.day
    ]
    assert found == same[-1]


@pytest.mark.parametrize("lang", ("zh", "en"))
def test_the_plan_fits_eighty_cells(pair: list[Clerk], lang: str) -> None:
    here, _ = pair
    here.id(*MEETING, "kind_of=annual_onsite", f"starts_at={day(-340)} 09:00")
    page = here("plan", lang=lang)
    assert page.code == 0
    assert max(map(cell_len, page.out.splitlines())) <= 80
