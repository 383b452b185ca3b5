"""Cases, windows and referrals: rows told at the command lines of two or three townships."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.node.cli.test_printing import words_of
from tests.node.cli.test_today import day
from tests.support.clerk import Clerk, carry

WHY = ("--reason", "已核实")
CASE = ("case", "new", "village=示范一村")
ASKED_FOR = {
    "婚姻家庭": "婚姻家庭纠纷", "邻里": "邻里纠纷", "征地拆迁": "征地拆迁纠纷",
    "拖欠农民工工资": "拖欠农民工工资纠纷", "山界": "山林土地纠纷", "其他反映强烈的": "其他纠纷",
}  # fmt: skip
"""What townships look for on their rounds, and the official category that it falls under."""


def figures(clerk: Clerk, *asked: str) -> dict[str, int]:
    return {f["value"]: f["count"] for f in clerk.ask("count", *asked)}


def test_sub_categories_add_up_to_their_category(pair: list[Clerk]) -> None:
    here, there = pair
    for category, sub, count in (
        ("forest_land", "地界", 2), ("forest_land", "山界", 1), ("forest_land", "water_use", 1),
        ("forest_land", "", 1), ("neighbour", "irrigation_ditch", 3), ("neighbour", "地界", 1),
    ):  # fmt: skip
        for n in range(count):
            (here, there)[n % 2].id(*CASE, f"category={category}", f"sub_category={sub}")
    carry(here, there)
    for clerk in pair:
        official = figures(clerk, "case", "--by", "category")
        assert official == {"forest_land": 5, "neighbour": 4}
        for category, count in official.items():
            parts = figures(clerk, "case", f"category={category}", "--by", "sub_category")
            assert sum(parts.values()) == count
        ditches = figures(clerk, "case", "category=邻里纠纷", "--by", "sub_category")
        assert ditches == {"irrigation_ditch": 3, "boundary_land": 1}
    assert "水渠" in here("count", "case", "category=邻里纠纷", "--by", "sub_category").out


def test_a_grade_needs_its_reason_and_stands_on_the_case(pair: list[Clerk]) -> None:
    here, there = pair
    case = here.id(*CASE, "category=forest_land", "urgency=蓝", "difficulty=simple")
    before = here.world()
    for graded, why in (("urgency=orange", "紧急程度理由"), ("difficulty=疑难", "难易程度理由")):
        done = here("case", "set", case, graded)
        assert (done.code, why in done.err) == (2, True)
        assert here(*CASE, "category=neighbour", graded).code == 2
    assert here.world() == before
    assert here("case", "set", case, "urgency=red", "urgency_reason=双方各有多人在场").code == 0
    assert here("case", "set", case, "difficulty=difficult", "--reason", "两证不一").code == 0
    assert here("case", "set", case, f"lead={there.name}", f"due_on={day(3)}").code == 0
    carry(here, there)

    down = there("case", "set", case, "urgency=blue")
    assert (down.code, "理由" in down.err) == (2, True), "least of all is it lowered without a word"
    shown = there.ask("case", "show", case)
    assert (shown["fields"]["urgency"], shown["fields"]["urgency_reason"]) == (
        "red", "双方各有多人在场",
    )  # fmt: skip
    assert "两证不一" in there("case", "history", case).out
    assert [d["id"] for d in there.ask("today")["due"]] == [case]
    about = ("--case", case)
    party = ["alias=甲方1", "role=applicant", "name=龙示春"]
    for word in ("urgency", "difficulty", "紧急程度", "信访", "上访次数"):
        done = here("party", "new", *about, *party, f"{word}=red")
        assert (done.code, word in done.err) == (2, True)


def test_a_difficult_item_is_solved_when_whoever_raised_it_says_so(three: list[Clerk]) -> None:
    owner, *others = three
    item = owner.id("difficult_item", "new", "called=界河取水", "topic=service", "asked=修闸门")
    carry(*three)
    for clerk, text in zip(three, ("让地", "修闸门", "出水泥"), strict=True):
        said = [f"township={clerk.name}", f"text={text}"]
        assert clerk("item", "add", item, "commitments", *said).code == 0
    carry(*three)
    for state in ("taken_up", "in_progress"):
        assert others[0]("difficult_item", "move", item, state, *WHY).code == 0
    carry(*three)
    for clerk in others:
        refused = clerk("difficult_item", "move", item, "solved", *WHY)
        assert (refused.code, owner.name in refused.err) == (3, True)
        assert clerk("difficult_item", "set", item, "state=solved", *WHY).code == 3
    assert owner("difficult_item", "move", item, "solved", *WHY).code == 0
    carry(*three)
    for clerk in three:
        shown = clerk.ask("difficult_item", "show", item)["fields"]
        assert shown["state"] == "solved"
        promised = {(c["township"], c["text"]) for c in shown["commitments"]}
        assert promised == set(
            zip((c.name for c in three), ("让地", "修闸门", "出水泥"), strict=True)
        )


def test_a_matter_at_any_window_is_accepted_once_and_seen_at_all(three: list[Clerk]) -> None:
    one, two, third = three
    centre = one.id("service_point", "new", "called=联合调处中心", "place=马蚌")
    for office in ("司法所", "派出所"):
        one("item", "add", centre, "windows", f"office={office}", "hours=周一至周五")
    said = ("intake", "new", "category=neighbour", "village=示范一村", "channel=window")
    handed = third.id(*said, f"received_on={day(-2)}", "window=三号窗", f"routed_to={one.name}")
    assert third("intake", "move", handed, "routed", *WHY).code == 0
    again = two.id(*said, f"received_on={day(-1)}")
    carry(*three)
    assert [w["office"] for w in two.ask("service_point", "show", centre)["fields"]["windows"]] == [
        "司法所", "派出所",
    ]  # fmt: skip

    assert [i["id"] for i in one.ask("intake", "list", f"routed_to={one.name}")] == [handed]
    [told] = two.ask("duplicates", "intake")
    assert {r["id"] for r in told["records"]} == {handed, again}
    assert two("intake", "set", again, f"same_as={handed[:8]}").code == 0
    case = one.id(*CASE, "category=neighbour")
    assert one("intake", "set", handed, f"case={case[:8]}").code == 0
    assert one("intake", "move", handed, "accepted", *WHY).code == 0
    carry(*three)

    assert two("intake", "move", handed, "accepted", *WHY).code != 0, "it is accepted already"
    for clerk in three:
        shown = clerk.ask("intake", "show", handed)
        assert (shown["fields"]["state"], shown["fields"]["case"]) == ("accepted", case)
        assert shown["conflicts"] == []
        assert "已受理" in clerk("intake", "list").out
        assert [f["count"] for f in clerk.ask("count", "intake")] == [1]


@pytest.mark.parametrize(("kind", "receiver"), (("警调对接", "派出所"), ("to_court", "人民法庭")))
def test_a_referral_has_a_state_on_both_ends(pair: list[Clerk], kind: str, receiver: str) -> None:
    here, there = pair
    case = here.id(*CASE, "category=neighbour")
    sent = here.id(
        "transfer", "new", f"kind_of={kind}", f"receiver={receiver}", f"township={there.name}",
        f"case={case[:8]}", f"due_on={day(5)}",
    )  # fmt: skip
    here("item", "add", sent, "papers", "called=调解记录")

    def states() -> list[str]:
        carry(here, there)
        return [c.ask("transfer", "show", sent)["fields"]["state"] for c in pair]

    assert here("transfer", "move", sent, "sent", *WHY).code == 0
    assert states() == ["sent", "sent"]
    assert [d["id"] for d in there.ask("today")["due"]] == [sent], "a reply is owed"
    for state in ("received", "accepted"):
        assert there("transfer", "move", sent, state, *WHY).code == 0
        assert states() == [state, state]
    assert there.ask("today")["due"] == []
    assert there("transfer", "set", sent, "outside_ref=公调2024-7", "reply=已立案").code == 0
    assert there("transfer", "move", sent, "completed", *WHY).code == 0
    assert states() == ["completed", "completed"]
    shown = here.ask("transfer", "show", sent)["fields"]
    assert (shown["outside_ref"], shown["reply"], shown["case"]) == ("公调2024-7", "已立案", case)
    assert {line["township"] for line in here.ask("log", sent)} == {here.name, there.name}


def test_issues_of_a_project_lead_to_the_cases_they_caused(pair: list[Clerk]) -> None:
    here, there = pair
    project = here.id("project", "new", "called=罗八高速公路")
    here("item", "add", project, "phases", "called=征地", "from_on=2023-1-1", "to_on=2023-6-30")
    here("item", "add", project, "offices", f"township={there.name}", "office=国土所")
    carry(here, there)
    cases = [there.id(*CASE, "category=征地拆迁纠纷", "project=罗八高速公路") for _ in range(2)]
    for case, text in zip(cases, ("房屋开裂", "便道占地"), strict=True):
        said = [f"text={text}", f"case={case[:8]}"]
        assert there("item", "add", project, "issues", *said).code == 0
    carry(here, there)

    shown = here.ask("project", "show", project)["fields"]
    assert [(i["text"], i["case"]) for i in shown["issues"]] == [
        ("房屋开裂", cases[0]), ("便道占地", cases[1]),
    ]  # fmt: skip
    page = here("project", "show", project).out
    for issue in shown["issues"]:
        assert issue["case"][:8] in page
        assert here.ask("case", "show", issue["case"][:8])["title"].startswith("征地拆迁")
    listed = here.ask("case", "list", "project=罗八高速公路")
    assert {c["id"] for c in listed} == set(cases)


@pytest.mark.parametrize("said", ASKED_FOR)
def test_what_rounds_look_for_falls_under_an_official_category(
    pair: list[Clerk], said: str
) -> None:
    here, there = pair
    case = here.id(*CASE, f"category={ASKED_FOR[said]}")
    carry(here, there)
    shown = there.ask("case", "show", case)
    assert shown["title"].startswith(ASKED_FOR[said])
    assert figures(there, "case", "--by", "category") == {shown["fields"]["category"]: 1}


def test_gaps_in_relief_and_hospital_care_have_a_place_of_their_own(pair: list[Clerk]) -> None:
    here, there = pair
    case = here.id(*CASE, "category=other", "sub_category=救助救治不到位")
    carry(here, there)
    assert [c["id"] for c in there.ask("case", "list", "sub_category=relief_gap")] == [case]


def test_answers_are_counted_each_by_itself(pair: list[Clerk]) -> None:
    here, there = pair
    for answers in (
        "政策宣传",
        "诉求解决到位、帮扶救助",
        "政策宣传、走访解释",
        "policy_explained",
        "",
    ):
        here.id(*CASE, "category=neighbour", f"dispositions={answers}")
    carry(here, there)
    assert figures(there, "case", "--by", "dispositions") == {
        "policy_explained": 3, "claim_met": 1, "aid_given": 1, "visited_explained": 1, "": 1,
    }  # fmt: skip
    assert "走访解释" in there("count", "case", "--by", "处理方式").out


def test_access_to_a_case_ends_with_its_task_force(pair: list[Clerk]) -> None:
    here, there = pair
    case = here.id(*CASE, "category=forest_land")
    team = here.id("team", "new", "kind_of=case_task_force", "called=界山专班", f"case={case[:8]}")
    party = here.id(
        "party", "new", "--case", case, "alias=甲方1", "role=applicant", "name=龙示春",
        "--share", there.name, "--team", team,
    )  # fmt: skip
    carry(here, there)
    look = ("party", "show", party, "--purpose", "调解")
    assert there.ask(*look)["fields"]["name"] == "龙示春"
    assert here("team", "move", team, "dissolved", *WHY).code == 0
    carry(here, there)
    refused = there(*look)
    assert refused.code != 0
    assert "龙示春" not in refused.out + refused.err
    assert here.ask(*look)["fields"]["name"] == "龙示春"


def test_the_closing_sheet_of_a_case_that_failed_prints_what_the_parties_may_do(
    pair: list[Clerk], tmp_path: Path
) -> None:
    here, there = pair
    case = here.id(*CASE, "category=neighbour")
    for state in ("accepted", "mediating", "failed", "closed"):
        assert here("case", "move", case, state, *WHY).code == 0, state
    assert here("case", "set", case, "outcome=failed_guided").code == 0
    carry(here, there)
    for lang, ways in (
        ("zh", ("调解不成已告知救济途径", "法院", "仲裁", "行政", "法律援助")),
        ("en", ("Court", "Arbitration", "Administrative", "Legal aid")),
    ):
        file = tmp_path / f"{lang}.html"
        assert there("print", "closing", case, "-o", str(file), lang=lang).code == 0
        said = words_of(file)
        assert all(way in said for way in ways), lang


def test_rows_of_an_outside_app_come_in_without_the_people_in_them(
    pair: list[Clerk], tmp_path: Path
) -> None:
    here, there = pair
    file = tmp_path / "平台导出.csv"
    rows: list[tuple[Any, ...]] = [
        ("外部编号", "类别", "来访日期", "渠道", "村", "姓名", "联系电话", "住址", "事由"),
        ("TS-1", "邻里纠纷", "2024-8-1", "手机应用", "示范一村", "龙示春", "13800990011", "三组", "占道"),
        ("TS-2", "邻里纠纷", "2024-8-2", "小程序", "例家湾村", "杨例安", "13800990012", "二组", "排水"),
        ("TS-3", "邻里纠纷", "2024-8-3", "公众号", "示范一村", "", "", "", "来电 13800990013"),
    ]  # fmt: skip
    file.write_text("\n".join(",".join(row) for row in rows), encoding="utf-8-sig")
    look = here("sheet", "import", str(file), "--kind", "intake", "--preview")
    assert "姓名" in look.out + look.err, "it says what it leaves out"
    done = here.ask("sheet", "import", str(file), "--kind", "intake", "--yes", code=3)
    assert (done["written"], [r["row"] for r in done["refused"]]) == (2, [4])
    carry(here, there)

    listed = {i["row"]["outside_ref"]: i["row"] for i in there.ask("intake", "list")}
    assert {ref: row["channel"] for ref, row in listed.items()} == {
        "TS-1": "app",
        "TS-2": "mini_program",
    }
    assert listed["TS-1"]["matter"] == "占道"
    for clerk in pair:
        stored = b"".join(p.read_bytes() for p in clerk.folder.glob("ledger.db*"))
        for word in ("龙示春", "杨例安", "13800990011", "13800990013", "三组"):
            assert word.encode() not in stored
    again = here.ask("sheet", "import", str(file), "--kind", "intake", "--yes", code=3)
    assert again["written"] == 0
