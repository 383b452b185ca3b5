"""A team that is smaller or larger than usual is taken, with a remark that everybody sees and a reason."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from tests.support.clerk import Clerk, carry

TEAM = ("team", "new", "kind_of=volunteer", "called=先锋队")


@pytest.mark.parametrize("size", (7, 13))
def test_a_team_of_seven_or_thirteen_is_taken_with_a_remark_and_a_reason(
    pair: list[Clerk], size: int
) -> None:
    here, there = pair
    made = here(*TEAM, f"size={size}")
    assert made.code == 0
    assert f"人数 {size}，一般是 8 至 12" in made.err
    assert "请写明理由" in made.err
    team = here.ask("team", "list")[0]["id"]
    assert here("team", "set", team, "size_reason=外出务工多").code == 0
    carry(here, there)
    for clerk in pair:
        shown = clerk.ask("team", "show", team)
        assert shown["fields"]["size"] == size
        [remark] = shown["unusual"]
        assert (remark["field"], remark["value"], remark["why"]) == ("size", size, "外出务工多")
        page = clerk("team", "show", team).out
        assert f"人数 {size}，一般是 8 至 12" in page
        assert "理由：外出务工多" in page
        assert f"size {size}; usually 8 to 12" in clerk("team", "show", team, lang="en").out


def test_the_reason_may_stand_with_the_entry(pair: list[Clerk]) -> None:
    here, _ = pair
    team = here.id(*TEAM, "size=10")
    changed = here("team", "set", team, "size=13", "--reason", "两村合编")
    assert (changed.code, "理由：两村合编" in changed.err) == (0, True)
    [remark] = here.ask("team", "show", team)["unusual"]
    assert remark["why"] == "两村合编"
    assert here.ask("team", "set", team, "size=7", "--reason", "减员")["unusual"][0]["value"] == 7


@pytest.mark.parametrize(
    "said", ("kind_of=volunteer size=8", "kind_of=volunteer size=12", "kind_of=patrol size=3",
             "kind_of=volunteer")
)  # fmt: skip
def test_what_is_usual_or_another_sort_of_team_is_not_remarked(
    pair: list[Clerk], said: str
) -> None:
    here, _ = pair
    made = here("team", "new", "called=某队", *said.split())
    assert (made.code, made.err) == (0, "已保存在本机。\n")
    assert here.ask("team", "show", here.ask("team", "list")[0]["id"])["unusual"] == []


def test_a_sheet_with_such_a_team_is_taken_and_says_so(pair: list[Clerk], tmp_path: Path) -> None:
    here, _ = pair
    team = here.id(*TEAM, "size=9")
    file = tmp_path / "队伍.xlsx"
    assert here("sheet", "export", "team", "-o", str(file)).code == 0
    book = openpyxl.load_workbook(file)
    sheet = book.worksheets[0]
    columns = {str(c.value).rstrip(" *"): c.column for c in sheet[1] if c.value is not None}
    sheet.cell(2, columns["人数"]).value = 13
    for title, said in (
        ("类型", "先锋志愿服务队"),
        ("名称", "新队"),
        ("人数", 7),
        ("人数说明", "山高路远"),
    ):
        sheet.cell(3, columns[title]).value = said
    book.save(file)

    look = here("sheet", "import", str(file), "--preview")
    assert look.code == 0
    assert "第 2 行：“人数”13，一般是 8 至 12；照样收下，请在“人数说明”里写明理由" in flat(look.out)
    assert "第 3 行：“人数”7，一般是 8 至 12；理由：山高路远" in flat(look.out)
    done = here.ask("sheet", "import", str(file), "--yes")
    assert (done["written"], len(done["notes"]), done["refused"]) == (2, 2, [])
    assert here.ask("team", "show", team)["unusual"][0]["value"] == 13


def flat(page: str) -> str:
    return "".join(line.strip() for line in page.splitlines())
