"""Two to five real townships, any writing, any meetings, lines lost, restarts, old copies, forked logs.

At the end all hold the same entries with the same verdicts, the same changes, the same open conflicts
and the same digest. And the check is worth something: planted bugs do not get past it.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crdt.facts import Facts, Standing
from crdt.run import Verified
from crdt.writers import Writers
from node.replica import StoreReplica
from node.store.log import LogStore, Stored
from protocol.flow import Flow
from tests.protocol.stories import Step, Story, random_steps

LONG = range(8)
numbers = st.integers(0, 59)
steps = st.lists(st.tuples(numbers, numbers, numbers, numbers), max_size=40)


@settings(max_examples=settings().max_examples // 2)
@given(st.integers(2, 5), steps)
def test_every_story_ends_in_agreement(count: int, story: list[Step]) -> None:
    told = Story(count, "hypothesis")
    told.play(story)
    told.end()


@pytest.mark.parametrize("seed", LONG)
def test_long_stories_end_in_agreement(seed: int) -> None:
    told = Story(2 + seed % 4, seed)
    told.play(random_steps(random.Random(seed), 120))
    told.end()
    states = [state.name for state, *_ in told.towns[0].verdicts().values()]
    assert states.count("APPLIED") > 20, "something did happen"


def blind_to_forks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The vector names only the highest tip of a log."""
    real = StoreReplica.vector
    monkeypatch.setattr(
        StoreReplica,
        "vector",
        lambda self, ledger: {log: (max(tips),) for log, tips in real(self, ledger).items()},
    )


def first_come_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where an entry of that log and height is held already, another is taken for the same."""
    real = LogStore.append

    def append(
        self: LogStore, ledger: int, run: Verified, now_ms: int, *, ours: bool = False
    ) -> Stored:
        log = self.number(ledger, run.log)
        first = next((e for e in run.entries if self.entry(e.id) is None), None)
        if log is not None and first is not None:
            taken = self._db.one(
                "SELECT 1 FROM entries WHERE log=? AND seq=?", log, first.header.seq
            )
            if taken:
                return Stored((), run.first.prev, ())
        return real(self, ledger, run, now_ms, ours=ours)

    monkeypatch.setattr(LogStore, "append", append)


def done_too_early(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log is taken for finished after its first run."""
    real = Flow.runs

    def runs(self: Flow, most_bytes: int) -> object:
        seen = set()
        for body in real(self, most_bytes):
            log = body[:52]  # the head of the array, device, incarnation
            if log in seen:
                return
            seen.add(log)
            yield body

    monkeypatch.setattr(Flow, "runs", runs)
    monkeypatch.setattr("node.store.history.ENTRIES_PER_FRAME", 2)


def nothing_relayed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the own log is offered to others."""
    real = StoreReplica.next_run

    def next_run(
        self: StoreReplica, ledger: bytes, log: tuple[bytes, bytes], at: frozenset[bytes], most: int
    ) -> object:
        own = self._ground.identity.device.id
        return real(self, ledger, log, at, most) if log[0] == own else None

    monkeypatch.setattr(StoreReplica, "next_run", next_run)


def last_writer_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of concurrent statements the one that came last here is shown."""
    real = Writers.writers
    monkeypatch.setattr(
        Writers, "writers", lambda self, key, seen=None: list(real(self, key, seen))[-1:]
    )


def judged_as_of_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """An entry is judged by what stands here now instead of what stood at its parents."""
    real = Facts.candidates

    def candidates(self: Facts, key: str) -> Standing:
        seen, self._seen = self._seen, None
        try:
            return real(self, key)
        finally:
            self._seen = seen

    monkeypatch.setattr(Facts, "candidates", candidates)


def digest_of_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every vector has the same digest, so that no two nodes ever compare."""
    monkeypatch.setattr("protocol.session.ledger_digest", lambda *_: bytes(16))


BUGS: tuple[Callable[[pytest.MonkeyPatch], None], ...] = (
    blind_to_forks,
    first_come_wins,
    done_too_early,
    nothing_relayed,
    last_writer_wins,
    judged_as_of_now,
    digest_of_nothing,
)


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_caught(
    monkeypatch: pytest.MonkeyPatch, bug: Callable[[pytest.MonkeyPatch], None]
) -> None:
    """Told are the very stories that end well without the bug."""
    bug(monkeypatch)
    noticed = 0
    for seed in LONG:
        told = Story(2 + seed % 4, seed)
        try:
            told.play(random_steps(random.Random(seed), 120))
            told.end()
        except (AssertionError, RuntimeError):
            noticed += 1
            break
    assert noticed
