"""The index of writers: for every fact of a record, whose statements nobody has yet overwritten. Pure.

`past[n]` is the bit set of entry n's ancestors, entries numbered in the order they were applied (any
order that puts causes first gives the same answers). The writers of a key are its maximal writes: what
the design calls candidates. This is the first witness; the Automerge document is the second. Knows no
kind, no signature and no document.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence

from crdt.entry import EntryId
from crdt.kinds.types import Scalar


class Writers:
    """Grows by `add`; answers for now (`seen=None`) or for any causal past given as a bit set."""

    __slots__ = ("_current", "_parents", "_writes", "ids", "number", "past")

    def __init__(self) -> None:
        self.ids: list[EntryId] = []
        self.number: dict[EntryId, int] = {}
        self.past: list[int] = []
        self._parents: list[tuple[int, ...]] = []
        self._writes: dict[str, dict[int, Scalar]] = {}
        self._current: dict[str, list[int]] = {}

    def add(self, entry: EntryId, parents: Sequence[int], writes: Mapping[str, Scalar]) -> int:
        """Index an applied entry with what it writes; returns its number."""
        mine, past = len(self.ids), self.seen_by(parents)
        self.ids.append(entry)
        self.number[entry] = mine
        self.past.append(past)
        self._parents.append(tuple(parents))
        for key, value in writes.items():
            self._writes.setdefault(key, {})[mine] = value
            standing = self._current.get(key, ())
            self._current[key] = [w for w in standing if not past >> w & 1] + [mine]
        return mine

    def seen_by(self, parents: Iterable[int]) -> int:
        """The bit set of `parents` and all their ancestors."""
        seen = 0
        for parent in parents:
            seen |= self.past[parent] | 1 << parent
        return seen

    def antichain(self, parents: Sequence[int]) -> bool:
        """Whether no parent is an ancestor of another."""
        return not any(self.past[a] >> b & 1 for a in parents for b in parents)

    def heads(self) -> list[int]:
        covered = 0
        for past in self.past:
            covered |= past
        return [n for n in range(len(self.ids)) if not covered >> n & 1]

    def writers(self, key: str, seen: int | None = None) -> list[int]:
        """Numbers of the maximal writes of `key` within `seen`, in the order applied."""
        if seen is None:
            return self._current.get(key, [])
        covered, found = 0, []
        for n in reversed(self._writes.get(key, {})):
            if seen >> n & 1:
                if not covered >> n & 1:
                    found.append(n)
                covered |= self.past[n]
        return found[::-1]

    def value(self, key: str, n: int) -> Scalar:
        """What entry `n` wrote to `key`."""
        return self._writes[key][n]

    def value_or(self, key: str, n: int, other: Scalar) -> Scalar:
        """What entry `n` wrote to `key`, or `other` if it wrote nothing there."""
        return self._writes[key].get(n, other)

    def wrote(self, key: str) -> list[int]:
        """Every entry that ever wrote `key`, in the order applied."""
        return list(self._writes.get(key, ()))

    def keys(self) -> Iterable[str]:
        return self._writes.keys()

    def contested(self) -> list[str]:
        """Keys with more than one writer now."""
        return [key for key, found in self._current.items() if len(found) > 1]

    def linear(self, claimed_ms: Sequence[int]) -> list[int]:
        """All entries by causality, then claimed time, then id: one order on every node."""
        unmet = [len(parents) for parents in self._parents]
        children: list[list[int]] = [[] for _ in unmet]
        for n, parents in enumerate(self._parents):
            for parent in parents:
                children[parent].append(n)
        ready = [(claimed_ms[n], self.ids[n], n) for n, count in enumerate(unmet) if not count]
        heapq.heapify(ready)
        order: list[int] = []
        while ready:
            n = heapq.heappop(ready)[2]
            order.append(n)
            for child in children[n]:
                unmet[child] -= 1
                if not unmet[child]:
                    heapq.heappush(ready, (claimed_ms[child], self.ids[child], child))
        return order
