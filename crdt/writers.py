"""The index of writers: for every fact of a record, whose statements nobody has yet overwritten. Pure.

`past[n]` is the bit set of entry n's ancestors, entries numbered in the order they were applied (any
order that puts causes first gives the same answers). The writers of a key are its maximal writes: what
the design calls candidates. This is the first witness; the Automerge document is the second. Knows no
kind, no signature and no document.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Mapping, Sequence
from itertools import chain

from crdt.entry import EntryId
from crdt.kinds.types import Scalar


class Writers:
    """Grows by `add`; answers for now (`seen=None`) or for any causal past given as a bit set."""

    __slots__ = (
        "_contested",
        "_current",
        "_heads",
        "_keys",
        "_order",
        "_parents",
        "_writes",
        "_wrote",
        "chain",
        "ids",
        "number",
        "past",
        "sole",
    )

    def __init__(self) -> None:
        self.ids: list[EntryId] = []
        self.number: dict[EntryId, int] = {}
        self.past: list[int] = []
        self.chain = True
        """Whether every entry was written knowing all before it: then order is the order applied."""
        self._parents: list[tuple[int, ...]] = []
        self._heads: dict[int, None] = {}
        self.sole: dict[str, tuple[int, Scalar]] = {}
        """(entry, value) of keys written once ever: most keys of most records; no other table has them."""
        self._writes: dict[str, dict[int, Scalar]] = {}
        self._wrote: dict[str, int] = {}
        self._current: dict[str, list[int]] = {}
        self._contested: dict[str, int] = {}
        self._order: list[int] = []
        self._keys: list[str] = []

    def add(self, entry: EntryId, parents: Sequence[int], writes: Mapping[str, Scalar]) -> int:
        """Index an applied entry with what it writes; returns its number."""
        mine, past = len(self.ids), self.seen_by(parents)
        self.chain = self.chain and (mine == 0 or (len(parents) == 1 and parents[0] == mine - 1))
        self.ids.append(entry)
        self.number[entry] = mine
        self.past.append(past)
        self._parents.append(tuple(parents))
        for parent in parents:
            self._heads.pop(parent, None)
        self._heads[mine] = None
        sole, wrote = self.sole, self._writes
        for key, value in writes.items():
            if key in sole:
                n, first = sole.pop(key)
                wrote[key] = {n: first}
                self._wrote[key] = 1 << n
                self._current[key] = [n]
            elif key not in wrote:
                sole[key] = mine, value
                continue
            wrote[key][mine] = value
            self._wrote[key] |= 1 << mine
            self._overwrite(key, mine, past)
        return mine

    def _overwrite(self, key: str, mine: int, past: int) -> None:
        """Also where a flood of entries, each at an old parent, left thousands standing."""
        standing = self._current[key]
        if len(standing) == 1 and past >> standing[0] & 1:
            self._current[key] = [mine]
            return
        bits = self._contested.get(key) or bit_set(standing)
        if bits & past:
            standing = [w for w in standing if not past >> w & 1]
            self._current[key] = standing
        standing.append(mine)
        if len(standing) > 1:
            self._contested[key] = bits & ~past | 1 << mine
        else:
            self._contested.pop(key, None)

    def seen_by(self, parents: Sequence[int]) -> int:
        """The bit set of `parents` and all their ancestors."""
        if len(parents) == 1:
            return self.past[parents[0]] | 1 << parents[0]
        seen = 0
        for parent in parents:
            seen |= self.past[parent] | 1 << parent
        return seen

    def antichain(self, parents: Sequence[int]) -> bool:
        """Whether no parent is an ancestor of another."""
        if len(parents) < 2:
            return True
        return not any(self.past[a] >> b & 1 for a in parents for b in parents)

    def heads(self) -> list[int]:
        return list(self._heads)

    def whole(self, parents: Sequence[int]) -> bool:
        """Whether whoever knows `parents` knows everything that is here."""
        if len(parents) == 1:
            return len(self._heads) == 1 and parents[0] in self._heads
        return len(parents) == len(self._heads) and all(p in self._heads for p in parents)

    def writers(self, key: str, seen: int | None = None) -> list[int]:
        """Numbers of the maximal writes of `key` within `seen`, in the order applied."""
        if key in self.sole:
            n, _ = self.sole[key]
            return [n] if seen is None or seen >> n & 1 else []
        if seen is None:
            return self._current.get(key, [])
        return maximal(self._wrote.get(key, 0), self.past, seen)

    def value(self, key: str, n: int) -> Scalar:
        """What entry `n` wrote to `key`."""
        return self.sole[key][1] if key in self.sole else self._writes[key][n]

    def value_or(self, key: str, n: int, other: Scalar) -> Scalar:
        """What entry `n` wrote to `key`, or `other` if it wrote nothing there."""
        if key in self.sole:
            first, value = self.sole[key]
            return value if first == n else other
        return self._writes[key].get(n, other)

    def knows(self, key: str) -> bool:
        return key in self.sole or key in self._writes

    def wrote(self, key: str) -> list[int]:
        """Every entry that ever wrote `key`, in the order applied."""
        return [self.sole[key][0]] if key in self.sole else list(self._writes.get(key, ()))

    def alone(self) -> dict[str, tuple[EntryId, Scalar]]:
        """(entry, value) of every key that one write alone stands for now."""
        ids, writes = self.ids, self._writes
        alone = {key: (ids[n], value) for key, (n, value) in self.sole.items()}
        for key, found in self._current.items():
            if len(found) == 1:
                alone[key] = ids[found[0]], writes[key][found[0]]
        return alone

    def keys(self) -> Iterable[str]:
        return chain(self.sole, self._writes)

    def sorted_keys(self) -> list[str]:
        """Every key; to read, not to change."""
        if len(self._keys) != len(self.sole) + len(self._writes):  # keys are never taken away
            self._keys = sorted(self.keys())
        return self._keys

    def contested(self) -> list[str]:
        """Keys with more than one writer now."""
        return sorted(self._contested)

    def linear(self, claimed_ms: Sequence[int]) -> list[int]:
        """All entries by causality, then claimed time, then id: one order on every node."""
        if self.chain:
            return list(range(len(self.ids)))
        if len(self._order) != len(self.ids):
            self._order = self._sorted(claimed_ms)
        return self._order

    def _sorted(self, claimed_ms: Sequence[int]) -> list[int]:
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


def bit_set(numbers: Iterable[int]) -> int:
    found = 0
    for n in numbers:
        found |= 1 << n
    return found


def maximal(wrote: int, past: Sequence[int], seen: int) -> list[int]:
    """Of the entries in `wrote` that `seen` holds, those that none of the others had seen; all are bit sets.

    Ancestors have lower numbers, so the highest that is left was seen by none. It costs what it finds.
    """
    left, found = wrote & seen, []
    while left:
        n = left.bit_length() - 1
        found.append(n)
        left &= ~(past[n] | 1 << n)
    return found[::-1]
