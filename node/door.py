"""The door of a node: TCP, then TLS 1.3 with a known certificate, then a request, each within a bounded time.

Whoever fails is one line in the log. At most so many callers stand in the door at once; then the one that
has stood there longest makes room, because an honest handshake takes milliseconds and a silent caller's
never ends. Knows no member and no WebSocket: `admit` says that a caller is inside.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import socket
import ssl
from collections.abc import Callable

from keys.limits import SOCKETS_PENDING, TLS_TIMEOUT_S

_LATE = "it took too long"
_GONE = "hung up in the handshake"
_GOODBYE_S = 3.0
_BACKLOG = 128
_NO_FILES_S = 0.2
_TLS_HANDSHAKE = b"\x16"


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
        self._listener: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self._callers: dict[_Caller, None] = {}
        self._tasks: dict[_Caller, asyncio.Task[None]] = {}

    async def open(self, host: str, port: int) -> int:
        """Listen; returns the port. Raises OSError."""
        places = await self._loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        family, _, _, _, place = places[0]
        self._listener = socket.create_server(place[:2], family=family, backlog=_BACKLOG)
        self._listener.setblocking(False)
        self._accepting = self._loop.create_task(self._accept(self._listener))
        return int(self._listener.getsockname()[1])

    async def close(self) -> None:
        """Listen no more and send away whoever is not inside yet."""
        tasks = list(self._tasks.values())
        if self._accepting is not None:
            self._accepting.cancel()
            tasks.append(self._accepting)
        for caller in list(self._callers):
            self._turn_away(caller, "")
        await asyncio.gather(*tasks, return_exceptions=True)
        if self._listener is not None:
            self._listener.close()

    def admit(self, protocol: object) -> None:
        """The request of this protocol was answered: its time is no longer counted here."""
        for caller in self._callers:
            if caller.protocol is protocol:
                self._leave(caller)
                return

    # --- in the door -------------------------------------------------------------------------

    async def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                tcp, _ = await self._loop.sock_accept(listener)
            except OSError:  # no descriptors left, or the caller is gone already
                await asyncio.sleep(_NO_FILES_S)
                continue
            if len(self._callers) >= SOCKETS_PENDING:
                self._turn_away(next(iter(self._callers)), "too many at the door")
            caller = _Caller(tcp)
            self._callers[caller] = None
            caller.alarm = self._loop.call_later(TLS_TIMEOUT_S, self._turn_away, caller, _LATE)
            task = self._tasks[caller] = self._loop.create_task(self._let_in(caller))
            task.add_done_callback(functools.partial(self._is_done, caller))

    async def _let_in(self, caller: _Caller) -> None:
        """A caller that says nothing, or nothing that is TLS, costs a descriptor and no buffers."""
        try:
            first = await self._first_byte(caller.tcp)
            if first != _TLS_HANDSHAKE:
                self._turn_away(caller, "no TLS" if first else _GONE)
                return
            protocol = caller.protocol = self._inside()
            transport, _ = await self._loop.connect_accepted_socket(
                lambda: protocol,
                caller.tcp,
                ssl=self._tls,
                ssl_handshake_timeout=4 * TLS_TIMEOUT_S,  # ours comes first and knows why
                ssl_shutdown_timeout=_GOODBYE_S,
            )
        except (OSError, asyncio.CancelledError) as fault:
            # Its frames hold the buffers of TLS, and it holds the frames: not until some collection.
            fault.__traceback__ = None
            if isinstance(fault, asyncio.CancelledError):
                raise
            said = fault.reason if isinstance(fault, ssl.SSLError) else ""
            self._turn_away(caller, said or _GONE)
            return
        caller.transport = transport

    async def _first_byte(self, tcp: socket.socket) -> bytes:
        """Look at it without taking it; b"" if the caller has hung up."""
        heard = asyncio.Event()
        try:
            self._loop.add_reader(tcp, heard.set)
        except NotImplementedError:  # Windows: TLS itself will see what it is
            return _TLS_HANDSHAKE
        try:
            await heard.wait()
        finally:
            self._loop.remove_reader(tcp)
        return tcp.recv(1, socket.MSG_PEEK)

    def _turn_away(self, caller: _Caller, why: str) -> None:
        """One line for each that leaves this way; none for who was answered and is gone."""
        if caller not in self._callers:
            return
        answered = caller.transport is not None and caller.transport.is_closing()
        self._leave(caller)
        if caller.transport is not None:
            _abort(caller.transport)
        elif (task := self._tasks.get(caller)) is not asyncio.current_task() and task is not None:
            task.cancel()
        if why and not answered:
            self._refused(why)

    def _is_done(self, caller: _Caller, _task: asyncio.Task[None]) -> None:
        del self._tasks[caller]
        if caller.protocol is None:
            caller.tcp.close()

    def _leave(self, caller: _Caller) -> None:
        del self._callers[caller]
        caller.alarm.cancel()


def _abort(transport: asyncio.WriteTransport) -> None:
    """In Python 3.11.2 one that was closed twice has forgotten its TLS and raises; in 3.11.7 it does not."""
    with contextlib.suppress(AttributeError):
        transport.abort()


class _Caller:
    """A connection that is not inside yet. Once it has a protocol, its socket belongs to a transport."""

    alarm: asyncio.TimerHandle
    protocol: asyncio.Protocol | None = None
    transport: asyncio.Transport | None = None

    def __init__(self, tcp: socket.socket) -> None:
        tcp.setblocking(False)
        self.tcp = tcp
