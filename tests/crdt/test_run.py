"""Runs: what the wire leaves out comes back exactly, and a run that was tampered with never verifies."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.checkpoint import sign_checkpoint
from crdt.entry import Entry, assemble
from crdt.errors import MalformedEntry, UnknownDevice
from crdt.operations import Add, Set
from crdt.run import Signed, Verified, decode_run, encode_run, pack
from keys import canonical
from keys.canonical import Plain
from keys.errors import BadSignature, MulinError, NotCanonical
from keys.limits import ENTRIES_PER_FRAME
from keys.seal import SealingKey
from tests.support.people import seed
from tests.support.world import Pen, Replica, World, new_case


class Log:
    """A log of several records with everything that packing treats specially."""

    def __init__(self) -> None:
        self.world = World()
        self.replica = Replica(self.world, self.world.pen("三江口镇"))
        other = Replica(self.world, self.world.pen("鲁布革乡"))
        foreign = other.write(None, *new_case())
        self.replica.take(foreign)
        one = self.replica.write(None, *new_case())
        two = self.replica.write(None, *new_case())
        for n in range(3):
            self.replica.write(one.record, Set("amount_agreed", n + 1))
            self.replica.write(foreign.record, Set("amount_agreed", n + 1))
        self.replica.write(two.record, Add("notes", (("text", "你好"),)))
        # Two heads of one record, one in this run and one not.
        other.take(one)
        branch = other.write(one.record, Set("party_count", 3), parents=[one.id])
        self.replica.take(branch)
        self.replica.write(one.record, Set("due_on", "2024-08-18"))

    @property
    def pen(self) -> Pen:
        return self.replica.pen

    @property
    def entries(self) -> list[Entry]:
        return self.pen.made

    def run(
        self, first: int = 0, last: int | None = None, detach: frozenset[int] = frozenset()
    ) -> Verified:
        """Entries from `first` to before `last`, closed by a checkpoint; `detach`: places without payload."""
        taken = [
            assemble(e.header, None) if n in detach else e for n, e in enumerate(self.entries)
        ][first:last]
        return Verified(tuple(taken), sign_checkpoint(self.pen.key, taken[-1], None))

    def read(self, plain: list[Plain]) -> Verified:
        """A run read from the wire's bytes, by somebody who knows this device."""
        signed = decode_run(self.world.ledger, canonical.encode(plain))
        return signed.verified(lambda device: device == self.pen.device)


LOG = Log()


def test_a_run_comes_back_as_it_was() -> None:
    run = LOG.run()
    back = decode_run(LOG.world.ledger, encode_run(run)).verified(lambda _: True)
    assert back == run
    assert [e.id for e in back.entries] == [e.id for e in LOG.entries]
    assert len(encode_run(run)) < sum(e.size for e in run.entries) * 2 // 3, "it leaves things out"


@given(st.data())
def test_any_part_of_a_log_comes_back_with_any_payload_detached(data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(LOG.entries) - 1))
    last = data.draw(st.integers(first + 1, len(LOG.entries)))
    detach = data.draw(st.frozensets(st.integers(first, last - 1)))
    run = LOG.run(first, last, detach)
    back = LOG.read(pack(run))
    assert back == run
    assert [e.payload is None for e in back.entries] == [n in detach for n in range(first, last)]


def test_another_epoch_and_key_within_a_run_come_back() -> None:
    world = World()
    pen = world.pen("甲")
    replica = Replica(world, pen)
    replica.write(None, *new_case())
    world.key = SealingKey(seed("the next epoch's key"))
    header = dataclasses.replace(world.header(pen, None, ()), epoch=1, claimed_ms=0)
    world.seal(header, list(new_case()))
    run = Verified(tuple(pen.made), sign_checkpoint(pen.key, pen.made[-1], None))
    back = decode_run(world.ledger, encode_run(run)).verified(lambda _: True)
    assert back == run
    assert [e.header.epoch for e in back.entries] == [0, 0, 1]


def test_a_run_is_of_its_ledger_and_of_a_member() -> None:
    body = encode_run(LOG.run())
    elsewhere = decode_run(World("another ledger").ledger, body)
    with pytest.raises(
        MalformedEntry
    ):  # every id comes out differently, so the checkpoint fits no more
        elsewhere.verified(lambda _: True)
    with pytest.raises(UnknownDevice):
        decode_run(LOG.world.ledger, body).verified(lambda _: False)


def test_an_unverified_run_gives_its_entries_to_nobody() -> None:
    signed = decode_run(LOG.world.ledger, encode_run(LOG.run()))
    public = {name for name in dir(signed) if not name.startswith("_")}
    assert public == {"device", "incarnation", "ledger", "verified"}


def _with_items(changed: list[Plain]) -> list[Plain]:
    sound = pack(LOG.run())
    return [*sound[:6], changed, sound[7]]


def _items() -> list[Plain]:
    items = pack(LOG.run())[6]
    assert isinstance(items, list)
    return items


def _with_item(n: int, place: int, value: Plain) -> list[Plain]:
    items = _items()
    item = items[n]
    assert isinstance(item, list)
    item[place] = value
    return _with_items(items)


def _forged_entries() -> dict[str, list[Plain]]:
    """Packed runs in whose entries a relay or a neighbour has meddled."""
    items = _items()
    return {
        "two entries swapped": _with_items([items[0], items[2], items[1], *items[3:]]),
        "an entry left out": _with_items([*items[:3], *items[4:]]),
        "an entry twice": _with_items([*items[:4], *items[3:]]),
        "the last entry left out": _with_items(items[:-1]),
        "nothing in it": _with_items([]),
        "an entry that is no array": _with_items([*items[:-1], None]),
        "an entry of six fields": _with_items([*items[:-1], [0] * 6]),
        "another payload": _with_item(1, 4, b"x" * 200),
        "no payload and no word of it": _with_item(1, 4, None),
        "another time": _with_item(3, 0, 7),
        "a time that is true": _with_item(3, 0, True),
        "a time past the end of numbers": _with_item(1, 0, 2**63 - 1),
        "a time before the beginning": _with_item(1, 0, -(2**63)),
        "another type": _with_item(3, 1, 5),
        "a type that is true": _with_item(3, 1, True),
        "another record": _with_item(3, 2, b"r" * 16),
        "a record of nothing": _with_item(1, 2, True),
        "a parent out of range": _with_item(3, 3, [99]),
        "a parent that is the entry itself": _with_item(3, 3, [0]),
        "a parent that comes later": _with_item(3, 3, [-1]),
        "a parent that is true": _with_item(3, 3, [True]),
        "a parent that is text": _with_item(3, 3, ["x"]),
        "a parent twice": _with_item(3, 3, [2, 2]),
        "too many parents": _with_item(3, 3, [b"p" * 31 + bytes([n]) for n in range(65)]),
    }


def _forged_runs() -> dict[str, list[Plain]]:
    """The same with the fields around the entries, and with the checkpoint."""
    sound = pack(LOG.run())
    stranger = World().pen("乙")
    other = sign_checkpoint(LOG.pen.key, LOG.entries[2], None).raw
    foreign = sign_checkpoint(stranger.key, LOG.entries[-1], None).raw
    return {
        "the checkpoint of another place": [*sound[:7], other],
        "a checkpoint by another device": [*sound[:7], foreign],
        "no checkpoint": [*sound[:7], b""],
        "another beginning": [*sound[:2], 5, *sound[3:]],
        "a beginning before the first": [*sound[:2], -1, *sound[3:]],
        "the end of all numbers": [*sound[:2], 2**63 - 1, b"p" * 32, *sound[4:]],
        "another prev": [*sound[:3], b"p" * 32, *sound[4:]],
        "another epoch": [*sound[:4], 9, *sound[5:]],
        "another key": [*sound[:5], b"k" * 32, *sound[6:]],
        "another incarnation": [sound[0], b"i" * 16, *sound[2:]],
        "a short incarnation": [sound[0], b"i", *sound[2:]],
        "another device": [stranger.device, *sound[1:]],
        "a field too many": [*sound, None],
        "no fields": [],
    }


FORGED = _forged_entries() | _forged_runs()


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
def test_a_run_that_was_meddled_with_is_refused(forged: list[Plain]) -> None:
    with pytest.raises((MalformedEntry, BadSignature, NotCanonical)):
        decode_run(LOG.world.ledger, canonical.encode(forged)).verified(lambda _: True)


def test_a_run_is_bounded() -> None:
    world = World()
    replica = Replica(world, world.pen("甲"))
    for _ in range(ENTRIES_PER_FRAME):
        replica.force(None, *new_case())
    entries = replica.pen.made
    assert len(entries) == ENTRIES_PER_FRAME + 1
    for count in (ENTRIES_PER_FRAME, ENTRIES_PER_FRAME + 1):
        run = Verified(
            tuple(entries[:count]), sign_checkpoint(replica.pen.key, entries[count - 1], None)
        )
        if count == ENTRIES_PER_FRAME:
            assert Signed(world.ledger, pack(run)).verified(lambda _: True) == run
        else:
            with pytest.raises(MalformedEntry):
                Signed(world.ledger, pack(run))


@given(st.data())
def test_damaged_bytes_are_refused_or_are_the_same_run(data: st.DataObject) -> None:
    """Never any other fault, and never other entries: a packed run has no slack but its back references."""
    run = LOG.run()
    body = bytearray(encode_run(run))
    for _ in range(data.draw(st.integers(1, 3))):
        at = data.draw(st.integers(0, len(body) - 1))
        if data.draw(st.booleans()):
            body[at] ^= 1 << data.draw(st.integers(0, 7))
        else:
            body[at:at] = data.draw(st.binary(max_size=3))
    try:
        back = decode_run(LOG.world.ledger, bytes(body)).verified(lambda _: True)
    except MulinError:
        return
    assert back == run


fields = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(-2, 5), st.binary(max_size=33), st.text(max_size=2)
    ),
    lambda inner: st.lists(inner, max_size=6),
    max_leaves=8,
)


@given(st.data())
def test_any_value_in_any_place_is_refused_with_a_sentence(data: st.DataObject) -> None:
    forged = pack(LOG.run())
    value = data.draw(fields)
    place = data.draw(st.integers(0, 7))
    items = forged[6]
    assert isinstance(items, list)
    if place == 6 and data.draw(st.booleans()):
        n = data.draw(st.integers(0, len(items) - 1))
        item = items[n]
        assert isinstance(item, list)
        item[data.draw(st.integers(0, len(item) - 1))] = value
    else:
        forged[place] = value
    try:
        back = Signed(LOG.world.ledger, forged).verified(lambda _: True)
    except MulinError:
        return
    assert back == LOG.run()


@given(st.binary(max_size=80))
def test_random_bytes_are_no_run(body: bytes) -> None:
    with pytest.raises(MulinError):
        decode_run(LOG.world.ledger, body).verified(lambda _: True)


def test_a_member_cannot_write_in_the_log_of_another() -> None:
    """The neighbour builds on our log, signs its tip with its own key, and calls it ours."""
    neighbour = World().pen("乙")
    run = LOG.run()
    theirs = sign_checkpoint(neighbour.key, run.entries[-1], None).raw
    for raw in (theirs, run.checkpoint.raw[:-64] + theirs[-64:]):
        with pytest.raises(BadSignature):
            LOG.read([*pack(run)[:7], raw])
