"""How values stand in the vector files: JSON, byte strings as {"hex": …}. Knows no vector."""

from __future__ import annotations

from typing import Any

from keys.canonical import Plain

Json = Any


def shown(value: Plain) -> Json:
    """A plain value as JSON; integers beyond 2^53 as {"int": "…"}, because many readers lose them."""
    if isinstance(value, bytes):
        return {"hex": value.hex()}
    if isinstance(value, list):
        return [shown(item) for item in value]
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**53:
        return {"int": str(value)}
    return value


def read(value: Json) -> Plain:
    """The plain value that `shown` showed."""
    if isinstance(value, dict):
        return bytes.fromhex(value["hex"]) if "hex" in value else int(value["int"])
    if isinstance(value, list):
        return [read(item) for item in value]
    assert value is None or isinstance(value, (bool, int, str)), "a vector file of ours"
    return value


def hexes(values: Any) -> list[str]:
    return [bytes(value).hex() for value in values]
