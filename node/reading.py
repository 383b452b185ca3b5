"""The JSON shapes that every face prints and others build on; node/DESIGN.md documents them. Read only.

Values stand as they are kept (codes, money in fen, days as text); townships by name, with ids beside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from crdt.applied import Applied
from crdt.conflicts import Conflict
from crdt.entry import EntryId, RecordId
from crdt.kinds import kind_named
from crdt.operations import split_key
from crdt.record import Record
from crdt.verdicts import NEWER, EntryState
from crdt.view import view
from keys.identity import did_key
from node.agreedshapes import agreed_shape, show_said
from node.clashes import Told
from node.decidedshapes import decided_shape
from node.ledgers import Ledger
from node.officeclock import moment
from node.operationshapes import Operations
from node.rows import show, title_of
from node.service import Service
from node.shapes import fields_of, plain
from node.standing import Standing
from node.store.model import TABLED, RecordRow
from node.usual import unusual_shape

Json = dict[str, Any]
_SKEW_MS = 10 * 60 * 1000
"""So far clocks of offices may be apart without a remark."""


class Reading(Standing):
    """Questions to one node, about its records too."""

    def __init__(self, service: Service, lang: str = "zh") -> None:
        """`lang`: for titles and `shown`; everything else is the same in every language."""
        super().__init__(service)
        self._lang = lang

    # --- records -----------------------------------------------------------------------------

    def record(self, ledger: Ledger, record_id: RecordId) -> Json:
        """`case show`: id, kind, home, title, fields, conflicts, delivered, waiting."""
        record = self._service.record(ledger, record_id)
        seen, newer = view(record), sum(v.reason == NEWER for v in record.verdicts.values())
        return {
            "id": record_id.hex(),
            "kind": seen.kind.name,
            "home": ledger.members.name_of(seen.home),
            "home_id": did_key(seen.home),
            "title": title_of(seen, self._lang),
            "fields": fields_of(ledger, seen),
            **agreed_shape(ledger, self._service.agreeing, record),
            "unusual": unusual_shape(record, seen),
            **decided_shape(ledger, record),
            **Told(self._service, self, ledger).about(seen),
            "conflicts": [self.conflict(ledger, c) for c in seen.conflicts],
            "kept": [self.conflict(ledger, c) for c in self._service.kept(record)],
            "delivered": self.delivered(ledger, record_id),
            "behind": self._service.epochs.behind(ledger, record),
            "entries": len(record.applied),
            "waiting": len(record.missing()) - newer,
            "newer": newer,
            "void": sum(v.state == EntryState.VOID for v in record.verdicts.values()),
            "sealed": self._belonging(ledger, record_id),
        }

    def _belonging(self, ledger: Ledger, record: RecordId) -> list[Json]:
        """What is sealed of a record: that it is there, and whether it may be read here."""
        seals, found = self._service.seals, list[Json]()
        for one in self._ground.seals.about(ledger.n, record):
            if not seals.is_erased(ledger, one):
                may = ledger.me in seals.readers(ledger, one)
                listed = self._ground.model.named([one]) if may else []
                kind = listed[0].kind if listed else None
                found.append({"id": one.hex(), "kind": kind, "readable": may})
        return found

    def delivered(self, ledger: Ledger, record: RecordId) -> dict[str, bool]:
        """Per township whether it has said that it holds every entry of the record that is here."""
        needed = self._ground.db.rows(
            "SELECT logs.device, entries.log, max(entries.seq) FROM entries "
            "JOIN logs ON logs.n=entries.log WHERE record=? AND logs.ledger=? GROUP BY entries.log",
            record,
            ledger.n,
        )
        held = self._ground.book.held(ledger.n)
        found: dict[str, bool] = {}
        for township in ledger.members.cards:
            own = set(ledger.members.devices_of(township))
            claims = [held.get(d, {}) for d in own]
            found[ledger.members.name_of(township)] = township == ledger.me or all(
                device in own or any(c.get(log, -1) >= seq for c in claims)
                for device, log, seq in needed
            )
        return found

    def records(self, ledger: Ledger, kind: str | None) -> list[Json]:
        """`case list`: newest first, with the read-model row of each."""
        return self.lines(ledger, self._ground.model.records(ledger.n, kind))

    def newest(
        self, ledger: Ledger, kind: str | None, limit: int | None, on: str = ""
    ) -> tuple[list[Json], int, int]:
        """The first lines of `records`; how many there are in all; and how many more there would be without
        `on`, a day on which they are valid."""
        model = self._ground.model
        lines = self.lines(ledger, model.records(ledger.n, kind, limit, on=on))
        there_are = model.count(ledger.n, kind, on=on)
        return lines, there_are, model.count(ledger.n, kind) - there_are if on else 0

    def find(self, ledger: Ledger, text: str, limit: int) -> list[Json]:
        ids = self._ground.model.search(ledger.n, text, limit)
        rows = {r.id: r for r in self._ground.model.named(ids)}
        return self._lines(ledger, ids, rows)

    def lines(self, ledger: Ledger, rows: Sequence[RecordRow]) -> list[Json]:
        """Lines of a list; of what is sealed without a title."""
        return self._lines(ledger, [row.id for row in rows], {row.id: row for row in rows})

    def _lines(
        self, ledger: Ledger, ids: list[RecordId], rows: Mapping[RecordId, RecordRow]
    ) -> list[Json]:
        cells: dict[str, Json] = {}
        for kind in {rows[i].kind for i in ids}:
            named = [i for i in ids if rows[i].kind == kind]
            if kind in TABLED:
                cells |= self._ground.model.rows_of(kind_named(kind), named)
        return [
            {
                "id": i.hex(),
                "kind": rows[i].kind,
                "home": ledger.members.name_of(rows[i].home),
                "title": self._title(rows[i], cells.get(i.hex(), {})),
                "updated": moment(rows[i].updated_ms),
                "conflicts": rows[i].open,
                "row": cells.get(i.hex(), {}),
            }
            for i in ids
        ]

    def _title(self, row: RecordRow, cells: Json) -> str:
        """The stored title is Chinese; another language makes it from the same cells."""
        if self._lang == "zh":
            return row.title
        kind = kind_named(row.kind)
        parts = [(kind.by_name[name].type, cells.get(name)) for name in kind.title]
        return " · ".join(of.show(cell, self._lang) or "?" for of, cell in parts)

    # --- conflicts ---------------------------------------------------------------------------

    def conflicts(self, ledger: Ledger) -> list[Json]:
        return [self.conflict(ledger, c) for c in self._service.open_conflicts(ledger)]

    def conflict(self, ledger: Ledger, conflict: Conflict) -> Json:
        record = self._service.record(ledger, conflict.record)
        of, label = self._service.type_at(conflict.kind, conflict.key)
        return {
            "id": conflict.id.hex(),
            "record": conflict.record.hex(),
            "kind": conflict.kind,
            "field": conflict.key,
            "label": {"zh": label[0], "en": label[1]},
            "title": title_of(view(record), self._lang),
            "severity": str(conflict.severity),
            "confirm": conflict.asks_to_confirm,
            "how": str(conflict.way),
            "advice": _advice(conflict),
            "before": plain(of, conflict.before, ledger),
            "before_shown": show(of, conflict.before, self._lang, ledger),
            "candidates": [
                {
                    "value": plain(of, c.value, ledger),
                    "shown": show_said(conflict, c.value, of, self._lang, ledger),
                    **self._statement(ledger, record, c.entry),
                }
                for c in conflict.candidates
            ],
        }

    def _statement(self, ledger: Ledger, record: Record, entry: EntryId) -> Json:
        applied = record.applied[record.shared.writers.number[entry]]
        return {
            "township": ledger.members.name_of(applied.township),
            "township_id": did_key(applied.township),
            "post": applied.content.post,
            "reason": applied.content.reason,
            "entry": entry.hex(),
            "claimed": moment(applied.entry.header.claimed_ms),
            "first_seen": moment(self._ground.log.first_seen(entry)),
        }

    # --- history -----------------------------------------------------------------------------

    def history(self, ledger: Ledger, record_id: RecordId) -> list[Json]:
        """Who said what, causes first; void and waiting entries at the end, with the reason."""
        record = self._service.record(ledger, record_id)
        found = [self._history_line(ledger, record, a) for a in record.order()]
        for entry_id, verdict in sorted(record.verdicts.items()):
            if verdict.state != EntryState.APPLIED:
                entry = self._ground.log.entry(entry_id)
                assert entry is not None, "a judged entry is stored"
                township = ledger.members.township_of(entry.header.device)
                found.append(
                    {
                        "entry": entry_id.hex(),
                        "state": verdict.state.name.lower(),
                        "reason_code": verdict.reason,
                        "township": ledger.members.name_of(township),
                        "claimed": moment(entry.header.claimed_ms),
                        "first_seen": moment(self._ground.log.first_seen(entry_id)),
                        "parents": [p.hex() for p in entry.header.parents],
                        "operations": [],
                    }
                )
        return found

    def _history_line(self, ledger: Ledger, record: Record, applied: Applied) -> Json:
        entry = applied.entry
        causes = [record.applied[record.shared.writers.number[p]] for p in entry.header.parents]
        operations = Operations(self._service, ledger, record.shared.kind, self._lang)
        early_ms = max((c.entry.header.claimed_ms for c in causes), default=0) - _SKEW_MS
        return {
            "state": "applied",
            **self._statement(ledger, record, entry.id),
            "before_its_cause": entry.header.claimed_ms < early_ms,
            "seq": entry.header.seq,
            "record": record.id.hex(),
            "parents": [p.hex() for p in entry.header.parents],
            "change": record.change_of(entry.id).hex(),
            "operations": [operations(o) for o in applied.operations],
        }

    def log(self, ledger: Ledger, limit: int) -> list[Json]:
        """The newest entries of the ledger in the order they came here."""
        rows = self._ground.db.rows(
            "SELECT entries.state, entries.reason, entries.first_seen_ms FROM entries "
            "CROSS JOIN logs ON logs.n=entries.log WHERE logs.ledger=? ORDER BY entries.n DESC LIMIT ?",
            ledger.n,
            limit,
        )
        entries = self._ground.log.newest(ledger.n, limit)
        return [
            {
                "entry": entry.id.hex(),
                "township": ledger.members.name_of(ledger.members.township_of(entry.header.device)),
                "seq": entry.header.seq,
                "record": None if entry.record is None else entry.record.hex(),
                "state": EntryState(state).name.lower(),
                "reason_code": reason,
                "reason": self._service.records.deeds.reason(ledger, entry),
                "first_seen": moment(first_seen_ms),
                "claimed": moment(entry.header.claimed_ms),
                "parents": [p.hex() for p in entry.header.parents],
            }
            for entry, (state, reason, first_seen_ms) in zip(entries, rows, strict=False)
        ]


def _advice(conflict: Conflict) -> Json | None:
    """What is usual where statements about this field differ."""
    advice = kind_named(conflict.kind).by_name[split_key(conflict.key)[0]].advice
    return None if advice is None else {"zh": advice[0], "en": advice[1]}
