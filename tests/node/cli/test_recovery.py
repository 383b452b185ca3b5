"""The recovery key at the command line: made, split, put together, and a stolen laptop replaced with it."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest

from keys.recovery import from_text
from node import home
from node.home import now_ms
from tests.support.clerk import Clerk, carry, tell
from tests.support.people import NAMES

CASE = ("case", "new", "--category", "forest_land", "--village", "示范一村")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files without a folder go where the test's are."""
    monkeypatch.chdir(tmp_path)


def new_laptop(folder: Path) -> Clerk:
    clerk = Clerk(folder / "new", "新电脑")
    done = clerk("init", "--name", NAMES[0], "--code", "530324202", "--no-passphrase")
    assert done.code == 0, done.err
    return clerk


def vote_all(proposer: Clerk, *others: Clerk) -> None:
    """All agree to the one proposal that is open."""
    tell(proposer, *others)
    [proposal] = [p for p in proposer.ask("members", "list")["proposals"] if p["state"] == "open"]
    for clerk in others:
        done = clerk("members", "vote", proposal["id"][:8], "--agree")
        assert done.code == 0, done.err
        tell(proposer, *others)


def test_a_stolen_laptop_is_replaced_without_a_vote(three: list[Clerk], tmp_path: Path) -> None:
    old, *others = three
    assert old("recovery", "create", "-o", "key.html").code == 0
    assert os.stat("key.html").st_mode & 0o777 == 0o600
    before = old.id(*CASE)
    carry(*three)
    tell(*three)
    assert others[0]("ledger", "pass", "-o", "pass.mulin").code == 0
    laptop = new_laptop(tmp_path)
    done = laptop(
        "recovery",
        "use",
        "key.html",
        "--with",
        "pass.mulin",
        "--give",
        "give.mulin",
        "-o",
        "n.html",
    )
    assert done.code == 0, done.err
    assert from_text(Path("n.html").read_text()) != from_text(Path("key.html").read_text())
    late = old.id(*CASE)  # the thief goes on
    # any member takes the file in; everybody hears of it, the keys come when they meet
    assert others[0]("ledger", "accept", "give.mulin").code == 0
    tell(laptop, *others)
    carry(laptop, *others)
    with others[0].opened() as service, laptop.opened() as fresh:
        [ledger] = service.ledgers.active()
        assert service.epochs.settle(ledger, fresh.device)
    tell(laptop, *others)
    carry(laptop, *others)
    vote_all(laptop, *others)
    tell(old, *others)
    carry(old, *others)
    record = laptop.id(*CASE)
    carry(laptop, *others)
    for clerk in (laptop, *others):
        assert clerk.ask("case", "show", before[:8])["home"] == NAMES[0]
        assert clerk.ask("case", "show", record[:8])["home"] == NAMES[0]
        assert clerk("case", "show", late[:8]).code != 0
    with old.opened() as service:
        [ledger] = service.ledgers.active()
        assert not ledger.is_ours
        assert ledger.chain.epoch.key_id not in ledger.keys
        assert ledger.chain.number == 1


def test_a_sheet_works_once(pair: list[Clerk], tmp_path: Path) -> None:
    old, other = pair
    assert old("recovery", "create", "-o", "key.html").code == 0
    tell(old, other)
    assert other("ledger", "pass", "-o", "pass.mulin").code == 0
    laptop = new_laptop(tmp_path)
    words = ("recovery", "use", "key.html", "--with", "pass.mulin", "-o", "n.html")
    assert laptop(*words).code == 0
    world = laptop.world()
    again = laptop("recovery", "use", "key.html", "-o", "m.html")
    assert again.code == 3
    assert "没有改动任何内容" in again.err
    assert laptop.world() == world
    assert not Path("m.html").exists()


def test_a_restored_backup_gets_new_keys_and_keeps_the_old_file_aside(
    three: list[Clerk], tmp_path: Path
) -> None:
    old, *others = three
    sheet = old.ask("recovery", "create")["key"]
    before = old.id(*CASE)
    carry(*three)
    tell(*three)
    copy = Clerk(tmp_path / "copy", old.name)
    shutil.copytree(old.folder, copy.folder)
    stolen = (copy.folder / "township.key").read_bytes()
    Path("typed.txt").write_text(sheet)
    used = copy.ask("recovery", "use", "typed.txt", "--give", "give.mulin")
    assert Path(used["aside"]).read_bytes() == stolen
    assert (copy.folder / "township.key").read_bytes() != stolen
    assert copy.ask("case", "show", before[:8])["id"] == before, "it reads at once"
    record = copy.id(*CASE)
    late = old.id(*CASE)
    assert others[0]("ledger", "accept", "give.mulin").code == 0
    tell(copy, *others)
    carry(copy, *others)
    vote_all(copy, *others)
    tell(old, *others)
    carry(old, *others)
    for clerk in (copy, *others):
        assert clerk("case", "show", before[:8]).code == 0
        assert clerk("case", "show", record[:8]).code == 0
        assert clerk("case", "show", late[:8]).code != 0


def test_officers_keep_shares_and_two_of_three_give_the_key_back(pair: list[Clerk]) -> None:
    owner, _ = pair
    assert owner("recovery", "create", "-o", "key.html").code == 0
    split = owner.ask("recovery", "split", "key.html", "--of", "3", "--need", "2")
    assert len(split["files"]) == 3
    key = from_text(Path("key.html").read_text())
    for some in (split["files"][:2], split["files"][1:], split["files"]):
        assert from_text(owner.ask("recovery", "join", *some)["key"]) == key
    alone = owner("recovery", "join", split["files"][0])
    assert alone.code == 2
    words = re.findall(r"mulin-share: ([a-z ]+)", Path(split["files"][0]).read_text())[0]
    assert words.split()[0] not in alone.err


def test_a_key_is_promised_once_and_shown_once(pair: list[Clerk]) -> None:
    owner, _ = pair
    made = owner("recovery", "create")
    assert made.code == 0
    key = from_text(made.out)
    assert "█" in made.out or "▀" in made.out, "a code to scan"
    world = owner.world()
    again = owner("recovery", "create", "-o", "second.html")
    assert again.code == 3
    assert owner.world() == world
    assert not Path("second.html").exists()
    hidden = (key, key.hex().encode(), made.out.split()[0].encode())
    for file in owner.folder.rglob("*"):
        data = file.read_bytes() if file.is_file() else b""
        assert not any(secret in data for secret in hidden)
    wrong = made.out.splitlines()[0].replace(made.out[0], str((int(made.out[0]) + 1) % 10), 1)
    Path("typo.txt").write_text(made.out.replace(made.out.splitlines()[0], wrong))
    told = owner("recovery", "use", "typo.txt")
    assert told.code == 2
    assert "第 1 行第 1 组" in told.err
    assert wrong.split()[0] not in told.err


def test_the_others_vote_for_new_keys_when_the_sheet_is_lost_too(
    three: list[Clerk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lost, *others = three
    before = lost.id(*CASE)
    carry(*three)
    laptop = new_laptop(tmp_path)
    assert laptop("card", "-o", "new.card").code == 0
    words = ("members", "propose", "rekey", "new.card", "--for", lost.name, "-o", "rekey.mulin")
    proposal = others[0].ask(*words)["id"]
    tell(*others)
    early = others[1]("members", "vote", proposal[:8], "--agree")
    assert early.code == 3
    assert "还没有同意" in early.err or "还差 7 天" in early.err
    assert laptop("ledger", "accept", "rekey.mulin", "--yes").code == 0
    tell(laptop, *others)
    world = others[1].world()
    for clerk in others:
        early = clerk("members", "vote", proposal[:8], "--agree")
        assert early.code == 3
        assert "还差 7 天" in early.err
    assert others[1].world() == world
    week_later_ms = now_ms() + 7 * 86_400_000 + 60_000
    monkeypatch.setattr(home, "now_ms", lambda: week_later_ms)
    for clerk in others:
        done = clerk("members", "vote", proposal[:8], "--agree")
        assert done.code == 0, done.err
        tell(laptop, *others)
    carry(laptop, *others)
    record = laptop.id(*CASE)
    carry(laptop, *others)
    for clerk in (laptop, *others):
        assert clerk.ask("case", "show", before[:8])["home"] == lost.name
        assert clerk.ask("case", "show", record[:8])["home"] == lost.name
    [member] = [m for m in laptop.ask("members", "list")["members"] if m["township"] == lost.name]
    assert len(member["devices"]) == 1
    assert not member["recovery"], "the lost sheet is of no use any more"


def test_before_a_ledger_is_in_force_there_is_nothing_to_promise_a_key_in(tmp_path: Path) -> None:
    alone = new_laptop(tmp_path)
    told = alone("recovery", "create", "-o", "key.html")
    assert told.code == 3
    assert "mulin ledger new" in told.err
    assert not Path("key.html").exists(), "a sheet that opens nothing must not be printed"


def test_new_keys_on_the_same_laptop_are_not_taken_for_an_old_backup(pair: list[Clerk]) -> None:
    owner, _ = pair
    Path("typed.txt").write_text(owner.ask("recovery", "create")["key"])
    owner.id(*CASE)
    used = owner("recovery", "use", "typed.txt", "-o", "new.html")
    assert (used.code, used.err) == (0, "")
    assert "\nmulin ledger accept" in used.out, "a line that fits a terminal"
    assert owner("case", "new", *CASE[2:]).err == "已保存在本机。\n"
    assert owner("verify").code == 0
