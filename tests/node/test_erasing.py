"""Erasure between stores: it takes two, it is everywhere, it stays, and it beats what was written at once."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from crdt.entry import RecordId
from crdt.statements import StatementId
from keys.errors import MulinError
from node.sealerrors import ApprovedAlready, RecordErased
from tests.node.test_sealed import NAME, PHONE, _party
from tests.support.shelves import Share, bundle_for, bundles_in, empty, settle, take, visit
from tests.support.townships import Town, agree, exchange, together

CANARY = (NAME.encode(), PHONE.encode())


def _papers(*members: Town) -> None:
    """What a session does before any entry: both hear what the other knows to be signed."""
    for giver in members:
        for taker in members:
            for part in giver.service.replica.papers(giver.ledger.id):
                taker.service.ledgers.merge(part)


def _meet(*members: Town) -> None:
    for _ in members:
        _papers(*members)
        exchange(*members)
    for town in members:
        town.service.erasing.tidy()
    _papers(*members)
    exchange(*members)


def _order(town: Town, *records: RecordId) -> StatementId:
    return town.service.erasing.order(town.ledger, records, "on_request", "本人申请")


def _payloads(town: Town, record: RecordId) -> int:
    row = town.service.ground.db.one(
        "SELECT count(*) FROM entries WHERE record=? AND payload NOTNULL", record
    )
    return int(row[0]) if row else 0


def _files(town: Town) -> Iterator[bytes]:
    assert town.folder is not None
    return (f.read_bytes() for f in town.folder.rglob("*") if f.is_file())


def test_nobody_erases_alone_and_then_it_is_gone_everywhere() -> None:
    a, b, c = together(3)
    case = a.create()
    party, other = _party(a, case, b), _party(a, case, b)
    _meet(a, b, c)
    order = _order(a, party)
    _meet(a, b, c)
    assert a.value(party, "name") == NAME, "one township is not enough"
    with pytest.raises(ApprovedAlready):
        a.service.erasing.approve(a.ledger, order)
    b.service.erasing.approve(b.ledger, order)
    _meet(a, b, c)
    for town in (a, b, c):
        assert _payloads(town, party) == 0
        with pytest.raises(RecordErased):
            town.service.record(town.ledger, party)
        board = town.service.erasing.board(town.ledger, order)
        assert [answer.done for answer in board] == [True] * 3
    assert b.value(other, "name") == NAME
    agree(a, b, c)


def test_a_member_that_did_not_begin_it_cannot_have_it_erased_without_who_did() -> None:
    a, b, c = together(3)
    party = _party(a, a.create(), b)
    _meet(a, b, c)
    order = _order(b, party)
    _meet(a, b, c)
    c.service.erasing.approve(c.ledger, order)
    _meet(a, b, c)
    assert a.value(party, "name") == NAME
    a.service.erasing.approve(a.ledger, order)
    _meet(a, b, c)
    assert all(_payloads(town, party) == 0 for town in (a, b, c))
    agree(a, b, c)


def test_erasure_beats_an_edit_made_at_the_same_time() -> None:
    a, b, c = together(3)
    party = _party(a, a.create(), b)
    _meet(a, b, c)
    order = _order(a, party)
    _meet(a, c)
    c.service.erasing.approve(c.ledger, order)
    _meet(a, c)
    b.say(party, phone="13900000009")
    _meet(a, b, c)
    for town in (a, b, c):
        assert _payloads(town, party) == 0
    agree(a, b, c)


def test_nothing_of_it_is_left_in_any_file(tmp_path: Path) -> None:
    """Of an open record too, whose words stood in tables and in the index."""
    a, b, c = together(3, tmp_path)
    case = a.create(village="示范一村", place=f"{NAME}家")
    party = _party(a, case, b)
    _meet(a, b, c)
    assert any(NAME.encode() in data for data in _files(c)), "the canary sings while it lives"
    order = _order(a, party, case)
    _meet(a, b, c)
    b.service.erasing.approve(b.ledger, order)
    _meet(a, b, c)
    for town in (a, b, c):
        for data in _files(town):
            assert not any(word in data for word in CANARY)
        town.reopen()
        for data in _files(town):
            assert not any(word in data for word in CANARY)
    agree(a, b, c)


def test_an_old_copy_is_purged_before_it_gives_anything(tmp_path: Path) -> None:
    a, b, c = together(3, tmp_path)
    party = _party(a, a.create(), b)
    _meet(a, b, c)
    b.close()
    shutil.copy(tmp_path / "b" / "ledger.db", tmp_path / "old.db")
    b.reopen()
    order = _order(a, party)
    _meet(a, b, c)
    b.service.erasing.approve(b.ledger, order)
    _meet(a, b, c)
    b.close()
    for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm"):
        (tmp_path / "b" / name).unlink(missing_ok=True)
    shutil.copy(tmp_path / "old.db", tmp_path / "b" / "ledger.db")
    b.reopen()
    assert _payloads(b, party) > 0
    _papers(a, b)
    assert _payloads(b, party) == 0, "what was signed comes before any entry"
    _meet(a, b, c)
    for data in _files(b):
        assert not any(word in data for word in CANARY)
    agree(a, b, c)


def test_who_comes_later_gets_what_was_erased_without_its_content() -> None:
    a, b, c = together(3)
    party = _party(a, a.create(), b)
    _meet(a, b)
    order = _order(a, party)
    _meet(a, b)
    b.service.erasing.approve(b.ledger, order)
    _meet(a, b)
    with pytest.raises(MulinError):
        exchange(a, c)  # a header alone, and no order that says why
    _meet(a, b, c)
    assert c.entries() == a.entries()
    agree(a, b, c)


def test_a_payload_that_comes_back_is_not_let_in() -> None:
    """A neighbour that was away brings all of it along, in the same run with what is new."""
    a, b, c = together(3)
    case = a.create()
    party = _party(a, case, c)
    _meet(a, c)
    order = _order(a, party)
    _meet(a, c)
    exchange(c, b)  # b gets all of it before it hears of anything
    assert _payloads(b, party) > 0
    _papers(a, b)
    b.service.erasing.approve(b.ledger, order)
    assert _payloads(b, party) == 0
    c.say(party, phone="13900000009")
    exchange(c, a, b)
    assert _payloads(b, party) == 0
    _meet(a, b, c)
    assert all(_payloads(town, party) == 0 for town in (a, b, c))
    agree(a, b, c)


def test_an_old_bundle_brings_nothing_back() -> None:
    """Everything there was on a stick, made before the order and read after it."""
    a, b, c = together(3)
    party = _party(a, a.create(), b)
    _meet(a, b, c)
    stick = bundle_for(a, b, c, everything=True)
    order = _order(a, party)
    _meet(a, b, c)
    b.service.erasing.approve(b.ledger, order)
    _meet(a, b, c)
    reader = empty("c", a)
    _papers(a, reader)
    for town in (b, c, reader):
        assert take(town, stick).fault is None
        assert _payloads(town, party) == 0
    assert reader.entries() > 0
    _meet(a, b, c)
    agree(a, b, c)


def test_what_lies_in_a_drop_folder_goes_too() -> None:
    """Files that a node left there before: taken away, and what somebody lacks left anew without it."""
    a, b, c = together(3)
    share = Share()
    party = _party(a, a.create(), b)
    exchange(a, b)
    visit(share, a)
    before = bundles_in(share)
    assert before
    order = _order(a, party)
    _meet(a, b)
    b.service.erasing.approve(b.ledger, order)
    _meet(a, b)
    visit(share, a)
    assert not set(before) & set(bundles_in(share))
    settle(share, [a, b, c])
    assert _payloads(c, party) == 0
    assert c.service.seals.is_erased(c.ledger, party)
    agree(a, b, c)
