"""Worlds begin with a ledger in force: founded once for a number of townships, then copied from disk to disk.

The real founding, on the real store. Everything in it is the same in every process but the wraps of the
ledger key, for which the library draws its own randomness; their sizes are the same.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from node.service import Service
from simulations.disk import Disk
from simulations.names import code_of, name_of

LEDGER = "边界联合体"
Neighbours = Callable[[int], Iterable[int]]
_images: dict[int, list[dict[str, bytes]]] = {}


def images(count: int, make: Callable[[int], list[tuple[Service, Disk]]]) -> list[dict[str, bytes]]:
    """The disks of so many townships that share a ledger. `make` boots them on empty disks."""
    if count not in _images:
        made = make(count)
        _found([service for service, _ in made])
        for service, _ in made:
            service.ground.db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        _images[count] = [disk.image() for _, disk in made]
    return _images[count]


def _found(services: Sequence[Service]) -> None:
    for place, service in enumerate(services):
        call(service, place)
    first, *others = services
    ledger = first.ledgers.propose(LEDGER, first.card(), [s.card() for s in others])
    raw = ledger.invitation.encode()
    for service in others:
        raw = service.ledgers.accept(raw).invitation.encode()
    for service in services:
        service.ledgers.merge(raw)


def call(service: Service, place: int) -> None:
    """What `init` asks a person: name, code, address."""
    code = code_of(place)
    own = (("name", name_of(place)), ("code", code), ("address", f"{code}.example:7711"))
    with service.ground.db.transaction():
        for key, value in own:
            service.ground.book.set_setting(key, value)


def know(service: Service, neighbours: Iterable[int], devices: Sequence[bytes]) -> None:
    """The township knows the addresses of these neighbours and of nobody else."""
    near = set(neighbours)
    with service.ground.db.transaction():
        for place, device in enumerate(devices):
            if device != service.device:
                known = [f"{code_of(place)}.example:7711"] if place in near else []
                service.ground.book.set_addresses(device, known)


def mesh(count: int) -> list[list[int]]:
    """Everybody knows everybody."""
    return [[other for other in range(count) if other != place] for place in range(count)]


def ring(count: int) -> list[list[int]]:
    """Everybody knows two neighbours."""
    return [sorted({(place - 1) % count, (place + 1) % count} - {place}) for place in range(count)]


def chain(count: int) -> list[list[int]]:
    """As a ring that is open at one place."""
    return [[p for p in (place - 1, place + 1) if 0 <= p < count] for place in range(count)]


def random_graph(count: int, degree: int, seed: int) -> list[list[int]]:
    """A ring with chords drawn by lot: connected, and about `degree` neighbours each."""
    import random

    dice = random.Random(f"graph/{seed}/{count}/{degree}")
    near = [set(places) for places in ring(count)]
    while sum(map(len, near)) < count * min(degree, count - 1):
        a, b = dice.sample(range(count), 2)
        near[a].add(b)
        near[b].add(a)
    return [sorted(places) for places in near]
