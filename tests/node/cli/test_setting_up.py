"""From nothing to a ledger: making a node, exchanging cards, accepting, and what may go wrong with files."""

from __future__ import annotations

import base64
import getpass
import io
from collections.abc import Callable
from pathlib import Path

import pytest

from keys.card import Card
from keys.identity import fingerprint, fingerprint_well_formed
from node.exchange import CARD_FILE_BYTES, read_card, read_invitation
from node.home import Home
from tests.support.clerk import Clerk, Done, copied, found, mulin, settle_in
from tests.support.people import card as invented_card

INIT = ("init", "--name", "麻塘乡", "--code", "430527210")


class Terminal(io.StringIO):
    """Somebody sits there."""

    def isatty(self) -> bool:
        return True


def init(home: Path, *words: str, **more: object) -> Done:
    return mulin("--home", str(home), "--lang", "zh", *words, **more)  # type: ignore[arg-type]


# --- init ------------------------------------------------------------------------------------


def test_a_node_is_made_with_private_files(tmp_path: Path) -> None:
    home = tmp_path / "new" / "home"
    done = init(home, *INIT, "--no-passphrase", "--json")
    assert done.code == 0
    said = done.json
    assert said["township_id"].startswith("did:key:z6Mk")
    assert fingerprint_well_formed(said["fingerprint"])
    assert (said["name"], said["code"]) == ("麻塘乡", "430527210")
    modes = {
        f.name: f.stat().st_mode & 0o777 for f in (home, home / "township.key", home / "ledger.db")
    }
    assert modes == {"home": 0o700, "township.key": 0o600, "ledger.db": 0o600}
    service = Home(home).open(None)
    assert service.card().addresses == ("127.0.0.1:7711",)
    service.ground.db.close()


def test_mulin_home_is_heard_and_home_beats_it(tmp_path: Path) -> None:
    env = {"MULIN_HOME": str(tmp_path / "env")}
    assert mulin(*INIT, "--no-passphrase", env=env).code == 0
    assert mulin("status", env=env).code == 0
    assert mulin("status", "--home", str(tmp_path / "other"), env=env).code == 2


@pytest.mark.parametrize(
    ("words", "said"),
    (
        (("--name", "", "--code", "430527210"), "名称不能为空"),
        (("--name", "  ", "--code", "430527210"), "名称不能为空"),
        (("--name", "镇" * 500_000, "--code", "430527210"), "不能超过 60 个字"),
        (("--name", "麻\x1b塘", "--code", "430527210"), "控制字符"),
        (("--name", "麻塘乡", "--code", "43"), "9 位或 12 位"),
        (("--name", "麻塘乡", "--code", "43052721x"), "9 位或 12 位"),
        (("--name", "麻塘乡", "--code", ""), "9 位或 12 位"),
        (("--name", "麻塘乡"), "还缺：--code"),
        (("--code", "430527210"), "还缺：--name"),
        (("--name", "麻塘乡", "--code", "430527210", "--listen", "here"), "地址应写成 主机:端口"),
        (("--name", "麻塘乡", "--code", "430527210", "--listen", "127.0.0.1:70000"), "地址应写成"),
    ),
)
def test_a_wrong_init_leaves_nothing_behind(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    home = tmp_path / "home"
    done = init(home, "init", "--no-passphrase", *words)
    assert done.code == 2
    assert said in done.err
    assert done.err.count("\n") == 1
    assert not home.exists()


@pytest.mark.parametrize(
    "command", (("status",), ("case", "list"), ("card",), ("run",), ("verify",))
)
def test_without_a_node_a_command_says_how_to_make_one(
    tmp_path: Path, command: tuple[str, ...]
) -> None:
    done = init(tmp_path / "empty", *command)
    assert done.code == 2
    assert "还没有节点" in done.err
    assert "mulin init" in done.err
    assert not (tmp_path / "empty").exists()


# --- passphrases -----------------------------------------------------------------------------


def test_a_passphrase_from_the_environment_locks_the_key_file(tmp_path: Path) -> None:
    env = {"MULIN_PASSPHRASE": "十五的月亮"}
    assert init(tmp_path / "h", *INIT, env=env).code == 0
    assert Home(tmp_path / "h").key_is_locked()
    assert init(tmp_path / "h", "status", env=env).code == 0
    wrong = init(tmp_path / "h", "status", env={"MULIN_PASSPHRASE": "十六"})
    assert (wrong.code, wrong.err) == (3, "口令不对，密钥文件没有打开。\n")
    silent = init(tmp_path / "h", "status")
    assert silent.code == 2
    assert "MULIN_PASSPHRASE" in silent.err


def test_without_a_passphrase_or_a_terminal_init_asks_to_choose(tmp_path: Path) -> None:
    done = init(tmp_path / "h", *INIT)
    assert done.code == 2
    assert "--no-passphrase" in done.err
    assert not (tmp_path / "h").exists()


@pytest.mark.parametrize(("typed", "code"), ((["甲", "甲", "甲"], 0), (["甲", "乙"], 2), ([""], 2)))
def test_a_passphrase_is_typed_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, typed: list[str], code: int
) -> None:
    answers = iter(typed)
    monkeypatch.setattr(getpass, "getpass", lambda *_, **__: next(answers))
    done = init(tmp_path / "h", *INIT, stdin=Terminal())
    assert done.code == code
    assert (tmp_path / "h" / "township.key").exists() == (code == 0)
    if code == 0:  # and asked for once by every later command
        assert init(tmp_path / "h", "status", stdin=Terminal()).code == 0


# --- cards -----------------------------------------------------------------------------------


def test_a_card_file_is_for_people_and_for_the_program(alone: Clerk, tmp_path: Path) -> None:
    target = tmp_path / "我们.card"
    assert alone("card", "-o", str(target)).code == 0
    lines = target.read_text(encoding="utf-8").splitlines()
    card = read_card(target.read_bytes())
    assert all(line.startswith("# ") for line in lines[:-1])
    assert alone.name in lines[1]
    assert card.code in lines[2]
    assert fingerprint(card.township) in lines[3]
    assert lines[-1] == card.text()
    shown = alone.ask("card")
    assert Card.from_text(shown["card"]) == card
    assert (shown["fingerprint"], shown["addresses"]) == (
        fingerprint(card.township),
        ["127.0.0.1:7711"],
    )

    again = alone("card", "-o", str(target))
    assert (again.code, again.err) == (3, "文件已经存在，没有覆盖：我们.card\n")


def test_a_qr_code_is_drawn(alone: Clerk) -> None:
    done = alone("card", "--qr")
    assert done.code == 0
    assert "▀" in done.out
    assert "窗口不够宽" in done.err


def flipped(text: str) -> bytes:
    """One bit of the card's bytes is another: as a bad cable or a bad person would have it."""
    head, _, body = text.rpartition("mulin-card:")
    raw = bytearray(base64.urlsafe_b64decode(body.strip() + "=="))
    raw[len(raw) // 2] ^= 1
    return (head + "mulin-card:" + base64.urlsafe_b64encode(raw).decode().rstrip("=")).encode()


NO_CARDS: dict[str, tuple[Callable[[str], bytes], str]] = {
    "empty": (lambda _: b"", "里面没有名片"),
    "a letter": (lambda _: "尊敬的邻居".encode(), "里面没有名片"),
    "a picture": (lambda _: b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "里面没有名片"),
    "gbk": (lambda _: "名片".encode("gbk"), "里面没有名片"),
    "changed": (flipped, "内容不完整或被改动过"),
    "cut": (lambda t: t[: len(t) // 2].encode(), "内容不完整或被改动过"),
    "no base64": (lambda t: (t.rstrip() + "***").encode(), "内容不完整或被改动过"),
    "two": (lambda t: (t + t).encode(), "内容不完整或被改动过"),
    "huge": (lambda t: t.encode() + b"#" * CARD_FILE_BYTES, "文件太大"),
    "an invitation": (lambda _: b"mulin-invite:AAAA", "这是账本邀请"),
}


@pytest.mark.parametrize("what", NO_CARDS)
def test_a_file_that_is_no_card_founds_nothing(alone: Clerk, tmp_path: Path, what: str) -> None:
    make, said = NO_CARDS[what]
    file = tmp_path / "neighbour.card"
    file.write_bytes(make("# 名片\n" + invented_card("b").text() + "\n"))
    before = alone.world()
    done = alone("ledger", "new", "金麻", "--with", str(file), "-o", str(tmp_path / "i.mulin"))
    assert done.code == 2
    assert done.err.startswith("这不是一张有效的乡镇名片（")
    assert said in done.err
    assert alone.world() == before
    assert not (tmp_path / "i.mulin").exists()


def test_a_card_survives_what_editors_and_chats_do_to_it() -> None:
    text = invented_card("b").text()
    for made in ("\ufeff# 名片\r\n\r\n  " + text + "  \r\n", "转发：\n" + text, text):
        assert read_card(made.encode()) == invented_card("b")


def test_ones_own_card_and_a_card_twice_are_refused(alone: Clerk, tmp_path: Path) -> None:
    own, other = tmp_path / "own.card", tmp_path / "other.card"
    alone("card", "-o", str(own))
    other.write_text(invented_card("b").text())
    before = alone.world()
    done = alone("ledger", "new", "金麻", "--with", str(own), "-o", str(tmp_path / "i"))
    assert (done.code, done.err) == (2, "这是本乡镇自己的名片，请用其他乡镇的名片。\n")
    twice = ["--with", str(other)] * 2
    done = alone("ledger", "new", "金麻", *twice, "-o", str(tmp_path / "i"))
    assert (done.code, done.err) == (2, "麻塘乡的名片给了两次。\n")
    missing = alone("ledger", "new", "金麻", "-o", str(tmp_path / "i"))
    assert (missing.code, "还缺：--with" in missing.err) == (2, True)
    assert alone.world() == before
    assert not (tmp_path / "i").exists()


# --- ledgers ---------------------------------------------------------------------------------


def _invite(folder: Path) -> tuple[list[Clerk], Path]:
    clerks = settle_in(folder, 3)
    cards = []
    for clerk in clerks[1:]:
        clerk("card", "-o", str(folder / f"{clerk.name}.card"))
        cards += ["--with", str(folder / f"{clerk.name}.card")]
    invitation = folder / "i.mulin"
    assert clerks[0]("ledger", "new", "黔滇桂", *cards, "-o", str(invitation)).code == 0
    return clerks, invitation


def test_accepting_shows_every_fingerprint_and_asks(tmp_path: Path) -> None:
    (first, second, third), invitation = _invite(tmp_path)
    prints = [c.ask("card")["fingerprint"] for c in (first, second, third)]
    before = second.world()
    for answer in ("", "n\n", "\n", "maybe\n"):
        done = second("ledger", "accept", str(invitation), typed=answer)
        assert done.code == 3
        assert "没有确认指纹" in done.err
        assert all(digits in done.out for digits in prints)
        assert second.world() == before
    for clerk, answer in ((second, "y\n"), (third, "一致\n")):
        done = clerk("ledger", "accept", str(invitation), typed=answer)
        assert done.code == 0
        assert "还在等待" in done.out
    [listed] = third.ask("ledger", "list")
    assert (set(listed["signed"]), listed["active"]) == ({first.name, third.name}, False)
    [shown] = [m for m in third.ask("ledger", "show", "黔滇桂")["members"] if m["own"]]
    assert (shown["township"], shown["fingerprint"]) == (third.name, prints[2])


def test_a_ledger_in_waiting_takes_no_records(tmp_path: Path) -> None:
    (first, *_), _invitation = _invite(tmp_path)
    done = first("case", "new", "--category", "other", "--village", "甲")
    assert done.code == 3
    assert "还没有已成立的账本" in done.err
    assert "等待" in first("status").out


def test_an_invitation_has_a_name_of_its_own_and_is_never_overwritten(
    alone: Clerk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("other.card").write_text(invented_card("b").text())
    words = ("ledger", "new", "../金/麻", "--with", "other.card")
    assert alone(*words).code == 0
    [made] = [p.name for p in tmp_path.glob("邀请-*.mulin")]
    assert made == "邀请-_金_麻.mulin"
    before = alone.world()
    again = alone(*words)
    assert (again.code, again.err) == (3, f"文件已经存在，没有覆盖：{made}\n")
    assert alone.world() == before


def test_an_invitation_for_others_or_a_damaged_one_is_refused(tmp_path: Path) -> None:
    (_, second, _), invitation = _invite(tmp_path)
    stranger = tmp_path / "stranger"
    init(stranger, *INIT, "--no-passphrase")
    done = init(stranger, "ledger", "accept", str(invitation), "--yes")
    assert (done.code, done.err) == (3, "这份邀请里没有本乡镇，或其中的设备不是本机。\n")
    whole = invitation.read_text(encoding="utf-8")
    bad = tmp_path / "bad.mulin"
    before = second.world()
    for text, said in (
        (whole[:-40], "内容不完整或被改动过"),
        (whole.replace("mulin-invite:", "mulin-invite:A"), "内容不完整或被改动过"),
        (invented_card("b").text(), "这是乡镇名片"),
        ("", "里面没有邀请"),
    ):
        bad.write_text(text, encoding="utf-8")
        done = second("ledger", "accept", str(bad), "--yes")
        assert done.code == 2
        assert said in done.err
        assert second.world() == before
    assert read_invitation(invitation.read_bytes()).founding.name == "黔滇桂"


def test_several_ledgers_are_told_apart(pair_template: Path, tmp_path: Path) -> None:
    clerks = copied(pair_template, tmp_path)
    here = clerks[0]
    (tmp_path / "again").mkdir()
    found(tmp_path / "again", *clerks)
    names = [k["id"] for k in here.ask("ledger", "list")]
    assert len(names) == 2
    done = here("case", "list")
    assert done.code == 2
    assert "--ledger" in done.err
    for name in names:
        assert here.ask("case", "list", "--ledger", name[:8]) == []
    record = here.id(
        "case", "new", "--category", "other", "--village", "甲", "--ledger", names[1][:8]
    )
    assert here.ask("case", "list", "--ledger", names[0]) == []
    assert [c["id"] for c in here.ask("case", "list", "--ledger", names[1])] == [record]
