"""Real townships without sockets: services on databases in memory, with a clock and chance of our own.

Everything but the wrapped ledger key comes from seeds, so the same story gives the same bytes. A ledger
is founded once for each number of members and its databases are copied from then on.
"""

from __future__ import annotations

import functools
import random
from collections.abc import Sequence
from itertools import pairwise

from crdt.entry import EntryId
from crdt.verdicts import EntryState
from keys.errors import MulinError
from keys.keyfile import Identity
from node.errors import LogFull, Unlinked
from node.ground import Ground, HighWater
from node.ingest import Taken
from node.ledgers import Ledger
from node.reading import Reading
from node.service import Service
from node.store.database import Database
from protocol.errors import Reason
from protocol.messages import Vector
from protocol.replica import Replica
from tests.protocol.fakes import Full, Refused
from tests.protocol.pair import Chunks, Pair, Side, whole
from tests.support.people import NAMES, identity

CODES = ("522301105", "530324202", "451030103", "430527210", "431225200")
START_MS = 1_700_000_000_000


class Town:
    """One township's node: what a side needs of it, and short words for what tests do with it."""

    def __init__(self, name: str, data: bytes | None, dice: random.Random) -> None:
        self.name = name
        self.dice = dice
        self.now_ms = START_MS
        self.marks = HighWater()
        self.who: Identity = identity(name)
        self.declined: set[tuple[bytes, bytes]] = set()
        self.open(data)

    def open(self, data: bytes | None) -> None:
        """Start the node on this database, as after a restart or a restore."""
        database = Database(None)
        if data is not None:
            database.conn.deserialize(data)
        self.service = Service(
            Ground(database, self.who, lambda: self.now_ms, self.dice.randbytes, self.marks)
        )
        self.replica: Replica = self.service.replica

    def data(self) -> bytes:
        return self.service.ground.db.conn.serialize()

    def reload(self) -> None:
        self.open(self.data())

    @property
    def ledger(self) -> Ledger:
        return self.service.ledgers.choose(None)

    @property
    def digest(self) -> str:
        return Reading(self.service).digest(self.ledger)

    @property
    def vector(self) -> Vector:
        return self.replica.vector(self.ledger.id)

    # --- a side's store ----------------------------------------------------------------------

    def take(self, ledger: bytes, body: bytes) -> Taken:
        held = self.service.ledgers.get(ledger)
        assert held is not None, "a session shares only ledgers that are held"
        try:
            return self.service.ingest.take(held, body)
        except (LogFull, Unlinked) as fault:
            log = self.service.ingest.log_of(held, body)
            # What was on its way when its log was stopped continues nothing; it is declined too.
            if isinstance(fault, Unlinked) and log not in self.declined:
                raise Refused(Reason.UNLINKED) from fault
            self.declined.add(log)
            raise Full(log) from fault
        except MulinError as fault:
            raise Refused(Reason.BAD_ENTRY) from fault

    def peer_has(self, ledger: bytes, vector: Vector) -> None:
        held = self.service.ledgers.get(ledger)
        assert held is not None, "a session shares only ledgers that are held"
        self.service.ingest.peer_knows_more(held, vector)

    # --- questions ---------------------------------------------------------------------------

    def verdicts(self) -> dict[EntryId, tuple[EntryState, str, bytes]]:
        """Of every entry: its state, the rule it breaks, and the change it made."""
        rows = self.service.ground.db.rows(
            "SELECT DISTINCT record FROM entries WHERE record NOTNULL"
        )
        found: dict[EntryId, tuple[EntryState, str, bytes]] = {}
        for (record_id,) in rows:
            record = self.service.records.get(self.ledger, record_id)
            for entry, verdict in record.verdicts.items():
                applied = verdict.state == EntryState.APPLIED
                change = record.change_of(entry) if applied else b""
                found[entry] = (verdict.state, verdict.reason, change)
        return found

    def conflict_ids(self) -> list[bytes]:
        return sorted(c.id for c in self.service.open_conflicts(self.ledger))

    def divergent(self) -> int:
        row = self.service.ground.db.one("SELECT count(*) FROM divergent")
        assert row is not None, "an aggregate always gives a row"
        return int(row[0]) + len(self.service.records.broken)


def founded(count: int, label: object = 0) -> list[Town]:
    """Towns of one ledger in force, with chance that depends on the label."""
    return [
        Town(name, data, random.Random(f"{label}/{name}"))
        for name, data in zip(NAMES, _founding(count), strict=False)
    ]


@functools.cache
def _founding(count: int) -> tuple[bytes, ...]:
    towns = [Town(name, None, random.Random(f"founding/{name}")) for name in NAMES[:count]]
    for n, town in enumerate(towns):
        book = town.service.ground.book
        with town.service.ground.db.transaction():
            for key, value in (("name", town.name), ("code", CODES[n]), ("address", f"h{n}:7711")):
                book.set_setting(key, value)
    first, *others = towns
    cards = [town.service.card() for town in others]
    made = first.service.ledgers.propose("黔滇桂联合体", first.service.card(), cards)
    signed = [t.service.ledgers.accept(made.invitation.encode()).invitation for t in others]
    for town in towns:
        for invitation in signed:
            town.service.ledgers.merge(invitation.encode())
    return tuple(town.data() for town in towns)


def pair_of(a: Town, b: Town, chunks: Chunks = whole) -> Pair:
    a.declined, b.declined = set(), set()
    return Pair(Side(a, (a.ledger.id,)), Side(b, (b.ledger.id,)), chunks)


def meet(a: Town, b: Town) -> Pair:
    """One whole exchange between two towns, which must end without a complaint."""
    pair = pair_of(a, b)
    pair.settle()
    for side in (pair.a, pair.b):
        assert side.closed is None, side.closed
        assert side.synced
    return pair


def everybody_meets(towns: Sequence[Town]) -> None:
    """Along the line and back: after that everybody holds what anybody held."""
    line = list(pairwise(towns))
    for a, b in [*line, *reversed(line)]:
        meet(a, b)
