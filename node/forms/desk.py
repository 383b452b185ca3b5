"""Which records a form may take words from: each sealed one is asked for with a purpose and listed.

What this node may not read is counted and nothing else. Makes no page.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass

from crdt.entry import RecordId
from crdt.kinds.language import Kind
from crdt.view import View, view
from node.ledgers import Ledger
from node.sealerrors import GrantEnded, NotGranted, PurposeNeeded, RecordErased
from node.service import Service


@dataclass(frozen=True, slots=True)
class Asked:
    """Who prints and what for. `purpose`: as typed, "" what was said today of the same case."""

    purpose: str
    post: str
    action: str = "print"


class Desk:
    """One piece of work: opens records, each look listed once and before anything of it is given."""

    def __init__(self, service: Service, ledger: Ledger, asked: Asked) -> None:
        self.service = service
        self.ledger = ledger
        self.asked = asked
        self._opened: dict[RecordId, View] = {}

    def open(self, record: RecordId) -> View:
        """Raises NotFound, NotGranted, GrantEnded, RecordErased, PurposeNeeded, BadValue."""
        if (found := self._opened.get(record)) is None:
            held = self.service.record(self.ledger, record)
            if self.service.seals.is_sealed(self.ledger, record):
                self._look(record)
            found = self._opened[record] = view(held)
        return found

    def _look(self, record: RecordId) -> None:
        looks, asked = self.service.looks, self.asked
        named = asked.purpose or looks.purpose_today(self.ledger, record)
        if not named:
            raise PurposeNeeded
        looks.add(self.ledger, record, asked.action, named, asked.post)

    def case_of(self, record: RecordId) -> RecordId | None:
        """What a sealed record belongs to."""
        if not self.service.seals.is_sealed(self.ledger, record):
            return None
        return self.service.seals.sealing(self.ledger, record).about

    def belonging(self, case: RecordId, kind: Kind) -> tuple[list[RecordId], int]:
        """Records of a kind that belong to a case and may be read here; how many of any kind may not."""
        found, closed = list[RecordId](), 0
        for record in self.service.ground.seals.about(self.ledger.n, case):
            if self.service.seals.is_erased(self.ledger, record):
                continue
            with contextlib.suppress(RecordErased):
                try:
                    held = self.service.record(self.ledger, record)
                except (NotGranted, GrantEnded):
                    closed += 1
                    continue
                if held.shared.kind == kind.name:
                    found.append(record)
        return found, closed

    def closed(self, case: RecordId) -> int:
        """How many records that belong to a case may not be read here."""
        standing = (
            record
            for record in self.service.ground.seals.about(self.ledger.n, case)
            if not self.service.seals.is_erased(self.ledger, record)
        )
        readers = self.service.seals.readers
        return sum(self.ledger.me not in readers(self.ledger, record) for record in standing)
