"""The alliances of the demo set, each loaded once by its command and only read; who writes takes a copy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.clerk import Clerk, mulin

Alliance = Callable[[str], list[Clerk]]


@pytest.fixture(scope="session")
def alliance(tmp_path_factory: pytest.TempPathFactory) -> Alliance:
    """The clerks of an alliance, in the order in which its townships are listed."""
    loaded: dict[str, list[Clerk]] = {}

    def load(name: str) -> list[Clerk]:
        if name not in loaded:
            folder = tmp_path_factory.mktemp("demo") / name
            done = mulin("demo", "load", name, "-o", str(folder), "--json")
            assert done.code == 0, done.err
            loaded[name] = [Clerk(Path(one["home"]), one["name"]) for one in done.json]
        return loaded[name]

    return load


def counted(clerk: Clerk, kind: str, by: str = "", *more: str) -> dict[str, int]:
    """What `mulin count` says: value → how many ("" without `by`)."""
    grouped = ("--by", by) if by else ()
    return {r["value"]: r["count"] for r in clerk.ask("count", kind, *grouped, *more)}


def summed(clerk: Clerk, kind: str, field: str, by: str = "", value: str = "") -> dict[str, int]:
    """The sum of a field for each township, among the records whose `by` says `value`."""
    grouped = ("--by", by) if by else ()
    for row in clerk.ask("count", kind, *grouped):
        if row["value"] == value:
            sums: dict[str, int] = row["sums"].get(field, {})
            return sums
    return {}


def rows(clerk: Clerk, kind: str, **equal: str) -> list[dict[str, Any]]:
    """The rows of a kind whose cells say so, through `list --json`."""
    told = [f"{name}={value}" for name, value in equal.items()]
    return [one["row"] for one in clerk.ask(kind, "list", *told)]


def terms(clerk: Clerk, *quarters: str) -> list[dict[str, Any]]:
    """The terms of a chair from each of these quarters on, four of each."""
    return [term for quarter in quarters for term in clerk.ask("chair", "show", quarter)]


def shown(clerk: Clerk, kind: str, record: str) -> dict[str, Any]:
    found: dict[str, Any] = clerk.ask(kind, "show", record)
    return found


def cells(found: list[dict[str, Any]], name: str) -> Counter[Any]:
    return Counter(row[name] for row in found)
