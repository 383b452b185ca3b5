"""The statistics of a quarter, read against the plain lists: an oracle that adds up rows in another way."""

from __future__ import annotations

import statistics
from collections import Counter
from datetime import date
from typing import Any

import pytest
from rich.cells import cell_len

from crdt.kinds import kind_named
from crdt.kinds.enumerations import CATEGORY, ORIGIN
from tests.node.cli.test_today import day
from tests.support.clerk import Clerk, carry
from tests.support.wall import Wall

CASES = """
category=forest_land accepted_on=2024-07-01 closed_on=2024-07-21 outcome=agreed_written \
agreement_form=written amount_agreed=8000 vintage=legacy level=village resolved_level=village \
origin=on_application party_count=2
category=forest_land accepted_on=2024-09-30 outcome=failed_guided difficulty=difficult \
difficulty_reason=多年积案 level=grid
category=neighbour accepted_on=2024-08-02 closed_on=2024-08-03 outcome=agreed_oral agreement_form=oral \
amount_agreed=120.50 vintage=new level=grid resolved_level=grid origin=proactive party_count=3
category=traffic accepted_on=2024-06-30 closed_on=2024-09-30 outcome=agreed_written vintage=new
category=traffic accepted_on=2024-10-01 vintage=new amount_agreed=7
category=pollution
""".strip().splitlines()


def table(sheet: Any, name: str) -> dict[str, list[int | None]]:
    """The lines of a table by their codes, the total under "total"."""
    found = next(t for t in sheet["tables"] if t["name"] == name)
    lines = [*found["lines"], *([found["total"]] if found["total"] else [])]
    return {line["code"]: line["cells"] for line in lines}


def remarks(sheet: Any, name: str) -> dict[str, list[str]]:
    found = next(t for t in sheet["tables"] if t["name"] == name)
    return {remark["what"]: remark["records"] for remark in found["remarks"]}


def shown(clerk: Clerk, kind: str, *, joined: str = "duplicate_of") -> list[dict[str, Any]]:
    """Every record of a kind as `show` tells it, but those that were joined to another."""
    ids = [line["id"] for line in clerk.ask(kind, "list")]
    told = [clerk.ask(kind, "show", one)["fields"] for one in ids]
    return [one for one in told if not one[joined]]


@pytest.fixture
def cases(pair: list[Clerk]) -> list[str]:
    """Six of the one side and the other, and one that both entered."""
    here, there = pair
    made = [
        clerk.id("case", "new", "village=示范一村", f"lead={clerk.name}", *said.split())
        for clerk, said in zip((here, there) * 3, CASES, strict=True)
    ]
    again = there.id(
        "case", "new", "category=forest_land", "village=示范一村", "accepted_on=2024-07-02"
    )
    carry(here, there)
    there("case", "set", again, f"duplicate_of={made[0][:8]}")
    here("case", "set", made[0], f"co_handlers={there.name}")
    carry(here, there)
    return made


def test_the_sheet_of_a_quarter_is_what_a_reader_of_the_lists_adds_up(
    pair: list[Clerk], cases: list[str], wall: Wall
) -> None:
    here, there = pair
    wall.set("2024-10-08 09:00")
    sheet = here.ask("quarter", "2024Q3")
    wall.set("2024-10-08 09:00")
    assert there.ask("quarter", "2024年第三季度") == sheet
    assert sheet["as_of"] == "2024-10-08 09:00"

    rows = [c for c in shown(here, "case") if c["accepted_on"]]
    within = [c for c in rows if "2024-07-01" <= c["accepted_on"] <= "2024-09-30"]
    amount = sum(c["amount_agreed"] or 0 for c in within)
    assert {code: cells[0] for code, cells in table(sheet, "cases").items()} == {
        "total": len(within),
        "cross_border": 1,
        "difficult": sum(c["difficulty"] == "difficult" for c in within),
        "agreed": sum((c["outcome"] or "").startswith("agreed_") for c in within),
        "parties": sum(c["party_count"] or 0 for c in within),
        "amount": amount,
    }
    for name, field in (
        ("categories", "category"),
        ("origins", "origin"),
        ("forms", "agreement_form"),
        ("outcomes", "outcome"),
        ("difficulties", "difficulty"),
        ("vintages", "vintage"),
        ("levels", "level"),
        ("resolved", "resolved_level"),
        ("leads", "lead"),
    ):
        counted = {code: cells for code, cells in table(sheet, name).items() if cells[0]}
        expected = Counter(c[field] or "" for c in within)
        sums = {
            v: sum(c["amount_agreed"] or 0 for c in within if (c[field] or "") == v)
            for v in expected
        }
        assert counted.pop("total") == [len(within), amount], name
        assert counted == {v: [n, sums[v]] for v, n in expected.items()}, name
    assert remarks(sheet, "cases").keys() == {
        "joined"
    }  # what is only registered was not accepted yet


def test_every_category_of_the_official_sheet_has_its_line_in_its_place(
    pair: list[Clerk], cases: list[str]
) -> None:
    sheet = pair[0].ask("quarter", "2024Q3")
    assert list(table(sheet, "categories"))[:18] == CATEGORY.codes()
    assert list(table(sheet, "origins"))[:8] == ORIGIN.codes()


def test_days_from_acceptance_to_end_are_of_what_ended_in_the_quarter(
    pair: list[Clerk], cases: list[str]
) -> None:
    ended = [c for c in shown(pair[0], "case") if "2024-07" <= (c["closed_on"] or "") < "2024-10"]
    days = [
        (date.fromisoformat(c["closed_on"]) - date.fromisoformat(c["accepted_on"])).days
        for c in ended
    ]
    assert sorted(days) == [1, 20, 92]
    sheet = pair[0].ask("quarter", "2024Q3")
    assert table(sheet, "ended") == {"total": [3], "days": [statistics.median(days)]}


def test_what_was_accepted_without_a_day_and_what_is_disputed_is_told(
    pair: list[Clerk], cases: list[str]
) -> None:
    here, there = pair
    here("case", "move", cases[5], "accepted", "--reason", "双方同意")
    assert here("case", "set", cases[5], "accepted_on=").code == 0, "the day was filled in"
    here("case", "set", cases[1], "outcome=withdrawn")
    there("case", "set", cases[1], "outcome=refused")
    carry(here, there)
    sheet = there.ask("quarter", "2024Q3")
    told = remarks(sheet, "cases")
    assert (told["undated"], told["in_question"]) == ([cases[5]], [cases[1]])
    assert table(sheet, "outcomes")[""][0] == 1  # nobody is made the winner


def test_a_voided_case_counts_nowhere(pair: list[Clerk], cases: list[str]) -> None:
    here, _ = pair
    before = table(here.ask("quarter", "2024Q3"), "cases")["total"][0]
    wrong = here.id("case", "new", "category=traffic", "village=示范一村", "accepted_on=2024-08-09")
    assert table(here.ask("quarter", "2024Q3"), "cases")["total"][0] == (before or 0) + 1
    here("case", "move", wrong, "voided", "--reason", "登记错了")
    assert table(here.ask("quarter", "2024Q3"), "cases")["total"][0] == before


ROUND = ("patrol", "new", "kind_of=screening", "area=界河", "on=2024-08-18")
FOUND = ("findings", "result=nothing", "village=示范一村")


def test_a_round_that_both_entered_counts_once_with_the_people_of_both(pair: list[Clerk]) -> None:
    here, there = pair
    both = f"townships={here.name}、{there.name}"
    one = here.id(*ROUND, "person_times=12", both)
    other = there.id(*ROUND, "person_times=9")
    silent = here.id("patrol", "new", "kind_of=river", "area=西河", "on=2024-09-01", both)
    for clerk, record in ((here, one), (there, other)):
        clerk("item", "add", record, *FOUND)
    carry(here, there)
    apart = here.ask("quarter", "2024Q3")
    assert table(apart, "patrols")["screening"][:2] == [2, 21]
    assert table(apart, "findings")["nothing"] == [2]

    there("patrol", "set", other, f"same_as={one[:8]}")
    carry(here, there)
    for clerk in pair:
        sheet = clerk.ask("quarter", "2024Q3")
        named = next(t for t in sheet["tables"] if t["name"] == "patrols")["columns"]
        people = dict(
            zip([c["name"] for c in named], table(sheet, "patrols")["screening"], strict=True)
        )
        assert people == {"rounds": 1, "times": 21, here.name: 12, there.name: 9}
        assert table(sheet, "findings")["nothing"] == [1]  # both wrote the same of one round
        assert remarks(sheet, "patrols") == {"joined": [one], "silent": [silent]}
        counted = clerk.ask("count", "patrol", "--by", "kind_of")
        sums = {f["value"]: f["sums"] for f in counted}
        assert sums["screening"] == {"person_times": {here.name: 12, there.name: 9}}


def test_two_numbers_of_one_township_for_one_round_are_flagged(pair: list[Clerk]) -> None:
    here, there = pair
    one, other = here.id(*ROUND, "person_times=12"), here.id(*ROUND, "person_times=15")
    here("patrol", "set", other, f"same_as={one[:8]}")
    carry(here, there)
    sheet = there.ask("quarter", "2024Q3")
    assert table(sheet, "patrols")["screening"][:2] == [1, 12]
    assert remarks(sheet, "patrols")["differing"] == [one]


def test_of_two_that_are_one_the_one_that_the_other_names_speaks_first(pair: list[Clerk]) -> None:
    here, _ = pair
    low, high = sorted((here.id(*ROUND, "person_times=12"), here.id(*ROUND, "person_times=15")))
    speaks = here.ask("patrol", "show", high)["fields"]["person_times"][here.name]
    here("patrol", "set", low, f"same_as={high[:8]}", "on=2024-11-11")
    sheet = here.ask("quarter", "2024Q3")
    assert table(sheet, "patrols")["screening"][:2] == [1, speaks]
    assert table(here.ask("quarter", "2024Q4"), "patrols")["screening"][0] == 0


def test_two_that_are_each_said_to_be_the_other_count_once_and_not_never(pair: list[Clerk]) -> None:
    here, there = pair
    one, other = here.id(*ROUND), there.id(*ROUND)
    carry(here, there)
    here("patrol", "set", one, f"same_as={other[:8]}")
    there("patrol", "set", other, f"same_as={one[:8]}")
    carry(here, there)
    for clerk in pair:
        assert table(clerk.ask("quarter", "2024Q3"), "patrols")["screening"][0] == 1
        assert [f["count"] for f in clerk.ask("count", "patrol")] == [1]


def test_the_trainings_of_a_year_and_their_people_are_counted(pair: list[Clerk]) -> None:
    here, there = pair
    for month in range(1, 11):
        clerk = pair[month % 2]
        said = ("kind_of=training", f"called=第{month}期", f"on=2024-{month:02d}-05")
        made = clerk.id("activity", "new", *said, f"person_times={20 + month}")
        carry(here, there)
        pair[(month + 1) % 2]("activity", "set", made, f"person_times={30 + month}")
    carry(here, there)
    for clerk in pair:
        year = table(clerk.ask("quarter", "2024"), "activities")["training"]
        assert year[:2] == [10, sum(20 + m + 30 + m for m in range(1, 11))]
        assert year[2] + year[3] == year[1]  # type: ignore[operator]
        assert table(clerk.ask("quarter", "2024Q3"), "activities")["training"][0] == 3


@pytest.mark.parametrize("lang", ("zh", "en"))
def test_the_sheet_fits_eighty_cells(pair: list[Clerk], cases: list[str], lang: str) -> None:
    here, there = pair
    here.id(*ROUND, "person_times=1234567")
    here.id("warning", "new", "kind_of=fire", "place=石桥", "level=red", f"addressees={there.name}")
    here("case", "set", cases[0], "amount_agreed=123456789.01")
    for asked in ("2024Q3", day()[:4]):
        done = here("quarter", asked, lang=lang)
        assert done.code == 0
        assert max(map(cell_len, done.out.splitlines())) <= 80


@pytest.mark.parametrize("period", ("2024Q5", "上季度", "2024-13", ""))
def test_what_is_no_quarter_is_told_in_one_sentence(pair: list[Clerk], period: str) -> None:
    done = pair[0]("quarter", period)
    assert (done.code, len(done.err.splitlines())) == (2, 1)


def test_every_section_names_what_its_kind_has() -> None:
    from node.quarter import SECTIONS

    for section in SECTIONS:
        kind = kind_named(section.kind)
        named = {section.on, section.by if not section.items else section.items, section.slot}
        assert named - {""} <= kind.by_name.keys(), section.name
