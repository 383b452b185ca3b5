"""Fences and forked logs, and records of another ledger: what a removed member still brings about."""

from __future__ import annotations

from pathlib import Path

from crdt.entry import RecordId
from crdt.verdicts import EntryState
from node.reading import Reading
from node.verify import verify
from tests.protocol.author import Author
from tests.review.test_attack_nodes import _me, _open, _removed
from tests.support.people import identity
from tests.support.townships import POST, Town, exchange, found, give, together, towns


def _state(town: Town, entry: bytes) -> EntryState:
    [(state,)] = town.service.ground.db.rows("SELECT state FROM entries WHERE id=?", entry)
    return EntryState(state)


def _sound(town: Town) -> bool:
    """The author of these tests claims any change hash; that this is told is right."""
    return [p for p in town.problems() if "engine drift" not in p] == []


def _branches(x: Author) -> tuple[bytes, bytes, bytes]:
    """Two branches of one log: a long one, and a short one that x shows later; and the short one's entry."""
    opening = x.opening()
    base = x.run([opening])
    long = x.run([x.creation("甲村"), x.creation("乙村")])
    x.last = opening
    late = x.creation("后补村")
    return base + b"", long, x.run([late])


def test_who_was_removed_adds_no_branch_below_the_fence() -> None:
    a, b, c = together(3)
    x = Author(identity("c"), c.ledger, "x")
    base, long, short = _branches(x)
    assert x.last is not None
    for town in (a, b):
        for body in (base, long):
            town.service.ingest.take(town.ledger, body)
    _removed(c, a, b)
    a.service.ingest.take(a.ledger, short)
    assert _state(a, x.last.id) == EntryState.QUARANTINED
    assert _sound(a)


def test_a_branch_below_the_fence_is_the_same_in_whatever_order_it_comes() -> None:
    a, b, d, c = together(4)
    x = Author(identity("d"), c.ledger, "x")
    base, long, short = _branches(x)
    assert x.last is not None
    for town in (a, b):
        for body in (base, long):
            town.service.ingest.take(town.ledger, body)
    a.service.epochs.propose_removal(a.ledger, _me(c))
    for town in (b, d):
        for paper in a.service.replica.papers(a.ledger.id), b.service.replica.papers(b.ledger.id):
            for part in paper:
                town.service.ledgers.merge(part)
        town.service.epochs.vote(town.ledger, _open(town), agree=True)
    for town in (a, b, d):
        for giver in (a, b, d):
            for part in giver.service.replica.papers(giver.ledger.id):
                town.service.ledgers.merge(part)
        assert town.ledger.chain.number == 1
    for body in (base, short, long):
        d.service.ingest.take(d.ledger, body)
    for body in (short,):
        a.service.ingest.take(a.ledger, body)
    a.service.records.forget()
    assert _state(d, x.last.id) == EntryState.QUARANTINED
    assert _sound(d)


def test_a_record_is_not_lost_because_a_member_of_another_ledger_named_it_and_was_removed() -> None:
    a, b, c, d = towns(4)
    found(a, b, name="一")
    found(b, c, d, name="二")
    first = a.service.ledgers.choose("一")
    typed = {"category": "forest_land", "village": "示范一村"}
    record: RecordId = a.service.create(first, "case", typed, POST)
    give(a, b)
    kept, other = (b.service.ledgers.choose(n) for n in ("一", "二"))
    heads = b.service.record(kept, record).heads()
    liar = Author(identity("c"), other, "lie")
    lie = liar.run([liar.opening(), liar.saying(record, heads, [["set", "place", "别处", []]])])
    b.service.ingest.take(other, lie)
    proposal = b.service.epochs.propose_removal(other, _me(c))
    exchange(b, d)
    there = d.service.ledgers.choose("二")
    d.service.epochs.vote(there, proposal, agree=True)
    before = Reading(b.service).digest(kept)
    exchange(b, d)
    assert other.chain.number == 1
    assert b.service.ground.model.named([record])
    assert Reading(b.service).digest(kept) == before
    assert verify(b.service, kept, lambda _done, _all: None)["problems"] == []


def test_what_waited_below_a_fence_counts_as_the_fence_comes_though_the_node_started_anew(
    tmp_path: Path,
) -> None:
    a, b, c = together(3, tmp_path)
    x = Author(identity("c"), c.ledger, "x")
    first, [early] = x.run([x.opening()]), [x.creation("甲村")]
    second, tip = x.run([early]), x.run([x.creation("乙村")])
    for body in (first, second, tip):
        a.service.ingest.take(a.ledger, body)
    a.service.epochs.propose_removal(a.ledger, _me(c))
    for giver, taker in ((a, b), (b, a), (a, b)):
        for part in giver.service.replica.papers(giver.ledger.id):
            taker.service.ledgers.merge(part)
        if taker is b and b.ledger.chain.number == 0:
            b.service.epochs.vote(b.ledger, _open(b), agree=True)
    assert b.ledger.chain.number == 1
    for body in (first, second):
        b.service.ingest.take(b.ledger, body)
    assert _state(b, early.id) == EntryState.QUARANTINED, "b does not know yet how far it counts"
    b.reopen()
    b.service.ingest.take(b.ledger, tip)
    assert _state(b, early.id) == EntryState.APPLIED
    exchange(a, b)
    assert a.digest() == b.digest()
    assert _sound(b)
