"""The running node's side of `node.control`: a loopback listener that answers who holds the token."""

from __future__ import annotations

import asyncio
import hmac
import json
import os
import secrets
from collections.abc import Callable
from typing import IO, TYPE_CHECKING, Any

from aiohttp import web

from keys.identity import DeviceId
from node import lock
from node.errors import AlreadyRunning
from node.home import Home, read_json, write_durably

if TYPE_CHECKING:
    from node.runtime import Node


class _Nudges(asyncio.DatagramProtocol):
    """Datagrams that say: look at your store. Whoever has no token says nothing."""

    def __init__(self, token: str, look: Callable[[], None]) -> None:
        self._token = token.encode()
        self._look = look

    def datagram_received(self, data: bytes, addr: object) -> None:
        del addr
        if hmac.compare_digest(data, self._token):
            self._look()


class ControlServer:
    """The running node's side. `claim` makes sure that it is the only one of its folder."""

    def __init__(self, home: Home, node: Node) -> None:
        self._home = home
        self._node = node
        self._token = secrets.token_hex(16)
        self._runner: web.ServerRunner | None = None
        self._nudges: asyncio.DatagramTransport | None = None
        self._lock: IO[bytes] | None = None

    def claim(self) -> None:
        """Raises AlreadyRunning."""
        self._lock = lock.take(self._home.lock)  # held as long as the node runs
        if self._lock is None:
            raise AlreadyRunning(pid=(read_json(self._home.running) or {}).get("pid", "?"))

    async def start(self, address: str) -> None:
        logger = self._node.log.of_library("control")
        self._runner = web.ServerRunner(web.Server(self._answer, access_log=None, logger=logger))
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self._nudges, _ = await asyncio.get_running_loop().create_datagram_endpoint(
            lambda: _Nudges(self._token, self._node.look), local_addr=("127.0.0.1", 0)
        )
        facts = {
            "pid": os.getpid(),
            "port": self._runner.addresses[0][1],
            "nudge": self._nudges.get_extra_info("sockname")[1],
            "token": self._token,
            "listen": address,
        }
        write_durably(self._home.running, json.dumps(facts).encode())

    async def stop(self) -> None:
        if self._nudges is not None:
            self._nudges.close()
        if self._runner is not None:
            await self._runner.cleanup()
            self._home.running.unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        given = request.headers.get("X-Mulin-Token", "")
        # A header may hold bytes that are no text.
        if not hmac.compare_digest(given.encode(errors="surrogateescape"), self._token.encode()):
            return web.Response(status=403)
        match request.method, request.path:
            case "GET", "/live":
                return web.json_response({d.hex(): up for d, up in self._node.core.live().items()})
            case "POST", "/sync":
                try:
                    return await self._sync(await request.json())
                except (ValueError, TypeError, AttributeError):
                    return web.Response(status=400)
        return web.Response(status=404)

    async def _sync(self, asked: dict[str, Any]) -> web.Response:
        self._node.nudge()
        named = asked.get("devices")
        peers = self._node.service.ledgers.peers()
        wanted = list(peers) if named is None else [DeviceId(bytes.fromhex(d)) for d in named]
        found = await self._node.caught_up(wanted, float(asked.get("timeout_s", 30)))
        return web.json_response({d.hex(): up for d, up in found.items()})
