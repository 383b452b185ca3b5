"""An alliance that meets only in a folder: it converges, whoever writes when and whatever the share does."""

from __future__ import annotations

import random
from collections.abc import Callable

import fsspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crdt.entry import RecordId
from keys.errors import MulinError
from keys.identity import DeviceId
from node import drops, shelf
from node.bundles import Bundles
from node.ledgers import Ledger
from protocol.bundle import BundleReader
from tests.protocol.author import Author
from tests.support.people import identity
from tests.support.shelves import Share, entry_ids, settle, visit
from tests.support.townships import Town, agree, exchange, together, towns

LABELS = ("a", "b", "c")


def bundles_in(share: Share) -> list[str]:
    return [name for name in share.files() if name.endswith(".bundle")]


def at_once(share: Share, *members: Town) -> None:
    """Each visits the place as it was before any of them did; what each wrote and removed counts."""
    before = share.files()
    after = dict(before)
    for town in members:
        share.become(before)
        visit(share, town)
        own = f"/{town.service.device.hex()[:32]}/"
        now = share.files()
        assert {n: d for n, d in now.items() if own not in n} == {
            n: d for n, d in before.items() if own not in n
        }, "each writes in its own folder only"
        after = {n: d for n, d in after.items() if own not in n}
        after |= {n: d for n, d in now.items() if own in n}
    share.become(after)


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
    assert len(bundles_in(share)) <= 2 * drops._BUNDLES_MAX, "many small ones became one"
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


# --- the share lies and rots -----------------------------------------------------------------------


def quietly(share: Share, name: str, data: bytes) -> None:
    """Other bytes under the same size and the same date, as a bad disk gives them."""
    file = fsspec.filesystem("memory").store[f"{share.root}/{name}"]
    file.seek(0)
    file.truncate()
    file.write(data)


def rotted(data: bytes, dice: random.Random) -> bytes:
    raw = bytearray(data)
    raw[dice.randrange(len(raw))] ^= 1 << dice.randrange(8)
    return bytes(raw)


def test_a_file_that_rots_unseen_is_written_anew_once_somebody_cannot_read_it() -> None:
    members, share = together(3), Share()
    members[0].create()
    visit(share, members[0])
    dice = random.Random(1)
    [name] = bundles_in(share)
    quietly(share, name, rotted(share.files()[name], dice))
    [done] = visit(share, members[1])
    assert done.spoiled == {name}
    settle(share, members)
    agree(*members)
    assert name not in share.files(), "its maker removed it"


def test_a_file_that_its_maker_sees_altered_is_written_anew() -> None:
    members, share = together(2), Share()
    members[0].create()
    visit(share, members[0])
    [name] = bundles_in(share)
    share.put(name, share.files()[name][:5000])
    visit(share, members[0])
    assert name not in share.files()
    settle(share, members)
    agree(*members)


class Weather:
    """What a share may do to its files between two visits."""

    def __init__(self, share: Share, seed: int) -> None:
        self.share = share
        self.dice = random.Random(seed)
        self.attic: dict[str, bytes] = {}

    def blow(self) -> None:
        files, dice = self.share.files(), self.dice
        self.attic |= files
        if not files:
            return
        name = dice.choice(sorted(files))
        match dice.randrange(7):
            case 0:
                self.share.put(name, files[name][: dice.randrange(len(files[name]))])
            case 1:
                quietly(self.share, name, rotted(files[name], dice))
            case 2:
                self.share.remove(name)
            case 3:  # renamed, to another writer's folder or to a name that is none
                other = dice.choice(sorted(files))
                self.share.put(other.rpartition("/")[0] + "/000099-0000abcd.bundle", files[name])
                self.share.remove(name)
            case 4:  # swapped
                other = dice.choice(sorted(files))
                self.share.put(name, files[other])
                self.share.put(other, files[name])
            case 5:  # an old state of everything comes back beside the new one
                for old, data in dice.sample(sorted(self.attic.items()), min(4, len(self.attic))):
                    self.share.put(old, data)
            case _:  # or instead of it
                self.share.put(name, dice.choice(sorted(self.attic.values())))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.lists(st.tuples(st.sampled_from("wvvox"), st.integers(0, 2)), min_size=3, max_size=25),
    st.integers(0, 2**32),
)
def test_whatever_the_share_does_nothing_false_comes_in_and_all_is_well_in_the_end(
    story: list[tuple[str, int]], seed: int
) -> None:
    """w: somebody writes; v: visits; o: two visit at once; x: the share misbehaves."""
    members, share = together(3), Share()
    weather, records = Weather(share, seed), [members[0].create()]
    written = entry_ids(members[0])
    for n, (deed, who) in enumerate(story):
        town = members[who]
        match deed:
            case "w":
                write(town, records, n)
                written |= entry_ids(town)
            case "v":
                visit(share, town)
            case "o":
                at_once(share, town, members[(who + 1) % 3])
            case _:
                weather.blow()
        assert entry_ids(town) <= written
    settle(share, members, 20, again=True)
    agree(*members)
    assert entry_ids(members[0]) == written, "nothing that was written is lost"
    assert sum(t.forks() for t in members) == 0
    share.become({})


def write(town: Town, records: list[RecordId], n: int) -> None:
    if n % 3 == 0:
        records.append(town.create())
        return
    known = [r for r in records if town.service.records.get(town.ledger, r).home is not None]
    if known:
        town.service.add_item(town.ledger, known[-1], "notes", {"text": f"第 {n} 次"}, "司法所")


# --- planted bugs ----------------------------------------------------------------------------------


def files_count_for_everybody(patch: pytest.MonkeyPatch) -> None:
    """What one could not read is taken to have reached it."""
    sound = shelf.Shelf._reach

    def reach(self: shelf.Shelf, device: DeviceId, names: list[str]) -> shelf.Reach:
        for name, item in list(self._items.items()):
            self._items[name] = shelf.Item(
                item.mark, item.state, item.device, item.made_ms, item.receivers, item.vector,
                frozenset(), item.spans,
            )  # fmt: skip
        return sound(self, device, names)

    patch.setattr(shelf.Shelf, "_reach", reach)


def the_first_word_counts(patch: pytest.MonkeyPatch) -> None:
    """Who lost everything is still believed to hold what it said before."""
    patch.setattr(shelf, "newest_of", lambda *_: None)


def nothing_is_ever_left(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(shelf.Shelf, "lacks", lambda *_: {})


def removed_at_once(patch: pytest.MonkeyPatch) -> None:
    """A writer removes what it left before anybody took it, whoever lacks it."""
    sound = drops._Corner._clear

    def clear(self: drops._Corner, on: shelf.Shelf, others: list[DeviceId]) -> None:
        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(shelf.Shelf, "lacks", lambda *_: {})
            sound(self, on, others)

    patch.setattr(drops._Corner, "_clear", clear)


def only_for_others(patch: pytest.MonkeyPatch) -> None:
    """Not sealed for the writer itself: what it lost of its own does not come back from its folder."""
    sound = Bundles.parcel

    def parcel(self: Bundles, ledger: Ledger, devices: list[DeviceId], *rest: object) -> object:
        return sound(self, ledger, [devices[0]], *rest)  # type: ignore[arg-type]

    patch.setattr(Bundles, "parcel", parcel)


@pytest.mark.parametrize(
    ("bug", "check"),
    (
        (
            files_count_for_everybody,
            test_a_file_that_rots_unseen_is_written_anew_once_somebody_cannot_read_it,
        ),
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
