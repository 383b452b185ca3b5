"""Real node processes on loopback: start, ask, kill by their own pid. Waits on conditions, not for ever."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from crdt.entry import RecordId
from node.control import Control
from node.demo.world import free_addresses
from node.home import Home
from node.ledgers import Ledger
from node.reading import Reading
from node.service import Service
from node.verify import verify
from tests.support.people import NAMES
from tests.support.townships import CODES, LEDGER, POST

ROOT = Path(__file__).resolve().parents[2]
MAIN = Path(__file__).with_name("node_main.py")
PATIENCE_S = 30.0


def free_port() -> int:
    """A loopback port that was free a moment ago."""
    return int(free_addresses(1)[0].rpartition(":")[2])


def wait_until(what: str, holds: Callable[[], object], patience_s: float = PATIENCE_S) -> None:
    """Until the condition holds; fails with its name when patience is over."""
    deadline = time.monotonic() + patience_s
    while not holds():
        assert time.monotonic() < deadline, f"waited {patience_s} s in vain: {what}"
        time.sleep(0.01)


def child_environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}


class RunningNode:
    """A township's folder and, between `start` and `stop`, its process.

    `service` is this test's own connection to the same store, as a command has it. `writes_also`: where a
    writer beside the node prints what was acknowledged.
    """

    def __init__(self, folder: Path, place: int) -> None:
        self.home = Home(folder / str(place))
        self.address = f"127.0.0.1:{free_port()}"
        self.home.create(NAMES[place], CODES[place], self.address, None)
        self.service: Service = self.home.open(None)
        self.control = Control(self.home)
        self.process: subprocess.Popen[str] | None = None
        self.stderr = folder / f"{place}.log"
        self.stdout = folder / f"{place}.out"
        self.writes_also: Path | None = None

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    @property
    def ledger(self) -> Ledger:
        return self.service.ledgers.choose(None)

    # --- the process -------------------------------------------------------------------------

    def launch(self, settings: Mapping[str, object] | None = None) -> None:
        """Start without waiting. `settings` as node_main takes them; logs are appended to."""
        arguments = [str(self.home.folder), self.address, json.dumps(dict(settings or {}))]
        with self.stderr.open("a") as errors, self.stdout.open("a") as words:
            self.process = subprocess.Popen(
                [sys.executable, str(MAIN), *arguments],
                stdout=words,
                stderr=errors,
                env=child_environment(),
                text=True,
            )

    def start(self, settings: Mapping[str, object] | None = None) -> None:
        self.launch(settings)
        wait_until("the node answers", self.alive)

    def alive(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.stderr.read_text()[-2000:]
        return self.control.alive()

    def kill(self) -> None:
        """SIGKILL, now."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()
        self.process = None

    def stop(self) -> int:
        """SIGTERM; its exit code."""
        if self.process is None:
            return 0
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            code = self.process.wait()
        self.process = None
        return code

    def close(self) -> int:
        code = self.stop()
        self.service.ground.db.close()
        return code

    def memory_kib(self, line: str = "VmRSS") -> int:
        """Resident memory of the process."""
        assert self.process is not None
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(x.split()[1] for x in status.splitlines() if x.startswith(line + ":")))

    def open_files(self) -> int:
        """Descriptors of the process: what a connection that never ends would use up."""
        assert self.process is not None
        return len(list(Path(f"/proc/{self.process.pid}/fd").iterdir()))

    # --- its log -----------------------------------------------------------------------------

    def lines(self, since: int = 0) -> list[dict[str, Any]]:
        """What it logged after byte `since`; fails on a line that is no JSON object with an event."""
        with self.stderr.open("rb") as file:
            file.seek(since)
            text = file.read().decode()
        whole, _, _ = text.rpartition("\n")
        found = []
        for line in whole.splitlines():
            try:
                value = json.loads(line)
            except ValueError:
                raise AssertionError(f"not a line of the log: {text[-3000:]}") from None
            assert isinstance(value, dict), line
            assert "event" in value, line
            found.append(value)
        return found

    def log_end(self) -> int:
        return self.stderr.stat().st_size

    # --- the ledger --------------------------------------------------------------------------

    def create(self, village: str) -> RecordId:
        typed = {"category": "forest_land", "village": village}
        made = self.service.create(self.ledger, "case", typed, POST)
        if self.process is not None:
            self.control.nudge()
        return made

    def cases(self) -> int:
        return len(self.service.ground.model.records(self.ledger.n, "case"))

    def digest(self) -> str:
        return Reading(self.service).digest(self.ledger)

    def entries(self) -> int:
        row = self.service.ground.db.one("SELECT count(*) FROM entries")
        return 0 if row is None else int(row[0])

    def problems(self) -> list[str]:
        found = verify(self.service, self.ledger, lambda _done, _all: None)["problems"]
        assert isinstance(found, list)
        return found


def found(nodes: list[RunningNode], more: list[Service] | None = None) -> None:
    """A ledger in force at all of them, `more` being townships without a process."""
    services = [n.service for n in nodes] + (more or [])
    first, *others = services
    signed = first.ledgers.propose(LEDGER, first.card(), [s.card() for s in others])
    for service in others:
        service.ledgers.accept(signed.invitation.encode())
    for service in services:
        for other in services:
            known = other.ledgers.get(signed.id)
            assert known is not None
            service.ledgers.merge(known.invitation.encode())
