"""What a member makes a node remember is bounded."""

from __future__ import annotations

import pytest

from crdt.entry import EntryId
from keys.limits import LOGS_PER_LEDGER, TEXT_INSERTIONS_EVER
from node import recordcache
from node.core import NodeCore
from protocol import messages as m
from protocol.frames import encode_frame
from tests.protocol.author import Author
from tests.review.wires import Wires
from tests.support.people import identity, seed
from tests.support.townships import exchange, give, together


def test_large_records_are_forgotten_sooner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordcache, "_CACHE_BYTES", 300_000)
    a, b = together(2)
    made = [a.create(f"示范{n}村", summary="山" * 200) for n in range(8)]
    exchange(a, b)
    for town in (a, b):
        held = town.service.records._cache
        assert 0 < len(held) < len(made)
        assert sum(r.weight for _, r in held.items()) <= 300_000
        assert all(town.value(record, "summary") == "山" * 200 for record in made)
    assert a.digest() == b.digest()


def test_claims_about_logs_that_nobody_holds_are_not_remembered_without_end() -> None:
    a, b = together(2)
    a.create()
    wires = Wires(a, b)
    mine, _ = wires.connect("a", "b")
    wires.carry()
    core: NodeCore = wires.cores["a"]
    (link,) = core._links.values()
    ledger = bytes(a.ledger.id)
    for n in range(LOGS_PER_LEDGER + 500):
        log = (seed("device", n), seed("incarnation", n, size=16))
        ack = m.Ack(ledger, 0, ((log, (1, seed("entry", n))),))
        core.received(mine, encode_frame(m.to_plain(ack)), 0.0)
    assert len(link.claims) <= LOGS_PER_LEDGER


@pytest.mark.xfail(
    strict=True,
    reason="the bound is per causal past; concurrent entries add up: 24 MB of them hold 6 GB of memory",
)
def test_a_text_grows_no_further_by_writing_in_it_at_once() -> None:
    """`c` signs entries that know nothing of each other; each inserts as much as one entry may."""
    a, b, _ = together(3)
    record = a.create()
    give(a, b)
    heads: tuple[EntryId, ...] = b.service.record(b.ledger, record).heads()
    author = Author(identity("c"), b.ledger, "flood")
    b.service.ingest.take(b.ledger, author.run([author.opening()]))
    for _ in range(3):
        entry = author.saying(record, heads, [["text", "summary", [[0, 0, "山" * 4000]]]])
        b.service.ingest.take(b.ledger, author.run([entry]))
    assert len(str(b.value(record, "summary"))) <= TEXT_INSERTIONS_EVER
