"""A kind is one short file: commands, SQL, search, sheets, paper, counts, history and exchange follow.

The file lies outside of the product; programs that have it beside the others are processes of their own.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import re
import sqlite3
import zipfile
from pathlib import Path

import pytest

from crdt.schema import SCHEMA
from tests.support.clerk import Clerk
from tests.support.sheets import edit, put
from tests.support.versions import VersionClerk, alliance, program, stick

GATE = Path(__file__).resolve().parents[2] / "support" / "kinds" / "water_gate.py"
LINES_MAX = 40
CHINA = datetime.timezone(datetime.timedelta(hours=8))
SOON = (datetime.datetime.now(CHINA).date() + datetime.timedelta(days=3)).isoformat()
BEGUN = ("sort=渠道闸", "called=上坝口", "cost=800", f"check_on={SOON}")


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> list[Clerk]:
    """Two townships whose program has the file; each test has records of its own."""
    have = program(SCHEMA, GATE)
    return alliance(tmp_path_factory.mktemp("gates"), have, have)


@pytest.fixture
def gate(founded: list[Clerk]) -> str:
    return founded[0].id("water_gate", "new", *BEGUN)


def test_it_is_short_and_declares_only() -> None:
    text = GATE.read_text()
    assert len(text.splitlines()) < LINES_MAX
    assert re.findall(r"^(?:def|class|if|for|while) ", text, re.MULTILINE) == []
    imported = re.findall(r"^from (\S+) import|^import (\S+)", text, re.MULTILINE)
    assert {(one or other).split(".")[0] for one, other in imported} <= {
        "__future__",
        "crdt",
        "keys",
    }


def test_its_commands_are_there_in_both_languages(founded: list[Clerk], gate: str) -> None:
    here = founded[0]
    assert "water_gate(闸口)" in here("--help").out
    assert "water_gate" in here("--help", lang="en").out
    assert "--sort 内容    类别（必填）" in here("water_gate", "new", "--help").out
    for lang, label in (("zh", "维修费"), ("en", "cost of repair")):
        assert label in here("kinds", "water_gate", lang=lang).out
        shown = here("water_gate", "show", gate, lang=lang).out
        assert label in shown
    declared = here.ask("kinds", "water_gate")
    assert [f["name"] for f in declared["fields"]][:2] == ["sort", "called"]
    asked = here("water_gate", "new", "sort=weir")
    assert (asked.code, "名称" in asked.err) == (2, True)
    wrong = here("water_gate", "new", "sort=bridge", "called=x")
    assert (wrong.code, "拦河坝" in wrong.err) == (2, True)
    assert here("water_gate", "set", gate, "state=gone").code == 0
    assert here("water_gate", "move", gate, "in_use").code == 2, "no move leads back"
    assert here.ask("water_gate", "show", gate)["fields"]["state"] == "gone"


def test_the_shell_completes_what_may_be_chosen(founded: list[Clerk]) -> None:
    here = founded[0]
    assert isinstance(here, VersionClerk)
    assert "water_gate" in here.completed("mulin water_g")
    assert here.completed("mulin water_gate new --sort lhb") == "plain,拦河坝\n", "by its initials"
    assert here.completed("mulin water_gate move 3f2a9c1e sh") == "plain,损坏\n"


def test_it_is_listed_found_counted_told_of_and_stands_in_sql(
    founded: list[Clerk], gate: str
) -> None:
    here = founded[0]
    other = here.id("water_gate", "new", "sort=weir", "called=石桥坝", "cost=12.5")
    assert here("water_gate", "set", gate, "state=broken").code == 0
    assert here("item", "add", gate, "readings", "on=2026-11-01", "text=一米二").code == 0
    assert [line["id"] for line in here.ask("water_gate", "list", "state=损坏")] == [gate]
    for words in ("上坝", "sbk", "一米二"):
        assert gate in [line["id"] for line in here.ask("find", words)], words
    assert [line["id"] for line in here.ask("find", "石桥")] == [other]
    counted = {r["value"]: r for r in here.ask("count", "water_gate", "--by", "sort")}
    assert (counted["weir"]["count"], counted["weir"]["sums"]) == (1, {"cost": {"": 1250}})
    assert (gate, SOON) in [(line["id"], line["day"]) for line in here.ask("today")["due"]]
    with contextlib.closing(sqlite3.connect(here.folder / "ledger.db")) as base:
        row = base.execute(
            "SELECT title, sort_zh, cost, state FROM water_gates WHERE id=?", (gate,)
        ).fetchone()
    assert row == ("渠道闸 · 上坝口", "渠道闸", 80000, "broken")
    assert here.ask("verify")["ok"]


def test_it_goes_out_on_paper_and_in_files_and_is_no_contact(
    founded: list[Clerk], gate: str, tmp_path: Path
) -> None:
    here = founded[0]
    for ending in ("html", "docx"):
        assert here("print", "record", gate, "-o", str(tmp_path / f"闸口.{ending}")).code == 0
    with zipfile.ZipFile(tmp_path / "闸口.docx") as packed:
        paper = re.sub("<[^>]+>", "", packed.read("word/document.xml").decode())
    for said in ((tmp_path / "闸口.html").read_text(), paper):
        assert "渠道闸" in said
        assert "800 元" in said
        assert "检修日期" in said
    whole = here.ask("water_gate", "export", gate)
    assert "上坝口" in json.dumps(whole, ensure_ascii=False)
    days = tmp_path / "期限.ics"
    assert here("export", "calendar", "-o", str(days)).code == 0
    assert f"检修日期：渠道闸 · 上坝口 [{gate[:8]}]" in days.read_text().replace("\n ", "")
    cards = tmp_path / "通讯录.vcf"
    assert here("export", "vcard", "-o", str(cards)).code == 0
    assert "上坝口" not in cards.read_text()


def test_it_goes_out_as_a_sheet_and_comes_back_edited(
    founded: list[Clerk], gate: str, tmp_path: Path
) -> None:
    here, file = founded[0], tmp_path / "闸口.xlsx"
    assert here("sheet", "export", "water_gate", "-o", str(file)).code == 0
    row = [line["id"] for line in here.ask("water_gate", "list")].index(gate) + 2
    edit(file, put(row, "维修费", 950.5))
    assert here("sheet", "import", str(file), "--yes", "--reason", "月底核对").code == 0
    assert here.ask("water_gate", "show", gate)["fields"]["cost"] == 95050
    last = here.ask("water_gate", "history", gate)[-1]
    assert last["reason"] == "月底核对"
    foreign = tmp_path / "别处.csv"
    foreign.write_text("类别,名称,维修费\n拦河坝,新寨坝,88\n", encoding="utf-8")
    assert here("sheet", "import", str(foreign), "--kind", "water_gate", "--yes").code == 0
    assert len(here.ask("find", "新寨坝")) == 1


def test_two_townships_differ_exchange_and_settle(
    founded: list[Clerk], gate: str, tmp_path: Path
) -> None:
    here, there = founded
    stick(here, there, tmp_path)
    assert here("water_gate", "set", gate, "cost=900", "agreed=同意修").code == 0
    assert there("water_gate", "set", gate, "cost=1000", "agreed=先等等").code == 0
    stick(here, there, tmp_path)
    stick(there, here, tmp_path)
    [conflict] = [c for c in here.ask("conflicts", "list", code=4) if c["record"] == gate]
    assert {c["shown"] for c in conflict["candidates"]} == {"900 元", "1,000 元"}
    assert conflict["severity"] == "blocking"
    assert "两边不一致" in there("water_gate", "show", gate).out
    done = here("conflicts", "settle", conflict["id"], "--take", there.name, "--reason", "电话核对")
    assert done.code == 0, done.err
    stick(here, there, tmp_path)
    shown = [clerk.ask("water_gate", "show", gate) for clerk in (here, there)]
    assert [s["conflicts"] for s in shown] == [[], []]
    assert [s["fields"] for s in shown] == [shown[0]["fields"]] * 2
    assert shown[0]["fields"]["cost"] == 100_000
    assert shown[0]["fields"]["agreed"] == {here.name: "同意修", there.name: "先等等"}
    said = here.ask("water_gate", "history", gate)
    assert {line["township"] for line in said} == {here.name, there.name}
    for clerk in (here, there):
        assert clerk.ask("verify")["ok"]
