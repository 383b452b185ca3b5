"""Performing later: a record's documents are made when somebody needs them, not when entries arrive. Pure.

No verdict depends on a change hash (a wrong one is applied and reported), so an entry is judged and
indexed at once and performed in the engine before anything reads a document, before the next entry is
drafted, or when `perform` is called with time to spare. What is performed is compared then; nothing
is left out. A draft is performed in place and becomes the entry's change when the entry comes; if
something else comes, the documents are made anew. Knows no rule and no verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from crdt.branches import Branches
from crdt.document import Document, EngineFailed, Step
from crdt.entry import ActorId

Task = tuple[tuple[int, ...], ActorId, Sequence[Step]]
"""(parents, actor, steps) of one entry."""

_COPIES_PER_ENTRY = 64
"""So many entries are copied by a fork in the time in which one is performed (measured)."""


class Performing:
    """Entries are numbered by the caller in the order in which they are added."""

    __slots__ = ("_all", "_draft", "_made")

    def __init__(self) -> None:
        self._made: Branches | None = None
        self._draft: tuple[frozenset[int], ActorId] | None = None
        self._all = 0

    @property
    def _branches(self) -> Branches:
        """Made when it is needed: most records that arrive are forgotten before anything is performed."""
        if self._made is None:
            self._made = Branches()
        return self._made

    @property
    def done(self) -> int:
        """How many entries are performed."""
        if self._made is None:
            return 0
        return len(self._branches.changes) - (self._draft is not None)

    @property
    def pending(self) -> int:
        return self._all - self.done

    @property
    def work(self) -> int:
        """What was done so far, in entries performed in place: a fork counts for the entries it copies."""
        return len(self._branches.changes) + self._branches.copied // _COPIES_PER_ENTRY

    def add(self) -> None:
        """One more entry was applied."""
        self._all += 1

    def next(self, task: Callable[[int], Task]) -> tuple[int, bytes]:
        """Perform one pending entry: (its number, its change hash). Raises EngineFailed.

        `task(n)`: what entry n does. (Not kept: a record that nobody holds any more goes at once, with its
        documents.)
        """
        n = self.done
        if self._draft is not None:
            parents, actor, _ = task(n)
            if self._draft == (frozenset(parents), actor):
                self._draft = None
                return n, self._branches.changes[n]
            self._start_anew()
            n = 0
        parents, actor, steps = task(n)
        return n, self._perform(parents, actor, steps)

    def _perform(self, parents: Sequence[int], actor: ActorId, steps: Sequence[Step]) -> bytes:
        try:
            return self._branches.perform(frozenset(parents), actor, steps)
        except EngineFailed:
            self._start_anew()  # a failed document is never used again
            raise

    def draft(self, parents: Sequence[int], actor: ActorId, steps: Sequence[Step]) -> bytes:
        """The change hash that an entry would have; everything else is performed already."""
        change = self._perform(parents, actor, steps)
        self._draft = (frozenset(parents), actor)
        return change

    def drop_draft(self) -> bool:
        """Whether there was a draft that nobody may read; all is to be performed again then."""
        if self._draft is None:
            return False
        self._start_anew()
        return True

    def _start_anew(self) -> None:
        self._made, self._draft = None, None

    # --- reading: only what is performed ------------------------------------------------------

    def change(self, n: int) -> bytes:
        return self._branches.changes[n]

    def at(self, parents: Sequence[int]) -> Document:
        return self._branches.at(frozenset(parents))

    def whole(self) -> Document:
        return self._branches.whole()
