"""What belongs to a record: a project and its cases, a campaign and the places that its rounds reached."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from crdt.kinds import KINDS, kind_named, links_to
from node.touring import Round, summed_up
from tests.node.cli.test_today import day
from tests.support.clerk import Clerk, carry

CASE = ("case", "new", "category=expropriation")


def gathered(shape: Any) -> dict[str, Any]:
    return {one["kind"]: one for one in shape["gathered"]}


def test_a_project_shows_its_cases_by_outcome_with_their_amounts(pair: list[Clerk]) -> None:
    here, there = pair
    project = here.id("project", "new", "called=示范铁路")
    other = here.id("project", "new", "called=另一项目")
    carry(here, there)
    outcomes = ("agreed_written", "agreed_oral", "failed_guided", "")
    for n in range(20):
        said = [f"village=示范{n}村", f"amount_agreed={100 * n}", f"outcome={outcomes[n % 4]}"]
        to = project if n % 5 else other
        pair[n % 2].id(*CASE, *said, f"of_project={to[:8]}")
    carry(here, there)
    twice = there.id(*CASE, "village=示范1村", "amount_agreed=100", f"of_project={project[:8]}")
    first = next(c["id"] for c in here.ask("case", "list") if c["row"]["village"] == "示范1村")
    there("case", "set", twice, f"duplicate_of={first[:8]}")
    carry(here, there)

    listed = here.ask("case", "list", f"of_project={project[:8]}")
    once = [c for c in listed if c["id"] != twice]
    assert len(once) == 16
    for clerk in pair:
        told = gathered(clerk.ask("project", "show", project))["case"]
        assert told["count"] == 16
        assert sorted(told["records"]) == sorted(c["id"] for c in once)
        for code in outcomes:
            rows = [c["row"] for c in once if (c["row"]["outcome"] or "") == code]
            one = next(x for x in told["by"]["outcome"] if x["value"] == code)
            assert one["count"] == len(rows)
            assert one["sums"]["amount_agreed"] == {"": sum(r["amount_agreed"] for r in rows)}
        total = sum(c["row"]["amount_agreed"] for c in once)
        assert told["sums"]["amount_agreed"] == {"": total}
        assert f"{total // 100:,} 元" in clerk("project", "show", project).out


def test_a_campaign_tells_where_its_rounds_went_and_what_became_of_findings(
    pair: list[Clerk],
) -> None:
    here, there = pair
    campaign = here.id(
        "campaign", "new", "called=春节排查", "starts_on=2024-01-20", f"ends_on={day()}"
    )
    for target in (
        "village=东村 rounds=2",
        "village=西村 grid=1",
        "village=西村 grid=2",
        "village=北村",
    ):
        here("item", "add", campaign, "targets", *target.split())
    carry(here, there)
    mine = f"campaign={campaign[:8]}"
    said = ("patrol", "new", "kind_of=screening", mine)
    one = here.id(*said, "area=东片", "on=2024-01-22", "person_times=6")
    two = there.id(*said, "area=西片", "on=2024-01-23", "person_times=4")
    three = there.id(*said, "area=别处", "on=2024-01-24")
    hazard = here.id("hazard", "new", "kind_of=road", "place=东村桥头", mine)
    case = here.id(*CASE, "village=东村", mine)
    carry(here, there)
    for record, collection, item in (
        (one, "covers", "village=东村 grid=3"),
        (one, "findings", f"village=东村 grid=3 result=hazard hazard={hazard[:8]}"),
        (one, "findings", f"village=东村 result=case case={case[:8]}"),
        (two, "covers", "village=西村 grid=1"),
        (two, "covers", "village=东村"),
        (two, "findings", "village=西村 grid=1 result=nothing"),
        (two, "findings", "village=南村 result=hazard"),
    ):
        assert here("item", "add", record, collection, *item.split()).code == 0
    again = there.id("patrol", "new", "kind_of=screening", "area=西片", "on=2024-01-23")
    there("item", "add", again, "covers", "village=北村")
    carry(here, there)
    there("patrol", "set", again, f"same_as={two[:8]}")
    carry(here, there)

    for clerk in pair:
        shown = clerk.ask("campaign", "show", campaign)
        told = gathered(shown)
        assert {k: v["count"] for k, v in told.items()} == {"patrol": 3, "hazard": 1, "case": 1}
        assert told["patrol"]["sums"]["person_times"] == {here.name: 6, there.name: 4}
        assert set(told["patrol"]["records"]) == {one, two, three}
        tour = shown["tour"]
        places = {(p["village"], p["grid"]): (p["rounds"], p["goal"]) for p in tour["places"]}
        assert places == {
            ("东村", ""): (2, 2),
            ("西村", "1"): (1, 1),
            ("西村", "2"): (0, 1),
            ("北村", ""): (1, 1),
            ("南村", ""): (1, 0),
        }
        assert (tour["visited"], tour["targets"]) == (3, 4)
        assert (tour["unplaced"], tour["loose"]) == (1, 1)
        assert tour["findings"] == {"case": 1, "hazard": 2, "nothing": 1}
        assert tour["led_to"] == {"hazard": [hazard], "case": [case]}

    page = there("campaign", "show", campaign).out
    assert "应查 4 处，已查 3 处" in page
    assert "██████████ 2/2" in page
    for lang in ("zh", "en"):
        done = here("campaign", "show", campaign, lang=lang)
        assert (done.code, max(map(cell_len, done.out.splitlines())) <= 80) == (0, True)


def test_a_campaign_is_summed_up_on_its_last_day_and_not_before(pair: list[Clerk]) -> None:
    here, _ = pair
    ends = here.id("campaign", "new", "called=今天结束", f"starts_on={day(-9)}", f"ends_on={day()}")
    here.id("campaign", "new", "called=明天结束", f"starts_on={day(-9)}", f"ends_on={day(1)}")
    due = {d["title"]: d["sums_up"] for d in here.ask("today")["due"]}
    assert due == {"今天结束": True, "明天结束": False}
    assert f"今天结束  mulin campaign show {ends[:8]}" in here("today").out
    for state in ("running", "ended"):
        here("campaign", "move", ends, state, "--reason", "已核实")
    assert "mulin campaign show" not in here("today").out


def test_every_field_for_a_record_of_a_kind_is_found_and_what_says_the_same_is_not() -> None:
    found = {(k.name, f.name) for k, f in links_to(kind_named("campaign"))}
    assert found == {("patrol", "campaign"), ("hazard", "campaign"), ("case", "campaign")}
    for kind in KINDS.values():
        assert not any(
            k.sealed or f.name == (k.twins and k.twins.joined) for k, f in links_to(kind)
        )


@pytest.mark.parametrize("kind", ("meeting", "case", "patrol"))
def test_nothing_is_gathered_where_nothing_belongs(pair: list[Clerk], kind: str) -> None:
    said = {
        "meeting": ("kind_of=forum", "starts_at=2024-08-18 09:00"),
        "case": ("category=traffic", "village=东村"),
        "patrol": ("kind_of=river", "area=界河", "on=2024-08-18"),
    }
    record = pair[0].id(kind, "new", *said[kind])
    assert pair[0].ask(kind, "show", record)["gathered"] == []


WHERE = st.tuples(st.sampled_from(("东村", "西村")), st.sampled_from(("", "1", "2")))
FINDING = st.tuples(WHERE, st.sampled_from(("hazard", "case", "nothing")), st.booleans())
ROUNDS = st.lists(st.tuples(st.lists(WHERE, max_size=3), st.lists(FINDING, max_size=3)), max_size=5)


def at(where: tuple[str, str]) -> dict[str, str]:
    return {n: said for n, said in zip(("village", "grid"), where, strict=True) if said}


@given(st.lists(WHERE, max_size=4), ROUNDS)
def test_a_target_was_visited_exactly_when_some_round_was_there(
    targets: list[tuple[str, str]], rounds: list[tuple[list[Any], list[Any]]]
) -> None:
    """The oracle asks every target about every round, and never builds a table of places."""
    how = kind_named("campaign").toured
    assert how is not None
    told = [
        Round(
            [at(w) for w in covers],
            [
                at(w) | {"result": r} | ({r: b"x"} if ok and r != "nothing" else {})
                for w, r, ok in found
            ],
        )
        for covers, found in rounds
    ]
    tour = summed_up(how, [at(t) for t in targets], told)

    def holds(target: tuple[str, str], where: tuple[str, str]) -> bool:
        return target[0] == where[0] and target[1] in ("", where[1])

    for target in set(targets):
        place = next(p for p in tour.places if p.where == target)
        been = [
            any(holds(target, w) for w in [*covers, *(w for w, _, _ in found)])
            for covers, found in rounds
        ]
        assert place.rounds == sum(been)
        assert place.goal == targets.count(target)
        assert place.findings == Counter(
            r for _, found in rounds for w, r, _ in found if holds(target, w)
        )
    everything = [f for _, found in rounds for f in found]
    assert tour.findings == Counter(r for _, r, _ in everything)
    assert tour.loose == sum(r != "nothing" and not ok for _, r, ok in everything)
    assert tour.unplaced == sum(not covers and not found for covers, found in rounds)
