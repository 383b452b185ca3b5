"""Appending to the own log: in order, whole or not at all, by several processes, never twice at one place."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from crdt.entry import EntryId, EntryType
from crdt.errors import RuleBroken, Unchanged
from keys.errors import MulinError
from node.home import DurableHighWater, Home
from tests.support.nodes import child_environment
from tests.support.people import NAMES
from tests.support.stumble import Stumbled, snapshot, stumbling
from tests.support.townships import CODES, Town, agree, exchange, give, together

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
