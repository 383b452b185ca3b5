"""A member turned enemy, with a valid certificate, at a real node on a real socket.

Whatever it says, nothing of it is stored, it is told a reason, the node's log holds one line about it, and
the honest peer is served as before.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator

import pytest

from crdt.checkpoint import sign_checkpoint
from crdt.entry import EntryId, Header, Incarnation, assemble
from crdt.run import Verified, pack
from keys import canonical
from keys.limits import FRAME_BYTES, LEDGERS_PER_SESSION
from protocol import messages as m
from protocol.errors import Reason
from tests.support.intruder import CLOSE, TEXT, UPGRADE, message, web_frame
from tests.support.people import seed
from tests.support.siege import Siege
from tests.support.townships import Town, found


@pytest.fixture(scope="module")
def siege(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Siege]:
    under = Siege(tmp_path_factory.mktemp("member"))
    yield under
    under.close()


def said_no(word: m.Goodbye | None, reason: Reason) -> bool:
    return word is not None and word.reason == reason


# --- requests that are no session ----------------------------------------------------------------


@pytest.mark.parametrize(
    "request_line",
    (
        b"GET / HTTP/1.1",
        b"GET /mulin/2 HTTP/1.1",
        b"POST /live HTTP/1.1",
        b"GET /mulin/1?x HTTP/1.1",
    ),
)
def test_a_wrong_path_is_refused(siege: Siege, request_line: bytes) -> None:
    path_is_right = b"/mulin/1" in request_line
    with siege.attack(refusals=1), siege.line() as line:
        line.send(request_line + b"\r\nHost: node\r\n\r\n")
        assert line.answer().startswith(b"HTTP/1.1 403")
        assert line.rest() == b"" or not path_is_right


def test_the_right_path_without_an_upgrade_is_refused(siege: Siege) -> None:
    with siege.attack(refusals=1), siege.line() as line:
        line.send(
            b"GET /mulin/1 HTTP/1.1\r\nHost: node\r\nContent-Length: 99999999\r\n\r\n" + bytes(5000)
        )
        assert line.answer().startswith(b"HTTP/1.1 403")
        line.rest()


@pytest.mark.parametrize(
    "said",
    (
        b"\x00\x01\x02 not http\r\n\r\n",
        b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n",
        b"GET /mulin/1 HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n",
        b"GET /mulin/1 HTTP/1.1\r\n" + b"A: b\r\n" * 1000 + b"\r\n",
        b"GET /mulin/1 HTTP/9.9\r\n\r\n",
    ),
    ids=("bytes", "long line", "negative length", "many headers", "version"),
)
def test_a_broken_request_is_one_line_and_no_traceback(siege: Siege, said: bytes) -> None:
    with siege.attack(refusals=1), siege.line() as line:
        line.send(said)
        line.rest()


def test_pipelined_requests_do_not_pile_up(siege: Siege) -> None:
    """The first wrong request ends the connection; the ten thousand behind it are never looked at."""
    with siege.attack(refusals=1), siege.line() as line:
        line.send(b"GET / HTTP/1.1\r\nHost: node\r\n\r\n" * 10_000)
        line.rest()


# --- websockets that carry no session ------------------------------------------------------------


def test_a_text_message_ends_the_connection(siege: Siege) -> None:
    with siege.attack(refusals=1) as attack, siege.greeted() as line:
        line.send(web_frame("你好".encode(), TEXT))
        assert line.goodbye() is None
    assert attack.refusals[0]["why"] == "text message"


def test_an_oversize_websocket_message_ends_the_connection_before_it_is_read(siege: Siege) -> None:
    with siege.attack(refusals=1) as attack, siege.greeted() as line:
        line.send(web_frame(bytes(4096), size=1 << 40))
        line.goodbye()
    assert "1009" in attack.refusals[0]["why"]


def test_a_message_in_endless_fragments_ends_at_the_same_limit(siege: Siege) -> None:
    """No fragment is too large; the sum is."""
    chunk = bytes(64 * 1024)
    with siege.attack(refusals=1), siege.greeted() as line:
        first, more = web_frame(chunk), web_frame(chunk, 0)
        sent = line.send(bytes([first[0] & 0x7F]) + first[1:])
        for _ in range(400):
            sent = sent and line.send(bytes([more[0] & 0x7F]) + more[1:])
        line.goodbye()
        assert not sent or line.closed


@pytest.mark.parametrize("opcode", (3, 7, 11, 15))
def test_an_unknown_websocket_frame_ends_the_connection(siege: Siege, opcode: int) -> None:
    with siege.attack(refusals=1), siege.greeted() as line:
        line.send(web_frame(b"?", opcode))
        line.goodbye()


def test_who_closes_the_websocket_himself_is_no_refusal(siege: Siege) -> None:
    with siege.attack(refusals=0), siege.greeted() as line:
        line.send(web_frame((1000).to_bytes(2, "big"), CLOSE))
        assert line.goodbye() is None


# --- sessions out of order -----------------------------------------------------------------------


def test_an_oversize_frame_is_refused_by_its_length_alone(siege: Siege) -> None:
    with siege.attack(refusals=1):
        assert said_no(siege.say((FRAME_BYTES + 1).to_bytes(4, "big")), Reason.TOO_LARGE)


def test_a_peer_that_speaks_before_its_hello_is_refused(siege: Siege) -> None:
    with siege.attack(refusals=1), siege.line().upgraded() as line:
        line.say(m.Ping(1))
        assert said_no(line.goodbye(), Reason.UNEXPECTED)


@pytest.mark.parametrize(
    ("said", "reason"),
    (
        (m.Hello((1,), 1 << 20, (), (), ()), Reason.UNEXPECTED),
        (m.Done(bytes(32)), Reason.NOT_A_MEMBER),
        (m.Have(seed("somebody else's ledger"), {}), Reason.NOT_A_MEMBER),
        (m.Run(seed("somebody else's ledger"), b"x"), Reason.NOT_A_MEMBER),
        (m.Found(b"no founding record"), Reason.BAD_ENTRY),
    ),
)
def test_a_message_out_of_turn_is_refused(siege: Siege, said: m.Message, reason: Reason) -> None:
    with siege.attack(refusals=1):
        assert said_no(siege.say(message(said)), reason)


def test_no_common_version_is_said_so(siege: Siege) -> None:
    with siege.attack(refusals=1), siege.line().upgraded() as line:
        line.say(m.Hello((2, 77), 1 << 20, (), (), ()))
        assert said_no(line.goodbye(), Reason.NO_COMMON_VERSION)


def test_ledgers_without_end_are_refused(siege: Siege) -> None:
    flood = [message(m.Share(seed("ledger", n), bytes(16))) for n in range(LEDGERS_PER_SESSION + 1)]
    with siege.attack(refusals=1):
        assert said_no(siege.say(b"".join(flood)), Reason.LIMIT)


def test_credit_for_what_was_never_sent_is_refused(siege: Siege) -> None:
    claim = m.Ack(bytes(siege.node.ledger.id), 1 << 30, ())
    with siege.attack(refusals=1):
        assert said_no(siege.say(message(claim)), Reason.LIMIT)


def test_a_stranger_to_a_ledger_hears_nothing_of_it(siege: Siege) -> None:
    """Two members share another ledger; the third, who is in none of it, can't make the node name it."""
    one, other = Town("a"), Town("b")
    found(one, other, name="两家的账本")
    with siege.attack(refusals=1):
        word = siege.say(message(m.Have(bytes(one.ledger.id), {})))
        assert said_no(word, Reason.NOT_A_MEMBER)


# --- entries that are lies -----------------------------------------------------------------------


def test_a_forged_signature_is_refused(siege: Siege) -> None:
    run = siege.run()
    checkpoint = run[7]
    assert isinstance(checkpoint, bytes)
    run[7] = checkpoint[:-1] + bytes([checkpoint[-1] ^ 1])
    with siege.attack(refusals=1) as attack:
        assert said_no(siege.sent_run(run), Reason.BAD_ENTRY)
    assert attack.refusals[0]["detail"] == "BadSignature"


def test_a_rewritten_payload_is_refused(siege: Siege) -> None:
    """One bit of one sealed payload: the entry is another one, and nobody signed it."""
    run = siege.run()
    items = run[6]
    assert isinstance(items, list)
    last = items[-1]
    assert isinstance(last, list)
    payload = last[4]
    assert isinstance(payload, bytes)
    last[4] = payload[:20] + bytes([payload[20] ^ 1]) + payload[21:]
    with siege.attack(refusals=1):
        assert said_no(siege.sent_run(run), Reason.BAD_ENTRY)


@pytest.mark.parametrize("whose", ("honest", "nobody"))
def test_an_entry_under_anothers_device_is_refused(siege: Siege, whose: str) -> None:
    run = siege.run()
    run[0] = bytes(siege.honest.service.device) if whose == "honest" else seed("nobody's device")
    with siege.attack(refusals=1) as attack:
        assert said_no(siege.sent_run(run), Reason.BAD_ENTRY)
    expected = "BadSignature" if whose == "honest" else "UnknownDevice"
    assert attack.refusals[0]["detail"] == expected


def test_an_entry_signed_as_another_with_ones_own_key_is_refused(siege: Siege) -> None:
    """The checkpoint says the honest device, the signature is the intruder's."""
    siege.intruder.create("冒名村")
    service, victim = siege.intruder.service, siege.honest.service.device
    h = header(siege, 0, None)
    entry = assemble(
        Header(**dataclasses.asdict(h) | {"device": victim}),
        b"p" * h.payload_size,
    )
    head = sign_checkpoint(service.ground.identity.device.sign, entry, None)
    with siege.attack(refusals=1):
        assert said_no(siege.sent_run(pack(Verified((entry,), head))), Reason.BAD_ENTRY)


def test_a_run_from_another_ledger_is_refused_here(siege: Siege) -> None:
    """Signed by the same device, for the same people, in another ledger."""
    one, other = Town("c"), Town("b")
    found(one, other, name="另一个账本")
    one.create("别处村")
    (log,) = one.service.replica.vector(one.ledger.id)
    step = one.service.replica.next_run(one.ledger.id, log, frozenset())
    assert step is not None
    body = step[0]
    with siege.attack(refusals=2):
        here = m.Run(bytes(siege.node.ledger.id), body)
        assert said_no(siege.say(message(here)), Reason.BAD_ENTRY)
        there = m.Run(bytes(one.ledger.id), body)
        assert said_no(siege.say(message(there)), Reason.NOT_A_MEMBER)


def header(siege: Siege, seq: int, prev: EntryId | None, payload: bytes = b"p" * 40) -> Header:
    """A header of a log that the intruder never began."""
    service, ledger = siege.intruder.service, siege.intruder.ledger
    return Header(
        ledger=ledger.id,
        device=service.device,
        incarnation=Incarnation(seed("another life", seq, size=16)),
        seq=seq,
        prev=prev,
        epoch=0,
        claimed_ms=2**62,
        type=1 if seq else 0,
        record=None,
        parents=(),
        key_id=ledger.key.id,
        payload_size=len(payload),
        payload_hash=hashlib.sha256(payload).digest(),
    )


def test_a_run_that_continues_nothing_is_refused(siege: Siege) -> None:
    entry = assemble(header(siege, 7, EntryId(seed("an entry nobody wrote"))), b"p" * 40)
    head = sign_checkpoint(siege.intruder.service.ground.identity.device.sign, entry, None)
    with siege.attack(refusals=1):
        assert said_no(siege.sent_run(pack(Verified((entry,), head))), Reason.UNLINKED)


@pytest.mark.parametrize("claimed_ms", (2**63 - 1, 2**63, 2**64 - 3, -1))
def test_moments_beyond_all_calendars_break_nothing(siege: Siege, claimed_ms: int) -> None:
    """The wire carries steps of time; their sum may be anything."""
    run = siege.run()
    items = run[6]
    assert isinstance(items, list)
    for item, step in zip(items, (claimed_ms // 2, claimed_ms - claimed_ms // 2), strict=False):
        assert isinstance(item, list)
        item[0] = step
    with siege.attack(refusals=1):
        assert said_no(siege.sent_run(run), Reason.BAD_ENTRY)


def test_a_flood_of_runs_beyond_its_credit_is_refused(siege: Siege) -> None:
    """The node grants four megabytes; whoever sends five without waiting is out, and nothing is kept."""
    body = bytes(900 * 1024)
    flood = message(m.Run(bytes(siege.node.ledger.id), body))
    with siege.attack(refusals=1), siege.greeted() as line:
        for _ in range(6):
            if not line.send(web_frame(flood)):
                break
        word = line.goodbye()
        assert word is None or word.reason in (Reason.BAD_ENTRY, Reason.LIMIT)


def test_a_flood_of_small_messages_does_not_hold_up_the_honest_peer(siege: Siege) -> None:
    """150,000 pings in one message, and again: each is answered, or the line is slow; memory stays."""
    flood = web_frame(b"".join([message(m.Ping(7))] * 140_000))
    with siege.attack(refusals=0), siege.greeted() as line:
        line.socket.settimeout(0.5)
        try:
            for _ in range(4):
                line.socket.sendall(flood)
        except TimeoutError:
            pass
        siege.honest_edit_arrives()


def test_claims_of_what_it_holds_leave_nothing_behind(siege: Siege) -> None:
    """Acks for entries that are not there, in falling order: rows for them would fill the disk."""
    ledger = bytes(siege.node.ledger.id)
    (log,) = [
        name
        for name in siege.node.service.replica.vector(ledger)
        if name[0] == siege.honest.service.device
    ]
    rows = "SELECT count(*) FROM held"
    before = siege.node.service.ground.db.one(rows)
    with siege.attack(refusals=0), siege.greeted() as line:
        for n in range(2_000):
            line.say(m.Ack(ledger, 0, ((log, (2**62 - n, seed("claim", n))),)))
        line.say(m.Ping(99))
        assert m.Pong(99) in line.messages()
        assert siege.node.service.ground.db.one(rows) == before


def test_an_address_is_where_to_dial_and_nothing_else(siege: Siege) -> None:
    """A peer names where it listens; a path, a user or a line break in it is not taken up."""
    lies = ("127.0.0.1:1/../../x", "a@127.0.0.1:9", "127.0.0.1:9\r\nX: y", "127.0.0.1", "h:99999")
    device = bytes(siege.intruder.service.device)
    with siege.attack(refusals=0), siege.line().upgraded() as line:
        line.say(m.Hello((1,), 1 << 20, lies[:4], (), ()), m.Ping(3))
        assert m.Pong(3) in line.messages()
        assert siege.node.service.ground.book.addresses(device) == []


def test_everything_at_once_in_one_breath(siege: Siege) -> None:
    """Request, hello and a bad frame in a single write, before the node has answered anything."""
    with siege.attack(refusals=1), siege.line() as line:
        line.send(UPGRADE + web_frame(siege.hello() + (5).to_bytes(4, "big") + b"\xff" * 5))
        line.answer()
        assert said_no(line.goodbye(), Reason.BAD_FRAME)


def test_a_run_that_is_honest_is_taken_after_all_this(siege: Siege) -> None:
    """The guard of this file: what is refused above is refused for its fault, not for its sender."""
    body = canonical.encode(siege.run())
    before = siege.node.entries()
    with siege.greeted() as line:
        line.say(m.Run(bytes(siege.node.ledger.id), body))
        acked = next(said for said in line.messages() if isinstance(said, m.Ack))
        assert acked.tips
    assert siege.node.entries() == before + siege.intruder.entries()
    siege.honest_edit_arrives()
    assert siege.node.problems() == []
