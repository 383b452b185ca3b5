"""Perform demo acts on the townships' own stores, as clerks would through the command line. No sockets.

What is done at one moment about different records is written in one go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from crdt.entry import RecordId
from crdt.kinds import kind_named
from node import holidays
from node.chair import accept, quarter_named
from node.deadlines import Deadlines, agreed_limits
from node.demo.model import Act, AddItem, Change, Confirm, New, Review, Serve
from node.review import count, write
from node.service import Service
from node.writing import Draft

_COUNTED = "从登记的内容算出"
Bring = Callable[[str], None]
"""bring(code): return once this township holds what all the others wrote."""


class Clerks:
    """One clerk per township code, and the map from a demo `ref` to the record it became."""

    def __init__(
        self,
        services: Mapping[str, Service],
        bring: Bring,
        at: Callable[[str], None] = lambda _: None,
    ) -> None:
        """`at` is told what the office clock says before anything is done then."""
        self._services = services
        self._bring = bring
        self._set_clock = at
        self._now = ""
        self._drafts: dict[str, list[tuple[Act, Draft]]] = {code: [] for code in services}
        self._touched: set[str] = set()
        self._written = 0
        self._last: dict[str, tuple[str, int]] = {}
        """Of each record who wrote last, and how much was written by then."""
        self._brought = dict.fromkeys(services, 0)
        """Of each township how much was written when it held everything."""
        self.records: dict[str, RecordId] = {}

    def perform(self, acts: Iterable[Act]) -> Iterator[Act]:
        """Perform acts in order; each is given back when done. Raises MulinError where a rule refuses."""
        for act in acts:
            if act.at != self._now or not self._touched.isdisjoint(_names(act)):
                yield from self._write()
            if act.at != self._now:
                self._now = act.at
                self._set_clock(act.at)
            if not getattr(act, "unaware", False):
                self._reach(act.by, act.ref)
            if isinstance(act, Confirm | Serve | Review):
                yield from self._write()
                self._say(act)
                yield act
            else:
                self._drafts[act.by].append((act, self._draft(act)))
                self._touched.add(act.ref)
        yield from self._write()

    def _say(self, act: Confirm | Serve | Review) -> None:
        service = self._services[act.by]
        ledger = service.ledgers.choose(None)
        if isinstance(act, Serve):
            accept(service, ledger, quarter_named(act.quarter))
            return
        if isinstance(act, Confirm):
            service.confirm(ledger, self.records[act.ref], act.post)
        else:
            self._bring(act.by)
            limits = Deadlines(holidays.shipped(), agreed_limits(service.ground.db, ledger))
            found = count(service, ledger, act.week, service.ground.clock_ms(), limits)
            self.records[act.ref] = write(service, ledger, found, act.post, _COUNTED)
        self._done(act)

    def _draft(self, act: New | Change | AddItem) -> Draft:
        service = self._services[act.by]
        ledger, fields = service.ledgers.choose(None), self._refs(act.by, act.fields)
        if isinstance(act, New):
            return service.draft(ledger, kind_named(act.kind), fields, act.post, "")
        record = self.records[act.ref]
        if isinstance(act, Change):
            return service.draft(ledger, record, fields, act.post, act.reason)
        return service.draft_item(ledger, record, act.collection, fields, (act.post, act.reason))

    def _write(self) -> Iterator[Act]:
        for code, listed in self._drafts.items():
            if not listed:
                continue
            service = self._services[code]
            ledger = service.ledgers.choose(None)
            written = service.write_drafts(ledger, [draft for _, draft in listed])
            for (act, _), entry in zip(listed, written, strict=True):
                assert entry.record is not None, "acts are about records"
                self.records[act.ref] = entry.record
                self._done(act)
                yield act
            listed.clear()
        self._touched.clear()

    def _done(self, act: Act) -> None:
        self._written += 1
        self._last[act.ref] = (act.by, self._written)

    def _reach(self, by: str, ref: str) -> None:
        """What has been said of a record arrives at who goes on with it, or names it."""
        writer, written = self._last.get(ref, (by, 0))
        if writer != by and written > self._brought[by]:
            self._bring(by)
            self._brought[by] = self._written

    def _refs(self, by: str, fields: Mapping[str, str]) -> dict[str, str]:
        """Demo refs of other records become their ids, which must have arrived at the writer."""
        found: dict[str, str] = {}
        for name, text in fields.items():
            if text in self.records:
                self._reach(by, text)
                found[name] = self.records[text].hex()
            else:
                found[name] = text
        return found


def _names(act: Act) -> set[str]:
    """Records that an act may be about or name."""
    said = () if isinstance(act, Confirm | Serve | Review) else act.fields.values()
    return {act.ref, *said}
