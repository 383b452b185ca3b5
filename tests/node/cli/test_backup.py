"""`backup`, its drill, and `restore` at the command line: what comes back, what is kept, what is refused."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from node import lock
from tests.support.clerk import Clerk, carry

NEW = ("case", "new", "--category", "forest_land", "--village", "示范一村")


@pytest.fixture
def kept(pair: list[Clerk], tmp_path: Path) -> tuple[Clerk, Clerk, Path]:
    """Two neighbours with a case, a backup of the first, and what both wrote and exchanged since."""
    here, there = pair
    here.id(*NEW)
    file = tmp_path / "备份.db"
    assert here("backup", str(file)).code == 0
    here.id(*NEW)
    there.id(*NEW)
    carry(here, there)
    return here, there, file


def forks(*clerks: Clerk) -> list[int]:
    return [clerk.ask("status")["ledgers"][0]["forks"] for clerk in clerks]


def logs(clerk: Clerk) -> int:
    """How many logs of this township's own device are here."""
    with clerk.opened() as service:
        [ledger] = service.ledgers.active()
        names = service.ground.log.logs(ledger.n).values()
        return sum(device == service.device for device, _ in names)


# --- restore ---------------------------------------------------------------------------------


def test_a_restored_store_writes_a_new_log_and_gets_the_rest_back(
    kept: tuple[Clerk, Clerk, Path],
) -> None:
    here, there, file = kept
    found = here.ask("restore", str(file), "--replace")
    assert found["newer"] == 3, "it says what the backup lacks"
    assert logs(here) == 1
    done = here("case", "new", "--category", "forest_land", "--village", "示范二村")
    assert "已另开一份日志" in done.err
    assert logs(here) == 2
    carry(here, there)
    assert forks(here, there) == [0, 0]
    assert here.ask("status")["ledgers"][0]["digest"] == there.ask("status")["ledgers"][0]["digest"]
    assert len(here.ask("case", "list")) == 4
    assert here("verify").code == 0


def test_a_store_is_not_replaced_unless_it_is_said(kept: tuple[Clerk, Clerk, Path]) -> None:
    here, _, file = kept
    before = here.world()
    refused = here("restore", str(file))
    assert (refused.code, "--replace" in refused.err) == (3, True)
    assert here.world() == before


def test_what_is_replaced_is_kept_aside(kept: tuple[Clerk, Clerk, Path]) -> None:
    here, _, file = kept
    digest = here.ask("status")["ledgers"][0]["digest"]
    aside = Path(here.ask("restore", str(file), "--replace")["aside"])
    assert aside.parent == here.folder
    assert here.ask("status")["ledgers"][0]["digest"] != digest
    assert here.ask("restore", str(aside), "--replace")["ledgers"][0]["digest"] == digest


def test_into_an_empty_folder_with_the_key_file(
    kept: tuple[Clerk, Clerk, Path], tmp_path: Path
) -> None:
    here, there, file = kept
    fresh = Clerk(tmp_path / "new" / "machine", here.name)
    needed = fresh("restore", str(file))
    assert (needed.code, "--key" in needed.err) == (2, True)
    assert not (fresh.folder / "township.key").exists()
    key = str(here.folder / "township.key")
    done = fresh("restore", str(file), "--key", key)
    assert (done.code, done.err) == (0, "")
    assert "以后的填写另开一份日志" in done.out
    assert (fresh.folder / "township.key").stat().st_mode & 0o777 == 0o600
    fresh.id(*NEW)
    carry(fresh, there)
    assert forks(fresh, there) == [0, 0]


def test_a_copied_folder_is_a_backup_too(kept: tuple[Clerk, Clerk, Path], tmp_path: Path) -> None:
    here, _, _ = kept
    shutil.copytree(here.folder, tmp_path / "copy")
    digest = here.ask("status")["ledgers"][0]["digest"]
    fresh = Clerk(tmp_path / "fresh", here.name)
    assert fresh.ask("restore", str(tmp_path / "copy"))["ledgers"][0]["digest"] == digest


def test_nothing_is_touched_while_a_node_runs(kept: tuple[Clerk, Clerk, Path]) -> None:
    here, _, file = kept
    before = here.world()
    held = lock.take(here.folder / "node.lock")
    assert held is not None
    with held:
        assert here("restore", str(file), "--replace").code == 3
    assert here.world() == before


def damaged(file: Path) -> None:
    database = sqlite3.connect(file)
    with database:
        database.execute("UPDATE entries SET payload=zeroblob(length(payload)) WHERE seq=1")
    database.close()


def torn(file: Path) -> None:
    data = bytearray(file.read_bytes())
    for at in range(8192, len(data), 5000):
        data[at : at + 300] = bytes(300)
    file.write_bytes(data)


def no_store(file: Path) -> None:
    file.write_bytes(b"not a database at all" * 100)


@pytest.mark.parametrize("spoil", (damaged, torn, no_store))
def test_a_spoilt_backup_replaces_nothing_and_fails_its_drill(
    kept: tuple[Clerk, Clerk, Path], spoil: object
) -> None:
    here, _, file = kept
    before = here.world()
    assert callable(spoil)
    spoil(file)
    drilled = here("backup", "drill", str(file))
    assert drilled.code == 3
    assert "Traceback" not in drilled.err
    refused = here("restore", str(file), "--replace")
    assert (refused.code, "不能用" in refused.err) == (3, True), refused.err
    assert here.world() == before
    assert [p.name for p in here.folder.iterdir() if p.name.startswith((".", "replaced"))] == []


def test_another_townships_backup_is_refused(kept: tuple[Clerk, Clerk, Path]) -> None:
    _, there, file = kept
    before = there.world()
    refused = there("restore", str(file), "--replace")
    assert (refused.code, "另一台设备" in refused.err) == (3, True)
    assert there.world() == before


# --- the drill -------------------------------------------------------------------------------


def test_a_drill_says_what_a_backup_holds_and_changes_nothing(
    kept: tuple[Clerk, Clerk, Path],
) -> None:
    here, _, file = kept
    before, data = here.world(), file.read_bytes()
    found = here.ask("backup", "drill", str(file))
    [ledger] = found["ledgers"]
    assert (found["ok"], ledger["entries"], ledger["records"]) == (True, 2, 1)
    assert (found["running_has_more"], found["backup_has_more"]) == (3, 0)
    assert found["made"] is not None
    assert ledger["newest"] is not None
    said = here("backup", "drill", str(file))
    assert said.code == 0
    assert "✓ 备份可以恢复" in said.out
    assert "✓ This backup can be restored." in here("backup", "drill", str(file), lang="en").out
    assert (here.world(), file.read_bytes()) == (before, data)
    assert [p.name for p in here.folder.iterdir() if p.name.startswith(".")] == []


def test_a_drill_without_a_file_tries_a_copy_of_this_moment(
    kept: tuple[Clerk, Clerk, Path],
) -> None:
    here, _, _ = kept
    found = here.ask("backup", "drill")
    status = here.ask("status")["ledgers"][0]
    assert found["ledgers"][0]["digest"] == status["digest"]
    assert (found["running_has_more"], found["made"]) == (0, None)


def test_backup_with_a_file_is_backup_make(kept: tuple[Clerk, Clerk, Path]) -> None:
    here, _, file = kept
    for words in (("backup", "make"), ("backup",)):
        target = file.with_name(f"{len(words)}.db")
        assert here.ask(*words, str(target))["bytes"] == target.stat().st_size
