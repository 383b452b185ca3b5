"""Whoever answers where a member was dialled: another member, a stranger, a web page, a redirection, nobody.

The node dials out, so a hostile listener is as near as a hostile caller; what it says costs one line.
"""

from __future__ import annotations

import base64
import contextlib
import hashlib
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator

import pytest

from keys.identity import SigningKey
from tests.support.intruder import server_tls
from tests.support.nodes import RunningNode, found, wait_until
from tests.support.people import identity
from tests.support.townships import Town

_SETTINGS = {"node.runtime:_DIAL_TIMEOUT_S": 1.0}
_PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


class Listener:
    """A TLS server on loopback that says one thing to whoever calls. `asked`: what callers sent."""

    def __init__(self, tls_key: SigningKey, answer: Callable[[ssl.SSLSocket, bytes], None]) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._tls = server_tls(tls_key)
        self._answer = answer
        self.port = int(self._socket.getsockname()[1])
        self.calls = 0
        self.asked: list[bytes] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                plain, _ = self._socket.accept()
            except OSError:
                return
            self.calls += 1
            plain.settimeout(3)
            with (
                contextlib.suppress(OSError),
                plain,
                self._tls.wrap_socket(plain, server_side=True) as line,
            ):
                self.asked.append(line.recv(4096))
                self._answer(line, self.asked[-1])

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(30)
        assert not self._thread.is_alive()


@pytest.fixture(scope="module")
def world(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[RunningNode, RunningNode, Town]]:
    """A node, its honest peer, and a member whose address the tests decide."""
    folder = tmp_path_factory.mktemp("server")
    node, honest, away = RunningNode(folder, 0), RunningNode(folder, 1), Town("c")
    found([node, honest], [away.service])
    node.start(_SETTINGS)
    honest.start()
    yield node, honest, away
    assert [honest.close(), node.close()] == [0, 0]


def send(data: bytes) -> Callable[[ssl.SSLSocket, bytes], None]:
    return lambda line, _asked: line.sendall(data)


def accept(line: ssl.SSLSocket, asked: bytes) -> None:
    """Become a WebSocket as one should, then say nothing that a session says."""
    key = re.search(rb"Sec-WebSocket-Key: (\S+)", asked)
    assert key is not None
    mark = hashlib.sha1(key[1] + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
    head = b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    line.sendall(head + b"Sec-WebSocket-Accept: " + base64.b64encode(mark) + b"\r\n\r\n")
    line.sendall(b"\x82\x08\xff\xff\xff\xffabcd")
    with contextlib.suppress(OSError):
        while line.recv(4096):
            pass


def silence(line: ssl.SSLSocket, _asked: bytes) -> None:
    with contextlib.suppress(OSError):
        line.recv(1)


def endless(line: ssl.SSLSocket, _asked: bytes) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\n")
    with contextlib.suppress(OSError):
        for _ in range(100_000):
            line.sendall(b"X-More: and more\r\n" * 50)


def dialled(
    world: tuple[RunningNode, RunningNode, Town],
    key: SigningKey,
    answer: Callable[[ssl.SSLSocket, bytes], None],
    event: str,
) -> tuple[Listener, dict[str, str]]:
    """Let the node find this listener at the third member's address; its log line about that."""
    node, honest, away = world
    device = bytes(away.service.device)
    listener, since, memory = Listener(key, answer), node.log_end(), node.memory_kib()

    def lines() -> list[dict[str, str]]:
        mine = [x for x in node.lines(since) if x.get("peer") == device.hex()[:12]]
        return [x for x in mine if x["event"] == event]

    try:
        with node.service.ground.db.transaction():
            node.service.ground.book.set_addresses(device, [f"127.0.0.1:{listener.port}"])
        node.control.sync([device], 0.2)
        wait_until("the node has seen through it", lambda: lines() and listener.calls)
        honest.create("照常村")
        wait_until("the honest peer is served", lambda: node.digest() == honest.digest())
        assert [x for x in node.lines(since) if x["event"] == "failed"] == []
        assert node.memory_kib() - memory < 16 * 1024
        return listener, lines()[-1]
    finally:
        with node.service.ground.db.transaction():
            node.service.ground.book.set_addresses(device, [])
        listener.close()


@pytest.mark.parametrize(
    "answer",
    (
        send(_PAGE),
        send(b"HTTP/1.1 404 Not Found\r\nContent-Length: 99999999999\r\n\r\n"),
        send(b"\x00\xff not http at all\r\n\r\n" * 50),
        send(b""),
        send(b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"),
        silence,
        endless,
    ),
    ids=("page", "not found", "bytes", "nothing", "no accept", "silence", "endless"),
)
def test_a_listener_that_speaks_no_websocket_is_one_line(
    world: tuple[RunningNode, RunningNode, Town],
    answer: Callable[[ssl.SSLSocket, bytes], None],
) -> None:
    """It has the member's own key: the member itself is the enemy."""
    listener, line = dialled(world, identity("c").device.tls, answer, "unreached")
    assert line["why"]
    assert all(asked.startswith(b"GET /mulin/1 ") for asked in listener.asked)


def test_a_stranger_that_answers_hears_nothing(
    world: tuple[RunningNode, RunningNode, Town],
) -> None:
    listener, line = dialled(world, identity("e").device.tls, send(_PAGE), "unreached")
    assert "Certificate" in line["why"]
    assert [asked for asked in listener.asked if asked] == [], "not even a request"


def test_another_member_that_answers_is_seen_through(
    world: tuple[RunningNode, RunningNode, Town],
) -> None:
    """A real member, with its real certificate, but not the one who was dialled."""
    _, honest, _ = world
    key = honest.service.ground.identity.device.tls
    _, line = dialled(world, key, accept, "refused")
    assert line["why"] == "another member answers"


def test_a_member_that_talks_nonsense_when_dialled_is_left(
    world: tuple[RunningNode, RunningNode, Town],
) -> None:
    _, line = dialled(world, identity("c").device.tls, accept, "closed")
    assert line["reason"] == "too_large"


def test_a_redirection_is_not_followed(world: tuple[RunningNode, RunningNode, Town]) -> None:
    """A member could otherwise make the node ask any address inside its office."""
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(0)
        place = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/x".encode()
        answer = b"HTTP/1.1 302 Found\r\nLocation: " + place + b"\r\nContent-Length: 0\r\n\r\n"
        dialled(world, identity("c").device.tls, send(answer), "unreached")
        with pytest.raises(BlockingIOError):
            elsewhere.accept()
