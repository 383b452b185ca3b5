"""Frames: four bytes of length, then one canonical CBOR array. Bytes may be cut anywhere. Pure.

Our own length prefix inside the WebSocket makes the session a plain byte machine, so the simulator, a
TCP stream or a file carry it alike.
"""

from __future__ import annotations

from collections.abc import Iterator

from keys import canonical
from keys.canonical import Plain
from keys.errors import NotCanonical
from keys.limits import FRAME_BYTES
from protocol.errors import ProtocolError, Reason

PREFIX_BYTES = 4


def encode_frame(plain: list[Plain]) -> bytes:
    body = canonical.encode(plain)
    assert len(body) <= FRAME_BYTES, "we never make a frame larger than the limit"
    return len(body).to_bytes(PREFIX_BYTES, "big") + body


class FrameReader:
    """Collects bytes, yields frames. Holds at most one frame and one delivery of bytes."""

    __slots__ = ("_buffer",)

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> Iterator[list[Plain]]:
        """Frames completed by `data`. Raises ProtocolError on the first that is not one."""
        self._buffer += data
        while len(self._buffer) >= PREFIX_BYTES:
            size = int.from_bytes(self._buffer[:PREFIX_BYTES], "big")
            if size > FRAME_BYTES:
                raise ProtocolError(Reason.TOO_LARGE, f"frame of {size} bytes")
            if len(self._buffer) < PREFIX_BYTES + size:
                return
            body = bytes(self._buffer[PREFIX_BYTES : PREFIX_BYTES + size])
            del self._buffer[: PREFIX_BYTES + size]
            yield _array(body)

    @property
    def pending(self) -> int:
        """Bytes of an unfinished frame."""
        return len(self._buffer)


def _array(body: bytes) -> list[Plain]:
    try:
        return canonical.decode_list(body, FRAME_BYTES)
    except NotCanonical as fault:
        raise ProtocolError(Reason.BAD_FRAME, "not canonical") from fault
