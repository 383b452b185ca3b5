"""Bugs planted on purpose: each must be caught by the stories and oracles, or they prove nothing.

Every bug here is one that somebody could write: a forgotten condition, an order of arrival that leaks, a
rule that looks at now instead of then. The same stories without the bug are in test_convergence.py.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping, Sequence

import pytest

import crdt.conflicts
import crdt.record
from crdt.branches import Branches, Heads
from crdt.document import Document, Put, Step
from crdt.entry import ActorId, EntryId
from crdt.facts import Facts, Shared, Standing
from crdt.judge import _Judging
from crdt.kinds.types import Scalar
from crdt.operations import Operation, Set
from crdt.record import Record
from crdt.steps import steps_of
from crdt.texts import Hunks, Texts, spliced
from crdt.verdicts import EntryState, Offered, Verdict
from crdt.writers import Writers, maximal
from keys.errors import MulinError, Text
from tests.support.oracles import judge_all
from tests.support.story import Story

STORIES = 200
Bug = Callable[[pytest.MonkeyPatch], None]


def writers_never_overwritten(patch: pytest.MonkeyPatch) -> None:
    """The index ignores the past: every statement ever made stays a candidate."""
    sound = Writers.add

    def add(
        self: Writers, entry: EntryId, parents: Sequence[int], writes: Mapping[str, Scalar]
    ) -> int:
        before = {key: list(self.writers(key)) for key in writes}
        mine = sound(self, entry, parents, writes)
        self._current.update({key: [*said, mine] for key, said in before.items() if said})
        return mine

    patch.setattr(Writers, "add", add)


def last_writer_wins(patch: pytest.MonkeyPatch) -> None:
    """The other way round: whoever arrives last is the only candidate, so conflicts vanish."""
    sound = Writers.add

    def add(
        self: Writers, entry: EntryId, parents: Sequence[int], writes: Mapping[str, Scalar]
    ) -> int:
        mine = sound(self, entry, parents, writes)
        self._current.update({key: [mine] for key in writes if key not in self.sole})
        return mine

    patch.setattr(Writers, "add", add)


def past_without_grandparents(patch: pytest.MonkeyPatch) -> None:
    """Causality that knows parents but not their parents."""

    def seen_by(self: Writers, parents: Iterable[int]) -> int:
        del self
        return sum({1 << p for p in parents})

    patch.setattr(Writers, "seen_by", seen_by)


def settling_without_citation(patch: pytest.MonkeyPatch) -> None:
    """A set on a field in conflict goes through uncited: somebody settles by accident."""

    def check(self: _Judging, op: Set, label: Text, *, absent: Scalar) -> None:
        del self, op, label, absent

    patch.setattr(_Judging, "_check_standing", check)


def any_citation_will_do(patch: pytest.MonkeyPatch) -> None:
    """A settlement that cites only some of the candidates hides the others."""
    sound = _Judging._check_standing

    def check(self: _Judging, op: Set, label: Text, *, absent: Scalar) -> None:
        standing = self.facts.candidates(op.key)
        if not (standing.differ and op.cites and set(op.cites) <= set(standing.ids)):
            sound(self, op, label, absent=absent)

    patch.setattr(_Judging, "_check_standing", check)
    # Nobody cites too little by chance; these dice do.
    real = crdt.conflicts.conflict_at

    def fewer(record: Record, key: str) -> crdt.conflicts.Conflict | None:
        found = real(record, key)
        return found and crdt.conflicts.Conflict(
            found.id, found.record, found.kind, key, found.severity, found.candidates[1:], None
        )

    patch.setattr(
        "tests.support.invention.conflicts",
        lambda r: [
            c for k in sorted(crdt.conflicts._suspects(r)) if (c := fewer(r, k)) is not None
        ],
    )


def performed_at_the_heads(patch: pytest.MonkeyPatch) -> None:
    """Every entry is performed on the newest document instead of the one its author saw."""

    def perform(self: Branches, parents: Heads, actor: ActorId, steps: Sequence[Step]) -> bytes:
        del parents
        change = self.whole().perform(actor, steps)
        self.changes.append(change)
        self._heads = frozenset({len(self.changes) - 1})
        return change

    patch.setattr(Branches, "perform", perform)


def judged_at_the_heads(patch: pytest.MonkeyPatch) -> None:
    """Verdicts look at what is here now: void on one node, applied on another."""
    sound = Facts.__init__

    def init(
        self: Facts,
        shared: Shared,
        seen: int | None,
        length: Callable[[str], int] | None = None,
        text: Callable[[str], str] | None = None,
    ) -> None:
        sound(self, shared, None if seen else seen, length, text)

    patch.setattr(Facts, "__init__", init)


def void_by_arrival(patch: pytest.MonkeyPatch) -> None:
    """An entry is void if a sibling came before it: first come wins, so order decides."""
    sound = Record._judge

    def judge(self: Record, item: Offered) -> Verdict:
        parents = item.entry.header.parents
        if any(parents and a.entry.header.parents == parents for a in self.applied):
            return Verdict(item.entry.id, EntryState.VOID, "late")
        return sound(self, item)

    patch.setattr(Record, "_judge", judge)


def withdrawn_beats_edited(patch: pytest.MonkeyPatch) -> None:
    """A withdrawal silently hides what a neighbour wrote in the item meanwhile."""
    patch.setattr(Facts, "_unaware", lambda *_: [])


def edited_after_counts_for_nothing(patch: pytest.MonkeyPatch) -> None:
    """Found here: whoever went on writing in an item in dispute thereby lost the dispute."""

    def unaware(self: Facts, collection: str, item: str, withdrawn: list[int]) -> list[int]:
        past = self._shared.writers.past
        found = _sound_unaware(self, collection, item, withdrawn)
        return [n for n in found if not any(past[n] >> w & 1 for w in withdrawn)]

    patch.setattr(Facts, "_unaware", unaware)


_sound_unaware = Facts._unaware


def kept_for_ever(patch: pytest.MonkeyPatch) -> None:
    """Once kept side by side, new statements no longer open the question again."""

    def kept(self: Facts, key: str, cites: tuple[EntryId, ...]) -> bool:
        del cites
        return any(self.sees(n) for n, _ in self._shared.keeps.get(key, ()))

    patch.setattr(Facts, "kept", kept)


def candidates_in_order_of_arrival(patch: pytest.MonkeyPatch) -> None:
    """The id of a conflict, and what must be cited, depends on who came first."""
    sound = Facts.candidates

    def candidates(self: Facts, key: str) -> Standing:
        standing = sound(self, key)
        number = self._shared.writers.number
        pairs = sorted(zip(standing.ids, standing.values, strict=True), key=lambda p: number[p[0]])
        return Standing(tuple(i for i, _ in pairs), tuple(v for _, v in pairs))

    patch.setattr(Facts, "candidates", candidates)


def nobody_is_woken(patch: pytest.MonkeyPatch) -> None:
    """An entry that came before its cause waits for ever."""
    patch.setattr(Record, "_wait", lambda *_: None)


def applied_twice(patch: pytest.MonkeyPatch) -> None:
    """What arrives twice counts twice."""
    sound = Record.offer

    def offer(self: Record, offered: Offered) -> list[Verdict]:
        known = self.verdicts.get(offered.entry.id)
        if known is not None and known.state == EntryState.APPLIED and offered.entry.header.parents:
            del self.verdicts[offered.entry.id]
        return sound(self, offered)

    patch.setattr(Record, "offer", offer)


def a_step_is_forgotten(patch: pytest.MonkeyPatch) -> None:
    """The document lacks what the index knows; every replica forgets the same, so their hashes agree."""
    sound = Document.perform

    def perform(self: Document, actor: ActorId, steps: Sequence[Step]) -> bytes:
        puts = [s for s in steps if isinstance(s, Put) and "/" not in s.key]
        return sound(self, actor, [s for s in steps if len(puts) < 2 or s is not puts[-1]])

    patch.setattr(Document, "perform", perform)


def texts_measured_now(patch: pytest.MonkeyPatch) -> None:
    """Whether a splice fits is judged on the text of today, not on the one that its author saw."""
    patch.setattr(Branches, "at", lambda self, _parents: self.whole())


def withdrawing_again_leaves_no_trace(patch: pytest.MonkeyPatch) -> None:
    """Found here: a settlement "withdrawn" was no change in the document, so the two witnesses parted."""
    sound = steps_of

    def steps(operations: Sequence[Operation], actor: ActorId) -> list[Step]:
        cleared = {o.key for o in operations if isinstance(o, Set) and o.value is None}
        return [
            step
            for step in sound(operations, actor)
            if not (isinstance(step, Put) and step.value is None and step.key not in cleared)
        ]

    patch.setattr(crdt.record, "steps_of", steps)


def words_of_one_alone(patch: pytest.MonkeyPatch) -> None:
    """Where two wrote in a text at once, the words of whoever came last are shown without the document."""
    patch.setattr(
        Texts, "words", lambda self, key: spliced("", [(0, 0, self._words.get(key) or "")])
    )


def removed_words_are_still_counted(patch: pytest.MonkeyPatch) -> None:
    """The length of a text after a splice forgets what the splice removed."""
    sound = Texts.add

    def add(
        self: Texts, key: str, mine: int, past: Sequence[int], hunks: Hunks, length: int
    ) -> None:
        sound(self, key, mine, past, hunks, length + sum(hunk[1] for hunk in hunks))

    patch.setattr(Texts, "add", add)


def the_last_length_counts(patch: pytest.MonkeyPatch) -> None:
    """Where two wrote in a text at once, the length after the later one is taken for the length of both."""

    def length(self: Texts, key: str, past: Sequence[int], seen: int | None) -> int:
        wrote = self._wrote.get(key, 0) if seen is None else self._wrote.get(key, 0) & seen
        last = maximal(wrote, past, -1)
        return self._lengths[key][last[-1]] if last else 0

    patch.setattr(Texts, "length", length)


def yesterdays_digest(patch: pytest.MonkeyPatch) -> None:
    """What the digest said of a key is kept although the key changed."""
    patch.setattr(Shared, "touch", lambda *_: None)


def yesterdays_items(patch: pytest.MonkeyPatch) -> None:
    """An item is shown as it was when somebody first looked."""
    sound = Shared.touch

    def touch(self: Shared, key: str) -> None:
        before = dict(self.shown)
        sound(self, key)
        self.shown.update(before)

    patch.setattr(Shared, "touch", touch)


BUGS: tuple[Bug, ...] = (
    writers_never_overwritten,
    last_writer_wins,
    past_without_grandparents,
    settling_without_citation,
    any_citation_will_do,
    performed_at_the_heads,
    judged_at_the_heads,
    void_by_arrival,
    withdrawn_beats_edited,
    edited_after_counts_for_nothing,
    kept_for_ever,
    candidates_in_order_of_arrival,
    nobody_is_woken,
    applied_twice,
    a_step_is_forgotten,
    texts_measured_now,
    withdrawing_again_leaves_no_trace,
    words_of_one_alone,
    removed_words_are_still_counted,
    the_last_length_counts,
    yesterdays_digest,
    yesterdays_items,
)


def _caught_after(stories: int) -> int | None:
    """How many stories it takes until an oracle speaks; None if none does."""
    for seed in range(stories):
        try:
            judge_all(Story(random.Random(seed), 2 + seed % 4, 1 + seed % 3).tell(150).heal())
        except (
            AssertionError,
            MulinError,
        ):  # EngineFailed is one: the engine's own alarm counts too
            return seed + 1
    return None


@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: str(bug.__name__))
def test_a_planted_bug_is_caught(bug: Bug, monkeypatch: pytest.MonkeyPatch) -> None:
    bug(monkeypatch)
    assert _caught_after(STORIES) is not None, bug.__doc__


def test_without_a_bug_nobody_cries() -> None:
    assert _caught_after(3) is None
