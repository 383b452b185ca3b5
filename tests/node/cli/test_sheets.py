"""Sheets at the command line: what a clerk edits is what changes; what is doubtful is refused in words."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from rich.cells import cell_len

from tests.support.clerk import Clerk, carry
from tests.support.sheets import cases, edit, exported, put


@pytest.fixture
def here(pair: list[Clerk]) -> Clerk:
    return pair[0]


def _row_of(clerk: Clerk, record: str) -> Any:
    return clerk.ask("case", "show", record)["fields"]


def test_only_edited_cells_change(here: Clerk, tmp_path: Path) -> None:
    ids = cases(here)
    file = exported(here, tmp_path)
    before = [_row_of(here, i) for i in ids]
    edit(file, put(3, "主张金额", 900))
    world = here.world()
    look = here("sheet", "import", str(file), "--preview")
    assert look.code == 0
    assert "没有改动：2 行" in look.out
    assert "要改：1 行，1 格" in look.out
    assert "第 3 行：“主张金额” 1200.50 → 900" in look.out
    assert max(map(cell_len, look.out.splitlines())) <= 80
    assert here("sheet", "import", str(file), typed="").code == 0  # nobody says yes
    assert here.world() == world
    done = here.ask("sheet", "import", str(file), "--yes")
    assert (done["written"], done["unchanged"]) == (1, 2)
    after = [_row_of(here, i) for i in ids]
    assert after == [before[0], before[1] | {"amount_claimed": 90000}, before[2]]
    again = here.ask("sheet", "import", str(file), "--yes")  # as after a cut in the middle
    assert (again["written"], again["unchanged"]) == (0, 3)


def test_a_record_that_moved_on(pair: list[Clerk], tmp_path: Path) -> None:
    here, there = pair
    ids = cases(here)
    carry(here, there)
    file = exported(here, tmp_path)
    there.ask("case", "set", ids[0], "village=他村", "urgency=red", "--reason", "现场核对")
    carry(here, there)
    edit(file, put(2, "发生村", "我村"))
    done = here.ask("sheet", "import", str(file), "--yes", code=3)
    [refused] = done["refused"]
    assert refused["row"] == 2
    assert "导出以后已改成“他村”，表里是“我村”" in refused["why"]["zh"]
    assert done["written"] == 0
    edit(file, put(2, "发生村", "他村"))  # the same as the other said: nothing to do
    edit(file, put(2, "案号", "7"))
    done = here.ask("sheet", "import", str(file), "--yes")
    assert [c["moved_elsewhere"] for c in done["changes"]] == [True]
    fields = _row_of(here, ids[0])
    assert (fields["case_no"], fields["village"], fields["urgency"]) == ("7", "他村", "red")


def test_what_the_sides_differ_about_is_not_settled_by_a_sheet(
    pair: list[Clerk], tmp_path: Path
) -> None:
    here, there = pair
    ids = cases(here, 1)
    carry(here, there)
    here.ask("case", "set", ids[0], "amount_agreed=1")
    there.ask("case", "set", ids[0], "amount_agreed=2")
    carry(here, there)
    file = exported(here, tmp_path)
    edit(file, put(2, "协议金额", 3))
    [refused] = here.ask("sheet", "import", str(file), "--yes", code=3)["refused"]
    assert "两边说法不一致" in refused["why"]["zh"]


@pytest.mark.parametrize(
    ("title", "value", "said"),
    (
        ("主张金额", "八千", "填的是“八千”"),
        ("发生日期", "2026-02-30", "“发生日期”填写不对"),
        ("纠纷类别", "闲话", "只能是"),
        ("发生村", None, "不能为空"),
        ("具体地点", "打 138-1234-5678", "手机号码"),
        ("状态", "已受理", "--reason"),
        ("状态", "归档", "--reason"),
        ("牵头乡镇", "无此乡", "没有找到"),
        ("具体地点", "=1/0", "公式还没有算出结果"),
    ),
)
def test_a_cell_that_does_not_fit(
    here: Clerk, tmp_path: Path, title: str, value: object, said: str
) -> None:
    cases(here)
    file = exported(here, tmp_path)
    edit(file, put(2, title, value))
    edit(file, put(4, "案号", "9"))
    done = here.ask("sheet", "import", str(file), "--yes", code=3)
    [refused] = done["refused"]
    assert refused["row"] == 2
    assert said in refused["why"]["zh"]
    assert "138" not in refused["why"]["zh"]
    assert done["written"] == 1  # row 4


def test_names_can_be_confirmed_and_a_state_moves_with_a_reason(
    here: Clerk, tmp_path: Path
) -> None:
    ids = cases(here)
    file = exported(here, tmp_path)
    edit(file, put(2, "具体地点", "热线 138-1234-5678"))
    edit(file, put(3, "状态", "accepted"))
    words = ("--yes", "--no-name", "--reason", "双方同意")
    assert here.ask("sheet", "import", str(file), *words)["written"] == 2
    assert _row_of(here, ids[1])["state"] == "accepted"


def test_rows_moved_copied_deleted_and_columns_moved(here: Clerk, tmp_path: Path) -> None:
    ids = cases(here, 4)
    file = exported(here, tmp_path, "台账.csv")
    rows = list(csv.reader(io.StringIO(file.read_text("utf-8-sig"), newline="")))
    head, one, two, _, four = rows
    place = head.index("案号")
    copy = [*two]
    copy[place] = "另一条"
    head = [*head[1:], head[0], "经办意见"]
    changed = [[*row[1:], row[0], "无"] for row in (four, one, one, two, copy)]
    changed[0][place - 1] = "新号"
    gone = head.index("紧急程度")
    table = [[c for n, c in enumerate(row) if n != gone] for row in (head, *changed)]
    with file.open("w", encoding="gbk", newline="") as out:
        csv.writer(out, delimiter=";").writerows(table)
    done = here.ask("sheet", "import", str(file), "--yes", code=3)
    assert [c["id"] for c in done["changes"]] == [ids[3]]
    assert [r["row"] for r in done["refused"]] == [5, 6]
    assert "与第 6 行是同一条记录" in done["refused"][0]["why"]["zh"]
    assert [r["why"]["zh"] for r in done["skipped"]] == ["与第 3 行相同。"]
    notes = [n["why"]["zh"] for n in done["notes"]]
    assert notes == [
        "这些列不是本种记录的项目，没有读：经办意见",
        "表里少了这些列，它们保持不变：紧急程度",
    ]
    assert _row_of(here, ids[3])["case_no"] == "新号"
    assert _row_of(here, ids[2])["case_no"] == "0001"  # its row is gone, and it stands


def test_hidden_marks_that_were_altered(here: Clerk, tmp_path: Path) -> None:
    cases(here)
    file = exported(here, tmp_path)

    def hand(sheet: Any, columns: dict[str, int]) -> None:
        sheet.cell(2, 1).value = None
        sheet.cell(3, 2).value = sheet.cell(4, 2).value
        sheet.cell(4, 1).value = "0" * 32

    edit(file, hand)
    done = here.ask("sheet", "import", str(file), "--yes", code=3)
    assert [r["row"] for r in done["refused"]] == [2, 3, 4]
    edit(file, lambda sheet, _: sheet.delete_cols(2))
    assert here("sheet", "import", str(file), "--yes").code == 2
    garbled = exported(here, tmp_path, "乱码.csv")
    garbled.write_text(garbled.read_bytes().decode("latin-1"), encoding="utf-8")
    assert "找不到表头" in here("sheet", "import", str(garbled), "--yes").err


FOREIGN = """XX乡矛盾纠纷台账,,,,,
序号,纠纷类别,发生村,发生日期,受理日期,主张金额
1,山林土地纠纷,示范一村,2026-3-1,２０２６/３/２,８０００
2,forest_land,示范二村,2026年3月1日,2026.3.2,"¥8,000.50"
3,山林土地纠纷,示范一村,2026/3/1,2026-03-02,8000元
,,,,,
4,说不清,示范三村,,,
5,山林土地纠纷,,,,
"""


def test_a_ledger_of_another_hand(here: Clerk, tmp_path: Path) -> None:
    file = tmp_path / "别处.csv"
    file.write_text(FOREIGN, encoding="gb18030")
    done = here.ask("sheet", "import", str(file), "--yes", code=3)
    assert (done["kind"], done["written"]) == ("case", 2)
    assert [(r["row"], r["why"]["zh"]) for r in done["skipped"]] == [(5, "与第 3 行相同。")]
    assert [r["row"] for r in done["refused"]] == [7, 8]
    listed = [here.ask("case", "show", x["id"])["fields"] for x in here.ask("case", "list")]
    names = ("village", "occurred_on", "accepted_on", "amount_claimed")
    assert sorted(tuple(fields[name] for name in names) for fields in listed) == [
        ("示范一村", "2026-03-01", "2026-03-02", 800000),
        ("示范二村", "2026-03-01", "2026-03-02", 800050),
    ]
    again = here.ask("sheet", "import", str(file), "--yes", code=3)
    assert again["written"] == 0
    assert "已经登记过" in again["skipped"][0]["why"]["zh"]


def test_what_will_be_written_is_shown_as_it_was_understood_and_how_to_write_it(
    here: Clerk, tmp_path: Path
) -> None:
    file = tmp_path / "别处.csv"
    file.write_text(FOREIGN, encoding="gb18030")
    look = here("sheet", "import", str(file), "--preview")
    assert look.code == 3
    assert "第 3 行：山林土地纠纷 · 示范一村 · 2026-03-01 · 2026-03-02 · 8000\n" in look.out
    assert "forest_land" not in look.out.partition("第 4 行")[2].partition("不收")[0]
    assert "不收的 2 行以外，可以写入 2 行。" in look.out
    assert "要写入，请不加 --preview" in look.out
    assert "--yes" not in look.out
    english = here("sheet", "import", str(file), "--preview", lang="en").out
    assert "row 3: forest and land · 示范一村 · 2026-03-01" in english
    assert "new records: 2\n" in english
    asked = here("sheet", "import", str(file), typed="")
    assert "要写入，请加 --yes" in asked.out
    assert "--preview" not in asked.out
    assert here.ask("case", "list") == []


def test_all_columns_of_what_is_never_kept_are_named_at_once(here: Clerk, tmp_path: Path) -> None:
    file = tmp_path / "名册.csv"
    file.write_text("纠纷类别,发生村,民族,身份证号,积分\n其他纠纷,一村,某,1,2\n", encoding="gbk")
    world = here.world()
    done = here("sheet", "import", str(file), "--yes")
    assert done.code == 3
    assert all(f"“{title}”" in done.err for title in ("民族", "身份证号", "积分"))
    assert here.world() == world


def test_merged_cells_dates_and_hidden_rows_of_a_workbook(here: Clerk, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet: Any = book.active
    sheet.append(["全乡台账"])
    sheet.merge_cells("A1:D1")
    sheet.append(["纠纷类别", "发生村", "发生日期", "主张金额"])
    sheet.append(["山林土地纠纷", "一村", 46082, 0.1 + 0.2])
    sheet.append([None, "二村", "2026-3-1", 20])
    sheet.append(["其他纠纷", "三村", 20260301, "￥1,000"])
    sheet.merge_cells("A3:A4")
    sheet.row_dimensions[5].hidden = True
    sheet["C3"].number_format = "General"
    file = tmp_path / "台账.xlsx"
    book.save(file)
    done = here.ask("sheet", "import", str(file), "--yes")
    assert done["written"] == 3
    names = ("village", "category", "occurred_on", "amount_claimed")
    rows = [line["row"] for line in here.ask("case", "list")]
    assert sorted(tuple(row[name] for name in names) for row in rows) == [
        ("一村", "forest_land", "2026-03-01", 30),
        ("三村", "other", "2026-03-01", 100000),
        ("二村", "forest_land", "2026-03-01", 2000),
    ]
    said = " ".join(n["why"]["zh"] for n in done["notes"])
    assert "隐藏" in said
    assert "合并的格子" in said


def test_merging_rows_of_an_exported_sheet_is_refused(here: Clerk, tmp_path: Path) -> None:
    cases(here)
    file = exported(here, tmp_path)

    def hand(sheet: Any, columns: dict[str, int]) -> None:
        village = columns["发生村"]
        sheet.merge_cells(start_row=2, end_row=3, start_column=village, end_column=village)

    edit(file, hand)
    done = here.ask("sheet", "import", str(file), "--yes", code=3)
    assert done["written"] == 0
    assert [r["row"] for r in done["refused"]] == [3]
    assert "取消合并" in done["refused"][0]["why"]["zh"]


def test_the_sheet_itself(here: Clerk, tmp_path: Path) -> None:
    cases(here, 1)
    here.ask(
        "case", "set", here.ask("case", "list")[0]["id"], "place=+山脚", "place_code=430527210"
    )
    sheet: Any = openpyxl.load_workbook(exported(here, tmp_path)).worksheets[0]
    titles = {str(c.value).rstrip(" *"): c for c in sheet[1]}
    assert sheet.freeze_panes == "F2", "what tells cases apart stays in sight"
    assert sheet.title == "矛盾纠纷工作台账"
    assert sheet.print_title_cols == "$C:$E", "on every page of a sheet that takes several"
    assert [sheet.column_dimensions[c].hidden for c in "ABC"] == [True, True, False]
    cells = {name: sheet.cell(2, cell.column) for name, cell in titles.items()}
    assert (cells["具体地点"].value, cells["具体地点"].data_type) == ("+山脚", "s")
    assert (cells["地点代码"].value, cells["地点代码"].number_format) == ("430527210", "@")
    assert cells["主张金额"].value == 1200.5
    assert cells["发生日期"].is_date
    lists = {str(v.sqref).partition("2")[0] for v in sheet.data_validations.dataValidation}
    assert {titles[t].column_letter for t in ("纠纷类别", "状态", "牵头乡镇")} <= lists
    text = exported(here, tmp_path, "台账.csv").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert ",'+山脚," in text.decode("utf-8-sig")


def test_contacts_are_an_address_list_that_people_can_sort_print_and_bring_back(
    here: Clerk, tmp_path: Path
) -> None:
    typed = (
        "office=司法所",
        "post=所长",
        "name=㛃䶮·示某",
        "role=judicial_office",
        "phone=0739-0000-118",
    )
    made = here.id("contact", "new", *typed)
    file = tmp_path / "通讯录.xlsx"
    assert here("sheet", "export", "contact", "-o", str(file)).code == 0
    sheet: Any = openpyxl.load_workbook(file).worksheets[0]
    titles = {str(c.value).rstrip(" *"): c.column for c in sheet[1]}
    assert sheet.title == "通讯录"
    assert [sheet.column_dimensions[c].hidden for c in "ABC"] == [True, True, False]
    assert sheet.cell(2, 1).value == made, "the hidden id"
    phone = sheet.cell(2, titles["工作电话"])
    assert (phone.value, phone.number_format) == ("0739-0000-118", "@")
    assert sheet.cell(2, titles["姓名"]).value == "㛃䶮·示某"
    assert sheet.print_title_rows == "$1:$1"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth) == ("landscape", 2)
    assert sheet.sheet_properties.pageSetUpPr.fitToPage
    assert here.ask("sheet", "import", str(file), "--preview")["unchanged"] == 1


def test_filters_are_those_of_the_list(here: Clerk, tmp_path: Path) -> None:
    cases(here)
    file = exported(here, tmp_path, "一村.csv", "village=示范1")
    assert len(file.read_text("utf-8-sig").splitlines()) == 2
    assert here("sheet", "export", "case", "-o", str(file)).code == 3  # it stands there already
    assert here("sheet", "export", "party", "-o", str(tmp_path / "x.csv")).code == 3
    assert here("sheet", "export", "case", "-o", str(tmp_path / "x.doc")).code == 2
    assert not (tmp_path / "x.csv").exists()
