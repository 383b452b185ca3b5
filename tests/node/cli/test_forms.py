"""The forms of the standard file and of the federation: typed at the command line, read off the paper."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.forms.printed import forms
from tests.support.clerk import Clerk, carry
from tests.support.papers import Printed, opened

RARE, OTHER, PHONE = "㛃䶮·龙示春·阿不都热西提", "单例安", "0739-0000-118"
FOR = ("--purpose", "调解")
REMEDIES = ("诉讼", "仲裁", "行政途径", "申请执行", "法律援助", "投诉")


class Desk:
    """Two townships; a case with two parties that the first alone reads."""

    def __init__(self, here: Clerk, there: Clerk, folder: Path) -> None:
        self.here, self.there, self.folder = here, there, folder
        self.case = here.id(
            "case", "new", "--category", "forest_land", "--village", "例家湾村", "case_no=金麻联调1号",
            "summary=甲方1与乙方1争界", "accepted_on=2026-08-01",
        )  # fmt: skip
        self.about = ("--case", self.case)
        self.parties: dict[str, str] = {}
        for alias, role, name in (("乙方1", "respondent", OTHER), ("甲方1", "applicant", RARE)):
            typed = (f"alias={alias}", f"role={role}", f"name={name}", f"phone={PHONE}")
            self.parties[alias] = here.id("party", "new", *self.about, *typed)
        carry(here, there)

    def printed(self, form: str, *words: str, lang: str = "zh", by: Clerk | None = None) -> Printed:
        """Both files say the same."""
        files = [self.folder / f"{form}.{ending}" for ending in ("docx", "html")]
        for file in files:
            file.unlink(missing_ok=True)
            done = (by or self.here)("print", form, *words, "-o", str(file), *FOR, lang=lang)
            assert done.code == 0, done.err
        of_docx, of_html = map(opened, files)
        assert of_docx.heads_repeat == of_html.heads_repeat, "the head of each table is repeated"
        whole = _bare(of_html.words)
        assert [line for line in of_docx.words.split("\n") if _bare(line) not in whole] == []
        assert "{" not in of_docx.words
        of_docx.words += "\n" + of_docx.footer
        return of_docx


def _bare(text: str) -> str:
    return "".join(text.split()).replace("_", "").strip("【】")


@pytest.fixture
def desk(pair: list[Clerk], tmp_path: Path) -> Desk:
    return Desk(pair[0], pair[1], tmp_path)


def _item(clerk: Clerk, record: str, collection: str, *parts: str) -> None:
    done = clerk("item", "add", record, collection, *parts)
    assert done.code == 0, done.err


def test_an_inquiry_and_a_mediation_are_two_forms_and_two_lines_of_the_contents(desk: Desk) -> None:
    made = {}
    for kind in ("inquiry", "mediation", "consultation"):
        typed = (f"kind_of={kind}", "held_on=2026-08-02", "record=甲方1说以古道为界")
        made[kind] = desk.here.id("session", "new", *desk.about, *typed)
    said = desk.printed("inquiry", made["inquiry"]).words
    assert f"{RARE}（甲方1）说以古道为界" in said
    assert "被调查人" in said
    assert PHONE not in said, "nobody needs it there"
    said = desk.printed("session", made["mediation"]).words
    assert all(way in said for way in REMEDIES)
    assert (
        said.index(f"当事人（{'甲方1'}）：")
        < said.index("当事人（乙方1）：")
        < said.index("调解员：")
    )
    for form, other in (
        ("session", "inquiry"),
        ("inquiry", "mediation"),
        ("session", "consultation"),
    ):
        file = str(desk.folder / "x.docx")
        assert desk.here("print", form, made[other], "-o", file, *FOR).code == 2
    [contents] = [t for t in desk.printed("file", desk.case).tables if t[0][0] == "序号"]
    counts = {row[1]: row[2] for row in contents}
    assert (counts["调查记录"], counts["调解记录"]) == ("1", "1"), (
        "a consultation is no paper of the file"
    )
    assert counts["当事人权利义务告知书"] == "2"
    carry(desk.here, desk.there)
    rest = desk.printed("file", desk.case, by=desk.there)
    assert "另有 5 份密封材料" in rest.words
    assert not desk.there.ask("access")


def test_the_notice_names_who_keeps_the_data_and_the_closing_every_other_way(desk: Desk) -> None:
    for lang, words in (("zh", "共同保管的乡镇"), ("en", "Kept jointly by")):
        said = desk.printed("notice", desk.parties["甲方1"], lang=lang).words
        assert words in said
        assert desk.here.name in said
        assert desk.there.name in said
    closing = desk.printed("closing", desk.case)
    assert all(way in closing.words for way in REMEDIES)
    names = next(t for t in closing.tables if t[0][:1] == ["代称"])
    assert [row[2] for row in names[1:]] == [RARE, OTHER], "the applicant first"
    en = desk.printed("closing", desk.case, lang="en").words
    assert all(
        way in en for way in ("Court", "Arbitration", "Administrative", "Legal aid", "Complaint")
    )
    assert RARE not in desk.printed("closing", desk.case, by=desk.there).words


def test_a_closing_waits_for_what_belongs_to_the_case(desk: Desk) -> None:
    here, there = desk.here, desk.there
    share = (*desk.about, "--share", there.name, "--form", "written")
    made = here.id("agreement", "new", *share, "place=村委会")
    carry(here, there)
    here("agreement", "set", made, "perform_by=2026-10-01")
    there("agreement", "set", made, "perform_by=2026-12-01")
    carry(here, there)
    file = desk.folder / "x.docx"
    for form, record in (("closing", desk.case), ("agreement", made)):
        done = here("print", form, record, "-o", str(file), *FOR)
        assert done.code == 4
        assert made[:8] in done.err
        assert not file.exists()
    [open_] = here.ask("conflicts", "list", code=4)
    sheet = desk.printed("differences", open_["id"]).words
    assert all(day in sheet for day in ("2026-10-01", "2026-12-01", "都保留", "再核实"))
    settle = ("--take", here.name, "--reason", "电话核对")
    assert here("conflicts", "settle", open_["id"], *settle).code == 0
    assert desk.printed("closing", desk.case).words
    again = desk.printed("differences", made)
    assert "没有两边不一致" in again.words
    assert "电话核对" in again.words, "what was settled stands there, with why"


def test_what_was_kept_on_both_sides_is_called_on_paper_as_people_call_it(desk: Desk) -> None:
    here, there = desk.here, desk.there
    made = here.id("hazard", "new", "kind_of=road", "place=弯道")
    carry(here, there)
    here("hazard", "set", made, "owner=甲办")
    there("hazard", "set", made, "owner=乙办")
    carry(here, there)
    [open_] = here.ask("conflicts", "list", code=4)
    assert here("conflicts", "settle", open_["id"], "--keep-both", "--reason", "两家都管").code == 0
    sheet = desk.printed("differences", made)
    [row] = [row for table in sheet.tables for row in table if "两家都管" in row]
    assert row[:2] == ["责任单位", "都保留"]
    [row] = [
        r for t in desk.printed("differences", made, lang="en").tables for r in t if "两家都管" in r
    ]
    assert row[:2] == ["office in charge", "both kept"]


def test_a_letter_of_transfer_brings_its_receipt_and_waits_while_it_is_in_question(
    desk: Desk,
) -> None:
    here, there = desk.here, desk.there
    typed = ("receiver=金子岩乡调委会", f"case={desk.case}", "why=对方辖区", "sent_on=2026-08-05")
    made = here.id("transfer", "new", "kind_of=hand_over", *typed)
    for paper in ("调查记录", "权证复印件"):
        _item(here, made, "papers", f"called={paper}")
    said = desk.printed("transfer", made).words
    assert "调查记录、权证复印件" in said
    assert said.count("金麻联调1号") == 2, "on the letter and on its receipt"
    assert "移送回执" in said
    assert "不影响当事人自行起诉" in said
    assert RARE not in said
    bare = here.id("transfer", "new", "kind_of=entrust", "receiver=某乡调委会")
    assert "移送回执" in desk.printed("transfer", bare).words, "also where there is no case yet"
    here("case", "set", desk.case, "amount_claimed=8000")
    there("case", "set", desk.case, "amount_claimed=9500")
    carry(here, there)
    assert here("print", "transfer", made, "-o", str(desk.folder / "x.docx")).code == 4


def test_minutes_hold_what_was_decided_and_what_is_to_be_done(desk: Desk) -> None:
    here = desk.here
    made = here.id(
        "meeting", "new", "kind_of=forum", "starts_at=2026-08-18 09:00", "minutes=议定三件事"
    )
    other = here.id("meeting", "new", "kind_of=forum", "starts_at=2026-09-18 09:00")
    _item(here, made, "attending", "office=司法所", f"township={here.name}", "count=2")
    here.id("motion", "new", "called=共同修缮界桩", f"meeting={made}", "positions=agree")
    here.id("motion", "new", "called=另一次会议的", f"meeting={other}")
    here.id("action_item", "new", "what=核对坐标", f"meeting={made}", "due_on=2026-09-30")
    found = desk.printed("minutes", made)
    assert "共同修缮界桩" in found.words
    assert f"{here.name}：同意" in found.words
    assert "核对坐标" in found.words
    assert "另一次会议的" not in found.words
    assert "未确认" in found.words
    assert found.words.count("（盖章处）") == 2
    assert "agrees" in desk.printed("minutes", made, lang="en").words


def test_a_round_its_register_and_what_is_chosen_of_it(desk: Desk) -> None:
    here, there = desk.here, desk.there
    made: dict[str, str] = {}
    both = f"townships={here.name}、{there.name}"
    for day, area in (
        ("2026-08-18", "示范2村"),
        ("2026-08-09", "示范10村"),
        ("2026-10-01", "示范3村"),
    ):
        made[area] = here.id(
            "patrol", "new", "kind_of=joint", f"area={area}", f"on={day}", both, "person_times=12"
        )
    found = desk.printed("patrol", made["示范3村"]).words
    assert f"{here.name}：12" in found
    assert found.count("（盖章处）") == 2
    [table] = desk.printed("patrols").tables
    assert [row[4] for row in table[1:]] == ["示范10村", "示范2村", "示范3村"]
    some = desk.printed("patrols", "--from", "2026-8-1", "--to", "2026-09-30")
    assert [row[4] for row in some.tables[0][1:]] == ["示范10村", "示范2村"]
    assert "2026-08-01 至 2026-09-30" in some.words
    [few] = desk.printed("patrols", "area=10").tables
    assert [row[4] for row in few[1:]] == ["示范10村"]
    assert (
        here("print", "contacts", "--from", "2026-01-01", "-o", str(desk.folder / "y.docx")).code
        == 2
    )


def test_who_is_on_duty_and_whom_to_call(desk: Desk) -> None:
    here = desk.here
    here.id("hotline", "new", "called=专线", "number=0739-0000-120")
    for year in ("2020", "2099"):
        begin, end = (f"{at}={year}-01-0{n} 08:00" for at, n in (("starts_at", 1), ("ends_at", 2)))
        here.id("duty_shift", "new", f"post=值班干部{year}", begin, end)
    found = desk.printed("duty")
    assert found.landscape
    assert "0739-0000-120" in found.words
    assert "值班干部2099" in found.words
    assert "值班干部2020" not in found.words, "what is over is not on the wall"
    assert (
        "值班干部2020" in desk.printed("duty", "--from", "2020-01-01", "--to", "2020-12-31").words
    )
    for post, until in (("所长", "2099-01-01"), ("前所长", "2020-01-01")):
        typed = (
            "office=司法所",
            f"post={post}",
            "name=示某",
            f"phone={PHONE}",
            f"valid_to={until}",
        )
        here.id("contact", "new", *typed)
    carry(here, desk.there)
    [table] = desk.printed("contacts", by=desk.there).tables
    assert [row[3] for row in table[1:]] == ["所长"]


def test_a_hand_over_list_of_thirty_and_the_funds_of_its_quarter(desk: Desk) -> None:
    here, there = desk.here, desk.there
    made = here.id("handover", "new", "quarter=2026Q3", f"giver={here.name}", f"taker={there.name}")
    for n in range(30):
        _item(here, made, "checklist", f"text=第{n}项", "done=是")
    here.id("fund_line", "new", "quarter=2026Q3", "what=修界桩", "planned=5000")
    here.id("fund_line", "new", "quarter=2026Q4", "what=下季度的")
    found = desk.printed("handover", made)
    assert len(next(t for t in found.tables if t[0][0] == "事项")) == 31
    assert "修界桩" in found.words
    assert "下季度的" not in found.words
    assert found.words.count("（盖章处）") == 2


def test_a_reply_goes_to_one_person_and_names_nobody_else(desk: Desk) -> None:
    typed = ("kind_of=erase", "alias=甲方1", "decision=乙方1的材料不在此列")
    made = desk.here.id("rights_request", "new", *desk.about, *typed)
    said = desk.printed("reply", made).words
    assert RARE in said
    assert OTHER not in said
    assert desk.there.name in said, "who else erases"
    assert "向人民法院起诉" in said
    file = desk.folder / "z.docx"
    assert desk.there("print", "reply", made, "-o", str(file), *FOR).code in (1, 3)
    assert not file.exists()
    assert {k["action"] for k in desk.here.ask("access")} == {"print"}


def test_the_statistics_of_a_quarter_are_those_that_are_counted(desk: Desk) -> None:
    counted = desk.here.ask("quarter", "2026Q3")
    found = desk.printed("quarter", "2026Q3")
    tables = [
        t for t in found.tables if t[0] and t[0][0] in {x["label"]["zh"] for x in counted["tables"]}
    ]
    assert len(tables) == len(counted["tables"])
    assert ["山林土地纠纷", "1"] in [row[:2] for table in tables for row in table]
    assert counted["digest"][:12] in found.words
    assert "2026-07-01 至 2026-09-30" in found.words
    none = desk.printed("quarter", "2026年第四季度", lang="en")
    assert ["forest and land", "1"] not in [row[:2] for table in none.tables for row in table]
    for words in ((), ("2026Q9",), (desk.case,)):
        assert desk.here("print", "quarter", *words, "-o", str(desk.folder / "q.docx")).code == 2


def test_a_matter_that_came_in_and_what_is_not_filled_in_has_room_for_the_pen(desk: Desk) -> None:
    made = desk.here.id("intake", "new", "category=forest_land")
    found = desk.printed("reception", made)
    assert sum(row == [""] for table in found.tables for row in table) >= 9
    assert "诉讼、仲裁、行政" in found.words


def test_every_form_is_told_of_in_the_list() -> None:
    wanted = {
        "file", "intake", "reception", "notice", "inquiry", "session", "agreement", "oral", "visit",
        "transfer", "closing", "minutes", "cases", "patrol", "patrols", "duty", "contacts", "handover",
        "differences", "reply", "quarter", "record",
    }  # fmt: skip
    assert set(forms()) == wanted
