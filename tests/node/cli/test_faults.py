"""What goes wrong around a command: a full disk, a held file, a closed pipe, an interruption."""

from __future__ import annotations

import errno
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from node.cli.main import main
from node.control import Control
from node.store.database import Database
from tests.support.clerk import Clerk, mulin

NEW = ("case", "new", "--category", "forest_land", "--village", "示范一村")


@pytest.mark.parametrize(
    ("fault", "code", "said"),
    (
        (sqlite3.OperationalError("database is locked"), 3, "正被另一个程序占用"),
        (sqlite3.OperationalError("database table is locked: entries"), 3, "正被另一个程序占用"),
        (
            sqlite3.OperationalError("database or disk is full"),
            3,
            "写入磁盘失败（磁盘已满），没有保存",
        ),
        (sqlite3.OperationalError("attempt to write a readonly database"), 3, "磁盘只读"),
        (sqlite3.OperationalError("disk I/O error"), 3, "读写出错"),
        (sqlite3.OperationalError("unable to open database file"), 3, "读写出错"),
        (sqlite3.DatabaseError("database disk image is malformed"), 3, "数据文件损坏"),
        (sqlite3.DatabaseError("file is not a database"), 3, "数据文件损坏"),
        (OSError(errno.ENOSPC, "No space left on device"), 3, "磁盘已满"),
        (OSError(errno.EROFS, "Read-only file system"), 3, "磁盘只读"),
        (
            PermissionError(errno.EACCES, "Permission denied", "/a/b/ledger.db"),
            2,
            "文件无法读写：ledger.db",
        ),
        (ZeroDivisionError("secret"), 3, "程序内部出错（ZeroDivisionError）"),
        (AssertionError("secret"), 3, "程序内部出错（AssertionError）"),
        (sqlite3.ProgrammingError("secret"), 3, "程序内部出错（ProgrammingError）"),
    ),
    ids=str,
)
def test_every_fault_becomes_one_sentence(
    pair: list[Clerk], monkeypatch: pytest.MonkeyPatch, fault: Exception, code: int, said: str
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise fault

    here = pair[0]
    before = here.world()
    with monkeypatch.context() as patched:
        patched.setattr("node.writing.Writing.write", fails)
        done = here(*NEW)
        as_json = here(*NEW, "--json")
    assert (done.code, done.out) == (code, "")
    assert said in done.err
    assert done.err.count("\n") == 1
    assert "secret" not in done.err
    assert json.loads(as_json.err)["message"] + "\n" == done.err
    assert here.world() == before


def test_a_held_store_is_waited_for_and_then_named(
    pair: list[Clerk], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = pair[0]
    before = here.world()
    monkeypatch.setattr("node.store.database._BUSY_MS", 50)
    holder = sqlite3.connect(here.folder / "ledger.db", isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    done = here(*NEW)
    holder.execute("ROLLBACK")
    holder.close()
    assert done.code == 3
    assert "正被另一个程序占用" in done.err
    assert here.world() == before


def test_a_store_of_a_newer_program_is_left_alone(pair: list[Clerk]) -> None:
    here = pair[0]
    database = sqlite3.connect(here.folder / "ledger.db")
    database.execute("PRAGMA user_version=99")
    database.close()
    done = here("case", "list")
    assert (done.code, "更新的版本（99" in done.err) == (3, True)


def test_a_damaged_key_file_is_named(pair: list[Clerk]) -> None:
    (pair[0].folder / "township.key").write_bytes(b"\x00" * 100)
    done = pair[0]("case", "list")
    assert (done.code, done.err) == (3, "密钥文件损坏或不是本程序的密钥文件。\n")


def test_an_interruption_is_quiet(pair: list[Clerk], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("node.writing.Writing.write", interrupted)
    done = pair[0](*NEW)
    assert (done.code, done.out, done.err) == (130, "", "")


def test_debug_shows_where_a_fault_lies(pair: list[Clerk], monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("node.writing.Writing.write", fails)
    with pytest.raises(ZeroDivisionError):
        mulin("--home", str(pair[0].folder), *NEW, env={"MULIN_DEBUG": "1"})


def test_the_store_is_closed_however_a_command_ends(
    pair: list[Clerk], monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[int] = []
    close = Database.close

    def counted(database: Database) -> None:
        closed.append(1)
        close(database)

    monkeypatch.setattr(Database, "close", counted)
    for words in (("case", "list"), ("case", "show", "ffffffff"), ("case", "list", "x")):
        pair[0](*words)
    assert len(closed) >= 2


def test_a_running_node_hears_of_every_write_and_of_nothing_else(
    three: list[Clerk], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Path] = []
    monkeypatch.setattr(Control, "nudge", lambda self: heard.append(self._home.folder))
    here = three[0]
    record = here.id(*NEW)
    writes = (
        ("case", "set", record, "place=山"),
        ("case", "move", record, "accepted", "--reason", "同意"),
        ("case", "note", record, "看过"),
        ("case", "confirm", record),
        ("item", "add", record, "places", "name=石桥"),
    )
    for words in writes:
        assert here(*words).code == 0
    assert heard == [here.folder] * (1 + len(writes))
    for line in ("case list", f"case set {record} place=山", "find 山", "status"):
        here(*line.split())
    assert len(heard) == 1 + len(writes)


# --- in processes of their own ---------------------------------------------------------------


def environment(**more: str) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("LC_", "LANG", "MULIN_"))}
    return {**kept, **more}


def test_a_closed_pipe_is_quiet(pair: list[Clerk]) -> None:
    """`mulin kinds case --json | head -1`"""
    process = subprocess.Popen(
        [sys.executable, "-m", "node.cli.main", "kinds", "case", "--json"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
    )
    assert process.stdout is not None
    assert process.stderr is not None
    process.stdout.close()
    complained = process.stderr.read()
    process.stderr.close()
    assert (process.wait(30), complained) == (141, b"")


@pytest.mark.parametrize(
    "env",
    (
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "gbk"},
        {"PYTHONIOENCODING": "ascii"},
    ),
    ids=str,
)
def test_a_terminal_of_another_code_page_ends_no_command(
    pair: list[Clerk], env: dict[str, str]
) -> None:
    here = pair[0]
    here.id(*NEW, "place=龘𠮷山✓")
    for words in (("case", "list"), ("doctor",), ("case", "show", "ffffffff"), ("--help",)):
        done = subprocess.run(
            [sys.executable, "-m", "node.cli.main", "--home", str(here.folder), *words],
            capture_output=True,
            env=environment(**env),
            timeout=60,
            check=False,
        )
        assert b"Traceback" not in done.stderr
        assert b"Error" not in done.stderr
        assert done.stdout or done.returncode == 1


def test_ctrl_c_ends_a_question_quietly(pair: list[Clerk], tmp_path: Path) -> None:
    invitation = tmp_path / "invite.mulin"
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "node.cli.main", "--home", str(pair[1].folder)),
            *("ledger", "accept", str(invitation)),
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(),
        # A shell that starts jobs behind one's back lets them ignore it, and their children inherit that.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout is not None
    seen = b""
    deadline = time.monotonic() + 30
    while b"[y/N]" not in seen and time.monotonic() < deadline:
        seen += os.read(process.stdout.fileno(), 4096)
    process.send_signal(signal.SIGINT)
    _, complained = process.communicate(timeout=30)
    assert (process.returncode, complained.strip()) == (130, b"")


def test_main_takes_the_words_of_its_process(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["mulin", "--version"])
    assert main() == 0
    assert capsys.readouterr().out.startswith("mulin ")
