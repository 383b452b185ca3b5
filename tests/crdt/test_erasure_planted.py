"""Planted bugs about orders of erasure: the oracle of test_erasure finds each."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from crdt import erasure
from crdt.chain import Chain
from crdt.epoch import Epoch
from crdt.erasure import Erasures, Standing
from crdt.statements import (
    Approve,
    Beginning,
    Erase,
    Receipt,
    Statement,
)
from keys.identity import DeviceId, TownshipId
from tests.crdt.test_erasure import LAST, Said, _checks, about_one, sets

# --- planted --------------------------------------------------------------------------------------


def _any_device_is_one(standing: Standing, chain: Chain, signer: bytes) -> None:
    if chain.devices.get(DeviceId(signer)) is not None:
        standing.approved.add(TownshipId(signer))
        _APPROVE(standing, chain, signer)


def _members_of_any_epoch(standing: Standing, chain: Chain, signer: bytes) -> None:
    if (device := chain.devices.get(DeviceId(signer))) is not None:
        standing.approved.add(device.township)


def _only_who_writes_now(standing: Standing, chain: Chain, signer: bytes) -> None:
    device = chain.devices.get(DeviceId(signer))
    if device is not None and not device.gone:
        _APPROVE(standing, chain, signer)


class _HomeIsNotAsked(Standing):
    def agrees(self, home: TownshipId) -> bool:
        return bool(home)


class _OfNobodyIsOfAll(Standing):
    def reaches(self, begun: Beginning) -> bool:
        ours = self.homes.get(begun.record)
        agreed = ours is None or self.agrees(ours)
        return self.in_force and begun.epoch <= self.epoch and agreed


class _LaterToo(Standing):
    def reaches(self, begun: Beginning) -> bool:
        home = self.homes.get(begun.record)
        return self.in_force and home is not None and self.agrees(home)


class _MoreThanEnough(Standing):
    @property
    def in_force(self) -> bool:
        return len(self.approved) > self.needed


def _of_who_orders(chain: Chain, order: Erase, epoch: Epoch) -> Standing:
    found, device = _STANDING(chain, order, epoch), chain.devices.get(DeviceId(order.signer))
    if device is not None:
        found.homes = dict.fromkeys(found.homes, device.township)
    return found


def _every_epoch(chain: Chain) -> list[Epoch]:
    return [step.epoch for step in chain.steps]


def _each_by_itself(chain: Chain) -> list[Epoch]:
    return [
        step.epoch
        for step in chain.steps
        if not step.epoch.number
        or step.epoch.townships() <= chain.known_to.get(step.epoch.id, set())
    ]


def _the_last_one(chain: Chain) -> list[Epoch]:
    return _FINAL_EPOCHS(chain)[-1:]


def _takes_back(chain: Chain, statements: Sequence[Statement]) -> Erasures:
    listed = [s for s in statements if isinstance(s, (Erase, Approve, Receipt))]
    return _ERASURES_OF(chain, listed[:30])


_APPROVE, _ERASURES_OF, _STANDING = erasure._approve, erasure.erasures_of, erasure._standing
_FINAL_EPOCHS = erasure.final_epochs


@pytest.mark.parametrize(
    ("name", "bug"),
    (
        ("_approve", _any_device_is_one),
        ("_approve", _members_of_any_epoch),
        ("_approve", _only_who_writes_now),
        ("Standing", _HomeIsNotAsked),
        ("Standing", _OfNobodyIsOfAll),
        ("Standing", _LaterToo),
        ("Standing", _MoreThanEnough),
        ("_standing", _of_who_orders),
        ("final_epochs", _every_epoch),
        ("final_epochs", _each_by_itself),
        ("final_epochs", _the_last_one),
        ("erasures_of", _takes_back),
        ("min", max),
    ),
)
def test_planted_bugs_are_found(
    monkeypatch: pytest.MonkeyPatch, name: str, bug: Callable[..., object]
) -> None:
    monkeypatch.setattr(erasure, name, bug, raising=False)
    with pytest.raises(AssertionError):
        _search()


@given(said=about_one | sets, more=sets, at=st.integers(0, LAST), data=st.data())
@settings(
    deadline=None,
    max_examples=3_000,
    derandomize=True,
    database=None,
    report_multiple_bugs=False,
    phases=(Phase.generate,),
)
def _search(said: list[Said], more: list[Said], at: int, data: st.DataObject) -> None:
    _checks(said, data.draw(st.permutations(said)), more, at)
