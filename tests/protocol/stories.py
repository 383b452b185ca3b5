"""Stories that two to five townships live through, step by step, and what must be true at their end.

A step is four numbers, so Hypothesis can make and shrink stories and a plain random generator can too.
Every word is legal: what a town's own node refuses is not said.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import TypeAlias

from crdt.conflicts import conflicts
from crdt.entry import RecordId
from crdt.kinds import kind_named
from crdt.kinds.types import State
from crdt.operations import REMOVED
from keys.errors import MulinError
from protocol.messages import LogName
from tests.protocol.pair import cut_at
from tests.protocol.townships import Town, everybody_meets, founded, pair_of

Step: TypeAlias = tuple[int, int, int, int]
"""(verb, who, and two numbers that the verb understands)."""

POST = "司法所"
LINES = ("村口", "石桥", "山脚", "水渠边")
NOTES = ("到现场看过。", "双方到场。", "下周再谈。")


class Story:
    """The towns and every entry that anybody ever had on disk."""

    def __init__(self, count: int, label: object) -> None:
        self.towns = founded(count, label)
        self.label = label
        self.copies: dict[int, bytes] = {}
        self.acked: dict[tuple[str, LogName], set[bytes]] = {}
        self.twins = 0
        self.clock_ms = self.towns[0].now_ms

    def play(self, steps: Sequence[Step]) -> None:
        for verb, who, x, y in steps:
            self.clock_ms += 1000
            town = self.towns[who % len(self.towns)]
            town.now_ms = self.clock_ms
            VERBS[verb % len(VERBS)](self, town, x, y)

    def other(self, town: Town, x: int) -> Town:
        others = [t for t in self.towns if t is not town]
        return others[x % len(others)]

    def end(self) -> None:
        """Everybody meets; then everybody must say the same."""
        everybody_meets(self.towns)
        first, *others = self.towns
        for town in others:
            assert town.vector == first.vector
            assert town.verdicts() == first.verdicts()
            assert town.conflict_ids() == first.conflict_ids()
            assert town.digest == first.digest
        for town in self.towns:
            assert town.divergent() == 0
            before = town.digest
            town.reload()
            town.service.records.forget()
            assert list(town.service.records.rebuild(town.ledger, town.now_ms)) is not None
            assert town.digest == before, "what is rebuilt from the log is what was there"
        pair = pair_of(self.towns[0], self.towns[-1])
        pair.settle()
        assert pair.bytes <= 400, "nothing is left to say"


def _record(town: Town, x: int) -> RecordId | None:
    found = sorted(r.id for r in town.service.ground.model.records(town.ledger.n))
    return found[x % len(found)] if found else None


def _try(deed: Callable[[], object]) -> None:
    """A clerk's act; a refusal changes nothing and is part of life."""
    try:
        deed()
    except MulinError:
        return


def create(_: Story, town: Town, x: int, y: int) -> None:
    typed = {"category": "neighbour", "village": LINES[y % 4], "summary": NOTES[x % 3]}
    town.service.create(town.ledger, "case", typed, POST)


def state_fact(_: Story, town: Town, x: int, y: int) -> None:
    """One of a few fields, so that towns often speak of the same one."""
    field, values = FIELDS[y % len(FIELDS)]
    record = _record(town, x)
    if record is not None:
        typed = {field: values[(x + y) % len(values)]}
        _try(lambda: town.service.change(town.ledger, record, typed, POST))


FIELDS = (
    ("place", LINES),
    ("amount_agreed", ("8000", "9500", "")),
    ("urgency", ("blue", "red")),
    ("dispositions", ("政策宣传、诉求解决到位", "走访解释", "")),
    ("state_confirmed", ("registered", "accepted")),
    ("summary", ("双方争界。", "双方争水，已多年。", "")),
)


def move(_: Story, town: Town, x: int, y: int) -> None:
    record = _record(town, x)
    if record is None:
        return
    state = kind_named("case").by_name["state"].type
    assert isinstance(state, State)
    now = town.service.record(town.ledger, record).facts().candidates("state").values
    following = state.following(now[0]) or [state.initial]
    to = following[y % len(following)]
    _try(lambda: town.service.move(town.ledger, record, to, POST, "进展"))


def note(_: Story, town: Town, x: int, y: int) -> None:
    record = _record(town, x)
    if record is not None:
        typed = {"text": NOTES[y % 3]}
        _try(lambda: town.service.add_item(town.ledger, record, "notes", typed, POST))


def edit_note(_: Story, town: Town, x: int, y: int) -> None:
    """Rewrite an item, withdraw it, or bring it back."""
    record = _record(town, x)
    if record is None:
        return
    items = sorted(i for _, i in town.service.record(town.ledger, record).shared.items)
    if items:
        item = items[x % len(items)]
        typed = ({"text": NOTES[y % 3]}, {REMOVED: "yes"}, {REMOVED: "no"})[y % 3]
        _try(lambda: town.service.edit_item(town.ledger, record, "notes", item, typed, POST))


def settle(_: Story, town: Town, x: int, y: int) -> None:
    """Take one of the statements, or keep all."""
    record = _record(town, x)
    if record is None:
        return
    found = conflicts(town.service.record(town.ledger, record))
    if found:
        one = found[y % len(found)]
        if y % 3:
            value = one.candidates[x % len(one.candidates)].value
            _try(lambda: town.service.settle(town.ledger, one, value, POST, "核对过"))
        else:
            _try(lambda: town.service.keep_both(town.ledger, one, POST, "都对"))


def exchange(story: Story, town: Town, x: int, y: int) -> None:
    """Two towns meet; now and then the line is lost after some bytes."""
    pair = pair_of(town, story.other(town, x), cut_at((y % 97 + 1, 40_000)))
    if y % 3 == 0:
        pair.run_until_cut(y * 131)
    else:
        pair.settle()
    for side in (pair.a, pair.b):
        assert side.closed is None, side.closed


def restart(_: Story, town: Town, x: int, y: int) -> None:
    del x, y
    town.reload()


def copy_away(story: Story, town: Town, x: int, y: int) -> None:
    """A copy of the database is laid aside, or the copy laid aside is brought back."""
    place = story.towns.index(town)
    if place in story.copies and x % 2:
        town.open(story.copies.pop(place))
        if y % 2:
            town.marks.__init__()  # type: ignore[misc]  # the high-water file was lost as well
    else:
        story.copies[place] = town.data()


def fork(story: Story, town: Town, x: int, y: int) -> None:
    """A copied folder runs beside its original, writes, and meets somebody: the log forks."""
    if story.twins >= 3:
        return
    story.twins += 1
    twin = Town(town.name, town.data(), random.Random(f"{story.label}/twin/{story.twins}"))
    twin.now_ms = story.clock_ms
    create(story, twin, x, y)
    state_fact(story, twin, x, y)
    pair_of(twin, story.other(town, x)).settle()


VERBS: tuple[Callable[[Story, Town, int, int], None], ...] = (
    create, state_fact, state_fact, state_fact, move, note, edit_note, settle, settle,
    exchange, exchange, exchange, restart, copy_away, fork,
)  # fmt: skip


def random_steps(dice: random.Random, count: int) -> list[Step]:
    return [
        (dice.randrange(60), dice.randrange(60), dice.randrange(60), dice.randrange(60))
        for _ in range(count)
    ]
