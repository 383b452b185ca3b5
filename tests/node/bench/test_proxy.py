"""The line in the middle: what it counts is exactly what was said, and a bad line is as bad as it claims."""

from __future__ import annotations

import random
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.bench import towns
from node.bench.proxy import LOOPBACK, Line, Proxy
from node.bench.tlsrecords import RecordCounter, rehearse
from node.bench.towns import Town
from node.tls import contexts
from tests.support.nodes import wait_until


class Echo:
    """Listens, and says everything it hears back, over TLS if it is given a context."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._tls = tls
        self.target: tuple[str, int] = self._listener.getsockname()
        self.callers = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        try:
            while True:
                side, _ = self._listener.accept()
                self.callers += 1
                threading.Thread(target=self._answer, args=(side,), daemon=True).start()
        except OSError:
            return

    def _answer(self, side: socket.socket) -> None:
        try:
            heard = self._tls.wrap_socket(side, server_side=True) if self._tls else side
            with heard:
                while data := heard.recv(1 << 16):
                    heard.sendall(data)
        except OSError:
            return

    def close(self) -> None:
        self._listener.close()


@pytest.fixture
def echo() -> Iterator[Echo]:
    found = Echo()
    yield found
    found.close()


def _proxy(echo: Echo, line: Line = LOOPBACK) -> Proxy:
    proxy = Proxy(line)
    proxy.target = echo.target
    return proxy


def _call(proxy: Proxy) -> socket.socket:
    host, _, port = proxy.address.rpartition(":")
    return socket.create_connection((host, int(port)), timeout=20)


def _hear(side: socket.socket, count: int) -> bytes:
    heard = b""
    while len(heard) < count:
        data = side.recv(1 << 16)
        assert data, "the line fell"
        heard += data
    return heard


@pytest.mark.parametrize("line", (LOOPBACK, Line(4_000_000, 0.02)), ids=("fast", "slow"))
def test_every_byte_arrives_in_its_order_and_is_counted_once(echo: Echo, line: Line) -> None:
    proxy, dice = _proxy(echo, line), random.Random(1)
    said = dice.randbytes(300_000)
    with _call(proxy) as side:
        threading.Thread(target=side.sendall, args=(said,)).start()
        assert _hear(side, len(said)) == said
    wait_until("the last is counted", lambda: proxy.traffic().tcp >= 2 * len(said))
    traffic = proxy.traffic()
    assert (traffic.up, traffic.down, traffic.tcp) == (len(said), len(said), 2 * len(said))
    assert traffic.handshake == 0
    proxy.close()


def test_a_slow_line_is_not_faster_than_its_rate_and_its_length(echo: Echo) -> None:
    proxy = _proxy(echo, Line(50_000, 0.2))
    began_s = time.monotonic()
    with _call(proxy) as side:
        side.sendall(bytes(10_000))
        _hear(side, 10_000)
    assert time.monotonic() - began_s >= 10_000 / 50_000 + 0.2
    proxy.close()


def test_nobody_gets_through_a_cut_line_until_it_is_mended(echo: Echo) -> None:
    proxy = _proxy(echo)
    proxy.cut()
    with _call(proxy) as side:
        assert side.recv(1) == b""
    assert (echo.callers, proxy.passages) == (0, [])
    proxy.mend()
    with _call(proxy) as side:
        side.sendall(b"again")
        assert _hear(side, 5) == b"again"
    assert echo.callers == len(proxy.passages) == 1
    proxy.close()


def test_a_line_that_falls_takes_every_connection_and_lets_new_ones_in(echo: Echo) -> None:
    proxy = _proxy(echo, Line(drop_every_s=0.2))
    with _call(proxy) as side:
        assert side.recv(1) == b""  # it fell by itself
    with _call(proxy) as side:
        side.sendall(b"x")
    wait_until("the second is counted", lambda: len(proxy.passages) == 2)
    assert not proxy.passages[0].open
    proxy.close()


def test_counting_anew_forgets_what_was(echo: Echo) -> None:
    proxy = _proxy(echo)
    with _call(proxy) as side:
        side.sendall(b"before")
        _hear(side, 6)
        proxy.forget()
    with _call(proxy) as side:
        side.sendall(b"x")
        _hear(side, 1)
    wait_until("the second is counted", lambda: proxy.traffic().tcp >= 2)
    assert (proxy.traffic().up, proxy.traffic().down) == (1, 1)
    proxy.close()


def test_the_handshake_is_told_from_what_is_said_after_it(tmp_path: Path) -> None:
    """The contexts of two real townships; the first record stands for the request of a WebSocket."""
    towns.found(tmp_path)
    one, other = Town(tmp_path / "0"), Town(tmp_path / "1")
    devices = [t.service.ground.identity.device for t in (one, other)]
    peers = one.service.ledgers.peers() | other.service.ledgers.peers()
    certificates = [p.certificate for p in peers.values()]
    server, client = contexts(devices[0], certificates)[0], contexts(devices[1], certificates)[1]
    echo = Echo(server)
    proxy = Proxy(LOOPBACK, towns.handshake_of(one, other))
    proxy.target = echo.target
    with client.wrap_socket(_call(proxy)) as side:
        for said in (b"GET", bytes(100), bytes(30_000)):
            side.sendall(said)
            _hear(side, len(said))
    [passage] = proxy.passages
    wait_until(
        "the last is counted on both ways",
        lambda: min(passage.up.content_bytes, passage.down.content_bytes) >= 30_000,
    )
    # What is said back may be cut into more records, of which the first is taken for the answer.
    assert (passage.up.upgrade_bytes, passage.up.content_bytes) == (3, 30_100)
    assert passage.down.upgrade_bytes + passage.down.content_bytes == 30_103
    took = rehearse(client, server)
    assert passage.up.handshake_bytes + passage.down.handshake_bytes == took.took_bytes
    assert passage.first_frame_s is not None
    assert proxy.traffic().said == proxy.traffic().tcp - took.took_bytes
    for closing in (proxy, echo, one, other):
        closing.close()


@pytest.mark.parametrize("step", (1, 3, 7, 1000))
def test_records_may_be_cut_anywhere(step: int) -> None:
    sizes = (50, 60, 20, 117, 1017)
    stream = b"".join(b"\x17\x03\x03" + n.to_bytes(2, "big") + bytes(n) for n in sizes)
    counter = RecordCounter(2)
    for at in range(0, len(stream), step):
        counter.feed(stream[at : at + step], float(at))
    assert counter.tcp_bytes == len(stream)
    assert counter.records == len(sizes)
    assert counter.handshake_bytes == 50 + 60 + 2 * 5
    assert (counter.upgrade_bytes, counter.content_bytes) == (3, 100 + 1000)
