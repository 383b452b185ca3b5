"""Ledgers on a stick: cut, out of order, twice, for somebody else; forks, old copies, the receipt back."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from node import bundles
from node.bundles import Bundles, Outcome
from node.errors import (
    BundleMissing,
    ForeignBundle,
    NobodyElse,
    NotInForce,
    StrangeMaker,
)
from node.reading import Reading
from node.store import log as log_store
from protocol.errors import BundleCut, NotABundle, NotForUs
from tests.node.test_old_copies import bring_back, keep_copy
from tests.protocol.author import Author
from tests.support.people import identity
from tests.support.shelves import (
    bundle_for,
    covered,
    empty,
    entry_ids,
    own_bundle,
    receipt_for,
    take,
    talk,
)
from tests.support.stumble import snapshot
from tests.support.townships import Town, agree, exchange, give, runs_for, together, towns

pytestmark = pytest.mark.usefixtures("one_version")


def test_one_cut_anywhere_keeps_what_its_checkpoints_cover(monkeypatch: pytest.MonkeyPatch) -> None:
    """From the shortest to the whole into one store: after each cut it holds exactly what it must."""
    monkeypatch.setattr(bundles, "RUN_BYTES", 700)
    members = together(3)
    talk(*members, words=10)
    maker, other, _ = members
    data = bundle_for(maker, other, everything=True)
    steps = covered(data, "b", maker)
    assert len({len(e) for _, e in steps}) > 3, "it grows in steps"
    reader, dice = empty("b", maker), random.Random(2)
    near = {at + n for at, _ in steps for n in (-1, 0, 1)}
    for n in range(len(data)):
        if n in near or dice.random() < 0.01:
            outcome = take(reader, data[:n])
            assert isinstance(outcome.fault, BundleCut | NotABundle), n
            assert entry_ids(reader) == [e for at, e in steps if at <= n][-1], n
    assert take(reader, data).whole
    assert entry_ids(reader) == entry_ids(maker) == steps[-1][1]
    assert reader.digest() == maker.digest()
    assert reader.problems() == []


# --- order -------------------------------------------------------------------------------------


def three_bundles(maker: Town, taker: Town) -> list[bytes]:
    """Each continues the one before; the taker's copy said what it had by then."""
    made: list[bytes] = []
    record = maker.create()
    for n in range(3):
        maker.say(record, amount_claimed=str(n + 1))
        made.append(bundle_for(maker, taker))
        take(taker, made[-1])
        take(maker, receipt_for(taker, maker))
    return made


def test_three_bundles_in_every_order_each_twice_come_to_the_same() -> None:
    maker, other = together(2)
    made = three_bundles(maker, other)
    missed = 0
    for order in itertools.permutations(made):
        reader = empty("b", maker)
        for data in (*order, *order, *order):
            outcome = take(reader, data)
            assert outcome.fault is None or isinstance(outcome.fault, BundleMissing)
            missed += outcome.fault is not None
        assert reader.digest() == maker.digest()
        assert reader.entries() == maker.entries()
        assert reader.problems() == []
        before = snapshot(reader.service)
        for data in made:
            assert take(reader, data).fresh == 0
        assert snapshot(reader.service) == before, "what came already changes nothing"
    assert missed > 5


def test_what_does_not_link_is_left_and_the_other_logs_are_taken() -> None:
    maker, other, third = together(3)
    [_, second, _] = three_bundles(maker, other)
    third.create("示范二村")
    give(third, maker)
    data = bundle_for(maker, other)
    reader = empty("b", maker)
    assert take(reader, data).whole
    outcome = take(reader, second)
    assert isinstance(outcome.fault, BundleMissing)
    assert outcome.fault.say("en").startswith("The bundle before this one is missing: 1 logs")
    own = {log[0] for log in reader.service.replica.vector(reader.ledger.id)}
    assert own == {third.service.device}, "nothing of that log, all of the other"


def test_what_waits_for_later_runs_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log's waiting room is full before the log that it waits for comes in the same bundle."""
    monkeypatch.setattr(log_store, "WAITING_ENTRIES_PER_LOG", 2)
    monkeypatch.setattr(bundles, "RUN_BYTES", 500)
    members = together(2)
    talk(*members, words=8)
    reader = empty("b", members[0])
    assert take(reader, bundle_for(members[0], members[1], everything=True)).whole
    assert reader.digest() == members[0].digest()


# --- whom it is for ------------------------------------------------------------------------------


def test_one_for_somebody_else_cannot_be_opened_and_changes_nothing() -> None:
    maker, other, third = together(3)
    maker.create()
    before = snapshot(third.service)
    data = bundle_for(maker, other)
    assert isinstance(take(third, data).fault, NotForUs)
    assert snapshot(third.service) == before
    both = bundle_for(maker, other, third)
    assert take(third, both).whole
    assert take(other, both).whole
    assert other.digest() == third.digest() == maker.digest()
    with pytest.raises(NobodyElse):
        Bundles(maker.service).devices_of(maker.ledger, [maker.service.township])


def test_for_several_it_holds_what_any_of_them_lacks() -> None:
    maker, other, third = together(3)
    record = maker.create()
    exchange(maker, other)
    take(maker, receipt_for(other, maker))
    maker.say(record, amount_claimed="7")
    small, large = bundle_for(maker, other), bundle_for(maker, other, third)
    reader = empty("c", maker)
    assert take(reader, large).whole
    assert reader.digest() == maker.digest()
    assert take(other, small).fresh == 1


def test_a_receipt_says_what_is_here_and_the_next_bundle_is_small() -> None:
    maker, other = together(2)
    talk(maker)
    take(other, bundle_for(maker, other))
    assert Bundles(other.service).owed(other.ledger) == [maker.service.device]
    before = Reading(maker.service).status({})["ledgers"][0]["peers"][0]
    assert before["acked"] == 0
    receipt = receipt_for(other, maker)
    outcome = take(maker, receipt)
    assert (outcome.fresh, outcome.whole) == (0, True)
    after = Reading(maker.service).status({})["ledgers"][0]["peers"][0]
    assert after["acked"] == maker.entries()
    parcel = Bundles(maker.service).parcel(
        maker.ledger,
        [other.service.device],
        Bundles(maker.service).held_by_all(maker.ledger, [other.service.township]),
    )
    list(parcel)
    assert parcel.entries == 0
    # The bundle itself told the other how far its maker is.
    assert Reading(other.service).status({})["ledgers"][0]["peers"][0]["acked"] == maker.entries()


# --- membership and founding ----------------------------------------------------------------------


def test_signatures_of_a_founding_travel_on_a_stick_too() -> None:
    one, other, third = towns(3)
    cards = [t.service.card() for t in (other, third)]
    asked = one.service.ledgers.propose("金麻", one.service.card(), cards)
    for town in (other, third):
        town.service.ledgers.accept(asked.invitation.encode())
    for maker, taker in ((other, one), (third, one), (one, other), (one, third)):
        [ledger] = maker.service.ledgers.all()
        parcels = Bundles(maker.service)
        data = b"".join(parcels.parcel(ledger, [taker.service.device], None))
        assert take(taker, data).signatures
    for town in (one, other, third):
        [ledger] = town.service.ledgers.all()
        assert ledger.active


def test_entries_of_a_ledger_that_is_not_in_force_are_left() -> None:
    one, other = together(2)
    one.create()
    asked = one.ledger.invitation
    late = Town("b")
    signed = type(asked)(asked.founding, {}, asked.wraps)
    late.service.ledgers.accept(signed.encode())
    plain = own_bundle(one, other, runs_for(one.service, late.service, one.ledger.id), found=False)
    assert isinstance(take(late, plain).fault, NotInForce)
    assert late.entries() == 0


def test_a_ledger_that_nobody_here_accepted_is_left() -> None:
    one, other = together(2)
    stranger = Town("b")
    one.create()
    assert isinstance(take(stranger, bundle_for(one, other)).fault, ForeignBundle)
    assert stranger.service.ledgers.all() == []


def test_a_maker_who_is_no_member_is_told_off() -> None:
    one, other = together(2)
    one.create()
    runs = runs_for(one.service, other.service, one.ledger.id)
    outcome = take(other, own_bundle(one, other, runs, signer="e"))
    assert isinstance(outcome.fault, StrangeMaker)
    assert other.entries() == 0


# --- forks and old copies -------------------------------------------------------------------------


def test_both_branches_of_a_fork_travel_and_it_is_seen() -> None:
    one, other, _ = together(3)
    author = Author(identity("c"), one.ledger, "forked")
    opening = author.opening()
    first = author.creation("示范一村")
    author.last = opening
    second = author.creation("示范二村")
    for run in ([opening, first], [opening, second]):
        one.service.ingest.take(one.ledger, author.run(run))
    assert one.forks() == 1
    assert take(other, bundle_for(one, other)).whole
    assert other.forks() == 1
    assert other.digest() == one.digest()
    assert other.entries() == one.entries() == 3
    assert take(one, receipt_for(other, one)).whole
    assert take(other, bundle_for(one, other)).fresh == 0


def test_an_old_copy_learns_from_a_bundle_what_it_lost_and_never_forks(tmp_path: Path) -> None:
    one, other = together(2, tmp_path)
    record = one.create()
    keep_copy(one, tmp_path)
    one.say(record, amount_claimed="5")
    take(other, bundle_for(one, other))
    bring_back(one, tmp_path)
    (tmp_path / "a" / "high-water.json").unlink()
    assert take(one, bundle_for(other, one, everything=True)).whole
    one.say(record, amount_claimed="6")
    assert len(one.own_logs()) == 2
    exchange(one, other)
    assert one.forks() == other.forks() == 0
    agree(one, other)


def test_even_a_receipt_tells_an_old_copy_that_it_is_old(tmp_path: Path) -> None:
    one, other = together(2, tmp_path)
    record = one.create()
    keep_copy(one, tmp_path)
    one.say(record, amount_claimed="5")
    exchange(one, other)
    bring_back(one, tmp_path)
    (tmp_path / "a" / "high-water.json").unlink()
    assert take(one, receipt_for(other, one)).whole
    one.say(record, amount_claimed="6")
    exchange(one, other)
    assert one.forks() == other.forks() == 0
    agree(one, other)


# --- planted bugs ---------------------------------------------------------------------------------


def everything_is_taken_to_be_held(patch: pytest.MonkeyPatch) -> None:
    """Export trusts its own vector: nothing ever goes out."""
    patch.setattr(Bundles, "held_by_all", lambda self, k, _t: self._service.replica.vector(k.id))


def missing_is_no_fault(patch: pytest.MonkeyPatch) -> None:
    sound = Bundles.take

    def taken(self: Bundles, opened: bundles.Opened) -> Outcome:
        outcome = sound(self, opened)
        outcome.fault = None
        return outcome

    patch.setattr(Bundles, "take", taken)


def the_vector_is_not_read(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Bundles, "_note", lambda *_: None)


def nobody_looks_who_made_it(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Bundles, "_check_maker", lambda *_: None)


Check = Callable[[], None]


@pytest.mark.parametrize(
    ("bug", "check"),
    (
        (everything_is_taken_to_be_held, test_for_several_it_holds_what_any_of_them_lacks),
        (missing_is_no_fault, test_what_does_not_link_is_left_and_the_other_logs_are_taken),
        (the_vector_is_not_read, test_a_receipt_says_what_is_here_and_the_next_bundle_is_small),
        (nobody_looks_who_made_it, test_a_maker_who_is_no_member_is_told_off),
    ),
)  # fmt: skip
def test_a_planted_bug_is_caught(
    bug: Callable[[pytest.MonkeyPatch], None], check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    bug(monkeypatch)
    with pytest.raises(AssertionError):
        check()
