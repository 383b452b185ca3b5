"""The simulated disk against a plain model: what programs see, and what a power cut may leave of it."""

from __future__ import annotations

import errno
import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulations.disk import SECTOR_BYTES, Disk, DiskFault, Torn

NAMES = st.sampled_from(("a", "b"))
OPERATION = st.one_of(
    st.tuples(st.just("write"), NAMES, st.integers(0, 1500), st.binary(max_size=1300)),
    st.tuples(st.just("truncate"), NAMES, st.integers(0, 2000), st.just(b"")),
    st.tuples(st.just("sync"), NAMES, st.just(0), st.just(b"")),
    st.tuples(st.just("remove"), NAMES, st.just(0), st.just(b"")),
    st.tuples(st.just("replace"), NAMES, st.just(0), st.binary(max_size=700)),
)


@dataclass
class Model:
    """Contents as a dict of bytes, and what of it was safe at the last sync."""

    seen: dict[str, bytes] = field(default_factory=dict)
    safe: dict[str, bytes] = field(default_factory=dict)

    def do(self, verb: str, name: str, at: int, data: bytes) -> None:
        old = self.seen.get(name, b"")
        if verb == "write":
            grown = old.ljust(at, b"\0")
            self.seen[name] = grown[:at] + data + grown[at + len(data) :]
        elif verb == "truncate":
            self.seen[name] = old[:at]
        elif verb == "sync":
            self.seen[name] = self.safe[name] = old
        elif verb == "remove":
            self.seen.pop(name, None)
            self.safe.pop(name, None)
        else:
            self.seen[name] = self.safe[name] = data


def perform(disk: Disk, verb: str, name: str, at: int, data: bytes) -> None:
    if verb == "remove":
        disk.remove(name)
    elif verb == "replace":
        disk.replace(name, data)
    elif verb == "write":
        disk.write(disk.open(name), at, data)
    elif verb == "truncate":
        disk.truncate(disk.open(name), at)
    else:
        disk.sync(disk.open(name))


@given(st.lists(OPERATION))
def test_programs_see_what_they_wrote(operations: list[tuple[str, str, int, bytes]]) -> None:
    disk, model = Disk(), Model()
    for operation in operations:
        perform(disk, *operation)
        model.do(*operation)
        assert disk.image() == model.seen
        for name, data in model.seen.items():
            assert disk.read(disk.open(name), 3, 100) == data[3:103]
    assert disk.used_bytes() == sum(map(len, model.seen.values()))


@given(st.lists(OPERATION), st.sampled_from(Torn), st.integers(0, 99))
def test_what_was_synced_survives(
    operations: list[tuple[str, str, int, bytes]], torn: Torn, seed: int
) -> None:
    disk, model = Disk(), Model()
    for operation in operations:
        perform(disk, *operation)
        model.do(*operation)
    left = disk.after_power_cut(torn, random.Random(seed)).image()
    if torn is Torn.KEPT:
        assert left == model.seen
    elif torn is Torn.LOST:
        assert left == model.safe
    else:
        assert model.safe.keys() <= left.keys() <= model.seen.keys()
    for name, data in model.safe.items():
        if model.seen[name] == data and not disk.files[name].pending:
            assert left[name] == data


@given(st.binary(min_size=1, max_size=3000), st.integers(0, 700), st.integers(0, 9))
def test_a_torn_write_is_old_or_new_sector_by_sector(data: bytes, at: int, seed: int) -> None:
    old = bytes(n % 251 for n in range(4000))
    disk = Disk({"f": old})
    disk.write(disk.open("f"), at, data)
    new = old[:at] + data + old[at + len(data) :]
    left = disk.after_power_cut(Torn.MIXED, random.Random(seed)).image()["f"]
    assert len(left) == len(old)
    for start in range(0, len(old), SECTOR_BYTES):
        sector = slice(start, start + SECTOR_BYTES)
        assert left[sector] in (old[sector], new[sector])


def test_mixed_leaves_some_of_both() -> None:
    disk = Disk({"f": bytes(64 * SECTOR_BYTES)})
    disk.write(disk.open("f"), 0, b"\1" * 64 * SECTOR_BYTES)
    left = disk.after_power_cut(Torn.MIXED, random.Random(1)).image()["f"]
    assert 10 < left.count(1) // SECTOR_BYTES < 54


@given(st.lists(OPERATION, min_size=1), st.integers(0, 12), st.sampled_from(Torn))
def test_the_power_fails_just_before_the_operation_that_was_named(
    operations: list[tuple[str, str, int, bytes]], after: int, torn: Torn
) -> None:
    disk = Disk()
    disk.cut_power_in(after)
    why = None
    try:
        for operation in operations:
            perform(disk, *operation)
    except DiskFault as fault:
        why = fault.errno
    assert disk.operations <= after
    assert disk.dead == (why == errno.EIO)
    assert disk.awaits_cut == (why is None)
    if disk.dead:
        assert disk.operations == after
        with pytest.raises(DiskFault):
            disk.open("a")
        again = disk.after_power_cut(torn, random.Random(0))
        again.write(again.open("a"), 0, b"works")


@pytest.mark.parametrize("after", range(4))
@pytest.mark.parametrize("torn", Torn)
def test_a_replaced_file_is_the_old_or_the_new_whole(after: int, torn: Torn) -> None:
    disk = Disk({"mark": b"old"})
    disk.cut_power_in(after)
    try:
        disk.replace("mark", b"new and longer")
    except DiskFault:
        pass
    left = disk.after_power_cut(torn, random.Random(after)).image()
    assert left == {"mark": b"new and longer" if after == 3 else b"old"}


def test_a_full_disk_takes_what_fits_and_says_so() -> None:
    disk = Disk({"f": bytes(100)})
    disk.capacity_bytes = 150
    file = disk.open("f")
    disk.write(file, 100, bytes(50))
    with pytest.raises(DiskFault) as caught:
        disk.write(file, 150, b"x")
    assert caught.value.errno == errno.ENOSPC
    disk.write(file, 0, b"what is there may change")
    disk.mend()
    disk.write(file, 150, b"x")
    assert disk.used_bytes() == 151


def test_operations_fail_at_the_number_that_was_said_and_then_work_again() -> None:
    disk = Disk()
    disk.fail_in(1, 2)
    outcomes = []
    for n in range(4):
        try:
            disk.write(disk.open("f"), n, b"x")
            outcomes.append(True)
        except DiskFault:
            outcomes.append(False)
    assert outcomes == [True, False, False, True]
    assert bytes(disk.open("f").data) == b"x\0\0x"


def test_a_slow_disk_tells_how_long_it_took() -> None:
    disk = Disk()
    disk.sync_us = 700
    disk.sync(disk.open("f"))
    disk.sync(disk.open("f"))
    assert disk.waited_us == 1400
