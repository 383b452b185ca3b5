"""Appending to the own log: in order, whole or not at all, by several processes, never twice at one place."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from crdt.entry import EntryId, EntryType
from crdt.errors import RuleBroken, Unchanged
from keys.errors import MulinError
from node.ground import HighWater
from node.home import DurableHighWater, Home
from tests.support.nodes import child_environment
from tests.support.people import NAMES
from tests.support.stumble import Stumbled, snapshot, stumbling
from tests.support.townships import CODES, Town, agree, exchange, found, give, together

WRITES = 200
_TWO = """
import sys
from pathlib import Path
from node.home import Home
service = Home(Path(sys.argv[1])).open(None)
ledger = service.ledgers.choose(None)
for n in range(int(sys.argv[3])):
    typed = {"category": "neighbour", "village": f"{sys.argv[2]}{n}"}
    print(service.create(ledger, "case", typed, "司法所").hex())
"""


def own_log(town: Town) -> list[tuple[int, bytes, bytes | None]]:
    """(seq, id, prev) of the device's entries, by incarnation and place."""
    rows = town.service.ground.db.rows(
        "SELECT entries.id FROM entries JOIN logs ON logs.n=entries.log WHERE device=? "
        "ORDER BY logs.n, seq",
        bytes(town.service.device),
    )
    entries = [town.service.ground.log.entry(EntryId(row[0])) for row in rows]
    return [(e.header.seq, bytes(e.id), e.header.prev) for e in entries if e is not None]


# --- order ---------------------------------------------------------------------------------------


def test_every_entry_follows_the_one_before() -> None:
    town, _ = together(2)
    record = town.create()
    for n in range(20):
        town.say(record, amount_claimed=str(n + 1))
    log = own_log(town)
    assert [seq for seq, _, _ in log] == list(range(22))
    assert [prev for _, _, prev in log] == [None, *(entry for _, entry, _ in log[:-1])]


def test_a_log_begins_with_its_opening_and_the_first_entry_brings_it() -> None:
    town, _ = together(2)
    assert own_log(town) == []
    town.create()
    first = town.service.ground.log.entry(EntryId(own_log(town)[0][1]))
    assert first is not None
    assert first.header.type == EntryType.OPEN
    assert first.header.parents == ()


def test_parents_are_the_heads_of_both_sides() -> None:
    one, other = together(2)
    record = one.create()
    exchange(one, other)
    mine, theirs = one.say(record, urgency="red"), other.say(record, difficulty="complex")
    exchange(one, other)
    joined = one.service.change(one.ledger, record, {"amount_claimed": "8000"}, "司法所")
    assert joined.header.parents == tuple(sorted([mine, theirs]))


def test_time_that_runs_backwards_changes_nothing_but_what_is_claimed() -> None:
    one, other = together(2)
    record = one.create()
    one.clock.ms = -5_000
    one.say(record, amount_claimed="1")
    one.clock.ms = 2**62
    one.say(record, amount_claimed="2")
    exchange(one, other)
    assert other.value(record, "amount_claimed") == 200
    agree(one, other)


# --- whole or not at all -------------------------------------------------------------------------


def count_of_statements(town: Town, village: str) -> int:
    with stumbling(town.service, 10_000, Stumbled(), done=False) as counting:
        town.create(village)
        return 10_000 - counting._left


@pytest.mark.parametrize("done", (False, True), ids=("before", "after"))
def test_a_write_that_fails_anywhere_leaves_everything_as_it_was(
    tmp_path: Path, done: bool
) -> None:
    """Every statement of a write fails in turn: store, records in memory and the next write are whole.

    Only a commit that was done though it failed has happened; a crash could not tell it from success.
    """
    one, other = together(2, tmp_path)
    record = one.create("山村")
    points = count_of_statements(one, "数一数")
    assert points > 15
    for at in range(points):
        before, shown = snapshot(one.service), one.value(record, "amount_claimed")
        with stumbling(one.service, at, Stumbled(), done=done) as fallen:
            try:
                one.say(record, amount_claimed=str(1000 + at))
            except Stumbled:
                assert fallen.fell
        if not fallen.fell:
            break
        assert not one.service.ground.db.conn.in_transaction
        if snapshot(one.service) != before:
            assert done
            assert one.problems() == []
            continue
        assert one.value(record, "amount_claimed") == shown
    one.say(record, amount_claimed="7")
    one.reopen()
    assert one.problems() == []
    exchange(one, other)
    agree(one, other)
    assert one.forks() == other.forks() == 0


@pytest.mark.parametrize("code", (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_BUSY))
def test_a_disk_that_fails_is_said_in_a_sentence(tmp_path: Path, code: int) -> None:
    one, _ = together(2, tmp_path)
    record = one.create()
    fault = sqlite3.OperationalError("no")
    fault.sqlite_errorcode = code
    fault.sqlite_errorname = "SQLITE_…"
    before = snapshot(one.service)
    with stumbling(one.service, 12, fault, done=False), pytest.raises(MulinError) as said:
        one.say(record, amount_claimed="5")
    assert "磁盘" in said.value.say("zh") or "占用" in said.value.say("zh")
    assert snapshot(one.service) == before
    one.say(record, amount_claimed="5")
    assert one.problems() == []


def test_what_the_rules_refuse_leaves_no_trace(tmp_path: Path) -> None:
    one, _ = together(2, tmp_path)
    record = one.create()
    one.say(record, amount_claimed="5")
    before = snapshot(one.service)
    for wrong in ({"state": "archived"}, {"due_on": "never"}):
        with pytest.raises(RuleBroken):
            one.say(record, **wrong)
    with pytest.raises(Unchanged):
        one.say(record, amount_claimed="5")
    assert snapshot(one.service) == before


def test_a_refused_first_entry_begins_no_log(tmp_path: Path) -> None:
    one, _ = together(2, tmp_path)
    with pytest.raises(RuleBroken):
        one.create(category="no such thing")
    assert own_log(one) == []
    assert not (tmp_path / "a" / "high-water.json").exists()


# --- several writers -----------------------------------------------------------------------------


def test_two_processes_that_write_at_once_make_one_log(tmp_path: Path) -> None:
    home = Home(tmp_path / "a")
    home.create(NAMES[0], CODES[0], "", None)
    one = home.open(None)
    other = Town("b", None)
    signed = one.ledgers.propose("联合体", one.card(), [other.service.card()])
    other.service.ledgers.accept(signed.invitation.encode())
    accepted = other.service.ledgers.get(signed.id)
    assert accepted is not None
    one.ledgers.merge(accepted.invitation.encode())
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", _TWO, str(home.folder), name, str(WRITES)],
            stdout=subprocess.PIPE,
            env=child_environment(),
            text=True,
        )
        for name in ("东村", "西村")
    ]
    made = [set(writer.communicate(timeout=120)[0].split()) for writer in writers]
    assert [writer.returncode for writer in writers] == [0, 0]
    assert [len(ids) for ids in made] == [WRITES, WRITES]
    ledger = one.ledgers.choose(None)
    (tips,) = one.ground.log.tips(ledger.n).values()
    assert [seq for seq, _ in tips] == [2 * WRITES], "one chain with one end"
    listed = {row.id.hex() for row in one.ground.model.records(ledger.n)}
    assert listed == made[0] | made[1]
    mark = DurableHighWater(home.high_water).get(ledger.id)
    assert mark is not None
    assert mark.position == tips[0]


def test_another_process_wrote_between_two_looks(tmp_path: Path) -> None:
    """A record in memory is read again when the file has changed under it."""
    one, _ = together(2, tmp_path)
    record = one.create()
    beside = Town("a", one.folder)
    beside.say(record, amount_claimed="12")
    assert one.value(record, "amount_claimed") == 1200
    one.say(record, urgency="red")
    assert beside.value(record, "urgency") == "red"
    assert one.problems() == beside.problems() == []
    assert len(own_log(one)) == 4
    beside.close()


def test_what_arrives_meets_what_another_process_wrote(tmp_path: Path) -> None:
    """The running node holds the record in memory, a command writes to it, then a peer's entry comes in."""
    one, other = together(2, tmp_path)
    record = one.create()
    exchange(one, other)
    theirs = other.say(record, difficulty="complex")
    beside = Town("a", one.folder)
    beside.say(record, amount_claimed="12")
    give(other, one)
    assert theirs
    assert one.problems() == []
    exchange(one, other)
    agree(one, other)
    beside.close()


# --- crashes, old copies -------------------------------------------------------------------------


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
    written = one.service.change(one.ledger, record, {"urgency": "red"}, "司法所")
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
