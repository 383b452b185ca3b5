"""The figures of 金麻, computed from what is loaded and never typed; both townships see the same."""

from __future__ import annotations

from collections import Counter

from tests.node.demo.conftest import Alliance, cells, counted, rows, shown, summed

ROUNDS = 180
PERSON_TIMES = {"麻塘苗族瑶族乡": 186, "金子岩侗族苗族乡": 180}


def test_46_cases_of_which_31_are_new_and_15_legacy(alliance: Alliance) -> None:
    for clerk in alliance("jinma"):
        assert counted(clerk, "case") == {"": 46}
        assert counted(clerk, "case", "vintage") == {"new": 31, "legacy": 15}


def test_46_cases_in_ten_categories(alliance: Alliance) -> None:
    one, _ = alliance("jinma")

    assert counted(one, "case", "category") == {
        "forest_land": 17,
        "neighbour": 6,
        "housing_homestead": 5,
        "marriage_family": 4,
        "damages": 4,
        "migrant_wages": 3,
        "contract": 3,
        "pollution": 2,
        "traffic": 1,
        "other": 1,
    }
    forest = counted(one, "case", "sub_category")
    assert forest["boundary_land"] + forest["boundary_mountain"] == 6
    told = {name: forest[name] for name in ("forest_right", "crop_damage", "enclave_land")}
    assert told == {"forest_right": 5, "crop_damage": 3, "enclave_land": 1}
    assert forest["grave_site"] == 2
    assert forest["water_use"] + forest["irrigation_ditch"] == 6


def test_27_written_and_11_oral_agreements_and_two_open(alliance: Alliance) -> None:
    one, _ = alliance("jinma")

    assert counted(one, "case", "outcome") == {
        "agreed_written": 27,
        "agreed_oral": 11,
        "failed_guided": 3,
        "withdrawn": 2,
        "transferred": 1,
        "": 2,
    }


def test_180_rounds_count_once_each_though_both_confirm_them(alliance: Alliance) -> None:
    for clerk in alliance("jinma"):
        assert counted(clerk, "patrol", "kind_of") == {"screening": ROUNDS}
        listed = rows(clerk, "patrol", state="confirmed")
        assert len(listed) == ROUNDS
        for row in listed:
            assert all(name in row["state_confirmed"] for name in PERSON_TIMES)


def test_three_rounds_that_were_entered_twice_are_left_out(alliance: Alliance) -> None:
    one, _ = alliance("jinma")

    twice = [row for row in rows(one, "patrol") if row["same_as"]]
    assert len(twice) == 3
    assert len(rows(one, "patrol")) == ROUNDS + 3


def test_366_person_times_and_what_each_township_states_adds_up(alliance: Alliance) -> None:
    one, other = alliance("jinma")

    sums = summed(one, "patrol", "person_times", "kind_of", "screening")
    assert sums == summed(other, "patrol", "person_times", "kind_of", "screening")
    assert sums == PERSON_TIMES
    assert sum(sums.values()) == 366


def test_the_meeting_of_18_august_with_the_delegations_of_both(alliance: Alliance) -> None:
    one, _ = alliance("jinma")

    [meeting] = rows(one, "meeting", kind_of="forum")
    assert meeting["starts_at"] == "2024-08-18 09:00"
    assert meeting["host"] == "金子岩侗族苗族乡"
    there = Counter[str]()
    for item in shown(one, "meeting", meeting["id"])["fields"]["attending"]:
        assert item["by"]["township"] == item["township"]
        there[item["township"]] += item["count"]
    assert there == {"麻塘苗族瑶族乡": 8, "金子岩侗族苗族乡": 8}
    assert all(name in meeting["confirmed"] for name in PERSON_TIMES)


def test_two_joint_bodies_of_2021(alliance: Alliance) -> None:
    one, _ = alliance("jinma")

    bodies = rows(one, "joint_body")
    assert cells(bodies, "kind_of") == {"joint_party_branch": 1, "joint_mediation_committee": 1}
    assert {body["founded_on"][:4] for body in bodies} == {"2021"}


def test_the_mechanism_is_in_force_as_both_signed(alliance: Alliance) -> None:
    one, _ = alliance("jinma")

    [accord] = rows(one, "accord")
    assert all(name in accord["signed"] for name in PERSON_TIMES)
