"""A transaction that fails leaves the store as it was; what is in memory must not know better."""

from __future__ import annotations

import pytest

from crdt.entry import EntryId
from node.ingest import Ingest
from tests.protocol.author import Author
from tests.support.people import identity
from tests.support.townships import exchange, together


def test_a_record_that_a_failed_run_touched_from_elsewhere_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """`c` cites in one case an entry of another case that comes later, in a run whose storing fails once."""
    a, b, _ = together(3)
    record = a.create()
    exchange(a, b)
    first, second = (Author(identity("c"), a.ledger, n) for n in (1, 2))
    openings = [first.opening(), second.opening()]
    other = second.creation("别村")
    heads = b.service.record(b.ledger, record).heads()
    parents = sorted([*heads, EntryId(other.id)])
    lie = first.saying(record, parents, [["set", "place", "别处", []]])
    b.service.ingest.take(b.ledger, first.run([openings[0], lie]))
    run = second.run([openings[1], other])
    with monkeypatch.context() as broken:
        broken.setattr(Ingest, "_note_forks", _fail)
        with pytest.raises(RuntimeError):
            b.service.ingest.take(b.ledger, run)
    b.service.ingest.take(b.ledger, run)
    # What the author says of its change hashes is not true, and is rightly reported.
    assert [found for found in b.problems() if "engine drift" not in found] == []


def _fail(*_: object) -> bool:
    raise RuntimeError("the disk is gone")
