"""A store with all a store can hold: authors, a fork, conflicts, texts, items, void and waiting entries."""

from __future__ import annotations

import shutil
from pathlib import Path

from crdt.deeds import Share
from crdt.entry import RecordId
from keys import canonical
from node.ground import HighWater
from node.writing import Opening
from tests.support.townships import POST, Town, exchange, give, runs_for


def bring_a_twin(one: Town, folder: Path) -> Town:
    """A copy of a township that writes on where the original was: its log forks."""
    assert one.folder is not None
    one.close()
    shutil.copytree(one.folder, folder)
    one.open(HighWater())
    twin = Town(one.label, folder)
    twin.lives = 9
    twin.open(HighWater())
    return twin


def furnish(one: Town, other: Town, third: Town, folder: Path) -> None:
    record = one.create("示范一村", summary="两村争界，先后三次。", place="老界碑")
    one.service.add_item(one.ledger, record, "notes", {"text": "到场查看"}, POST)
    exchange(one, other, third)
    _seal(one, other, third, record)
    one.say(record, amount_claimed="5")
    other.say(record, amount_claimed="6")
    one.say(record, urgency="red")
    other.say(record, urgency="blue")
    exchange(one, other, third)
    settled = next(c for c in one.service.open_conflicts(one.ledger) if c.key == "urgency")
    one.service.settle(one.ledger, settled, "red", POST, "核对")
    exchange(one, other, third)
    twin = bring_a_twin(other, folder / "twin")
    other.create("样板坪村")
    twin.create("例家湾村")
    give(other, one)
    give(twin, one)
    twin.close()
    other.say(record, place="新界碑")
    give(other, third)
    third.say(record, difficulty="complex")
    for body in runs_for(third.service, one.service, one.ledger.id):
        if canonical.decode_list(body, len(body))[0] == third.service.device:
            one.service.ingest.take(one.ledger, body)  # its parent has not come


def _seal(one: Town, other: Town, third: Town, case: RecordId) -> None:
    """A party that two may read, and one that was erased."""
    share = Share(other.ledger.me, "mediation")
    typed = {"role": "applicant", "name": "示例"}
    opening = Opening(case, (share,))
    _, gone = (
        one.service.create(one.ledger, "party", typed | {"alias": alias}, POST, opening=opening)
        for alias in ("甲方1", "甲方2")
    )
    order = one.service.erasing.order(one.ledger, [gone], "by_mistake", "误登记")
    exchange(one, other, third)
    other.service.erasing.approve(other.ledger, order)
    exchange(one, other, third)
    for town in (one, other, third):
        town.service.erasing.tidy()
    exchange(one, other, third)
