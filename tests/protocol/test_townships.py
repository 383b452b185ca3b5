"""The session with real logs behind it: relaying, forks with their proof, old copies, limits.

tests/protocol/test_convergence.py shows that everybody agrees in the end; here is how they get there.
"""

from __future__ import annotations

import hashlib
import random

import pytest

from crdt.checkpoint import verify_checkpoint
from crdt.entry import Entry, parse_header
from keys import canonical
from keys.canonical import Plain
from keys.limits import FRAME_BYTES, LOGS_PER_DEVICE, RUN_BYTES, TIPS_PER_LOG
from protocol import events as ev
from protocol import messages as m
from protocol.errors import Reason
from protocol.frames import encode_frame
from protocol.messages import LogName
from tests.protocol.author import Author
from tests.protocol.pair import Pair, Side, messages
from tests.protocol.townships import Town, everybody_meets, founded, meet, pair_of

pytestmark = pytest.mark.usefixtures("one_version")

POST = "司法所"


def write(town: Town, village: str = "示范一村") -> None:
    typed = {"category": "neighbour", "village": village}
    town.service.create(town.ledger, "case", typed, POST)


def twin_of(town: Town) -> Town:
    """A copied folder: the same keys, the same database, its own chance."""
    return Town(town.name, town.data(), random.Random(f"twin of {town.name}"))


def own_logs(town: Town) -> list[LogName]:
    return [log for log in town.vector if log[0] == town.service.device]


def test_equal_townships_spend_two_hundred_bytes_each_at_most() -> None:
    a, b = founded(2)
    for n in range(40):
        write(a, f"例家湾村{n}")
    meet(a, b)
    pair = meet(a, b)
    assert pair.bytes <= 400
    assert [type(x) for x in pair.said(pair.a) + pair.said(pair.b)] == [m.Hello, m.Hello]


def test_the_ends_of_a_line_agree_without_ever_meeting() -> None:
    a, b, c = founded(3)
    write(a)
    write(c, "山那边")
    ab, bc = pair_of(a, b), pair_of(b, c)
    for _ in range(20):
        ab.exchange()
        bc.exchange()
        ab.b.push()
        bc.a.push()
    assert a.digest == b.digest == c.digest
    assert len(a.service.ground.model.records(a.ledger.n)) == 2

    write(a, "后来的事")
    ab.a.push()
    for _ in range(4):
        ab.exchange()
        bc.exchange()
        bc.a.push()
    assert a.digest == c.digest
    assert len(c.service.ground.model.records(c.ledger.n)) == 3


def test_a_forked_log_is_kept_whole_and_its_proof_with_it() -> None:
    a, b, c = founded(3)
    write(a)
    meet(a, b)
    twin = twin_of(a)
    for n in range(3):
        write(a, f"本机{n}")
        write(twin, f"副本{n}")
    meet(a, b)
    meet(twin, c)
    (log,) = own_logs(a)
    assert b.vector[log][0][0] == c.vector[log][0][0], "two branches of equal length"
    assert b.vector[log] != c.vector[log]

    pair = meet(b, c)
    assert pair.exchanges <= 6
    assert b.vector == c.vector
    assert len(b.vector[log]) == 2
    assert b.digest == c.digest
    assert len(b.service.ground.model.records(b.ledger.n)) == 7
    for town in (b, c):
        ((name, row),) = town.service.ground.book.forks(town.ledger.n)
        assert name == log
        assert row.seq == 2
        check_proof(row.proof, log, row.one, row.other)
    assert b.service.ground.book.forks(b.ledger.n)[0][1].one == (
        c.service.ground.book.forks(c.ledger.n)[0][1].one
    )


def check_proof(proof: bytes, log: LogName, one: bytes, other: bytes) -> None:
    """Two chains of headers that begin at one height and each end under the device's signature."""
    began = []
    for side in canonical.decode_list(proof, len(proof)):
        assert isinstance(side, list)
        headers, head = side
        assert isinstance(headers, list)
        assert isinstance(head, bytes)
        chain = [parse_header(raw) for raw in headers if isinstance(raw, bytes)]
        ids = [canonical_id(h.encode()) for h in chain]
        assert {(h.device, h.incarnation) for h in chain} == {log}
        assert [h.prev for h in chain[1:]] == ids[:-1]
        checkpoint = verify_checkpoint(head, chain[0].device)
        assert (checkpoint.entry, checkpoint.incarnation) == (ids[-1], log[1])
        began.append((chain[0].seq, chain[0].prev, ids[0]))
    assert [b[2] for b in began] == [one, other]
    assert began[0][:2] == began[1][:2], "both continue the same entry"


def canonical_id(raw: bytes) -> bytes:
    return hashlib.sha256(raw).digest()


def test_a_long_fork_costs_its_branches_and_not_its_trunk() -> None:
    a, b, c = founded(3)
    for n in range(300):
        write(a, f"例家湾村{n}")
    everybody_meets((a, b, c))
    twin = twin_of(a)
    for n in range(40):
        write(a, f"本机{n}")
    for n in range(70):
        write(twin, f"副本{n}")
    meet(a, b)
    meet(twin, c)
    pair = meet(b, c)
    assert any(isinstance(x, m.Marks) for x in pair.said(pair.b) + pair.said(pair.a))
    sent = sum(len(x.body) for s in (pair.a, pair.b) for x in pair.said(s) if isinstance(x, m.Run))
    per_entry = sent / (40 + 70)
    assert per_entry < 460, "about the two branches, not three hundred entries more"
    assert b.digest == c.digest


def test_an_old_copy_gets_its_own_tail_back_and_never_forks() -> None:
    a, b = founded(2)
    write(a)
    old = a.data()
    write(a, "备份之后的事")
    meet(a, b)
    a.open(old)
    a.marks.__init__()  # type: ignore[misc]  # the whole folder was brought back, mark and all
    pair = meet(a, b)
    assert ev.PeerHas in [type(e) for e in pair.a.events]
    write(a, "恢复之后的事")
    meet(a, b)
    assert a.digest == b.digest
    assert len(own_logs(a)) == 2, "the next word opened a new incarnation"
    assert all(len(tips) == 1 for tips in a.vector.values())
    assert b.service.ground.book.forks(b.ledger.n) == []


def test_a_log_with_too_many_branches_is_stopped_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("node.store.log.TIPS_PER_LOG", 1)
    a, b, c = founded(3)
    write(a)
    meet(a, b)
    twin = twin_of(a)
    for n in range(30):
        write(a, f"本机{n}")
        write(twin, f"副本{n}")
    meet(a, b)
    write(twin, "多一件")
    meet(twin, c)
    write(c, "别的事")
    pair = pair_of(b, c)
    pair.settle()
    assert pair.a.closed is None
    assert pair.b.closed is None
    (log,) = own_logs(a)
    assert len(b.vector[log]) == len(c.vector[log]) == 1
    assert b.vector[own_logs(c)[0]] == c.vector[own_logs(c)[0]], "the others go on"
    assert TIPS_PER_LOG > 1


def hear_run(town: Town, body: bytes) -> Side:
    """A town hears one run from a peer of its ledger."""
    side = Side(town, (town.ledger.id,))
    hello = m.Hello((1,), 1, (), ((town.ledger.id, bytes(16)),), ())
    said = (hello, m.Have(town.ledger.id, {}), m.Run(town.ledger.id, body))
    side.hear(b"".join(encode_frame(m.to_plain(message)) for message in said))
    return side


def span_of(author: Author, size: int) -> list[Entry]:
    """Consecutive entries of at least `size` bytes, two hundred kilobytes each but the first."""
    span = [] if author.last else [author.opening()]
    made = author.creation("长" * 40)
    assert made.record is not None
    span.append(made)
    notes: list[Plain] = [["add", "notes", [["text", "土" * 1900]]]] * 36
    while sum(e.size for e in span) < size:
        span.append(author.saying(made.record, (span[-1].id,), notes))
    return span


def test_a_log_with_few_checkpoints_can_be_passed_on() -> None:
    """Another's node may sign seldom; a run ends on a checkpoint wherever it is cut."""
    a, b, c = founded(3)
    author = Author(a.who, a.ledger, "seldom")
    for size in (0, 410_000, 1, 410_000, 1, 1):
        assert hear_run(b, author.run(span_of(author, size))).closed is None
    pair = meet(b, c)
    assert b.vector == c.vector
    assert b.digest == c.digest
    bodies = [len(x.body) for x in pair.said(pair.a) if isinstance(x, m.Run)]
    assert len(bodies) >= 2
    assert max(bodies) <= RUN_BYTES


@pytest.mark.parametrize("size", (RUN_BYTES, 900_000))
def test_a_run_that_no_frame_could_carry_on_is_refused(size: int) -> None:
    """It fits the frame it came in, but a relay that must cut it elsewhere could not pass it on."""
    a, b, c = founded(3)
    author = Author(a.who, a.ledger, "too large")
    body = author.run(span_of(author, size))
    assert len(body) < FRAME_BYTES - 100
    side = hear_run(b, body)
    assert side.closed is not None
    assert side.closed.reason is Reason.BAD_ENTRY
    assert b.vector == {}
    meet(b, c)


def test_incarnations_without_end_leave_room_for_the_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each costs three hundred bytes; together they would make a vector that no frame holds."""
    monkeypatch.setattr("node.store.log.LOGS_PER_DEVICE", 20)
    a, b, c = founded(3)
    declined = 0
    for n in range(25):
        author = Author(a.who, a.ledger, n)
        side = hear_run(b, author.run([author.opening()]))
        assert side.closed is None
        declined += sum(isinstance(x, m.Stop) for x in messages(side.session.to_send()))
    assert declined == 5
    assert len(b.vector) == 20
    write(b)
    write(c)
    meet(b, c)
    assert b.vector == c.vector


def test_the_largest_vector_of_a_device_leaves_a_frame_room_for_others() -> None:
    tips = tuple((2**40 + n, bytes([n]) * 32) for n in range(TIPS_PER_LOG))
    logs = {(bytes(32), n.to_bytes(16, "big")): tips for n in range(LOGS_PER_DEVICE)}
    plain = m.to_plain(m.Have(bytes(32), logs))
    assert len(encode_frame(plain)) < FRAME_BYTES / 2
    assert m.from_plain(plain) == m.Have(bytes(32), logs)


def test_what_was_on_its_way_to_a_stopped_log_is_declined_too() -> None:
    """Runs follow one another without waiting; the second continues one that was not taken."""
    a, b = founded(2)
    for n in range(6):
        write(a, f"例家湾村{n}")
    pair = pair_of(a, b)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("node.store.history.ENTRIES_PER_FRAME", 2)
        patch.setattr("node.store.log.WAITING_ENTRIES_PER_LOG", 0)
        pair.settle()
    assert sum(isinstance(x, m.Run) for x in pair.said(pair.a)) > 1
    assert pair.a.closed is None
    assert pair.b.closed is None
    assert b.vector == {}
    meet(a, b)
    assert b.digest == a.digest


def test_a_run_of_another_ledger_or_a_changed_one_is_refused() -> None:
    a, b = founded(2)
    write(a)
    found = a.replica.next_run(a.ledger.id, own_logs(a)[0], frozenset(), RUN_BYTES)
    assert found is not None
    body = found[0]
    for damaged in (body[:-1] + bytes([body[-1] ^ 1]), body[:-70], body.replace(b"\x01", b"\x02")):
        side = hear_run(b, damaged)
        assert side.closed is not None
        assert side.closed.reason is Reason.BAD_ENTRY
    assert b.vector == {}
    assert hear_run(b, body).closed is None
    assert b.vector == a.vector


def test_two_sessions_at_once_bring_everything_once() -> None:
    """The same entries offered from two sides at the same time are stored once and acknowledged to both."""
    a, b, c = founded(3)
    for n in range(20):
        write(a, f"例家湾村{n}")
    meet(a, b)
    ac, bc = pair_of(a, c), pair_of(b, c)
    for _ in range(12):
        ac.exchange()
        bc.exchange()
    assert a.digest == b.digest == c.digest
    assert c.service.ground.db.one("SELECT count(*) FROM entries") == (21,)
    pairs: list[Pair] = [ac, bc]
    assert all(pair.a.session.caught_up and pair.b.session.caught_up for pair in pairs)
