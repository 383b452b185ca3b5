"""Three townships that enter, share, withdraw, erase, lose and meet as it comes, with sealed records.

It keeps its own list of what was said to whom, and at the end compares the world with that.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from crdt.deeds import Share, Wrap
from crdt.entry import Entry, EntryId, RecordId, open_payload
from crdt.statements import Approve, Erase
from crdt.verdicts import EntryState
from keys import seal
from keys.errors import CannotOpen, MulinError
from keys.identity import DeviceId, TownshipId
from node import seals
from node.seals import Seals
from node.service import Service
from node.writing import Opening
from tests.support.townships import POST, Town, agree, exchange, runs_for, together

CANARY = slice(20, 60)
"""Of a payload: so many bytes of its ciphertext are nowhere else."""
who, which = st.integers(0, 2), st.integers(0, 5)


@dataclass
class Told:
    """A sealed record as the machine knows it. `granted`: as its home last said, in its own order."""

    id: RecordId
    home: Town
    granted: set[TownshipId]
    ever: set[TownshipId]
    payloads: dict[EntryId, tuple[bytes, str]] = field(default_factory=dict)
    """Of what was written: its ciphertext, and what was typed."""


class Sealed(RuleBasedStateMachine):
    @initialize(readers=st.sets(who))
    def begin(self, readers: set[int]) -> None:
        self.towns = together(3)
        self.case = self.towns[0].create()
        exchange(*self.towns)
        self.told: list[Told] = []
        self.copies: dict[str, tuple[bytes, int]] = {}
        self.restored: set[str] = set()
        self.count = 0
        self.create(0, readers)
        exchange(*self.towns)

    # --- what happens ------------------------------------------------------------------------

    @rule(at=who, readers=st.sets(who))
    def create(self, at: int, readers: set[int]) -> None:
        if len(self.told) >= 4:
            return
        town = self.towns[at]
        others = {self.towns[n].ledger.me for n in readers} - {town.ledger.me}
        alias = f"甲方{len(self.told) + 1}"
        typed = {"alias": alias, "role": "applicant", "name": self._word()}
        shares = tuple(Share(t, "mediation", POST) for t in sorted(others))
        opening = Opening(self.case, shares)
        record = town.service.create(town.ledger, "party", typed, POST, opening=opening)
        told = Told(record, town, others, others | {town.ledger.me})
        self.told.append(told)
        beginning = self._stored(town, record)
        told.payloads[beginning.id] = (beginning.payload or b"", typed["name"])

    @rule(at=which, to=who)
    def grant(self, at: int, to: int) -> None:
        told, town = self._told(at), self.towns[to]
        with contextlib.suppress(MulinError):
            share = Share(town.ledger.me, "mediation")
            told.home.service.granting.grant(told.home.ledger, told.id, share)
            told.granted.add(town.ledger.me)
            told.ever.add(town.ledger.me)

    @rule(at=which, to=who)
    def withdraw(self, at: int, to: int) -> None:
        told, other = self._told(at), self.towns[to].ledger.me
        with contextlib.suppress(MulinError):
            told.home.service.granting.withdraw(told.home.ledger, told.id, other, "退出")
            told.granted.discard(other)

    @rule(at=which, by=who, name=st.sampled_from(("address", "phone")))
    def edit(self, at: int, by: int, name: str) -> None:
        told, town = self._told(at), self.towns[by]
        word = self._word() if name == "address" else f"139{self.count:08}"
        self.count += 1
        with contextlib.suppress(MulinError):
            entry = EntryId(town.say(told.id, **{name: word}))
            stored = town.service.ground.log.entry(entry)
            assert stored is not None
            told.payloads[entry] = (stored.payload or b"", word)

    @rule(at=which, by=who, to=who)
    def edit_and_tell(self, at: int, by: int, to: int) -> None:
        self.edit(at, by, "address")
        self.hear(by, to, 99)

    @rule(at=which, by=who)
    def order(self, at: int, by: int) -> None:
        town = self.towns[by]
        with contextlib.suppress(MulinError):
            town.service.erasing.order(town.ledger, [self._told(at).id], "on_request", "")

    @rule(by=who, at=which)
    def approve(self, by: int, at: int) -> None:
        town = self.towns[by]
        orders = list(town.ledger.erasures.orders)
        if orders:
            with contextlib.suppress(MulinError):
                town.service.erasing.approve(town.ledger, orders[at % len(orders)])

    @rule(at=which, by=who)
    def erase(self, at: int, by: int) -> None:
        """Its home orders it, and another hears of that and agrees at once."""
        told, other = self._told(at), self.towns[by]
        if other is told.home:
            return
        with contextlib.suppress(MulinError):
            home = told.home
            order = home.service.erasing.order(home.ledger, [told.id], "on_request", "")
            papers(home, other)
            other.service.erasing.approve(other.ledger, order)
            papers(home, other)

    @rule(one=who, other=who, most=st.sampled_from((0, 1, 2, 99)))
    def meet(self, one: int, other: int, most: int) -> None:
        """Papers both ways, and then so many runs each way: the connection may break."""
        if one != other:
            papers(self.towns[one], self.towns[other])
            self.hear(one, other, most)
            self.hear(other, one, most)

    @rule(one=who, other=who, most=st.sampled_from((1, 99)))
    def hear(self, one: int, other: int, most: int) -> None:
        """One that tells all it has, and listens to nothing: not even to what was ordered."""
        if one != other:
            giver, taker = self.towns[one], self.towns[other]
            papers(giver, to=taker)
            ledger = taker.ledger
            vector = giver.service.replica.vector(ledger.id)
            taker.service.ingest.peer_knows_more(ledger, vector)
            for body in runs_for(giver.service, taker.service, ledger.id)[:most]:
                taker.service.ingest.take(ledger, body)

    @rule(one=who, other=who)
    def meet_wholly(self, one: int, other: int) -> None:
        self.meet(one, other, 99)

    @rule(at=who)
    def tidy(self, at: int) -> None:
        self.towns[at].service.erasing.tidy()

    @rule(at=who)
    def copy(self, at: int) -> None:
        town = self.towns[at]
        self.copies[town.label] = (town.service.ground.db.conn.serialize(), len(self.told))

    @rule(at=who)
    def restore(self, at: int) -> None:
        """An old copy is brought back; what is signed since nobody else may ever have seen."""
        town = self.towns[at]
        if town.label in self.copies:
            restore(town, self.copies[town.label][0])
            self.restored.add(town.label)

    def _word(self) -> str:
        self.count += 1
        return f"第{self.count}句话"

    def _told(self, at: int) -> Told:
        return self.told[at % len(self.told)]

    def _stored(self, town: Town, record: RecordId) -> Entry:
        row = town.service.ground.db.one("SELECT id FROM entries WHERE record=?", record)
        assert row is not None
        entry = town.service.ground.log.entry(EntryId(row[0]))
        assert entry is not None
        return entry

    # --- what has to be true -----------------------------------------------------------------

    def teardown(self) -> None:
        if not getattr(self, "told", None):
            return
        for _ in range(2):
            for _ in self.towns:
                papers(*self.towns)
                exchange(*self.towns)
            for town in self.towns:
                town.service.erasing.tidy()
        papers(*self.towns)
        exchange(*self.towns)
        for told in self.told:
            if self._lives(told):
                self._check(told)
        agree(*self.towns)

    def _lives(self, told: Told) -> bool:
        """Unless its home lost it before anybody had it."""
        return told.home.service.ground.seals.beginning(told.home.ledger.n, told.id) is not None

    def _check(self, told: Told) -> None:
        if self._is_ordered(told):
            for town in self.towns:
                assert _payloads(town, told.id) == 0, "what is erased is gone"
                held = town.service.ground.db.conn.serialize()
                for payload, _ in told.payloads.values():
                    assert payload[CANARY] not in held, "from every page"
            return
        readers = told.home.service.seals.readers(told.home.ledger, told.id)
        if told.home.label not in self.restored:
            assert readers == told.granted | {told.home.ledger.me}
        reading = [t for t in self.towns if t.ledger.me in readers]
        for town in self.towns:
            assert town.service.seals.readers(town.ledger, told.id) == readers
            assert _without_payload(town, told.id) == 0, "nobody erased it"
            if town.ledger.me not in told.ever:
                assert not list(keys_of(town, told.id)), "who was never granted holds no key"
        states = [_states(town, told.id) for town in reading]
        assert all(s == states[0] for s in states)
        assert not {EntryState.CLOSED, EntryState.VOID, EntryState.WAITING} & set(
            states[0].values()
        )
        for town in reading:
            for entry, state in states[0].items():
                if state == EntryState.APPLIED:
                    assert told.payloads[entry][1] in _read(town, told.id, entry)

    def _is_ordered(self, told: Told) -> bool:
        """Told from the statements that are anywhere, one after the other."""
        every = {s.id: s for town in self.towns for s in town.ledger.statements.values()}
        owner = {DeviceId(t.service.device): t.label for t in self.towns}
        for order in every.values():
            if isinstance(order, Erase) and told.id in {b.record for b in order.records}:
                by = {
                    owner[DeviceId(s.signer)]
                    for s in every.values()
                    if s is order or (isinstance(s, Approve) and s.order == order.id)
                }
                if len(by) >= 2 and told.home.label in by:
                    return True
        return False


# --- looking ----------------------------------------------------------------------------------------


def papers(*members: Town, to: Town | None = None) -> None:
    """What a session does before any entry: all hear what the others know to be signed."""
    for giver in members:
        for taker in members if to is None else (to,):
            for part in giver.service.replica.papers(giver.ledger.id):
                taker.service.ledgers.merge(part)


def restore(town: Town, copy: bytes) -> None:
    """The database as it was; what this device knows of how far it had signed stays."""
    town.close()
    ground = town.open(town.service.ground.high_water).ground
    ground.db.conn.deserialize(copy)
    town.service = Service(ground)


def keys_of(town: Town, record: RecordId) -> Iterator[bytes]:
    """Whatever this town's device can open of all that was ever wrapped for anybody in any entry."""
    ledger, private = town.ledger, town.service.ground.identity.device.hpke
    device = DeviceId(town.service.device)
    for (entry_id,) in town.service.ground.db.rows("SELECT id FROM entries"):
        entry = town.service.ground.log.entry(EntryId(entry_id))
        if entry is None or entry.header.record != record or entry.payload is None:
            continue
        _, deeds = town.service.records.deeds.judge(ledger, entry)
        for deed in deeds:
            for _, wrapped in deed.wraps if isinstance(deed, Wrap) else ():
                assert isinstance(deed, Wrap)
                with contextlib.suppress(CannotOpen):
                    info = seals._info(ledger, record, deed.key_id, device)
                    yield seal.unwrap(wrapped, private, info)


def _payloads(town: Town, record: RecordId) -> int:
    return _count(town, record, "NOTNULL")


def _without_payload(town: Town, record: RecordId) -> int:
    return _count(town, record, "ISNULL")


def _count(town: Town, record: RecordId, what: str) -> int:
    row = town.service.ground.db.one(
        f"SELECT count(*) FROM entries WHERE record=? AND payload {what}", record
    )
    return int(row[0]) if row else 0


def _states(town: Town, record: RecordId) -> dict[EntryId, EntryState]:
    rows = town.service.ground.db.rows("SELECT id, state FROM entries WHERE record=?", record)
    return {EntryId(row[0]): EntryState(row[1]) for row in rows}


def _read(town: Town, record: RecordId, entry_id: EntryId) -> str:
    entry = town.service.ground.log.entry(entry_id)
    assert entry is not None
    held: Seals = town.service.seals
    key = held.keys(town.ledger, record)[entry.header.key_id]
    return repr(open_payload(entry, key)[0].operations)
