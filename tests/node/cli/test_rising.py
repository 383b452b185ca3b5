"""An overdue matter is offered to the office above it, on each side its own; nothing is ever blocked."""

from __future__ import annotations

import shlex

import pytest
from rich.cells import cell_len

from tests.node.cli.test_today import day
from tests.support.clerk import Clerk, carry

WHY = ("--reason", "已核实")


@pytest.fixture
def two(pair: list[Clerk]) -> list[Clerk]:
    """Each side has an office; above the one stands a county, above the other a prefecture."""
    here, there = pair
    office = ("office", "new", "kind_of=judicial_office", "called=司法所")
    here.id(
        *office,
        "superior=绥宁县司法局",
        "superior_rank=county",
        "superior_phone=0739-0000-110",
    )
    there.id(
        *office,
        "superior=甘南州司法局",
        "superior_rank=prefecture",
        "superior_phone=0941-0000-110",
    )
    here.id("office", "new", "kind_of=police_station", "called=派出所", "superior=绥宁县公安局")
    carry(here, there)
    return pair


def late(clerk: Clerk, *words: str) -> str:
    said = ("category=neighbour", "village=示范一村", f"due_on={day(-2)}")
    return clerk.id("case", "new", *said, *words)


def offered(clerk: Clerk) -> list[str]:
    return [offer["id"] for offer in clerk.ask("today")["may_rise"]]


def test_the_right_superior_stands_on_each_side_at_its_own_rank(two: list[Clerk]) -> None:
    here, there = two
    case = late(here, "level=township")
    carry(here, there)
    ranks: dict[str, str] = {}
    for clerk, superior in ((here, "绥宁县司法局"), (there, "甘南州司法局")):
        found = clerk.ask("case", "show", case)["may_rise"]
        assert found["superior"]["superior"] == superior
        assert found["superior"]["phone"]
        assert found["to"] == superior
        assert [side["township"] for side in found["sides"]] == [
            clerk.name,
            *(c.name for c in two if c is not clerk),
        ]
        ranks |= {side["township"]: side["rank"] for side in found["sides"]}
        page = clerk("case", "show", case).out
        assert all(said in page for said in ("绥宁县司法局", "甘南州司法局", "县级", "市州级"))
    assert ranks == {here.name: "county", there.name: "prefecture"}
    listed = here("office", "list").out
    assert all(said in listed for said in ("绥宁县司法局", "甘南州司法局", "县级", "市州级"))


def test_a_case_over_its_time_limit_is_offered_as_one_over_the_day_that_was_set(
    two: list[Clerk],
) -> None:
    here, _ = two
    said = ("category=neighbour", "village=示范一村", "level=village", f"accepted_on={day(-33)}")
    case = here.id("case", "new", *said)
    assert offered(here) == [], "nobody has taken it up yet"
    for state in ("accepted", "mediating"):
        assert here("case", "move", case, state, *WHY).code == 0
    [offer] = here.ask("today")["may_rise"]
    assert (offer["id"], offer["due_on"]) == (case, day(-3))
    assert here.ask("case", "show", case)["may_rise"]["due_on"] == day(-3)
    [due] = [d for d in here.ask("today")["due"] if d["id"] == case]
    assert (due["day"], due["overdue"]) == (day(-3), True)

    limit = here.id("time_limit", "new", "which=mediation", "amount=40")
    assert offered(here) == []
    assert here.ask("case", "show", case)["may_rise"] is None
    assert here("time_limit", "set", limit, "amount=20").code == 0
    assert here.ask("today")["may_rise"][0]["due_on"] == day(-13)
    assert here("case", "set", case, f"due_on={day(5)}").code == 0, "the day that people set counts"
    assert offered(here) == []


@pytest.mark.parametrize(("level", "to"), (("village", "司法所"), ("township", "绥宁县司法局")))
def test_a_matter_overdue_is_offered_with_the_command_and_the_superiors_phone(
    two: list[Clerk], level: str, to: str
) -> None:
    here, _ = two
    case = late(here, f"level={level}")
    late(here)  # at no level
    late(here, "level=joint")  # nobody above it here
    here.id("case", "new", "category=neighbour", "village=二村", "level=village", f"due_on={day()}")

    [offer] = here.ask("today")["may_rise"]
    assert (offer["id"], offer["to"], offer["due_on"]) == (case, to, day(-2))
    assert offer["superior"]["superior"] == "绥宁县司法局"
    assert offer["superior"]["phone"] == "0739-0000-110"
    for lang, court in (("zh", "向法院起诉"), ("en", "court")):
        for page in (here("today", lang=lang).out, here("case", "show", case, lang=lang).out):
            assert court in page
            assert "0739-0000-110" in page
            assert f"mulin transfer new kind_of=escalate receiver={to} case={case[:8]}" in page
            assert max(map(cell_len, page.splitlines())) <= 80


def test_nothing_is_done_by_itself_and_nothing_is_blocked(two: list[Clerk]) -> None:
    here, _ = two
    case = late(here, "level=village")
    before = here.world()
    here("today")
    here("case", "show", case)
    assert here.world() == before
    to_court = here.id(
        "transfer", "new", "kind_of=to_court", "receiver=人民法庭", f"case={case[:8]}"
    )
    assert offered(here) == [case], "the way to court is another way"
    assert here("transfer", "move", to_court, "sent", *WHY).code == 0
    assert here("case", "move", case, "accepted", *WHY).code == 0


def test_the_command_hands_it_on_and_then_it_is_offered_no_more_until_it_comes_back(
    two: list[Clerk],
) -> None:
    here, there = two
    case = late(here, "level=village")
    [offer] = here.ask("today")["may_rise"]
    typed = shlex.split(shlex.join(offer["command"]))
    assert typed[0] == "mulin"
    sent = here.id(*typed[1:])
    shown = here.ask("transfer", "show", sent)["fields"]
    assert (shown["kind_of"], shown["receiver"], shown["case"]) == ("escalate", "司法所", case)
    assert offered(here) == []
    assert here.ask("case", "show", case)["may_rise"] is None
    carry(here, there)
    assert there.ask("case", "show", case)["may_rise"] is None

    for state in ("sent", "returned"):
        assert here("transfer", "move", sent, state, *WHY).code == 0
    assert offered(here) == [case]


def test_what_is_settled_is_not_offered_and_what_is_a_neighbours_only_where_we_lead(
    two: list[Clerk],
) -> None:
    here, there = two
    theirs = late(here, "level=village")
    ours = late(here, "level=village", f"lead={there.name}")
    done = late(there, "level=village")
    assert there("case", "move", done, "not_accepted", *WHY).code == 0
    carry(here, there)
    assert offered(there) == [ours]
    assert sorted(offered(here)) == sorted((theirs, ours))


def test_a_hazard_goes_up_by_its_state(two: list[Clerk]) -> None:
    here, _ = two
    hazard = here.id(
        "hazard", "new", "kind_of=flood", "place=石桥", "found_level=village", f"due_on={day(-1)}"
    )
    [offer] = here.ask("today")["may_rise"]
    assert offer["id"] == hazard
    assert here(*offer["command"][1:]).code == 0
    assert here.ask("hazard", "show", hazard)["fields"]["state"] == "escalated"
    assert offered(here) == []


def test_without_an_office_it_is_said_how_one_is_entered(pair: list[Clerk]) -> None:
    here, _ = pair
    case = late(here, "level=township")
    found = here.ask("case", "show", case)["may_rise"]
    assert (found["superior"], found["to"]) == (None, here.name)
    assert "mulin office new" in here("today").out


def test_an_office_that_a_shell_would_part_is_quoted(pair: list[Clerk]) -> None:
    here, _ = pair
    here.id("office", "new", "kind_of=head", "called=乡政府", "superior=某县 $(reboot) 政府")
    late(here, "level=township")
    page = here("today").out.replace("\n", " ")
    assert "'receiver=某县 $(reboot) 政府'" in " ".join(page.split())
