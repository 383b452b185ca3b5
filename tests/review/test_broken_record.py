"""A record that the engine cannot rebuild is one sentence, and everything else goes on."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from crdt.branches import Branches, Heads
from crdt.document import EngineFailed, Put, Step
from crdt.entry import ActorId
from keys.errors import MulinError
from tests.support.townships import exchange, give, together

_CURSED = "示范二村"


def test_one_broken_record_stops_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = together(2)
    sound, broken = a.create(), a.create(_CURSED)
    exchange(a, b)
    for record in (sound, broken):
        a.say(record, place="河东")
        b.say(record, place="河西")
    give(a, b)
    assert len(b.service.open_conflicts(b.ledger)) == 2

    perform = Branches.perform

    def failing(self: Branches, parents: Heads, actor: ActorId, steps: Sequence[Step]) -> bytes:
        if any(isinstance(s, Put) and s.value == _CURSED for s in steps):
            raise EngineFailed("for this record only")
        return perform(self, parents, actor, steps)

    monkeypatch.setattr(Branches, "perform", failing)
    b.service.records.forget()
    with pytest.raises(MulinError):
        b.service.record(b.ledger, broken)
    assert [c.record for c in b.service.open_conflicts(b.ledger)] == [sound]
    a.create("示范三村")
    give(a, b)
    assert b.service.records.broken == {broken}
    assert any("cannot be rebuilt" in found for found in b.problems())
