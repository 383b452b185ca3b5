"""Power cuts at every single operation of the disk: what a clerk was told is saved is there afterwards."""

from __future__ import annotations

import pytest

from simulations.disk import Torn
from simulations.oracles import held
from simulations.plan import Plan, Step
from simulations.runner import run
from simulations.world import World

_FIELDS = {"category": "forest_land", "village": "示范一村"}


def _operations_of_a_write() -> int:
    """How many disk operations a clerk's edit takes."""
    with World(2, 0) as world:
        town = world[0]
        record = town.write("open", lambda s, k: s.create(k, "case", _FIELDS, "司法所"))
        assert record is not None
        before = town.disk.operations
        town.write("edit", lambda s, k: s.change(k, record, {"amount_agreed": "5"}, "司法所"))
        return town.disk.operations - before


@pytest.mark.parametrize("torn", list(Torn))
def test_no_power_cut_loses_what_was_acknowledged(torn: Torn) -> None:
    """Between any two operations of an edit, with any fate of what was not synced."""
    operations = _operations_of_a_write()
    assert operations > 5, "an edit writes and syncs more than once"
    for cut in range(operations + 1):
        steps = (
            Step(1, "open", 0, {"ref": "r", "fields": _FIELDS}),
            Step(5, "crash", 0, {"torn": torn.value, "after": cut}),
            Step(6, "edit", 0, {"ref": "r", "fields": {"amount_agreed": "5"}}),
            Step(7, "edit", 0, {"ref": "r", "fields": {"amount_agreed": "6"}}),
            Step(20, "restart", 0),
            Step(25, "edit", 0, {"ref": "r", "fields": {"amount_agreed": "7"}}),
        )
        outcome = run(Plan(f"cut-{cut}", cut, 2, lasts_s=40, steps=steps))
        assert outcome.violations == (), f"cut before operation {cut}"
        assert outcome.figures["counts"].get("crash", 0) == 1, f"operation {cut} came to pass"


@pytest.mark.parametrize("torn", list(Torn))
def test_a_cut_while_receiving_loses_nothing_either(torn: Torn) -> None:
    """The neighbour's disk loses power at every operation of taking a run in."""
    cuts = 0
    for cut in range(40):
        with World(2, cut) as world:
            world.run(2)
            world.crash_at(1, cut, torn)
            world[0].write("open", lambda s, k: s.create(k, "case", _FIELDS, "司法所"))
            world.run(10)
            cuts += not world[1].on
            world[1].disk.mend()
            world.restart(1)
            assert world.settle(900) is not None
            assert held(world[0]) == held(world[1])
            assert world.witness.expected() <= held(world[1])
    assert cuts > 10, "most of these operations belong to the receiving of a run"


def test_a_full_disk_refuses_and_recovers() -> None:
    """Nothing is half-written, the clerk is told, and with room again everything goes on."""
    steps = (
        Step(1, "open", 0, {"ref": "r", "fields": _FIELDS}),
        Step(2, "disk", 0, {"fault": "full"}),
        *(Step(3 + n, "add", 0, {"ref": "r", "collection": "notes", "fields": {"text": "界桩" * 400}})
          for n in range(8)),
        Step(20, "disk", 0, {"fault": "good"}),
        Step(21, "add", 0, {"ref": "r", "collection": "notes", "fields": {"text": "又有空间了"}}),
    )  # fmt: skip
    outcome = run(Plan("full", 1, 2, lasts_s=60, steps=steps))
    assert outcome.violations == ()
    assert outcome.figures["counts"]["not_written"] > 0
    assert outcome.figures["writes"] >= 2
