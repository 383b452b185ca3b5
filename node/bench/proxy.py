"""A line between two nodes that counts every byte and can be slow, long, cut, or dropped again and again.

It sits on loopback in the process that measures, so no node knows of it. `Line` says how the line is; a line
without a rate or a round trip passes bytes on at once. Counts what was handed on, not what was still on its
way when the line fell.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
import time
from dataclasses import dataclass, field

from node.bench.tlsrecords import Handshake, RecordCounter

_CHUNK_BYTES = 64 * 1024
_SLOW_CHUNK_S = 0.02
_SLOW_CHUNK_BYTES_MIN = 256
_SLOW_BUFFER_BYTES = 16 * 1024
"""Kernel buffers of a slow line: what waits in them is no part of the line."""
_NO_HANDSHAKE = Handshake(0, 0, 0)


@dataclass(frozen=True, slots=True)
class Line:
    """How a line is. None and 0: no bound. `drop_every_s`: every connection falls at these times."""

    bytes_per_s: float | None = None
    round_trip_s: float = 0.0
    drop_every_s: float | None = None

    @property
    def slow(self) -> bool:
        return self.bytes_per_s is not None or self.round_trip_s > 0


LOOPBACK = Line()


@dataclass(slots=True)
class Passage:
    """One connection through the proxy: `up` from who dialled, `down` to it."""

    accepted_s: float
    up: RecordCounter
    down: RecordCounter
    last_byte_s: float
    open: bool = True
    sockets: list[socket.socket] = field(default_factory=list)

    @property
    def both(self) -> tuple[RecordCounter, RecordCounter]:
        return self.up, self.down

    @property
    def first_frame_s(self) -> float | None:
        found = [c.first_frame_s for c in self.both if c.first_frame_s is not None]
        return min(found) if found else None


@dataclass(frozen=True, slots=True)
class Traffic:
    """Sums over connections, in bytes. `tcp` holds everything; `said` is `tcp` without the handshake."""

    tcp: int
    handshake: int
    up: int
    down: int
    frames: int
    frames_up: int
    frames_down: int

    @property
    def said(self) -> int:
        return self.tcp - self.handshake


class Proxy:
    """Listens at `address` and passes everything on to `target` (set before the first dial)."""

    def __init__(self, line: Line = LOOPBACK, handshake: Handshake = _NO_HANDSHAKE) -> None:
        self.line = line
        self.handshake = handshake
        self.target = ("127.0.0.1", 0)
        self.passages: list[Passage] = []
        self._cut = False
        self._ended = threading.Event()
        self._listener = socket.socket()
        if line.slow:
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SLOW_BUFFER_BYTES)
        self._listener.bind(("127.0.0.1", 0))
        self._listener.listen(64)
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._start(self._accept)
        if line.drop_every_s is not None:
            self._start(self._drop_again_and_again)

    # --- the line ----------------------------------------------------------------------------

    def cut(self) -> None:
        """Nobody gets through any more."""
        self._cut = True
        self.drop()

    def mend(self) -> None:
        self._cut = False

    def drop(self) -> None:
        """Every connection falls now; new ones may come at once."""
        for passage in list(self.passages):
            _close(passage)

    def close(self) -> None:
        self._ended.set()
        self.cut()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def forget(self) -> None:
        """Count anew; connections that stand go on uncounted."""
        self.passages = []

    def traffic(self) -> Traffic:
        ups, downs = [p.up for p in self.passages], [p.down for p in self.passages]
        up, down = sum(c.tcp_bytes for c in ups), sum(c.tcp_bytes for c in downs)
        frames_up, frames_down = (sum(c.content_bytes for c in cs) for cs in (ups, downs))
        handshake = sum(c.handshake_bytes for c in (*ups, *downs))
        return Traffic(
            up + down, handshake, up, down, frames_up + frames_down, frames_up, frames_down
        )

    # --- threads -----------------------------------------------------------------------------

    def _start(self, work: object, *given: object) -> None:
        threading.Thread(target=work, args=given, daemon=True).start()  # type: ignore[arg-type]

    def _drop_again_and_again(self) -> None:
        while not self._ended.wait(self.line.drop_every_s):
            self.drop()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            if self._cut:
                near.close()
                continue
            far = socket.socket()
            if self.line.slow:
                far.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SLOW_BUFFER_BYTES)
            try:
                far.connect(self.target)
            except OSError:
                near.close()
                far.close()
                continue
            self._join(near, far)

    def _join(self, near: socket.socket, far: socket.socket) -> None:
        for one in (near, far):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        now_s = time.monotonic()
        up = RecordCounter(self.handshake.client_records)
        down = RecordCounter(self.handshake.server_records)
        passage = Passage(now_s, up, down, now_s, sockets=[near, far])
        self.passages.append(passage)
        work = self._pass_slowly if self.line.slow else self._pass
        self._start(work, passage, near, far, up)
        self._start(work, passage, far, near, down)

    def _pass(
        self, passage: Passage, source: socket.socket, sink: socket.socket, counter: RecordCounter
    ) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(_CHUNK_BYTES):
                _hand_on(passage, sink, counter, data)
        _close(passage)

    def _pass_slowly(
        self, passage: Passage, source: socket.socket, sink: socket.socket, counter: RecordCounter
    ) -> None:
        """Read no faster than the line carries; what was read arrives half a round trip later."""
        under_way: queue.Queue[tuple[float, bytes]] = queue.Queue()
        self._start(self._arrive, under_way, passage, sink, counter)
        rate = self.line.bytes_per_s
        chunk = _CHUNK_BYTES
        if rate is not None:
            chunk = max(_SLOW_CHUNK_BYTES_MIN, int(rate * _SLOW_CHUNK_S))
        free_s = 0.0
        with contextlib.suppress(OSError):
            while data := source.recv(chunk):
                free_s = max(free_s, time.monotonic()) + (len(data) / rate if rate else 0.0)
                under_way.put((free_s + self.line.round_trip_s / 2, data))
                time.sleep(max(0.0, free_s - time.monotonic()))
        under_way.put((time.monotonic() + self.line.round_trip_s / 2, b""))

    def _arrive(
        self,
        under_way: queue.Queue[tuple[float, bytes]],
        passage: Passage,
        sink: socket.socket,
        counter: RecordCounter,
    ) -> None:
        with contextlib.suppress(OSError):
            while True:
                at_s, data = under_way.get()
                time.sleep(max(0.0, at_s - time.monotonic()))
                if not data:
                    break
                _hand_on(passage, sink, counter, data)
        _close(passage)


def _hand_on(passage: Passage, sink: socket.socket, counter: RecordCounter, data: bytes) -> None:
    sink.sendall(data)
    now_s = time.monotonic()
    passage.last_byte_s = now_s
    counter.feed(data, now_s)


def _close(passage: Passage) -> None:
    passage.open = False
    for one in passage.sockets:
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
        one.close()
