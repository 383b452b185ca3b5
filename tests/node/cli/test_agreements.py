"""`confirm` and `certificate` at the command line, and how confirmations of another text are shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.cells import cell_len

from tests.support.clerk import Clerk, Done, carry, mulin


@pytest.fixture
def drafted(three: list[Clerk]) -> tuple[list[Clerk], str]:
    """A draft that all three read."""
    first, *others = three
    case = first.id("case", "new", "--category", "neighbour", "--village", "示范一村")
    shares = [word for clerk in others for word in ("--share", clerk.name)]
    draft = ("--form", "written", "facts=甲方1与乙方1相邻")
    made = first.id("agreement", "new", "--case", case, *shares, *draft)
    for no, text in ((2, "乙方1付款八百元"), (1, "甲方1清理水沟")):
        first("item", "add", made, "terms", f"no={no}", f"text={text}")
    carry(*three)
    for clerk in three:
        assert clerk("agreement", "show", made, "--purpose", "调解").code == 0
    return three, made


def fits(done: Done) -> str:
    assert all(cell_len(line) <= 80 for line in done.out.split("\n")), done.out
    return done.out


def ready(clerks: list[Clerk], made: str) -> None:
    assert clerks[0]("agreement", "move", made, "ready", "--reason", "双方同意").code == 0
    carry(*clerks)


def test_all_confirm_and_the_file_says_so_to_a_stranger(
    drafted: tuple[list[Clerk], str], tmp_path: Path
) -> None:
    clerks, made = drafted
    early = clerks[1]("agreement", "confirm", made)
    assert (early.code, early.err) == (3, "现在还是“草拟”，定稿以后才能确认。\n")
    ready(clerks, made)
    locked = clerks[1]("agreement", "set", made, "place=村委会")
    assert (locked.code, "已经定稿，不能修改；要改，先退回“草拟”" in locked.err) == (3, True)
    assert clerks[0]("agreement", "confirm", made).code == 0
    file = tmp_path / "协议.proof"
    some = clerks[0]("agreement", "certificate", made[:8])
    assert "mulin-proof:" in some.out
    assert clerks[1].name in some.err
    for clerk in clerks[1:]:
        assert clerk("agreement", "confirm", made).code == 0
    carry(*clerks)
    shown = fits(clerks[2]("agreement", "show", made))
    told = clerks[2].ask("agreement", "show", made)["agreed"]
    assert f"文本 {told['hash'][:16]}\n" in shown
    assert told["townships"] == dict.fromkeys((c.name for c in clerks), "confirmed")
    assert all(f"{c.name} 已确认这份文本" in shown for c in clerks)
    assert "confirmed this text" in fits(clerks[2]("agreement", "show", made, lang="en"))
    wrote = clerks[2].ask("agreement", "certificate", made, "-o", str(file))
    assert (wrote["missing"], wrote["hash"]) == ([], told["hash"])
    nobody = ("--home", str(tmp_path / "nowhere"))
    checked = mulin(*nobody, "--json", "proof", "check", str(file))
    assert checked.code == 0
    assert checked.json["agreed"]["terms"][0] == {"no": 1, "text": "甲方1清理水沟"}
    assert [t["township"] for t in wrote["townships"]] == [
        t["township"] for t in checked.json["townships"]
    ]
    for lang, says in (("zh", "已签字确认"), ("en", " signed, ")):
        out = fits(mulin(*nobody, "--lang", lang, "proof", "check", str(file)))
        assert out.count("✓") == out.count(says) == 3
        assert "1 · 甲方1清理水沟" in out
        assert told["hash"] in out
    assert not (tmp_path / "nowhere").exists()
    altered = file.read_text().replace("mulin-proof:gwO", "mulin-proof:gwP")
    file.write_text(altered)
    assert mulin(*nobody, "proof", "check", str(file)).code == 3


def test_a_text_that_changed_is_shown_as_a_question_that_only_confirming_answers(
    drafted: tuple[list[Clerk], str],
) -> None:
    clerks, made = drafted
    first, second, third = clerks
    assert second("agreement", "set", made, "place=村委会").code == 0
    assert first("agreement", "move", made, "ready", "--reason", "双方同意").code == 0
    assert first("agreement", "confirm", made).code == 0
    carry(*clerks)
    (about,) = second.ask("conflicts", "list", code=4)
    assert (about["severity"], about["confirm"]) == ("blocking", True)
    name = about["id"][:8]
    for lang, listed, asked, how in (
        ("zh", "三江口镇 文本", "请重新确认", "各乡镇看过现在的文本后重新确认"),
        ("en", "三江口镇 text", "confirm it again", "Each township looks at the present text"),
    ):
        assert listed in fits(second("conflicts", "list", lang=lang))
        card = fits(second("conflicts", "show", name, lang=lang))
        assert asked in card.replace("\n", " ")
        assert how in card
        assert "settle" not in card
        assert fits(second("agreement", "show", made, lang=lang))
    for answer in (("--take", first.name), ("--value", "0"), ("--keep-both",)):
        done = second("conflicts", "settle", name, *answer, "--reason", "x")
        assert (done.code, done.err.count("\n"), made[:8] in done.err) == (4, 1, True)
    walked = second("conflicts", "settle", "--interactive")
    assert walked.code == 4
    assert "agreement confirm" in walked.err
    shown = fits(third("agreement", "show", made))
    assert f"{first.name} 确认的是另一文本" in shown
    assert f"{second.name} 未确认" in shown
    assert first("agreement", "confirm", made).code == 0
    carry(*clerks)
    assert second("conflicts", "list").code == 0
