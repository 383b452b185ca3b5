"""Agreements told by dice: townships draft, finish, confirm and go back, mostly knowing of each other.

The judge computes by itself what is locked, what the text is and whose confirmation is of another text; all
of that must also be the same on every replica, whatever the order.
"""

from __future__ import annotations

import dataclasses
import hashlib
import random

from crdt.agreed import text_hash
from crdt.conflicts import conflicts
from crdt.entry import Entry, EntryId, RecordId
from crdt.errors import RuleBroken
from crdt.operations import Add, Create, Keep, Operation, Set
from crdt.record import Record
from crdt.verdicts import EntryState, Offered
from crdt.view import record_digest, view
from keys import canonical
from keys.canonical import Plain
from tests.support.people import NAMES
from tests.support.world import Replica, World

COVERED = ("form", "facts", "points", "terms", "manner", "place", "perform_by")
REGISTERS = ("facts", "points", "manner", "place")
STATES = ("drafting", "ready", "ready", "recorded", "signed_by_parties", "effective", "breached")
BEGINS = (Create("agreement"), Set("form", "written"), Set("state", "drafting"))


class SealedWorld(World):
    """Every entry lies under a key of its record's own."""

    def offered(self, entry: Entry) -> Offered:
        return dataclasses.replace(super().offered(entry), sealed=True)


class Table:
    """Townships around one agreement."""

    def __init__(self, replicas: int = 3) -> None:
        self.world = SealedWorld()
        self.all = [Replica(self.world, self.world.pen(name)) for name in NAMES[:replicas]]
        self.entries: dict[EntryId, Entry] = {}
        begun = self.all[0].write(None, *BEGINS)
        assert begun.record is not None
        self.id: RecordId = begun.record
        self.keep(begun)
        self.meet()

    def keep(self, entry: Entry) -> Entry:
        self.entries[entry.id] = entry
        return entry

    def say(self, replica: Replica, *operations: Operation) -> Entry:
        return self.keep(replica.write(self.id, *operations))

    def now(self, replica: Replica) -> bytes | None:
        return text_hash(self.id, replica.record(self.id).facts())

    def confirm(self, replica: Replica) -> Entry:
        now = self.now(replica)
        assert now is not None
        return self.say(replica, Set(f"confirmed/{replica.pen.township.hex()}", now))

    def meet(self) -> None:
        for replica in self.all:
            replica.take(*self.entries.values())


# --- dice ------------------------------------------------------------------------------------


def tell(dice: random.Random, steps: int = 40) -> Table:
    """A story; everybody knows everything in the end, each in an order of its own."""
    table = Table()
    for _ in range(steps):
        replica = dice.choice(table.all)
        if dice.randrange(4) == 0:
            known = list(dice.choice(table.all).taken.values())
            replica.take(*dice.sample(known, dice.randrange(len(known) + 1)))
            continue
        record = replica.record(table.id)
        if record.home is None:
            continue
        operations = _invent(dice, table, replica, record)
        parents = None
        if dice.randrange(5) == 0:  # a device that knows little or lies
            parents = [dice.choice(record.applied).entry.id]
        try:
            table.keep(replica.write(table.id, *operations, parents=parents))
        except RuleBroken:
            if dice.randrange(2):
                table.keep(replica.force(table.id, *operations, parents=parents))
    for replica in table.all:
        everything = list(table.entries.values())
        dice.shuffle(everything)
        replica.reload(everything) if set(replica.taken) == set(table.entries) else replica.take(
            *everything
        )
    return table


def _invent(dice: random.Random, table: Table, replica: Replica, record: Record) -> list[Operation]:
    choice = dice.randrange(14)
    items = sorted(item for _, item in record.shared.items)
    if choice < 3:
        return [Set(dice.choice(REGISTERS), f"写{dice.randrange(4)}")]
    if choice < 5 or (choice < 9 and not items):
        return [Add("terms", (("no", dice.randrange(4)), ("text", f"条{dice.randrange(4)}")))]
    if choice < 7:
        return [Set(f"terms/{dice.choice(items)}/text", f"改{dice.randrange(4)}")]
    if choice < 9:
        return [Set(f"terms/{dice.choice(items)}/removed", dice.choice((True, True, False)))]
    if choice == 9 and (found := [c for c in conflicts(record) if not c.asks_to_confirm]):
        conflict = dice.choice(found)
        cites = tuple(c.entry for c in conflict.candidates)
        if dice.randrange(3) == 0:
            return [Keep(conflict.key, cites)]
        return [Set(conflict.key, conflict.candidates[0].value, cites)]
    if choice < 12:
        state: list[Operation] = [Set("state", dice.choice((*STATES, "drafting")))]
        return state if dice.randrange(3) else [*state, Set("place", f"写{dice.randrange(4)}")]
    now = table.now(replica) or bytes(32)
    return [Set(f"confirmed/{replica.pen.township.hex()}", dice.choice((now, now, now, None)))]


# --- the judge -------------------------------------------------------------------------------


def judge(table: Table) -> None:
    """Raises AssertionError with what is wrong."""
    first = table.all[0].record(table.id)
    told = [_told(table, replica) for replica in table.all]
    assert all(one == told[0] for one in told), "replicas differ"
    _lock_holds(table, first)
    now = _text(first)
    assert table.now(table.all[0]) == now, "the hash is of another text"
    stale = {
        entry
        for member in NAMES[: len(table.all)]
        for entry, value in _confirmed(table, first, member)
        if value is not None and value != now
    }
    open_now = [c for c in conflicts(first) if c.key == "confirmed"]
    assert {c.entry for one in open_now for c in one.candidates} == stale, "whose is another text"
    assert len(open_now) == bool(stale)


def _told(table: Table, replica: Replica) -> tuple[object, ...]:
    record = replica.record(table.id)
    return table.now(replica), conflicts(record), record.verdicts, record_digest(record)


def _lock_holds(table: Table, record: Record) -> None:
    applied = {a.entry.id: a for a in record.applied}
    past: dict[EntryId, set[EntryId]] = {}
    for one in record.applied:
        parents = one.entry.header.parents
        past[one.entry.id] = set(parents).union(*(past[p] for p in parents))
    for entry in table.entries.values():
        parents = entry.header.parents
        verdict = record.verdicts[entry.id]
        if not parents or not set(parents) <= applied.keys():
            continue
        seen = set(parents).union(*(past[p] for p in parents))
        final = "drafting" not in _states(record, seen, past)
        said = table.world.offered(entry).content
        assert said is not None
        operations = said.operations
        back = ["set", "state", "drafting"] in [o[:3] for o in operations if isinstance(o, list)]
        changes = any(_changes(o) for o in operations)
        if final and changes and not back:
            assert verdict.state == EntryState.VOID, "a final text was changed"
        else:
            assert verdict.reason != "locked", "refused without a cause"


def _changes(operation: Plain) -> bool:
    """Whether it changes the text without settling a difference."""
    assert isinstance(operation, list)
    settles = operation[0] == "keep" or (operation[0] == "set" and operation[3] != [])
    return not settles and str(operation[1]).partition("/")[0] in COVERED


def _states(record: Record, seen: set[EntryId], past: dict[EntryId, set[EntryId]]) -> set[object]:
    wrote = {
        a.entry.id: o.value
        for a in record.applied
        if a.entry.id in seen
        for o in a.operations
        if isinstance(o, Set) and o.key == "state"
    }
    return {v for e, v in wrote.items() if not any(e in past[other] for other in wrote)}


def _text(record: Record) -> bytes | None:
    seen, facts = view(record), record.facts()
    gone = {i.name for i in seen.items["terms"] if i.removed}
    for key in record.shared.writers.keys():  # noqa: SIM118  (an index)
        name, _, rest = key.partition("/")
        if name in COVERED and facts.candidates(key).differ:
            if not rest or rest.endswith("/removed") or rest.partition("/")[0] not in gone:
                return None
    said: list[Plain] = []
    for name in COVERED:
        if name == "terms":
            kept = [i for i in seen.items[name] if not i.removed]
            kept.sort(key=lambda i: (i.fields["no"], i.name))
            listed: list[Plain] = [
                [["no", i.fields["no"]], ["text", i.fields["text"]]] for i in kept
            ]
            said += [[name, listed]] if listed else []
        elif seen.registers[name] is not None:
            said.append([name, seen.registers[name]])
    text = canonical.encode(["agreement", record.id, said])
    return hashlib.sha256(b"mulin/agreed/1" + text).digest()


def _confirmed(table: Table, record: Record, member: str) -> list[tuple[EntryId, object]]:
    township = next(r.pen.township for r in table.all if r.pen.label == member)
    standing = record.facts().candidates(f"confirmed/{township.hex()}")
    return list(zip(standing.ids, standing.values, strict=True))
