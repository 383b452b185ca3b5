"""The figures of 三边: three townships, two provinces, one roster."""

from __future__ import annotations

import datetime
from collections import defaultdict

from node.daily import gaps
from node.demo.words import VILLAGES
from tests.node.demo.conftest import Alliance, cells, counted, rows, shown, summed, terms

NAMES = ("中寨镇", "博峪镇", "永和乡")


def test_42_villages_30000_people_and_1314_members_as_figures(alliance: Alliance) -> None:
    for clerk in alliance("sanbian"):
        found: dict[str, int] = defaultdict(int)
        for row in rows(clerk, "indicator"):
            assert row["source"]
            assert row["on"] == "2022-12-31"
            found[row["key"]] += row["value"]
        assert found == {"行政村数": 42, "人口": 30_000, "党员数": 1314}
    assert len({village for listed in VILLAGES for village in listed}) == 42


def test_the_chair_goes_round_for_eight_quarters(alliance: Alliance) -> None:
    for clerk in alliance("sanbian"):
        served = terms(clerk, "2022Q3", "2023Q3")
        assert [term["township"] for term in served] == [NAMES[n % 3] for n in range(8)]
        assert all(term["accepted"] and not term["conflict"] for term in served)


def test_who_has_the_chair_hosts_the_meeting_of_the_quarter(alliance: Alliance) -> None:
    one, *_ = alliance("sanbian")

    hosts = {row["quarter"]: row["host"] for row in rows(one, "meeting", kind_of="quarterly")}
    assert len(hosts) == 8
    assert [hosts[q] for q in sorted(hosts)] == [NAMES[n % 3] for n in range(8)]


def test_7_of_11_difficult_items_are_solved(alliance: Alliance) -> None:
    one, *_ = alliance("sanbian")

    found = rows(one, "difficult_item")
    assert len(found) == 11
    assert cells(found, "state") == {"solved": 7, "in_progress": 2, "taken_up": 1, "parked": 1}
    for row in found:
        asked = shown(one, "difficult_item", row["id"])["fields"]["commitments"]
        assert {item["township"] for item in asked} == set(NAMES)
        assert (row["state"] == "solved") == bool(row["state_confirmed"])


def test_teams_of_8_10_and_12_and_one_of_13(alliance: Alliance) -> None:
    one, *_ = alliance("sanbian")

    found = rows(one, "team", kind_of="volunteer")
    assert sorted(row["size"] for row in found) == [8, 10, 12, 13]
    assert {row["townships"] for row in found} == set(NAMES)


def test_a_team_of_13_is_told_with_its_reason_and_the_others_are_not(alliance: Alliance) -> None:
    one, *_ = alliance("sanbian")

    for row in rows(one, "team", kind_of="volunteer"):
        said = one("team", "show", row["id"]).out
        assert ("13，一般是 8 至 12" in said) == (row["size"] == 13)
        assert (row["size"] == 13) == bool(row["size_reason"])
        assert not row["size_reason"] or row["size_reason"] in said


def test_four_weeks_round_the_clock_with_one_gap(alliance: Alliance) -> None:
    one, *_ = alliance("sanbian")

    spans: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows(one, "duty_shift"):
        spans[row["home"]].append((row["starts_at"], row["ends_at"]))
    assert {name: len(listed) for name, listed in spans.items()} == dict.fromkeys(NAMES, 28)
    first, last = "2024-07-29 08:00", "2024-08-26 08:00"
    days = datetime.datetime.fromisoformat(last) - datetime.datetime.fromisoformat(first)
    assert days == datetime.timedelta(weeks=4)
    missing = [gap for listed in spans.values() for gap in gaps(listed, first, last)]
    assert missing == [("2024-08-11 20:00", "2024-08-12 08:00")]


def test_three_villages_accords_are_in_force_for_three_years(alliance: Alliance) -> None:
    one, *_ = alliance("sanbian")

    found = rows(one, "accord", kind_of="village_friendship")
    assert len(found) == 3
    for row in found:
        assert all(name in row["signed"] for name in NAMES)
        assert int(row["expires_on"][:4]) - int(row["valid_from"][:4]) in (2, 3)


def test_the_nearest_team_goes_first_by_the_table_of_ways(alliance: Alliance) -> None:
    _, _, third = alliance("sanbian")

    found = third.ask("nearest", "试水寨村")
    assert len(rows(third, "travel_time")) == 12
    assert [way["minutes"] for way in found][:3] == [10, 30, 48]


def test_five_incidents_each_with_a_team_that_moved(alliance: Alliance) -> None:
    one, *_ = alliance("sanbian")

    found = rows(one, "incident")
    assert len(found) == 5
    for row in found:
        [sent] = shown(one, "incident", row["id"])["fields"]["dispatches"]
        assert row["reported_at"] < sent["left_at"] < sent["arrived_at"]


def test_twelve_patrols_against_drugs_name_only_the_reference_of_the_police(
    alliance: Alliance,
) -> None:
    one, *_ = alliance("sanbian")

    found = rows(one, "patrol", kind_of="anti_drug")
    assert len(found) == 12
    assert len({row["police_ref"] for row in found}) == 12
    sums = summed(one, "patrol", "person_times", "kind_of", "anti_drug")
    assert set(sums) == set(NAMES)


def test_prices_of_four_herbs_in_every_month_of_a_year(alliance: Alliance) -> None:
    one, *_ = alliance("sanbian")

    assert rows(one, "market_info") == []  # their time is over
    found = [line["row"] for line in one.ask("market_info", "list", "kind_of=price", "--all")]
    assert cells(found, "product") == {"当归": 12, "党参": 12, "大黄": 12, "花椒": 12}
    assert all(row["price_from"] < row["price_to"] for row in found)


def test_every_warning_was_answered_by_all_who_were_asked_in_25_minutes(alliance: Alliance) -> None:
    one, *_ = alliance("sanbian")

    assert counted(one, "warning", "state") == {"resolved": 8}
    for row in rows(one, "warning"):
        assert row["receipts"].count("已签收") == 2
        when = {
            entry["township"]: entry["claimed"][11:16]
            for entry in one.ask("warning", "history", row["id"])
            if "receipts" in entry["operations"][0].get("field", "")
        }
        assert row["seen_at"].endswith("09:00")
        assert when == {name: "09:25" for name in NAMES if name != row["home"]}
