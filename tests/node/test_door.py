"""The door of a node: whoever is half gone holds up neither who comes next nor the node that stops."""

from __future__ import annotations

import asyncio
import ssl
from pathlib import Path

from node.bench import towns
from node.bench.towns import Town
from node.door import Door
from node.tls import contexts


class _Inside(asyncio.Protocol):
    """Is told when TLS is passed, and never asks to be admitted."""

    def __init__(self) -> None:
        self.passed: asyncio.Future[asyncio.Transport] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.passed.set_result(transport)


def test_a_caller_who_was_closed_twice_is_sent_away_when_the_node_stops(tmp_path: Path) -> None:
    """Found by a node that did not stop: Python 3.11.2 forgets the TLS of what is closed twice."""
    towns.found(tmp_path)
    one, other = Town(tmp_path / "0"), Town(tmp_path / "1")
    certificates = [p.certificate for t in (one, other) for p in t.service.ledgers.peers().values()]
    listening, dialling = (
        contexts(town.service.ground.identity.device, certificates)[n]
        for n, town in enumerate((one, other))
    )
    assert asyncio.run(_closed_twice(listening, dialling)) == []
    for town in (one, other):
        town.close()


async def _closed_twice(listening: ssl.SSLContext, dialling: ssl.SSLContext) -> list[str]:
    """What the door said of its callers."""
    refused: list[str] = []
    inside = _Inside()
    door = Door(listening, lambda: inside, refused.append)
    port = await door.open("127.0.0.1", 0)
    _, writer = await asyncio.open_connection("127.0.0.1", port, ssl=dialling)
    transport = await asyncio.wait_for(inside.passed, 30)
    transport.close()
    transport.close()
    await asyncio.wait_for(door.close(), 30)
    writer.transport.abort()
    return refused
