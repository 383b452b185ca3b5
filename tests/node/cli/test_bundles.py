"""`bundle` and `drop` as a clerk types them: files, receipts, exit codes, both languages, no secret shown."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.support.clerk import Clerk

pytestmark = pytest.mark.usefixtures("one_version")

NEW = ("case", "new", "--category", "forest_land", "--village", "示范一村")
SECRET = "geheim-7731"


def digests(*clerks: Clerk) -> set[str]:
    return {clerk.ask("status")["ledgers"][0]["digest"] for clerk in clerks}


def test_a_stick_goes_there_and_a_receipt_comes_back(pair: list[Clerk], tmp_path: Path) -> None:
    here, there = pair
    here.id(*NEW)
    made = here.ask("bundle", "export", "--for", there.name, "-o", str(tmp_path))
    file = Path(made["file"])
    assert (made["entries"], made["for"]) == (2, [there.name])
    assert file.parent == tmp_path
    assert file.name.isascii(), "no name of anybody"
    before = file.read_bytes()
    file.chmod(0o400)
    taken = there.ask("bundle", "import", str(file))
    assert (taken["received"], taken["files"][0]["from"]) == (2, here.name)
    assert file.read_bytes() == before
    assert len(digests(here, there)) == 1

    receipt = there.ask("bundle", "receipt", "-o", str(tmp_path / "回执"))
    assert receipt["for"] == [here.name]
    assert here.ask("status")["ledgers"][0]["peers"][0]["acked"] == 0
    assert here("bundle", "import", receipt["file"]).code == 0
    assert here.ask("status")["ledgers"][0]["peers"][0]["acked"] == 2
    done = here("bundle", "export", "-o", str(tmp_path / "b"))
    assert done.out.startswith(f"{there.name}已经有全部条目；")
    assert here.ask("bundle", "export", "--all", "-o", str(tmp_path / "c"))["entries"] == 2


def test_files_in_any_order_and_twice(pair: list[Clerk], tmp_path: Path) -> None:
    here, there = pair
    files = []
    for n in range(3):
        here.id(*NEW)
        files.append(here.ask("bundle", "export", "-o", str(tmp_path / f"{n}"))["file"])
        spare = tmp_path / "spare"
        shutil.copytree(there.folder, spare)
        copy = Clerk(spare, there.name)
        for file in files:
            assert copy("bundle", "import", file).code == 0
        receipt = copy.ask("bundle", "receipt", "-o", str(tmp_path / f"r{n}"))["file"]
        assert here("bundle", "import", receipt).code == 0
        shutil.rmtree(spare)
    alone = there("bundle", "import", files[2], lang="en")
    assert alone.code == 3
    assert alone.err.startswith("The bundle before this one is missing: 1 logs do not link")
    done = there.ask("bundle", "import", files[2], files[0], files[1], files[0])
    assert done["received"] == here.ask("status")["ledgers"][0]["entries"]
    assert len(digests(here, there)) == 1
    assert there.ask("verify")["ok"]


@pytest.mark.parametrize(
    ("lang", "words"),
    (("zh", "交换包不完整"), ("en", "The bundle is cut short; only what came whole was taken.")),
)
def test_a_cut_file_is_said_to_be_one(
    pair: list[Clerk], tmp_path: Path, lang: str, words: str
) -> None:
    here, there = pair
    here.id(*NEW)
    file = tmp_path / "b"
    here.ask("bundle", "export", "-o", str(file))
    file.write_bytes(file.read_bytes()[:-1])
    done = there("bundle", "import", str(file), lang=lang)
    assert done.code == 3
    assert done.err.startswith(words)
    assert "2" in done.out, "what was whole was taken"


def test_faults_are_sentences_and_change_nothing(three: list[Clerk], tmp_path: Path) -> None:
    here, there, third = three
    here.id(*NEW)
    file = str(tmp_path / "b")
    here.ask("bundle", "export", "--for", there.name, "-o", file)
    before = third.world()
    assert third("bundle", "import", file).err == "这个交换包不是给本机的，打不开。\n"
    assert third("bundle", "import", str(here.folder / "township.key")).code == 2
    assert third("bundle", "import", str(tmp_path / "none")).code == 2
    assert third("bundle", "import", str(tmp_path)).code == 2
    assert third.world() == before
    assert here("bundle", "export", "-o", file).err.startswith("文件已经存在")
    assert here("bundle", "export", "--for", here.name).code == 2
    assert here("bundle", "export", "--for", "没有的乡").code == 1


def test_new_differences_are_told_with_exit_code_four(pair: list[Clerk], tmp_path: Path) -> None:
    here, there = pair
    record = here.id(*NEW)
    first, second = str(tmp_path / "1"), str(tmp_path / "2")
    here.ask("bundle", "export", "-o", first)
    assert there("bundle", "import", first).code == 0
    here.ask("case", "set", record, "amount_claimed=5")
    there.ask("case", "set", record, "amount_claimed=6")
    here.ask("bundle", "export", "-o", second)
    assert len(there.ask("bundle", "import", second, code=4)["new_conflicts"]) == 1


def test_a_drop_folder_serves_three(three: list[Clerk], tmp_path: Path) -> None:
    share = tmp_path / "共享"
    share.mkdir()
    for clerk in three:
        assert clerk("drop", "add", str(share)).code == 0
        assert clerk.ask("drop", "list") == [{"place": str(share)}]
        clerk.id(*NEW)
    for _ in range(3):
        for clerk in three:
            [place] = clerk.ask("drop", "sync")["places"]
            assert place["problem"] is None
    assert len(digests(*three)) == 1
    assert three[0]("drop", "sync", str(share)).out == f"{share}：收到 0 条，留下 0 条。\n"
    assert three[0]("drop", "remove", str(share)).code == 0
    assert three[0]("drop", "sync").code == 2
    assert list(share.rglob("*.vector")), "what lies there stays"


def test_a_password_in_an_address_is_never_shown(alone: Clerk) -> None:
    url = f"memory://clerk:{SECRET}@somewhere/mulin"
    for words in (
        ("add", url),
        ("list",),
        ("sync",),
        ("sync", url),
        ("remove", url),
        ("add", "::" + url),
    ):
        for lang in ("zh", "en"):
            done = alone("drop", *words, lang=lang)
            assert SECRET not in done.out + done.err
    smb = f"smb://clerk:{SECRET}@somewhere/mulin"
    done = alone("drop", "add", smb, lang="en")
    assert done.code == 2
    assert done.err == "The driver for smb:// is missing; install it: pip install smbprotocol\n"


def test_a_folder_that_is_gone_ends_with_exit_code_five(pair: list[Clerk], tmp_path: Path) -> None:
    here, _ = pair
    places = [tmp_path / "1", tmp_path / "2"]
    for place in places:
        place.mkdir()
        here.ask("drop", "add", str(place))
    places[0].rmdir()
    done = here("drop", "sync", lang="en")
    assert done.code == 5
    assert done.err.startswith("The drop folder ")
    checks = [c for c in here.ask("doctor")["checks"] if c["check"] == "drop"]
    assert [c["level"] for c in checks] == ["note", "fine"]
    assert list(places[1].rglob("*.vector")), "the other one was visited"


def test_how_often_a_node_visits_is_a_setting(alone: Clerk) -> None:
    assert alone.ask("config")["visit"] == "60"
    assert alone.ask("config", "visit=15")["visit"] == "15"
    for wrong in ("0", "-5", "soon", "1.5", "999999999999", "٦٠"):
        assert alone("config", f"visit={wrong}").code == 2
    assert alone.ask("config")["visit"] == "15"
