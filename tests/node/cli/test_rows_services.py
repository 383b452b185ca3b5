"""Services, activities and figures: rows told at the command lines of two townships."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.support.clerk import Clerk, carry

WHY = ("--reason", "已核实")


@pytest.fixture
def year(pair: list[Clerk]) -> list[Clerk]:
    """Activities of two townships over a year and a day."""
    here, there = pair
    for clerk, kind, on, place, count in (
        (here, "publicity", "2024-07-01", "示范一村", 60),
        (there, "publicity", "2024-09-30", "例家湾村", 40),
        (here, "publicity", "2024-10-01", "示范一村", 30),
        (here, "exchange_visit", "2024-03-05", "示范点", 20),
        (there, "exchange_visit", "2024-12-31", "示范点", 25),
        (here, "exchange_visit", "2025-01-01", "示范点", 9),
        (here, "volunteer", "2024-08-05", "示范一村", 8),
        (there, "volunteer", "2024-08-06", "例家湾村", 5),
        (here, "volunteer", "2024-08-07", "示范一村", 7),
    ):
        said = [f"kind_of={kind}", f"called=活动{on}", f"on={on}", f"place={place}"]
        clerk.id("activity", "new", *said, f"person_times={count}")
    carry(here, there)
    return pair


def test_publicity_and_visits_stand_in_the_figures_of_quarter_and_year(year: list[Clerk]) -> None:
    here, there = year
    for clerk in year:
        quarter = {
            f["value"]: f
            for f in clerk.ask(
                "count", "activity", "--by", "kind_of", "--from", "2024-07-01", "--to", "2024-09-30"
            )
        }
        assert quarter["publicity"]["count"] == 2
        assert quarter["publicity"]["sums"]["person_times"] == {here.name: 60, there.name: 40}
        whole = {
            f["value"]: f["count"]
            for f in clerk.ask(
                "count", "activity", "--by", "kind_of", "--from", "2024-01-01", "--to", "2024-12-31"
            )
        }
        assert whole == {"publicity": 3, "exchange_visit": 2, "volunteer": 3}
    page = here(
        "count", "activity", "--by", "kind_of", "--from", "2024-01-01", "--to", "2024-12-31"
    ).out
    assert "宣传教育" in page
    assert "交流观摩" in page


def test_volunteer_service_is_counts_by_place_and_nobody_who_was_helped(
    year: list[Clerk],
) -> None:
    here, there = year
    told = {
        f["value"]: (f["count"], f["sums"]["person_times"])
        for f in there.ask("count", "activity", "kind_of=volunteer", "--by", "place")
    }
    assert told == {"示范一村": (2, {here.name: 15}), "例家湾村": (1, {there.name: 5})}
    [one, *_] = here.ask("activity", "list", "kind_of=volunteer", "place=示范一村")
    for word in ("受助人", "受益人", "帮扶对象", "姓名", "beneficiaries"):
        done = here("activity", "set", one["id"], f"{word}=某某")
        assert (done.code, word in done.err) == (2, True)


@pytest.mark.parametrize(
    ("called", "typed", "solar"),
    (
        ("鼓藏节", "农历2026年三月初三", "20260419"),
        ("三月三歌圩", "2026年三月三", "20260419"),
        ("山歌赛", "2026 中秋", "20260925"),
        ("跳花坡", "农历2025年闰六月初一", "20250725"),
    ),
)
def test_a_festival_by_the_moon_lands_on_its_solar_day(
    pair: list[Clerk], tmp_path: Path, called: str, typed: str, solar: str
) -> None:
    here, there = pair
    festival = here.id(
        "activity", "new", "kind_of=culture", f"called={called}", f"on={typed}",
        f"hosts={here.name}、{there.name}", "place=界河边",
    )  # fmt: skip
    carry(here, there)
    shown = there.ask("activity", "show", festival)["fields"]
    assert shown["on"].replace("-", "") == solar
    file = tmp_path / "a.ics"
    assert there("export", "calendar", "-o", str(file)).code == 0
    text = file.read_text(encoding="utf-8")
    assert f"DTSTART;VALUE=DATE:{solar}" in text
    assert called in text


def test_figures_carry_their_day_and_their_source(pair: list[Clerk]) -> None:
    here, there = pair
    said = ("indicator", "new", "scope=township")
    typed = here.id(
        *said, "key=行政村", "period=2024", "value=42", "unit=个", "source=2023年统计年报",
        "on=2024-01-05",
    )  # fmt: skip
    plain = here.id(*said, "key=户数", "period=2024", "value=1393", "--as", "经济发展办")
    carry(here, there)

    shown = there.ask("indicator", "show", typed)["fields"]
    assert (shown["on"], shown["source"]) == ("2024-01-05", "2023年统计年报")
    shown = there.ask("indicator", "show", plain)["fields"]
    assert shown["source"] == f"{here.name} 经济发展办", "who gave it is its source"
    assert len(shown["on"]) == 10
    for record, source in ((typed, "2023年统计年报"), (plain, "经济发展办")):
        page = there("indicator", "show", record).out
        assert source in page
        assert there.ask("indicator", "show", record)["fields"]["on"] in page
    rows = {i["id"]: i["row"] for i in there.ask("indicator", "list")}
    assert all(row["on"] and row["source"] for row in rows.values())
    for word in ("姓名", "户主", "名单", "身份证号"):
        done = here("indicator", "set", plain, f"{word}=某某")
        assert (done.code, word in done.err) == (2, True)


def test_jobs_are_notices_and_counts_and_no_workers(pair: list[Clerk]) -> None:
    here, there = pair
    job = here.id(
        "market_info", "new", "kind_of=用工", "product=采茶工", "quantity=30人", "place=县城",
    )  # fmt: skip
    here.id("indicator", "new", "key=劳务输出", "period=2024Q1", "value=500", "unit=人次")
    carry(here, there)
    assert [m["id"] for m in there.ask("market_info", "list", "kind_of=labour")] == [job]
    assert [i["row"]["value"] for i in there.ask("indicator", "list", "key=劳务输出")] == [500]
    for word in ("姓名", "工人名单", "身份证号", "workers"):
        done = here("market_info", "set", job, f"{word}=某某")
        assert (done.code, word in done.err) == (2, True)
    call = here("market_info", "set", job, "note=找老吴 13800990011")
    assert (call.code, "手机号码" in call.err) == (3, True)


def test_what_villagers_proposed_is_tallied_and_published_without_names(
    pair: list[Clerk], tmp_path: Path
) -> None:
    here, there = pair
    item = here.id(
        "service_item", "new", "called=修便民桥", "tier=village", "year=2024", "village=示范一村",
        "proposers=12", f"open_to={here.name}、{there.name}",
    )  # fmt: skip
    here.id("service_item", "new", "called=去年的路灯", "tier=village", "year=2023")
    for village, for_it, against in (("示范一村", 58, 3), ("例家湾村", 40, 0)):
        tally = [f"village={village}", f"for_it={for_it}", f"against={against}"]
        assert here("item", "add", item, "tallies", *tally).code == 0
    assert here("item", "add", item, "tallies", "village=示范一村", "姓名=某某").code == 2
    for state in ("reviewed", "discussed", "decided", "delivering", "delivered", "accepted"):
        assert here("service_item", "move", item, state, *WHY).code == 0
    skipped = here("service_item", "move", item, "decided", *WHY)
    assert skipped.code != 0
    carry(here, there)

    shown = there.ask("service_item", "show", item)["fields"]
    assert {t["village"]: (t["for_it"], t["against"]) for t in shown["tallies"]} == {
        "示范一村": (58, 3), "例家湾村": (40, 0),
    }  # fmt: skip
    file = tmp_path / "2024实事.csv"
    done = there.ask("sheet", "export", "service_item", "year=2024", "-o", str(file))
    assert done["rows"] == 1
    heads, row = list(csv.reader(io.StringIO(file.read_text(encoding="utf-8-sig"))))[:2]
    published = dict(zip(heads, row, strict=True))
    said = {head.strip(" *"): cell for head, cell in published.items()}
    assert (said["事项"], said["提出村"], said["状态"]) == ("修便民桥", "示范一村", "群众验收")
    assert said["提出人数"].strip() == "12", "a number, and nobody"
    assert not [head for head in heads if "姓名" in head or head == "提出人"]
