"""Back pressure: no side sends on without credit, none is believed about credit it never earned.

One window is all that a node ever has to hold for a peer; a log whose waiting room is full is stopped
alone.
"""

from __future__ import annotations

from itertools import pairwise

import pytest

from keys.limits import FRAME_BYTES, TIPS_PER_LOG, WINDOW_BYTES
from protocol import events as ev
from protocol import messages as m
from protocol.errors import Reason
from protocol.frames import encode_frame
from protocol.pace import Pace
from protocol.session import VERSIONS, Session
from tests.protocol.fakes import LEDGER, FakeStore, log_name
from tests.protocol.pair import Chains, Pair, Side, messages

SAN, LU, MA = log_name("三江口镇"), log_name("鲁布革乡"), log_name("马蚌镇")
TEXT = "x" * 60_000
PER_RUN = 8  # 480 kB a run


@pytest.fixture(autouse=True)
def _credit_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a session sends before an ack is bounded by its pace too; here only by its credit."""
    monkeypatch.setattr(Pace, "full", lambda *_: False)


def big(entries: int) -> FakeStore:
    store = FakeStore(per_run=PER_RUN)
    store.write(SAN, *(f"{n} {TEXT}" for n in range(entries)))
    return store


def run_sizes(said: list[m.Message]) -> list[int]:
    return [len(message.body) for message in said if isinstance(message, m.Run)]


def test_a_node_that_stores_nothing_is_sent_one_window() -> None:
    """The window may be overrun by the one run that began within it, never by a second."""
    pair = Pair(Side(Chains(big(100))), Side(Chains()))
    pair.b.answers = False
    pair.settle()
    sizes = run_sizes(pair.said(pair.a))
    assert sum(sizes[:-1]) < WINDOW_BYTES <= sum(sizes) < WINDOW_BYTES + FRAME_BYTES
    assert pair.a.closed is None
    assert pair.b.closed is None
    assert not pair.a.synced


def test_acknowledging_lets_the_rest_follow() -> None:
    store, empty = big(100), FakeStore()
    pair = Pair(Side(Chains(store)), Side(Chains(empty)))
    pair.b.answers = False
    pair.settle()
    waiting = [e for e in pair.b.events if isinstance(e, ev.RunArrived)]
    pair.b.answers = True
    for run in waiting:
        pair.b.store_run(run)
    pair.settle()
    assert empty.vector(LEDGER) == store.vector(LEDGER)
    assert pair.a.synced
    assert pair.b.synced


@pytest.mark.parametrize("turns_to_store", (1, 3))
def test_never_more_than_a_window_is_on_its_way(turns_to_store: int) -> None:
    """However slowly the other side stores, each run begins only while the window is open."""
    store, empty = big(160), FakeStore()
    pair = Pair(Side(Chains(store)), Side(Chains(empty)))
    pair.b.answers = False
    on_the_way: list[int] = []
    read = waiting = 0
    for turn in range(400):
        pair.exchange()
        for size in run_sizes(messages(bytes(pair.sent[id(pair.a)][read:]))):
            assert sum(on_the_way) < WINDOW_BYTES
            on_the_way.append(size)
        read = len(pair.sent[id(pair.a)])
        arrived = [e for e in pair.b.events if isinstance(e, ev.RunArrived)]
        if turn % turns_to_store == 0 and waiting < len(arrived):
            pair.b.store_run(arrived[waiting])
            del on_the_way[0]
            waiting += 1
    assert empty.vector(LEDGER) == store.vector(LEDGER)
    assert waiting == 20


def greeted(side: Side, window: int = WINDOW_BYTES) -> None:
    """Say hello to a side by hand, as one who holds nothing."""
    hello = m.Hello(VERSIONS, window, (), ((LEDGER, bytes(16)),), ())
    side.hear(encode_frame(m.to_plain(hello)) + encode_frame(m.to_plain(m.Have(LEDGER, {}))))


def test_a_small_window_is_heeded_and_still_moves_on() -> None:
    side = Side(Chains(big(20)))
    greeted(side, window=1)
    (first,) = [x for x in messages(side.session.to_send()) if isinstance(x, m.Run)]
    side.hear(encode_frame(m.to_plain(m.Ack(LEDGER, len(first.body), ()))))
    assert len(run_sizes(messages(side.session.to_send()))) == 1


def test_a_window_larger_than_ours_opens_no_wider() -> None:
    side = Side(Chains(big(200)))
    greeted(side, window=2**60)
    assert sum(run_sizes(messages(side.session.to_send()))) < WINDOW_BYTES + FRAME_BYTES


@pytest.mark.parametrize("credit", (-1, 1, 2**62))
def test_credit_for_what_was_never_sent_ends_the_session(credit: int) -> None:
    side = Side(Chains())
    greeted(side)
    side.hear(encode_frame(m.to_plain(m.Ack(LEDGER, credit, ()))))
    assert side.closed == ev.Closed(Reason.LIMIT, "credit for what was never sent", by_peer=False)


def test_credit_is_given_back_once() -> None:
    side = Side(Chains(big(1)))
    greeted(side)
    (size,) = run_sizes(messages(side.session.to_send()))
    ack = encode_frame(m.to_plain(m.Ack(LEDGER, size, ())))
    side.hear(ack)
    assert side.closed is None
    side.hear(ack)
    assert side.closed is not None
    assert side.closed.reason is Reason.LIMIT


def test_who_sends_on_without_credit_is_sent_away() -> None:
    side = Side(Chains())
    side.answers = False
    greeted(side)
    run = encode_frame(m.to_plain(m.Run(LEDGER, bytes(1_000_000))))
    for _ in range(5):
        side.hear(run)
        assert side.closed is None, "4.2 MB began within the window"
    side.hear(run)
    assert side.closed is not None
    assert side.closed.reason is Reason.LIMIT
    assert len(side.of(ev.RunArrived)) == 5


def test_a_full_log_is_stopped_and_the_others_go_on() -> None:
    a, b = FakeStore(), FakeStore()
    for log in (SAN, LU, MA):
        a.write(log, *(f"entry {n}" for n in range(60)))
    b.full = {LU}
    pair = Pair(Side(Chains(a)), Side(Chains(b)))
    pair.settle()
    assert set(b.vector(LEDGER)) == {SAN, MA}
    assert pair.a.closed is None
    assert pair.b.closed is None
    assert sum(isinstance(x, m.Stop) for x in pair.said(pair.b)) >= 1
    assert not pair.a.synced, "the two do not hold the same"

    sent = len(pair.said(pair.a))
    a.write(LU, "still in vain")
    a.write(MA, "live")
    pair.a.push()
    pair.settle()
    assert len([x for x in pair.said(pair.a)[sent:] if isinstance(x, m.Run)]) == 1
    assert b.vector(LEDGER)[MA] == a.vector(LEDGER)[MA]


def test_a_stopped_log_is_taken_again_in_the_next_session() -> None:
    a, b = FakeStore(), FakeStore()
    a.write(SAN, *(f"entry {n}" for n in range(30)))
    b.full = {SAN}
    Pair(Side(Chains(a)), Side(Chains(b))).settle()
    b.full = set()
    again = Pair(Side(Chains(a)), Side(Chains(b)))
    again.settle()
    assert a.vector(LEDGER) == b.vector(LEDGER)
    assert again.a.synced


def test_stopping_log_after_log_for_ever_ends_the_session() -> None:
    """What a peer says about logs nobody has must not fill our memory."""
    side = Side(Chains())
    greeted(side)
    for n in range(20_000):
        device, incarnation = log_name(str(n))
        side.hear(encode_frame(m.to_plain(m.Stop(LEDGER, (device, incarnation)))))
        if side.closed:
            break
    assert side.closed is not None
    assert side.closed.reason is Reason.LIMIT


def test_asking_for_log_after_log_for_ever_ends_the_session() -> None:
    side = Side(Chains())
    greeted(side)
    for n in range(20_000):
        asked = m.Marks(LEDGER, log_name(str(n)), ((0, bytes(32)),))
        side.hear(encode_frame(m.to_plain(asked)))
        if side.closed:
            break
    assert side.closed is not None
    assert side.closed.reason is Reason.LIMIT


def test_the_frontier_of_a_run_always_moves() -> None:
    """Runs of one log follow one another without a gap: what the next begins with ended the one before."""
    store = FakeStore(per_run=3)
    store.write(SAN, *(f"entry {n}" for n in range(30)))
    session = Session(store, (LEDGER,), (), (), 0.0)
    side = Side(Chains(store))
    side.session = session
    greeted(side)
    bodies = [x.body for x in messages(session.to_send()) if isinstance(x, m.Run)]
    held = FakeStore()
    tips = [held.take(LEDGER, body) for body in bodies]
    assert all(after.follows == before.tip[1] for before, after in pairwise(tips))
    assert held.vector(LEDGER) == store.vector(LEDGER)
    assert len(held.vector(LEDGER)[SAN]) < TIPS_PER_LOG
