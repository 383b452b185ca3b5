"""One township of a simulated world: its disk, its clock, its keys, and the real node that runs on them.

Interprets the core's effects as the driver on sockets does. What the power takes is gone: memory, and of the
disk whatever was not synced. Knows its neighbours by their places only.
"""

from __future__ import annotations

import random
import sqlite3
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from crdt.schema import SCHEMA
from keys.errors import MulinError
from keys.identity import DeviceId
from node.core import NodeCore
from node.effects import Dial, Effect, Hangup, Note, Send, WakeAt
from node.errors import Busy, DiskTrouble
from node.ground import FiledHighWater, Ground
from node.ledgers import Ledger
from node.service import Service
from node.store.database import Database
from node.whereabouts import Whereabouts
from simulations import vfs
from simulations.clock import Deed
from simulations.disk import Disk, DiskFault, Torn
from simulations.errors import NoSuchTown
from simulations.frames import frames_in
from simulations.hpke import wrapping
from simulations.people import identity_of
from simulations.trace import Event, Fact

if TYPE_CHECKING:
    from simulations.world import World

EPOCH_MS = 1_767_225_600_000
"""When worlds begin by a clock that is right: 2026-01-01 00:00 UTC."""
DATA, MARK = "ledger.db", "high-water.json"
FIRST_MACHINE = "office"
_T = TypeVar("_T")


class _Mark(FiledHighWater):
    """The high-water mark in a file of the simulated disk."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        super().__init__()

    def _load(self) -> bytes | None:
        file = self._disk.files.get(MARK)
        return None if file is None else bytes(file.data)

    def _replace(self, data: bytes) -> None:
        try:
            self._disk.replace(MARK, data)
        except DiskFault as fault:
            raise DiskTrouble(why=fault.strerror) from fault


class Town:
    """A computer (`on`) with a store (`service`) and, while it runs, a node (`core`)."""

    def __init__(self, world: World, place: int, name: str, disk: Disk) -> None:
        self.world, self.place, self.name = world, place, name
        self.identity = identity_of(place)
        self.disk = disk
        self.service: Service | None = None
        self.core: NodeCore | None = None
        self.asleep = False
        self.honest = True
        self.schema = SCHEMA
        """The rules that its version of the program knows."""
        self.skew_ms = 0
        self.lives = 0
        self.boots = 0
        """How often a machine of its was started: a node that is killed and comes up again is none."""
        self.machine = FIRST_MACHINE
        self.drawer: dict[str, dict[str, bytes]] = {}
        """Machines that it has besides, with what is on their disks."""
        self._dice = random.Random(f"{world.seed}/town/{place}")
        self._folder = ""
        self._db: Database | None = None
        self._inbox: deque[Deed] = deque()
        self._working = False
        self._free_us = 0
        self._alarm_us: int | None = None

    # --- life --------------------------------------------------------------------------------

    @property
    def on(self) -> bool:
        return self.service is not None

    @property
    def device(self) -> DeviceId:
        return self.identity.device.id

    @property
    def ledger(self) -> Ledger:
        assert self.service is not None, "a computer that is off has no ledger at hand"
        return self.service.ledgers.choose(None)

    def boot(self, replaced: set[bytes] | None = None) -> None:
        """Switch the computer on; the store is opened, no node runs yet.

        `replaced`: its disk is an older one, and these entries are held elsewhere.
        """
        assert self.service is None, "it is on already"
        self.lives += 1
        self._folder = vfs.plug(self.disk)
        self._boot()
        self._after()
        if self.service is not None:
            if replaced is not None:
                here = {e for (e,) in self.rows("SELECT id FROM entries") if isinstance(e, bytes)}
                self.world.witness.disk_replaced(self, here, replaced)
            self.world.witness.booted(self)

    def _boot(self) -> None:
        try:
            self._db = Database(None, uri=f"file:{self._folder}/{DATA}?vfs={vfs.VFS}")
            vfs.watch(self._db.conn)
            mark = _Mark(self.disk)
            ground = Ground(
                self._db, self.identity, self.clock_ms, self._dice.randbytes, mark, self.schema
            )
            ground.wrap = wrapping(self._dice.randbytes)
            ground.whereabouts = Whereabouts(self.machine, str(self.boots))
            self.service = self._make_service(ground)
        except (MulinError, sqlite3.Error) as fault:
            if not self.disk.dead:
                foreseen = isinstance(fault, (DiskTrouble, Busy))
                self.note("trouble" if foreseen else "failed", what=type(fault).__name__)
            self._drop()

    def _make_service(self, ground: Ground) -> Service:
        """Hostile towns have other habits."""
        return Service(ground)

    def start(self) -> None:
        """Begin to run the node."""
        if self.service is None or self.core is not None:
            return
        self.note("up")
        self.core = self._make_core(self.service)
        self._alarm_us = None
        self._do(lambda core: core.start(self.world.clock.now_s))

    def _make_core(self, service: Service) -> NodeCore:
        return NodeCore(service, self._dice.random)

    def stop(self) -> None:
        """End the node as SIGTERM does: say goodbye, let it out, close."""
        core = self.core
        if core is None:
            return
        self.note("down")
        self._do(lambda c: c.stop(self.world.clock.now_s))
        self.core = None
        self.world.network.forget(self.place, resets=True)

    def kill(self) -> None:
        """The node's process ends this instant; its computer and what it wrote stay."""
        if self.service is None:
            return
        self.note("kill")
        running = self.core is not None
        self._drop()
        self.world.network.forget(self.place, resets=running)
        self.boot()

    def crash(self, torn: Torn) -> None:
        """The power is gone: memory, connections, and what was not synced."""
        if self.service is None:
            return
        self.note("crash", torn=torn.value)
        self._drop()
        self.world.network.forget(self.place, resets=False)
        self.boots += 1
        self.disk.dead = False
        self.disk = self.disk.after_power_cut(torn, self._dice)

    def _drop(self) -> None:
        self.core = self.service = None
        self._inbox.clear()
        self._alarm_us, self.asleep = None, False
        if self._db is not None:
            vfs.unwatch(self._db.conn)
            dead, self.disk.dead = self.disk.dead, True  # closing must not write any more
            self._db.close()
            self.disk.dead = dead
            self._db = None
        vfs.unplug(self._folder)

    def upgrade(self, schema: int) -> None:
        """Another version of the program is installed; its node starts anew if it was running."""
        self.note("version", schema=schema)
        running, on = self.core is not None, self.on
        if running:
            self.stop()
        if on:
            self._drop()
        self.schema = schema
        if on:
            self.boot()
        if running:
            self.start()

    def put_disk(self, image: dict[str, bytes]) -> None:
        """Another disk is put in; the computer must be off."""
        assert self.service is None, "the disk of a running computer stays in it"
        self.disk = Disk(image)

    # --- time --------------------------------------------------------------------------------

    def clock_ms(self) -> int:
        """What the clock on its wall says."""
        return EPOCH_MS + self.world.clock.now_us // 1000 + self.skew_ms

    def sleep(self) -> None:
        """Lid closed: everything waits, connections stay as they are."""
        if self.on and not self.asleep:
            self.asleep = True
            self.note("pause")

    def awake(self) -> None:
        if self.asleep:
            self.asleep = False
            self.note("resume")
            self._drain()

    # --- what reaches it ---------------------------------------------------------------------

    def accepts(self, caller: int) -> bool:
        """As the driver's door: whoever's certificate is no member's is sent away."""
        if self.core is None or self.service is None:
            return False
        return self.world.towns[caller].device in self.service.ledgers.peers()

    def connected(self, number: int, other: int, *, dialled: bool) -> None:
        device = self.world.towns[other].device
        self.world.peers_of_number[number] = other
        self.note("connected", other)
        self._later(lambda c: c.connected(number, device, self._now_s(), dialled=dialled))

    def received(self, number: int, data: bytes) -> None:
        self._later(lambda c: c.received(number, data, self._now_s()), number)

    def disconnected(self, number: int) -> None:
        self._later(lambda c: c.disconnected(number, self._now_s()))

    def dial_failed(self, other: int) -> None:
        self.note("unreached", other)
        device = self.world.towns[other].device
        self._later(lambda c: c.dial_failed(device, self._now_s()))

    def _now_s(self) -> float:
        return self.world.clock.now_s

    def _later(self, work: Callable[[NodeCore], list[Effect]], number: int | None = None) -> None:
        core = self.core
        if core is not None:
            self._inbox.append(lambda: self._do(work, number) if self.core is core else None)
            self._drain()

    def _drain(self) -> None:
        """One thing after the other, and none while it sleeps or its disk keeps it waiting."""
        if self._working or self.asleep:
            return
        now_us = self.world.clock.now_us
        if now_us < self._free_us:
            self.world.clock.at(self._free_us, self._drain)
            return
        self._working = True
        try:
            while self._inbox and not self.asleep:
                self._inbox.popleft()()
                if self._free_us > now_us:
                    self.world.clock.at(self._free_us, self._drain)
                    return
        finally:
            self._working = False

    def _do(self, work: Callable[[NodeCore], list[Effect]], number: int | None = None) -> None:
        core = self.core
        if core is None:
            return
        try:
            effects = work(core)
        except Exception as fault:  # noqa: BLE001  (the driver goes on too; the oracles are told)
            effects = []
            if not self.disk.dead:
                self._unforeseen(fault)
                if number is not None:
                    self.world.network.hang_up(number)
        if not self._after():
            self._perform(effects)

    def _unforeseen(self, fault: Exception) -> None:
        at = fault.__traceback__
        while at is not None and at.tb_next is not None:
            at = at.tb_next
        where = "" if at is None else f"{at.tb_frame.f_code.co_name}:{at.tb_lineno}"
        self.note("failed", what=type(fault).__name__, where=where)

    def _after(self) -> bool:
        """True if the power went away meanwhile: then nothing of what was decided leaves."""
        if self.disk.waited_us:
            self._free_us = self.world.clock.now_us + self.disk.waited_us
            self.disk.waited_us = 0
        if self.disk.dead:
            self.crash(self.world.torn_next(self))
            return True
        return False

    # --- effects -----------------------------------------------------------------------------

    def _perform(self, effects: list[Effect]) -> None:
        for effect in effects:
            match effect:
                case Send(number, data):
                    self._send(number, data)
                case Hangup(number):
                    self.world.network.hang_up(number)
                case Dial(device, _):
                    other = self.world.place_of(device)
                    self.note("dial", other)
                    self.world.network.dial(self.place, other)
                case WakeAt(now_s):
                    self._set_alarm(int(now_s * 1_000_000) + 1)
                case Note(event, facts):
                    self._told(event, facts)

    def _send(self, number: int, data: bytes) -> None:
        other = self.world.peers_of_number.get(number, -1)
        self.note("sent", other, said=frames_in(data), bytes=len(data))
        self.world.network.write(number, data)
        self.world.queue_max = max(self.world.queue_max, self.world.network.queued(number))

    def _set_alarm(self, when_us: int) -> None:
        """An alarm that is due is never put off, as in the driver."""
        when_us = max(when_us, self.world.clock.now_us + 1000)
        if self._alarm_us is not None and self._alarm_us <= when_us:
            return
        self._alarm_us = when_us
        core = self.core

        def ring() -> None:
            if self.core is core and self._alarm_us == when_us:
                self._alarm_us = None
                self._later(lambda c: c.wake(self._now_s()))

        self.world.clock.at(when_us, ring)

    def _told(self, event: str, facts: dict[str, str | int]) -> None:
        other, rest = -1, dict(facts)
        peer = rest.pop("peer", None)
        if peer is not None:
            other = self.world.place_with_prefix(str(peer))
        self.note(event, other, **rest)

    def note(self, what: str, other: int = -1, /, **facts: Fact) -> None:
        now_us = self.world.clock.now_us
        self.world.trace.add(Event(now_us, self.place, what, other, tuple(facts.items())))

    # --- its clerks --------------------------------------------------------------------------

    def write(self, act: str, deed: Callable[[Service, Ledger], _T]) -> _T | None:
        """What a clerk does at this computer; None if it was refused or the power went away meanwhile."""
        if self.service is None or self.asleep:
            return None
        try:
            found = deed(self.service, self.ledger)
        except (MulinError, sqlite3.Error) as fault:
            if self._after():
                return None
            if isinstance(fault, sqlite3.Error):
                self._unforeseen(fault)
            self.note("not_written", act=act, why=type(fault).__name__)
            return None
        if self._after():
            return None
        if self.honest:
            self.world.witness.acknowledged(self)
        if self.core is not None:
            self._later(lambda c: c.changed(self._now_s()))
        return found

    def rows(self, sql: str, *given: object) -> list[tuple[object, ...]]:
        """What stands in its store, for whoever judges it. Raises NoSuchTown while it is off."""
        if self._db is None:
            raise NoSuchTown(what=self.name)
        return self._db.rows(sql, *given)
