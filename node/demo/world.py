"""Real node processes of demo townships on loopback: made, started, cut off, stopped. Ends only its own.

Every node has its own folder, keys, SQLite file and port; what a clerk does here goes through the same
command line and service that a township uses.
"""

from __future__ import annotations

import contextlib
import json
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from node.control import Control
from node.demo.model import Member
from node.home import Home
from node.reading import Reading
from node.service import Service

_WAIT_S = 30.0
_LOOPBACK = "127.0.0.1"
_PORTS = range(12_000, 32_000)


class StoryFailed(AssertionError):
    """Something is not as told. The sentence says what."""


@dataclass(slots=True)
class Township:
    """One demo township: its folder, its service for reading and writing, its process if it runs."""

    member: Member
    home: Home
    service: Service
    log: Path
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def name(self) -> str:
        return self.member.name

    def command(self, *words: str, expect: tuple[int, ...] = (0,)) -> str:
        """Run `mulin` as a clerk of this township would; returns what it printed."""
        done = subprocess.run(
            [*mulin(), "--home", str(self.home.folder), "--lang", "zh", *words],
            capture_output=True,
            timeout=60,
            check=False,
        )
        if done.returncode not in expect:
            said = done.stderr.decode(errors="replace").strip()[-400:]
            raise StoryFailed(f"{self.name}: mulin {words[0]} … → {done.returncode}: {said}")
        return done.stdout.decode()

    def ask(self, *words: str, expect: tuple[int, ...] = (0,)) -> Any:
        """The same with --json."""
        return json.loads(self.command(*words, "--json", expect=expect))

    def start(self) -> None:
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*mulin(), "--home", str(self.home.folder), "run"],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        wait_for(lambda: Control(self.home).alive(), f"{self.name} starts")

    def stop(self) -> None:
        """SIGTERM, and wait for it to end cleanly."""
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            code = self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise StoryFailed(f"{self.name} does not stop") from None
        finally:
            self.process = None
        if code != 0:
            raise StoryFailed(f"{self.name} stopped with {code}")

    def restore(self, backup: Path) -> None:
        """Bring an old backup back, as a clerk would whose machine broke; the node must be down."""
        self.service.ground.db.close()
        self.command("restore", str(backup), "--replace")
        self.service = self.home.open(None)

    def digest(self) -> str:
        return Reading(self.service).digest(self.service.ledgers.choose(None))

    def holds(self, other: Township) -> bool:
        """Whether everything is here that the other has written."""
        ledger = self.service.ledgers.choose(None).id
        written = [
            (log, tip)
            for log, tips in other.service.replica.vector(ledger).items()
            if log[0] == other.service.device
            for tip in tips
        ]
        return all(self.service.replica.holds(ledger, log, tip) for log, tip in written)


class World:
    """All townships of one demo federation."""

    def __init__(self, folder: Path, members: tuple[Member, ...]) -> None:
        self.folder = folder
        self.townships: list[Township] = []
        for member, address in zip(members, free_addresses(len(members)), strict=True):
            home = Home(folder / member.code)
            home.create(member.name, member.code, address, None)
            log = folder / f"{member.code}.log"
            self.townships.append(Township(member, home, home.open(None), log))

    def by_code(self) -> dict[str, Township]:
        return {t.member.code: t for t in self.townships}

    def bring(self, code: str) -> None:
        """Wait until a township holds what all the others wrote."""
        one = self.by_code()[code]
        for other in self.townships:
            Control(other.home).nudge()
        others = [t for t in self.townships if t is not one]
        wait_for(lambda: all(one.holds(t) for t in others), f"{one.name} hears from all", 0.003)

    def wait_equal(self, townships: list[Township], what: str) -> str:
        """Wait until these townships have one digest; returns it."""
        wait_for(lambda: len({t.digest() for t in townships}) == 1, what)
        return townships[0].digest()

    def close(self) -> None:
        """Stop every process that still runs; never raises."""
        for township in self.townships:
            if township.process is not None:
                township.process.terminate()
        for township in self.townships:
            if township.process is not None:
                try:
                    township.process.wait(10)
                except subprocess.TimeoutExpired:
                    township.process.kill()
                    township.process.wait()
            township.service.ground.db.close()


def mulin() -> list[str]:
    """The command line of this very installation."""
    return [sys.executable, "-m", "node.cli.main"]


def wait_for(condition: Callable[[], bool], what: str, step_s: float = 0.02) -> None:
    """Poll until `condition` holds. Raises StoryFailed(what) after half a minute."""
    deadline = time.monotonic() + _WAIT_S
    while not condition():
        if time.monotonic() > deadline:
            raise StoryFailed(f"not within {_WAIT_S:.0f} s: {what}")
        time.sleep(step_s)


def free_addresses(count: int) -> list[str]:
    """Loopback addresses whose ports are free now.

    They lie below those that systems lend to outgoing connections: a node that is started again must not find
    its own port lent to somebody's call.
    """
    found: list[str] = []
    for port in random.SystemRandom().sample(_PORTS, len(_PORTS)):
        if len(found) == count:
            return found
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((_LOOPBACK, port))
            found.append(f"{_LOOPBACK}:{port}")
    raise StoryFailed("no port is free")
