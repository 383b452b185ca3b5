"""A node's turns are short: one run at a time, acks written together, performing with time to spare."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from crdt.entry import EntryId
from node.effects import Send, WakeAt
from node.errors import DamagedEntry
from node.store import history
from node.tidings import ACKS_WAIT_S, Tidings
from protocol.messages import Vector
from tests.protocol.author import Author
from tests.support.cores import Net
from tests.support.people import identity
from tests.support.townships import Town, agree, exchange, give, runs_for, together

pytestmark = pytest.mark.usefixtures("one_version")


def divergent(town: Town) -> set[bytes]:
    return {row[0] for row in town.service.ground.db.rows("SELECT entry FROM divergent")}


def to_perform(town: Town) -> int:
    return len(town.service.ground.log.unperformed(1000))


# --- performing ----------------------------------------------------------------------------------


def strange_entries(town: Town, label: str) -> set[bytes]:
    """A record whose author's engine gave something else; returns its entries."""
    author = Author(identity("b"), town.ledger, label)
    opening, start = author.opening(), author.creation("示范一村")
    assert start.record is not None
    more = author.saying(start.record, [start.id], [["set", "place", "河边", []]])
    town.service.ingest.take(town.ledger, author.run([opening, start, more]))
    return {start.id, more.id}


def test_what_diverges_is_shown_at_once_and_found_with_time_to_spare() -> None:
    net = Net(together(2))
    one = net.town("a")
    strange = strange_entries(one, "drift")
    (row,) = one.service.ground.model.records(one.ledger.n)
    assert one.value(row.id, "place") == "河边"
    assert to_perform(one) == 1
    assert len([p for p in one.problems() if "engine drift" in p]) == 2, "verify performs by itself"
    net.down.add("b")
    net.start("a")
    net.run(2.0)
    assert divergent(one) == strange
    assert to_perform(one) == 0
    one.service.records.forget()
    assert len([p for p in one.problems() if "engine drift" in p]) == len(one.problems()) == 2


def test_a_node_that_died_before_it_performed_does_so_in_its_next_life() -> None:
    net = Net(together(2))
    one = net.town("a")
    strange = strange_entries(one, "drift")
    one.service.records.forget()
    net.down.add("b")
    net.start("a")
    net.run(2.0)
    assert divergent(one) == strange


def test_a_list_of_divergent_entries_that_lacks_one_is_named() -> None:
    one, _ = together(2)
    strange_entries(one, "drift")
    assert not one.service.records.perform_some(10)
    with one.service.ground.db.transaction() as conn:
        conn.execute("DELETE FROM divergent WHERE rowid=1")
    assert any("divergent" in problem for problem in one.problems())


def test_performing_goes_on_bit_by_bit_until_nothing_is_left() -> None:
    one, other = together(2)
    for n in range(7):
        one.create(f"第{n}村")
    exchange(one, other)
    left = [to_perform(other)]
    while other.service.records.perform_some(2):
        left.append(to_perform(other))
    assert left == [7, 5, 3, 1]
    assert to_perform(other) == to_perform(one) == 0
    agree(one, other)


# --- sending -------------------------------------------------------------------------------------


def test_one_run_is_made_at_a_time_and_all_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "ENTRIES_PER_FRAME", 3)
    net = Net(together(2))
    one, other = net.towns
    for n in range(20):
        one.create(f"第{n}村")
    sizes = [len(b) for b in runs_for(one.service, other.service, one.ledger.id)]
    assert len(sizes) == 7
    core = net.cores["a"]
    turns: list[int] = []
    wake = core.wake

    def watched(now_s: float) -> Any:
        effects = wake(now_s)
        turns.append(sum(len(e.data) for e in effects if isinstance(e, Send)))
        return effects

    monkeypatch.setattr(core, "wake", watched)
    net.start("a", "b")
    net.run(5.0)
    assert max(turns) < 2 * max(sizes), "never two runs in one turn"
    assert sum(size > min(sizes) // 2 for size in turns) >= 3, "several turns were for sending"
    agree(one, other)


def test_nobody_is_called_equal_while_there_is_more_to_send(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(history, "ENTRIES_PER_FRAME", 2)
    net = Net(together(2))
    one, other = net.towns
    net.start("a", "b")
    net.run(2.0)
    for n in range(6):
        one.create(f"第{n}村")
    effects = net.cores["a"].changed(net.now_s)
    assert net.cores["a"].live() == {other.service.device: False}
    assert any(isinstance(e, WakeAt) and e.now_s <= net.now_s for e in effects)


# --- acks ----------------------------------------------------------------------------------------


def told(town: Town, other: Town) -> dict[int, int]:
    return town.service.ground.book.held(town.ledger.n).get(other.service.device, {})


def test_acks_are_written_down_together_and_before_anybody_is_told() -> None:
    one, other = together(2)
    one.create()
    give(one, other)
    tidings = Tidings(one.service)
    tips = one.service.replica.vector(one.ledger.id)
    before = one.service.ground.db.conn.total_changes
    for _ in range(5):
        tidings.acked(other.service.device, one.ledger.id, dict(tips), {})
        tidings.arrange(10.0)
    assert tidings.due_s == 10.0 + ACKS_WAIT_S
    assert one.service.ground.db.conn.total_changes == before
    tidings.write_down()
    assert tidings.due_s is None
    assert list(told(one, other).values()) == [seq for ((seq, _),) in tips.values()]


def test_an_ack_of_what_we_do_not_hold_is_no_ack() -> None:
    one, other = together(2)
    one.create()
    tidings, claims = Tidings(one.service), dict[Any, Any]()
    strange: Vector = {(bytes(32), bytes(16)): ((7, bytes(32)),)}
    tidings.acked(other.service.device, one.ledger.id, strange, claims)
    tidings.write_down()
    assert told(one, other) == {}
    assert list(claims) == [(one.ledger.id, (bytes(32), bytes(16)))]


# --- the store -----------------------------------------------------------------------------------


def test_what_our_own_disk_damaged_is_not_blamed_on_the_peer() -> None:
    """The peer hears that we stop, not that its entries are bad; nothing of the run is kept."""
    net = Net(together(2))
    one, other = net.towns
    record = one.create()
    exchange(one, other)
    one.say(record, place="河边")
    with other.service.ground.db.transaction() as conn:
        conn.execute("UPDATE entries SET payload=zeroblob(80) WHERE record=?", (record,))
    other.service.records.forget()
    with pytest.raises(DamagedEntry):
        give(one, other)
    before = other.entries()
    net.start("a", "b")
    net.run(2.0)
    assert [n.facts["reason"] for n in net.said("a", "closed")][:1] == ["shutting_down"]
    assert net.said("b", "trouble")
    assert other.entries() == before


class Planned:
    """A connection that looks at the plan of everything asked of it."""

    def __init__(self, conn: sqlite3.Connection) -> None:
        self._conn = conn
        self.scans: set[str] = set()

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Any:
        if sql.startswith(("SELECT", "UPDATE", "DELETE")):
            plan = self._conn.execute(f"EXPLAIN QUERY PLAN {sql}", parameters).fetchall()
            steps = [step[3] for step in plan]
            if any(
                step.startswith("SCAN") or "entries USING INDEX idx_entries_log_seq (log=?)" in step
                for step in steps
            ):
                self.scans.add(f"{sql}: {steps}")
        return self._conn.execute(sql, parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._conn, name)


def test_taking_in_and_sending_read_by_index_and_never_a_whole_log() -> None:
    """What a run costs must not depend on how much is there already."""
    one, other = together(2)
    record = one.create()
    exchange(one, other)
    watchers = []
    for town in (one, other):
        db = town.service.ground.db
        watchers.append(Planned(db.conn))
        db.conn = watchers[-1]  # type: ignore[assignment]
    one.say(record, place="河边")
    one.create("样板坪村")
    other.say(record, urgency="red")
    exchange(one, other)
    other.service.records.perform_some(10)
    other.service.records.get(other.ledger, record)
    assert other.service.ground.log.entry(EntryId(bytes(32))) is None
    scans = {s for w in watchers for s in w.scans if "unperformed LIMIT" not in s}
    assert scans == set()


def test_news_of_another_process_is_read_by_its_numbers(tmp_path: Path) -> None:
    """What a command pays for what its node took in must not depend on how much is there already."""
    one, other = together(2, tmp_path)
    record, untouched = one.create(), one.create("样板坪村")
    exchange(one, other)
    command = Town("b", tmp_path / "b", lives=7)
    assert [command.value(r, "place") for r in (record, untouched)] == [None, None]
    db = command.service.ground.db
    watcher = Planned(db.conn)
    db.conn = watcher  # type: ignore[assignment]
    one.say(record, place="河边")
    exchange(one, other)
    for r in (record, untouched):
        command.service.records.get(command.ledger, r)
    assert watcher.scans == set()
    assert command.value(record, "place") == "河边"
