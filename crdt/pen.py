"""Making statements: what `crdt.statements` reads, signed by one key. Knows nobody's say in anything."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from crdt.entry import LedgerId
from crdt.epoch import Epoch, EpochId
from crdt.statements import (
    PURPOSE,
    Acknowledgement,
    Approve,
    Consent,
    Devices,
    Erase,
    Fence,
    Grant,
    Proposal,
    Receipt,
    Recovery,
    Statement,
    StatementId,
    Vote,
    beginning_of,
    parse,
)
from keys import canonical, cose
from keys.canonical import Plain
from keys.card import Card
from keys.identity import DeviceId, SigningKey, TownshipId
from keys.seal import KeyId

_S = TypeVar("_S", bound=Statement)


class Pen:
    """Makes statements of one ledger in the name of one key. Each returns what `parse` reads back."""

    def __init__(self, ledger: LedgerId, key: SigningKey) -> None:
        self._ledger = ledger
        self._key = key

    def propose(self, epoch: Epoch, dead: tuple[tuple[Vote, ...], ...] = ()) -> Proposal:
        listed: list[Plain] = [[v.raw for v in votes] for votes in dead]
        return self._sign(Proposal, [len(dead), epoch.raw, listed])

    def vote(
        self,
        previous: EpochId,
        round_: int,
        on: Proposal | None,
        excluded: TownshipId | None,
        *,
        consent: Consent | None = None,
        fences: tuple[Fence, ...] = (),
    ) -> Vote:
        """`on`: the proposal, None: none of this round's."""
        may_miss = 0 if on is None else on.epoch.rules.may_miss
        choice = None if on is None else on.id
        told: list[Plain] = [f.plain() for f in fences]
        given = None if consent is None else consent.raw
        return self._sign(Vote, [previous, round_, choice, excluded, may_miss, given, told])

    def consent(self, proposal: StatementId) -> Consent:
        return self._sign(Consent, [proposal])

    def acknowledge(self, epoch: EpochId) -> Acknowledgement:
        return self._sign(Acknowledgement, [epoch])

    def grant(self, key_id: KeyId, wraps: dict[DeviceId, bytes]) -> Grant:
        return self._sign(Grant, [key_id, [[d, w] for d, w in sorted(wraps.items())]])

    def erase(
        self,
        epoch: EpochId,
        headers: Iterable[bytes],
        ground: str,
        reason: str,
    ) -> Erase:
        """`headers`: of the entries that began the records."""
        named = sorted({beginning_of(raw, self._ledger) for raw in headers})
        return self._sign(Erase, [epoch, [b.raw for b in named], ground, reason])

    def approve(self, order: StatementId) -> Approve:
        return self._sign(Approve, [order])

    def receipt(self, order: StatementId) -> Receipt:
        return self._sign(Receipt, [order])

    def devices(
        self,
        township: TownshipId,
        stand: tuple[int, int],
        card: Card,
        recovery: bytes | None,
        fences: tuple[Fence, ...] = (),
    ) -> Devices:
        told: list[Plain] = [f.plain() for f in fences]
        return self._sign(Devices, [township, *stand, card.raw, recovery, told])

    def recover(
        self,
        township: TownshipId,
        generation: int,
        card: Card,
        recovery: bytes | None,
        fences: tuple[Fence, ...] = (),
    ) -> Recovery:
        told: list[Plain] = [f.plain() for f in fences]
        return self._sign(Recovery, [township, generation, card.raw, recovery, told])

    def _sign(self, kind: type[_S], rest: list[Plain]) -> _S:
        body = canonical.encode([1, kind.NUMBER, self._ledger, self._key.public, *rest])
        made = parse(cose.sign(self._key, body, PURPOSE).raw)
        assert isinstance(made, kind), "what was made reads back as what it is"
        return made
