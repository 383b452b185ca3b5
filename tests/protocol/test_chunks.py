"""The stream may be cut anywhere: into bytes, in the middle of a length, across frames. Same events.

A conversation is recorded once; its two directions are then fed to a fresh side in any chunks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from protocol import events as ev
from protocol.errors import Reason
from protocol.frames import PREFIX_BYTES, FrameReader, encode_frame
from tests.protocol.fakes import LEDGER, OTHER, FakeStore, log_name
from tests.protocol.pair import Chains, Chunks, Pair, Side, by_byte, cut_at, whole

SAN, LU, MA = log_name("三江口镇"), log_name("鲁布革乡"), log_name("马蚌镇")


def stores() -> tuple[FakeStore, FakeStore]:
    """Both know something, one log is forked and one is full at the second."""
    a, b = FakeStore(per_run=5), FakeStore(per_run=3)
    for store, mark in ((a, "one"), (b, "other")):
        store.write(SAN, *(f"trunk {n}" for n in range(9)))
        store.write(SAN, *(f"{mark} {n}" for n in range(4)))
        store.write(MA, "the same")
    a.write(LU, *(f"entry {n}" for n in range(11)))
    b.write(MA, *(f"more {n}" for n in range(7)))
    return a, b


def sides() -> tuple[Side, Side]:
    a, b = stores()
    return Side(Chains(a), (LEDGER, OTHER)), Side(Chains(b), (OTHER, LEDGER), addresses=("h:1",))


Deed = Callable[[Side], None]


def live(side: Side) -> None:
    assert isinstance(side.store, Chains)
    side.store.logs.write(SAN, "live")
    side.push()


def half_a_minute(side: Side) -> None:
    side.now_s = 30.0
    side.handle(side.session.tick(30.0))


def evening(side: Side) -> None:
    side.handle(side.session.close(Reason.SHUTTING_DOWN, "evening"))


class Recorder(Side):
    """A side that remembers, in order, what it heard and what its owner did."""

    def __init__(self, side: Side) -> None:
        super().__init__(Chains())
        self.__dict__.update(side.__dict__)
        self.script: list[bytes | Deed] = []

    def hear(self, data: bytes) -> None:
        self.script.append(data)
        super().hear(data)

    def do(self, deed: Deed) -> None:
        self.script.append(deed)
        deed(self)


def converse(chunks: Chunks) -> tuple[Recorder, Recorder]:
    """A whole conversation with a signature, live writing, a ping and a goodbye."""
    a, b = map(Recorder, sides())
    pair = Pair(a, b, chunks)
    pair.settle()
    a.do(lambda side: side.session.found(b"signatures"))
    for deed in (live, half_a_minute, evening):
        b.do(deed)
        pair.settle()
    return a, b


RECORDED = converse(whole)


def replay(side: Side, script: list[bytes | Deed], chunks: Chunks) -> list[ev.Event]:
    """What a fresh side reports when all that happened to the recorded one happens to it."""
    for step in script:
        if isinstance(step, bytes):
            for chunk in chunks(step):
                side.hear(chunk)
        else:
            step(side)
    return side.events


def test_the_recorded_conversation_is_a_rich_one() -> None:
    a, b = RECORDED
    assert {type(event) for side in RECORDED for event in side.events} == set(ev.Event.__args__)
    assert sum(len(step) for step in a.script if isinstance(step, bytes)) > 2000
    assert sum(len(step) for step in b.script if isinstance(step, bytes)) > 2000
    assert a.closed == ev.Closed(Reason.SHUTTING_DOWN, "evening", by_peer=True)


@given(st.lists(st.integers(1, 400), min_size=1, max_size=8))
@example([1])
def test_any_chunks_give_the_same_events(sizes: list[int]) -> None:
    for fresh, recorded in zip(sides(), RECORDED, strict=True):
        assert replay(fresh, recorded.script, cut_at(sizes)) == recorded.events


@pytest.mark.parametrize("chunks", (by_byte, cut_at((3, 1, 200)), cut_at((4,))))
def test_a_living_conversation_cut_both_ways_ends_the_same(chunks: Chunks) -> None:
    """Answers may now overtake one another; what happens and what is held do not change."""
    for cut, recorded in zip(converse(chunks), RECORDED, strict=True):
        assert said(cut) == said(recorded)
        assert cut.store.replica.vector(LEDGER) == recorded.store.replica.vector(LEDGER)


def said(side: Side) -> set[str]:
    """Events in any order, runs and acks without how they were cut into pieces."""
    told: set[str] = set()
    for event in side.events:
        match event:
            case ev.Acked() | ev.RunArrived():
                told.add(type(event).__name__)
            case ev.PeerHas():
                told.add(str(replace(event, vector=dict(sorted(event.vector.items())))))
            case _:
                told.add(str(event))
    return told


@given(st.lists(st.binary(max_size=40), max_size=6), st.lists(st.integers(1, 9), min_size=1))
def test_frames_come_out_as_they_went_in(bodies: list[bytes], sizes: list[int]) -> None:
    frames: list[list[object]] = [[n, body] for n, body in enumerate(bodies)]
    stream = b"".join(encode_frame([n, body]) for n, body in enumerate(bodies))
    reader = FrameReader()
    found = [plain for chunk in cut_at(sizes)(stream) for plain in reader.feed(chunk)]
    assert found == frames
    assert reader.pending == 0


def test_an_unfinished_frame_is_kept_until_its_end_comes() -> None:
    reader = FrameReader()
    frame = encode_frame([1, "周"])
    assert list(reader.feed(frame[:-1])) == []
    assert reader.pending == len(frame) - 1 > PREFIX_BYTES
    assert list(reader.feed(frame[-1:] + frame[:2])) == [[1, "周"]]
    assert reader.pending == 2
