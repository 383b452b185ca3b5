"""One WebSocket as a pair of byte streams with back pressure. Knows no session."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web

_CHUNK_BYTES = 64 * 1024
_HIGH_BYTES = 256 * 1024


class Wire:
    """Outgoing bytes are queued and written by a task of their own; reading waits for them to go out."""

    def __init__(self, socket: web.WebSocketResponse | aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._out = bytearray()
        self._more = asyncio.Event()
        self._low = asyncio.Event()
        self._low.set()
        self._ending = False
        self._writer = asyncio.get_running_loop().create_task(self._write())

    def send(self, data: bytes) -> None:
        self._out += data
        if len(self._out) > _HIGH_BYTES:
            self._low.clear()
        self._more.set()

    def hang_up(self) -> None:
        """Close once everything queued is out."""
        self._ending = True
        self._more.set()

    async def incoming(self) -> AsyncIterator[bytes]:
        """Bytes as they come, until the other side closes or says something that is no bytes."""
        while not self._ending:
            message = await self._socket.receive()
            if message.type is not aiohttp.WSMsgType.BINARY:
                return
            yield message.data
            await self._low.wait()

    async def finish(self) -> None:
        """Wait until the writer has ended."""
        self.hang_up()
        await asyncio.wait([self._writer])

    async def close(self) -> None:
        self._low.set()
        if not self._ending:
            self._writer.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError, aiohttp.ClientError):
            await asyncio.wait([self._writer], timeout=3)
            await self._socket.close()

    async def _write(self) -> None:
        try:
            while True:
                await self._more.wait()
                self._more.clear()
                while self._out:
                    chunk = bytes(self._out[:_CHUNK_BYTES])
                    del self._out[:_CHUNK_BYTES]
                    await self._socket.send_bytes(chunk)
                    if len(self._out) <= _HIGH_BYTES:
                        self._low.set()
                if self._ending:
                    await self._socket.close()
                    return
        except (ConnectionError, RuntimeError, aiohttp.ClientError):
            return
        finally:
            self._low.set()
