"""Crashes and old copies of a node: nothing acknowledged is lost, and an honest node never forks."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from crdt.entry import EntryId, EntryType
from node.ground import HighWater
from node.home import DurableHighWater
from tests.support.stumble import Stumbled
from tests.support.townships import Town, agree, exchange, found, give, together


def own_log(town: Town) -> list[tuple[int, bytes, bytes | None]]:
    """(seq, id, prev) of the device's entries, by incarnation and place."""
    rows = town.service.ground.db.rows(
        "SELECT entries.id FROM entries JOIN logs ON logs.n=entries.log WHERE device=? "
        "ORDER BY logs.n, seq",
        bytes(town.service.device),
    )
    entries = [town.service.ground.log.entry(EntryId(row[0])) for row in rows]
    return [(e.header.seq, bytes(e.id), e.header.prev) for e in entries if e is not None]


def test_a_crash_between_commit_and_mark_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = together(2, tmp_path)
    record = one.create()
    with monkeypatch.context() as crash:
        crash.setattr(DurableHighWater, "put", lambda *_: (_ for _ in ()).throw(Stumbled()))
        with pytest.raises(Stumbled):
            one.say(record, amount_claimed="5")
    one.reopen()
    assert one.value(record, "amount_claimed") == 500, "it was committed"
    one.say(record, amount_claimed="6")
    assert len(one.own_logs()) == 1
    exchange(one, other)
    agree(one, other)


def test_the_mark_is_raised_before_an_own_entry_leaves(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A command commits and dies before the mark; the node sends the entry; then an old copy comes back."""
    one, other = together(2, tmp_path)
    record = one.create()
    exchange(one, other)
    keep_copy(one, tmp_path)
    with monkeypatch.context() as crash:
        crash.setattr(DurableHighWater, "put", lambda *_: (_ for _ in ()).throw(Stumbled()))
        with pytest.raises(Stumbled):
            one.say(record, amount_claimed="5")
    give(one, other)
    bring_back(one, tmp_path)
    one.say(record, amount_claimed="6")
    assert len(one.own_logs()) == 2
    exchange(one, other)
    assert one.forks() == other.forks() == 0
    agree(one, other)


def keep_copy(town: Town, at: Path) -> None:
    """A copy of the data file alone, as a careless backup makes it."""
    town.service.ground.db.backup(at / "old.db")


def bring_back(town: Town, at: Path) -> None:
    assert town.folder is not None
    town.close()
    for name in ("ledger.db", "ledger.db-wal", "ledger.db-shm"):
        (town.folder / name).unlink(missing_ok=True)
    shutil.copy(at / "old.db", town.folder / "ledger.db")
    town.open(HighWater())


def test_an_old_copy_brought_back_opens_a_new_life_and_never_forks(tmp_path: Path) -> None:
    one, other, third = together(3, tmp_path)
    record = one.create()
    exchange(one, other, third)
    keep_copy(one, tmp_path)
    before = own_log(one)[-1]
    for n in range(5):
        one.say(record, amount_claimed=str(n + 1))
    exchange(one, other)
    bring_back(one, tmp_path)
    written = one.service.change(one.ledger, record, {"urgency": "red"}, "司法所", "现场核对")
    assert written.header.seq == 1
    opening = one.service.ground.log.entry(EntryId(written.header.prev or b""))
    assert opening is not None
    assert opening.header.type == EntryType.OPEN
    assert opening.header.parents == (before[1],), (
        "it cites the last entry known of the life before"
    )
    one.say(record, difficulty="complex")
    assert len(one.own_logs()) == 2, "one new life, not one a write"
    exchange(one, third)
    exchange(one, other, third)
    assert [town.forks() for town in (one, other, third)] == [0, 0, 0]
    assert one.value(record, "amount_claimed") == 500, "the lost entries came back from the others"
    one.say(record, amount_claimed="9")
    lives = len(one.own_logs())
    assert lives <= 3, "what it had lost closes the life it had begun, once"
    for n in range(3):
        exchange(one, other, third)
        one.say(record, amount_claimed=str(20 + n))
    assert len(one.own_logs()) == lives, "and then it goes on"
    exchange(one, other, third)
    agree(one, other, third)


def test_a_file_lost_altogether_begins_anew_and_gets_its_entries_back(tmp_path: Path) -> None:
    one, other = together(2, tmp_path)
    record = one.create()
    exchange(one, other)
    assert one.folder is not None
    invitation = one.ledger.invitation.encode()
    one.close()
    for file in one.folder.glob("ledger.db*"):
        file.unlink()
    one.open(HighWater())
    one.service.ledgers.accept(invitation)
    fresh = one.create("新村")
    exchange(one, other)
    assert one.forks() == other.forks() == 0
    assert one.value(record, "village") == "示范一村"
    assert other.value(fresh, "village") == "新村"
    agree(one, other)


def test_a_peer_that_knows_more_of_my_log_closes_it(tmp_path: Path) -> None:
    """Data file and mark are both old: only the peer's vector tells."""
    one, other = together(2, tmp_path)
    record = one.create()
    exchange(one, other)
    keep_copy(one, tmp_path)
    assert one.folder is not None
    shutil.copy(one.folder / "high-water.json", tmp_path / "old.json")
    one.say(record, amount_claimed="5")
    give(one, other)
    bring_back(one, tmp_path)
    shutil.copy(tmp_path / "old.json", one.folder / "high-water.json")
    one.reopen()
    known = other.service.replica.vector(other.ledger.id)
    assert one.service.ingest.peer_knows_more(one.ledger, known)
    one.say(record, amount_claimed="6")
    assert len(one.own_logs()) == 2
    exchange(one, other)
    assert one.forks() == other.forks() == 0
    agree(one, other)


def test_a_copied_folder_forks_in_the_open(tmp_path: Path) -> None:
    """Two machines with one key, unaware of each other: both branches stay, with the proof; all agree."""
    one, other, third = together(3, tmp_path)
    record = one.create()
    exchange(one, other, third)
    assert one.folder is not None
    one.close()
    shutil.copytree(one.folder, tmp_path / "copy")
    one.open(HighWater())
    twin = Town("a", tmp_path / "copy")
    twin.lives = 7  # other dice
    twin.open(HighWater())
    one.say(record, amount_claimed="5")
    twin.say(record, amount_claimed="6")
    give(one, other)
    give(twin, third)
    exchange(other, third)
    assert [town.forks() for town in (other, third)] == [1, 1]
    exchange(one, other, third)
    exchange(twin, other, third)
    exchange(one, twin, other, third)
    agree(one, twin, other, third)
    conflicts = other.service.open_conflicts(other.ledger)
    assert [len(c.candidates) for c in conflicts] == [2]
    one.say(record, urgency="red")
    twin.say(record, difficulty="complex")
    exchange(one, twin, other, third)
    assert [town.forks() for town in (one, twin, other, third)] == [1] * 4, "it does not go on"
    agree(one, twin, other, third)


def test_found_helper_founds(tmp_path: Path) -> None:
    """The world of these tests itself: a ledger needs every member's signature."""
    one, other = Town("a"), Town("b")
    one.service.ledgers.propose("账本", one.service.card(), [other.service.card()])
    assert one.service.ledgers.active() == []
    found(one, other, name="第二本")
    assert [k.name for k in one.service.ledgers.active()] == ["第二本"]
