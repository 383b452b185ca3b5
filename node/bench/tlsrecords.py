"""Tell from outside which bytes of a TLS 1.3 connection are handshake and which the nodes say. Pure.

A record shows its length and hides its content, and encrypted handshake messages look like data. But a
handshake of two given contexts always takes the same number of records, so one is rehearsed in memory.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass

HEADER_BYTES = 5
HIDDEN_BYTES = 17
"""The authentication tag and the hidden type that a record of TLS 1.3 adds to its content."""


@dataclass(frozen=True, slots=True)
class Handshake:
    """How many records each side sends until both are done; `took_bytes` both together."""

    client_records: int
    server_records: int
    took_bytes: int


class RecordCounter:
    """One direction of a connection. `handshake`: how many records belong to it."""

    __slots__ = (
        "_handshake",
        "_head",
        "_left",
        "content_bytes",
        "first_frame_s",
        "handshake_bytes",
        "records",
        "tcp_bytes",
        "upgrade_bytes",
    )

    def __init__(self, handshake: int) -> None:
        self._handshake = handshake
        self._head = bytearray()
        self._left = 0
        self.tcp_bytes = self.handshake_bytes = self.records = 0
        self.upgrade_bytes = 0
        """The content of the first record after the handshake: the HTTP request or its answer."""
        self.content_bytes = 0
        """The content of all later records: WebSocket frames."""
        self.first_frame_s: float | None = None

    def feed(self, data: bytes, now_s: float) -> None:
        """Bytes in their order, cut anywhere."""
        self.tcp_bytes += len(data)
        at = 0
        while at < len(data):
            if self._left:
                step = min(self._left, len(data) - at)
                self._left -= step
                at += step
                continue
            need = HEADER_BYTES - len(self._head)
            self._head += data[at : at + need]
            at += need
            if len(self._head) == HEADER_BYTES:
                self._begin(int.from_bytes(self._head[3:5], "big"), now_s)
                self._head.clear()

    def _begin(self, length: int, now_s: float) -> None:
        self.records += 1
        self._left = length
        place = self.records - self._handshake
        if place <= 0:
            self.handshake_bytes += HEADER_BYTES + length
        elif place == 1:
            self.upgrade_bytes = length - HIDDEN_BYTES
        else:
            self.content_bytes += length - HIDDEN_BYTES
            if self.first_frame_s is None:
                self.first_frame_s = now_s


def rehearse(client: ssl.SSLContext, server: ssl.SSLContext) -> Handshake:
    """Perform the handshake of these two contexts in memory."""
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    sides = (
        client.wrap_bio(to_client, to_server),
        server.wrap_bio(to_server, to_client, server_side=True),
    )
    counters = RecordCounter(1 << 30), RecordCounter(1 << 30)
    done = [False, False]
    while not all(done):
        for place, side in enumerate(sides):
            done[place] = done[place] or _advance(side)
            out = (to_server, to_client)[place]
            sent = out.read()
            counters[place].feed(sent, 0.0)
            out.write(sent)
    took = sum(c.tcp_bytes for c in counters)
    return Handshake(counters[0].records, counters[1].records, took)


def _advance(side: ssl.SSLObject) -> bool:
    try:
        side.do_handshake()
    except ssl.SSLWantReadError:
        return False
    return True
