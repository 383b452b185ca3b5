"""Peers that begin and do not go on: no request, no hello, no reading, a byte now and then, too many lines.

The node under attack has short timeouts here, so that a test can wait for them; the rest of it is real.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from keys import canonical
from protocol import messages as m
from protocol.errors import Reason
from tests.support.intruder import UPGRADE, Line, message, web_frame
from tests.support.nodes import wait_until
from tests.support.siege import Siege

_SHORT = {
    "node.door:TLS_TIMEOUT_S": 1.0,
    "node.wire:_END_S": 1.0,
    "protocol.session:HANDSHAKE_TIMEOUT_S": 1.0,
    "protocol.session:PING_AFTER_S": 0.5,
    "protocol.session:SILENCE_TIMEOUT_S": 2.0,
}


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    under = Siege(tmp_path_factory.mktemp("silence"), _SHORT)
    yield under
    under.close()


@pytest.fixture(autouse=True)
def _no_connection_stays(siege: Siege) -> Iterator[None]:
    """Whatever a test did, the node has no more open files after it than before."""
    before = siege.node.open_files()
    yield
    wait_until("all connections are gone", lambda: siege.node.open_files() <= before)


def dribble(line: Line, data: bytes) -> bool:
    """One byte at a time until the node hangs up; True if all of it was taken."""
    for n in range(len(data)):
        if not line.send(data[n : n + 1]):
            return False
        time.sleep(0.02)  # the attack itself is slow; nothing is waited for here
    return True


def test_a_member_that_asks_for_nothing_is_shown_the_door(siege: Siege) -> None:
    with siege.attack(refusals=1) as attack, siege.line() as line:
        assert line.rest() == b""
    assert "long" in attack.refusals[0]["why"]


def test_a_request_one_byte_at_a_time_gets_no_more_time(siege: Siege) -> None:
    slow = UPGRADE.replace(b"\r\n\r\n", b"\r\nX: " + b"y" * 400 + b"\r\n\r\n")
    with siege.attack(refusals=1), siege.line() as line:
        assert not dribble(line, slow)


def test_a_websocket_without_a_hello_is_closed(siege: Siege) -> None:
    with siege.attack(refusals=1) as attack, siege.line().upgraded() as line:
        word = line.goodbye()
        assert word is not None
        assert word.reason == Reason.HANDSHAKE_TIMEOUT
    assert attack.refusals[0]["reason"] == "handshake_timeout"


def test_a_hello_one_byte_at_a_time_gets_no_more_time(siege: Siege) -> None:
    hello = siege.hello()
    with siege.attack(refusals=1) as attack, siege.line().upgraded() as line:
        for byte in hello * 3:
            if not line.send(web_frame(bytes([byte]))):
                break
            time.sleep(0.02)
        else:
            raise AssertionError("the node listened without end")
    assert attack.refusals[0]["reason"] in ("handshake_timeout", "unexpected")


def test_a_peer_that_falls_silent_is_asked_once_and_left(siege: Siege) -> None:
    with siege.attack(refusals=1) as attack, siege.greeted() as line:
        heard = list(line.messages())
        assert sum(isinstance(said, m.Ping) for said in heard) == 1
        assert isinstance(heard[-1], m.Goodbye)
        assert heard[-1].reason == Reason.SILENT
    assert attack.refusals[0]["reason"] == "silent"


def test_a_run_one_byte_at_a_time_is_a_run(siege: Siege) -> None:
    """Slow is no crime: every byte in a message of its own, and the entries are there in the end."""
    run = message(m.Run(bytes(siege.node.ledger.id), canonical.encode(siege.run())))
    before = siege.node.entries()
    with siege.greeted() as line:
        for byte in run:
            line.send(web_frame(bytes([byte])))
        assert any(isinstance(said, m.Ack) for said in line.messages())
    assert siege.node.entries() == before + siege.intruder.entries()
    siege.honest_edit_arrives()


def test_a_half_open_connection_ends_though_nothing_is_read(siege: Siege) -> None:
    """The peer asks for a megabyte of answers, reads none and says no more: cut off, and nothing is kept."""
    with siege.attack(refusals=1) as attack, siege.line(receive_bytes=4096) as line:
        line.upgraded().send(web_frame(siege.hello()))
        line.socket.settimeout(0.2)
        flood = web_frame(b"".join([message(m.Ping(2**62))] * 20_000))
        try:
            for _ in range(100):
                line.socket.sendall(flood)
        except TimeoutError:
            pass
        else:
            raise AssertionError("the node took it all: it does not wait for its answers to go out")
        wait_until("the node gives up", lambda: siege.line_refusals(attack.since))
    assert attack.refusals[0]["reason"] == "silent"


def test_one_member_on_many_lines_keeps_one(siege: Siege) -> None:
    """Sixty connections at once from one device: each ends with one line, replaced or one too many."""
    since, crowd = siege.node.log_end(), 60
    with ExitStack() as stack:
        lines = [stack.enter_context(siege.line()) for _ in range(crowd)]
        for line in lines:
            line.send(UPGRADE + web_frame(siege.hello()))
        for line in lines:
            line.answer()
        siege.honest_edit_arrives()
        words = {word.reason for line in lines if (word := line.goodbye()) is not None}
        assert words <= {Reason.REPLACED, Reason.SILENT, Reason.HANDSHAKE_TIMEOUT}

    def ends() -> list[str]:
        lines = [x for x in siege.node.lines(since) if x.get("peer") == siege.peer]
        return [x["event"] for x in lines if x["event"] in ("closed", "refused")]

    wait_until("each has its line", lambda: len(ends()) >= crowd)
    assert len(ends()) == crowd


def test_sessions_of_one_member_that_are_never_read_are_bounded(siege: Siege) -> None:
    """Each stops reading at once. Beyond a handful the node says no; later it says yes again."""
    with ExitStack() as stack:
        for _ in range(12):
            line = stack.enter_context(siege.line(receive_bytes=4096))
            line.send(UPGRADE + web_frame(siege.hello()))
        siege.honest_edit_arrives()
    wait_until(
        "they are gone", lambda: siege.intruder.service.device not in siege.node.control.live()
    )
    with siege.greeted() as line:
        line.say(m.Ping(4))
        assert m.Pong(4) in line.messages()
    siege.honest_edit_arrives()
