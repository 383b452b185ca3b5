"""The node without sockets: whom it dials when, which of two lines it keeps, and what it passes on.

All time is virtual; the stories take milliseconds and are the same every time.
"""

from __future__ import annotations

from itertools import pairwise

import pytest

from keys.limits import (
    BACKOFF_FIRST_S,
    BACKOFF_MAX_S,
    HANDSHAKE_TIMEOUT_S,
    PING_AFTER_S,
    SESSIONS_PER_DEVICE,
    SILENCE_TIMEOUT_S,
)
from node.errors import Busy
from node.ingest import Ingest
from node.peers import Peer
from node.reading import Reading
from tests.support.cores import Net
from tests.support.townships import Town, agree, together


def net_of(count: int, seed: int = 0) -> Net:
    return Net(together(count), seed)


def equal(*members: Town) -> bool:
    return len({town.digest() for town in members}) == 1 and bool(members[0].entries())


# --- dialling ------------------------------------------------------------------------------------


def test_a_dead_peer_is_dialled_ever_more_rarely() -> None:
    """Each wait is twice the one before, give or take half, and never more than the longest."""
    net = net_of(2)
    net.down.add("b")
    net.start("a")
    net.run(4 * 3600)
    moments = [at for at, label, _, _ in net.dials if label == "a"]
    waits = [after - before for before, after in pairwise(moments)]
    assert len(waits) > 20
    for n, wait in enumerate(waits):
        due = min(BACKOFF_FIRST_S * 2**n, BACKOFF_MAX_S)
        assert 0.5 * due <= wait <= 1.5 * due + 0.1, (n, wait)


def test_peers_do_not_dial_in_step() -> None:
    first = Peer(0.0)
    waits = set()
    for chance in (0.0, 0.25, 0.5, 0.99):
        peer = Peer(0.0)
        peer.failed(0.0, lambda c=chance: c)  # type: ignore[misc]
        waits.add(peer.next_dial_s)
    assert len(waits) == 4
    assert first.due(0.0)
    assert min(waits) == BACKOFF_FIRST_S / 2


def test_everybody_is_dialled_in_the_first_half_second_but_not_at_once() -> None:
    net = net_of(5)
    net.down |= {"b", "c", "d", "e"}
    net.start("a")
    net.run(0.5)
    first = {other: at for at, _, other, _ in reversed(net.dials)}
    assert set(first) == {"b", "c", "d", "e"}
    assert len(set(first.values())) == 4


def test_addresses_take_turns() -> None:
    net = net_of(2)
    net.down.add("b")
    net.start("a")
    net.run(60)
    tried = [address for _, _, _, address in net.dials]
    assert tried[:4] == ["b.example:1", "b:2", "b.example:1", "b:2"]


def test_a_peer_without_an_address_is_not_dialled_and_costs_nothing() -> None:
    net = net_of(2)
    a = net.town("a").service
    with a.ground.db.transaction():
        a.ground.book.set_addresses(net.town("b").service.device, [])
    net.start("a")
    net.run(3600)
    assert net.dials == []


def test_who_asks_for_a_peer_does_not_wait_for_the_next_turn() -> None:
    net = net_of(2)
    net.down.add("b")
    net.start("a")
    net.run(3000)
    before = len(net.dials)
    net.down.discard("b")
    net.dial_now("a", "b")
    net.run(1)
    assert len(net.dials) == before + 1
    assert len(net.open_lines()) == 1


def test_after_a_good_session_the_next_dial_is_soon() -> None:
    net = net_of(2)
    net.down.add("b")
    net.start("a")
    net.run(3000)
    net.rise("b")
    net.run(1)
    assert len(net.open_lines()) == 1
    before = net.now_s
    net.stop("b")
    net.run(3)
    again = [at for at, label, _, _ in net.dials if label == "a" and at > before]
    assert again
    assert again[0] - before < 2.0


def test_a_peer_that_hangs_up_before_its_hello_counts_as_a_failure() -> None:
    """It takes the call and drops it, again and again: the calls grow rarer."""
    net = net_of(2)
    net.mute.add("b")
    net.start("a")
    net.run(600)
    moments = [at for at, label, _, _ in net.dials if label == "a"]
    assert 5 < len(moments) < 15
    waits = [after - before for before, after in pairwise(moments)]
    assert waits[-1] > 10 * waits[0]


# --- twins ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", (("a", "b"), ("b", "a")))
def test_of_two_that_dial_each_other_at_once_one_line_remains(order: tuple[str, str]) -> None:
    """Both ends keep the same one: the one that the smaller device dialled."""
    net = net_of(2)
    lines = [net.connect(order[0], order[1]), net.connect(order[1], order[0])]
    net.run(1)
    (kept,) = net.open_lines()
    smaller = min(net.devices)
    dialler = kept.ends[min(kept.ends)]
    assert dialler == net.devices[smaller]
    assert kept in lines
    net.town("a").create()
    net.changed("a")
    net.run(1)
    assert equal(*net.towns)
    assert net.cores["a"].live() == {net.town("b").service.device: True}


def test_a_newer_line_from_the_same_side_replaces_the_older() -> None:
    """The peer came back before its old line was known to be dead."""
    net = net_of(2)
    old = net.connect("b", "a")
    net.run(1)
    old.silent = True
    new = net.connect("b", "a")
    net.run(1)
    assert new in net.open_lines()
    net.town("a").create()
    net.changed("a")
    net.run(1)
    assert equal(*net.towns)


def test_both_dial_all_the_time_and_there_is_never_more_than_a_moment_of_two() -> None:
    net = net_of(2)
    net.start()
    net.run(2)
    assert len(net.open_lines()) == 1
    replaced = [n for n in net.said("a", "closed") if n.facts["reason"] == "replaced"]
    assert len(replaced) <= 1


def test_lines_of_one_device_are_bounded() -> None:
    net = net_of(2)
    for _ in range(SESSIONS_PER_DEVICE + 5):
        net.connect("b", "a")
    why = [n.facts["why"] for n in net.said("a", "refused")]
    assert why.count("too many connections") == 5
    net.run(1)
    assert len(net.open_lines()) <= SESSIONS_PER_DEVICE


# --- dead lines ----------------------------------------------------------------------------------


def test_a_line_that_falls_silent_is_asked_given_up_and_dialled_again() -> None:
    net = net_of(2)
    net.start("a")
    net.run(1)
    (line,) = net.open_lines()
    line.silent = True
    cut_s = net.now_s
    net.town("b").create("断线以后")
    net.changed("b")
    net.run(PING_AFTER_S + 1)
    assert net.said("a", "closed") == []
    net.run(SILENCE_TIMEOUT_S + 5)
    (gone,) = [n for n in net.said("a", "closed") if n.facts["reason"] == "silent"]
    assert gone.facts["by"] == "us"
    assert equal(*net.towns), "the new line brought what the old one lost"
    assert max(at for at, *_ in net.dials) > cut_s + SILENCE_TIMEOUT_S - 1


def test_a_peer_that_never_says_hello_is_left_in_time() -> None:
    net = net_of(2)
    line = net.connect("b", "a")
    line.silent = True
    net.run(HANDSHAKE_TIMEOUT_S + 1)
    reasons = [n.facts["reason"] for n in net.said("a", "closed")]
    assert reasons == ["handshake_timeout"]
    assert line not in net.open_lines()


def test_an_idle_line_stays_for_a_day() -> None:
    net = net_of(2)
    net.start()
    net.run(1)
    (line,) = net.open_lines()
    net.run(24 * 3600)
    assert net.open_lines() == [line]


# --- passing on ----------------------------------------------------------------------------------


def test_what_one_end_writes_reaches_the_other_end_through_the_middle() -> None:
    """A–B–C without A–C: live, both ways, and to a township that was away."""
    net = net_of(3)
    net.unreachable |= {("a", "c"), ("c", "a")}
    net.start()
    net.run(5)
    a, b, c = net.towns
    record = a.create()
    net.changed("a")
    net.run(1)
    c.say(record, difficulty="complex")
    net.changed("c")
    net.run(1)
    assert equal(a, b, c)
    net.stop("c")
    a.say(record, amount_claimed="5")
    net.changed("a")
    net.run(60)
    net.rise("c")
    net.run(5)
    assert c.value(record, "amount_claimed") == 500
    agree(a, b, c)
    assert all(set(line.ends.values()) != {"a", "c"} for line in net.open_lines())


def test_five_in_a_row_come_to_the_same() -> None:
    net = net_of(5)
    row = "abcde"
    net.unreachable |= {(x, y) for x in row for y in row if abs(row.index(x) - row.index(y)) != 1}
    net.start()
    for n, town in enumerate(net.towns):
        town.create(f"第{n}村")
    net.run(10)
    agree(*net.towns)


def test_what_a_peer_holds_is_known_as_it_says_so() -> None:
    net = net_of(2)
    net.start()
    a = net.town("a")
    record = a.create()
    net.run(3)
    delivered = Reading(a.service).record(a.ledger, record)["delivered"]
    assert all(delivered.values())
    net.stop("b")
    a.say(record, amount_claimed="5")
    delivered = Reading(a.service).record(a.ledger, record)["delivered"]
    assert sorted(delivered.values()) == [False, True]
    net.rise("b")
    net.run(5)
    assert all(Reading(a.service).record(a.ledger, record)["delivered"].values())


# --- trouble -------------------------------------------------------------------------------------


def test_a_peer_that_talks_nonsense_ends_its_own_line_only() -> None:
    net = net_of(3)
    net.start()
    net.run(3)
    line = next(x for x in net.open_lines() if set(x.ends.values()) == {"a", "b"})
    net.inject(line, "a", b"\xff" * 20)
    net.run(0.2)
    (gone,) = [n for n in net.said("a", "closed") if n.facts["by"] == "us"]
    assert gone.facts["reason"] == "too_large"
    assert any(set(x.ends.values()) == {"a", "c"} for x in net.open_lines())
    net.town("c").create()
    net.changed("c")
    net.run(5)
    assert equal(*net.towns)


def test_trouble_of_our_own_disk_is_not_blamed_on_the_peer(monkeypatch: pytest.MonkeyPatch) -> None:
    """The store is held by another program: the session ends, and what was sent comes again."""
    net = net_of(2)
    net.start()
    net.run(3)
    a, b = net.towns
    take = Ingest.take
    with monkeypatch.context() as held:
        held.setattr(Ingest, "take", lambda *_: (_ for _ in ()).throw(Busy()))
        b.create()
        net.changed("b")
        net.run(0.2)
    assert Ingest.take is take
    assert [n.facts["what"] for n in net.said("a", "trouble")] == ["Busy"]
    (gone,) = [n for n in net.said("a", "closed") if n.facts["by"] == "us"]
    assert gone.facts["reason"] == "shutting_down"
    net.run(5)
    assert equal(a, b)


def test_a_clean_stop_says_goodbye_to_everybody() -> None:
    net = net_of(3)
    net.start()
    net.run(3)
    net.stop("a")
    for label in ("b", "c"):
        reasons = [n.facts["reason"] for n in net.said(label, "closed") if n.facts["by"] == "peer"]
        assert "shutting_down" in reasons
    assert net.cores["a"].live() == {}


def test_the_same_dice_tell_the_same_story() -> None:
    def story(seed: int) -> list[tuple[float, str, str]]:
        net = net_of(3, seed)
        net.start()
        net.town("a").create()
        net.run(30)
        net.stop("b")
        net.run(30)
        net.rise("b")
        net.run(30)
        return [(at, label, note.event) for at, label, note in net.notes]

    assert story(1) == story(1)
    assert story(1) != story(2)
