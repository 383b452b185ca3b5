"""A running node visits its drop folders by itself; a share that hangs or fails harms nothing else."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from node import visitor
from node.drops import Drops
from node.home import Home
from node.logbook import Logbook
from node.places import Place
from node.service import Service
from tests.support.nodes import RunningNode, found, wait_until

pytestmark = pytest.mark.usefixtures("one_version")

SOON = {"node.visitor:_FIRST_S": 0.05}


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[list[RunningNode]]:
    """Two nodes that know no way to each other but a folder."""
    nodes = [RunningNode(tmp_path, place) for place in range(2)]
    found(nodes)
    for node in nodes:
        with node.service.ground.db.transaction():
            for device in node.service.ledgers.peers():
                node.service.ground.book.set_addresses(device, [])
            node.service.ground.book.set_setting("visit_s", "1")
    yield nodes
    for node in nodes:
        assert node.close() == 0


def test_two_running_nodes_meet_in_a_folder_only(pair: list[RunningNode], tmp_path: Path) -> None:
    one, other = pair
    share = tmp_path / "share"
    share.mkdir()
    for node in pair:
        Drops(node.service).add(str(share))
        node.start(SOON)
    one.create("示范一村")
    wait_until("it arrives", lambda: other.entries() == one.entries())
    other.create("示范二村")
    wait_until("and back", lambda: one.digest() == other.digest() and one.cases() == 2)
    assert one.digest() == other.digest()
    wait_until("the folder is tidied", lambda: not list(share.rglob("*.bundle")))
    said = [line["event"] for node in pair for line in node.lines()]
    assert "visited" in said
    assert "failed" not in said
    assert not one.control.live()


def test_a_folder_that_is_gone_is_a_line_and_the_next_one_serves(
    pair: list[RunningNode], tmp_path: Path
) -> None:
    one, _ = pair
    places = [tmp_path / "gone", tmp_path / "there"]
    for place in places:
        place.mkdir()
        Drops(one.service).add(str(place))
    places[0].rmdir()
    one.start(SOON)
    wait_until("the other is visited", lambda: any(p.is_file() for p in places[1].rglob("*")))
    wait_until("it is told", lambda: "unvisited" in [x["event"] for x in one.lines()])
    told = [line for line in one.lines() if line["event"] == "unvisited"]
    assert {(line["place"], line["why"]) for line in told} == {(1, "PlaceTrouble")}
    assert str(tmp_path) not in one.stderr.read_text(), "an address may hold what is secret"


def test_a_share_that_hangs_keeps_no_node_from_serving_and_ending(
    pair: list[RunningNode], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, _ = pair
    Drops(one.service).add(str(tmp_path))
    reached, released = threading.Event(), threading.Event()

    def hang(self: Place, of: str) -> list[str]:
        del self, of
        reached.set()
        released.wait()
        return []

    monkeypatch.setattr(Place, "folders", hang)
    monkeypatch.setattr(visitor, "_FIRST_S", 0.01)
    monkeypatch.setattr(visitor, "_STOP_TIMEOUT_S", 0.05)

    async def life() -> int:
        visits = visitor.Visitor(one.home, one.service.ground.identity, Logbook(), lambda: True)
        visits.start()
        turns = 0
        await asyncio.to_thread(reached.wait)
        for _ in range(50):  # the loop goes on turning
            await asyncio.sleep(0.001)
            turns += 1
        await visits.stop()
        released.set()
        await asyncio.to_thread(visits._thread.join)
        return turns

    assert asyncio.run(life()) == 50


def opened(node: RunningNode) -> Service:
    return Home(node.home.folder).open(None)


def test_a_command_and_the_node_may_visit_at_the_same_time(
    pair: list[RunningNode], tmp_path: Path
) -> None:
    """Two of one writer: no name clashes, nothing is lost, and the folder is tidied in the end."""
    one, other = pair
    share = tmp_path / "share"
    share.mkdir()
    services = [opened(one), opened(one)]
    Drops(one.service).add(str(share))
    one.create("示范一村")
    threads = [threading.Thread(target=lambda s=s: Drops(s).sync(str(share))) for s in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for _ in range(3):
        Drops(other.service).sync(str(share))
        Drops(one.service).sync(str(share))
    assert one.digest() == other.digest()
    assert not list(share.rglob("*.bundle"))
    for service in services:
        service.ground.db.close()
