"""Entering, changing, listing and finding records; JSON for programs, tables of 80 cells for people."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from crdt.kinds import KINDS
from tests.support.clerk import Clerk, carry, copied, mulin

NEW = ("case", "new", "--category", "forest_land", "--village", "示范一村")
CONTACT = ("contact", "new", "office=司法所", "post=所长", "name=龙示春", "phone=0739-0000-118")
_HEX = frozenset("0123456789abcdef")


def test_new_prints_the_short_id_and_json_the_whole(pair: list[Clerk]) -> None:
    here = pair[0]
    done = here(*NEW, "summary=两村争界", "--as", "司法所")
    short = done.out.strip()
    assert done.code == 0
    assert len(short) == 8
    assert _HEX.issuperset(short)
    assert done.err == "已保存在本机。\n"
    [case] = here.ask("case", "list")
    assert case["id"].startswith(short)
    whole = here.id(*NEW)
    assert len(whole) == 32
    assert _HEX.issuperset(whole)


def test_options_labels_and_ids_name_the_same_field(pair: list[Clerk]) -> None:
    here = pair[0]
    for words in (
        ("--category", "山林土地纠纷", "--village", "甲"),
        ("纠纷类别=forest_land", "发生村=甲"),
        ("category=Forest and Land", "village=甲"),
        ("--category", "other", "category=forest_land", "village=乙", "发生村=甲"),
    ):
        fields = here.ask("case", "show", here.id("case", "new", *words))["fields"]
        assert (fields["category"], fields["village"]) == ("forest_land", "甲")


def test_show_has_the_documented_shape(pair: list[Clerk]) -> None:
    here, there = pair
    record = here.id(
        *NEW, "amount_claimed=8,000.50 元", "dispositions=政策宣传、claim_met", "lead=鲁布革"
    )
    here.id("case", "note", record, "到现场", "看过")
    here.id("case", "confirm", record)
    case = here.ask("case", "show", record[:8])
    assert {"id", "kind", "home", "fields", "conflicts", "delivered"} <= case.keys()
    assert (case["id"], case["kind"], case["home"], case["conflicts"]) == (
        record,
        "case",
        here.name,
        [],
    )
    assert case["delivered"] == {here.name: True, there.name: False}
    fields = case["fields"]
    assert list(fields) == [f.name for f in KINDS["case"].fields]
    assert fields["amount_claimed"] == 800_050
    assert fields["dispositions"] == ["claim_met", "policy_explained"]
    assert fields["lead"] == there.name
    assert fields["state_confirmed"] == {here.name: "registered"}
    [note] = fields["notes"]
    assert (note["text"], note["by"]["township"]) == ("到现场 看过", here.name)
    assert case["title"] == "山林土地纠纷 · 示范一村"


def test_set_move_and_confirm_say_what_they_did(pair: list[Clerk]) -> None:
    here, there = pair
    record = here.id(*NEW)
    assert here("case", "move", record, "已受理", "--reason", "双方同意").out.strip() == record[:8]
    carry(here, there)
    entry = there.ask("case", "confirm", record)["entry"]
    shown = there.ask("case", "show", record)["fields"]
    assert (shown["state"], shown["state_confirmed"]) == ("accepted", {there.name: "accepted"})
    history = there.ask("case", "history", record)
    assert [line["township"] for line in history] == [here.name, here.name, there.name]
    assert history[1]["reason"] == "双方同意"
    assert (history[2]["entry"], history[2]["parents"]) == (entry, [history[1]["entry"]])
    again = there("case", "confirm", record)
    assert (again.code, "已经是这个值" in again.err) == (3, True)


def test_the_default_post_is_used_unless_another_is_named(pair: list[Clerk]) -> None:
    here = pair[0]
    assert here("config", "post=司法所").code == 0
    record = here.id(*NEW)
    here.id("case", "set", record, "place=山", "--as", "派出所")
    assert [h["post"] for h in here.ask("case", "history", record)] == ["司法所", "派出所"]


def test_items_are_added_edited_and_withdrawn(pair: list[Clerk]) -> None:
    here = pair[0]
    record = here.id(*NEW, "places=石桥")
    here.id("item", "add", record, "places", "name=界桩", "code=530324202901")
    listed = here.ask("case", "show", record)["fields"]["places"]
    assert [p["name"] for p in listed] == ["石桥", "界桩"]
    short = listed[1]["item"].partition(".")[0][:8]
    here.id("item", "edit", record, "places", short, "name=三号界桩")
    here.id("item", "remove", record, "涉及地点", listed[0]["item"], "--reason", "写重了")
    [left] = here.ask("case", "show", record)["fields"]["places"]
    assert (left["name"], left["code"]) == ("三号界桩", "530324202901")
    gone = here("item", "remove", record, "places", listed[0]["item"])
    assert gone.code == 3
    back = here.ask("item", "edit", record, "places", listed[0]["item"], "removed=否")
    assert back["id"] == record
    assert len(here.ask("case", "show", record)["fields"]["places"]) == 2


def test_items_of_one_entry_are_told_apart_by_what_follows_the_dot(pair: list[Clerk]) -> None:
    here = pair[0]
    record = here.id(*NEW, "places=石桥", "notes=看过")
    case = here.ask("case", "show", record)["fields"]
    name = case["places"][0]["item"]
    assert (
        here(
            "item", "edit", record, "places", name[:8] + "." + name.partition(".")[2], "name=桥头"
        ).code
        == 0
    )
    assert here("item", "edit", record, "places", name[:8] + ".99", "name=桥").code == 1


# --- lists -----------------------------------------------------------------------------------


@pytest.fixture
def filled(pair: list[Clerk]) -> Clerk:
    here, there = pair
    here.id(*NEW, "due_on=2024-08-18", "amount_agreed=8000")
    here.id(
        "case",
        "new",
        "--category",
        "neighbour",
        "--village",
        "例家湾村",
        "dispositions=policy_explained",
    )
    there.id("case", "new", "--category", "other", "--village", "示范二村", "lead=三江口")
    there.id(*CONTACT)
    carry(here, there)
    return here


@pytest.mark.parametrize(
    ("words", "villages"),
    (
        ((), {"示范一村", "例家湾村", "示范二村"}),
        (("category=山林土地纠纷",), {"示范一村"}),
        (("village=示范",), {"示范一村", "示范二村"}),
        (("village=示范", "home=鲁布革"), {"示范二村"}),
        (("登记乡镇=522301105",), {"示范一村", "例家湾村"}),
        (("due_on=2024-08",), {"示范一村"}),
        (("due_on=",), {"例家湾村", "示范二村"}),
        (("amount_agreed=8000",), {"示范一村"}),
        (("dispositions=政策宣传",), {"例家湾村"}),
        (("lead=三江口镇",), {"示范二村"}),
        (("state=已登记",), {"示范一村", "例家湾村", "示范二村"}),
        (("state=closed",), set()),
        (("--conflicts",), set()),
    ),
)
def test_lists_are_filtered_by_what_fields_say(
    filled: Clerk, words: tuple[str, ...], villages: set[str]
) -> None:
    assert {c["row"]["village"] for c in filled.ask("case", "list", *words)} == villages


def test_a_list_shows_the_latest_first_and_says_how_many_more(filled: Clerk) -> None:
    assert len(filled.ask("case", "list", "--limit", "2")) == 2
    done = filled("case", "list", "--limit", "1")
    assert "共 3 条，只列了 1 条" in done.out


def test_one_character_is_enough_to_find(filled: Clerk) -> None:
    assert [c["row"]["village"] for c in filled.ask("find", "湾")] == ["例家湾村"]
    assert [c["kind"] for c in filled.ask("find", "龙")] == ["contact"]
    assert {c["kind"] for c in filled.ask("find", "示")} == {"case", "contact"}
    assert [c["row"]["village"] for c in filled.ask("find", "示范二")] == ["示范二村"]
    assert filled.ask("find", "蛟") == []
    assert filled("find", "蛟").out == "没有符合的记录。\n"


def test_a_clerk_types_letters_for_what_is_found_and_for_what_is_chosen(pair: list[Clerk]) -> None:
    here = pair[0]
    record = here.id("case", "new", "--category", "sltd", "--village", "麻塘(má táng)鄉")
    other = here.id("case", "new", "category=hetong", "village=示范一村")
    for words in ("sltd", "mtx", "matang", "麻塘乡", "麻塘鄉", "ｓｌｔｄ", "shan lin"):
        assert [line["id"] for line in here.ask("find", words)] == [record], words
    assert "麻塘(má táng)鄉" in here("find", "麻塘乡").out
    assert [line["id"] for line in here.ask("case", "list", "category=htjf")] == [other]
    assert [line["id"] for line in here.ask("case", "list", "village=麻塘乡")] == [record]
    here.ask("case", "move", record, "ysl", "--reason", "当事人申请")
    assert here.ask("case", "show", record)["fields"]["state"] == "accepted"
    said = here("case", "set", record, "category=qt")
    assert said.code == 2
    assert "其他劳动争议纠纷、其他消费纠纷、其他纠纷，请写得更完整" in said.err.replace("\n", "")
    assert here.ask("case", "show", record)["fields"]["category"] == "forest_land"


@pytest.mark.parametrize(
    ("typed", "offered"),
    (
        ("mulin case new --category sl", ["山林土地纠纷"]),
        ("mulin case new --category forest", ["forest_land"]),
        ("mulin case new --category 山", ["山林土地纠纷"]),
        ("mulin case move 3f2a9c1e ysl", ["已受理"]),
    ),
)
def test_the_shell_offers_choices_by_their_initials(typed: str, offered: list[str]) -> None:
    place = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1)}
    done = mulin(env={"_MULIN_COMPLETE": "bash_complete", **place})
    assert [line.partition(",")[2] for line in done.out.splitlines()] == offered


def test_a_program_reads_the_field_reference(alone: Clerk) -> None:
    listed = {kind["name"]: kind for kind in alone.ask("kinds")}
    assert listed.keys() == KINDS.keys()
    assert alone.ask("kinds", "case") == listed["case"]
    fields = {f["name"]: f for f in listed["case"]["fields"]}
    assert fields["category"]["required"] is True
    assert {"code": "forest_land", "zh": "山林土地纠纷", "en": "forest and land"} in fields[
        "category"
    ]["values"]
    assert ["registered", "accepted"] in fields["state"]["moves"]
    assert fields["amount_agreed"]["severity"]["code"] == "blocking"
    assert [p["name"] for p in fields["places"]["fields"]] == ["name", "code"]


# --- export ----------------------------------------------------------------------------------


def test_a_record_is_exported_whole(pair: list[Clerk], tmp_path: Path) -> None:
    here = pair[0]
    record = here.id(*NEW)
    file = tmp_path / "case.json"
    assert here("record", "case", "export", record, "-o", str(file)).code == 0
    whole = json.loads(file.read_text(encoding="utf-8"))
    shown = here.ask("case", "show", record)
    assert shown.pop("may_rise") is None  # of this day, and of offices
    assert shown.pop("gathered") == []  # other records that belong to it are exported by themselves
    assert whole["record"] == shown
    assert whole["history"] == here.ask("case", "history", record)
    assert json.loads(here("case", "export", record).out) == whole
    again = here("case", "export", record, "-o", str(file))
    assert (again.code, "没有覆盖" in again.err) == (3, True)


def test_a_document_is_exported_for_other_programs(pair: list[Clerk], tmp_path: Path) -> None:
    here = pair[0]
    record = here.id(*NEW)
    file = tmp_path / "case.automerge"
    words = ("record", "case", "export", record, "--format", "automerge")
    assert here(*words, "-o", str(file)).code == 0
    data = file.read_bytes()
    assert data.startswith(b"\x85\x6f\x4a\x83")
    assert here(*words).raw == data
    assert here(*words, "--json").code == 2


# --- tables ----------------------------------------------------------------------------------

VIEWS = (
    ("case", "list"),
    ("case", "list", "--conflicts"),
    ("contact", "list"),
    ("record", "contact", "list"),
    ("case", "show", "CASE"),
    ("contact", "show", "PERSON"),
    ("case", "history", "CASE"),
    ("log",),
    ("log", "CASE"),
    ("log", "--graph", "CASE"),
    ("find", "村"),
    ("kinds",),
    ("kinds", "case"),
    ("kinds", "contact"),
    ("conflicts",),
    ("conflicts", "list"),
    ("conflicts", "show", "OPEN"),
    ("forks", "list"),
    ("status",),
    ("peers",),
    ("ledger", "list"),
    ("ledger", "show"),
    ("config",),
    ("doctor",),
    ("verify",),
)


@pytest.fixture(scope="module")
def busy(
    three_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Clerk, dict[str, str]]:
    """Long names, long texts, odd characters, open questions."""
    here, there, third = copied(three_template, tmp_path_factory.mktemp("busy"))
    case = here.id(
        *NEW[:4], "--village", "鲁布革布依族苗族乡与马蚌镇交界处隆家湾示范一村第三村民小组",
        "summary=" + "两村对山林地界各执一词，" * 40, "place=[bold]not markup[/bold] :smile: 龘",
    )  # fmt: skip
    here.id(*NEW)
    office = "office=[red]x[/red]司法所"
    person = here.id("contact", "new", office, "name=阿不都热西提·示范", *CONTACT[3:4], CONTACT[5])
    here.id("case", "note", case, "边界" * 300)
    carry(here, there, third)
    post, reason = "边界矛盾纠纷联合处置小组组长", "见协议书" * 40
    here.id(
        "case", "set", case, "amount_agreed=8000", "urgency=red", "--as", post, "--reason", reason
    )
    there.id("case", "set", case, "amount_agreed=9500", "urgency=blue", "dispositions=claim_met")
    third.id("case", "set", case, "amount_agreed=10000", "due_on=2024-08-18")
    carry(here, there, third)
    found = {c["field"]: c["id"] for c in here.ask("conflicts", "list", code=4)}
    return here, {"CASE": case[:8], "PERSON": person[:8], "OPEN": found["amount_agreed"][:8]}


@pytest.mark.parametrize("lang", ("zh", "en"))
@pytest.mark.parametrize("view", VIEWS, ids=" ".join)
def test_what_people_read_fits_eighty_cells(
    busy: tuple[Clerk, dict[str, str]], view: tuple[str, ...], lang: str
) -> None:
    here, names = busy
    done = here(*(names.get(word, word) for word in view), lang=lang)
    assert done.code in (0, 4)
    assert done.err == ""
    assert done.out.strip()
    too_long = [line for line in done.out.split("\n") if cell_len(line) > 80]
    assert too_long == []


HEADINGS = {
    ("case", "list"): (
        "编号 标题 状态 登记乡镇 更新 待核对",
        "ID title state entered updated settle",
    ),
    ("contact", "list"): ("编号 标题 姓名 工作电话 登记乡镇", "ID title name phone entered"),
    ("find", "村"): ("编号 标题 种类 登记乡镇 更新 待核对", "ID title kind entered updated settle"),
    ("conflicts",): ("编号 记录 项目 等级 说法", "ID record field severity statements"),
    ("log",): ("条目 乡镇 序号 记录 填写 状态", "entry township no. record written state"),
    ("ledger", "show"): ("乡镇 代码 指纹 签字", "township code fingerprint signature"),
}


@pytest.mark.parametrize("lang", ("zh", "en"))
@pytest.mark.parametrize("view", HEADINGS, ids=" ".join)
def test_a_long_title_takes_no_column_away(
    busy: tuple[Clerk, dict[str, str]], view: tuple[str, ...], lang: str
) -> None:
    here, _ = busy
    lines = here(*view, lang=lang).out.split("\n")
    head = next(n for n, line in enumerate(lines) if line.startswith("──")) - 1
    for heading in HEADINGS[view][lang == "en"].split():
        assert heading in lines[head]
    found = json.loads(here(*view, "--json").out)
    for line in found["members"] if isinstance(found, dict) else found:
        name = line.get("id") or line.get("entry") or line["fingerprint"]
        assert name[:8] in "\n".join(lines[head + 2 :])


@pytest.mark.parametrize("view", VIEWS, ids=" ".join)
def test_everything_that_prints_prints_json(
    busy: tuple[Clerk, dict[str, str]], view: tuple[str, ...]
) -> None:
    here, names = busy
    words = [names.get(word, word) for word in view]
    before, after = here("--json", *words), here(*words, "--json")
    assert json.loads(before.out) == json.loads(after.out) or view == ("doctor",)
    assert before.err == after.err == ""
    assert before.code == here(*words).code


def test_what_a_clerk_typed_is_never_markup(busy: tuple[Clerk, dict[str, str]]) -> None:
    here, names = busy
    assert "[bold]not markup[/bold] :smile: 龘" in here("case", "show", names["CASE"]).out
    assert "[red]x[/red]司法所" in here("contact", "list").out
