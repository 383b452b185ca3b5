"""A relay passes headers on without their payloads: the chain verifies, the words would be gone for good."""

from __future__ import annotations

import pytest

from crdt.entry import assemble
from crdt.errors import MalformedEntry
from crdt.run import Verified, decode_run, encode_run
from tests.support.townships import agree, exchange, runs_for, together


def test_a_relay_that_strips_payloads_hides_nothing() -> None:
    a, _, c = together(3)
    record = a.create()
    (body,) = runs_for(a.service, c.service, a.ledger.id)
    run = decode_run(a.ledger.id, body).verified(lambda _: True)
    bare = tuple(assemble(entry.header, None) for entry in run.entries)
    with pytest.raises(MalformedEntry):
        c.service.ingest.take(c.ledger, encode_run(Verified(bare, run.checkpoint)))
    exchange(a, c)
    assert c.value(record, "village") == "示范一村"
    agree(a, c)
