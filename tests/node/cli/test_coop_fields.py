"""Fields of cooperation: the members name them, and what is done in each has its figures."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.support.clerk import Clerk, carry

SEVEN = (
    "治安联防", "矛盾联调", "信息互通", "便民互助", "应急互救", "产业互促", "文化互融",
)  # fmt: skip


def test_seven_fields_are_named_by_the_members_and_reported_on_one_by_one(
    pair: list[Clerk],
) -> None:
    here, there = pair
    ids = {}
    for n, name in enumerate(SEVEN):
        ids[name] = pair[n % 2].id("coop_field", "new", f"called={name}", "owners=综治中心")
    carry(here, there)
    there("coop_field", "set", "治安联防", "owners=派出所")
    round_ = ("patrol", "new", "kind_of=joint", "coop_field=治安联防")
    here.id(*round_, "area=界河", "on=2024-08-18")
    there.id(*round_, "area=界桩一线", "on=2024-11-02")
    case = ("case", "new", "category=neighbour", "village=示范一村", "occurred_on=2024-08-01")
    there.id(*case, f"coop_field={ids['矛盾联调'][:8]}")
    here.id(*case)
    carry(here, there)

    for clerk in pair:
        found = clerk.ask("count", "--by", "coop_field")
        told = {f["label"]: (f["count"], f["kinds"]) for f in found}
        assert told == {name: (0, {}) for name in SEVEN} | {
            "治安联防": (2, {"patrol": 2}),
            "矛盾联调": (1, {"case": 1}),
        }
        third = clerk.ask("count", "--by", "协作领域", "--from", "2024-07-01", "--to", "2024-09-30")
        assert {f["label"]: f["count"] for f in third if f["count"]} == {
            "治安联防": 1,
            "矛盾联调": 1,
        }
        rounds = clerk.ask("count", "patrol", "--by", "coop_field")
        assert [(f["label"], f["count"]) for f in rounds] == [("治安联防", 2)]
        assert len(clerk.ask("patrol", "list", "coop_field=治安联防")) == 2
        assert clerk.ask("patrol", "list", "coop_field=矛盾联调") == []
        owners = clerk.ask("coop_field", "show", "治安联防")["fields"]["owners"]
        assert owners == {here.name: "综治中心", there.name: "派出所"}
        for lang in ("zh", "en"):
            page = clerk("count", "--by", "coop_field", lang=lang).out
            assert all(name in page for name in SEVEN)
            assert max(map(cell_len, page.splitlines())) <= 80


def test_a_field_that_was_given_up_keeps_what_was_done_in_it(pair: list[Clerk]) -> None:
    here, _ = pair
    for name in SEVEN[:3]:
        here.id("coop_field", "new", f"called={name}")
    round_ = here.id(
        "patrol", "new", "kind_of=joint", "area=界河", "on=2024-08-18", "coop_field=治安联防"
    )
    for name in SEVEN[:2]:
        assert here("coop_field", "move", name, "dropped", "--reason", "合并").code == 0
    told = {f["label"]: f["count"] for f in here.ask("count", "--by", "coop_field")}
    assert told == {"治安联防": 1, "信息互通": 0}
    assert "治安联防" in here("patrol", "show", round_).out


def test_a_field_that_nobody_named_or_two_are_called_alike_is_one_sentence(
    pair: list[Clerk],
) -> None:
    here, _ = pair
    unknown = here(
        "activity", "new", "kind_of=culture", "called=山歌赛", "on=2024-04-11", "coop_field=没有的"
    )
    assert (unknown.code, len(unknown.err.splitlines())) == (2, 1)
    for _ in range(2):
        here.id("coop_field", "new", "called=治安联防")
    twice = here("coop_field", "show", "治安联防")
    assert (twice.code, len(twice.err.splitlines())) == (2, 1)
    assert here.ask("activity", "list") == []


@pytest.mark.parametrize(
    "asked", ((), ("--by", "没有的项目"), ("--by", "coop_field", "--from", "明天"))
)
def test_a_count_of_everything_that_cannot_be_is_one_sentence(
    pair: list[Clerk], asked: tuple[str, ...]
) -> None:
    done = pair[0]("count", *asked)
    assert (done.code, done.out, len(done.err.splitlines())) == (2, "", 1)


def test_a_sheet_names_the_field_as_people_call_it(pair: list[Clerk], tmp_path: Path) -> None:
    here, _ = pair
    here.id("coop_field", "new", "called=治安联防")
    file = tmp_path / "巡防.csv"
    file.write_text(
        "类型,区域,日期,协作领域\n联合巡防,界河,2024-08-18,治安联防\n", encoding="utf-8"
    )
    done = here.ask("sheet", "import", str(file), "--kind", "patrol", "--yes")
    assert (done["written"], done["refused"]) == (1, [])
    assert [f["label"] for f in here.ask("count", "patrol", "--by", "coop_field")] == ["治安联防"]
