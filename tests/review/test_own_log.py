"""The own log: never continued from an old copy, never fuller than its own node takes, never half judged."""

from __future__ import annotations

import pytest

from crdt.document import EngineFailed
from crdt.record import Record
from node.store import log as store_log
from protocol.messages import Vector
from tests.support.people import seed
from tests.support.townships import Town, give, together


def _lives(town: Town, count: int) -> list[bytes]:
    """Incarnations in which this township wrote, oldest first."""
    found: list[bytes] = []
    for n in range(count):
        town.create(f"示范{n}村")
        tip = town.service.writing.own_tip(town.ledger)
        assert tip is not None
        found.append(bytes(tip[0]))
        with town.service.ground.db.transaction():
            town.service.writing.close_incarnation(town.ledger)
    return found


@pytest.mark.parametrize("newest_first", (True, False))
def test_an_old_copy_is_noticed_whichever_log_a_peer_names_first(newest_first: bool) -> None:
    """The store was copied while the first incarnation was open; a peer has more of it, and a second."""
    a, _ = together(2)
    a.create()
    tip = a.service.writing.own_tip(a.ledger)
    assert tip is not None
    incarnation, _, position = tip
    more = ((position[0] + 3, seed("an entry that this copy lost")),)
    later = ((4, seed("an entry of a later life")),)
    device = bytes(a.service.device)
    logs = [((device, bytes(incarnation)), more), ((device, seed("later", size=16)), later)]
    assert a.service.ingest.peer_knows_more(a.ledger, dict(logs[::-1] if newest_first else logs))
    a.create("示范二村")
    after = a.service.writing.own_tip(a.ledger)
    assert after is not None
    assert after[0] != incarnation, "the old log is never continued"


def test_an_old_copy_is_noticed_by_a_later_life_alone() -> None:
    """All that the copy holds of its log is what the peer holds; but there was a life after it."""
    a, _ = together(2)
    a.create()
    tip = a.service.writing.own_tip(a.ledger)
    assert tip is not None
    device = bytes(a.service.device)
    later: Vector = {(device, seed("later", size=16)): ((4, seed("an entry of a later life")),)}
    a.service.ingest.peer_knows_more(a.ledger, later)
    a.create("示范二村")
    after = a.service.writing.own_tip(a.ledger)
    assert after is not None
    assert after[0] != tip[0]


def test_a_clerk_can_write_however_many_lives_the_device_had(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a, _ = together(2)
    monkeypatch.setattr(store_log, "LOGS_PER_DEVICE", 2)
    _lives(a, 3)
    record = a.create("示范四村")
    assert a.value(record, "village") == "示范四村"


def test_what_its_own_node_does_not_apply_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    a, b = together(2)
    record = a.create()
    give(a, b)
    before = a.entries(), a.digest()

    def broken(*_: object) -> None:
        raise EngineFailed("for once")

    with monkeypatch.context() as once:
        once.setattr(Record, "receive", broken)
        with pytest.raises(EngineFailed):
            a.say(record, place="河边")
    assert (a.entries(), a.digest()) == before
    a.say(record, place="河边")
    give(a, b)
    assert b.value(record, "place") == "河边"
    assert a.problems() == []
