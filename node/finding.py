"""Finding records, conflicts and items by what a person types, and what may be read. Changes nothing."""

from __future__ import annotations

import contextlib

from crdt.conflicts import (
    Candidate,
    Conflict,
    conflict_at,
    conflict_id,
    conflicts,
    declared_field,
)
from crdt.entry import EntryId, RecordId
from crdt.errors import NotInConflict, Stale
from crdt.kinds import kind_named
from crdt.kinds.types import FieldType, Flag, Items, Slot
from crdt.operations import REMOVED, split_key
from crdt.record import Record
from keys.errors import Text
from keys.identity import TownshipId
from node.errors import Ambiguous, ByNewerProgram, CannotRebuild, NotFound, WrongKind
from node.folding import fold
from node.ground import Ground
from node.ledgers import Ledger
from node.records import Records
from node.sealerrors import GrantEnded, NotGranted, RecordErased
from node.seals import Seals
from node.store.pages import Pages

_PREFIX_MIN = 4
_PREFIX_MAX = 32
_HEX = frozenset("0123456789abcdef")
_FLAG = Flag()


def is_prefix(text: str) -> bool:
    """Whether a text may be the beginning of an id."""
    return _PREFIX_MIN <= len(text) <= _PREFIX_MAX and _HEX.issuperset(text)


def short_item(name: str) -> str:
    """An item's name as people type it: the beginning, and its place in the entry that made it."""
    actor, _, index = name.partition(".")
    return f"{actor[:8]}.{index}"


class Finding:
    """Questions to one township's node."""

    ground: Ground
    records: Records
    seals: Seals

    def record(self, ledger: Ledger, record: RecordId) -> Record:
        """A record that has begun, and that this township may read. Raises NotFound, NotGranted,
        GrantEnded, RecordErased."""
        if self.seals.is_sealed(ledger, record):
            self.seals.check_stands(ledger, record)
            self.seals.check_reader(ledger, record)
        found = self.records.get(ledger, record)
        if found.home is None:
            raise NotFound(what=record.hex()[:12])
        return found

    def find_record(self, ledger: Ledger, text: str, kind: str | None = None) -> RecordId:
        """A record by an unambiguous prefix of its id, or by its words where its kind is picked by them.

        Raises NotFound, Ambiguous, WrongKind, ByNewerProgram."""
        prefix = text.strip().lower()
        called = self._called(ledger, text, kind)
        if len(called) == 1:
            return called[0]
        if called:
            raise Ambiguous(what=text[:40], choices="、".join(r.hex()[:12] for r in called[:5]))
        if not is_prefix(prefix):
            raise NotFound(what=text[:40])
        found = self.ground.model.with_prefix(ledger.n, prefix)
        if not found and (sealed := self.ground.seals.with_prefix(ledger.n, prefix)):
            self.seals.check_stands(ledger, sealed[0])
            self.seals.check_reader(ledger, sealed[0])
        fitting = [f for f in found if kind in (None, "", f[1])]
        newer = self.ground.log.waiting_for_rules(ledger.n) if not found else []
        if any(record.hex().startswith(prefix) for record in newer):
            raise ByNewerProgram
        if not found:
            raise NotFound(what=text[:40])
        if not fitting:
            kinds = kind_named(str(kind)).label, kind_named(found[0][1]).label
            raise WrongKind(id=prefix[:12], wanted=kinds[0], found=kinds[1])
        if len(fitting) > 1:
            raise Ambiguous(what=prefix, choices="、".join(f[0].hex()[:12] for f in fitting[:5]))
        return fitting[0][0]

    def _called(self, ledger: Ledger, text: str, kind: str | None) -> list[RecordId]:
        """Those that say this in the field by which records of the kind are picked."""
        by = kind_named(kind).picked_by if kind else ""
        if not by:
            return []
        rows, asked = Pages(self.ground.db).rows(ledger.n, kind_named(str(kind)), (by,)), fold(text)
        return [record for record, cells in rows if fold(str(cells[by] or "")) == asked.strip()]

    def find_conflict(self, ledger: Ledger, text: str) -> Conflict:
        """An open conflict by a prefix of its id. Raises NotFound, Ambiguous, NotInConflict, Stale."""
        prefix = text.strip().lower()
        if not is_prefix(prefix):
            raise NotFound(what=text[:40])
        found = self.ground.model.conflicts(ledger.n, prefix)
        if not found:
            raise NotFound(what=text[:40])
        if len(found) > 1:
            raise Ambiguous(what=prefix, choices="、".join(c.id.hex()[:12] for c in found[:5]))
        row = found[0]
        now = conflict_at(self.record(ledger, row.record), row.key)
        if now is None:
            raise NotInConflict(field=kind_named(row.kind).label)
        if now.id != row.id:  # it grew since it was listed: nobody settles what was not shown
            raise Stale(field=declared_field(self.record(ledger, row.record), row.key).label)
        return now

    def open_conflicts(self, ledger: Ledger) -> list[Conflict]:
        """Every open conflict, oldest here first; a record that cannot be read hides no other's."""
        found: list[Conflict] = []
        seen: set[RecordId] = set()
        for row in self.ground.model.conflicts(ledger.n):
            if row.record not in seen:
                seen.add(row.record)
                with contextlib.suppress(CannotRebuild, NotGranted, GrantEnded, RecordErased):
                    found += conflicts(self.record(ledger, row.record))
        return found

    def kept(self, record: Record) -> list[Conflict]:
        """What was settled by keeping every candidate, and still stands so."""
        facts, found = record.facts(), []
        for key in sorted(record.shared.keeps):
            standing = facts.candidates(key)
            if standing.differ and facts.kept(key, standing.ids):
                candidates = tuple(map(Candidate, standing.ids, standing.values))
                of = declared_field(record, key)
                name = conflict_id(record.id, key, standing.ids)
                found.append(
                    Conflict(
                        name, record.id, record.shared.kind, key, of.severity, candidates, None
                    )
                )
        return found

    def author_of(self, record: Record, entry: EntryId) -> TownshipId:
        """The township whose device wrote an applied entry."""
        number = record.shared.writers.number[entry]
        return record.applied[number].township

    def type_at(self, kind_name: str, key: str) -> tuple[FieldType, Text]:
        """The field type that a key holds, with its label."""
        name, member, part = split_key(key)
        declared = kind_named(kind_name).by_name[name]
        of = declared.type
        if part == REMOVED:
            return _FLAG, declared.label
        if part is not None and isinstance(of, Items):
            return of.type_of(part) or of, declared.label
        if member is not None and isinstance(of, Slot):
            return of.of, declared.label
        return (_FLAG, declared.label) if member is not None else (of, declared.label)

    def _item_named(self, record: Record, collection: str, text: str) -> str:
        """An item by the beginning of its name; items of one entry differ in what follows the dot."""
        actor, dot, index = text.strip().lower().partition(".")
        listed = [i for c, i in record.shared.items if c == collection]
        found = [
            i
            for i in listed
            if is_prefix(actor)
            and i.startswith(actor)
            and (not dot or i.partition(".")[2] == index)
        ]
        if not found:
            raise NotFound(what=text[:40])
        if len(found) > 1:
            raise Ambiguous(what=text[:40], choices="、".join(short_item(i) for i in found[:5]))
        return found[0]
