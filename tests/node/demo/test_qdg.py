"""The figures of 黔滇桂: three provinces, a secretary in turn, a centre with one window."""

from __future__ import annotations

from collections import Counter, defaultdict

from tests.node.demo.conftest import Alliance, cells, counted, rows, shown, summed, terms

NAMES = ("三江口镇", "鲁布革布依族苗族乡", "马蚌镇")


def test_the_secretary_goes_round_for_three_years(alliance: Alliance) -> None:
    for clerk in alliance("qdg"):
        served = terms(clerk, "2021Q4", "2022Q4", "2023Q4")
        assert [term["township"] for term in served] == [NAMES[n % 3] for n in range(12)]
        assert all(term["accepted"] for term in served)


def test_every_term_was_handed_over_with_its_funds(alliance: Alliance) -> None:
    one, *_ = alliance("qdg")

    found = rows(one, "handover", state="signed")
    assert len(found) == 12
    assert all(row["giver"] in row["state_confirmed"] for row in found)
    assert {row["quarter"] for row in rows(one, "fund_line")} == {row["quarter"] for row in found}


def test_twelve_quarterly_meetings_with_two_motions_each(alliance: Alliance) -> None:
    one, *_ = alliance("qdg")

    meetings = rows(one, "meeting", kind_of="quarterly")
    assert len({row["quarter"] for row in meetings}) == 12
    motions = rows(one, "motion")
    assert Counter(cells(motions, "meeting").values()) == {2: 12}
    assert cells(motions, "state") == {"adopted": 24}


def test_one_vote_is_late_and_was_given_by_who_had_not_heard_the_result(
    alliance: Alliance,
) -> None:
    one, *_ = alliance("qdg")

    late = [row for row in rows(one, "motion") if "不同意" in row["positions"]]
    assert len(late) == 1
    said = {
        operation["value"]: entry
        for entry in one.ask("motion", "history", late[0]["id"])
        for operation in entry["operations"]
        if operation["do"] == "set"
    }
    assert said["disagree"]["township"] == "马蚌镇"
    assert said["disagree"]["parents"] == said["adopted"]["parents"]
    assert said["disagree"]["claimed"] > said["adopted"]["claimed"]


def test_six_joint_bodies_of_paired_villages(alliance: Alliance) -> None:
    one, *_ = alliance("qdg")

    assert counted(one, "joint_body", "kind_of") == {
        "village_pair": 6,
        "joint_party_committee": 1,
        "joint_centre": 1,
        "school": 1,
    }
    [committee] = rows(one, "joint_body", kind_of="joint_party_committee")
    assert committee["founded_on"] == "2013-08-23"


def test_ten_trainings_and_516_person_times(alliance: Alliance) -> None:
    one, _, third = alliance("qdg")

    assert counted(one, "activity", "kind_of") == {"training": 10}
    sums = summed(one, "activity", "person_times")
    assert sums == dict(zip(NAMES, (188, 172, 156), strict=True))
    assert sum(sums.values()) == 516
    assert sums == summed(third, "activity", "person_times")


def test_the_figures_of_timber_bases_and_routes(alliance: Alliance) -> None:
    one, *_ = alliance("qdg")

    found = {row["key"]: (row["value"], row["unit"]) for row in rows(one, "indicator")}
    assert found == {
        "木材加工企业": (22, "家"),
        "木材加工产值": (1500, "万元"),
        "木材加工带动就业": (500, "人"),
        "联建产业基地": (7, "个"),
        "基地带动就业": (400, "人"),
        "基地户均增收": (2000, "元"),
        "一日游路线": (6, "条"),
    }


def test_seven_fields_of_cooperation_of_which_two_are_named(alliance: Alliance) -> None:
    one, *_ = alliance("qdg")

    found = {row["called"]: row for row in rows(one, "coop_field")}
    assert len(found) == 7
    named = {called for called in found if "待定" not in called}
    assert named == {"治安联防", "矛盾联调"}
    assert all(row["owners"].count("综治中心") == 3 * (c in named) for c, row in found.items())
    cases = one.ask("case", "list", "coop_field=矛盾联调")
    assert len(cases) == counted(one, "case")[""] == 24


def test_two_projects_name_the_cases_that_they_caused(alliance: Alliance) -> None:
    one, *_ = alliance("qdg")

    found = rows(one, "project")
    assert {row["called"] for row in found} == {"罗八高速公路", "万峰湖光伏项目"}
    cases = {row["id"] for row in rows(one, "case")}
    for row in found:
        issues = shown(one, "project", row["id"])["fields"]["issues"]
        assert len({issue["case"] for issue in issues} & cases) == 2


def test_sixty_matters_in_a_month_at_the_windows_of_three(alliance: Alliance) -> None:
    one, *_ = alliance("qdg")

    found = rows(one, "intake")
    assert len(found) == 60
    assert {row["received_on"][:7] for row in found} == {"2024-07"}
    assert cells(found, "home") == dict.fromkeys(NAMES, 20)
    assert cells(found, "state") == {"accepted": 48, "guided": 6, "not_for_mediation": 6}
    routed = [row for row in found if row["routed_to"]]
    assert len(routed) == 30
    assert all(row["routed_to"] != row["home"] for row in routed)


def test_referrals_to_police_and_court_stand_in_every_state(alliance: Alliance) -> None:
    one, *_ = alliance("qdg")

    states = defaultdict(set)
    for row in rows(one, "transfer"):
        states[row["kind_of"]].add(row["state"])
    every = {"drafted", "sent", "received", "accepted", "returned", "recalled", "completed"}
    assert states == {"to_police": every, "to_court": every}
