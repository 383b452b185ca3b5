"""Bundles that were altered, and makers who lie: a sentence each, and nothing false in the store."""

from __future__ import annotations

import itertools
import random
from collections.abc import Iterable

import pytest

from node.errors import (
    BundleRefused,
)
from protocol.bundle import BundleReader
from tests.support.shelves import (
    SEALED,
    bundle_for,
    covered,
    empty,
    entry_ids,
    own_bundle,
    take,
    talk,
)
from tests.support.stumble import snapshot
from tests.support.townships import runs_for, together

pytestmark = pytest.mark.usefixtures("one_version")

# --- hostile -------------------------------------------------------------------------------------


def mutations(data: bytes, other: bytes, dice: random.Random) -> Iterable[bytes]:
    """Without an end: flips, cuts, moves, repeats, splices, extensions; always something else."""
    while True:
        raw = bytearray(data)
        at = dice.randrange(len(raw)) if dice.random() < 0.6 else dice.randrange(400)
        match dice.randrange(6):
            case 0 | 1:
                raw[at] ^= 1 << dice.randrange(8)
            case 2:
                del raw[at:]
            case 3:
                del raw[at : at + dice.randrange(1, 5000)]
            case 4:
                raw[at:at] = dice.randbytes(dice.randrange(1, 300))
            case _:
                raw[at : at + SEALED] = other[at : at + SEALED]
        if bytes(raw) != data:
            yield bytes(raw)


def test_five_thousand_altered_bundles_are_each_refused_in_one_sentence() -> None:
    """Into a store that holds what is in them, so that any change at all would be a wrong one."""
    members = together(2)
    talk(*members, words=6)
    maker, reader = members[0], empty("b", members[0])
    data = bundle_for(maker, members[1], everything=True)
    other = bundle_for(maker, members[1], everything=True)
    assert take(reader, data).whole
    before, dice, faults = snapshot(reader.service), random.Random(8), dict[str, int]()
    for altered in itertools.islice(mutations(data, other, dice), 5000):
        fault = take(reader, altered).fault
        assert fault is not None
        assert fault.say("zh")
        faults[type(fault).__name__] = faults.get(type(fault).__name__, 0) + 1
    assert faults.keys() == {"NotABundle", "BundleDamaged", "BundleCut", "NotForUs"}
    assert snapshot(reader.service) == before


def test_an_altered_bundle_gives_a_beginning_of_it_and_nothing_else() -> None:
    members = together(2)
    talk(*members, words=6)
    maker = members[0]
    data = bundle_for(maker, members[1], everything=True)
    steps = [entries for _, entries in covered(data, "b", maker)]
    dice = random.Random(9)
    for altered in itertools.islice(mutations(data, data[::-1], dice), 60):
        reader = empty("b", maker)
        take(reader, altered)
        assert entry_ids(reader) in steps
        assert reader.problems() == []


def test_what_a_member_seals_into_its_bundle_is_checked_as_on_the_line() -> None:
    one, other = together(2)
    one.create()
    good = runs_for(one.service, other.service, one.ledger.id)
    dice = random.Random(4)
    for _ in range(200):
        body = bytearray(good[0])
        body[dice.randrange(len(body))] ^= 1 << dice.randrange(8)
        reader = empty("b", one)
        outcome = take(reader, own_bundle(one, other, [bytes(body), *good]))
        assert isinstance(outcome.fault, BundleRefused)
        assert reader.entries() == 0, "it ends there"
    outcome = take(other, own_bundle(one, other, [*good, b"\x80"]))
    assert isinstance(outcome.fault, BundleRefused)
    assert other.entries() == one.entries(), "what stands before it counts"


# --- a planted bug --------------------------------------------------------------------------------


def runs_before_they_are_whole(patch: pytest.MonkeyPatch) -> None:
    """The reader gives what it has of a frame when the file ends."""
    sound = BundleReader.finish

    def finish(self: BundleReader) -> None:
        self.whole = True
        sound(self)

    patch.setattr(BundleReader, "finish", finish)


def test_a_planted_bug_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    runs_before_they_are_whole(monkeypatch)
    with pytest.raises(AssertionError):
        test_five_thousand_altered_bundles_are_each_refused_in_one_sentence()
