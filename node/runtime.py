"""The driver: asyncio and aiohttp interpret the core's effects. The only clock and the only sockets.

Reading from a peer stops while what we owe it is not on its way, so a peer that sends and never reads
costs one buffer. Whatever a peer does ends in one log line and, at worst, its own connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import signal
import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any

import aiohttp
from aiohttp import web

from keys.identity import DeviceId
from keys.limits import FRAME_BYTES
from node.control_server import ControlServer
from node.core import NodeCore
from node.door import Door
from node.drops import Drops
from node.effects import Admit, Dial, Effect, Hangup, Note, Send, WakeAt
from node.errors import PortTaken
from node.home import Home
from node.logbook import Logbook
from node.nocore import forbid_core_dumps
from node.service import Service
from node.tls import contexts, trust
from node.visitor import Visitor
from node.wire import Wire

PATH = "/mulin/1"
MESSAGE_BYTES = FRAME_BYTES + 64 * 1024
_POLL_S = 0.1
_DIAL_TIMEOUT_S = 10.0
_STOP_TIMEOUT_S = 3.0
_GONE_STEPS = 500
_GONE_STEP_S = 0.002


class Node:
    """A running node. `start`, then `stop`; everything between happens by itself."""

    def __init__(self, service: Service, log: Logbook) -> None:
        self.service = service
        self.log = log
        self.core = NodeCore(service, random.SystemRandom().random)
        self.moved = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._wires: dict[int, Wire] = {}
        self._next = 0
        self._alarm: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._trusted: set[bytes] = set()
        self._server_tls, self._client_tls = contexts(service.ground.identity.device, [])
        self._http: aiohttp.ClientSession | None = None
        self._web = web.Server(
            self._serve, access_log=None, logger=log.of_library("http"), lingering_time=0
        )
        self._door = Door(
            self._server_tls, self._web, lambda why: log.line("refused", {"why": why})
        )
        self._version = service.ground.db.data_version()

    # --- life --------------------------------------------------------------------------------

    async def start(self, listen: str | None) -> str:
        """Listen (None: only dial) and begin dialling; returns the address. Raises PortTaken."""
        self._trust_members()
        address = ""
        if listen:
            host, _, port = listen.rpartition(":")
            try:
                address = f"{host}:{await self._door.open(host.strip('[]'), int(port))}"
            except OSError as fault:
                raise PortTaken(address=listen) from fault
        self._http = _http_client()
        self._perform(self.core.start(self._now()))
        self._spawn(self._watch_store())
        return address

    async def stop(self) -> None:
        """Say goodbye, let it out, close everything."""
        self._perform(self.core.stop(self._now()))
        await self._door.close()
        wires = list(self._wires.values())
        ends = [self._loop.create_task(w.finish()) for w in wires]
        if ends:
            await asyncio.wait(ends, timeout=_STOP_TIMEOUT_S)
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._alarm is not None:
            self._alarm.cancel()
        await self._web.shutdown(_STOP_TIMEOUT_S)
        if self._http is not None:
            await self._http.close()
        # TLS says goodbye in turns of the loop that come after; a loop that ends before leaves sockets open.
        for _ in range(_GONE_STEPS):
            if all(w.gone for w in wires):
                break
            await asyncio.sleep(_GONE_STEP_S)

    def nudge(self) -> None:
        """The store may have changed."""
        self._version = self.service.ground.db.data_version()
        effects = self.core.changed(self._now())
        self._trust_members()
        self._perform(effects)

    def _look_at_store(self) -> list[Effect]:
        if self.service.ground.db.data_version() != self._version:
            self.nudge()
        return []

    def look(self) -> None:
        """Somebody says that the store changed."""
        self._unharmed(self._look_at_store)

    async def caught_up(
        self, devices: Iterable[DeviceId], timeout_s: float
    ) -> dict[DeviceId, bool]:
        """Dial these devices now and wait until everything is exchanged with each, or the time is over."""
        wanted = list(devices)
        self.nudge()
        self._perform(self.core.dial_now(wanted, self._now()))
        deadline = self._now() + timeout_s
        while True:
            live = self.core.live()
            found = {d: live.get(d, False) for d in wanted}
            left = deadline - self._now()
            if all(found.values()) or left <= 0:
                return found
            self.moved.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self.moved.wait(), left)

    async def _watch_store(self) -> None:
        """Commands of this township write the same file; notice within a tenth of a second."""
        while True:
            await asyncio.sleep(_POLL_S)
            self.look()

    # --- effects -----------------------------------------------------------------------------

    def _perform(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send(connection, data):
                    if connection in self._wires:
                        self._wires[connection].send(data)
                case Hangup(connection):
                    if connection in self._wires:
                        self._wires[connection].hang_up()
                case Dial(device, address):
                    self._spawn(self._dial(device, address))
                case Admit():
                    self._trust_members()
                case WakeAt(now_s):
                    self._set_alarm(now_s)
                case Note(event, facts):
                    self.log.line(event, facts)
        self.moved.set()

    def _set_alarm(self, now_s: float) -> None:
        """An alarm that is due is never put off: who keeps us busy must not stop our clock."""
        when = self._loop.time() + max(now_s - self._now(), 0.001)
        if self._alarm is not None:
            if self._alarm.when() <= when:
                return
            self._alarm.cancel()
        self._alarm = self._loop.call_at(when, self._wake)

    def _wake(self) -> None:
        self._alarm = None
        if not self._unharmed(self.core.wake, self._now()):
            self._set_alarm(self._now() + 1.0)

    def _unharmed(self, work: Callable[..., list[Effect]], *given: Any, **named: Any) -> bool:
        """What nobody foresaw ends what it happened in, as one line, and nothing else."""
        try:
            self._perform(work(*given, **named))
        except Exception as fault:  # noqa: BLE001  (the node goes on serving everybody else)
            self.log.failed(fault)
            return False
        return True

    def _now(self) -> float:
        return time.monotonic()

    def _spawn(self, work: object) -> None:
        task: asyncio.Task[None] = self._loop.create_task(work)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            self.log.failed(fault)

    # --- connections -------------------------------------------------------------------------

    def _trust_members(self) -> None:
        fresh = {d.certificate for d in self.service.ledgers.peers().values()} - self._trusted
        if fresh:
            self._trusted |= fresh
            trust(self._server_tls, fresh)
            trust(self._client_tls, fresh)

    def _device_of(self, tls: object) -> DeviceId | None:
        """The member whose certificate the other side showed, compared byte by byte."""
        if not isinstance(tls, ssl.SSLObject):
            return None
        shown = tls.getpeercert(binary_form=True)
        peers = self.service.ledgers.peers().items()
        return next((device for device, d in peers if d.certificate == shown), None)

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        transport = request.transport
        tls = None if transport is None else transport.get_extra_info("ssl_object")
        device = self._device_of(tls)
        if device is None:
            return self._refuse("no member", {})
        said: dict[str, str | int] = {"peer": device.hex()[:12]}
        if request.path != PATH:
            return self._refuse("wrong path", said)
        socket = web.WebSocketResponse(
            compress=False, max_msg_size=MESSAGE_BYTES, timeout=_STOP_TIMEOUT_S
        )
        try:
            await socket.prepare(request)
        except (web.HTTPException, ConnectionError):
            return self._refuse("no websocket", said)
        self._door.admit(request.protocol)
        await self._converse(socket, device, dialled=False)
        return socket

    def _refuse(self, why: str, facts: dict[str, str | int]) -> web.Response:
        self.log.line("refused", {"why": why, **facts})
        answer = web.Response(status=403)
        answer.force_close()
        return answer

    async def _dial(self, device: DeviceId, address: str) -> None:
        assert self._http is not None, "a node dials after its start"
        try:
            socket = await asyncio.wait_for(
                self._http.ws_connect(
                    f"https://{address}{PATH}",
                    ssl=self._client_tls,
                    compress=0,
                    max_msg_size=MESSAGE_BYTES,
                    timeout=aiohttp.ClientWSTimeout(ws_close=_STOP_TIMEOUT_S),
                ),
                _DIAL_TIMEOUT_S,
            )
        except Exception as fault:  # noqa: BLE001  (who answers there may be anybody)
            self.log.line("unreached", {"peer": device.hex()[:12], "why": type(fault).__name__})
            self._perform(self.core.dial_failed(device, self._now()))
            return
        if self._device_of(socket.get_extra_info("ssl_object")) != device:
            self.log.line("refused", {"why": "another member answers", "peer": device.hex()[:12]})
            await socket.close()
            self._perform(self.core.dial_failed(device, self._now()))
            return
        await self._converse(socket, device, dialled=True)

    async def _converse(
        self,
        socket: web.WebSocketResponse | aiohttp.ClientWebSocketResponse,
        device: DeviceId,
        *,
        dialled: bool,
    ) -> None:
        self._next += 1
        number = self._next
        wire = self._wires[number] = Wire(socket)
        try:
            self._unharmed(self.core.connected, number, device, self._now(), dialled=dialled)
            async for data in wire.incoming():
                if not self._unharmed(self.core.received, number, data, self._now()):
                    wire.hang_up()
            if wire.fault:
                self.log.line("refused", {"why": wire.fault, "peer": device.hex()[:12]})
        finally:
            del self._wires[number]
            self._perform(self.core.disconnected(number, self._now()))
            await wire.close()


def _http_client() -> aiohttp.ClientSession:
    """Dials whom it was told to dial: it follows no redirection and keeps no cookie."""
    tracing = aiohttp.TraceConfig()
    tracing.on_request_redirect.append(_no_redirection)
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=None),
        cookie_jar=aiohttp.DummyCookieJar(),
        trace_configs=[tracing],
    )


async def _no_redirection(*_: object) -> None:
    raise aiohttp.ClientError("a member's node redirects nobody")


def run_node(home: Home, service: Service, listen: str, ready: Callable[[str], None]) -> None:
    """Run until SIGTERM or SIGINT. Raises PortTaken, AlreadyRunning."""
    forbid_core_dumps()
    asyncio.run(_run(home, service, listen, ready))


async def _run(home: Home, service: Service, listen: str, ready: Callable[[str], None]) -> None:
    log = Logbook()
    asyncio.get_running_loop().set_exception_handler(lambda _, facts: _unforeseen(log, facts))
    log.speak_for(logging.getLogger("asyncio"))
    node = Node(service, log)
    control = ControlServer(home, node)
    control.claim()
    visitor = Visitor(home, service.ground.identity, log, lambda: bool(Drops(service).urls()))
    try:
        address = await node.start(listen)
        await control.start(address)
        visitor.start()
        stopped = asyncio.Event()
        _on_signals(stopped.set)
        log.line("started", {"listen": address})
        ready(address)
        await stopped.wait()
        log.line("stopping", {})
        await node.stop()
    finally:
        await visitor.stop()
        await control.stop()


def _unforeseen(log: Logbook, facts: dict[str, Any]) -> None:
    """What asyncio would print as a traceback."""
    fault = facts.get("exception")
    if isinstance(fault, BaseException):
        log.failed(fault)
    else:
        log.line("failed", {"what": "asyncio"})


def _on_signals(stop: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        try:
            loop.add_signal_handler(number, stop)
        except NotImplementedError:  # Windows
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(stop))


def sync_once(
    home: Home, service: Service, devices: list[bytes] | None, timeout_s: float
) -> dict[bytes, bool]:
    """No node is running: dial these devices (None: all), exchange everything, hang up.

    Raises AlreadyRunning if one is after all.
    """
    wanted = None if devices is None else [DeviceId(d) for d in devices]
    found = asyncio.run(_sync_once(home, service, wanted, timeout_s))
    return {bytes(device): up for device, up in found.items()}


async def _sync_once(
    home: Home, service: Service, devices: list[DeviceId] | None, timeout_s: float
) -> dict[DeviceId, bool]:
    node = Node(service, Logbook())
    control = ControlServer(home, node)
    control.claim()
    try:
        await node.start(None)
        wanted = list(service.ledgers.peers()) if devices is None else devices
        found = await node.caught_up(wanted, timeout_s)
        await node.stop()
        return found
    finally:
        await control.stop()
