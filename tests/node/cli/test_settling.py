"""Two sides said different things: how a clerk sees it, settles it, and changes it again."""

from __future__ import annotations

import re

import pytest

from node.cli import interactive
from tests.support.clerk import Clerk, carry

NEW = ("case", "new", "--category", "forest_land", "--village", "示范一村")
_NOT_FOR_CLERKS = re.compile(
    r"ours|theirs|merge|branch|hash|crdt|合并|分支|哈希|冲突", re.IGNORECASE
)


@pytest.fixture
def differing(three: list[Clerk]) -> tuple[list[Clerk], str]:
    """8,000 here, 9,500 there, and nobody has seen the other's word."""
    here, there, _ = three
    record = here.id(*NEW)
    carry(*three)
    here.id("case", "set", record, "amount_agreed=8000", "--as", "司法所", "--reason", "口头商定")
    there.id("case", "set", record, "amount_agreed=9500", "--as", "派出所")
    carry(*three)
    return three, record


def amount(clerk: Clerk, record: str) -> object:
    return clerk.ask("case", "show", record)["fields"]["amount_agreed"]


def agree(*clerks: Clerk) -> None:
    """The end of every story: equal digests, nothing open, every log verifies."""
    carry(*clerks)
    assert len({c.ask("status")["ledgers"][0]["digest"] for c in clerks}) == 1
    for clerk in clerks:
        assert clerk.ask("verify")["ok"]


def test_a_difference_is_listed_with_exit_code_4_and_the_documented_shape(
    differing: tuple[list[Clerk], str],
) -> None:
    (here, there, third), record = differing
    for clerk in (here, there, third):
        [found] = clerk.ask("conflicts", "list", code=4)
        assert (found["record"], found["kind"], found["field"]) == (record, "case", "amount_agreed")
        assert (found["severity"], found["before"]) == ("blocking", None)
        said = {c["township"]: (c["value"], c["post"]) for c in found["candidates"]}
        assert said == {here.name: (800_000, "司法所"), there.name: (950_000, "派出所")}
        assert {"entry", "claimed", "first_seen"} <= found["candidates"][0].keys()
    assert third.ask("conflicts", code=4) == third.ask("conflicts", "list", code=4)
    assert third.ask("conflicts", "list", "--severity", "minor") == []
    [listed] = third.ask("case", "list", "--conflicts")
    assert (listed["id"], listed["conflicts"]) == (record, 1)
    assert amount(third, record) is None


@pytest.mark.parametrize("lang", ("zh", "en"))
def test_a_card_is_one_full_sentence_and_both_statements(
    differing: tuple[list[Clerk], str], lang: str
) -> None:
    (here, there, third), _ = differing
    [found] = third.ask("conflicts", "list", code=4)
    card = third("conflicts", "show", found["id"][:8], lang=lang).out
    sentence = (
        "“山林土地纠纷 · 示范一村”的“协议金额”两边不一致，请核对。"
        if lang == "zh"
        else 'Two statements about "amount agreed" of "forest and land · 示范一村" differ'
    )
    assert card.startswith(sentence)
    for part in (here.name, there.name, "司法所", "派出所", "8,000", "9,500", "口头商定"):
        assert part in card
    assert ("原来：未填" if lang == "zh" else "Before: not stated") in card
    assert not _NOT_FOR_CLERKS.search(card)
    assert found["candidates"][0]["entry"][:8] not in card


@pytest.mark.parametrize("name", ("鲁布革", "鲁布革乡", "530324202", "5303"))
def test_one_sides_word_is_taken(differing: tuple[list[Clerk], str], name: str) -> None:
    (here, there, third), record = differing
    [found] = third.ask("conflicts", "list", code=4)
    done = third(
        "conflicts",
        "settle",
        found["id"][:6],
        "--take",
        name,
        "--reason",
        "电话核对",
        "--as",
        "综治中心",
    )
    assert done.code == 0
    assert (
        f"会告诉：{there.name}、{here.name}" in done.out
        or f"会告诉：{here.name}、{there.name}" in done.out
    )
    assert f"想改：mulin case set {record[:8]} amount_agreed=内容" in done.out
    agree(here, there, third)
    for clerk in (here, there, third):
        assert clerk.ask("conflicts", "list") == []
        assert amount(clerk, record) == 950_000
    last = here.ask("case", "history", record)[-1]
    assert (last["township"], last["post"], last["reason"]) == (third.name, "综治中心", "电话核对")
    assert last["operations"][0]["do"] == "settle"


def test_a_third_value_settles(differing: tuple[list[Clerk], str]) -> None:
    (here, there, third), record = differing
    [found] = here.ask("conflicts", "list", code=4)
    settled = here.ask(
        "conflicts", "settle", found["id"], "--value", "8,800 元", "--reason", "重新商定"
    )
    assert settled.keys() == {"id", "record", "entry"}
    agree(here, there, third)
    assert amount(there, record) == 880_000


def test_nobody_takes_the_word_of_one_who_said_nothing(differing: tuple[list[Clerk], str]) -> None:
    (here, _, third), _ = differing
    [found] = here.ask("conflicts", "list", code=4)
    before = here.world()
    done = here("conflicts", "settle", found["id"], "--take", third.name, "--reason", "x")
    assert (done.code, done.err) == (3, "马蚌镇在这里没有说过，不能采用它的。\n")
    assert here.world() == before


def test_both_are_kept_and_shown_and_can_be_decided_later(
    differing: tuple[list[Clerk], str],
) -> None:
    (here, there, third), record = differing
    [found] = third.ask("conflicts", "list", code=4)
    assert third("conflicts", "settle", found["id"], "--keep-both", "--reason", "两笔款").code == 0
    agree(here, there, third)
    shown = there("case", "show", record)
    assert "都保留：" in shown.out
    assert "8,000 元" in shown.out
    assert "9,500 元" in shown.out
    [kept] = there.ask("case", "show", record)["kept"]
    assert {c["value"] for c in kept["candidates"]} == {800_000, 950_000}
    assert there.ask("conflicts", "list") == []

    reasonless = there("case", "set", record, "amount_agreed=8000")
    assert (reasonless.code, reasonless.err) == (2, "请用 --reason 写明原因。\n")
    there.id("case", "set", record, "amount_agreed=8000", "--reason", "只有一笔")
    agree(here, there, third)
    assert amount(here, record) == 800_000
    assert here.ask("case", "show", record)["kept"] == []


def test_a_settled_question_is_no_question_any_more(differing: tuple[list[Clerk], str]) -> None:
    (here, there, _), _ = differing
    [found] = here.ask("conflicts", "list", code=4)
    words = ("conflicts", "settle", found["id"], "--keep-both", "--reason", "x")
    assert here(*words).code == 0
    before = here.world()
    again = here(*words)
    assert (again.code, here.world()) == (1, before)
    carry(here, there)
    assert there(*words).code == 1


def test_a_withdrawal_against_an_edit_is_asked_in_words(three: list[Clerk]) -> None:
    here, there, _ = three
    record = here.id(*NEW, "places=石桥")
    carry(*three)
    [place] = here.ask("case", "show", record)["fields"]["places"]
    here.id("item", "remove", record, "places", place["item"])
    there.id("item", "edit", record, "places", place["item"], "name=石桥头")
    carry(*three)
    [found] = here.ask("conflicts", "list", code=4)
    card = here("conflicts", "show", found["id"]).out
    assert "撤下" in card
    assert "保留" in card
    done = here("conflicts", "settle", found["id"], "--value", "否", "--reason", "桥还在")
    assert done.code == 0
    assert "mulin item edit" in done.out
    agree(*three)
    assert [p["name"] for p in there.ask("case", "show", record)["fields"]["places"]] == ["石桥头"]


def test_a_mark_in_a_set_is_asked_about_by_its_name(three: list[Clerk]) -> None:
    here, there, _ = three
    record = here.id(*NEW, "dispositions=claim_met")
    carry(*three)
    here.id("case", "set", record, "dispositions=claim_met、aid_given")
    here.id("case", "set", record, "dispositions=claim_met")
    there.id("case", "set", record, "dispositions=claim_met、aid_given")
    carry(*three)
    [found] = here.ask("conflicts", "list", code=4)
    assert "“处理方式 · 帮扶救助”" in here("conflicts", "show", found["id"]).out
    assert (
        here("conflicts", "settle", found["id"], "--take", there.name, "--reason", "已帮扶").code
        == 0
    )
    agree(*three)


# --- one question after the other ------------------------------------------------------------


def walk(clerk: Clerk, typed: str, *words: str, lang: str = "zh") -> tuple[int, str, str]:
    done = clerk("conflicts", "settle", "--interactive", *words, typed=typed, lang=lang)
    return done.code, done.out, done.err


def place_of(clerk: Clerk, township: str) -> int:
    """Under which number a township's statement stands on the card."""
    [found] = clerk.ask("conflicts", "list", code=4)
    return [c["township"] for c in found["candidates"]].index(township) + 1


def test_a_number_takes_that_statement(differing: tuple[list[Clerk], str]) -> None:
    three, record = differing
    code, out, err = walk(three[2], f"{place_of(three[2], three[1].name)}\n电话核对\n")
    assert (code, err) == (0, "")
    assert "—— 核对 1 / 1 ——" in out
    assert "选定后立即保存，并告诉：" in out
    assert not _NOT_FOR_CLERKS.search(out)
    agree(*three)
    assert amount(three[0], record) == 950_000


@pytest.mark.parametrize("typed", ("l\n", "", "L\n", "1\n", "v\n", "9\n\nx\nl\n"))
def test_later_leaves_everything_as_it_is(differing: tuple[list[Clerk], str], typed: str) -> None:
    three, _ = differing
    before = three[0].world()
    code, out, _ = walk(three[0], typed)
    assert (code, three[0].world()) == (4, before)
    assert "还有 1 处以后再核对" in out


def test_nothing_is_chosen_by_pressing_enter(differing: tuple[list[Clerk], str]) -> None:
    three, _ = differing
    before = three[0].world()
    code, out, _ = walk(three[0], "\n\n\n")
    assert (code, three[0].world()) == (4, before)
    assert out.count("请输入 1-2、v、k 或 l。") == 3


def test_a_wrong_value_is_explained_and_asked_again(differing: tuple[list[Clerk], str]) -> None:
    three, record = differing
    code, out, err = walk(three[0], "v\n八千八\nv\n8800\n\n双方重新商定\n")
    assert code == 0
    assert "应为金额" in err
    assert "请写明理由" in out
    agree(*three)
    assert amount(three[1], record) == 880_000


def test_both_may_be_kept_in_the_walk(differing: tuple[list[Clerk], str]) -> None:
    three, record = differing
    code, _, _ = walk(three[0], "k\n两笔款\n", lang="en")
    assert code == 0
    agree(*three)
    assert len(three[1].ask("case", "show", record)["kept"]) == 1


def test_the_walk_asks_every_question_and_returns_4_while_some_are_left(
    differing: tuple[list[Clerk], str],
) -> None:
    three, record = differing
    here, there, _ = three
    here.id("case", "set", record, "urgency=red", "--reason", "现场核对")
    there.id("case", "set", record, "urgency=blue")
    carry(*three)
    code, out, _ = walk(here, "l\n1\n核对过\n")
    assert code == 4
    assert "—— 核对 2 / 2 ——" in out
    [left] = here.ask("conflicts", "list", code=4)
    code, _, _ = walk(here, "1\n核对过\n", left["id"][:8])
    assert code == 0
    assert walk(here, "") == (0, "没有两边不一致的内容。\n", "")
    agree(*three)


def test_a_question_that_somebody_settled_meanwhile_is_not_settled_twice(
    differing: tuple[list[Clerk], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer is checked against what stands there at the moment of saving."""
    three, record = differing
    here = three[0]

    def faster(*_: object) -> str:
        with here.opened() as service:
            ledger = service.ledgers.choose(None)
            [found] = service.open_conflicts(ledger)
            service.settle(ledger, found, 700_000, "司法所", "先到")
        return "电话核对"

    monkeypatch.setattr(interactive, "_ask_reason", faster)
    code, _, err = walk(here, "1\n")
    assert code == 0
    assert "不需要核对" in err
    assert amount(here, record) == 700_000
    agree(*three)
