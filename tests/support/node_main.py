"""What a test starts as a node's process: `python node_main.py FOLDER HOST:PORT SETTINGS`.

SETTINGS is JSON {"module:NAME": value} and shortens the product's timeouts; `"writes": LABEL` makes the
node itself create records without a pause, each id printed once it is committed.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from pathlib import Path

from node import runtime
from node.home import Home
from node.service import Service


async def write_on(node: runtime.Node, service: Service, label: str) -> None:
    """Create records in the node's own process until it dies; what is printed is acknowledged."""
    ledger = service.ledgers.choose(None)
    for number in range(1_000_000):
        typed = {"category": "neighbour", "village": f"{label}村{number}"}
        made = service.create(ledger, "case", typed, "司法所")
        print(made.hex(), flush=True)
        node.nudge()
        await asyncio.sleep(0.002)


def main(folder: str, listen: str, settings: dict[str, object]) -> None:
    label = settings.pop("writes", None)
    for place, value in settings.items():
        module, _, name = place.partition(":")
        setattr(importlib.import_module(module), name, value)
    home = Home(Path(folder))
    service = home.open(None)
    if label is not None:
        start = runtime.Node.start

        async def started(node: runtime.Node, address: str | None) -> str:
            found = await start(node, address)
            node._spawn(write_on(node, service, str(label)))
            return found

        runtime.Node.start = started  # type: ignore[method-assign]
    runtime.run_node(home, service, listen, lambda _address: None)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
