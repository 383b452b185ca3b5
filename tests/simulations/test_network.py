"""Streams over lines of every kind: whole and in order, or broken and said to be; never silently short."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulations.clock import SECOND_US, Clock
from simulations.links import OFFICE, ROUGH, TWO_G, VILLAGE, Deliver, Drop, Line, Packet, Reset
from simulations.network import Network
from simulations.world import World

HOUR_S = 3600.0


class Computer:
    """Takes every call and keeps what it is told."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.welcoming = True
        self.came: dict[int, bytearray] = {}
        self.first_us: int | None = None
        self.last_us = 0
        self.gone: set[int] = set()
        self.failed = 0

    def accepts(self, caller: int) -> bool:
        del caller
        return self.welcoming

    def connected(self, number: int, other: int, *, dialled: bool) -> None:
        del other, dialled
        self.came[number] = bytearray()

    def received(self, number: int, data: bytes) -> None:
        assert number not in self.gone, "nothing comes after the end"
        assert data
        self.came[number] += data
        self.last_us = self.clock.now_us

    def disconnected(self, number: int) -> None:
        assert number not in self.gone, "it ends once"
        self.gone.add(number)

    def dial_failed(self, other: int) -> None:
        del other
        self.failed += 1


class Wires:
    """A network of computers, at first all on one kind of line."""

    def __init__(self, line: Line = OFFICE, seed: int = 0, count: int = 2) -> None:
        self.clock = Clock()
        self.told: list[str] = []
        self.network = Network(self.clock, seed, lambda event, *_: self.told.append(event))
        self.network.default = line
        self.computers = [Computer(self.clock) for _ in range(count)]
        self.network.parties = list(self.computers)

    def run(self, for_s: float = HOUR_S) -> None:
        self.clock.run_until(self.clock.now_us + round(for_s * SECOND_US))

    def connect(self, source: int = 0, target: int = 1) -> tuple[int, int]:
        """The numbers of the two ends. The call itself goes over a good line, and so succeeds."""
        there, back = self.network.link(source, target), self.network.link(target, source)
        lines, there.line, back.line = (there.line, back.line), OFFICE, OFFICE
        self.network.dial(source, target)
        self.run(60)
        there.line, back.line = lines
        return max(self.computers[source].came), max(self.computers[target].came)


# --- streams ---------------------------------------------------------------------------------

LINES = st.builds(
    replace,
    st.sampled_from((OFFICE, TWO_G, VILLAGE, ROUGH)),
    loss=st.sampled_from((0.0, 0.1, 0.4)),
    twice=st.sampled_from((0.0, 0.3)),
    wild=st.sampled_from((0.0, 0.3)),
    chopped=st.booleans(),
    segment_bytes=st.sampled_from((1, 7, 1400)),
)


@given(LINES, st.integers(0, 99), st.lists(st.binary(max_size=200), max_size=6))
def test_what_is_written_comes_whole_and_in_order(
    line: Line, seed: int, pieces: list[bytes]
) -> None:
    wires = Wires(line, seed)
    near, far = wires.connect()
    for piece in pieces:
        wires.network.write(near, piece)
        wires.network.write(far, piece[::-1])
    wires.run()
    broken = wires.computers[0].gone | wires.computers[1].gone
    there, back = bytes(wires.computers[1].came[far]), bytes(wires.computers[0].came[near])
    whole = b"".join(pieces), b"".join(piece[::-1] for piece in pieces)
    assert whole[0].startswith(there)
    assert whole[1].startswith(back)
    if not broken:
        assert (there, back) == whole
        assert wires.network.in_flight() == 0


@given(LINES, st.integers(0, 99), st.binary(min_size=1, max_size=500))
def test_hanging_up_lets_everything_out_that_was_written(
    line: Line, seed: int, data: bytes
) -> None:
    wires = Wires(replace(line, loss=0.0, wild=0.0, bytes_per_s=None), seed)
    near, far = wires.connect()
    wires.network.write(near, data)
    wires.network.hang_up(near)
    wires.network.write(near, b"too late")
    wires.run()
    assert wires.computers[1].came[far] == data
    assert wires.computers[0].gone == {near}
    assert wires.computers[1].gone == {far}
    assert wires.network.connections() == 0


def test_a_line_that_loses_everything_breaks_the_connection_in_the_end() -> None:
    wires = Wires()
    near, far = wires.connect()
    wires.network.link(0, 1).cut = True
    wires.network.write(near, b"into the void")
    wires.run(2 * HOUR_S)
    assert wires.computers[0].gone == {near}
    assert wires.computers[1].gone == {far}
    assert wires.computers[1].came[far] == b""
    assert wires.told == ["reset"]


@given(LINES, st.integers(0, 99), st.integers(0, 120))
def test_what_came_before_a_break_is_the_beginning(line: Line, seed: int, after: int) -> None:
    wires = Wires(replace(line, loss=0.0, wild=0.0), seed)
    near, far = wires.connect()
    wires.network.break_after(0, 1, after)
    for _ in range(20):
        wires.network.write(near, b"frame")
    wires.run()
    came = wires.computers[1].came[far]
    assert (b"frame" * 20)[:after].startswith(came)
    assert (near in wires.computers[0].gone) == (after <= 100)


@pytest.mark.parametrize("after", (0, 1, 3, 99, 100, 101))
def test_a_connection_breaks_in_the_middle_of_a_frame(after: int) -> None:
    wires = Wires(Line("plain", 5_000))
    near, far = wires.connect()
    wires.network.write(near, b"before ")
    wires.network.break_after(0, 1, after)
    for _ in range(20):
        wires.network.write(near, b"frame")
    wires.run()
    if after > 100:
        assert wires.computers[1].came[far] == b"before " + b"frame" * 20
        assert not wires.computers[0].gone
    else:
        assert wires.computers[1].came[far] == b"before " + (b"frame" * 20)[:after]
        assert wires.computers[0].gone == {near}
        assert wires.computers[1].gone == {far}


# --- dialling --------------------------------------------------------------------------------


def test_a_call_that_nobody_takes_fails_at_once_and_one_into_the_void_after_a_while() -> None:
    wires = Wires(count=3)
    wires.computers[1].welcoming = False
    wires.network.link(0, 2).cut = True
    wires.network.dial(0, 1)
    wires.run(1)
    assert wires.computers[0].failed == 1
    wires.network.dial(0, 2)
    wires.run(5)
    assert wires.computers[0].failed == 1
    wires.run(10)
    assert wires.computers[0].failed == 2
    assert wires.network.connections() == 0


@given(LINES, st.integers(0, 99))
def test_every_call_ends_in_a_connection_or_in_a_failure(line: Line, seed: int) -> None:
    wires = Wires(line, seed)
    for _ in range(3):
        wires.network.dial(0, 1)
        wires.run(120)
    made = len(wires.computers[0].came)
    assert made + wires.computers[0].failed == 3
    assert made - len(wires.computers[0].gone) <= wires.network.connections() <= 3


# --- figures ---------------------------------------------------------------------------------


def test_twenty_thousand_bytes_on_2g_take_a_second_and_the_way() -> None:
    wires = Wires(TWO_G)
    near, far = wires.connect()
    start_us = wires.clock.now_us
    wires.network.write(near, bytes(20_000))
    wires.run(10)
    assert len(wires.computers[1].came[far]) == 20_000
    took_s = (wires.computers[1].last_us - start_us) / SECOND_US
    headers_s = 15 * 60 / 20_000
    assert 1.3 + headers_s <= took_s <= 1.36 + headers_s


def test_latency_is_one_way_and_a_call_takes_three_round_trips() -> None:
    wires = Wires(Line("plain", 100_000))
    wires.network.dial(0, 1)
    wires.run(0.599)
    assert not wires.computers[0].came
    wires.run(0.002)
    (near,) = wires.computers[0].came
    start_us = wires.clock.now_us
    wires.network.write(near, b"x")
    wires.run(1)
    assert wires.computers[1].last_us - start_us == 100_000


def test_two_connections_share_the_width_of_their_line() -> None:
    wires = Wires(Line("narrow", 1_000, bytes_per_s=10_000, segment_bytes=1000))
    first, _ = wires.connect()
    second, _ = wires.connect()
    start_us = wires.clock.now_us
    wires.network.write(first, bytes(5_000))
    wires.network.write(second, bytes(5_000))
    wires.run(60)
    took_s = (wires.computers[1].last_us - start_us) / SECOND_US
    assert took_s == pytest.approx(10 * 1060 / 10_000 + 0.001, abs=0.001)


# --- faults of lines -------------------------------------------------------------------------


def test_a_line_that_is_cut_one_way_works_the_other_way() -> None:
    wires = Wires()
    near, far = wires.connect()
    wires.network.link(0, 1).cut = True
    wires.network.write(near, b"there")
    wires.network.write(far, b"back")
    wires.run(20)
    assert wires.computers[0].came[near] == b"back"
    assert wires.computers[1].came[far] == b""
    wires.network.link(0, 1).cut = False
    wires.run(60)
    assert wires.computers[1].came[far] == b"there"


def test_what_is_held_comes_when_it_is_released() -> None:
    wires = Wires()
    near, far = wires.connect()
    wires.network.hold(0, 1)
    for n in range(5):
        wires.network.write(near, b"%d" % n)
        wires.run(30)
    assert wires.computers[1].came[far] == b""
    assert wires.network.queued(near) == 5
    wires.network.release(0, 1)
    wires.run(1)
    assert wires.computers[1].came[far] == b"01234"
    assert wires.network.queued(near) == 0


@pytest.mark.parametrize("resets", (True, False))
def test_whoever_is_gone_is_missed_now_or_when_spoken_to(resets: bool) -> None:
    wires = Wires()
    near, _ = wires.connect()
    wires.network.forget(1, resets=resets)
    wires.run(10)
    assert (near in wires.computers[0].gone) == resets
    assert not wires.computers[1].gone, "who forgot is not told"
    wires.network.write(near, b"anybody there?")
    wires.run(10)
    assert wires.computers[0].gone == {near}


# --- rules -----------------------------------------------------------------------------------


def test_a_rule_is_any_function_and_the_first_verdict_counts() -> None:
    wires = Wires()
    near, far = wires.connect()
    seen: list[Packet] = []

    def watch(packet: Packet) -> None:
        seen.append(packet)

    def at_once(packet: Packet) -> Deliver | None:
        return Deliver(7) if packet.data == b"at once" else None

    def never(_: Packet) -> Drop:
        return Drop()

    wires.network.rules += [watch, at_once, never]
    start_us = wires.clock.now_us
    wires.network.write(near, b"at once")
    wires.run(0.001)
    assert wires.computers[1].last_us == start_us + 7
    wires.network.write(near, b"never")
    wires.run(1)
    assert wires.computers[1].came[far] == b"at once"
    assert {(p.source, p.target, p.kind) for p in seen} == {(0, 1, "data")}
    wires.network.rules.clear()
    wires.run(60)
    assert wires.computers[1].came[far] == b"at oncenever"


def test_a_rule_may_break_a_connection() -> None:
    wires = Wires()
    near, far = wires.connect()
    wires.network.rules.append(lambda packet: Reset() if b"bad" in packet.data else None)
    wires.network.write(near, b"good")
    wires.network.write(near, b"bad")
    wires.run()
    assert wires.computers[0].gone == {near}
    assert wires.computers[1].gone == {far}


# --- worlds ----------------------------------------------------------------------------------


def fail_in_a_partition(world: World) -> None:
    with world.partition({0}, {1, 2}):
        cut = {pair for pair, link in world.network.links() if link.cut}
        assert cut == {(0, 1), (0, 2), (1, 0), (2, 0)}
        raise ZeroDivisionError


def test_a_partition_heals_on_leaving_the_block_also_when_a_test_fails_in_it() -> None:
    with World(3) as world:
        world.run(5)
        with pytest.raises(ZeroDivisionError):
            fail_in_a_partition(world)
        assert not any(link.cut for _, link in world.network.links())


def test_a_rule_of_a_world_holds_until_the_block_ends() -> None:
    with World(2) as world:
        with world.rule(lambda _: Drop()):
            world.run(30)
            assert world.network.connections() == 0
        world.run(60)
        assert world.network.connections() >= 1


def test_a_line_that_flaps_comes_and_goes() -> None:
    with World(2) as world:
        world.flap(0, 1, up_s=5, down_s=3, times=2)
        cuts = []
        world.run(0.5)
        for _ in range(14):
            cuts.append(world.network.link(0, 1).cut)
            world.run(1)
        assert "".join("-" if cut else "+" for cut in cuts) == "---+++++---+++"
