"""Silence, slow handshakes and other versions: a session ends by itself, on time, with a reason."""

from __future__ import annotations

import pytest

from keys.limits import HANDSHAKE_TIMEOUT_S, PING_AFTER_S, SILENCE_TIMEOUT_S, WINDOW_BYTES
from protocol import events as ev
from protocol import messages as m
from protocol.errors import REASON_TEXT, Reason
from protocol.frames import encode_frame
from protocol.session import VERSIONS
from tests.protocol.fakes import LEDGER
from tests.protocol.pair import Chains, Pair, Side, messages

BEGAN = 1000.0


def open_pair() -> Pair:
    pair = Pair(Side(Chains(), now_s=BEGAN), Side(Chains(), now_s=BEGAN))
    pair.settle()
    return pair


def advance(side: Side, now_s: float) -> None:
    side.now_s = now_s
    side.handle(side.session.tick(now_s))


def follow_deadlines(side: Side) -> float:
    """Call `tick` exactly when the session asks for it; returns when it closed."""
    for _ in range(10):
        deadline = side.session.next_deadline_s()
        assert deadline is not None
        assert deadline > side.now_s, "a deadline lies ahead"
        advance(side, deadline - 0.001)
        assert side.closed is None
        assert side.session.next_deadline_s() == deadline, "nothing happens before its time"
        advance(side, deadline)
        if side.closed is not None:
            return deadline
    raise AssertionError("the session never ends")


def test_a_peer_that_never_says_hello_is_sent_away() -> None:
    side = Side(Chains(), now_s=BEGAN)
    assert follow_deadlines(side) == BEGAN + HANDSHAKE_TIMEOUT_S
    assert side.closed == ev.Closed(Reason.HANDSHAKE_TIMEOUT, "", by_peer=False)
    assert messages(side.session.to_send())[-1] == m.Goodbye(Reason.HANDSHAKE_TIMEOUT, "")


def test_a_hello_that_trickles_in_forever_is_no_hello() -> None:
    side = Side(Chains(), now_s=BEGAN)
    frame = encode_frame(m.to_plain(m.Hello((1,), WINDOW_BYTES, (), (), ())))
    for n, byte in enumerate(frame[:-1]):
        side.now_s = BEGAN + n
        side.hear(bytes([byte]))
        advance(side, side.now_s)
        if side.closed:
            break
    assert side.closed == ev.Closed(Reason.HANDSHAKE_TIMEOUT, "", by_peer=False)


def test_a_silent_peer_is_asked_once_and_then_left() -> None:
    pair = open_pair()
    assert follow_deadlines(pair.a) == BEGAN + SILENCE_TIMEOUT_S
    assert pair.a.closed == ev.Closed(Reason.SILENT, "", by_peer=False)
    assert messages(pair.a.session.to_send()) == [m.Ping(0), m.Goodbye(Reason.SILENT, "")]


def test_a_peer_that_answers_is_kept_for_ever() -> None:
    pair = open_pair()
    for n in range(1, 200):
        for side in (pair.a, pair.b):
            advance(side, BEGAN + n * PING_AFTER_S)
        pair.settle()
    assert pair.a.closed is None
    assert pair.b.closed is None
    said = [type(x) for x in pair.said(pair.a)]
    assert 190 <= said.count(m.Ping) <= 200
    assert said.count(m.Pong) == [type(x) for x in pair.said(pair.b)].count(m.Ping)


def test_any_word_counts_as_a_sign_of_life() -> None:
    pair = open_pair()
    side = pair.a
    side.now_s = BEGAN + SILENCE_TIMEOUT_S - 1
    side.hear(encode_frame(m.to_plain(m.Done(LEDGER))))
    advance(side, BEGAN + SILENCE_TIMEOUT_S + 1)
    assert side.closed is None
    assert side.session.next_deadline_s() == BEGAN + SILENCE_TIMEOUT_S - 1 + PING_AFTER_S


@pytest.mark.parametrize("versions", ((), (2,), (0, 2, 99), tuple(range(2, 18))))
def test_no_common_version_is_said_and_nothing_else_happens(versions: tuple[int, ...]) -> None:
    side = Side(Chains())
    side.hear(encode_frame(m.to_plain(m.Hello(versions, WINDOW_BYTES, (), (), ()))))
    assert side.events == [ev.Closed(Reason.NO_COMMON_VERSION, "", by_peer=False)]


@pytest.mark.parametrize("versions", ((1,), (7, 1), (2, 3, 1)))
def test_the_highest_common_version_is_spoken(versions: tuple[int, ...]) -> None:
    side = Side(Chains())
    side.hear(encode_frame(m.to_plain(m.Hello(versions, WINDOW_BYTES, (), (), ()))))
    (opened,) = [e for e in side.events if isinstance(e, ev.Opened)]
    assert opened.version == max(set(versions) & set(VERSIONS))


@pytest.mark.parametrize(
    "hello",
    (
        m.Hello(tuple(range(17)), 1, (), (), ()),
        m.Hello((1,), -1, (), (), ()),
        m.Hello((1,), 1, ("h:1",) * 5, (), ()),
        m.Hello((1,), 1, (), tuple((bytes([n]) * 32, bytes(16)) for n in range(65)), ()),
        m.Hello((1,), 1, (), (), (bytes(32),) * 65),
    ),
)
def test_a_hello_that_asks_too_much_is_refused(hello: m.Hello) -> None:
    side = Side(Chains())
    side.hear(encode_frame(m.to_plain(hello)))
    assert side.closed is not None
    assert side.closed.reason is Reason.LIMIT


def test_every_reason_has_a_sentence_in_both_languages() -> None:
    assert REASON_TEXT.keys() == set(Reason)
    assert all(text.say("zh") and text.say("en") for text in REASON_TEXT.values())
    assert len({text.say("zh") for text in REASON_TEXT.values()}) == len(Reason)
