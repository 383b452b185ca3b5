"""Perform demo acts on the townships' own stores, as clerks would through the command line. No sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from crdt.entry import RecordId
from node.demo.model import Act, AddItem, Change, New
from node.service import Service

Bring = Callable[[str, str, RecordId], None]
"""bring(from_code, to_code, record): return once the second township holds what the first does."""


class Clerks:
    """One clerk per township code, and the map from a demo `ref` to the record it became."""

    def __init__(self, services: Mapping[str, Service], bring: Bring) -> None:
        self._services = services
        self._bring = bring
        self._last: dict[str, str] = {}
        self.records: dict[str, RecordId] = {}

    def perform(self, acts: Iterable[Act]) -> Iterator[Act]:
        """Perform acts in order, one a step. Raises MulinError if a rule refuses one."""
        for act in acts:
            before = self._last.get(act.ref)
            if before is not None and before != act.by:
                self._bring(before, act.by, self.records[act.ref])
            self._one(act)
            self._last[act.ref] = act.by
            yield act

    def _one(self, act: Act) -> None:
        service = self._services[act.by]
        ledger = service.ledgers.choose(None)
        match act:
            case New(ref, _, kind, fields, post):
                self.records[ref] = service.create(ledger, kind, self._refs(act.by, fields), post)
            case Change(ref, _, fields, post, reason):
                record = self.records[ref]
                service.change(ledger, record, self._refs(act.by, fields), post, reason)
            case AddItem(ref, _, collection, fields, post, reason):
                record = self.records[ref]
                service.add_item(ledger, record, collection, fields, post, reason)

    def _refs(self, by: str, fields: Mapping[str, str]) -> dict[str, str]:
        """Demo refs of other records become their ids, which must have arrived at the writer."""
        found: dict[str, str] = {}
        for name, text in fields.items():
            if text in self.records:
                before = self._last[text]
                if before != by:
                    self._bring(before, by, self.records[text])
                found[name] = self.records[text].hex()
            else:
                found[name] = text
        return found
