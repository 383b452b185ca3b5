"""A node's folder: what is in it, who may read it, and what is left when making it fails."""

from __future__ import annotations

import errno
import json
import multiprocessing
import stat
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from crdt.entry import Incarnation, LedgerId
from keys.errors import BadCode, BadKeyFile, BadName, PassphraseNeeded, WrongPassphrase
from node.errors import DiskTrouble, FileTrouble, HomeTaken, NoHome
from node.ground import Mark
from node.home import DurableHighWater, Home, read_json, write_durably
from node.service import Service
from tests.support.people import seed

NAME, CODE = "麻塘乡", "430527210"
LEDGER = LedgerId(seed("ledger"))


def modes(folder: Path) -> dict[str, int]:
    return {file.name: stat.S_IMODE(file.stat().st_mode) for file in folder.iterdir()}


def opened(home: Home, passphrase: str | None = None) -> Service:
    return home.open(passphrase)


def mark(place: int, seq: int) -> Mark:
    return Mark(Incarnation(seed("incarnation", place, size=16)), (seq, seed("entry", place, seq)))


def test_a_new_home_is_the_owners_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "deep" / "home")
    home.create(NAME, CODE, "127.0.0.1:7711", None)
    assert stat.S_IMODE(home.folder.stat().st_mode) == 0o700
    assert modes(home.folder) == {"township.key": 0o600, "ledger.db": 0o600}
    service = opened(home)
    assert service.card().name == NAME
    assert service.card().addresses == ("127.0.0.1:7711",)
    service.ground.db.close()


def test_a_home_is_made_once(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create(NAME, CODE, "", None)
    before = home.keys.read_bytes()
    with pytest.raises(HomeTaken):
        home.create("别的乡", CODE, "", None)
    assert home.keys.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "code", "fault"), (("", CODE, BadName), (NAME, "43", BadCode), ("a\nb", CODE, BadName))
)
def test_a_wrong_name_or_code_leaves_nothing_behind(
    tmp_path: Path, name: str, code: str, fault: type[Exception]
) -> None:
    home = Home(tmp_path / "home")
    with pytest.raises(fault):
        home.create(name, code, "", None)
    assert not home.folder.exists()


def test_a_folder_that_cannot_be_made_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileTrouble):
        Home(tmp_path / "file" / "home").create(NAME, CODE, "", None)


def test_a_crash_before_the_keys_were_written_can_be_made_good(tmp_path: Path) -> None:
    """The key file is the last thing made: without it there is no home yet, and `create` begins again."""
    home = Home(tmp_path / "home")
    home.create(NAME, CODE, "", None)
    home.keys.unlink()
    assert not home.exists()
    with pytest.raises(NoHome):
        opened(home)
    home.create("金子岩乡", CODE, "", None)
    service = opened(home)
    assert service.card().name == "金子岩乡"
    service.ground.db.close()


def test_a_passphrase_is_asked_for_and_must_be_right(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create(NAME, CODE, "", "口令 one")
    assert home.key_is_locked()
    with pytest.raises(PassphraseNeeded):
        opened(home)
    with pytest.raises(WrongPassphrase):
        opened(home, "口令 two")
    opened(home, "口令 one").ground.db.close()


def test_missing_and_damaged_files_are_said_in_a_sentence(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    with pytest.raises(NoHome):
        opened(home)
    home.create(NAME, CODE, "", None)
    home.data.rename(tmp_path / "elsewhere")
    with pytest.raises(NoHome):
        opened(home)
    assert not home.data.exists(), "looking for it does not make it"
    home.keys.write_bytes(b"no keys")
    with pytest.raises(BadKeyFile):
        opened(home)


# --- files that replace others -------------------------------------------------------------------


def test_a_replaced_file_is_the_old_or_the_new_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "facts.json"
    write_durably(file, b'{"a": 1}')
    with monkeypatch.context() as crash:
        crash.setattr("os.replace", lambda *_: (_ for _ in ()).throw(OSError("power")))
        with pytest.raises(OSError, match="power"):
            write_durably(file, b'{"a": 2}')
    assert read_json(file) == {"a": 1}
    write_durably(file, b'{"a": 3}')
    assert read_json(file) == {"a": 3}
    assert set(modes(tmp_path).values()) == {0o600}


@pytest.mark.parametrize("text", ("", "{", "[1]", "null", "{}{}", "\0"))
def test_a_small_file_that_is_not_whole_counts_as_none(tmp_path: Path, text: str) -> None:
    file = tmp_path / "facts.json"
    assert read_json(file) is None
    file.write_text(text)
    assert read_json(file) is None


# --- the high-water mark -------------------------------------------------------------------------


def test_the_mark_is_never_lowered(tmp_path: Path) -> None:
    file = tmp_path / "high-water.json"
    one = DurableHighWater(file)
    for seq in (3, 1, 2, 5, 4):
        one.put(LEDGER, mark(0, seq))
    assert DurableHighWater(file).get(LEDGER) == mark(0, 5)


def test_the_newest_life_counts_whatever_else_is_raised(tmp_path: Path) -> None:
    """An old log's mark raised once more does not hide that a new one was opened."""
    file = tmp_path / "high-water.json"
    one = DurableHighWater(file)
    one.put(LEDGER, mark(0, 9))
    one.put(LEDGER, mark(1, 0))
    DurableHighWater(file).put(LEDGER, mark(0, 12))
    assert DurableHighWater(file).get(LEDGER) == mark(1, 0)


def test_a_full_disk_refuses_a_mark_in_our_words_and_keeps_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not safe is not known: the next attempt must write it, not take it for written."""
    water = DurableHighWater(tmp_path / "high-water.json")
    water.put(LEDGER, mark(0, 3))

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    with monkeypatch.context() as patch:
        patch.setattr("node.home.write_durably", full)
        with pytest.raises(DiskTrouble):
            water.put(LEDGER, mark(0, 4))
        assert water.get(LEDGER) == mark(0, 3)
    water.put(LEDGER, mark(0, 4))
    assert DurableHighWater(tmp_path / "high-water.json").get(LEDGER) == mark(0, 4)


def _raise_marks(file: str, place: int, rounds: int, start: Barrier) -> None:
    water = DurableHighWater(Path(file))
    start.wait()
    for seq in range(rounds):
        water.put(LedgerId(seed("ledger", place)), mark(place, seq))


def test_processes_that_raise_marks_at_once_lose_none(tmp_path: Path) -> None:
    """Each raises its own ledger's; nobody's read-and-write-back undoes another's."""
    file = tmp_path / "high-water.json"
    spawned = multiprocessing.get_context("spawn")
    start = spawned.Barrier(5)
    workers = [
        spawned.Process(target=_raise_marks, args=(str(file), place, 40, start))
        for place in range(4)
    ]
    for worker in workers:
        worker.start()
    start.wait(60)
    for worker in workers:
        worker.join(60)
    assert [worker.exitcode for worker in workers] == [0] * 4
    after = DurableHighWater(file)
    found = [after.get(LedgerId(seed("ledger", place))) for place in range(4)]
    assert found == [mark(place, 39) for place in range(4)]
    assert set(modes(tmp_path).values()) == {0o600}


@pytest.mark.parametrize(
    "content", ("{", '{"zz": 1}', '{"00": [[1, 2, 3]]}', '{"00": [["00", "x", "00"]]}', "[]")
)
def test_a_damaged_mark_counts_as_none(tmp_path: Path, content: str) -> None:
    file = tmp_path / "high-water.json"
    file.write_text(content)
    water = DurableHighWater(file)
    assert water.get(LEDGER) is None
    water.put(LEDGER, mark(0, 4))
    assert DurableHighWater(file).get(LEDGER) == mark(0, 4)
    assert json.loads(file.read_text())
