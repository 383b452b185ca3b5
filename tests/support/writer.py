"""Somebody who writes without a pause, in a process or inside a node, and says what was acknowledged.

`python writer.py FOLDER LABEL SEED` writes until it is killed. Each line on standard output is the beginning
of an entry's id, written in one system call after the commit, so that no kill leaves half a line.
"""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

from crdt.conflicts import conflicts
from crdt.entry import RecordId
from crdt.errors import RuleBroken
from node.home import Home
from node.ledgers import Ledger
from node.service import Service

ID_BYTES = 16
_POST = "司法所"


class Writer:
    """Creates records, edits its own and the other township's, settles what both said differently."""

    def __init__(self, service: Service, label: str, dice: random.Random) -> None:
        self._service = service
        self._label = label
        self._dice = dice
        self._number = 0

    @property
    def _ledger(self) -> Ledger:
        return self._service.ledgers.choose(None)

    def write(self) -> bytes:
        """One commit; what names it (b"" if the rules had nothing to write)."""
        self._number += 1
        if self._dice.random() < 0.5:
            return self._create()
        listed = self._service.ground.model.records(self._ledger.n, "case")[:40]
        if not listed:
            return self._create()
        return self._edit(self._dice.choice(listed).id)

    def _create(self) -> bytes:
        village = f"{self._label}村{self._number}"
        typed = {"category": "neighbour", "village": village}
        return bytes(self._service.create(self._ledger, "case", typed, _POST))

    def _edit(self, record: RecordId) -> bytes:
        amount = str(self._dice.randrange(1, 10_000))
        try:
            open_now = conflicts(self._service.record(self._ledger, record))
            if open_now:
                value = open_now[0].candidates[0].value
                made = self._service.settle(self._ledger, open_now[0], value, _POST, "核对")
            else:
                typed = {"amount_claimed": amount}
                made = self._service.change(self._ledger, record, typed, _POST)
        except RuleBroken:  # the other side was faster, or the amount stands there already
            return b""
        return bytes(made.id[:ID_BYTES])

    def acknowledge(self) -> None:
        """Write, and say so once it is committed."""
        made = self.write()
        if made:
            os.write(1, made.hex().encode() + b"\n")


def main(folder: str, label: str, seed: str) -> None:
    service = Home(Path(folder)).open(None)
    writer = Writer(service, label, random.Random(seed))
    while True:
        writer.acknowledge()


if __name__ == "__main__":
    main(*sys.argv[1:])
