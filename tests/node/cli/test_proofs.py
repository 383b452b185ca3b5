"""`proof`, `forks` and `mute` at the command line."""

from __future__ import annotations

import base64
import random
import shutil
from pathlib import Path

import pytest

from node.home import Home
from tests.support.clerk import Clerk, carry, mulin

NEW = ("case", "new", "--category", "forest_land", "--village", "示范一村")


@pytest.fixture
def forked(
    pair: list[Clerk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Clerk, Clerk]:
    """The second township's folder was cloned unseen, both went on, and the first heard both."""
    here, there = pair
    there.id(*NEW)
    where = Home(there.folder).whereabouts()
    shutil.copytree(there.folder, tmp_path / "clone")
    clone = Clerk(tmp_path / "clone", there.name)
    with monkeypatch.context() as patch:
        patch.setattr(Home, "whereabouts", lambda _home: where)
        for clerk in (there, clone):
            clerk.id(*NEW)
            carry(here, clerk)
    return here, there


def test_a_proof_goes_to_somebody_who_has_nothing_but_the_file(
    forked: tuple[Clerk, Clerk], tmp_path: Path
) -> None:
    here, there = forked
    [fork] = here.ask("proof", "list")
    assert fork["township"] == there.name
    file = tmp_path / "证据.proof"
    assert here.ask("proof", "export", fork["id"][:8], "-o", str(file))["file"] == str(file)
    assert file.stat().st_size < 8 * 1024
    nobody = ("--home", str(tmp_path / "nowhere"))
    checked = mulin(*nobody, "--json", "proof", "check", str(file))
    assert checked.code == 0
    assert checked.json["proves"] is True
    assert checked.json["township"] == there.name
    assert checked.json["entries"] == fork["entries"]
    assert checked.json["device"] == there.ask("status")["device"]
    zh = mulin(*nobody, "--lang", "zh", "proof", "check", str(file)).out.replace("\n", "")
    assert "证据成立" in zh
    assert there.name in zh
    assert "This is proof" in mulin(*nobody, "--lang", "en", "proof", "check", str(file)).out
    assert not (tmp_path / "nowhere").exists()


def test_the_text_may_pass_through_a_mail_and_a_chat(
    forked: tuple[Clerk, Clerk], tmp_path: Path
) -> None:
    here, _ = forked
    [fork] = here.ask("forks", "list")
    text = here("proof", "export", fork["id"]).out
    assert text == here.ask("proof", "export", fork["id"])["text"]
    file = tmp_path / "mail.txt"
    file.write_bytes(("\ufeff您好：\r\n" + text.replace("\n", "\r\n") + "\r\n谢谢").encode())
    assert here("proof", "check", str(file)).code == 0


def test_thousands_of_altered_files_are_each_refused(
    forked: tuple[Clerk, Clerk], tmp_path: Path
) -> None:
    from crdt.errors import NoProof
    from node.exchange import read_proof

    here, _ = forked
    [fork] = here.ask("proof", "list")
    text = here("proof", "export", fork["id"]).out
    head, armour, body = text.partition("mulin-proof:")
    body = body.strip()
    read_proof(text.encode())
    dice = random.Random("altered files")
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/ \0山"
    for n in range(2_000):
        at = dice.randrange(len(body))
        put = dice.choice([c for c in alphabet if c != body[at]])
        altered = body[:at] + put + body[at + n % 2 :]
        with pytest.raises(NoProof):
            read_proof((head + armour + altered + "\n").encode())


@pytest.mark.parametrize(
    ("text", "why"),
    (
        ("", "里面没有证据"),
        ("mulin-proof:", "内容不完整或被改动过"),
        ("mulin-proof:A", "内容不完整或被改动过"),
        (f"mulin-proof:{base64.urlsafe_b64encode(b'nothing').decode()}", "内容不完整或被改动过"),
        ("mulin-proof:AA\nmulin-proof:AA", "内容不完整或被改动过"),
    ),
)
def test_what_is_no_proof_is_said_to_be_none(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "x"
    file.write_text(text)
    done = mulin("--lang", "zh", "proof", "check", str(file))
    assert (done.code, why in done.err) == (3, True)


def test_an_unknown_proof_is_not_found(pair: list[Clerk]) -> None:
    assert pair[0]("proof", "export", "abcdef12").code == 1
    assert pair[0]("proof").out == pair[0]("forks").out == "没有。\n"


# --- mute ------------------------------------------------------------------------------------


def test_who_is_muted_is_seen_everywhere_and_forgotten_at_a_word(pair: list[Clerk]) -> None:
    here, there = pair
    before = here.world()
    assert here("mute").out == "没有暂停接收任何乡镇。\n"
    [muted] = here.ask("mute", there.name)
    assert (muted["what"], muted["township"]) == ("township", there.name)
    assert here.ask("mute") == here.ask("status")["muted"] == [muted]
    assert f"暂不接收{there.name}" in here("status").out
    assert "muted" in {c["check"] for c in here.ask("doctor")["checks"]}
    assert here.ask("mute", there.name, "--off") == []
    assert here.world() == before


def test_a_device_is_muted_by_its_key(pair: list[Clerk]) -> None:
    here, there = pair
    device = there.ask("status")["device"]
    [muted] = here.ask("mute", device)
    assert (muted["id"], muted["what"], muted["township"]) == (device, "device", there.name)
    assert here.ask("mute", device, "--off") == []


def test_nobody_mutes_himself_or_a_stranger(pair: list[Clerk]) -> None:
    here, _ = pair
    assert here("mute", here.name).code == 2
    assert here("mute", "没有这个乡").code == 1
    assert here.ask("mute") == []
