"""An online copy of the store: whole while others write, private, and safe to bring back."""

from __future__ import annotations

import shutil
import stat
import threading
from pathlib import Path

from node.ground import HighWater
from node.store.database import Database
from tests.support.townships import Town, agree, exchange, together


def opened_copy(town: Town, copy: Path, folder: Path) -> Town:
    """The copy as the data file of a folder of its own, with the same keys."""
    folder.mkdir()
    shutil.copy(copy, folder / "ledger.db")
    return Town(town.label, folder)


def test_a_copy_holds_everything_committed_and_verifies(tmp_path: Path) -> None:
    one, other = together(2, tmp_path)
    records = [one.create(f"第{n}村") for n in range(20)]
    exchange(one, other)
    one.service.ground.db.backup(tmp_path / "copy.db")
    restored = opened_copy(one, tmp_path / "copy.db", tmp_path / "restored")
    assert restored.digest() == one.digest()
    assert restored.problems() == []
    assert [restored.value(r, "village") for r in records] == [f"第{n}村" for n in range(20)]
    restored.close()


def test_a_copy_is_the_owners_alone_from_the_beginning(tmp_path: Path) -> None:
    one, _ = together(2, tmp_path)
    one.create()
    target = tmp_path / "copy.db"
    one.service.ground.db.backup(target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_copy_made_while_another_process_writes_is_one_moment(tmp_path: Path) -> None:
    """No half commit in it: every record that is listed has its entries, every log its checkpoint."""
    one, _ = together(2, tmp_path)
    one.create("第一村")
    beside, stop = Town("a", one.folder), threading.Event()

    def write() -> None:
        n = 0
        while not stop.is_set():
            n += 1
            beside.create(f"边写边备{n}")

    writing = threading.Thread(target=write)
    writing.start()
    try:
        for n in range(5):
            one.service.ground.db.backup(tmp_path / f"{n}.db")
    finally:
        stop.set()
        writing.join()
    sizes = []
    for n in range(5):
        copy = opened_copy(one, tmp_path / f"{n}.db", tmp_path / f"restored{n}")
        assert copy.problems() == []
        sizes.append(copy.entries())
        copy.close()
    assert sizes == sorted(sizes)
    assert sizes[-1] <= beside.entries()
    beside.close()


def test_a_copy_brought_back_beside_its_mark_never_forks(tmp_path: Path) -> None:
    one, other = together(2, tmp_path)
    record = one.create()
    exchange(one, other)
    one.service.ground.db.backup(tmp_path / "copy.db")
    one.say(record, amount_claimed="5")
    exchange(one, other)
    assert one.folder is not None
    one.close()
    for file in one.folder.glob("ledger.db*"):
        file.unlink()
    shutil.copy(tmp_path / "copy.db", one.folder / "ledger.db")
    one.open(HighWater())
    one.say(record, urgency="red")
    exchange(one, other)
    assert one.forks() == other.forks() == 0
    agree(one, other)
    assert one.value(record, "amount_claimed") == 500


def test_a_copy_needs_no_journal_beside_it(tmp_path: Path) -> None:
    one, _ = together(2, tmp_path)
    one.create()
    one.service.ground.db.backup(tmp_path / "copy.db")
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_file()) == ["copy.db"]
    copy = Database(tmp_path / "copy.db")
    assert copy.integrity() == "ok"
    copy.close()
