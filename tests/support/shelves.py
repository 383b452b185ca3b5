"""Bundles and drop folders for tests: files made by one town and taken by another, places in memory."""

from __future__ import annotations

import io
import itertools
from collections.abc import Iterable

import fsspec

from crdt.entry import EntryId
from node.bundles import Bundles, Outcome
from node.drops import Drops, Visit
from tests.support.townships import Town

_numbers = itertools.count()


def bundle_for(maker: Town, *takers: Town, everything: bool = False) -> bytes:
    """What the takers are not known to hold, as the bytes of a file."""
    bundles = Bundles(maker.service)
    townships = [t.service.township for t in takers]
    held = {} if everything else bundles.held_by_all(maker.ledger, townships)
    devices = bundles.devices_of(maker.ledger, townships)
    return b"".join(bundles.parcel(maker.ledger, devices, held))


def receipt_for(maker: Town, *takers: Town) -> bytes:
    bundles = Bundles(maker.service)
    devices = bundles.devices_of(maker.ledger, [t.service.township for t in takers])
    return b"".join(bundles.parcel(maker.ledger, devices, None))


def take(town: Town, data: bytes) -> Outcome:
    return Bundles(town.service).take(lambda: io.BytesIO(data))


def entry_ids(town: Town) -> set[EntryId]:
    return {EntryId(row[0]) for row in town.service.ground.db.rows("SELECT id FROM entries")}


class Share:
    """A drop folder in memory, with a hand on its files."""

    def __init__(self) -> None:
        self.root = f"/share{next(_numbers)}"
        self.url = f"memory://{self.root}"
        self._fs = fsspec.filesystem("memory")

    def files(self) -> dict[str, bytes]:
        """Path below the root → content."""
        if not self._fs.exists(self.root):
            return {}
        found = self._fs.find(self.root)
        return {path[len(self.root) + 1 :]: self._fs.cat_file(path) for path in found}

    def put(self, name: str, data: bytes) -> None:
        self._fs.pipe_file(f"{self.root}/{name}", data)

    def remove(self, name: str) -> None:
        self._fs.rm_file(f"{self.root}/{name}")

    def become(self, files: dict[str, bytes]) -> None:
        """Exactly these files and no others."""
        for name in self.files().keys() - files.keys():
            self.remove(name)
        for name, data in files.items():
            self.put(name, data)


def visit(share: Share, *towns: Town, again: bool = False) -> list[Visit]:
    """One after the other."""
    return [Drops(town.service).sync(share.url, again=again) for town in towns]


def settle(share: Share, towns: Iterable[Town], rounds: int = 12, *, again: bool = False) -> int:
    """Visits in turn until nobody leaves, takes or removes anything; how many rounds it took."""
    for n in range(rounds):
        done = visit(share, *towns, again=again)
        if not any(v.came or v.written or v.removed or v.signatures for v in done):
            return n
    raise AssertionError("visits go on writing without an end")
