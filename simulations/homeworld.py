"""A world that begins with a copy of a township's real store: the township, and mirrors of its neighbours.

Nobody here has the neighbours' secret keys. A mirror is a computer with a neighbour's public names and the
same copy of the log: it relays, acknowledges and gives back what it holds, and writes nothing. What the
township signs in such a world stays in its memory. Bytes and keys are handed in; no file is known here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from crdt.entry import LedgerId
from crdt.founding import Invitation
from keys.card import Card, DeviceKeys
from keys.identity import DeviceId, TownshipId
from keys.keyfile import Identity
from keys.seal import SealingKey
from node.errors import NoLedger, NotADatabase
from node.ground import Ground, HighWater
from node.ledgers import Ledger, Ledgers
from node.service import Service
from node.store.book import BookStore, LedgerRow
from node.store.database import Database
from simulations import founding, vfs
from simulations.deeds import CLERKS
from simulations.disk import Disk
from simulations.errors import NotOurKey, NotWithHome, OneLedgerOnly
from simulations.links import LINES
from simulations.oracles import cbor
from simulations.people import WitnessKey
from simulations.plan import Plan
from simulations.town import DATA, EPOCH_MS, MARK, Town
from simulations.world import World


@dataclass(frozen=True, slots=True)
class HomeCopy:
    """`data`, `mark`: copies of the two files; `entries`: ids of all that the store held then."""

    data: bytes
    mark: bytes | None
    identity: Identity
    ledger: LedgerId
    key: SealingKey
    names: tuple[str, ...]
    """Of the townships by their place: this one first."""
    places: tuple[tuple[TownshipId, DeviceId], ...]
    entries: frozenset[bytes] = field(repr=False)


_BY_LOT = ("lines", "power", "copies", "storm", "2g", "village", "rough")
_ALONE = ("cut-off", "died", "restored")


def plan_with_home(plan: Plan) -> Plan:
    """The same plan for a world in which nobody but the first township can write. Raises NotWithHome."""
    if plan.scenario not in (*_BY_LOT, *_ALONE):
        raise NotWithHome(known=", ".join((*_ALONE, *_BY_LOT)))
    steps = (replace(s, town=0) if s.verb in CLERKS else s for s in plan.steps)
    return replace(plan, steps=tuple(steps), near="mesh")


def examine(
    data: bytes, mark: bytes | None, identity: Identity, ledger_name: str | None
) -> HomeCopy:
    """Read a copied store on a disk of its own. Raises MulinError."""
    disk = Disk({DATA: data})
    folder = vfs.plug(disk)
    try:
        db = Database(None, uri=f"file:{folder}/{DATA}?vfs={vfs.VFS}")
        vfs.watch(db.conn)
        try:
            return _examined(db, disk, mark, identity, ledger_name)
        finally:
            vfs.unwatch(db.conn)
            db.close()
    except sqlite3.Error as fault:
        raise NotADatabase from fault
    finally:
        vfs.unplug(folder)


def _examined(
    db: Database, disk: Disk, mark: bytes | None, identity: Identity, ledger_name: str | None
) -> HomeCopy:
    service = Service(Ground(db, identity, lambda: EPOCH_MS, _no_chance, HighWater()))
    ledger = service.ledgers.choose(ledger_name)
    if len(service.ledgers.active()) > 1:
        raise OneLedgerOnly
    members, me = ledger.members, identity.device.id
    if me not in members.delegations:
        raise NoLedger
    others = sorted(d for d in members.delegations if d != me)
    places = [(members.township_of(d), d) for d in (me, *others)]
    entries = frozenset(bytes(e) for (e,) in db.rows("SELECT id FROM entries"))
    db.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return HomeCopy(
        bytes(disk.files[DATA].data),
        mark,
        identity,
        ledger.id,
        ledger.key,
        tuple(members.name_of(township) for township, _ in places),
        tuple(places),
        entries,
    )


def _no_chance(_count: int) -> bytes:
    raise NotOurKey


class HomeWorld(World):
    """Its townships are those of the copied ledger, in the order of the copy's `places`."""

    def __init__(self, copy: HomeCopy, plan: Plan, quiet: Iterable[str] = ()) -> None:
        count = len(copy.places)
        makes = dict.fromkeys(range(count), _kind(copy))
        # Everybody is given an address of everybody: the real ones are no business of a simulation.
        near, line = founding.mesh(count), LINES[plan.line]
        super().__init__(count, plan.seed, near=near, line=line, liars=makes, quiet=quiet)


def _kind(copy: HomeCopy) -> type[Town]:
    """The towns of this world: at the first place that of the copy, at the others mirrors."""

    class Copied(Town):
        def __init__(self, world: World, place: int, name: str, disk: Disk) -> None:
            del name, disk
            image = {DATA: copy.data}
            if place == 0 and copy.mark is not None:
                image[MARK] = copy.mark
            super().__init__(world, place, copy.names[place], Disk(image))
            self.identity = _owner(copy) if place == 0 else _public_only(copy, place)

        def _make_service(self, ground: Ground) -> Service:
            ground.book = _OneLedger(ground.db, copy.ledger)
            ledgers = _HandedOver(ground, copy.key)
            return Service(ground, ledgers) if self.place == 0 else _Mirror(ground, ledgers)

    return Copied


class _Mirror(Service):
    """Shows the card that its township signed at the founding, for it can sign none, and says nothing."""

    def card(self) -> Card:
        [ledger] = self.ledgers.all()
        return ledger.members.cards[ledger.me]

    def settle_ledger(self, ledger: Ledger, met: DeviceId | None = None) -> bool:
        del ledger, met
        return False


class _OneLedger(BookStore):
    """Invitations that are not in force yet name townships that this world does not have."""

    def __init__(self, db: Database, ledger: LedgerId) -> None:
        super().__init__(db)
        self._ledger = ledger

    def ledgers(self) -> list[LedgerRow]:
        return [row for row in super().ledgers() if row.id == self._ledger]


class _HandedOver(Ledgers):
    """The key of the ledger comes from the township that was copied: a mirror cannot unwrap its own."""

    def __init__(self, ground: Ground, key: SealingKey) -> None:
        self._key = key
        super().__init__(ground)

    def key_of(self, invitation: Invitation) -> SealingKey:
        del invitation
        return self._key


# --- keys ------------------------------------------------------------------------------------


class _Said(set[bytes]):
    """What a device signed in this world; what stood in the store before counts as said."""

    def __init__(self, before: frozenset[bytes]) -> None:
        super().__init__()
        self._before = before

    def __contains__(self, message: object) -> bool:
        return super().__contains__(message) or _vouches_for(message) in self._before


def _vouches_for(message: object) -> bytes:
    """The entry that a signed head names."""
    assert isinstance(message, bytes), "what is signed are bytes"
    signed = cbor.decode(message)
    assert isinstance(signed, list), "COSE signs an array"
    assert isinstance(signed[3], bytes), "its last part is what is said"
    head = cbor.decode(signed[3])
    assert isinstance(head, list), "a head is an array"
    assert isinstance(head[4], bytes), "that names an entry"
    return head[4]


class _Unheld(WitnessKey):
    """The public half of a key whose secret half is elsewhere."""

    __slots__ = ()

    def __init__(self, public: bytes, before: frozenset[bytes] = frozenset()) -> None:
        self.public = public
        self.signed = _Said(before)

    def sign(self, message: bytes) -> bytes:
        del message
        raise NotOurKey


def _owner(copy: HomeCopy) -> Identity:
    """The township's own keys; its device signs before a witness."""
    device = copy.identity.device
    witness = WitnessKey(device.sign.seed)
    witness.signed = _Said(copy.entries)
    return Identity(copy.identity.township, DeviceKeys(witness, device.tls, device.hpke))


def _public_only(copy: HomeCopy, place: int) -> Identity:
    township, device = copy.places[place]
    keys = DeviceKeys(_Unheld(device, copy.entries), _Unheld(b""), b"")
    return Identity(_Unheld(township), keys)
