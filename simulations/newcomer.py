"""A computer that joins a running world: just unpacked, its keys made, in no ledger yet."""

from __future__ import annotations

from simulations.disk import Disk
from simulations.founding import call
from simulations.names import name_of
from simulations.town import Town
from simulations.world import World


def newcomer(world: World) -> Town:
    """At the next place; everybody it will know has a line to it. Its node does not run yet."""
    place = len(world.towns)
    town = Town(world, place, name_of(place), Disk())
    world.towns.append(town)
    world.network.parties.append(town)
    world._places[town.device] = place
    world._prefixes[town.device.hex()[:12]] = place
    world.near.append(list(range(place)))
    town.boot()
    assert town.service is not None, "a new computer starts"
    call(town.service, place)
    return town
