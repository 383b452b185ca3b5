"""Townships with real stores, in memory or in a folder, and the ledgers they found together. No sockets.

`exchange` carries runs from store to store the way a session would, and nothing else does; whoever wants
to change a run on its way does so in between.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from crdt.entry import RecordId
from node.ground import Ground, HighWater
from node.home import DurableHighWater
from node.ingest import Taken
from node.ledgers import Ledger
from node.reading import Reading
from node.service import Service
from node.store.database import Database
from node.verify import verify
from node.whereabouts import Whereabouts
from tests.support.people import NAMES, identity, seed

POST = "司法所"
LEDGER = "黔滇桂联合体"
LABELS = ("a", "b", "c", "d", "e")
CODES = ("522301105", "530324202", "451030103", "430527210", "431225202")


@dataclass
class Clock:
    """Milliseconds that move by one at every look: no two moments are the same."""

    ms: int = 1_700_000_000_000

    def __call__(self) -> int:
        self.ms += 1
        return self.ms


def entropy(label: str) -> Callable[[int], bytes]:
    """Bytes that differ at every call and never between two runs of a test."""
    count = itertools.count()
    return lambda size: seed("entropy", label, next(count), size=size)


@dataclass
class Town:
    """One township's service. `folder` None: everything in memory. `lives` tells reopenings apart.

    `where`: in which place and boot its store believes itself to be; None: it does not ask.
    """

    label: str
    folder: Path | None = None
    clock: Clock = field(default_factory=Clock)
    lives: int = 0
    where: Whereabouts | None = None
    service: Service = field(init=False)

    def __post_init__(self) -> None:
        self.open(HighWater())

    def open(self, memory: HighWater) -> Service:
        mark = memory if self.folder is None else DurableHighWater(self.folder / "high-water.json")
        db = Database(None if self.folder is None else self.folder / "ledger.db")
        self.lives += 1
        dice = entropy(f"{self.label}/{self.folder}/{self.lives}")
        ground = Ground(db, identity(self.label), self.clock, dice, mark)
        ground.whereabouts = self.where
        self.service = Service(ground)
        place = LABELS.index(self.label)
        with db.transaction():
            for key, value in (("name", NAMES[place]), ("code", CODES[place])):
                self.service.ground.book.set_setting(key, value)
        return self.service

    def reopen(self) -> Service:
        """As after a crash: only what is on disk is left."""
        self.close()
        return self.open(self.service.ground.high_water)

    def close(self) -> None:
        self.service.ground.db.close()

    @property
    def ledger(self) -> Ledger:
        return self.service.ledgers.choose(None)

    def create(self, village: str = "示范一村", **fields: str) -> RecordId:
        typed = {"category": "forest_land", "village": village, **fields}
        return self.service.create(self.ledger, "case", typed, POST)

    def say(self, record: RecordId, **fields: str) -> bytes:
        """State fields of a record; returns the entry's id."""
        why = "现场核对" if {"urgency", "difficulty"} & fields.keys() else ""
        return bytes(self.service.change(self.ledger, record, fields, POST, why).id)

    def value(self, record: RecordId, name: str) -> object:
        return Reading(self.service).record(self.ledger, record)["fields"][name]

    def digest(self) -> str:
        return Reading(self.service).digest(self.ledger)

    def problems(self) -> list[str]:
        """What `verify` finds, at most 200 sentences."""
        found = verify(self.service, self.ledger, lambda _done, _all: None)["problems"]
        assert isinstance(found, list)
        return found

    def entries(self) -> int:
        row = self.service.ground.db.one("SELECT count(*) FROM entries")
        return 0 if row is None else int(row[0])

    def own_logs(self) -> set[bytes]:
        """Incarnations of this device that are held here."""
        logs = self.service.ground.log.logs(self.ledger.n).values()
        return {incarnation for device, incarnation in logs if device == self.service.device}

    def forks(self) -> int:
        return len(self.service.ground.book.forks(self.ledger.n))


def towns(count: int, folder: Path | None = None) -> list[Town]:
    """`count` townships that belong to no ledger yet; with stores below `folder` if one is given."""
    made = []
    for label in LABELS[:count]:
        home = None if folder is None else folder / label
        if home is not None:
            home.mkdir()
        made.append(Town(label, home))
    return made


def found(*members: Town, name: str = LEDGER) -> None:
    """A ledger in force at all of them."""
    first, *others = (town.service for town in members)
    signed = first.ledgers.propose(name, first.card(), [s.card() for s in others])
    for service in others:
        service.ledgers.accept(signed.invitation.encode())
    for service in (first, *others):
        for other in (first, *others):
            known = other.ledgers.get(signed.id)
            assert known is not None
            service.ledgers.merge(known.invitation.encode())


def together(count: int, folder: Path | None = None) -> list[Town]:
    """`count` townships with one ledger in force."""
    made = towns(count, folder)
    found(*made)
    return made


def runs_for(giver: Service, taker: Service, ledger: bytes) -> list[bytes]:
    """Bodies of the runs that `taker` lacks, oldest first in every log."""
    bodies: list[bytes] = []
    held = taker.replica.vector(ledger)
    for log, tips in giver.replica.vector(ledger).items():
        known = held.get(log, ())
        frontier = frozenset(e for s, e in known if giver.replica.holds(ledger, log, (s, e)))
        while not {entry for _, entry in tips} <= frontier:
            step = giver.replica.next_run(ledger, log, frontier)
            if step is None:
                break
            body, follows, tip = step
            bodies.append(body)
            frontier = (frontier - {follows or b""}) | {tip[1]}
    return bodies


def give(giver: Town, taker: Town) -> list[Taken]:
    """One side's entries to the other; the taker looks at the giver's vector first, as a session does."""
    to = taker.service
    found: list[Taken] = []
    for ledger in giver.service.ledgers.active():
        known = to.ledgers.get(ledger.id)
        if known is None or not known.active:
            continue
        to.ingest.peer_knows_more(known, giver.service.replica.vector(ledger.id))
        found += [to.ingest.take(known, b) for b in runs_for(giver.service, to, ledger.id)]
    return found


def exchange(*members: Town) -> None:
    """Everybody gets everything; relaying included."""
    for _ in members:
        for one, other in itertools.permutations(members, 2):
            give(one, other)


def agree(*members: Town) -> None:
    """The world after an exchange: equal digests, and nobody's `verify` finds anything."""
    assert len({town.digest() for town in members}) == 1
    assert len({town.entries() for town in members}) == 1
    for town in members:
        assert town.problems() == []
