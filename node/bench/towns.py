"""The townships that are measured: made, founded, copied, started, watched from outside, stopped.

Each is a real folder with a real process; this process reads and writes the same stores as a clerk's command
does. Ends only what it started. Knows no workload.
"""

from __future__ import annotations

import select
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from node.bench.proxy import Proxy
from node.bench.tlsrecords import Handshake, rehearse
from node.control import Control
from node.demo.world import free_addresses, mulin
from node.home import Home
from node.ledgers import Ledger
from node.reading import Reading
from node.service import Service
from node.tls import contexts

LEDGER = "量测"
MEMBERS = (("麻塘乡", "430527210"), ("金子岩乡", "431225201"), ("中寨镇", "621222103"))
PATIENCE_S = 600.0
_STOP_S = 20.0


class Stuck(AssertionError):
    """What was waited for did not come, or a node ended by itself. The sentence says what."""


@dataclass(slots=True)
class Town:
    """One township's folder and, between `start` and `stop`, its process."""

    folder: Path
    service: Service = field(init=False)
    listen: str = field(init=False)
    process: subprocess.Popen[bytes] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.service = self.home.open(None)
        # A set is copied to be measured: the copy alone goes on, and an opening more would be counted.
        self.service.ground.whereabouts = None
        [self.listen] = free_addresses(1)

    @property
    def home(self) -> Home:
        return Home(self.folder)

    @property
    def ledger(self) -> Ledger:
        return self.service.ledgers.choose(None)

    @property
    def control(self) -> Control:
        return Control(self.home)

    # --- the process -------------------------------------------------------------------------

    def start(self) -> float:
        """Start and wait until it is ready; returns the seconds from spawning to ready."""
        began_s = time.monotonic()
        with open(self.folder.with_suffix(".log"), "ab") as log:
            self.process = subprocess.Popen(
                [*mulin(), "--home", str(self.folder), "--json", "run", "--listen", self.listen],
                stdout=subprocess.PIPE,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        assert self.process.stdout is not None
        ready, _, _ = select.select([self.process.stdout], [], [], PATIENCE_S)
        if not ready or not self.process.stdout.readline():
            raise Stuck("a node does not start")
        return time.monotonic() - began_s

    def stop(self) -> None:
        """SIGTERM, and wait for its end."""
        process, self.process = self.process, None
        if process is None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()

    def close(self) -> None:
        self.stop()
        self.service.ground.db.close()

    def cpu_s(self) -> float:
        """Processor time that the threads of the process have used; 0 on systems that do not say."""
        assert self.process is not None, "only a process that runs is looked at"
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/schedstat")
        return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9

    def rss_bytes(self, *, peak: bool) -> int:
        """Resident memory of the process, now or at most."""
        label = "VmHWM:" if peak else "VmRSS:"
        lines = (line.split() for line in self._proc("status").splitlines())
        return next((int(parts[1]) * 1024 for parts in lines if parts[:1] == [label]), 0)

    def _proc(self, name: str) -> str:
        """A file of the kernel about the process; "" on systems without such files."""
        assert self.process is not None, "only a process that runs is looked at"
        try:
            return Path(f"/proc/{self.process.pid}/{name}").read_text()
        except OSError:
            return ""

    # --- the store ---------------------------------------------------------------------------

    def vector(self) -> object:
        """What is held of every log: cheap to ask while an exchange goes on."""
        return self.service.replica.vector(self.ledger.id)

    def digest(self) -> str:
        return Reading(self.service).digest(self.ledger)

    def entries(self) -> int:
        row = self.service.ground.db.one("SELECT count(*) FROM entries")
        return int(row[0]) if row else 0

    def disk_bytes(self) -> int:
        return sum(file.stat().st_size for file in self.folder.rglob("*") if file.is_file())


def found(folder: Path) -> None:
    """Three townships with one ledger in force, in the folders 0, 1 and 2 of `folder`."""
    services: list[Service] = []
    for place, (name, code) in enumerate(MEMBERS):
        home = Home(folder / str(place))
        # Only the first can be dialled, so that it is always the same side that dials.
        home.create(name, code, "127.0.0.1:1" if place == 0 else "", None)
        services.append(home.open(None))
    first, *others = services
    ledger = first.ledgers.propose(LEDGER, first.card(), [s.card() for s in others])
    for other in others:
        other.ledgers.accept(ledger.invitation.encode())
    for one in services:
        for other in services:
            known = other.ledgers.get(ledger.id)
            assert known is not None, "all have signed it"
            one.ledgers.merge(known.invitation.encode())
    for service in services:
        service.ground.db.close()


def copy(source: Path, target: Path) -> None:
    """A folder at rest, as it is."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


def connect(dialled: Town, dialler: Town, address: str) -> None:
    """Let `dialler` find `dialled` at `address` and nowhere else."""
    with dialled.service.ground.db.transaction():
        dialled.service.ground.book.set_setting("address", address)
    with dialler.service.ground.db.transaction():
        dialler.service.ground.book.set_addresses(dialled.service.device, [address])


def handshake_of(dialled: Town, dialler: Town) -> Handshake:
    """What the TLS of these two takes."""
    device, other = (t.service.ground.identity.device for t in (dialled, dialler))
    peers = dialled.service.ledgers.peers() | dialler.service.ledgers.peers()
    certificates = [p.certificate for p in peers.values()]
    server, _ = contexts(device, certificates)
    _, client = contexts(other, certificates)
    return rehearse(client, server)


def wait_for(what: str, holds: Callable[[], bool], step_s: float = 0.005) -> None:
    """Poll until `holds`; raises Stuck."""
    deadline = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > deadline:
            raise Stuck(what)
        time.sleep(step_s)


def wait_equal(one: Town, other: Town, step_s: float = 0.002) -> float:
    """Wait until both hold and show the same; returns the moment when that was first seen."""
    seen_s = 0.0

    def equal() -> bool:
        nonlocal seen_s
        if one.vector() != other.vector():
            return False
        seen_s = time.monotonic()
        return one.digest() == other.digest()

    wait_for("both hold the same", equal, step_s)
    return seen_s


def wait_connected(proxy: Proxy) -> float:
    """Wait for the first connection; returns the moment when it was accepted."""
    wait_for("somebody dials", lambda: bool(proxy.passages), 0.001)
    return proxy.passages[0].accepted_s
