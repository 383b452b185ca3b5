"""Ledger keys that members pass on, and whose statements are kept at all. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet

from crdt.chain import Chain
from crdt.entry import LedgerId
from crdt.lines import commitment
from crdt.statements import Devices, Proposal, Recovery, Statement
from keys import seal
from keys.card import Card, Delegation
from keys.errors import CannotOpen
from keys.identity import DeviceId
from keys.limits import STATEMENTS_PER_SIGNER
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
    chain: Chain, keys: Iterable[SealingKey]
) -> list[tuple[SealingKey, list[Delegation]]]:
    """Members' devices for which nobody wrapped a key yet."""
    founding = set(chain.founding.delegations())
    found: list[tuple[SealingKey, list[Delegation]]] = []
    for key in keys:
        have = {d for g in chain.grants.get(key.id, ()) for d, _ in g.wraps}
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
    chain: Chain, kept: Mapping[bytes, int], fresh: Sequence[Statement]
) -> list[Statement]:
    """Those whose signer has anything to say here, as many as one may: the rest is nobody's word.

    A statement that names new keys lets those speak, if it may itself: the keys of whom a member proposes,
    the devices that a township announces. Nobody vouches for himself.
    """
    keys: set[bytes] = {*chain.devices, *kept}
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
    found: list[Statement] = []
    counts = dict(kept)
    for one in fresh:
        count = counts.get(one.signer, 0)
        if _may(one, keys, recoveries) and count < STATEMENTS_PER_SIGNER:
            counts[one.signer] = count + 1
            found.append(one)
    return found


def _named(card: Card) -> set[bytes]:
    return {card.township, *(d.device for d in card.delegations)}


def _may(
    statement: Statement, keys: AbstractSet[bytes], recoveries: AbstractSet[bytes | None]
) -> bool:
    recovers = isinstance(statement, Recovery) and commitment(statement.signer) in recoveries
    return recovers or statement.signer in keys
