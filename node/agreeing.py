"""Texts that townships confirm: who confirmed which, one's own confirmation, and the certificate of them.

A certificate gives a key away, so nobody's word is taken that the key opens nothing else: whatever this node
holds is asked. Knows no kind by name, no terminal and no face.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from crdt.agreed import Confirmation, confirmations, covered_text, hash_of, state_field, text_hash
from crdt.certificate import Party, pack
from crdt.entry import Entry, RecordId
from crdt.errors import Stale
from crdt.kinds import kind_named
from crdt.operations import Set
from crdt.record import Record
from keys.identity import TownshipId
from node.agreederrors import NobodyConfirmed, NotFinal, TextDisputed
from node.ground import Ground
from node.ledgers import Ledger, Ledgers
from node.ownkeys import OwnKeys
from node.paths import path_above
from node.seals import Seals


class Stand(enum.StrEnum):
    """What a township says of the text as it is now."""

    CONFIRMED = "confirmed"
    EARLIER = "earlier"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Agreement:
    """`hash`: of the text now, None while it is not one text; `stands`: of everybody who may read it."""

    hash: bytes | None
    stands: dict[TownshipId, Stand]


@dataclass(frozen=True, slots=True)
class Made:
    """A certificate, and the townships that may read the text and are not in it."""

    raw: bytes
    missing: tuple[TownshipId, ...]


def confirmation(held: Record, me: TownshipId) -> Set:
    """What a township states that confirms the text now. Raises NotFinal, TextDisputed, Stale."""
    kind, facts = kind_named(held.shared.kind), held.facts()
    assert kind.agreed is not None, "only what is agreed is confirmed"
    machine = state_field(kind)
    states = facts.candidates(machine.name)
    if states.differ:
        raise Stale(field=machine.label)
    if kind.agreed.open.intersection(states.values):
        assert machine.states is not None, "it is a state machine"
        raise NotFinal(state=machine.states.labels[kind.agreed.draft])
    now = text_hash(held.id, facts)
    if now is None:
        raise TextDisputed
    key = f"{kind.agreed.confirmed}/{me.hex()}"
    standing = facts.candidates(key)
    return Set(key, now, standing.ids if standing.differ else ())


class Agreeing:
    """Confirmed texts of every ledger of this node."""

    def __init__(self, ground: Ground, ledgers: Ledgers, seals: Seals, keys: OwnKeys) -> None:
        self._ground = ground
        self._ledgers = ledgers
        self._seals = seals
        self._keys = keys

    def of(self, ledger: Ledger, held: Record) -> Agreement:
        """Who confirmed what. A township that says two things has confirmed neither."""
        now = text_hash(held.id, held.facts())
        stands = dict.fromkeys(self._readers(ledger, held), Stand.NONE)
        for township, said in _by_township(held).items():
            agrees = now is not None and all(c.hash == now for c in said)
            stands[township] = Stand.CONFIRMED if agrees else Stand.EARLIER
        return Agreement(now, stands)

    def certificate(self, ledger: Ledger, held: Record) -> Made:
        """The confirmations of the text now as one thing to give away. Raises TextDisputed,
        NobodyConfirmed."""
        text = covered_text(held.id, held.facts())
        if text is None:
            raise TextDisputed
        now, parties, found = hash_of(text), list[Party](), set[TownshipId]()
        for township, said in _by_township(held).items():
            if any(c.hash != now for c in said):
                continue
            for one in said:
                if (party := self._party(ledger, held.id, one)) is not None:
                    parties.append(party)
                    found.add(township)
                    break
        if not parties:
            raise NobodyConfirmed
        missing = tuple(t for t in self._readers(ledger, held) if t not in found)
        return Made(pack(text, parties), missing)

    def _readers(self, ledger: Ledger, held: Record) -> list[TownshipId]:
        """Who takes part: everybody who may read it now, who entered it first."""
        if not self._seals.is_sealed(ledger, held.id):
            return list(ledger.members.cards)
        return sorted(self._seals.readers(ledger, held.id), key=lambda t: (t != held.home, t))

    def _party(self, ledger: Ledger, record: RecordId, one: Confirmation) -> Party | None:
        """What shows that a township confirmed; None where that cannot be shown to others: no card speaks
        for its device, or the entry's key may open something else."""
        entry, log = self._ground.log.entry(one.entry), self._ground.log
        if entry is None or entry.payload is None:
            return None
        card = self._keys.card_naming(ledger, entry.header.device)
        key = self._seals.keys(ledger, record).get(entry.header.key_id)
        if key is None or card is None or card.township != one.township:
            return None
        number = log.number(ledger.n, entry.log)
        if number is None or not self._opens_nothing_else(ledger, record, entry):
            return None
        headers, head = path_above(log, number, entry.id)
        return Party(card, key.secret, entry.payload, tuple(headers), head) if head else None

    def _opens_nothing_else(self, ledger: Ledger, record: RecordId, entry: Entry) -> bool:
        named = entry.header.key_id
        made = self._seals.sealing(ledger, record).keys.get(named)
        if made is None or not made.once:
            return False
        listed = self._ground.log.of_record(ledger.n, record)
        if any(e.header.key_id == named and e.id != entry.id for e in listed):
            return False
        for known in self._ledgers.all():
            others = (r for r in self._ground.seals.records(known.n) if r != record)
            if named in known.keys or any(
                named in self._seals.sealing(known, other).keys for other in others
            ):
                return False
        return True


def _by_township(held: Record) -> dict[TownshipId, list[Confirmation]]:
    found: dict[TownshipId, list[Confirmation]] = {}
    for one in confirmations(held.facts()):
        found.setdefault(one.township, []).append(one)
    return found
