"""Whom to call at a place, and what each township does for residents of the others."""

from __future__ import annotations

import sqlite3

import pytest
from rich.cells import cell_len

from crdt.kinds import KINDS
from tests.node.cli.test_today import day
from tests.support.clerk import Clerk, carry

GRID = ("grid", "new", "village=示范一村")
PLACE = ("place", "new", "kind_of=border_place")


def contact(clerk: Clerk, post: str, village: str, *more: str) -> str:
    said = ("office=村委会", f"post={post}", "name=龙示春", "phone=0739-0000-118", "level=village")
    return clerk.id("contact", "new", *said, f"village={village}", *more)


def posts(spot: dict[str, list[dict[str, str]]]) -> set[tuple[str, str]]:
    return {(p["said"], p["phone"]) for p in spot["posts"]}


def pair_up(clerk: Clerk, name: str, *villages: str) -> str:
    body = clerk.id("joint_body", "new", "kind_of=village_pair", f"called={name}")
    for village in villages:
        assert clerk("item", "add", body, "members", f"called={village}").code == 0
    return body


def test_from_a_place_its_grid_is_found_and_the_posts_to_call(pair: list[Clerk]) -> None:
    here, there = pair
    here.id(
        *GRID, "code=示范一村03", "grid_worker=三组网格员", "grid_worker_phone=0739-0000-001",
        "group_leader=联户长", "group_leader_phone=0739-0000-002",
        "police_officer=警格民警", "police_officer_phone=0739-0000-003",
    )  # fmt: skip
    here.id(*GRID, "code=示范一村04", "grid_worker=四组网格员")
    bridge = here.id(
        *PLACE, "called=石桥", "grid=示范一村03", "part_of=示范一村", "code=430527210201"
    )
    carry(here, there)

    for clerk in pair:
        for asked in ("石桥", "430527210201", "石橋"):
            [spot] = clerk.ask("whom", asked)
            assert (spot["place"], spot["within"]) == ("石桥", ["示范一村03", "示范一村"])
            assert posts(spot) == {
                ("三组网格员", "0739-0000-001"),
                ("联户长", "0739-0000-002"),
                ("警格民警", "0739-0000-003"),
            }
        assert clerk.ask("place", "show", bridge)["whom"] == clerk.ask("whom", "石桥")
        assert "0739-0000-003" in clerk("place", "show", bridge).out
    [village] = here.ask("whom", "示范一村")
    assert {said for said, _ in posts(village)} >= {"三组网格员", "四组网格员"}

    with sqlite3.connect(here.folder / "ledger.db") as base:
        tables = [row[0] for row in base.execute("SELECT name FROM sqlite_master")]
    assert not any("household" in name for name in tables)
    fields = {f.name for name in ("place", "grid") for f in KINDS[name].fields}
    assert not {f for f in fields if "house" in f or "resident" in f}


def test_the_directory_opens_for_both_villages_of_a_pair(pair: list[Clerk]) -> None:
    here, there = pair
    contact(here, "书记", "示范一村")
    contact(here, "前任书记", "示范一村", f"valid_to={day(-1)}")
    contact(here, "书记", "示范二村")
    contact(there, "主任", "例家湾村")
    pair_up(here, "示范例家联合支部", "示范一村", "例家湾村")
    carry(here, there)
    for clerk, asked in ((here, "示范一村"), (there, "例家湾村")):
        found = clerk.ask("whom", asked)
        assert found[0]["place"] == asked
        assert {(s["place"], p["said"], p["home"]) for s in found for p in s["posts"]} == {
            ("示范一村", "村委会 · 书记", here.name),
            ("例家湾村", "村委会 · 主任", there.name),
        }
    village = here.ask("contact", "list", "level=village", "village=示范一村")
    assert [line["row"]["post"] for line in village] == ["书记"]


def test_six_pairings_are_listed_with_their_villages(pair: list[Clerk]) -> None:
    here, there = pair
    made = {
        pair_up((here, there)[n % 2], f"第{n}联合支部", f"东{n}村", f"西{n}村") for n in range(1, 7)
    }
    here.id("joint_body", "new", "kind_of=school", "called=联合党校")
    carry(here, there)
    for clerk in pair:
        listed = clerk.ask("joint_body", "list", "kind_of=village_pair")
        assert {line["id"] for line in listed} == made
        page = clerk("joint_body", "list", "kind_of=village_pair").out
        assert all(f"{side}{n}村" in page for side in "东西" for n in range(1, 7))


def test_a_place_that_nobody_entered_says_what_to_do(pair: list[Clerk]) -> None:
    here, _ = pair
    [spot] = here.ask("whom", "某地")
    assert spot == {"place": "某地", "within": [], "posts": []}
    assert "mulin grid new" in here("whom", "某地").out


def test_places_that_lie_within_each_other_end(pair: list[Clerk]) -> None:
    here, _ = pair
    here.id(*PLACE, "called=甲地", "part_of=乙地")
    here.id(*PLACE, "called=乙地", "part_of=甲地")
    [spot] = here.ask("whom", "甲地")
    assert spot["within"] == ["乙地"]


@pytest.mark.parametrize("lang", ("zh", "en"))
def test_the_directory_fits_eighty_cells(pair: list[Clerk], lang: str) -> None:
    here, _ = pair
    contact(here, "一个名称很长很长的工作岗位" * 2, "示范一村" * 8)
    here.id(*PLACE, "called=" + "长" * 50, "part_of=" + "示范一村" * 8)
    done = here("whom", "长" * 50, lang=lang)
    assert done.code == 0
    assert max(map(cell_len, done.out.splitlines())) <= 80


def test_a_service_lists_what_each_township_does_for_residents_of_the_others(
    three: list[Clerk],
) -> None:
    first, second, third = three
    service = first.id("mutual_service", "new", "called=养老认证", "offers=窗口代收材料")
    carry(*three)
    second("mutual_service", "set", service, "offers=周三集中代办")
    third("mutual_service", "set", service, "offers=上门核验", "done_at=便民服务中心")
    carry(*three)
    offers = {
        first.name: "窗口代收材料", second.name: "周三集中代办", third.name: "上门核验",
    }  # fmt: skip
    for clerk in three:
        shown = clerk.ask("mutual_service", "show", service)
        assert shown["fields"]["offers"] == offers
        assert shown["conflicts"] == []
        lines = clerk("mutual_service", "list").out.splitlines()
        for name, said in offers.items():
            assert any(f"{name} {said}" in line for line in lines)
    first("mutual_service", "set", service, "offers=不再代收")
    carry(*three)
    shown = third.ask("mutual_service", "show", service)["fields"]["offers"]
    assert shown == offers | {first.name: "不再代收"}, "each says its own"
