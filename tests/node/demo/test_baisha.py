"""The figures of 白沙: one campaign over the Spring Festival, and its ledgers to practise importing."""

from __future__ import annotations

import shutil
from collections import Counter
from pathlib import Path

from node.demo.load import SHEETS
from node.demo.practice import CLEAN, CLEAN_ROWS, MERGED, MERGED_ROWS, OLD, OLD_ROWS, OLD_TWICE
from tests.node.demo.conftest import Alliance, cells, counted, rows, shown
from tests.support.clerk import Clerk

CASES = 12


def _sheet(alliance: Alliance, name: str) -> str:
    one, _ = alliance("baisha")
    return str(one.folder.parent / SHEETS / name)


def _copy(alliance: Alliance, folder: Path) -> Clerk:
    one, _ = alliance("baisha")
    shutil.copytree(one.folder, folder / "baisha")
    return Clerk(folder / "baisha", one.name)


def test_one_campaign_around_the_spring_festival_with_its_group(alliance: Alliance) -> None:
    one, _ = alliance("baisha")

    [campaign] = rows(one, "campaign")
    assert campaign["starts_on"] < "2024-02-10" < campaign["ends_on"]
    assert campaign["state"] == "ended"
    [group] = rows(one, "team", kind_of="leading_group")
    assert campaign["leading_group"] == group["id"][:8]
    assert group["leader"] == "党委政法委员"


def test_14_villages_are_each_screened_four_times(alliance: Alliance) -> None:
    one, _ = alliance("baisha")

    [campaign] = rows(one, "campaign")
    targets = shown(one, "campaign", campaign["id"])["fields"]["targets"]
    wanted = {target["village"]: target["rounds"] for target in targets}
    assert len(wanted) == 14
    gone = Counter(row["covers"] for row in rows(one, "patrol") if row["campaign"])
    assert gone == wanted


def test_14_village_secretaries_at_the_mobilisation(alliance: Alliance) -> None:
    one, _ = alliance("baisha")

    [meeting] = rows(one, "meeting", kind_of="mobilisation")
    there = shown(one, "meeting", meeting["id"])["fields"]["attending"]
    assert {item["office"]: item["count"] for item in there}["村党支部书记"] == 14


def test_the_campaign_gathers_its_cases_rounds_and_hazards(alliance: Alliance) -> None:
    for clerk in alliance("baisha"):
        [campaign] = rows(clerk, "campaign")
        gathered = shown(clerk, "campaign", campaign["id"])["gathered"]
        told = {one["kind"]: one["count"] for one in gathered}
        assert told == {"case": CASES, "patrol": 56, "hazard": 18}


def test_every_category_of_the_campaign(alliance: Alliance) -> None:
    one, _ = alliance("baisha")

    assert counted(one, "case", "category") == {
        "marriage_family": 3,
        "neighbour": 3,
        "expropriation": 2,
        "migrant_wages": 2,
        "other": 2,
    }
    assert counted(one, "case", "sub_category")["relief_gap"] == 2


def test_four_dispositions(alliance: Alliance) -> None:
    one, _ = alliance("baisha")

    found = counted(one, "case", "dispositions")
    assert {"policy_explained", "claim_met", "aid_given", "visited_explained"} <= found.keys()


def test_every_hazard_of_the_campaign_was_put_right(alliance: Alliance) -> None:
    one, _ = alliance("baisha")

    found = rows(one, "hazard")
    assert cells(found, "state") == {"closed": 18}
    [campaign] = rows(one, "campaign")
    assert cells(found, "campaign") == {campaign["id"][:8]: 18}


def test_the_clean_ledger_is_taken_in_whole(alliance: Alliance, tmp_path: Path) -> None:
    clerk = _copy(alliance, tmp_path)

    done = clerk("sheet", "import", _sheet(alliance, CLEAN), "--kind", "case", "--yes")
    assert done.code == 0, done.err
    assert counted(clerk, "case") == {"": CASES + CLEAN_ROWS}


def test_the_old_ledger_is_read_in_its_code_page_and_its_repeated_rows_are_left_out(
    alliance: Alliance, tmp_path: Path
) -> None:
    data = Path(_sheet(alliance, OLD)).read_bytes()
    assert "纠纷类别" in data.decode("gb18030")
    clerk = _copy(alliance, tmp_path)

    done = clerk("sheet", "import", _sheet(alliance, OLD), "--kind", "case", "--yes")
    assert done.code == 0, done.err
    assert done.out.count("相同") == OLD_TWICE
    assert counted(clerk, "case") == {"": CASES + OLD_ROWS}
    known = {row["id"] for row in rows(alliance("baisha")[0], "case")}
    came = [row for row in rows(clerk, "case") if row["id"] not in known]
    days = {f"2024-01-{day}" for day in range(16, 16 + OLD_ROWS)}
    assert {row["occurred_on"] for row in came} == days
    assert {row["amount_claimed"] for row in came} == {
        100 * (600 + 350 * n) for n in range(3, 3 + OLD_ROWS)
    }


def test_what_stands_in_merged_cells_counts_for_each_of_their_rows(
    alliance: Alliance, tmp_path: Path
) -> None:
    clerk = _copy(alliance, tmp_path)

    done = clerk("sheet", "import", _sheet(alliance, MERGED), "--kind", "case", "--yes")
    assert done.code == 0, done.err
    assert counted(clerk, "case") == {"": CASES + MERGED_ROWS}
    known = {row["id"] for row in rows(alliance("baisha")[0], "case")}
    came = [row for row in rows(clerk, "case") if row["id"] not in known]
    assert sorted(cells(came, "village").values()) == [3, 3]
