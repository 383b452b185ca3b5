"""The door of a node: TCP, then TLS 1.3 with a known certificate, then a request, each within a bounded time.

Whoever fails is one line in the log. At most so many callers stand in the door at once; then the one that
has stood there longest makes room, because an honest handshake takes milliseconds and a silent caller's
never ends. Knows no member and no WebSocket: `admit` says that a caller is inside.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable

from keys.limits import SOCKETS_PENDING, TLS_TIMEOUT_S

_LATE = "it took too long"
_GONE = "hung up in the handshake"
_GOODBYE_S = 3.0


class Door:
    """Listens, and hands whoever passes TLS to a protocol made by `inside`."""

    def __init__(
        self,
        tls: ssl.SSLContext,
        inside: Callable[[], asyncio.Protocol],
        refused: Callable[[str], None],
    ) -> None:
        self._tls = tls
        self._inside = inside
        self._refused = refused
        self._loop = asyncio.get_running_loop()
        self._server: asyncio.Server | None = None
        self._callers: dict[_Caller, None] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, host: str, port: int) -> int:
        """Listen; returns the port. Raises OSError."""
        self._server = await self._loop.create_server(self._caller, host, port)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Listen no more and send away whoever is not inside yet."""
        if self._server is not None:
            self._server.close()
        for caller in list(self._callers):
            self._turn_away(caller, "")
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def admit(self, transport: asyncio.BaseTransport | None) -> None:
        """This caller's request was answered: its time is no longer counted here."""
        for caller in self._callers:
            if caller.inside is transport:
                self._leave(caller)
                return

    def _caller(self) -> _Caller:
        return _Caller(self._knock, lambda caller: self._turn_away(caller, _GONE))

    # --- in the door -------------------------------------------------------------------------

    def _knock(self, caller: _Caller) -> None:
        if len(self._callers) >= SOCKETS_PENDING:
            self._turn_away(next(iter(self._callers)), "too many at the door")
        self._callers[caller] = None
        caller.alarm = self._loop.call_later(TLS_TIMEOUT_S, self._turn_away, caller, _LATE)
        caller.task = self._loop.create_task(self._shake_hands(caller))
        self._tasks.add(caller.task)
        caller.task.add_done_callback(self._tasks.discard)

    async def _shake_hands(self, caller: _Caller) -> None:
        hall = _Hall()
        try:
            inside = await self._loop.start_tls(
                caller.outside,
                hall,
                self._tls,
                server_side=True,
                ssl_handshake_timeout=4 * TLS_TIMEOUT_S,  # ours comes first and knows why
                ssl_shutdown_timeout=_GOODBYE_S,
            )
        except OSError as fault:
            said = fault.reason if isinstance(fault, ssl.SSLError) else ""
            self._turn_away(caller, said or _GONE)
            return
        if inside is None or hall.gone:
            self._turn_away(caller, _GONE)
            return
        caller.inside = inside
        hall.go_inside(inside, self._inside())

    def _turn_away(self, caller: _Caller, why: str) -> None:
        """One line for each that leaves this way; none for who was answered and is gone."""
        if caller not in self._callers:
            return
        answered = caller.inside is not None and caller.inside.is_closing()
        self._leave(caller)
        caller.outside.abort()
        if caller.task is not asyncio.current_task():
            caller.task.cancel()
        if why and not answered:
            self._refused(why)

    def _leave(self, caller: _Caller) -> None:
        del self._callers[caller]
        caller.alarm.cancel()


class _Caller(asyncio.Protocol):
    """A TCP connection. What it says before TLS is nobody's."""

    outside: asyncio.Transport
    alarm: asyncio.TimerHandle
    task: asyncio.Task[None]
    inside: asyncio.Transport | None = None

    def __init__(self, knock: Callable[[_Caller], None], lost: Callable[[_Caller], None]) -> None:
        self._knock = knock
        self._lost = lost

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport), (
            "TCP gives a transport that reads and writes"
        )
        self.outside = transport
        self._knock(self)

    def connection_lost(self, _fault: Exception | None) -> None:
        self._lost(self)


class _Hall(asyncio.Protocol):
    """Inside TLS until a protocol takes over; keeps what was said in one breath with the handshake."""

    def __init__(self) -> None:
        self.gone = False
        self._early: list[bytes] = []

    def data_received(self, data: bytes) -> None:
        self._early.append(data)

    def eof_received(self) -> None:
        self.gone = True

    def connection_lost(self, _fault: Exception | None) -> None:
        self.gone = True

    def go_inside(self, transport: asyncio.Transport, protocol: asyncio.Protocol) -> None:
        """Hand the encrypted connection over, with what was already said on it."""
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        for data in self._early:
            protocol.data_received(data)
        self._early.clear()
