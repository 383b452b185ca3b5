"""Ledger keys that members pass on, and whose statements are kept at all. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from crdt.chain import Chain
from crdt.entry import LedgerId
from crdt.lines import commitment
from crdt.statements import (
    Acknowledgement,
    Approve,
    Consent,
    Devices,
    Erase,
    Grant,
    Proposal,
    Receipt,
    Recovery,
    Statement,
    Vote,
)
from keys import seal
from keys.card import Card, Delegation
from keys.errors import CannotOpen
from keys.identity import DeviceId, TownshipId
from keys.limits import (
    ERASURES_PER_SIGNER,
    GRANTS_PER_SIGNER,
    PROPOSALS_PER_SIGNER,
    STATEMENTS_PER_SIGNER,
)
from keys.seal import KEY_BYTES, KeyId, SealingKey

_WRAP = b"mulin/grant/1"
Wrap = Callable[[bytes, bytes, bytes], bytes]
"""`keys.seal.wrap`, or what does the same."""


def wrapped(wrap: Wrap, ledger: LedgerId, key: SealingKey, device: Delegation) -> bytes:
    """A ledger key for one device."""
    return wrap(key.secret, device.hpke_public, _info(ledger, key.id, device.device))


def granted(
    chain: Chain, known: Mapping[KeyId, SealingKey], device: DeviceId, private: bytes
) -> dict[KeyId, SealingKey]:
    """Keys that somebody wrapped for a device and that it lacks; a key is what its id commits to."""
    found: dict[KeyId, SealingKey] = {}
    for key_id, grants in chain.grants.items():
        wraps = [w for g in grants for d, w in g.wraps if d == device]
        for wrap in wraps if key_id not in known else ():
            try:
                secret = seal.unwrap(wrap, private, _info(chain.founding.id, KeyId(key_id), device))
            except CannotOpen:
                continue
            if len(secret) == KEY_BYTES and seal.key_id(secret) == key_id:
                found[KeyId(key_id)] = SealingKey(secret)
                break
    return found


def ungranted(
    chain: Chain, keys: Iterable[SealingKey], me: TownshipId
) -> list[tuple[SealingKey, list[Delegation]]]:
    """Members' devices for which we have wrapped no key yet: what others say they wrapped may be nothing."""
    ours = {d for d, s in chain.devices.items() if s.township == me}
    founding = set(chain.founding.delegations())
    found: list[tuple[SealingKey, list[Delegation]]] = []
    for key in keys:
        have = {d for g in chain.grants.get(key.id, ()) if g.signer in ours for d, _ in g.wraps}
        if key.id == chain.founding.key_id:
            have |= founding
        lack = [
            s.delegation for d, s in sorted(chain.devices.items()) if not s.gone and d not in have
        ]
        if lack:
            found.append((key, lack))
    return found


def _info(ledger: LedgerId, key: KeyId, device: DeviceId) -> bytes:
    return _WRAP + ledger + key + device


def admissible(
    chain: Chain, kept: Iterable[Statement], fresh: Sequence[Statement]
) -> list[Statement]:
    """Those whose signer has anything to say here, as many as one may: the rest is nobody's word.

    A statement that names new keys lets those speak, if it may itself: the keys of whom a member proposes,
    the devices that a township announces. Nobody vouches for himself. What is counted has places of its own
    (`_Room`), so that a flood never keeps out what others count.
    """
    known = list(kept)
    keys: set[bytes] = {*chain.devices, *(s.signer for s in known)}
    recoveries = {m.recovery for m in chain.members.values()}
    epochs = [step.epoch for step in chain.steps]
    epochs += [p.epoch for r in chain.open.rounds for p in r.proposals]
    for member in [*chain.members.values(), *(m for e in epochs for m in e.members)]:
        keys |= _named(member.card)
        recoveries.add(member.recovery)
    naming = [s for s in fresh if isinstance(s, (Proposal, Devices, Recovery))]
    while speak := [s for s in naming if _may(s, keys, recoveries)]:
        naming = [s for s in naming if s not in speak]
        for statement in speak:
            if isinstance(statement, Proposal):
                keys |= {k for m in statement.epoch.members for k in _named(m.card)}
                recoveries |= {m.recovery for m in statement.epoch.members}
            else:
                keys |= {statement.signer, *_named(statement.card)}
                recoveries.add(statement.recovery)
    room = _Room(chain, [*known, *fresh])
    for one in _votes_first(known):
        room.take(one)
    taken = {s.id for s in _votes_first(fresh) if _may(s, keys, recoveries) and room.take(s)}
    return [s for s in fresh if s.id in taken]


def _votes_first(statements: Iterable[Statement]) -> list[Statement]:
    """A vote or an approval that is kept makes room for what it is for."""
    return sorted(statements, key=lambda s: not isinstance(s, (Vote, Approve)))


class _Room:
    """How many statements of which kind are kept. Two different votes of a device in a round prove that it
    voted twice, and no third tells more; a proposal that another voted for is always kept. What is about
    nothing known here (yet) shares one room, or a flood would invent what it is about."""

    def __init__(self, chain: Chain, heard: Iterable[Statement]) -> None:
        self._epochs = {step.epoch.id for step in chain.steps}
        listed = list(heard)
        self._proposals = {s.id for s in listed if isinstance(s, (Proposal, Devices, Recovery))}
        self._orders = {s.id for s in listed if isinstance(s, Erase)}
        self._voted: set[tuple[bytes, bytes]] = set()
        self._counts: Counter[tuple[object, ...]] = Counter()

    def take(self, one: Statement) -> bool:
        """Whether it finds room; it takes it then."""
        place, most = self._place(one)
        if self._counts[place] >= most:
            return isinstance(one, (Proposal, Erase)) and self._is_wanted(one)
        self._counts[place] += 1
        if isinstance(one, Vote) and one.choice is not None:
            self._voted.add((one.choice, one.signer))
        if isinstance(one, Approve):
            self._voted.add((one.order, one.signer))
        return True

    def _place(self, one: Statement) -> tuple[tuple[object, ...], int]:
        match one:
            case Vote() if one.previous in self._epochs:
                return (Vote, one.signer, one.previous, one.round), 2
            case Proposal() if one.epoch.previous in self._epochs:
                return (Proposal, one.signer, one.epoch.previous), PROPOSALS_PER_SIGNER
            case Consent() if one.proposal in self._proposals:
                return (Consent, one.signer, one.proposal), 2
            case Acknowledgement() if one.epoch in self._epochs:
                return (Acknowledgement, one.signer, one.epoch), 1
            case Grant():
                return (Grant, one.signer), GRANTS_PER_SIGNER
            case Erase() if one.epoch in self._epochs:
                return (Erase, one.signer), ERASURES_PER_SIGNER
            case Approve() | Receipt() if one.order in self._orders:
                return (type(one), one.signer, one.order), 1
            case Devices() | Recovery():
                return (Devices, one.signer), STATEMENTS_PER_SIGNER
        return (None, one.signer), STATEMENTS_PER_SIGNER

    def _is_wanted(self, one: Proposal | Erase) -> bool:
        """Whether another than its signer is for it."""
        return any(c == one.id and s != one.signer for c, s in self._voted)


def _named(card: Card) -> set[bytes]:
    return {card.township, *(d.device for d in card.delegations)}


def _may(
    statement: Statement, keys: AbstractSet[bytes], recoveries: AbstractSet[bytes | None]
) -> bool:
    recovers = isinstance(statement, Recovery) and commitment(statement.signer) in recoveries
    return recovers or statement.signer in keys
