"""Entries from others: in any order, twice, or hostile; stored whole or not at all, judged alike."""

from __future__ import annotations

import dataclasses
import hashlib
import random
from collections.abc import Iterable

import pytest

from crdt.checkpoint import sign_checkpoint, verify_checkpoint
from crdt.entry import (
    Content,
    Entry,
    EntryId,
    EntryType,
    Header,
    RecordId,
    assemble,
    build,
    open_payload,
)
from crdt.errors import MalformedEntry, UnknownDevice
from crdt.run import Verified, encode_run
from crdt.schema import SCHEMA
from crdt.verdicts import EntryState
from keys.errors import BadSignature, MulinError
from keys.limits import RUN_BYTES
from node.errors import Unlinked
from tests.protocol.author import Author
from tests.support.damage import flipped
from tests.support.people import identity, seed
from tests.support.stumble import Stumbled, snapshot, stumbling
from tests.support.townships import Town, agree, exchange, give, runs_for, together


def single_runs(town: Town) -> list[bytes]:
    """The township's own log as its shortest runs: what its author committed at once."""
    log = town.service.ground.log
    ((number, _),) = (
        (n, name) for n, name in log.logs(town.ledger.n).items() if name[0] == town.service.device
    )
    rows = town.service.ground.db.rows("SELECT id FROM entries WHERE log=? ORDER BY seq", number)
    runs, held = [], list[Entry]()
    for (entry_id,) in rows:
        entry = log.entry(EntryId(entry_id))
        assert entry is not None
        held.append(entry)
        raw = log.last_checkpoint(number, EntryId(entry_id))
        if raw is not None:
            checkpoint = verify_checkpoint(raw, town.service.device)
            runs.append(encode_run(Verified(tuple(held), checkpoint)))
            held = []
    return runs


def take_in(town: Town, bodies: Iterable[bytes]) -> None:
    """In this order; what does not link yet is tried again after the others."""
    left = list(bodies)
    while left:
        again = []
        for body in left:
            try:
                town.service.ingest.take(town.ledger, body)
            except Unlinked:
                again.append(body)
        assert len(again) < len(left), "some of them link"
        left = again


def state_of(town: Town, entry: bytes) -> tuple[EntryState, str]:
    row = town.service.ground.db.one("SELECT state, reason FROM entries WHERE id=?", entry)
    assert row is not None
    return EntryState(row[0]), row[1]


def discussion() -> list[Town]:
    """Three townships that answer one another in one record; each entry builds on another's."""
    one, other, third = members = together(3)
    record = one.create()
    exchange(*members)
    for n in range(3):
        for place, town in enumerate(members):
            town.say(record, amount_claimed=str(10 * n + place + 1))
            exchange(*members)
    one.say(record, urgency="red")
    other.say(record, urgency="blue")
    exchange(*members)
    third.create("第二件")
    return [one, other, third]


# --- order ---------------------------------------------------------------------------------------


def test_any_order_of_arrival_comes_to_the_same() -> None:
    """Sixty orders of thirteen runs, with duplicates and reloads; waiting entries are judged in the end."""
    members = discussion()
    exchange(*members)
    runs = [run for town in members for run in single_runs(town)]
    assert len(runs) > 10
    dice = random.Random(3)
    waited = 0
    for _ in range(60):
        order = dice.sample(runs, len(runs)) + dice.sample(runs, 3)
        copy = reader_of(members[0])
        for body in order:
            try:
                copy.service.ingest.take(copy.ledger, body)
            except Unlinked:
                continue
            if dice.random() < 0.2:
                copy.service.records.forget()
            row = copy.service.ground.db.one("SELECT count(*) FROM waits")
            waited += bool(row and row[0])
        take_in(copy, order)
        assert copy.digest() == members[0].digest()
        assert copy.problems() == []
        assert copy.service.ground.db.rows("SELECT * FROM waits") == []
    assert waited > 60, "many of them waited in between"


def reader_of(town: Town) -> Town:
    """A fresh store of a member of the same ledger, empty."""
    fresh = Town("b")
    fresh.service.ledgers.accept(town.ledger.invitation.encode())
    return fresh


def test_a_run_that_came_already_changes_nothing() -> None:
    one, other = together(2)
    record = one.create()
    one.say(record, amount_claimed="5")
    give(one, other)
    before = snapshot(other.service)
    for body in [*single_runs(one), *runs_for(one.service, reader_of(one).service, one.ledger.id)]:
        taken = other.service.ingest.take(other.ledger, body)
        assert (taken.fresh, taken.forked) == (0, False)
    assert snapshot(other.service) == before


def test_a_run_that_overlaps_is_taken_from_where_it_is_new() -> None:
    one, other = together(2)
    record = one.create()
    give(one, other)
    one.say(record, amount_claimed="5")
    (whole,) = runs_for(one.service, reader_of(one).service, one.ledger.id)
    taken = other.service.ingest.take(other.ledger, whole)
    assert taken.fresh == 1
    agree(one, other)


def test_a_run_that_links_to_nothing_is_refused_and_nothing_of_it_is_kept() -> None:
    one, other = together(2)
    record = one.create()
    one.say(record, amount_claimed="5")
    before = snapshot(other.service)
    with pytest.raises(Unlinked):
        other.service.ingest.take(other.ledger, single_runs(one)[1])
    assert snapshot(other.service) == before


# --- hostile entries -----------------------------------------------------------------------------


@pytest.mark.parametrize("first", ("record", "other record"))
def test_a_parent_in_another_record_is_void_in_the_end_whatever_came_first(first: str) -> None:
    """Its parent is here: void at once. It is not: it waits, then is void; and so is what builds on it."""
    one, other = together(2)
    author = Author(identity("b"), one.ledger, "crossing")
    mine, theirs = author.creation, one.create("别的案件")
    runs = single_runs(one)
    alien = EntryId(single_entry(one, theirs))
    start = author.run([author.opening(), own := mine("示范一村")])
    record = own.record
    assert record is not None
    crossing = author.saying(record, sorted([own.id, alien]), [["set", "place", "x", []]])
    cross_run = author.run([crossing])
    on_top = author.saying(record, [crossing.id], [["set", "place", "y", []]])
    top_run = author.run([on_top])
    copy = reader_of(one)
    order = [start, cross_run, top_run]
    take_in(copy, [*order, *runs] if first == "record" else [*runs, *order])
    for entry in (crossing, on_top):
        assert state_of(copy, entry.id) == (EntryState.VOID, "wrong-past")
    assert state_of(copy, own.id) == (EntryState.APPLIED, "")
    assert copy.value(record, "place") is None
    assert [p for p in copy.problems() if "drift" not in p] == []
    assert other.entries() == 0


def single_entry(town: Town, record: RecordId) -> bytes:
    row = town.service.ground.db.one("SELECT id FROM entries WHERE record=?", record)
    assert row is not None
    return bytes(row[0])


def test_a_void_entry_is_kept_shown_and_passed_on() -> None:
    one, other, third = together(3)
    author = Author(identity("c"), one.ledger, "breaker")
    opening, start = author.opening(), author.creation("示范一村")
    assert start.record is not None
    broken = author.saying(start.record, [start.id], [["set", "state", "archived", []]])
    body = author.run([opening, start, broken])
    taken = one.service.ingest.take(one.ledger, body)
    assert taken.fresh == 3
    assert state_of(one, broken.id) == (EntryState.VOID, "bad-move")
    give(one, other)
    assert state_of(other, broken.id) == (EntryState.VOID, "bad-move")
    assert one.digest() == other.digest()
    assert third.entries() == 0


def future(author: Author, **fields: object) -> tuple[Entry, bytes]:
    """An entry as a newer version might write it, and its run."""
    assert author.last is not None
    h = author.last.header
    changed = dataclasses.asdict(h)
    changed |= {"seq": h.seq + 1, "prev": author.last.id, "record": None, "parents": (), **fields}
    payload = b"what we cannot know" * 4
    changed |= {"payload_size": len(payload), "payload_hash": hashlib.sha256(payload).digest()}
    entry = assemble(Header(**changed), payload)
    head = sign_checkpoint(author.device.sign, entry, None)
    return entry, encode_run(Verified((entry,), head))


@pytest.mark.parametrize("fields", ({"type": 7}, {"epoch": 3}, {"key_id": seed("another key")}))
def test_what_a_newer_version_wrote_is_carried_and_waits(fields: dict[str, object]) -> None:
    one, other, _ = together(3)
    author = Author(identity("c"), one.ledger, "newer")
    first = author.run([author.opening()])
    entry, body = future(author, **{"type": int(EntryType.RECORD), **fields})
    for run in (first, body):
        one.service.ingest.take(one.ledger, run)
    give(one, other)
    for town in (one, other):
        state, _ = state_of(town, entry.id)
        assert state in (EntryState.WAITING, EntryState.CLOSED)
        assert town.problems() == []
        town.create("照常写")


def test_a_newer_schema_waits() -> None:
    one, _ = together(2)
    author = Author(identity("b"), one.ledger, "schema")
    opening, start = author.opening(), author.creation("示范一村")
    assert start.record is not None
    content, nonce = open_payload(start, one.ledger.key)
    later = Content(SCHEMA + 1, content.post, content.reason, bytes(32), content.operations)
    newer = build(start.header, nonce, later, one.ledger.key)
    body = author.run([opening, newer])
    one.service.ingest.take(one.ledger, body)
    assert state_of(one, newer.id) == (EntryState.WAITING, "schema")
    assert one.problems() == []


def test_a_run_larger_than_anybody_makes_is_refused() -> None:
    """It fits a frame, but nobody could cut it where another peer's knowledge ends."""
    one, _ = together(2)
    author = Author(identity("b"), one.ledger, "large")
    entries = [author.opening()]
    while sum(e.size for e in entries) <= RUN_BYTES:
        entries.append(author.creation("山" * 60_000))
    body = author.run(entries)
    with pytest.raises(MalformedEntry):
        one.service.ingest.take(one.ledger, body)
    assert one.entries() == 0
    one.service.ingest.take(one.ledger, author.run(entries[:-1]))
    other = reader_of(one)
    give(one, other)
    assert other.entries() == one.entries() == len(entries) - 1


def test_every_flipped_byte_of_a_run_is_refused_and_nothing_is_kept() -> None:
    one, other = together(2)
    one.create()
    (body,) = single_runs(one)
    before = snapshot(other.service)
    for wrong in flipped(body):
        with pytest.raises(MulinError):
            other.service.ingest.take(other.ledger, wrong)
    assert snapshot(other.service) == before
    assert other.service.ingest.take(other.ledger, body).fresh == 2


def test_who_is_no_member_or_signs_for_another_is_refused() -> None:
    one, _ = together(2)
    stranger = Author(identity("e"), one.ledger, "stranger")
    with pytest.raises(UnknownDevice):
        one.service.ingest.take(one.ledger, stranger.run([stranger.opening()]))
    liar = Author(identity("b"), one.ledger, "liar")
    entry = liar.opening()
    h = dataclasses.asdict(entry.header)
    forged = assemble(Header(**(h | {"device": one.service.device})), entry.payload)
    with pytest.raises(BadSignature):
        one.service.ingest.take(one.ledger, liar.run([forged]))
    assert one.entries() == 0


# --- whole or not at all -------------------------------------------------------------------------


def test_a_run_whose_storing_fails_anywhere_leaves_everything_as_it_was() -> None:
    """Every statement fails in turn, while entries of two records arrive and others wait for them."""
    members = discussion()
    one, other, third = members
    copy = reader_of(one)
    bodies = runs_for(third.service, copy.service, one.ledger.id)
    bodies += runs_for(other.service, copy.service, one.ledger.id)
    bodies += runs_for(one.service, copy.service, one.ledger.id)
    fell = 0
    for body in dict.fromkeys(bodies):
        at = 0
        while True:
            before, digest = snapshot(copy.service), copy.digest()
            with stumbling(copy.service, at, Stumbled(), done=False) as stumble:
                try:
                    copy.service.ingest.take(copy.ledger, body)
                except Stumbled:
                    fell += 1
            if not stumble.fell:
                break
            assert snapshot(copy.service) == before
            assert copy.digest() == digest
            at += 1
    assert fell > 60
    exchange(one, other, third)
    take_in(copy, [run for town in members for run in single_runs(town)])
    assert copy.digest() == one.digest()
    assert copy.problems() == []


# --- forks ---------------------------------------------------------------------------------------


def test_both_branches_of_a_fork_are_kept_whichever_came_first() -> None:
    one, other, _ = together(3)
    author = Author(identity("c"), one.ledger, "fork")
    start = author.run([author.opening(), author.creation("示范一村")])
    base = author.last
    left = author.run([author.creation("左")])
    author.last = base
    right = author.run([author.creation("右")])
    heard: list[int] = []
    one.service.ingest.on_fork = lambda _ledger, _log, seq: heard.append(seq)
    for town, order in ((one, (left, right)), (other, (right, left))):
        town.service.ingest.take(town.ledger, start)
        forked = [town.service.ingest.take(town.ledger, run).forked for run in order]
        assert forked == [False, True]
    assert heard == [2]
    assert one.forks() == other.forks() == 1
    assert one.digest() == other.digest()
    assert one.entries() == other.entries() == 4
    proofs = [town.service.ground.book.forks(town.ledger.n)[0][1].proof for town in (one, other)]
    assert proofs[0] == proofs[1], "the same proof, whoever saw it"
