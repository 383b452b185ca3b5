"""A forked log: one proof for one fork, however long its branches grow; and passing it on stays cheap."""

from __future__ import annotations

import pytest

from node.store import history
from tests.protocol.author import Author
from tests.support.people import identity
from tests.support.townships import Town, give, runs_for, together


def _branches(town: Town, length: int) -> list[bytes]:
    """Runs of a log that forks at its second entry into two branches, an entry a run."""
    runs = []
    for side in ("left", "right"):
        author = Author(identity("c"), town.ledger, "fork")
        entries = [author.opening()]
        author.label = side
        entries += [author.creation(f"{side}{n}") for n in range(length)]
        runs += [author.run([entry]) for entry in entries]
    return runs


def test_one_fork_is_one_proof() -> None:
    a, *_ = together(3)
    for body in _branches(a, 12):
        a.service.ingest.take(a.ledger, body)
    assert a.forks() == 1


def test_a_long_fork_is_passed_on_without_walking_it_again_for_every_run(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Reading an entry costs; a branch of n entries is read some times over, not n times."""
    a, b, _ = together(3)
    for body in _branches(a, 150):
        a.service.ingest.take(a.ledger, body)
    asked: list[str] = []
    a.service.ground.db.conn.set_trace_callback(asked.append)
    monkeypatch.setattr(history, "ENTRIES_PER_FRAME", 5)
    runs = runs_for(a.service, b.service, a.ledger.id)
    assert len(runs) >= 60
    assert len(asked) < 5 * 301 + 10 * len(runs)
    for body in runs:
        b.service.ingest.take(b.ledger, body)
    give(a, b)
    assert a.digest() == b.digest()
    assert a.entries() == b.entries()
