"""The documents of one record: performs an entry at its parents, wherever the heads are by now. Pure.

A base document and up to BRANCH_DOCUMENTS branch documents keyed by their heads. A whole branch is
performed on one document and merged once, when somebody needs everything (500 + 500 entries meeting on
a base of 10,000: 0.4 s, against minutes with a fork for every entry). Invariant: base and branches
together hold every applied change. Knows no rule.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence

from crdt.document import Document, Step
from crdt.entry import ActorId
from keys.limits import BRANCH_DOCUMENTS

Heads = frozenset[int]


class Branches:
    """Entries are numbered by the caller; `changes[n]` is the change hash of entry n."""

    __slots__ = ("_branches", "_heads", "_made", "_unmerged", "changes", "copied")

    def __init__(self) -> None:
        self._made: Document | None = None
        self._heads: Heads = frozenset()
        self._branches: OrderedDict[Heads, Document] = OrderedDict()
        self._unmerged: set[Heads] = set()
        self.changes: list[bytes] = []
        self.copied = 0
        """How many entries were copied by forking: what a device that cites old parents makes us do."""

    @property
    def _base(self) -> Document:
        """Made when it is needed: most records that arrive are forgotten before anything is performed."""
        if self._made is None:
            self._made = Document()
        return self._made

    def perform(self, parents: Heads, actor: ActorId, steps: Sequence[Step]) -> bytes:
        """Perform entry number len(changes) at `parents`; returns its change hash. Raises EngineFailed."""
        mine = frozenset({len(self.changes)})
        if parents != self._heads and parents not in self._branches:
            self.whole()
        if parents == self._heads:
            change = self._base.perform(actor, steps)
            self.changes.append(change)
            self._heads = mine
        else:
            branch = self._take(parents)
            change = branch.perform(actor, steps)
            self.changes.append(change)  # before _keep, which may merge and then must know it
            self._keep(mine, branch)
        return change

    def at(self, parents: Heads) -> Document:
        """A document that stands at `parents`; for reading only."""
        if parents == self._heads:
            return self._base
        if parents not in self._branches:
            branch = self._take(parents)
            self._keep(parents, branch, changed=False)
        return self._branches[parents]

    def whole(self) -> Document:
        """The document with every applied change; for reading only."""
        for heads in sorted(self._unmerged, key=sorted):
            self._base.merge(self._branches[heads])
        if self._unmerged:
            self._unmerged.clear()
            known = {change: n for n, change in enumerate(self.changes)}
            self._heads = frozenset(known[h] for h in self._base.heads())
        return self._base

    def _take(self, parents: Heads) -> Document:
        if parents in self._branches:
            self._unmerged.discard(parents)
            return self._branches.pop(parents)
        self.copied += len(self.changes)
        return self.whole().fork([self.changes[n] for n in sorted(parents)])

    def _keep(self, heads: Heads, branch: Document, *, changed: bool = True) -> None:
        self._branches[heads] = branch
        if changed:
            self._unmerged.add(heads)
        if len(self._branches) > BRANCH_DOCUMENTS:
            self.whole()
            self._branches.popitem(last=False)
