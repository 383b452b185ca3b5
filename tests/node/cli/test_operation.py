"""Running, syncing, checking and copying a node, and what `mulin` says about how it is."""

from __future__ import annotations

import io
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from keys.errors import Text
from node.cli import bar
from node.cli.face import Face
from node.control import Control
from node.demo.world import free_addresses, wait_for
from node.home import Home
from tests.support.clerk import Clerk, carry, found, settle_in

pytestmark = pytest.mark.usefixtures("one_version")

NEW = ("case", "new", "--category", "forest_land", "--village", "示范一村")


class Terminal(io.StringIO):
    """Somebody looks at it."""

    def isatty(self) -> bool:
        return True


# --- status ----------------------------------------------------------------------------------


def test_status_has_the_documented_shape(pair: list[Clerk]) -> None:
    here, there = pair
    here.id(*NEW)
    status = here.ask("status")
    assert {"township", "device", "ledgers"} <= status.keys()
    [ledger] = status["ledgers"]
    assert {"id", "name", "records", "entries", "digest", "peers"} <= ledger.keys()
    assert (ledger["records"], ledger["entries"]) == (1, 2)
    [peer] = ledger["peers"]
    assert {"township", "connected", "sent", "acked"} <= peer.keys()
    assert (peer["township"], peer["connected"], peer["acked"]) == (there.name, False, 0)
    assert status["running"] is False


def test_status_says_in_words_how_each_neighbour_is(
    pair: list[Clerk], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = pair
    here.id(*NEW)
    assert f"{there.name}  还有 2 条未送达，还没有联系过" in here("status").out
    with here.opened() as service:
        [device] = service.ledgers.peers()
        ledger = service.ledgers.choose(None)
        with service.ground.db.transaction():
            service.ground.book.set_setting(f"heard/{device.hex()}", str(1_723_965_600_000))
    assert "还有 2 条未送达，最近一次联系 2024-08-18 15:20" in here("status").out
    assert "节点没有运行" in here("status").out

    monkeypatch.setattr(Control, "alive", lambda _: True)
    monkeypatch.setattr(Control, "live", lambda _: {})
    assert "还有 2 条未送达，2024-08-18 15:20 起没有连上" in here("status").out
    assert (
        "2 entries are not there yet, not reached since 2024-08-18 15:20"
        in here("status", lang="en").out
    )
    monkeypatch.setattr(Control, "live", lambda _: {bytes(device): True})
    with here.opened() as service, service.ground.db.transaction():
        for log in service.ground.log.logs(ledger.n):
            tip = service.ground.log.tip_of(log)
            assert tip is not None
            service.ground.book.add_held(log, device, [tip], 0)
    assert f"{there.name}  已全部送达，连着" in here("status").out
    assert here.ask("status")["ledgers"][0]["peers"][0]["sent"] == 2


def test_status_counts_what_waits_to_be_settled(pair: list[Clerk]) -> None:
    here, there = pair
    record = here.id(*NEW)
    carry(here, there)
    here.id("case", "set", record, "urgency=red", "--reason", "现场核对")
    there.id("case", "set", record, "urgency=blue")
    carry(here, there)
    assert "1 处两边不一致，请核对：mulin conflicts list" in here("status").out


# --- sync ------------------------------------------------------------------------------------


class Line:
    """Stands for the network: whoever is reached gets everything, at once."""

    def __init__(self, clerks: list[Clerk], up: bool = True) -> None:
        self.clerks = clerks
        self.up = up
        self.asked: list[list[bytes] | None] = []

    def sync(self, devices: list[bytes] | None) -> dict[bytes, bool]:
        self.asked.append(devices)
        if self.up:
            carry(*self.clerks)
        return dict.fromkeys(devices or [], self.up)


@pytest.fixture
def line(pair: list[Clerk], monkeypatch: pytest.MonkeyPatch) -> Line:
    made = Line(pair)
    monkeypatch.setattr(Control, "alive", lambda _: True)
    monkeypatch.setattr(Control, "sync", lambda _self, devices, _timeout_s: made.sync(devices))
    return made


def test_sync_tells_what_came(pair: list[Clerk], line: Line) -> None:
    here, there = pair
    there.id(*NEW)
    found_here = here.ask("sync")
    assert (found_here["reached"], found_here["unreached"]) == ([there.name], [])
    assert (found_here["received"], found_here["new_conflicts"]) == (2, [])
    assert f"已与{there.name}交换，收到 0 条" in here("sync", "--with", "鲁布革").out


def test_new_differences_make_sync_end_with_4_and_known_ones_do_not(
    pair: list[Clerk], line: Line
) -> None:
    here, there = pair
    record = here.id(*NEW)
    here("sync")
    here.id("case", "set", record, "urgency=red", "--reason", "现场核对")
    there.id("case", "set", record, "urgency=blue")
    done = here("sync")
    assert done.code == 4
    assert "新出现 1 处两边不一致" in done.out
    assert here("sync").code == 0
    assert here("conflicts", "list").code == 4


def test_an_unreached_township_is_named_with_exit_code_5(pair: list[Clerk], line: Line) -> None:
    line.up = False
    here, there = pair
    for words in (("sync",), ("sync", "--wait", "--timeout", "0.3")):
        done = here(*words)
        assert done.code == 5
        assert done.err == f"没有连上：{there.name}。内容已保存在本机，连上后会自动发送。\n"
    assert here.ask("sync", code=5)["unreached"] == [there.name]


def test_waiting_ends_when_the_other_side_says_that_it_holds_everything(
    pair: list[Clerk], line: Line
) -> None:
    here = pair[0]
    here.id(*NEW)
    done = here("sync", "--wait", "--timeout", "0.5")
    assert (done.code, "还没有与这些乡镇一致" in done.err) == (5, True)
    assert len(line.asked) > 1
    with here.opened() as service, service.ground.db.transaction():
        [device] = service.ledgers.peers()
        for log in service.ground.log.logs(service.ledgers.choose(None).n):
            tip = service.ground.log.tip_of(log)
            assert tip is not None
            service.ground.book.add_held(log, device, [tip], 0)
    assert here("sync", "--wait").code == 0
    assert here.ask("sync", "--wait")["equal"] is True


def test_without_a_ledger_there_is_nobody_to_sync_with(alone: Clerk) -> None:
    done = alone("sync")
    assert (done.code, "还没有已成立的账本" in done.err) == (3, True)


@pytest.fixture
def connected(tmp_path: Path) -> Iterator[tuple[Clerk, Clerk, list[subprocess.Popen[bytes]]]]:
    """Two townships that know where the other really listens; processes are ended by their own pid."""
    clerks = []
    for (name, code), at in zip(
        (("三江口镇", "522301105"), ("鲁布革乡", "530324202")), free_addresses(2), strict=True
    ):
        clerk = Clerk(tmp_path / code, name)
        words = ("--name", name, "--code", code, "--listen", at, "--no-passphrase")
        assert clerk("init", *words).code == 0
        clerks.append(clerk)
    found(tmp_path, *clerks)
    processes: list[subprocess.Popen[bytes]] = []
    yield clerks[0], clerks[1], processes
    for process in processes:
        process.kill()
        process.wait()


def run(clerk: Clerk) -> subprocess.Popen[bytes]:
    words = ["--home", str(clerk.folder), "--lang", "zh", "run"]
    process = subprocess.Popen(
        [sys.executable, "-m", "node.cli.main", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**os.environ, "PYTHONUTF8": "1"},
    )
    wait_for(lambda: Control(Home(clerk.folder)).alive(), "the node runs")
    return process


def apart(clerk: Clerk, *words: str) -> tuple[int, str, str]:
    """A command in a process of its own, as every command is: (exit code, answer, complaint)."""
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "node.cli.main",
            "--home",
            str(clerk.folder),
            "--lang",
            "zh",
            *words,
        ],
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1"},
        timeout=60,
        check=False,
    )
    return done.returncode, done.stdout, done.stderr


def test_a_node_runs_is_synced_with_and_stops_cleanly(
    connected: tuple[Clerk, Clerk, list[subprocess.Popen[bytes]]],
) -> None:
    here, there, processes = connected
    code, _, complained = apart(here, "sync", "--timeout", "1")
    assert code == 5
    assert complained.count("\n") == 1, "no log lines on a clerk's terminal"
    record = here.id(*NEW)
    process = run(there)
    processes.append(process)
    again = there("run")
    assert (again.code, f"已经在运行（进程 {process.pid}）" in again.err) == (3, True)
    assert apart(here, "sync", "--wait")[0] == 0
    there.id("case", "set", record, "place=山")
    assert "收到 1 条" in apart(here, "sync", "--wait")[1]
    assert here.ask("case", "show", record)["fields"]["place"] == "山"
    assert "节点正在运行" in there("doctor").out
    process.send_signal(signal.SIGTERM)
    out, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert out.decode().splitlines()[-1] == "节点已停止。"
    digests = {c.ask("status")["ledgers"][0]["digest"] for c in (here, there)}
    assert len(digests) == 1


def test_an_address_in_use_is_one_sentence(
    pair: list[Clerk], monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = free_addresses(1)[0]
    with socket.socket() as other:
        host, _, port = taken.partition(":")
        other.bind((host, int(port)))
        other.listen()
        done = pair[0]("run", "--listen", taken)
        assert (done.code, done.err.splitlines()[-1]) == (
            3,
            f"地址 {taken} 已被占用，节点没有启动。",
        )
        pair[0]("config", f"listen={taken}")
        checked = pair[0]("doctor")
        assert (checked.code, f"✗ 地址 {taken} 不能使用" in checked.out) == (3, True)


# --- verify, backup --------------------------------------------------------------------------


def test_verify_has_the_documented_shape_and_finds_what_was_altered(pair: list[Clerk]) -> None:
    here = pair[0]
    here.id(*NEW)
    assert here.ask("verify") == {"ok": True, "entries": 2, "problems": []}
    assert here("verify").out == "✓ 2 条，全部正确。\n"
    database = sqlite3.connect(here.folder / "ledger.db")
    with database:
        database.execute("UPDATE cases SET village='别处'")
    database.close()
    result = here.ask("verify", code=3)
    assert result["ok"] is False
    assert len(result["problems"]) == 1
    assert here("verify").out.startswith("✗ ")


def test_a_backup_is_a_whole_private_copy(pair: list[Clerk], tmp_path: Path) -> None:
    here = pair[0]
    here.id(*NEW)
    target = tmp_path / "备份.db"
    assert here.ask("backup", str(target))["bytes"] == target.stat().st_size
    assert target.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.glob("*.part")) == []
    again = here("backup", str(target))
    assert (again.code, "没有覆盖" in again.err) == (3, True)

    other = Clerk(tmp_path / "restored", here.name)
    shutil.copytree(here.folder, other.folder)
    shutil.copy(target, other.folder / "ledger.db")
    assert other.ask("verify") == here.ask("verify")
    assert other.ask("status")["ledgers"][0]["digest"] == here.ask("status")["ledgers"][0]["digest"]


@pytest.mark.parametrize("patience_s", (-1.0, 60.0))
def test_a_bar_appears_only_when_something_takes_long(
    monkeypatch: pytest.MonkeyPatch, patience_s: float
) -> None:
    monkeypatch.setattr(bar, "_PATIENCE_S", patience_s)
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    with Face([], {"MULIN_LANG": "zh"}).progress(Text("核对中", "checking")) as move:
        move(1, 2)
        move(2, 2)
    assert ("核对中" in stream.getvalue()) == (patience_s < 0)


@pytest.mark.parametrize(("argv", "shown"), (([], True), (["--json"], False)))
def test_a_bar_of_unknown_length_is_for_people_only(
    monkeypatch: pytest.MonkeyPatch, argv: list[str], shown: bool
) -> None:
    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    with Face(argv, {}).progress(Text("交换中", "exchanging"), at_once=True):
        pass
    assert ("交换中" in stream.getvalue()) == shown


def test_tables_that_somebody_changed_are_computed_anew(tmp_path: Path) -> None:
    one, other = settle_in(tmp_path, 2)
    found(tmp_path, one, other)
    record = one.id("case", "new", "--category", "forest_land", "--village", "示范一村")
    with one.opened() as service, service.ground.db.transaction() as conn:
        conn.execute("UPDATE cases SET village='改过'")
        conn.execute("INSERT INTO search(search) VALUES ('delete-all')")
    assert one.ask("verify", code=3)["ok"] is False
    assert one.ask("verify", "--rebuild")["problems"] == []
    assert one.ask("verify")["ok"] is True
    assert [line["id"] for line in one.ask("find", "示")] == [record]
