"""Time limits: they run from a day, in the states they name, as long as the members agreed on."""

from __future__ import annotations

import json

from tests.node.cli.test_today import day, moment
from tests.support.clerk import Clerk, carry


def _due(clerk: Clerk, record: str) -> dict[str, str]:
    """What the morning page says is due of a record: label → day."""
    return {d["label"]["zh"]: d["day"] for d in clerk.ask("today")["due"] if d["id"] == record}


def _case(clerk: Clerk, *said: str) -> str:
    return clerk.id("case", "new", "category=neighbour", "village=示范一村", *said)


def _move(clerk: Clerk, record: str, *states: str) -> None:
    for state in states:
        assert clerk("case", "move", record, state, "--reason", "已核实").code == 0


def test_whether_a_case_is_accepted_is_decided_within_three_working_days(
    pair: list[Clerk],
) -> None:
    here, _ = pair
    # The National Day of 2026: off from the 1st to the 7th, and the Saturday after it is worked.
    case = _case(here, "registered_on=2026-09-30")
    assert _due(here, case) == {"受理决定": "2026-10-10"}
    assert "! 2026-10-10 受理决定" in here("today").out

    _move(here, case, "accepted")
    assert "受理决定" not in _due(here, case)


def test_a_day_of_a_year_without_a_table_is_an_estimate(pair: list[Clerk]) -> None:
    here, _ = pair
    _case(here, "registered_on=1999-10-01")
    assert "! 1999-10-06（暂估） 受理决定" in here("today").out
    assert "1999-10-06 (estimate) decision to accept" in here("today", lang="en").out


def test_the_day_of_a_move_is_filled_in_and_the_time_for_mediation_runs_from_it(
    pair: list[Clerk],
) -> None:
    here, there = pair
    fresh, old = _case(here), _case(here, f"accepted_on={day(-40)}")
    _move(here, fresh, "accepted")
    _move(here, old, "accepted", "mediating")
    shown = here.ask("case", "show", fresh)
    assert shown["fields"]["accepted_on"] == day()
    assert here.ask("case", "show", old)["fields"]["accepted_on"] == day(-40), "as it was typed"
    assert _due(here, old) == {"调解期限": day(-10)}
    assert _due(here, fresh) == {}, "a month from now nobody is told yet"

    carry(here, there)
    assert _due(there, old) == {"调解期限": day(-10)}
    here("case", "set", old, f"due_on={day(3)}")
    assert _due(here, old) == {"办理期限": day(3)}, "what both sides agreed on takes its place"


def test_a_follow_up_is_asked_for_until_one_was_made_and_then_the_next(pair: list[Clerk]) -> None:
    here, _ = pair
    case = _case(here, f"agreed_on={day(-9)}")
    _move(here, case, "accepted", "mediating", "agreed")
    assert _due(here, case) == {"首次回访": day(-2)}
    here("case", "set", case, f"followed_on={day(-29)}")
    assert _due(here, case) == {"再次回访": day(1)}
    _move(here, case, "performing", "fulfilled")
    assert _due(here, case) == {}


def test_a_limit_runs_on_while_townships_differ_about_the_state(pair: list[Clerk]) -> None:
    """One neighbour's word that a case is over takes it off nobody's morning page."""
    here, there = pair
    case = _case(here, f"registered_on={day(-50)}", f"accepted_on={day(-33)}", "level=village")
    _move(here, case, "accepted", "mediating")
    carry(here, there)
    _move(here, case, "suspended")
    _move(there, case, "withdrawn")
    carry(here, there)
    for clerk in pair:
        assert clerk.ask("case", "show", case)["fields"]["state"] is None
        assert _due(clerk, case) == {"调解期限": day(-3)}, "and no decision that was made long ago"
    assert [o["id"] for o in here.ask("today")["may_rise"]] == [case]
    [about] = here.ask("case", "show", case)["conflicts"]
    assert (
        here("conflicts", "settle", about["id"], "--value", "withdrawn", "--reason", "核对").code
        == 0
    )
    assert (_due(here, case), here.ask("today")["may_rise"]) == ({}, [])


def test_members_agree_on_other_time_limits_and_the_shorter_counts_while_they_differ(
    pair: list[Clerk],
) -> None:
    here, there = pair
    case = _case(here, f"accepted_on={day(-58)}")
    _move(here, case, "accepted")
    limit = here.id("time_limit", "new", "which=mediation", "amount=60", "why=2026年联席会议")
    carry(here, there)
    assert [_due(c, case) for c in pair] == [{"调解期限": day(2)}] * 2

    here("time_limit", "set", limit, "amount=90")
    there("time_limit", "set", limit, "amount=45")
    carry(here, there)
    carry(there, here)
    assert [_due(c, case) for c in pair] == [{"调解期限": day(-13)}] * 2
    assert [len(c.ask("conflicts", "list", code=4)) for c in pair] == [1, 1]

    assert there.id("time_limit", "new", "which=mediation", "amount=30")
    there.id("time_limit", "new", "which=mediation", "amount=300")
    carry(there, here)
    assert [_due(c, case) for c in pair] == [{"调解期限": day(-28)}] * 2, "of several records, too"


def test_a_slip_of_the_hand_in_a_time_limit_counts_for_nothing(pair: list[Clerk]) -> None:
    here, _ = pair
    case = _case(here, f"accepted_on={day(-31)}")
    _move(here, case, "accepted")
    for amount in ("0", "999999999999999"):
        here.id("time_limit", "new", "which=mediation", f"amount={amount}")
    assert _due(here, case) == {"调解期限": day(-1)}
    here.id("time_limit", "new", "which=mediation", "amount=9000000")
    assert _due(here, case) == {"调解期限": day(-1)}


def test_how_long_a_warning_may_wait_is_agreed_on_by_level(pair: list[Clerk]) -> None:
    here, there = pair
    said = ("kind_of=fire", "place=东坡", f"addressees={there.name}", f"seen_at={moment(-1)}")
    red, orange = (here.id("warning", "new", *said, f"level={c}") for c in ("red", "orange"))
    late = {u["id"]: u["overdue"] for u in here.ask("today")["unanswered"]}
    assert late == {red: True, orange: False}
    here.id("time_limit", "new", "which=warning_red", "amount=180")
    here.id("time_limit", "new", "which=warning_orange", "amount=30")
    late = {u["id"]: u["overdue"] for u in here.ask("today")["unanswered"]}
    assert late == {red: False, orange: True}


def test_a_calendar_and_the_morning_page_say_the_same_day(pair: list[Clerk]) -> None:
    here, _ = pair
    _case(here, "registered_on=2026-09-30")
    file = here.folder.parent / "期限.ics"
    assert here("export", "calendar", "-o", str(file)).code == 0
    said = file.read_text(encoding="utf-8").replace("\r\n ", "")
    assert "受理决定：邻里纠纷" in said
    assert "DTSTART;VALUE=DATE:20261010" in said
    assert json.dumps("2026-10-10") in here("today", "--json").out
