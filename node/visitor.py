"""Visits the drop folders of a running node now and then, on a thread of its own.

A share may hang for minutes, so the loop that serves peers never waits for one; and a store takes several
writers, as it does from commands. The thread has its own connection, and the node sees what it committed.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout

from keys.errors import MulinError
from keys.keyfile import Identity
from node.drops import VISIT_EVERY_S, Drops
from node.home import Home
from node.logbook import Logbook

_FIRST_S = 1.0
_ASK_STEP_S = 0.5
_STOP_TIMEOUT_S = 3.0


class Visitor:
    """`start`, then `stop`. What goes wrong at a place is one line of the log."""

    def __init__(
        self, home: Home, identity: Identity, log: Logbook, wanted: Callable[[], bool]
    ) -> None:
        """`wanted`: whether there is any place to visit; asked on the loop's thread."""
        self._wanted = wanted
        self._home = home
        self._identity = identity
        self._log = log
        self._loop = asyncio.get_running_loop()
        self._stopping = threading.Event()
        # A daemon: a share that hangs must not keep the node from ending.
        self._thread = threading.Thread(target=self._live, name="visitor", daemon=True)

    def start(self) -> None:
        self._thread.start()

    async def stop(self) -> None:
        """Returns when the thread has ended, or when it is plain that a place holds it up."""
        self._stopping.set()
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join, _STOP_TIMEOUT_S)

    def _live(self) -> None:
        wait_s = _FIRST_S
        while not self._stopping.wait(wait_s):
            wait_s = self._once(wait_s)

    def _once(self, wait_s: float) -> float:
        """Visit every place; returns how long to wait for the next time."""
        try:
            if not self._is_wanted():  # a store that is opened for nothing keeps a descriptor
                return VISIT_EVERY_S
            service = self._home.service(self._identity)
            try:
                return self._visit(Drops(service))
            finally:
                service.ground.db.close()
        except MulinError as fault:
            self._say("trouble", {"what": type(fault).__name__})
        except Exception as fault:  # noqa: BLE001  (one visit less; the next one comes)
            self._call(self._log.failed, fault)
        return max(wait_s, _FIRST_S)

    def _is_wanted(self) -> bool:
        answer: Future[bool] = Future()
        self._call(lambda: answer.set_result(self._wanted()))
        while not self._stopping.is_set():
            with contextlib.suppress(FutureTimeout):
                return answer.result(_ASK_STEP_S)
        return False

    def _visit(self, drops: Drops) -> float:
        for number, url in enumerate(drops.urls(), 1):
            try:
                visit = drops.sync(url, going_on=lambda: not self._stopping.is_set())
            except MulinError as fault:
                self._say("unvisited", {"place": number, "why": type(fault).__name__})
                continue
            if visit.came or visit.written:
                facts = {"place": number, "came": visit.came, "went": visit.went}
                self._say("visited", facts)
            if visit.spoiled:
                self._say("spoiled", {"place": number, "files": len(visit.spoiled)})
        return float(drops.every_s())

    def _say(self, event: str, facts: Mapping[str, str | int]) -> None:
        self._call(self._log.line, event, facts)

    def _call(self, work: object, *facts: object) -> None:
        """On the loop's own thread, so that two lines never run into each other."""
        with contextlib.suppress(RuntimeError):  # it has ended
            self._loop.call_soon_threadsafe(work, *facts)  # type: ignore[arg-type]
