"""What a ledger costs each of its nodes: it goes by the difference and the neighbours, not by the members."""

from __future__ import annotations

from simulations import founding
from simulations.world import World

_FIELDS = {"category": "forest_land", "village": "示范一村"}
_NEW = 20


def _bytes_a_node(count: int, near: list[list[int]]) -> float:
    """What crosses the lines for each node when one that was cut off brings 20 new cases."""
    with World(count, 1, near=near, quiet=("sent",)) as world:
        world.run(10)
        with world.partition([0]):
            world.run(1)
            for _ in range(_NEW):
                assert world[0].write("open", lambda s, k: s.create(k, "case", _FIELDS, "司法所"))
            world.run(200)
        _, before = world.network.totals()
        world.sync()
        assert world.settle() is not None
        world.run(1)
        return (world.network.totals()[1] - before) / count


def test_with_four_neighbours_each_it_does_not_grow_with_the_ledger() -> None:
    small = _bytes_a_node(12, founding.random_graph(12, 4, 1))
    large = _bytes_a_node(48, founding.random_graph(48, 4, 1))
    assert 0.5 * small < large < 1.3 * small


def test_where_everybody_knows_everybody_it_grows_with_the_ledger() -> None:
    """Why large ledgers want few neighbours: news comes from each of them."""
    assert _bytes_a_node(24, founding.mesh(24)) > 2 * _bytes_a_node(6, founding.mesh(6))
