"""A share that rots, cuts, renames, swaps, withholds and brings back files: all is well in the end."""

from __future__ import annotations

import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crdt.entry import RecordId
from keys.identity import DeviceId
from node import shelf
from tests.support.shelves import Share, at_once, bundles_in, entry_ids, quietly, settle, visit
from tests.support.townships import Town, agree, together

pytestmark = pytest.mark.usefixtures("one_version")

# --- the share lies and rots -----------------------------------------------------------------------


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


# --- a planted bug ---


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


def test_a_planted_bug_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    files_count_for_everybody(monkeypatch)
    with pytest.raises(AssertionError):
        test_a_file_that_rots_unseen_is_written_anew_once_somebody_cannot_read_it()
