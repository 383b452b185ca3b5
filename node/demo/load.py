"""Fill fresh homes with a whole alliance: a folder for each township, one ledger, everything that was done.

Nobody waits for the disk meanwhile: all of it is made from nothing and can be made again. Knows no terminal.
"""

from __future__ import annotations

import contextlib
import datetime
import shutil
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from keys.keyfile import Identity
from node.demo.alliances import CHAIRS, PRACTISED
from node.demo.dataset import FEDERATIONS, acts
from node.demo.model import Act
from node.demo.perform import Clerks
from node.demo.planned import quarter_number
from node.demo.plans import PLANS
from node.demo.rows import Chairs
from node.demo.words import DEMO
from node.demo.world import free_addresses
from node.ground import HighWater
from node.home import Home, new_identity
from node.officeclock import ZONE
from node.service import Service

Progress = Callable[[int, int], None]
SHEETS = "表格"
"""The folder of the sheets beside those of the townships."""
_SOME = 500


class Clock:
    """The office clock of all townships of the set, which is set to when something was done."""

    def __init__(self, at: str) -> None:
        self._ms = 0
        self.set(at)

    def __call__(self) -> int:
        self._ms += 1
        return self._ms

    def set(self, at: str) -> None:
        moment = datetime.datetime.fromisoformat(at).replace(tzinfo=ZONE)
        self._ms = max(self._ms, int(moment.timestamp()) * 1000)


def load(
    folder: Path, federation: str, size: int, seed: int, progress: Progress
) -> dict[str, Home]:
    """Make `folder`, which is not there yet, with a home for each township; returns them by their codes.

    Raises MulinError, OSError; then `folder` is gone again.
    """
    listed = acts(federation, size, seed)
    folder.mkdir(parents=True)
    try:
        with contextlib.ExitStack() as stack:
            homes, services = _homes(folder, federation, Clock(listed[0].at), stack)
            _found(PLANS[federation].short, list(services.values()))
            _perform(services, listed, progress)
        _lay_out_sheets(folder, federation)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return homes


def _lay_out_sheets(folder: Path, federation: str) -> None:
    """Sheets to practise importing with, where the alliance works with ledgers on paper."""
    if federation not in PRACTISED:
        return
    from node.demo.practice import sheets

    (folder / SHEETS).mkdir()
    for name, data in sheets().items():
        (folder / SHEETS / name).write_bytes(data)


def _homes(
    folder: Path, federation: str, clock: Clock, stack: contextlib.ExitStack
) -> tuple[dict[str, Home], dict[str, Service]]:
    members = FEDERATIONS[federation]
    identities = _identities(len(members), CHAIRS.get(federation))
    homes: dict[str, Home] = {}
    services: dict[str, Service] = {}
    addresses = free_addresses(len(members))
    for member, identity, address in zip(members, identities, addresses, strict=True):
        homes[member.code] = home = Home(folder / member.code)
        home.create(member.name, member.code, address, None, identity)
        services[member.code] = service = home.service(identity)
        stack.callback(service.ground.db.close)
        stack.enter_context(service.ground.db.unhurried())
        stack.callback(_keep_mark, service, service.ground.high_water)
        service.ground.clock_ms = clock
        service.ground.high_water = HighWater()
    return homes, services


def _identities(count: int, chairs: Chairs | None) -> list[Identity]:
    """Fresh keys: the chair goes round in their order, and it is to begin with the first member."""
    ordered = sorted((new_identity() for _ in range(count)), key=lambda i: bytes(i.township.public))
    start = 0 if chairs is None else quarter_number(chairs.first)
    return [ordered[(start + place) % count] for place in range(count)]


def _keep_mark(service: Service, durable: HighWater) -> None:
    """The last own position of every ledger, where it outlives the process."""
    for ledger in service.ledgers.all():
        mark = service.ground.high_water.get(ledger.id)
        if mark is not None:
            durable.put(ledger.id, mark)


def _found(short: str, services: Sequence[Service]) -> None:
    first, *others = services
    name = f"{short}联合体（{DEMO}）"
    ledger = first.ledgers.propose(name, first.card(), [s.card() for s in others])
    for other in others:
        other.ledgers.accept(ledger.invitation.encode())
    signed = [k.invitation.encode() for s in services for k in s.ledgers.all()]
    for service in services:
        for invitation in signed:
            service.ledgers.merge(invitation)


def _perform(services: dict[str, Service], listed: Sequence[Act], progress: Progress) -> None:
    clock = next(iter(services.values())).ground.clock_ms
    assert isinstance(clock, Clock), "all of them share the clock of the set"

    def bring(code: str) -> None:
        for service in services.values():
            carry(service, services[code])

    clerks = Clerks(services, bring, clock.set)
    for done, _ in enumerate(clerks.perform(listed)):
        if done % _SOME == 0:
            progress(done, len(listed))
    for giver in services.values():
        for taker in services.values():
            carry(giver, taker)
    for service in services.values():
        _tell_held(service, services.values())
    for service in services.values():
        while service.records.perform_some(_SOME) or service.records.index_some(_SOME):
            pass


def _tell_held(service: Service, others: Iterable[Service]) -> None:
    """What each of the others holds at the end, as they would have said."""
    ledger = service.ledgers.choose(None)
    for other in others:
        if other is not service:
            held = other.replica.vector(ledger.id).items()
            service.ingest.note_held([(ledger, other.device, log, tips) for log, tips in held])


def carry(giver: Service, taker: Service) -> None:
    """What the taker lacks of the giver's entries, as a session would bring it."""
    if giver is taker:
        return
    ledger = taker.ledgers.choose(None)
    held = taker.replica.vector(ledger.id)
    for log, (tip,) in giver.replica.vector(ledger.id).items():  # nobody's log forks here
        if taker.replica.holds(ledger.id, log, tip):
            continue
        frontier = frozenset(entry for _, entry in held.get(log, ()))
        while tip[1] not in frontier:
            step = giver.replica.next_run(ledger.id, log, frontier)
            assert step is not None, "the giver holds more"
            body, _, reached = step
            taker.ingest.take(ledger, body)
            frontier = frozenset((reached[1],))
