"""What a restore put aside is erased too, and nobody signs that nothing is left while some of it is."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from node import scratch
from tests.support.clerk import Clerk, carry, tell
from tests.support.nodes import child_environment

NAME = "欧阳示例"
PARTY = ("alias=甲方1", "role=applicant", f"name={NAME}")


@pytest.fixture
def aside(pair: list[Clerk], tmp_path: Path) -> tuple[Clerk, Clerk, str, Path]:
    """Two townships with a party; the first restored a backup. The party, and the store that lies aside."""
    here, there = pair
    case = here.id("case", "new", "category=other", "village=示范一村")
    party = here.id("party", "new", "--case", case, "--share", there.name, *PARTY)
    carry(here, there)
    backup = tmp_path / "备份.db"
    assert here("backup", str(backup)).code == 0
    assert here("restore", str(backup), "--replace").code == 0
    backup.unlink()
    [folder] = here.folder.glob("replaced-*")
    assert holds_name(folder) == []  # sealed: ciphertext alone
    return here, there, party, folder / "ledger.db"


def holds_name(folder: Path) -> list[Path]:
    files = (f for f in folder.rglob("*") if f.is_file())
    return [f for f in files if NAME.encode() in f.read_bytes()]


def payloads(file: Path, party: str) -> int:
    """How many payloads of a record lie in a store."""
    with sqlite3.connect(file) as store:
        asked = "SELECT count(*) FROM entries WHERE record=? AND payload NOTNULL"
        return int(store.execute(asked, (bytes.fromhex(party),)).fetchone()[0])


def in_force(here: Clerk, there: Clerk, party: str) -> str:
    order = str(
        here.ask("erase", "order", party, "--ground", "on_request", "--reason", "申请")["id"]
    )
    for _ in range(2):
        tell(here, there)
        carry(here, there)
    assert there("erase", "approve", order[:8]).code == 0
    for _ in range(2):
        tell(here, there)
        carry(here, there)
    return order


def signed(here: Clerk, order: str) -> bool:
    """After this township had time to tidy up."""
    assert here("status").code in (0, 4)
    board = here.ask("erase", "show", order[:8])["board"]
    return bool(next(one["done"] for one in board if one["ours"]))


@pytest.mark.parametrize("how", ("BEGIN IMMEDIATE", "BEGIN; SELECT count(*) FROM entries"))
def test_while_somebody_holds_it_no_receipt_is_signed_and_nothing_is_thrown_away(
    aside: tuple[Clerk, Clerk, str, Path], how: str
) -> None:
    here, there, party, file = aside
    assert payloads(file, party) > 0
    other = sqlite3.connect(file, isolation_level=None)
    for words in how.split("; "):
        other.execute(words).fetchall()
    order = in_force(here, there, party)
    assert not signed(here, order)
    assert file.exists()
    other.execute("ROLLBACK")
    other.close()
    assert signed(here, order)
    assert payloads(file, party) == 0
    assert file.with_name("ledger.db-wal").exists() is False or not os.path.getsize(
        file.with_name("ledger.db-wal")
    )


def test_a_store_of_a_newer_program_is_kept_and_one_that_nobody_can_read_goes(
    aside: tuple[Clerk, Clerk, str, Path],
) -> None:
    here, there, party, file = aside
    broken = here.folder / "replaced-broken"
    broken.mkdir(mode=0o700)
    (broken / "ledger.db").write_bytes(b"\0" * 9000)
    with sqlite3.connect(file) as store:
        store.execute("PRAGMA user_version=99")
    order = in_force(here, there, party)
    assert not signed(here, order)
    assert file.exists()
    assert not broken.exists()
    with sqlite3.connect(file) as store:
        store.execute("PRAGMA user_version=4")
    assert signed(here, order)
    assert payloads(file, party) == 0


def test_a_restore_that_is_under_way_is_left_alone(tmp_path: Path) -> None:
    held = (
        "import pathlib, sys; from node.scratch import scratch\n"
        "with scratch(pathlib.Path(sys.argv[1])) as f:\n"
        " (f / 'ledger.db').write_text('x'); print(f, flush=True); sys.stdin.read()"
    )
    busy = subprocess.Popen(
        [sys.executable, "-c", held, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=child_environment(),
    )
    assert busy.stdout is not None
    folder = Path(busy.stdout.readline().strip())
    assert scratch.clear(tmp_path) is False
    assert (folder / "ledger.db").exists()
    busy.kill()
    busy.wait()
    busy.stdout.close()
    assert busy.stdin is not None
    busy.stdin.close()
    assert folder.exists()  # nobody cleared up behind it
    assert scratch.clear(tmp_path) is True
    assert list(tmp_path.iterdir()) == []
