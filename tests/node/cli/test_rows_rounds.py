"""Warnings, rounds, teams and directories: rows told at the command lines of two or three townships."""

from __future__ import annotations

import pytest

from crdt.kinds.enumerations import CONTACT_ROLE
from tests.node.cli.test_today import day, moment
from tests.support.clerk import Clerk, carry

WHY = ("--reason", "已核实")
CALLED = {
    "网格管理员": "grid_worker", "网格员": "grid_worker", "文明监督员": "civility_supervisor",
    "公共服务员": "public_service", "卫生保洁员": "cleaner", "治安户长": "security_household_head",
    "村组干部": "village_cadre", "驻村工作队员": "resident_team", "群防群治队员": "mass_prevention",
    "平安志愿者": "peace_volunteer",
}  # fmt: skip
"""What the townships call the roles, and the role that it is."""


def reported(clerk: Clerk, *said: str) -> str:
    record = clerk.id(*said)
    assert clerk("patrol", "move", record, "reported", *WHY).code == 0
    return record


def test_a_number_changed_here_is_read_there_and_only_its_own_township_changes_it(
    pair: list[Clerk],
) -> None:
    here, there = pair
    said = ("office=司法所", "post=所长", "name=龙示春", "phone=0739-0000-118")
    fresh = here.id("contact", "new", *said, f"last_checked_on={day(-89)}")
    stale = here.id("contact", "new", *said, f"last_checked_on={day(-91)}")
    carry(here, there)
    assert here("contact", "set", fresh, "phone=0739-0000-119").code == 0
    carry(here, there)
    assert there.ask("contact", "show", fresh)["fields"]["phone"] == "0739-0000-119"
    refused = there("contact", "set", fresh, "phone=0739-0000-120")
    assert refused.code == 3
    assert there.ask("contact", "show", fresh)["fields"]["phone"] == "0739-0000-119"
    due = {d["id"]: d["overdue"] for d in here.ask("today")["due"]}
    assert due == {stale: True, fresh: False}
    assert there.ask("today")["due"] == []


def test_a_warning_nobody_answered_in_time_is_marked_on_both_sides_beside_the_duty_phones(
    pair: list[Clerk],
) -> None:
    here, there = pair
    for clerk, phone in ((here, "0739-0000-118"), (there, "0859-0000-118")):
        shift = [f"starts_at={moment(-2)}", f"ends_at={moment(9)}", f"phone={phone}"]
        clerk.id("duty_shift", "new", "post=值班员", *shift)
        clerk.id(
            "contact", "new", "office=综治中心", "role=liaison", "post=联络员", "name=杨例安",
            f"phone={phone}",
        )  # fmt: skip
    both = f"addressees={here.name}、{there.name}"
    said = ("kind_of=dispute_sign", "level=red", both, f"seen_at={moment(-1)}")
    late = here.id("warning", "new", "place=石桥", *said)
    soon = here.id("warning", "new", "place=界河", *said[:1], "level=blue", *said[2:])
    carry(here, there)
    assert there("warning", "set", late, "receipts=acknowledged").code == 0
    carry(here, there)

    for clerk in pair:
        page = clerk.ask("today")
        told = {(u["id"], u["township"]): u["overdue"] for u in page["unanswered"]}
        assert told == {
            (late, here.name): True,
            (soon, here.name): False,
            (soon, there.name): False,
        }
        printed = clerk("today").out
        marked = [x for x in printed.splitlines() if x.strip().startswith("!")]
        assert [(late[:8] in x, here.name in x) for x in marked] == [(True, True)]
        for phone in ("0739-0000-118", "0859-0000-118"):
            assert phone in printed, "whom to call stands on the same page"
        assert len(clerk.ask("contact", "list", "role=联络员")) == 2


def test_rounds_that_both_report_and_confirm_count_once_each(pair: list[Clerk]) -> None:
    here, there = pair
    days = [f"2024-07-{n:02d}" for n in range(1, 7)]
    said = ("patrol", "new", "kind_of=screening", "area=界河两岸")
    mine = [reported(here, *said, f"on={on}") for on in days]
    theirs = [there.id(*said, f"on={on}") for on in days[:2]]
    carry(here, there)
    for record in mine:
        assert there("patrol", "move", record, "confirmed", *WHY).code == 0
    carry(here, there)
    for record in mine:
        assert here("patrol", "confirm", record).code == 0
    pairs = {frozenset(r["id"] for r in p["records"]) for p in here.ask("duplicates", "patrol")}
    assert pairs == {frozenset(p) for p in zip(mine, theirs, strict=False)}
    for own, other in zip(mine, theirs, strict=False):
        assert there("patrol", "set", other, f"same_as={own[:8]}").code == 0
    carry(here, there)

    for clerk in pair:
        assert [f["count"] for f in clerk.ask("count", "patrol")] == [len(days)]
        assert clerk.ask("duplicates", "patrol") == []
        assert {r["id"] for r in clerk.ask("patrol", "list", "state=confirmed")} == set(mine)


def test_person_times_add_up_by_quarter_and_a_doubted_round_is_shown(pair: list[Clerk]) -> None:
    here, there = pair
    said = ("patrol", "new", "kind_of=joint", "area=界桩一线")
    rounds = [
        reported(here, *said, f"on={on}", f"person_times={n}")
        for on, n in (("2024-06-30", 100), ("2024-07-01", 12), ("2024-09-30", 8))
    ]
    carry(here, there)
    for record, n in zip(rounds, (50, 9, 7), strict=True):
        there("patrol", "set", record, f"person_times={n}")
    there("patrol", "move", rounds[2], "disputed", "--reason", "人次对不上")
    here("patrol", "move", rounds[2], "confirmed", *WHY)
    carry(here, there)

    for clerk in pair:
        [third] = clerk.ask("count", "patrol", "--from", "2024-07-01", "--to", "2024-09-30")
        assert third["sums"]["person_times"] == {here.name: 20, there.name: 16}
        flagged = clerk.ask("patrol", "list", "--conflicts")
        assert [r["id"] for r in flagged] == [rounds[2]]
        [conflict] = clerk.ask("patrol", "show", rounds[2])["conflicts"]
        assert {c["township"] for c in conflict["candidates"]} == {here.name, there.name}


def test_an_anti_drug_patrol_holds_a_police_reference_and_no_suspect(pair: list[Clerk]) -> None:
    here, there = pair
    patrol = here.id(
        "patrol", "new", "kind_of=anti_drug", "area=界山", "on=2024-08-18", "person_times=6",
        "police_ref=公禁字2024第7号",
    )  # fmt: skip
    carry(here, there)
    assert there.ask("patrol", "show", patrol)["fields"]["police_ref"] == "公禁字2024第7号"
    before = here.world()
    for word in ("嫌疑人", "户主", "地块户主", "suspect", "household", "姓名"):
        done = here("patrol", "set", patrol, f"{word}=某某")
        assert (done.code, word in done.err) == (2, True)
    for said in ("route=问了 13800990011", "police_ref=110101199003077715"):
        assert here("patrol", "set", patrol, said).code == 3
    finding = here("item", "add", patrol, "findings", "姓名=某某")
    assert finding.code == 2
    assert here.world() == before


def test_overdue_rounds_and_offered_mediation_are_told(pair: list[Clerk]) -> None:
    here, there = pair
    said = ("schedule", "new", "recurs=half_monthly", "owner=综治中心")
    late = here.id(*said, "what=村级摸排", f"next_on={day(-2)}")
    here.id(*said, "what=明年的", f"next_on={day(60)}")
    case = ("case", "new", "category=neighbour", "village=示范一村")
    offered = here.id(*case, "origin=proactive")
    here.id(*case, "origin=on_application")
    carry(here, there)
    told = there.ask("today")["due"]
    assert [(d["id"], d["overdue"]) for d in told] == [(late, True)]
    assert "村级摸排" in there("today").out
    assert there("schedule", "set", late, f"next_on={day(13)}").code == 0
    assert there.ask("today")["due"] == []
    assert {f["value"]: f["count"] for f in there.ask("count", "case", "--by", "origin")} == {
        "proactive": 1,
        "on_application": 1,
    }
    assert [c["id"] for c in there.ask("case", "list", "origin=主动调解")] == [offered]


def test_a_post_that_changes_hands_keeps_who_held_it_and_when(pair: list[Clerk]) -> None:
    here, there = pair
    group = here.id("team", "new", "kind_of=leading_group", "called=专项行动领导小组")
    for post, duty in (("政法委员", "head"), ("派出所所长", "副组长"), ("村书记", "member")):
        here("item", "add", group, "posts", f"post={post}", f"duty={duty}", "since=2023-1-1")
    [head, *_] = here.ask("team", "show", group)["fields"]["posts"]
    assert here("item", "edit", group, "posts", head["item"], "until=2024-5-1").code == 0
    here("item", "add", group, "posts", "post=副镇长", "duty=组长", "since=2024-5-2")
    here(
        "item",
        "remove",
        group,
        "posts",
        here.ask("team", "show", group)["fields"]["posts"][2]["item"],
    )
    carry(here, there)

    posts = there.ask("team", "show", group)["fields"]["posts"]
    heads = [(p["post"], p["since"], p.get("until")) for p in posts if p["duty"] == "head"]
    assert heads == [("政法委员", "2023-01-01", "2024-05-01"), ("副镇长", "2024-05-02", None)]
    past = there("team", "history", group).out
    assert all(said in past for said in ("政法委员", "2024-05-01", "副镇长", "村书记"))


@pytest.mark.parametrize("code", CONTACT_ROLE.codes())
def test_every_role_is_selected_in_either_language(pair: list[Clerk], code: str) -> None:
    here, there = pair
    zh, en = CONTACT_ROLE.labels[code]
    said = ("contact", "new", "office=村委会", "post=岗位", "name=吴试明", "phone=0739-0000-118")
    made = {here.id(*said, f"role={word}") for word in (zh, en, code)}
    carry(here, there)
    assert {c["id"] for c in there.ask("contact", "list", f"role={zh}")} == made
    for lang, label in (("zh", zh), ("en", en)):
        assert label in there("contact", "show", min(made), lang=lang).out


def test_what_townships_call_the_roles_is_among_them() -> None:
    assert set(CALLED.values()) <= set(CONTACT_ROLE.codes())
    for word, code in CALLED.items():
        label = CONTACT_ROLE.labels[code][0]
        assert label in word or word in label or word == "网格管理员"
