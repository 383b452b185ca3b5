"""Meetings, joint bodies and texts: rows told at the command lines of two or three townships."""

from __future__ import annotations

from pathlib import Path

from tests.node.cli.test_printing import words_of
from tests.support.clerk import Clerk, carry

WHY = ("--reason", "已核实")


def test_a_joint_body_its_officers_and_their_terms_are_listed(three: list[Clerk]) -> None:
    here, *others = three
    all_ = "、".join(c.name for c in three)
    body = here.id(
        "joint_body", "new", "kind_of=joint_party_branch", "called=同心联合总支部",
        "founded_on=2021-7-1", f"townships={all_}", "note=派驻指导员一名",
    )  # fmt: skip
    for post, since, until in (("书记", "2021-7-1", "2024-6-30"), ("副书记", "2022-1-1", "")):
        said = [f"post={post}", f"township={here.name}", f"since={since}"]
        here("item", "add", body, "officers", *said, *([f"until={until}"] if until else []))
    here("item", "add", body, "members", "called=示范一村党支部")
    carry(*three)

    for clerk in others:
        [listed] = clerk.ask("joint_body", "list", "kind_of=joint_party_branch")
        assert sorted(listed["row"]["townships"].split("、")) == sorted(all_.split("、"))
        told = listed["row"]["officers"].splitlines()
        assert len(told) == 2
        assert any(all(w in t for w in ("书记", "2021-07-01", "2024-06-30")) for t in told)
        page = clerk("joint_body", "show", body).out
        for words in ("2021-07-01", "2024-06-30", "书记", "派驻指导员", "示范一村党支部"):
            assert words in page, words


def test_a_case_given_to_the_joint_committee_is_printed_under_its_name(
    three: list[Clerk], tmp_path: Path
) -> None:
    """With two members as with three: the committee is theirs together."""
    here, there, _ = three
    name = "金麻同心联合人民调解委员会"
    body = here.id(
        "joint_body", "new", "kind_of=joint_mediation_committee", f"called={name}",
        f"townships={'、'.join(c.name for c in three)}", f"seal_name={name}",
    )  # fmt: skip
    here.id("mediator", "new", "kind_of=full_time", "post=司法所调解员", f"appointed_by={name}")
    case = here.id("case", "new", "category=forest_land", "village=示范一村")
    plain = tmp_path / "before.html"
    assert here("print", "closing", case, "-o", str(plain)).code == 0
    assert name not in words_of(plain)
    assert here("case", "set", case, f"body={name}").code == 0
    carry(*three)

    [listed] = there.ask("joint_body", "list", "kind_of=联合人民调解委员会")
    assert listed["row"]["townships"].count("、") == 2
    assert listed["id"] == body
    assert [m["row"]["appointed_by"] for m in there.ask("mediator", "list")] == [name]
    assert [c["id"] for c in there.ask("case", "list", f"body={name}")] == [case]
    for form in ("intake", "closing", "file"):
        file = tmp_path / f"{form}.html"
        assert there("print", form, case, "-o", str(file)).code == 0
        said = [line for line in words_of(file).splitlines() if line.strip()]
        assert said[0].endswith(f"· {name}"), "above the title"
        assert there.name not in said[0]
        assert name in said[said.index("（盖章处）") - 1], "and where the seal goes"


def test_agenda_items_tasks_hazards_and_difficult_items_are_found_by_their_topic(
    pair: list[Clerk],
) -> None:
    here, there = pair
    meeting = here.id("meeting", "new", "kind_of=quarterly", "starts_at=2024-08-18 09:00")
    other = here.id("meeting", "new", "kind_of=quarterly", "starts_at=2024-11-18 09:00")
    here("item", "add", meeting, "agenda", "topic=党建", "text=支部共建")
    here("item", "add", meeting, "agenda", "topic=work_safety", "text=矿山")
    here("item", "add", other, "agenda", "topic=产业发展", "text=党建引领的产业")
    said = "topic=living_environment"
    task = here.id("action_item", "new", "what=清沟", said)
    hazard = here.id("hazard", "new", "kind_of=water", "place=石桥", said)
    hard = here.id("difficult_item", "new", "called=垃圾转运", said)
    note = here.id("announcement", "new", "called=通告", "topics=人居环境、文化")
    carry(here, there)

    for asked in ("党建", "party_building", "party building"):
        assert [m["id"] for m in there.ask("meeting", "list", f"agenda={asked}")] == [meeting]
    assert [m["id"] for m in there.ask("meeting", "list", "agenda=矿山")] == [meeting]
    assert there.ask("meeting", "list", "agenda=文化") == []
    for kind, record in (("action_item", task), ("hazard", hazard), ("difficult_item", hard)):
        assert [r["id"] for r in there.ask(kind, "list", "topic=人居环境")] == [record]
        assert there.ask(kind, "list", "topic=党建") == []
    assert [r["id"] for r in there.ask("announcement", "list", "topics=人居环境")] == [note]


def test_a_mobilisation_is_attended_by_posts_and_counts(pair: list[Clerk]) -> None:
    here, there = pair
    meeting = here.id("meeting", "new", "kind_of=mobilisation", "starts_at=2024-01-18 09:00")
    here("item", "add", meeting, "attending", "office=村书记", f"township={here.name}", "count=14")
    carry(here, there)
    there("item", "add", meeting, "attending", "office=司法所", f"township={there.name}", "count=2")
    carry(here, there)
    listed = here.ask("meeting", "show", meeting)["fields"]["attending"]
    assert [(a["office"], a["count"]) for a in listed] == [("村书记", 14), ("司法所", 2)]
    page = there("meeting", "show", meeting).out
    assert "村书记" in page
    assert "14" in page
    named = here("item", "add", meeting, "attending", "office=村书记", "姓名=示春")
    assert (named.code, "姓名" in named.err) == (2, True), "there is no place for who came"


def test_village_rules_are_found_by_their_words_and_keep_their_versions(pair: list[Clerk]) -> None:
    here, there = pair
    rules = here.id(
        "accord", "new", "kind_of=village_rules", "called=示范一村村规", "version=1",
        "text=一、红白喜事从简。",
    )  # fmt: skip
    carry(here, there)
    here("accord", "set", rules, "version=2", "text=一、红白喜事从简。二、不乱倒垃圾。")
    renewed = here.id(
        "accord", "new", "kind_of=village_rules", "called=示范一村村规", "version=3",
        "text=七条。", f"renews={rules[:8]}",
    )  # fmt: skip
    carry(here, there)

    assert [r["id"] for r in there.ask("find", "不乱倒")] == [rules]
    assert [r["id"] for r in there.ask("find", "七条")] == [renewed]
    past = there("accord", "history", rules).out
    assert past.index("版本") >= 0
    told = [line["operations"] for line in there.ask("log", rules)]
    assert len(told) == 2
    assert "红白喜事从简" in past
    assert "不乱倒垃圾" in past
    assert there.ask("accord", "show", renewed)["fields"]["renews"] == rules


def test_programmes_and_pairs_list_organisations_only(pair: list[Clerk]) -> None:
    here, there = pair
    programme = here.id(
        "activity", "new", "kind_of=programme", "called=领头雁结对", "on=2024-3-1",
        f"hosts={here.name}、{there.name}",
    )  # fmt: skip
    for name in ("示范一村党支部（大支部）", "例家湾村党支部（小支部）"):
        here("item", "add", programme, "organisations", f"called={name}")
    carry(here, there)
    shown = there.ask("activity", "show", programme)["fields"]
    assert [o["called"][:5] for o in shown["organisations"]] == ["示范一村党", "例家湾村党"]
    for word in ("姓名", "学员", "档案", "members"):
        done = there("activity", "set", programme, f"{word}=示春")
        assert (done.code, word in done.err) == (2, True)
    call = there("item", "add", programme, "organisations", "called=书记 13800990011")
    assert (call.code, "手机号码" in call.err) == (3, True)


def test_consultations_between_townships_stand_in_no_paper_of_the_parties(
    pair: list[Clerk], tmp_path: Path
) -> None:
    from node.forms.printed import forms

    here, there = pair
    case = here.id("case", "new", "category=forest_land", "village=示范一村", "summary=界桩不清")
    meeting = here.id(
        "meeting", "new", "kind_of=consultation", "starts_at=2024-08-18 09:00",
        f"case={case[:8]}", "minutes=两乡商定先查林权证\n",
    )  # fmt: skip
    session = here.id(
        "session", "new", "--case", case, "--share", there.name, "kind_of=consultation",
        "held_on=2024-8-18", "record=内部意见各担一半", "next_step=再商",
    )  # fmt: skip
    carry(here, there)
    assert there.ask("meeting", "show", meeting)["fields"]["case"] == case
    of_case = [f for f in forms().values() if f.kind == "case"]
    assert {f.name for f in of_case} >= {"intake", "closing", "file"}
    for form in of_case:
        for clerk in pair:
            file = tmp_path / f"{form.name}-{clerk.folder.name}.html"
            done = clerk("print", form.name, case, "-o", str(file), "--purpose", "调解")
            assert done.code == 0, done.err
            said = words_of(file)
            assert "示范一村" in said
            for words in ("先查林权证", "各担一半", "再商"):
                assert words not in said, form.name
    file = tmp_path / "session.html"
    assert here("print", "record", session, "-o", str(file), "--purpose", "调解").code == 0
    assert "各担一半" in words_of(file), "it is printed when it is asked for"
