"""A story: replicas write, exchange, forget and read again, in an order that dice throw.

The replicas end with everything, each in an order of its own; the oracles (tests/support/oracles.py) judge
them afterwards. `lines` tells what happened, for whoever reads a failure.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from crdt.entry import Entry, EntryId, RecordId
from crdt.errors import RuleBroken
from crdt.operations import Operation
from crdt.record import Record
from crdt.verdicts import EntryState
from tests.support.invention import invent, letters
from tests.support.people import NAMES
from tests.support.world import Replica, World, new_case, new_contact


class Story:
    """Everything drawn from `dice`; the same dice tell the same story."""

    def __init__(self, dice: random.Random, replicas: int, records: int = 2) -> None:
        self.dice = dice
        self.world = World()
        self.replicas = [Replica(self.world, self.world.pen(name)) for name in NAMES[:replicas]]
        self.lines: list[str] = []
        self._letters = letters()
        self.entries: dict[EntryId, Entry] = {}
        self.refused: dict[EntryId, str] = {}
        """Entries that their author's node refused and that were forced past it → the rule's code."""
        for n in range(records):
            start = new_contact() if n % 3 == 2 else new_case()
            author = dice.choice(self.replicas)
            entry = author.write(None, *start)
            self._keep(author, entry, "creates")
            for replica in self.replicas:
                replica.take(entry)

    def tell(self, steps: int) -> Story:
        for _ in range(steps):
            what = self.dice.choice(("write",) * 20 + ("pass",) * 8 + ("reload",))
            replica = self.dice.choice(self.replicas)
            if what == "write":
                self._write(replica)
            elif what == "pass":
                self._pass(replica, self.dice.choice(self.replicas))
            else:
                replica.reload(self._shuffled(list(replica.taken.values())))
                self._say(replica, "forgets and reads again")
        return self

    def heal(self) -> Story:
        """Everybody gets everything, in an order of their own and some of it twice."""
        for replica in self.replicas:
            everything = list(self.entries.values())
            twice = everything[: self.dice.randrange(4)]
            replica.take(*self._shuffled(everything + twice))
        return self

    @property
    def records(self) -> list[RecordId]:
        return sorted({e.record for e in self.entries.values() if e.record is not None})

    # --- steps -------------------------------------------------------------------------------

    def _write(self, replica: Replica) -> None:
        begun = [r for r in replica.records.values() if r.home is not None]
        if not begun:
            return
        record = self.dice.choice(sorted(begun, key=lambda r: r.id))
        operations = invent(self.dice, record, replica.pen.township, self._letters)
        parents = self._parents(record)
        try:
            entry = replica.write(record.id, *operations, parents=parents)
        except RuleBroken as fault:
            self._say(replica, f"is refused ({fault.code}) {_short(operations)}")
            if self.dice.randrange(2):
                self._force(replica, record.id, operations, parents, fault.code)
        else:
            self._keep(replica, entry, f"writes {_short(operations)}")

    def _force(
        self,
        replica: Replica,
        record: RecordId,
        operations: list[Operation],
        parents: list[EntryId] | None,
        code: str,
    ) -> None:
        """Past its author's node: void there, for the reason that the author was told."""
        entry = replica.force(record, *operations, parents=parents)
        self.refused[entry.id] = code
        verdict = replica.state_of(entry)
        assert (verdict.state, verdict.reason) == (EntryState.VOID, code)
        self._keep(replica, entry, "forces")

    def _parents(self, record: Record) -> list[EntryId] | None:
        """Mostly the heads; else what a stale or a lying device cites."""
        if self.dice.randrange(8):
            return None
        known = [a.entry.id for a in record.applied]
        return sorted({self.dice.choice(known) for _ in range(self.dice.choice((1, 1, 2)))})

    def _pass(self, giver: Replica, taker: Replica) -> None:
        offered = self._shuffled(list(giver.taken.values()))
        offered = offered[: self.dice.randrange(len(offered) + 1)] if offered else []
        taker.take(*offered)
        self._say(taker, f"takes {len(offered)} from {giver.pen.label}")

    def _shuffled(self, entries: Sequence[Entry]) -> list[Entry]:
        entries = list(entries)
        self.dice.shuffle(entries)
        return entries

    def _keep(self, replica: Replica, entry: Entry, what: str) -> None:
        self.entries[entry.id] = entry
        self._say(replica, f"{what} → {entry.id.hex()[:6]}")

    def _say(self, replica: Replica, what: str) -> None:
        self.lines.append(f"{replica.pen.label} {what}")


def _short(operations: Sequence[Operation]) -> str:
    return ", ".join(repr(o)[:60] for o in operations)
