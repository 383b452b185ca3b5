"""Faults whose mending needs a decision. Each test says what ought to hold; none holds yet."""

from __future__ import annotations

import pytest

from crdt.conflicts import conflicts
from crdt.errors import RuleBroken
from crdt.operations import Add, Keep, Set, item_name
from keys import canonical, cose
from keys.card import DELEGATION, Delegation
from keys.errors import MulinError
from keys.identity import TownshipId
from keys.limits import PARENTS_PER_ENTRY
from node.ledgers import Ledger
from protocol.messages import Vector
from protocol.session import Session
from tests.protocol.author import Author
from tests.support.people import NAMES, identity, seed
from tests.support.townships import POST, Town, exchange, give, together
from tests.support.world import Replica, World, new_case


def _two() -> tuple[Replica, Replica]:
    world = World()
    one, other = (Replica(world, world.pen(name)) for name in NAMES[:2])
    return one, other


def _meet(one: Replica, other: Replica) -> None:
    for giver, taker in ((one, other), (other, one)):
        taker.take(*list(giver.taken.values()))


def test_keeping_both_and_taking_one_at_the_same_time_is_a_new_conflict() -> None:
    one, other = _two()
    record = one.write(None, *new_case()).record
    assert record is not None
    _meet(one, other)
    first, second = (
        one.write(record, Set("place", "河东")),
        other.write(record, Set("place", "河西")),
    )
    _meet(one, other)
    cites = tuple(sorted([first.id, second.id]))
    one.write(record, Keep("place", cites))
    other.write(record, Set("place", "河西", cites))
    _meet(one, other)
    assert [c.key for c in conflicts(one.record(record))] == ["place"]


def test_a_conflict_inside_a_withdrawn_item_is_settled_with_it() -> None:
    one, other = _two()
    record = one.write(None, *new_case()).record
    assert record is not None
    added = one.write(record, Add("notes", (("text", "走访"),)))
    _meet(one, other)
    actor = one.record(record).applied[-1].actor
    item = f"notes/{item_name(actor, 0)}"
    assert added.record == record
    one.write(record, Set(f"{item}/text", "走访两户"))
    other.write(record, Set(f"{item}/text", "走访三户"))
    _meet(one, other)
    one.write(record, Set(f"{item}/removed", True))
    for left in conflicts(one.record(record)):
        cites = tuple(c.entry for c in left.candidates)
        try:
            one.write(record, Set(left.key, "走访两户", cites))
        except RuleBroken as fault:
            pytest.fail(f"listed as open, refused as {fault.code}")
    assert conflicts(one.record(record)) == []


@pytest.mark.xfail(
    strict=True,
    reason="to decide: an entry cites 64 parents at most, so more candidates than that cannot be cited",
)
def test_a_flood_of_statements_can_be_settled_at_once() -> None:
    a, b, _ = together(3)
    record = a.create()
    give(a, b)
    heads = b.service.record(b.ledger, record).heads()
    author = Author(identity("c"), b.ledger, "flood")
    entries = [author.opening()]
    entries += [
        author.saying(record, heads, [["set", "place", f"第{n}处", []]])
        for n in range(PARENTS_PER_ENTRY + 1)
    ]
    b.service.ingest.take(b.ledger, author.run(entries))
    (conflict,) = b.service.open_conflicts(b.ledger)
    b.service.settle(b.ledger, conflict, "河边", POST, "现场查看")
    assert b.service.open_conflicts(b.ledger) == []


@pytest.mark.xfail(
    strict=True,
    reason="to decide: vectors are unsigned, so any member can make us open a new log for every write",
)
def test_a_peer_that_lies_about_our_log_costs_one_new_log_and_no_more() -> None:
    a, _ = together(2)
    a.create()
    device = bytes(a.service.device)
    for n in range(5):
        lie: Vector = {(device, seed("life", n, size=16)): ((9, seed("no such entry", n)),)}
        a.service.ingest.peer_knows_more(a.ledger, lie)
        a.create(f"示范{n}村")
    assert len(a.own_logs()) <= 2


class _Many:
    """A replica whose vector is as large as the limits of logs, tips and devices permit."""

    def __init__(self, logs: int) -> None:
        self._vector: Vector = {
            (seed("device", n // 512), seed("incarnation", n, size=16)): tuple(
                (n, seed("tip", n, k)) for k in range(16)
            )
            for n in range(logs)
        }

    def vector(self, ledger: bytes) -> Vector:
        del ledger
        return self._vector

    def papers_digest(self, ledger: bytes) -> bytes:
        del ledger
        return b""

    def papers(self, ledger: bytes) -> list[bytes]:
        del ledger
        return []

    def holds(self, ledger: bytes, log: tuple[bytes, bytes], position: tuple[int, bytes]) -> bool:
        del ledger, log, position
        return False

    def marks(self, ledger: bytes, log: tuple[bytes, bytes]) -> list[tuple[int, bytes]]:
        del ledger, log
        return []

    def next_run(
        self, ledger: bytes, log: tuple[bytes, bytes], frontier: frozenset[bytes], most_bytes: int
    ) -> None:
        del ledger, log, frontier, most_bytes


@pytest.mark.xfail(
    strict=True,
    reason="to decide: a vector goes into one frame; four devices with 512 forked logs each overflow it",
)
def test_a_vector_within_the_limits_can_be_sent() -> None:
    ledger = seed("ledger")
    from protocol import messages as m
    from protocol.frames import encode_frame

    session = Session(_Many(4 * 512), [ledger], [], [], 0.0)
    hello = m.Hello((1,), 1 << 20, (), ((ledger, bytes(16)),), ())
    session.receive(encode_frame(m.to_plain(hello)), 0.0)
    assert session.opened


@pytest.mark.xfail(
    strict=True,
    reason="to decide: entries that an honest member built on are refused where their log has no room",
)
def test_what_an_honest_member_built_on_is_taken_by_everybody(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`c` shows one branch of its log to `a` and another to `b`, and each builds on what it saw."""
    from node.store import log as store_log

    monkeypatch.setattr(store_log, "TIPS_PER_LOG", 1)
    a, b, c = together(3)
    record = a.create()
    exchange(a, b, c)
    for town, side in ((a, "left"), (b, "right")):
        _branch(town, c.ledger, side, town.service.record(town.ledger, record).heads(), record)
        town.say(record, village=f"{side}村")
    for giver, taker in ((a, b), (b, a)):
        _give_what_is_taken(giver, taker)
    assert a.service.record(a.ledger, record).missing() == {}
    assert b.service.record(b.ledger, record).missing() == {}


def _branch(town: Town, ledger: Ledger, side: str, heads: object, record: object) -> None:
    author = Author(identity("c"), ledger, "fork")
    opening = author.opening()
    author.label = side
    entry = author.saying(record, heads, [["set", "place", side, []]])  # type: ignore[arg-type]
    town.service.ingest.take(town.ledger, author.run([opening, entry]))


def _give_what_is_taken(giver: Town, taker: Town) -> None:
    from node.errors import LogFull
    from tests.support.townships import runs_for

    for _ in range(2):
        for body in runs_for(giver.service, taker.service, giver.ledger.id):
            try:
                taker.service.ingest.take(taker.ledger, body)
            except LogFull:
                continue


@pytest.mark.xfail(
    strict=True,
    reason="to decide: a delegation is signed by the township alone, the device's keys say nothing",
)
def test_nobody_delegates_a_device_whose_key_he_does_not_hold() -> None:
    """`c` puts the device and the certificate of `a` on a card of its own: who meets it first believes it."""
    township, stolen = (
        identity("c").township,
        Delegation.make(identity("a").township, identity("a").device),
    )
    body = canonical.encode(
        [1, township.public, stolen.device, stolen.certificate, stolen.hpke_public]
    )
    raw = cose.sign(township, body, DELEGATION).raw
    with pytest.raises(MulinError):
        Delegation.parse(raw, TownshipId(township.public))


def test_what_its_own_author_has_replaced_does_not_stand_again() -> None:
    """A third township keeps both; meanwhile, knowing neither, the first says its own words better."""
    world = World()
    one, other, third = (Replica(world, world.pen(name)) for name in NAMES[:3])
    record = one.write(None, *new_case()).record
    assert record is not None
    for replica in (other, third):
        replica.take(*list(one.taken.values()))
    first, second = (
        one.write(record, Set("place", "河东")),
        other.write(record, Set("place", "河西")),
    )
    third.take(first, second)
    kept = third.write(record, Keep("place", tuple(sorted([first.id, second.id]))))
    one.write(record, Set("place", "河东岸"))
    one.take(second, kept)
    (conflict,) = conflicts(one.record(record))
    assert {c.value for c in conflict.candidates} == {"河东岸", "河西"}
