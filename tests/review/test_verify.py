"""`verify` sees what was altered in the store, also where no hash covers it."""

from __future__ import annotations

import pytest

from tests.support.townships import give, together


@pytest.mark.parametrize(
    "damage",
    (
        "DELETE FROM tips",
        "UPDATE tips SET seq=seq-1, id=(SELECT id FROM entries WHERE entries.seq=tips.seq-1)",
        "UPDATE entries SET record=zeroblob(16) WHERE seq=2",
        "UPDATE entries SET payload=NULL WHERE seq=2",
        "UPDATE logs SET incarnation=zeroblob(16)",
        "DELETE FROM checkpoints",
    ),
)
def test_a_store_that_was_altered_is_noticed(damage: str) -> None:
    a, b = together(2)
    record = a.create()
    a.say(record, place="河边")
    give(a, b)
    assert b.problems() == []
    with b.service.ground.db.transaction() as store:
        store.execute(damage)
    b.service.records.forget()
    assert b.problems() != []
