"""One WebSocket as a pair of byte streams with back pressure. Knows no session."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web

_CHUNK_BYTES = 64 * 1024
_SLICE_BYTES = 16 * 1024
_HIGH_BYTES = 256 * 1024
_END_S = 3.0


class Wire:
    """Outgoing bytes are queued and written by a task of their own; reading waits for them to go out.

    `fault` says why `incoming` ended, if the other side sent what no session may send.
    """

    def __init__(self, web_socket: web.WebSocketResponse | aiohttp.ClientWebSocketResponse) -> None:
        self._socket = web_socket
        self._tcp = web_socket.get_extra_info("socket")
        self._out: deque[bytes] = deque()
        self._size = 0
        self._more = asyncio.Event()
        self._low = asyncio.Event()
        self._low.set()
        self._ending = False
        self._deadline: asyncio.TimerHandle | None = None
        self._loop = asyncio.get_running_loop()
        self._writer = self._loop.create_task(self._write())
        self.fault = ""

    def send(self, data: bytes) -> None:
        self._out.append(data)
        self._size += len(data)
        if self._size > _HIGH_BYTES:
            self._low.clear()
        self._more.set()

    def _take(self) -> bytes:
        """The next message: whole frames as far as they fit, so that none waits for another to be whole."""
        first = self._out.popleft()
        if len(first) > _CHUNK_BYTES:
            self._out.appendleft(first[_CHUNK_BYTES:])
            first = first[:_CHUNK_BYTES]
        parts, size = [first], len(first)
        while self._out and size + len(self._out[0]) <= _CHUNK_BYTES:
            parts.append(self._out.popleft())
            size += len(parts[-1])
        self._size -= size
        return b"".join(parts)

    def hang_up(self) -> None:
        """Close once everything queued is out; whoever does not take it in time is cut off."""
        if not self._ending:
            self._ending = True
            self._more.set()
            self._deadline = self._loop.call_later(_END_S, self._cut)

    async def incoming(self) -> AsyncIterator[bytes]:
        """Bytes as they come, until the other side closes or says something that is no bytes."""
        while not self._ending:
            message = await self._socket.receive()
            if message.type is not aiohttp.WSMsgType.BINARY:
                self._note_fault(message)
                return
            # In slices: a message full of small frames must not keep everybody else waiting.
            for at in range(0, len(message.data), _SLICE_BYTES):
                if self._ending:
                    return
                yield message.data[at : at + _SLICE_BYTES]
                await self._low.wait()
                await asyncio.sleep(0)

    def _note_fault(self, message: aiohttp.WSMessage) -> None:
        if self._ending:
            return
        if message.type is aiohttp.WSMsgType.TEXT:
            self.fault = "text message"
        elif isinstance(message.data, aiohttp.WebSocketError):
            self.fault = f"websocket error {message.data.code}"

    @property
    def gone(self) -> bool:
        """Whether the operating system has its socket back."""
        return self._tcp is None or self._tcp.fileno() == -1

    async def finish(self) -> None:
        """Wait until the writer has ended."""
        self.hang_up()
        await asyncio.wait([self._writer])

    async def close(self) -> None:
        """Over, within a bounded time, whatever the other side does."""
        self._low.set()
        if not self._ending:
            self._writer.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.wait([self._writer])
        if self._deadline is not None:
            self._deadline.cancel()
        try:
            await asyncio.wait_for(self._socket.close(), _END_S)
        except (TimeoutError, ConnectionError, RuntimeError, aiohttp.ClientError):
            self._cut()

    def _cut(self) -> None:
        """Time is over: what is queued stays unsent, and the connection ends here and now."""
        self._writer.cancel()
        self._out.clear()
        self._size = 0
        self._low.set()
        if self._tcp is not None:
            with contextlib.suppress(OSError):
                self._tcp.shutdown(socket.SHUT_RDWR)

    async def _write(self) -> None:
        try:
            while True:
                await self._more.wait()
                self._more.clear()
                while self._out:
                    chunk = self._take()
                    await self._socket.send_bytes(chunk)
                    if self._size <= _HIGH_BYTES:
                        self._low.set()
                if self._ending:
                    await self._socket.close()
                    return
        except (ConnectionError, RuntimeError, aiohttp.ClientError):
            return
        finally:
            self._low.set()
