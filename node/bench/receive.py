"""Receive a prepared ledger in one process and nothing else: `python -m node.bench.receive FILE`.

`write_runs` prepares FILE: a founding, and the runs as they would come over the wire. Everything is seeded,
so that two processes do the same to the instruction. The store is in memory: no disk, no socket, no clock.
"""

from __future__ import annotations

import hashlib
import random
import sys
from collections.abc import Iterator
from pathlib import Path

from keys import canonical
from keys.keyfile import KEY_ENTROPY_BYTES, Identity
from node.bench import build, workload
from node.ground import Ground, HighWater
from node.ledgers import Ledger
from node.service import Service
from node.store.database import Database

_FILE_BYTES = 1 << 30
_CLOCK_MS = 1_700_000_000_000
_NAMES = (("麻塘乡", "430527210"), ("金子岩乡", "431225201"))


def write_runs(file: Path, cases: int) -> None:
    """What the first township of a seeded pair would send the second."""
    sender, receiver = _township(0), _township(1)
    founded = sender.ledgers.propose("量测", sender.card(), [receiver.card()])
    receiver.ledgers.accept(founded.invitation.encode())
    known = receiver.ledgers.get(founded.id)
    assert known is not None, "it was accepted a moment ago"
    invitation = known.invitation.encode()
    sender.ledgers.merge(invitation)
    ledger = sender.ledgers.choose(None)
    build.fill(sender, ledger, 0, cases)
    file.write_bytes(canonical.encode([invitation, *_runs(sender, ledger)]))
    for service in (sender, receiver):
        service.ground.db.close()


def _runs(service: Service, ledger: Ledger) -> Iterator[bytes]:
    for log in service.replica.vector(ledger.id):
        frontier = frozenset[bytes]()
        while (found := service.replica.next_run(ledger.id, log, frontier)) is not None:
            body, _, tip = found
            frontier = frozenset({tip[1]})
            yield body


def receive(file: Path) -> int:
    """Take everything in; returns how many entries are held then."""
    invitation, *runs = canonical.decode_list(file.read_bytes(), _FILE_BYTES)
    assert isinstance(invitation, bytes)
    service = _township(1)
    ledger = service.ledgers.accept(invitation)
    for run in runs:
        assert isinstance(run, bytes)
        service.ingest.take(ledger, run)
    held = service.ground.log.newest_number()
    service.ground.db.close()
    return held


def _township(place: int) -> Service:
    def dice(label: str, count: int) -> bytes:
        return hashlib.shake_256(f"{label}/{place}".encode()).digest(count)

    chance = random.Random(place)
    identity = Identity.make(dice("keys", KEY_ENTROPY_BYTES))
    ground = Ground(Database(None), identity, lambda: _CLOCK_MS, chance.randbytes, HighWater())
    with ground.db.transaction():
        for key, value in zip(("name", "code"), _NAMES[place], strict=True):
            ground.book.set_setting(key, value)
    return Service(ground)


if __name__ == "__main__":
    received = receive(Path(sys.argv[1]))
    cases = max(0, received - 1) // workload.ENTRIES_PER_CASE
    sys.stdout.write(f"{cases}\n")
