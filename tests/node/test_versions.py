"""Whatever is declared with a later schema number waits at a program that knows no such number, and is there
after its upgrade as it is at its author's: every kind, and fields, codes, moves and parts of kinds of before.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pytest

from crdt import kinds
from crdt.entry import ActorId, RecordId, open_payload
from crdt.errors import BadMove, BadOperation, BadValue, RuleBroken, UnknownField, UnknownKind
from crdt.judge import Author, judge
from crdt.kinds import KINDS
from crdt.kinds.enumerations import choice, machine
from crdt.kinds.language import Area, Kind, stated
from crdt.kinds.types import Choices, Items, Line
from crdt.operations import Add, Create, Operation, Set
from crdt.schema import SCHEMA
from crdt.verdicts import EntryState
from keys.errors import Text
from node.errors import NewerDatabase
from node.store import model
from tests.node.cli.test_every_kind import register, typed
from tests.support.people import township_id
from tests.support.townships import POST, Town, agree, exchange, found
from tests.support.versions import know

LATER = [kind for kind in KINDS.values() if kind.first_schema > 1 and not kind.sealed]
NEXT = SCHEMA + 1


def _pair(folder: Path, earlier: int, newer: int, patch: pytest.MonkeyPatch) -> tuple[Town, Town]:
    """The newer and the earlier one, in a ledger."""
    made = []
    for label, schema in (("a", newer), ("b", earlier)):
        (folder / label).mkdir()
        know(patch, schema)
        made.append(Town(label, folder / label))
    found(*made)
    return made[0], made[1]


def _waits(town: Town, record: RecordId, count: int) -> None:
    rows = town.service.ground.db.rows("SELECT state, reason FROM entries WHERE record=?", record)
    assert rows == [(int(EntryState.WAITING), "schema")] * count
    assert town.service.ground.log.entries_by_newer_rules(town.ledger.n) == count
    assert town.service.ground.db.rows("SELECT 1 FROM records WHERE id=?", record) == []
    assert town.problems() == []


@pytest.mark.parametrize("kind", LATER, ids=lambda k: k.name)
def test_a_kind_that_is_not_known_waits_and_is_there_after_the_upgrade(
    kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer, earlier = _pair(tmp_path, kind.first_schema - 1, SCHEMA, monkeypatch)
    begun = {f.name: typed(f.type, 0) for f in kind.fields if f.required}
    record = newer.service.create(newer.ledger, kind.name, begun, POST)
    field = register(kind)
    newer.say(record, **{field.name: typed(field.type, 1)})
    exchange(newer, earlier)
    _waits(earlier, record, 2)

    know(monkeypatch, SCHEMA)
    earlier.reopen()
    rows = earlier.service.ground.db.rows("SELECT state FROM entries WHERE record=?", record)
    assert rows == [(int(EntryState.APPLIED),)] * 2
    assert earlier.value(record, field.name) == newer.value(record, field.name)
    agree(newer, earlier)


# --- what came later to a kind of before --------------------------------------------------------

_SORT = choice(("old", "旧", "old"), ("new", "新", "new", NEXT))
_PLAIN = choice(("begun", "开始", "begun"), ("done", "办结", "done"), ("left", "搁置", "left"))
_GROWN = Kind(
    name="grown",
    table="grown",
    label=Text("长大的", "grown"),
    area=Area.MATTERS,
    title=("called",),
    fields=(
        stated("called", "名称", "name", Line(), required=True),
        stated("sort", "类别", "sort", _SORT),
        stated("sorts", "各类", "sorts", Choices(_SORT)),
        stated(
            "state",
            "状态",
            "state",
            machine(
                "begun", {"begun": "done"}, _PLAIN, later={NEXT: {"done": "begun", "begun": "left"}}
            ),
        ),
        stated(
            "notes",
            "办理",
            "notes",
            Items(
                (("text", Text("内容", "text"), Line()), ("by", Text("岗位", "post"), Line())),
                since={"by": NEXT},
            ),
        ),
        stated("court", "法院", "court", Line(), since=NEXT),
    ),
)
_BEGIN: tuple[Operation, ...] = (Create("grown"), Set("called", "甲"), Set("state", "begun"))
_NEW: tuple[tuple[Operation, type[RuleBroken]], ...] = (
    (Set("court", "示范法庭"), UnknownField),
    (Set("sort", "new"), BadValue),
    (Set("sorts/new", True), BadOperation),
    (Add("notes", (("by", "司法所"), ("text", "到场"))), UnknownField),
    (Set("state", "left"), BadMove),
)
_OLD = (
    Set("sort", "old"),
    Set("sorts/old", True),
    Add("notes", (("text", "到场"),)),
    Set("state", "done"),
)


@pytest.fixture(autouse=True)
def grown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kinds.KINDS, "grown", _GROWN)
    monkeypatch.setitem(model.TABLED, "grown", _GROWN)


def _write(town: Town, record: RecordId | None, operations: Sequence[Operation]) -> RecordId:
    entry = town.service.writing.write(town.ledger, record, operations, POST, "")
    assert entry.record is not None
    return entry.record


@pytest.mark.parametrize(
    "new", [new for new, _ in _NEW], ids=lambda o: str(getattr(o, "key", "notes"))
)
def test_what_came_later_to_a_kind_waits_and_all_before_it_is_read(
    new: Operation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer, earlier = _pair(tmp_path, SCHEMA, NEXT, monkeypatch)
    record = _write(newer, None, _BEGIN)
    for old in _OLD[:3]:
        _write(newer, record, [old])
    exchange(newer, earlier)
    agree(newer, earlier)
    _write(newer, record, [new])
    _write(newer, record, [Set("called", "乙")])
    theirs = _write(earlier, record, [Set("called", "丙")])
    exchange(newer, earlier)
    assert theirs == record
    assert earlier.value(record, "called") == "丙", "work goes on without what waits"
    assert earlier.service.ground.log.entries_by_newer_rules(earlier.ledger.n) == 2
    assert earlier.problems() == []

    earlier.reopen()  # the last that was said to be known: NEXT
    know(monkeypatch, NEXT)
    earlier.reopen()
    agree(newer, earlier)
    [conflict] = earlier.service.ground.model.conflicts(earlier.ledger.n)
    assert conflict.record == record


def test_an_entry_bears_the_lowest_number_that_knows_all_it_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer, _ = _pair(tmp_path, SCHEMA, NEXT, monkeypatch)

    def written(record: RecordId | None, *operations: Operation) -> tuple[RecordId, int]:
        entry = newer.service.writing.write(newer.ledger, record, operations, POST, "")
        assert entry.record is not None
        return entry.record, open_payload(entry, newer.ledger.key)[0].schema

    for new, _ in _NEW:
        record, number = written(None, *_BEGIN)
        assert number == 1
        assert written(record, Set("sort", "old"))[1] == 1
        assert written(record, new)[1] == NEXT
        assert written(record, Set("called", "丁"))[1] == NEXT, "never below its parents"
    warning = (Create("warning"), Set("kind_of", "fire"), Set("place", "石桥"), Set("level", "red"))
    assert written(None, *warning, Set("state", "raised"))[1] == KINDS["warning"].first_schema


def test_by_an_older_number_nothing_of_it_ever_counts() -> None:
    """Whoever says an older number than it needs is void at every version, by the same rule."""
    author = Author(township_id("a"), township_id("a"))
    actor = ActorId(bytes(16))
    for new, fault in _NEW:
        if new == Set("state", "left"):
            continue  # a move: below
        judge((*_BEGIN, new), None, author, actor, NEXT)
        with pytest.raises(fault):
            judge((*_BEGIN, new), None, author, actor, SCHEMA)
    with pytest.raises(UnknownKind):
        judge((Create("warning"), Set("kind_of", "fire")), None, author, actor, 1)


def test_a_move_that_came_later_is_none_by_an_older_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newer, _ = _pair(tmp_path, SCHEMA, NEXT, monkeypatch)
    record = _write(newer, None, _BEGIN)
    facts = newer.service.record(newer.ledger, record).facts()
    author = Author(newer.ledger.me, newer.ledger.me)
    judge([Set("state", "left")], facts, author, ActorId(bytes(16)), NEXT)
    with pytest.raises(BadMove):
        judge([Set("state", "left")], facts, author, ActorId(bytes(16)), SCHEMA)


def test_an_earlier_program_changes_not_a_byte_of_a_newer_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:

    newer, _ = _pair(tmp_path, SCHEMA, NEXT, monkeypatch)
    newer.create()
    newer.close()
    file = tmp_path / "a" / "ledger.db"
    before = hashlib.sha256(file.read_bytes()).hexdigest()
    know(monkeypatch, SCHEMA)
    with pytest.raises(NewerDatabase):
        newer.reopen()
    assert hashlib.sha256(file.read_bytes()).hexdigest() == before
    know(monkeypatch, NEXT)
    newer.reopen()
    assert newer.problems() == []
