"""What a test starts as a node's process: `python node_main.py FOLDER HOST:PORT SETTINGS`.

SETTINGS is JSON {"module:NAME": value} and shortens the product's timeouts; `"writes": LABEL` makes the
node itself write without a pause, and print what was acknowledged.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import os
import random
import sys
from pathlib import Path

from node import runtime
from node.home import Home
from tests.support.writer import Writer

_BREATH_S = 0.002


async def write_on(node: runtime.Node, writer: Writer) -> None:
    """Write in the node's own process until it dies."""
    while True:
        writer.acknowledge()
        node.nudge()
        await asyncio.sleep(_BREATH_S)


def main(folder: str, listen: str, settings: dict[str, object]) -> None:
    label = settings.pop("writes", None)
    for place, value in settings.items():
        module, _, name = place.partition(":")
        setattr(importlib.import_module(module), name, value)
    home = Home(Path(folder))
    service = home.open(None)
    if label is not None:
        writer = Writer(service, str(label), random.Random(f"{label}/{os.getpid()}"))
        start = runtime.Node.start

        async def started(self: runtime.Node, listen: str | None) -> str:
            address = await start(self, listen)
            self._spawn(write_on(self, writer))
            return address

        runtime.Node.start = started  # type: ignore[method-assign]
    runtime.run_node(home, service, listen, lambda _address: None)


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3]))
