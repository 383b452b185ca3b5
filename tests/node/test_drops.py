"""An alliance that meets only in a folder: it converges, whoever writes when, and tidies up."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest

from keys.errors import MulinError
from keys.identity import DeviceId
from node import corner, shelf
from node.bundles import Bundles, Reads
from node.ledgers import Ledger
from node.places import Place
from protocol.bundle import BundleReader
from tests.protocol.author import Author
from tests.support.people import identity
from tests.support.shelves import Share, at_once, bundles_in, quietly, settle, visit
from tests.support.townships import Town, agree, exchange, together, towns

pytestmark = pytest.mark.usefixtures("one_version")

LABELS = ("a", "b", "c")


# --- the course of things --------------------------------------------------------------------------


def test_three_that_meet_only_in_a_folder_come_to_the_same_and_tidy_up() -> None:
    members, share = together(3), Share()
    record = members[0].create()
    settle(share, members)
    for n, town in enumerate(members):
        town.say(record, amount_claimed=str(n + 1))
    at_once(share, *members)
    settle(share, members)
    agree(*members)
    assert bundles_in(share) == [], "what everybody has lies there no more"
    assert len(share.files()) == 3, "only how far each of them is"


def test_nothing_is_written_where_nothing_changed() -> None:
    members, share = together(3), Share()
    members[0].create()
    settle(share, members)
    before = share.files()
    for done in visit(share, *members):
        assert (done.came, done.went, done.written, done.removed) == (0, 0, 0, 0)
    assert share.files() == before


def test_no_file_is_read_twice_for_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Not one that was taken, nor one that lacks something as long as nothing came, nor a spoiled one."""
    members, share = together(3), Share()
    for _ in range(3):
        members[0].create()
        visit(share, members[0])
    first, second, _ = sorted(bundles_in(share))
    share.remove(first)
    quietly(share, second, bytes(999))
    opened: list[str] = []
    sound = Place.open

    def counted(self: Place, name: str) -> AbstractContextManager[Reads]:
        opened.append(name)
        return sound(self, name)

    monkeypatch.setattr(Place, "open", counted)
    [done] = visit(share, members[1])
    assert (done.came, done.waiting, done.spoiled) == (0, 1, {second})
    assert len(opened) >= 2
    opened.clear()
    visit(share, members[1])
    assert opened == []
    visit(share, members[1], again=True)
    assert second in opened, "a clerk who asks gets another try"


def test_a_reader_that_starts_from_nothing_gets_everything() -> None:
    """Also after everybody had everything and the bundles were removed, and its own words come back."""
    members, share = together(3), Share()
    record = members[2].create()
    members[0].create()
    settle(share, members)
    members[2] = lost = again_from_nothing(members[2])
    assert lost.entries() == 0
    settle(share, members)
    agree(*members)
    members[2].say(record, amount_claimed="5")
    settle(share, members)
    agree(*members)
    assert sum(town.forks() for town in members) == 0


def again_from_nothing(town: Town) -> Town:
    """The same keys, an empty store, and the invitation that lay in a drawer."""
    invitation = town.ledger.invitation.encode()
    fresh = Town(town.label, lives=town.lives + 10)
    fresh.service.ledgers.accept(invitation)
    return fresh


def test_a_member_that_was_never_there_finds_all_of_it_later() -> None:
    members, share = together(3), Share()
    record = members[0].create()
    for n in range(40):
        members[0].say(record, amount_claimed=str(n + 1))
        visit(share, members[0], members[1])
    assert len(bundles_in(share)) <= 2 * corner.BUNDLES_MAX, "many small ones became one"
    settle(share, members)
    agree(*members)


def test_what_came_over_the_line_is_not_written_again() -> None:
    members, share = together(3), Share()
    settle(share, members)
    members[0].create()
    exchange(*members)
    visit(share, *members)
    settle(share, members)
    assert bundles_in(share) == []
    agree(*members)


def test_a_founding_is_signed_and_comes_into_force_through_a_folder() -> None:
    members, share = towns(3), Share()
    first, *others = members
    cards = [t.service.card() for t in others]
    asked = first.service.ledgers.propose("金麻", first.service.card(), cards)
    for town in others:
        town.service.ledgers.accept(asked.invitation.encode())
    settle(share, members)
    for town in members:
        assert town.service.ledgers.active()
    others[1].create()
    settle(share, members)
    agree(*members)


def test_whoever_writes_for_others_relays_what_their_author_never_left_here() -> None:
    """A meets B on the line, B meets C in the folder."""
    members, share = together(3), Share()
    one, other, third = members
    one.create()
    exchange(one, other)
    settle(share, [other, third])
    agree(*members)


def test_a_forked_log_goes_round_with_both_its_branches() -> None:
    members, share = together(3), Share()
    settle(share, members)
    author = Author(identity("c"), members[0].ledger, "forked")
    opening = author.opening()
    branches = [[opening, author.creation("示范一村"), author.creation("示范二村")]]
    author.last = branches[0][1]
    branches.append([*branches[0][:2], author.creation("示范三村")])
    author.last = opening
    branches.append([opening, author.creation("示范四村")])
    for place, branch in enumerate(branches):
        town = members[place % 2]
        town.service.ingest.take(town.ledger, author.run(branch))
    settle(share, members)
    assert len({town.digest() for town in members}) == 1
    assert {town.entries() for town in members} == {5}
    assert {town.forks() for town in members} == {2}
    assert bundles_in(share) == []


def test_every_member_and_nobody_else_opens_what_lies_there() -> None:
    members, share = together(3), Share()
    members[0].create()
    visit(share, members[0])
    for data in share.files().values():
        for label in (*LABELS, "d"):
            device = identity(label).device
            reader = BundleReader(DeviceId(device.id), device.hpke)
            if label == "d":
                with pytest.raises(MulinError):
                    list(reader.feed(data))
            else:
                list(reader.feed(data))
                assert reader.whole
        for town in members:
            assert town.ledger.name.encode() not in data
            assert town.service.card().name.encode() not in data


def test_the_names_of_files_tell_no_name_and_are_never_used_twice() -> None:
    members, share = together(2), Share()
    seen: set[str] = set()
    for n in range(6):
        members[n % 2].create()
        before = share.files()
        visit(share, *members)
        new = share.files().keys() - before.keys()
        assert not new & seen
        seen |= new
    assert all(name.isascii() for name in seen)


# --- planted bugs ----------------------------------------------------------------------------------


def the_first_word_counts(patch: pytest.MonkeyPatch) -> None:
    """Who lost everything is still believed to hold what it said before."""
    patch.setattr(shelf, "newest_of", lambda *_: None)


def nothing_is_ever_left(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shelf.Shelf, "lacks", lambda *_: {})


def removed_at_once(patch: pytest.MonkeyPatch) -> None:
    """A writer removes what it left before anybody took it, whoever lacks it."""
    sound = corner.Corner._clear

    def clear(self: corner.Corner, on: shelf.Shelf, others: list[DeviceId]) -> None:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(shelf.Shelf, "lacks", lambda *_: {})
            sound(self, on, others)

    patch.setattr(corner.Corner, "_clear", clear)


def only_for_others(patch: pytest.MonkeyPatch) -> None:
    """Not sealed for the writer itself: what it lost of its own does not come back from its folder."""
    sound = Bundles.parcel

    def parcel(self: Bundles, ledger: Ledger, devices: list[DeviceId], *rest: object) -> object:
        return sound(self, ledger, [devices[0]], *rest)  # type: ignore[arg-type]

    patch.setattr(Bundles, "parcel", parcel)


@pytest.mark.parametrize(
    ("bug", "check"),
    (
        (the_first_word_counts, test_a_reader_that_starts_from_nothing_gets_everything),
        (nothing_is_ever_left, test_three_that_meet_only_in_a_folder_come_to_the_same_and_tidy_up),
        (removed_at_once, test_a_member_that_was_never_there_finds_all_of_it_later),
        (only_for_others, test_every_member_and_nobody_else_opens_what_lies_there),
    ),
)
def test_a_planted_bug_is_caught(
    bug: Callable[[pytest.MonkeyPatch], None],
    check: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bug(monkeypatch)
    with pytest.raises((AssertionError, MulinError)):
        check()
