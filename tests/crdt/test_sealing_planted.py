"""Planted bugs about who may read: the oracle of test_sealing finds each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from crdt import sealing
from crdt.deeds import About, Share, Withdraw, Wrap
from crdt.entry import EntryId
from crdt.sealing import Key, Keying, Sealing, _Order
from crdt.sealing import sealing_of as sealing_as_it_is
from keys.identity import DeviceId, TownshipId
from keys.seal import KeyId
from tests.crdt.test_sealing import DEVICES, HOME, ODD, Entries, _checks, _id, worlds

# --- planted --------------------------------------------------------------------------------------


class _OnlyParents(_Order):
    def _add(self, entry: EntryId, keying: Keying, parents: Sequence[EntryId]) -> None:
        super()._add(entry, keying, parents)
        self._past[entry] = self.among(parents)


class _AllIsHere(_Order):
    def whole(self, entry: EntryId) -> bool:
        return bool(entry)


class _AllParentsAreHere(_Order):
    def _add(self, entry: EntryId, keying: Keying, parents: Sequence[EntryId]) -> None:
        super()._add(entry, keying, parents)
        self._whole[entry] = len(parents) == len(keying.parents)


class _SomethingIsHere(_Order):
    def _add(self, entry: EntryId, keying: Keying, parents: Sequence[EntryId]) -> None:
        super()._add(entry, keying, parents)
        self._whole[entry] = all(self._whole[p] for p in parents)


Listed = Sequence[tuple[Keying, Wrap]]


def _nobody_made_it(
    key_id: KeyId, listed: Listed, order: _Order, gone: AbstractSet[TownshipId]
) -> Key:
    return replace(_KEY(key_id, listed, order, gone), makers=set())


def _whole_for_one(
    key_id: KeyId, listed: Listed, order: _Order, gone: AbstractSet[TownshipId]
) -> Key:
    whole = any(order.whole(keying.entry) for keying, _ in listed)
    return replace(_KEY(key_id, listed, order, gone), whole=whole)


def _the_withdrawn_are_believed(
    key_id: KeyId, listed: Listed, order: _Order, gone: AbstractSet[TownshipId]
) -> Key:
    assert gone is not None
    return _KEY(key_id, listed, order, frozenset())


def _a_share_beats_a_withdrawal(
    found: Sealing,
    township: TownshipId,
    listed: Sequence[tuple[EntryId, Share | Withdraw]],
    order: _Order,
) -> None:
    here = {e: order.among([e]) for e, _ in listed}
    last = [(e, d) for e, d in listed if not any(order.follows(o, here[e]) for o, _ in listed)]
    given_ = [(e, d) for e, d in last if isinstance(d, Share)]
    _SETTLE(found, township, given_ or last, order)


def _strangers_count(home: TownshipId | None, keyings: Sequence[Keying]) -> Sealing:
    welcome = Keying(_id("welcome"), HOME, (), (Share(ODD, ""), Withdraw(ODD, ())))
    found = sealing_as_it_is(home, [*keyings, welcome])
    found.ended.pop(ODD, None)
    found.heads = tuple(h for h in found.heads if h != welcome.entry)
    return found


def _what_came_last_counts(home: TownshipId | None, keyings: Sequence[Keying]) -> Sealing:
    listed = list(keyings)
    found = sealing_as_it_is(home, listed)
    said = [d for k in listed if k.township == home for d in k.deeds if isinstance(d, About)]
    found.about = said[-1].record if said else None
    return found


class _AnyKey(Sealing):
    def to_write(
        self, held: Any, readers: AbstractSet[TownshipId], devices: AbstractSet[DeviceId]
    ) -> KeyId | None:
        for key in self.keys.values():
            key.once = False
        return Sealing.to_write(self, held, readers, devices)


class _WhoeverMadeIt(Sealing):
    def to_write(
        self, held: Any, readers: AbstractSet[TownshipId], devices: AbstractSet[DeviceId]
    ) -> KeyId | None:
        for key in self.keys.values():
            key.whole = True
        return Sealing.to_write(self, held, readers, devices)


class _HeldByAnybody(Sealing):
    def to_write(
        self, held: Any, readers: AbstractSet[TownshipId], devices: AbstractSet[DeviceId]
    ) -> KeyId | None:
        return Sealing.to_write(self, held, readers, {*devices, *DEVICES.values()})


_KEY, _SETTLE = sealing._key, sealing._settle


@pytest.mark.parametrize(
    ("name", "bug"),
    (
        ("_Order", _OnlyParents),
        ("_Order", _AllIsHere),
        ("_key", _the_withdrawn_are_believed),
        ("_Order", _AllParentsAreHere),
        ("_Order", _SomethingIsHere),
        ("_key", _nobody_made_it),
        ("_key", _whole_for_one),
        ("_settle", _a_share_beats_a_withdrawal),
        ("sealing_of", _strangers_count),
        ("sealing_of", _what_came_last_counts),
        ("Sealing", _AnyKey),
        ("Sealing", _WhoeverMadeIt),
        ("Sealing", _HeldByAnybody),
    ),
)
def test_planted_bugs_are_found(
    monkeypatch: pytest.MonkeyPatch, name: str, bug: Callable[..., object]
) -> None:
    monkeypatch.setattr(sealing, name, bug)
    with pytest.raises(AssertionError):
        _search()


@given(world=worlds(), data=st.data())
@settings(
    deadline=None,
    max_examples=3_000,
    derandomize=True,
    database=None,
    report_multiple_bugs=False,
    phases=(Phase.generate,),
)
def _search(world: Entries, data: st.DataObject) -> None:
    _checks(world, data.draw(st.permutations(world)))
