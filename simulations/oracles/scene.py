"""What the oracles look at: every honest store read row by row, and what the witness wrote down.

Reads bytes and decodes them itself (`cbor`, the standard library's SHA-256): nothing here asks the code
that is judged, except where a judge compares what it says on two nodes.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from functools import cached_property

from crdt.entry import Entry
from simulations.oracles import cbor
from simulations.oracles.cbor import Value
from simulations.town import Town
from simulations.world import World


@dataclass(frozen=True, slots=True)
class Row:
    """One stored entry. `log` is the store's own number of its log."""

    id: bytes
    log: int
    seq: int
    record: bytes | None
    header: bytes
    payload: bytes | None
    state: int
    reason: str

    @property
    def fields(self) -> list[Value]:
        """The header, decoded."""
        found = cbor.decode(self.header)
        assert isinstance(found, list), "a header is an array"
        return found


@dataclass(slots=True)
class Store:
    """All that one town's store holds."""

    town: Town
    rows: dict[bytes, Row]
    logs: dict[int, tuple[bytes, bytes]]
    checkpoints: list[tuple[int, int, bytes, bytes]]
    conflicts: frozenset[tuple[object, ...]]
    digests: frozenset[tuple[object, ...]]
    forks: list[tuple[int, int]] = field(default_factory=list)


def read(town: Town) -> Store:
    service = town.service
    assert service is not None, "only computers that are on are read"
    log = service.ground.log
    states = {
        i: (state, why) for i, state, why in town.rows("SELECT id, state, reason FROM entries")
    }
    logs = {n: (d, i) for n, d, i in town.rows("SELECT n, device, incarnation FROM logs")}
    rows: dict[bytes, Row] = {}
    checkpoints: list[tuple[int, int, bytes, bytes]] = []
    for number in logs:
        assert isinstance(number, int), "logs are numbered"
        # Rebuilt by the store from what it keeps; that these are the bytes which were signed is judged here.
        for name, entry in log.each(number):
            if isinstance(entry, Entry):
                h, (state, why) = entry.header, states[name]
                rows[name] = Row(
                    name,
                    number,
                    h.seq,
                    entry.record,
                    entry.raw,
                    entry.payload,
                    int(str(state)),
                    str(why),
                )
        for seq, at, raw in log.checkpoints(number):
            if isinstance(raw, bytes):
                checkpoints.append((number, seq, bytes(at), raw))
    return Store(
        town,
        rows,
        logs,  # type: ignore[arg-type]
        checkpoints,
        frozenset(town.rows("SELECT id, record, kind, key, severity FROM conflicts")),
        frozenset(town.rows("SELECT id, kind, home, digest FROM records")),
        town.rows("SELECT log, seq FROM forks"),  # type: ignore[arg-type]
    )


class Scene:
    """The world at its end. `agreed_s`: seconds until all held the same, None if they never did."""

    def __init__(self, world: World, agreed_s: float | None, must_agree: bool) -> None:
        self.world = world
        self.agreed_s = agreed_s
        self.must_agree = must_agree

    @cached_property
    def stores(self) -> list[Store]:
        """Of every honest member that is on."""
        return [read(town) for town in self._ours if town.device in self._members]

    @cached_property
    def _ours(self) -> list[Town]:
        return [town for town in self.world.honest if town.on and town.ledger.is_ours]

    @cached_property
    def _members(self) -> set[bytes]:
        """Devices of members as those say who know the newest epoch."""
        newest = max((town.ledger.chain.number for town in self._ours), default=0)
        told = [t.ledger for t in self._ours if t.ledger.chain.number == newest]
        return {bytes(d) for ledger in told for d in ledger.members.delegations}

    def is_stray(self, town: Town) -> bool:
        """Whether it took leave as no member, and an old disk made it forget that."""
        return bytes(town.device) in self.left_devices and not (town.on and not town.ledger.is_ours)

    @cached_property
    def left(self) -> list[Store]:
        """Of honest towns that are members no more."""
        return [read(town) for town in self.world.honest if town.on and not town.ledger.is_ours]

    @cached_property
    def left_devices(self) -> set[bytes]:
        """Whose words may lie in quarantine."""
        members = self.stores[0].town.ledger.members if self.stores else None
        return set() if members is None else {bytes(d) for d in members.gone}

    @cached_property
    def honest_devices(self) -> dict[bytes, Town]:
        return {bytes(town.device): town for town in self.world.honest}


def entry_id(header: bytes) -> bytes:
    return hashlib.sha256(header).digest()
