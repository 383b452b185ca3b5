"""How a command reaches the running node: a loopback port and a token that only the owner can read."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from node.control import Control
from node.errors import AlreadyRunning, PortTaken
from node.home import Home, read_json
from node.runtime import run_node, sync_once
from tests.support.nodes import RunningNode, found, wait_until


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningNode, RunningNode]]:
    folder = tmp_path_factory.mktemp("control")
    one, other = RunningNode(folder, 0), RunningNode(folder, 1)
    found([one, other])
    one.start()
    other.start()
    yield one, other
    assert [one.close(), other.close()] == [0, 0]


def facts(node: RunningNode) -> dict[str, Any]:
    known = read_json(node.home.running)
    assert known is not None
    return known


def ask(
    node: RunningNode, method: str, path: str, token: str | None, body: bytes | None = None
) -> tuple[int, bytes]:
    """A request as any local program could make it."""
    line = http.client.HTTPConnection("127.0.0.1", int(facts(node)["port"]), timeout=10)
    headers = {} if token is None else {"X-Mulin-Token": token}
    try:
        line.request(method, path, body, headers)
        answer = line.getresponse()
        return answer.status, answer.read()
    finally:
        line.close()


# --- commands ------------------------------------------------------------------------------------


def test_a_command_sees_who_is_connected(pair: tuple[RunningNode, RunningNode]) -> None:
    one, other = pair
    wait_until("they meet", lambda: one.control.live() == {bytes(other.service.device): True})


def test_a_command_writes_and_waits_until_the_others_have_it(
    pair: tuple[RunningNode, RunningNode],
) -> None:
    one, other = pair
    made = one.create("等到为止村")
    assert one.control.sync(None, 20.0) == {bytes(other.service.device): True}
    assert other.service.record(other.ledger, made).home == one.service.township


def test_waiting_for_a_peer_that_is_away_ends_in_time(
    pair: tuple[RunningNode, RunningNode],
) -> None:
    one, other = pair
    assert other.stop() == 0
    assert one.control.sync([bytes(other.service.device)], 0.3) == {
        bytes(other.service.device): False
    }
    other.start()
    assert one.control.sync(None, 20.0) == {bytes(other.service.device): True}


def test_who_does_not_nudge_is_noticed_all_the_same(pair: tuple[RunningNode, RunningNode]) -> None:
    one, other = pair
    typed = {"category": "neighbour", "village": "没有知会村"}
    one.service.create(one.ledger, "case", typed, "司法所")
    wait_until("it arrives", lambda: one.digest() == other.digest())


@pytest.mark.parametrize("said", (b"", b"x", bytes(32), b"0" * 32, b"\xff" * 60_000))
def test_a_datagram_without_the_token_is_nothing(
    pair: tuple[RunningNode, RunningNode], said: bytes
) -> None:
    one, other = pair
    since = one.log_end()
    with socket.socket(type=socket.SOCK_DGRAM) as line:
        line.sendto(said, ("127.0.0.1", int(facts(one)["nudge"])))
    made = one.create("照常村")
    wait_until("it arrives", lambda: one.digest() == other.digest())
    assert other.service.record(other.ledger, made).home == one.service.township
    assert [line for line in one.lines(since) if line["event"] == "failed"] == []


def test_a_command_works_without_a_node(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.create("麻塘乡", "430527210", "", None)
    control = Control(home)
    assert not control.alive()
    assert control.live() == {}
    assert control.sync(None, 1.0) == {}
    control.nudge()


@pytest.mark.parametrize(
    "left", ('{"pid": 1, "port": 1, "token": "x"}', "{", '{"port": "?"}', '{"pid": 5}', "[]")
)
def test_what_a_dead_node_left_behind_deceives_nobody(tmp_path: Path, left: str) -> None:
    home = Home(tmp_path / "home")
    home.create("麻塘乡", "430527210", "", None)
    home.running.write_text(left)
    control = Control(home)
    assert not control.alive()
    assert control.sync(None, 0.5) == {}


# --- strangers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ("/live", "/nudge", "/sync", "/", "/../x"))
@pytest.mark.parametrize("token", (None, "", "0" * 32, "乡".encode().decode("latin-1")))
def test_without_the_token_every_answer_is_the_same(
    pair: tuple[RunningNode, RunningNode], path: str, token: str | None
) -> None:
    one, _ = pair
    for method in ("GET", "POST", "DELETE"):
        status, body = ask(one, method, path, token, b"{}")
        assert (status, body) == (403, b"")


@pytest.mark.parametrize(
    "body", (b"", b"{", b"[]", b"null", b'{"devices": [7]}', b'{"devices": ["zz"]}', b"\xff\xfe")
)
def test_a_broken_question_gets_an_answer_and_no_traceback(
    pair: tuple[RunningNode, RunningNode], body: bytes
) -> None:
    one, _ = pair
    since = one.log_end()
    status, _ = ask(one, "POST", "/sync", str(facts(one)["token"]), body)
    assert status == 400
    assert [x for x in one.lines(since) if x["event"] == "failed"] == []


def test_bytes_that_are_no_request_leave_the_log_readable(
    pair: tuple[RunningNode, RunningNode],
) -> None:
    one, _ = pair
    since = one.log_end()
    with socket.create_connection(("127.0.0.1", int(facts(one)["port"]))) as line:
        line.sendall(b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n")
        line.settimeout(10)
        while line.recv(4096):
            pass
    assert [x for x in one.lines(since) if x["event"] == "failed"] == []
    assert one.control.alive()


def test_only_the_owner_can_read_the_token(pair: tuple[RunningNode, RunningNode]) -> None:
    one, _ = pair
    one.create("写过一次村")
    assert len(facts(one)["token"]) == 32
    modes = {f.name: stat.S_IMODE(f.stat().st_mode) for f in one.home.folder.iterdir()}
    assert {"running.json", "node.lock", "high-water.json", "ledger.db"} <= modes.keys()
    assert set(modes.values()) == {0o600}, modes


# --- one node a folder ---------------------------------------------------------------------------


def test_a_second_node_of_the_same_folder_is_refused(
    pair: tuple[RunningNode, RunningNode],
) -> None:
    one, _ = pair
    with pytest.raises(AlreadyRunning) as said:
        run_node(one.home, one.service, "127.0.0.1:0", lambda _: None)
    assert str(facts(one)["pid"]) in said.value.say("zh")
    with pytest.raises(AlreadyRunning):
        sync_once(one.home, one.service, None, 1.0)
    assert one.control.alive()


def test_a_port_that_is_taken_is_said_so_and_the_folder_is_free_again(
    pair: tuple[RunningNode, RunningNode], tmp_path: Path
) -> None:
    one, _ = pair
    home = Home(tmp_path / "home")
    home.create("麻塘乡", "430527210", "", None)
    service = home.open(None)
    for _ in range(2):
        with pytest.raises(PortTaken) as said:
            run_node(home, service, one.address, lambda _: None)
        assert one.address in said.value.say("zh")
    assert not home.running.exists()
    service.ground.db.close()


def test_a_killed_node_leaves_its_folder_to_the_next(tmp_path: Path) -> None:
    one, other = RunningNode(tmp_path, 0), RunningNode(tmp_path, 1)
    found([one, other])
    one.start()
    before = facts(one)
    one.kill()
    assert not one.control.alive()
    one.start()
    assert facts(one)["token"] != before["token"]
    assert [one.close(), other.close()] == [0, 0]
    assert not one.home.running.exists()


@pytest.mark.parametrize("number", (signal.SIGTERM, signal.SIGINT))
def test_a_node_that_is_asked_to_stop_stops_cleanly(tmp_path: Path, number: signal.Signals) -> None:
    one, other = RunningNode(tmp_path, 0), RunningNode(tmp_path, 1)
    found([one, other])
    one.start()
    assert one.process is not None
    os.kill(one.process.pid, number)
    assert one.process.wait(20) == 0
    one.process = None
    events = [line["event"] for line in one.lines()]
    assert events[0] == "started"
    assert "stopping" in events
    assert "failed" not in events
    one.close()
    other.close()


def test_a_sync_without_a_node_dials_exchanges_and_hangs_up(
    pair: tuple[RunningNode, RunningNode],
) -> None:
    """`mulin sync` while no node runs: the command is the node for a moment."""
    one, other = pair
    assert other.stop() == 0
    one.create("等它来取村")
    up = sync_once(other.home, other.service, None, 20.0)
    assert up == {bytes(one.service.device): True}
    assert one.digest() == other.digest()
    other.start()


def test_the_control_port_is_not_the_ledger(pair: tuple[RunningNode, RunningNode]) -> None:
    """Nobody gets entries or names here, with or without the token."""
    one, _ = pair
    token = str(facts(one)["token"])
    _, body = ask(one, "GET", "/live", token)
    assert json.loads(body).keys() <= {d.hex() for d in one.ledger.members.delegations}
    status, _ = ask(one, "GET", "/ledger.db", token)
    assert status == 404
