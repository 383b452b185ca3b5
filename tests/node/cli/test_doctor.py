"""`doctor`: a sound node has nothing wrong, and each thing that may be wrong is seen and named."""

from __future__ import annotations

import shutil
import sqlite3
from collections import namedtuple
from pathlib import Path

import pytest

from crdt.document import EngineFailed
from node.demo.world import free_addresses
from tests.support.clerk import Clerk, mulin

NEW = ("case", "new", "--category", "forest_land", "--village", "示范一村")


def levels(clerk: Clerk, code: int) -> dict[str, str]:
    return {c["check"]: c["level"] for c in clerk.ask("doctor", code=code)["checks"]}


@pytest.fixture
def sound(pair: list[Clerk]) -> Clerk:
    pair[0]("config", f"listen={free_addresses(1)[0]}")
    pair[0].id(*NEW)
    return pair[0]


def test_a_sound_node_has_nothing_wrong(sound: Clerk) -> None:
    found_here = levels(sound, 0)
    assert set(found_here.values()) == {"fine", "note"}
    assert found_here["passphrase"] == "note"
    assert found_here["ledger"] == "fine"


def test_doctor_needs_no_node_and_no_passphrase(tmp_path: Path) -> None:
    nowhere = mulin("--home", str(tmp_path / "x"), "doctor", "--lang", "zh")
    assert nowhere.code == 3
    assert "✗ 这里没有节点" in nowhere.out
    assert "mulin init" in nowhere.out
    locked = Clerk(tmp_path / "locked", "麻塘乡")
    made = mulin(
        *("--home", str(locked.folder), "init", "--name", "麻塘乡", "--code", "430527210"),
        env={"MULIN_PASSPHRASE": "x"},
    )
    assert made.code == 0
    found_here = levels(locked, 0)
    assert (found_here["passphrase"], found_here["data"]) == ("fine", "note")


def test_files_that_others_may_read_are_wrong(sound: Clerk) -> None:
    (sound.folder / "township.key").chmod(0o644)
    done = sound("doctor")
    assert done.code == 3
    assert "✗ 密钥文件别人也能读\n    请运行：chmod 600 township.key" in done.out


def test_a_full_disk_and_a_dead_clock_battery_are_seen(
    sound: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(10, 9, 1024))
    assert levels(sound, 3)["disk"] == "wrong"
    monkeypatch.setattr("shutil.disk_usage", lambda _: usage(10, 9, 500 * 1024**2))
    assert levels(sound, 0)["disk"] == "note"
    monkeypatch.setattr("node.home.now_ms", lambda: 86_400_000)
    found_here = levels(sound, 3)
    assert (found_here["clock"], found_here["clock-back"]) == ("wrong", "note")


def test_an_old_copy_is_recognised(sound: Clerk, tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    sound("backup", str(old))
    sound.id(*NEW)
    for beside in ("ledger.db-wal", "ledger.db-shm"):
        (sound.folder / beside).unlink(missing_ok=True)
    shutil.copy(old, sound.folder / "ledger.db")
    assert levels(sound, 0)["high-water"] == "note"


def test_a_record_that_cannot_be_built_is_wrong(
    sound: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = sqlite3.connect(sound.folder / "ledger.db")
    with database:
        database.execute("UPDATE entries SET state=0 WHERE record IS NOT NULL")
    database.close()
    assert "broken" not in levels(sound, 0), "unjudged, but it can be built"

    def fails(*_: object) -> None:
        raise EngineFailed

    monkeypatch.setattr("node.records.Records.get", fails)
    done = sound("doctor")
    assert (done.code, "1 条记录打不开" in done.out) == (3, True)


def test_divergence_and_forks_are_wrong(sound: Clerk) -> None:
    record = bytes.fromhex(sound.ask("case", "list")[0]["id"])
    database = sqlite3.connect(sound.folder / "ledger.db")
    with database:
        database.execute("INSERT INTO divergent VALUES (?,?)", (bytes(32), record))
        database.execute("INSERT INTO forks VALUES (1,1,?,?,?,0)", (bytes(32), bytes(32), b""))
    database.close()
    found_here = levels(sound, 3)
    assert (found_here["divergent"], found_here["forks"]) == ("wrong", "wrong")
    [fork] = sound.ask("forks", "list")
    assert (fork["township"], fork["seq"]) == (sound.name, 1)
    assert "签了两份不同内容" in sound("forks").out
    assert "mulin proof list" in sound("status").out


def test_a_data_file_that_is_none_is_said_so(sound: Clerk) -> None:
    (sound.folder / "ledger.db").write_bytes(b"not a database at all, but a letter" * 100)
    for beside in ("ledger.db-wal", "ledger.db-shm"):
        (sound.folder / beside).unlink(missing_ok=True)
    done = sound("case", "list")
    assert (done.code, done.err) == (3, "数据文件损坏或不是本程序的数据文件。请用备份恢复。\n")
    assert levels(sound, 3)["data"] == "wrong"


def test_a_device_with_many_logs_is_noticed(sound: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "logs" not in levels(sound, 0)
    monkeypatch.setattr("node.writing.LOGS_PER_DEVICE", 65)
    assert levels(sound, 0)["logs"] == "note"
    assert "接近上限" in sound("doctor").out


def test_a_copied_folder_is_noticed_before_anything_is_written(
    sound: Clerk, tmp_path: Path
) -> None:
    shutil.copytree(sound.folder, tmp_path / "copy")
    copy = Clerk(tmp_path / "copy", sound.name)
    assert levels(copy, 0)["copied"] == "note"
    assert "复制来的" in copy("doctor").out
    assert "copied" not in levels(sound, 0)
    assert "复制来的" in copy(*NEW).err
    assert "copied" not in levels(copy, 0), "it has a log of its own now"


def test_a_missing_recovery_key_is_a_note_until_there_is_one(sound: Clerk, tmp_path: Path) -> None:
    assert levels(sound, 0)["recovery"] == "note"
    assert sound("recovery", "create", "-o", str(tmp_path / "key.html")).code == 0
    assert "recovery" not in levels(sound, 0)


def test_a_table_of_holidays_that_cannot_be_read_is_named(sound: Clerk) -> None:
    assert "✓ 节假日表到 20" in sound("doctor").out
    table = sound.folder / "holidays.toml"
    table.write_text("放假")
    table.chmod(0o600)
    assert levels(sound, 3)["holidays"] == "wrong"
    assert "holidays.toml" in sound("doctor").out
    assert sound("today").code == 3, "what the morning page says, too"
    table.unlink()
    assert levels(sound, 0)["holidays"] == "fine"
