"""Ledger keys that members pass on, and whose statements are kept at all. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from crdt.chain import Chain
from crdt.entry import LedgerId
from crdt.lines import commitment
from crdt.statements import Devices, Proposal, Recovery, Statement
from keys import seal
from keys.card import Delegation
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
    """Those whose signer has anything to say here, as many as one may: the rest is nobody's word."""
    keys: set[bytes] = set(chain.devices)
    recoveries = {m.recovery for m in chain.members.values()}
    listed = [s.epoch for s in fresh if isinstance(s, Proposal)]
    listed += [p.epoch for r in chain.open.rounds for p in r.proposals]
    listed += [step.epoch for step in chain.steps]
    for epoch in listed:
        for member in epoch.members:
            keys |= {member.card.township} | {d.device for d in member.card.delegations}
            recoveries.add(member.recovery)
    for statement in fresh:
        if isinstance(statement, (Devices, Recovery)):
            keys |= {d.device for d in statement.card.delegations} | {statement.card.township}
            recoveries.add(statement.recovery)
    found: list[Statement] = []
    counts = dict(kept)
    for statement in fresh:
        signer = statement.signer
        recovers = isinstance(statement, Recovery) and commitment(signer) in recoveries
        count = counts.get(signer, 0)
        if (signer in keys or recovers) and count < STATEMENTS_PER_SIGNER:
            counts[signer] = count + 1
            found.append(statement)
    return found
