"""What a bad peer can say, and what comes of it: a goodbye with a reason, a Closed event, silence.

The session never raises for what a peer sent, never answers after its goodbye, and never holds more
than a frame.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import canonical
from keys.canonical import Plain
from keys.limits import FRAME_BYTES, LEDGERS_PER_SESSION, WINDOW_BYTES
from protocol import events as ev
from protocol import messages as m
from protocol.errors import Misuse, Reason
from protocol.frames import encode_frame
from protocol.phase import Phase
from tests.protocol.fakes import LEDGER, OTHER, FakeStore, log_name
from tests.protocol.pair import Chains, Side, messages
from tests.support.people import seed

SAN, LU = log_name("三江口镇"), log_name("鲁布革乡")
HELLO = m.Hello((1,), WINDOW_BYTES, (), ((LEDGER, bytes(16)),), ())


def wire(*said: m.Message) -> bytes:
    return b"".join(encode_frame(m.to_plain(message)) for message in said)


def raw(plain: list[Plain]) -> bytes:
    return encode_frame(plain)


def victim(*said: m.Message) -> Side:
    """A node with a log of twenty entries that has heard these messages."""
    store = FakeStore(per_run=4)
    store.write(SAN, *(f"entry {n}" for n in range(20)))
    side = Side(Chains(store))
    side.hear(wire(*said))
    assert side.closed is None, "the prelude is legal"
    return side


def ended(side: Side) -> Reason:
    """Why the side ended the session; checks that it said so last and then fell silent."""
    assert side.closed is not None
    assert not side.closed.by_peer
    last = messages(side.session.to_send())[-1]
    assert last == m.Goodbye(side.closed.reason, side.closed.detail)
    before = list(side.events)
    side.hear(wire(HELLO, m.Ping(1)))
    side.push()
    assert side.events == before
    assert side.session.to_send() == b""
    assert side.session.phase is Phase.CLOSED
    assert side.session.next_deadline_s() is None
    return side.closed.reason


TIP = (19, FakeStore().write(SAN, *(f"entry {n}" for n in range(20))))
ID, MARK = bytes(32), ((3, bytes(32)),)

# (what is heard after the hellos, why it ends the session)
OUT_OF_PLACE: dict[str, tuple[bytes, Reason]] = {
    "a second hello": (wire(HELLO), Reason.UNEXPECTED),
    "a second vector": (wire(m.Have(LEDGER, {}), m.Have(LEDGER, {})), Reason.UNEXPECTED),
    "a ledger nobody shares": (wire(m.Have(OTHER, {})), Reason.NOT_A_MEMBER),
    "a run of such a ledger": (wire(m.Run(OTHER, b"run")), Reason.NOT_A_MEMBER),
    "an ack of such a ledger": (wire(m.Ack(OTHER, 0, ())), Reason.NOT_A_MEMBER),
    "marks of such a ledger": (wire(m.Marks(OTHER, SAN, MARK)), Reason.NOT_A_MEMBER),
    "done with such a ledger": (wire(m.Done(OTHER)), Reason.NOT_A_MEMBER),
    "a stop for such a ledger": (wire(m.Stop(OTHER, SAN)), Reason.NOT_A_MEMBER),
    "marks of one log twice": (wire(*[m.Marks(LEDGER, SAN, MARK)] * 2), Reason.LIMIT),
    "a common entry we lack": (wire(m.Common(LEDGER, SAN, (3, ID))), Reason.UNEXPECTED),
    "ledgers without end": (
        wire(*(m.Share(seed("ledger", n), bytes(16)) for n in range(LEDGERS_PER_SESSION))),
        Reason.LIMIT,
    ),
    "an unknown message": (raw([14, b""]), Reason.BAD_FRAME),
    "number zero": (raw([0]), Reason.BAD_FRAME),
    "a message without a number": (raw([]), Reason.BAD_FRAME),
    "true for one": (raw([True, [1], 1, [], [], []]), Reason.BAD_FRAME),
    "true for a number": (raw([11, True]), Reason.BAD_FRAME),
    "a field too few": (raw([11]), Reason.BAD_FRAME),
    "a field too many": (raw([11, 1, 1]), Reason.BAD_FRAME),
    "text for bytes": (raw([8, "ledger"]), Reason.BAD_FRAME),
    "an id too short": (raw([8, bytes(31)]), Reason.BAD_FRAME),
    "an id without end": (raw([8, bytes(900_000)]), Reason.BAD_FRAME),
    "an incarnation too long": (raw([5, LEDGER, ID, bytes(17)]), Reason.BAD_FRAME),
    "a position before the first": (raw([7, LEDGER, *SAN, [-1, ID]]), Reason.BAD_FRAME),
    "no marks": (raw([6, LEDGER, *SAN, []]), Reason.BAD_FRAME),
    "too many marks": (raw([6, LEDGER, *SAN, [[1, ID]] * 65]), Reason.BAD_FRAME),
    "a log without a tip": (raw([2, LEDGER, [[*SAN, []]]]), Reason.BAD_FRAME),
    "a log with too many tips": (raw([2, LEDGER, [[*SAN, [[1, ID]] * 17]]]), Reason.BAD_FRAME),
    "one log twice": (raw([2, LEDGER, [[*SAN, [[1, ID]]]] * 2]), Reason.BAD_FRAME),
    "logs out of order": (
        raw([2, LEDGER, [[*x, [[1, ID]]] for x in sorted((SAN, LU), reverse=True)]]),
        Reason.BAD_FRAME,
    ),
    "an ack of nothing known": (raw([4, LEDGER, 0, [[*SAN, 1]]]), Reason.BAD_FRAME),
    "a goodbye without end": (raw([13, 0, "x" * 201]), Reason.BAD_FRAME),
    "a frame over the limit": ((FRAME_BYTES + 1).to_bytes(4, "big"), Reason.TOO_LARGE),
    "four gigabytes": (b"\xff" * 4, Reason.TOO_LARGE),
    "an empty frame": (bytes(4), Reason.BAD_FRAME),
    "no array": (b"\0\0\0\x01\xf6", Reason.BAD_FRAME),
    "a longer head than needed": (b"\0\0\0\x04\x82\x0b\x18\x01", Reason.BAD_FRAME),
    "an indefinite array": (b"\0\0\0\x04\x9f\x0b\x01\xff", Reason.BAD_FRAME),
    "a map": (b"\0\0\0\x02\x81\xa0", Reason.BAD_FRAME),
    "text that is not NFC": (b"\0\0\0\x07\x83\x0d\x00\x63e\xcc\x81", Reason.BAD_FRAME),
    "bytes after the array": (b"\0\0\0\x04\x82\x0b\x01\x01", Reason.BAD_FRAME),
}  # fmt: skip


@pytest.mark.parametrize("what", OUT_OF_PLACE)
def test_what_does_not_belong_ends_the_session_with_its_reason(what: str) -> None:
    data, reason = OUT_OF_PLACE[what]
    side = victim(HELLO)
    side.hear(data)
    assert ended(side) is reason


LATER: list[type[m.Message]] = [k for k in m.NUMBERS if k not in (m.Hello, m.Goodbye)]


@pytest.mark.parametrize("kind", LATER)
def test_nothing_is_heard_before_the_hello(kind: type[m.Message]) -> None:
    side = victim()
    side.hear(wire(EVERY[kind]))
    assert ended(side) is Reason.UNEXPECTED


EVERY: dict[type[m.Message], m.Message] = {
    type(message): message
    for message in (
        HELLO,
        m.Have(LEDGER, {SAN: ((3, ID),), LU: ((0, ID), (1, ID))}),
        m.Run(LEDGER, b"run"),
        m.Ack(LEDGER, 0, ((SAN, TIP),)),
        m.Stop(LEDGER, SAN),
        m.Marks(LEDGER, SAN, MARK),
        m.Common(LEDGER, SAN, None),
        m.Done(LEDGER),
        m.Share(OTHER, bytes(16)),
        m.Found(b"invitation"),
        m.Ping(1),
        m.Pong(1),
        m.Goodbye(9, "evening"),
    )
}


def test_every_message_has_one_form_on_the_wire() -> None:
    assert EVERY.keys() == m.NUMBERS.keys()
    for message in EVERY.values():
        plain = m.to_plain(message)
        assert m.from_plain(plain) == message
        assert plain[0] == m.NUMBERS[type(message)]


def test_a_goodbye_is_answered_by_silence() -> None:
    side = victim(HELLO)
    side.session.to_send()
    side.hear(wire(m.Goodbye(Reason.SHUTTING_DOWN, "evening"), m.Ping(1)))
    assert side.closed == ev.Closed(Reason.SHUTTING_DOWN, "evening", by_peer=True)
    assert side.session.to_send() == b""
    assert side.session.close(Reason.DONE, "") == []


def test_a_goodbye_before_the_hello_is_heard() -> None:
    side = victim()
    side.hear(wire(m.Goodbye(Reason.NO_COMMON_VERSION, "")))
    assert side.closed == ev.Closed(Reason.NO_COMMON_VERSION, "", by_peer=True)


def test_a_goodbye_for_a_reason_of_tomorrow_is_a_goodbye() -> None:
    side = victim(HELLO)
    side.hear(wire(m.Goodbye(4711, "a reason of a later version")))
    assert side.closed == ev.Closed(Reason.DONE, "a reason of a later version", by_peer=True)


def test_what_came_before_the_fault_in_one_delivery_is_kept() -> None:
    side = victim(HELLO)
    assert isinstance(side.store, Chains)
    other = FakeStore()
    other.write(LU, "whole")
    run = other.next_run(LEDGER, LU, frozenset())
    assert run is not None
    side.hear(wire(m.Run(LEDGER, run[0])) + b"\xff" * 4)
    assert LU in side.store.logs.ledgers[LEDGER]
    assert ended(side) is Reason.TOO_LARGE


def test_repeated_words_that_do_no_harm_are_borne() -> None:
    side = victim(HELLO, m.Have(LEDGER, {}))
    for message in (m.Done(LEDGER), m.Stop(LEDGER, LU), m.Pong(9), m.Share(OTHER, bytes(16))):
        side.hear(wire(message, message))
    side.hear(wire(m.Ack(LEDGER, 0, ((LU, (7, ID)),)), m.Common(LEDGER, LU, None)))
    assert side.closed is None
    side.session.to_send()
    side.hear(wire(m.Ping(5), m.Ping(5)))
    assert messages(side.session.to_send()) == [m.Pong(5), m.Pong(5)]


@given(st.binary(max_size=300))
def test_random_bytes_never_raise(data: bytes) -> None:
    for side in (victim(), victim(HELLO)):
        side.hear(data)
        side.hear(data)
        if side.closed is not None:
            assert ended(side) in (Reason.BAD_FRAME, Reason.TOO_LARGE, Reason.UNEXPECTED)


def mutants(count: int) -> Iterator[bytes]:
    """Real frames of a conversation with a few bytes changed, cut out, put in, or fields exchanged."""
    dice = random.Random(20)
    frames = [wire(message) for message in EVERY.values()]
    pool: list[Plain] = [
        None,
        True,
        0,
        -1,
        2**63 - 1,
        b"",
        bytes(32),
        "",
        "周",
        [],
        [[]],
        ID,
        TIP[1],
    ]
    for turn in range(count):
        frame = bytearray(dice.choice(frames))
        if turn % 3 == 0:
            plain = canonical.decode_list(bytes(frame[4:]), len(frame))
            plain[dice.randrange(len(plain))] = dice.choice(pool)
            yield encode_frame(plain)
            continue
        for _ in range(dice.randint(1, 4)):
            at = dice.randrange(4, len(frame))
            deed = dice.randrange(3)
            if deed == 0:
                frame[at] = dice.randrange(256)
            elif deed == 1 and len(frame) > 6:
                del frame[at]
            else:
                frame.insert(at, dice.randrange(256))
        # Half of them with a length that fits, so that the body is what is judged.
        if dice.random() < 0.5:
            frame[:4] = (len(frame) - 4).to_bytes(4, "big")
        yield bytes(frame)


def test_three_thousand_mutated_frames_never_raise() -> None:
    reasons: dict[Reason | None, int] = {}
    for n, frame in enumerate(mutants(3000)):
        side = victim(HELLO, m.Have(LEDGER, {})) if n % 2 else victim(HELLO)
        side.answers = False
        side.hear(frame)
        known = None if side.closed is None or side.closed.by_peer else ended(side)
        reasons[known] = reasons.get(known, 0) + 1
    assert set(reasons) > {Reason.BAD_FRAME, Reason.UNEXPECTED, Reason.NOT_A_MEMBER, Reason.LIMIT}
    assert reasons[Reason.BAD_FRAME] > 1000


def test_memory_holds_one_frame_of_an_endless_stream() -> None:
    side = victim(HELLO)
    head = FRAME_BYTES.to_bytes(4, "big")
    side.hear(head)
    for _ in range(16):
        side.hear(bytes(FRAME_BYTES // 16))
    assert ended(side) is Reason.BAD_FRAME


def test_a_closed_session_is_not_spoken_through() -> None:
    """That would be our own fault, and is told to us and not to the peer."""
    side = victim(HELLO)
    side.session.close(Reason.DONE, "")
    side.session.found(b"too late")
    side.session.decline(LEDGER, 1, SAN)
    side.session.stored(LEDGER, 1, SAN, None, TIP)
    assert side.session.share(OTHER) == []
    assert messages(side.session.to_send())[-1] == m.Goodbye(0, "")
    with pytest.raises(Misuse):
        side.session._send(m.Ping(1))
