"""Two members and one has vanished: a successor ledger cites the old one and says where records come from."""

from __future__ import annotations

import pytest

from node.errors import HeirNotInForce, NoHeir
from node.reading import Reading
from node.service import Service
from node.succession import Succession
from tests.support.townships import POST, Town, exchange, together, towns


def _sign(heir: bytes, *services: Service) -> None:
    for one in services:
        for other in services:
            known = one.ledgers.get(heir)
            if known is not None and other.ledgers.get(heir) is not None:
                other.ledgers.merge(known.invitation.encode())


def _texts(town: Town, ledger: bytes) -> list[dict[str, object]]:
    known = town.service.ledgers.get(ledger)
    assert known is not None
    reading = Reading(town.service)
    rows = town.service.ground.model.records(known.n)
    return [reading.record(known, row.id) for row in rows]


def test_records_come_over_and_say_where_from() -> None:
    one, gone = together(2)
    [_, _, new] = towns(3)
    case = gone.create("老界村", amount_claimed="100")
    exchange(one, gone)
    one.service.add_item(one.ledger, case, "notes", {"text": "已到现场"}, POST)
    one.say(case, party_count="3")
    gone.say(case, party_count="4")
    exchange(one, gone)
    old = one.ledger
    before = Reading(one.service).digest(old)
    succession = Succession(one.service)
    with pytest.raises(NoHeir):
        succession.carry_over(old, POST)
    heir = succession.propose(old, "金麻（续）", [new.service.card()])
    with pytest.raises(HeirNotInForce):
        succession.carry_over(old, POST)
    new.service.ledgers.accept(heir.invitation.encode())
    _sign(heir.id, one.service, new.service)
    assert succession.carry_over(old, POST).records == 1
    assert succession.carry_over(old, POST).records == 0, "once"
    [record] = _texts(one, heir.id)
    fields = record["fields"]
    assert isinstance(fields, dict)
    assert (fields["village"], fields["amount_claimed"]) == ("老界村", 10_000)
    assert fields["party_count"] is None, "what was in dispute is nobody's value"
    notes = [n["text"] for n in fields["notes"]]
    assert "已到现场" in notes
    assert any("party_count" in n and "：3" in n and "：4" in n for n in notes)
    assert Reading(one.service).digest(old) == before, "the old ledger stays as it was"
    assert one.service.ground.book.setting(f"succeeds/{heir.hex}") == old.hex
    taken = one.service.ledgers.get(heir.id)
    assert taken is not None
    entry = one.service.ground.log.of_record(
        taken.n, one.service.ground.model.records(taken.n)[0].id
    )[0]
    held = one.service.record(taken, entry.record)  # type: ignore[arg-type]
    assert old.hex[:8] in held.applied[0].content.reason
    assert case.hex()[:12] in held.applied[0].content.reason
