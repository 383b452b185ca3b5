"""The figures of 长坪: one project, a review every week, three levels, the services of a year."""

from __future__ import annotations

import datetime

from node.demo.dataset import New, acts
from tests.node.demo.conftest import Alliance, cells, counted, rows, shown, summed


def test_206_cases_around_one_project_and_how_they_ended(alliance: Alliance) -> None:
    one, _ = alliance("changping")

    [project] = rows(one, "project")
    assert project["called"] == "郑万高铁"
    [gathered] = shown(one, "project", project["id"])["gathered"]
    assert (gathered["kind"], gathered["count"]) == ("case", 206)
    linked = rows(one, "case", of_project=project["id"][:8])
    ended = cells(linked, "outcome")
    assert ended["agreed_written"] + ended["agreed_oral"] > 180
    assert sum(ended.values()) == 206


def test_sixty_houses_and_nearly_a_thousand_mu(alliance: Alliance) -> None:
    one, _ = alliance("changping")

    found = {row["key"]: (row["value"], row["unit"]) for row in rows(one, "indicator")}
    assert found["项目拆迁房屋"] == (60, "栋")
    assert found["项目征用土地"] == (996, "亩")
    assert found["帮扶户数"] == (1393, "户")
    assert found["帮扶人口"] == (3670, "人")


def test_52_weekly_reviews_each_signed_by_both(alliance: Alliance) -> None:
    one, _ = alliance("changping")

    found = rows(one, "weekly_review", state="signed")
    assert {row["week"] for row in found} == {f"2023-W{week:02d}" for week in range(1, 53)}
    assert all(name in row["signed"] for row in found for name in ("长坪镇", "薛坪镇"))


def test_the_figures_of_a_week_are_those_of_the_cases_entered_in_it(alliance: Alliance) -> None:
    one, _ = alliance("changping")

    begun = [a.at for a in acts("changping") if isinstance(a, New) and a.kind == "case"]
    told = 0
    for row in rows(one, "weekly_review"):
        figures = shown(one, "weekly_review", row["id"])["fields"]["figures"]
        [new] = [
            f["value"]
            for f in figures
            if f["measure"] == "new" and not {"category", "level"} & f.keys()
        ]
        friday = datetime.date.fromisoformat(row["as_of"][:10])
        monday = (friday - datetime.timedelta(days=4)).isoformat()
        assert new == len([at for at in begun if monday <= at <= row["as_of"]])
        told += new
    assert told > 40


def test_three_levels_add_up(alliance: Alliance) -> None:
    one, _ = alliance("changping")

    levels = counted(one, "hazard", "found_level")
    assert levels == {"grid": 18, "village": 12, "township": 6}
    assert sum(levels.values()) == counted(one, "hazard")[""]
    assert counted(one, "schedule", "level") == {"grid": 1, "village": 1, "township": 1}
    assert sum(counted(one, "case", "level").values()) == counted(one, "case")[""]


def test_the_services_of_a_year_with_what_was_said_for_and_against(alliance: Alliance) -> None:
    one, _ = alliance("changping")

    found = rows(one, "service_item", year="2023")
    assert cells(found, "state") == {"accepted": 16, "delivered": 4, "rejected": 4}
    for row in found:
        [tally] = shown(one, "service_item", row["id"])["fields"]["tallies"]
        assert tally["village"] == row["village"]
        assert tally["for_it"] > tally["against"]


def test_twelve_rounds_of_volunteers_are_numbers(alliance: Alliance) -> None:
    one, _ = alliance("changping")

    assert counted(one, "activity", "kind_of") == {"volunteer": 12}
    assert set(summed(one, "activity", "person_times")) == {"长坪镇", "薛坪镇"}
