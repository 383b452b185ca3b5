"""Faults that the simulator found in the product, each kept as the shortest story that shows it."""

from __future__ import annotations

from crdt.schema import SCHEMA
from simulations.plan import Plan, Step
from simulations.runner import run
from simulations.town import Town
from simulations.world import World

_FIELDS = {"category": "forest_land", "village": "示范一村"}


def test_an_older_version_does_not_open_a_newer_store() -> None:
    """It would show a record without what it cannot read, and call its stored verdicts wrong."""
    with World(2, 1) as world:
        town: Town = world[0]
        town.upgrade(SCHEMA + 1)
        image = town.disk.image()
        town.upgrade(SCHEMA)
        assert not town.on
        assert town.disk.image() == image, "nothing was changed"
        town.upgrade(SCHEMA + 1)
        town.boot()
        assert town.on


def test_a_disk_that_fails_once_anywhere_in_a_write_is_a_foreseen_fault() -> None:
    """Also where it fails the high-water mark, after the commit: that came out as an OSError once."""
    refused = 0
    for place in range(30):
        steps = (
            Step(1, "open", 0, {"ref": "r", "fields": _FIELDS}),
            Step(2, "disk", 0, {"fault": "io", "after": place}),
            Step(3, "edit", 0, {"ref": "r", "fields": {"amount_agreed": "5"}}),
            Step(4, "disk", 0, {"fault": "good"}),
            Step(5, "edit", 0, {"ref": "r", "fields": {"party_count": "2"}}),
        )
        outcome = run(Plan("once", place, 2, lasts_s=20, steps=steps))
        assert outcome.violations == (), f"operation {place}"
        refused += outcome.figures["counts"].get("not_written", 0)
        assert outcome.figures["writes"] >= 2, "what was refused is the one that met the fault"
    assert refused > 5


def test_the_witness_asks_each_town_for_its_own_only() -> None:
    """A neighbour that came up first crossed out what an old copy's author still lacked: a false alarm."""
    steps = (
        Step(0, "open", 0, {"ref": "first", "fields": _FIELDS}),
        Step(1, "backup", 2, {"label": "old"}),
        Step(2, "open", 2, {"ref": "r", "fields": _FIELDS}),
        Step(3, "restore", 2, {"label": "old"}),
        Step(4, "crash", 2, {"torn": "kept"}),
        Step(5, "crash", 0, {"torn": "kept"}),
    )
    assert run(Plan("witness", 307, 3, lasts_s=8, steps=steps)).violations == ()


def test_a_disk_that_fails_an_acknowledgement_is_a_foreseen_fault() -> None:
    """The node acknowledges an epoch by itself; a disk that failed just then came out as a fault of ours."""
    told = 0
    for after in range(40):
        steps = (
            Step(0, "propose", 1, {"rules": {"retention_days": 2251}}),
            Step(1, "vote", 2, {"agree": True}),
            Step(2, "disk", 2, {"fault": "io", "after": after, "count": 2}),
            Step(3, "vote", 0, {"agree": True}),
        )
        outcome = run(Plan("acknowledge", after, 3, lasts_s=4, steps=steps))
        assert outcome.violations == (), f"operation {after}"
        told += outcome.figures["counts"].get("trouble", 0)
    assert told > 0, "some met the fault"
