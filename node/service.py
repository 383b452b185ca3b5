"""Every use case of a node, for every face: what may be done with ledgers and records.

The same object stands behind the command line, the driver and the simulator. Writing goes through
`Writing`, arriving through `Ingest`; reading is in `node.reading`. Knows no terminal and no socket.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence

from crdt.conflicts import (
    Candidate,
    Conflict,
    conflict_at,
    conflict_id,
    conflicts,
    declared_field,
)
from crdt.entry import Entry, EntryId, RecordId
from crdt.errors import NotInConflict, Stale
from crdt.kinds import kind_named
from crdt.kinds.types import FieldType, Flag, Items, Scalar, Slot, State
from crdt.operations import REMOVED, Create, Keep, Operation, Set, split_key
from crdt.record import Record
from keys.card import Card, Delegation
from keys.errors import Text
from keys.identity import TownshipId
from node.agreederrors import ConfirmAgain
from node.agreeing import Agreeing, confirmation
from node.assign import Reader, citing_kept, collection_named, item_part
from node.epochs import Epochs
from node.erasing import Erasing
from node.errors import (
    Ambiguous,
    CannotRebuild,
    CannotSettleHere,
    NewerDatabase,
    NotFound,
    ReasonNeeded,
    WrongKind,
)
from node.granting import Granting
from node.ground import Ground
from node.ingest import Ingest
from node.ledgers import Ledger, Ledgers
from node.ownkeys import OwnKeys
from node.records import Records
from node.replica import StoreReplica
from node.sealerrors import GrantEnded, NotGranted, RecordErased
from node.words import POST, REASON
from node.writing import Opening, Writing

_PREFIX_MIN = 4
_PREFIX_MAX = 32
_HEX = frozenset("0123456789abcdef")
_FLAG = Flag()


def _is_prefix(text: str) -> bool:
    return _PREFIX_MIN <= len(text) <= _PREFIX_MAX and _HEX.issuperset(text)


def short_item(name: str) -> str:
    """An item's name as people type it: the beginning, and its place in the entry that made it."""
    actor, _, index = name.partition(".")
    return f"{actor[:8]}.{index}"


class Service:
    """One township's node without its driver."""

    def __init__(self, ground: Ground, ledgers: Ledgers | None = None) -> None:
        """`ledgers`: where their keys come from elsewhere than from this device's wraps."""
        self.ground = ground
        self.township = TownshipId(ground.identity.township.public)
        self.device = ground.identity.device.id
        self.ledgers = ledgers or Ledgers(ground)
        self.records = Records(ground, self.ledgers)
        self.seals = self.records.seals
        self.writing = Writing(ground, self.ledgers, self.records)
        self.ingest = Ingest(ground, self.ledgers, self.records, self.writing)
        self.replica = StoreReplica(ground, self.ledgers)
        self.epochs = Epochs(ground, self.ledgers, self.writing)
        self.own_keys = OwnKeys(ground, self.ledgers, self.writing, self.epochs)
        self.granting = Granting(ground, self.writing, self.seals, self.epochs)
        self.agreeing = Agreeing(ground, self.ledgers, self.seals, self.own_keys)
        self.erasing = Erasing(ground, self.ledgers, self.writing, self.seals)
        self.ledgers.on_turn = self.records.follow
        self.ledgers.on_order = self.records.follow_orders
        self.ledgers.on_adopted = self.records.adopted
        self.ledgers.on_news = lambda _: self.records.forget()
        self._notice_version()

    def _notice_version(self) -> None:
        """Another version of the program wrote here last. Raises NewerDatabase and changes nothing then."""
        known, found = self.ground.schema, self.ground.book.setting("schema")
        if found == str(known):
            return
        if found is not None and int(found) > known:
            raise NewerDatabase(found=found, known=known)
        with self.ground.db.transaction():
            if found is not None:
                for ledger in self.ledgers.all():
                    self.records.judge_by_newer_rules(ledger, self.ground.clock_ms())
            self.ground.book.set_setting("schema", str(known))

    def card(self) -> Card:
        """This node's card, made anew from its settings. Raises MulinError."""
        book, identity = self.ground.book, self.ground.identity
        delegation = Delegation.make(identity.township, identity.device)
        listen = book.setting("address") or ""
        addresses = (listen,) if listen else ()
        name, code = book.setting("name") or "", book.setting("code") or ""
        return Card.make(identity.township, name, code, (delegation,), addresses)

    # --- writing -----------------------------------------------------------------------------

    def create(
        self,
        ledger: Ledger,
        kind_name: str,
        typed: Mapping[str, str],
        post: str,
        reason: str = "",
        opening: Opening | None = None,
    ) -> RecordId:
        """A new record from typed fields; returns its id. Raises RuleBroken, MulinError.

        `opening`: of what is sealed, what it belongs to and who else may read it.
        """
        kind = kind_named(kind_name)
        if kind.sealed and opening is None:
            opening = Opening()
        operations = [Create(kind.name), *self._reader(ledger).creation(kind, typed)]
        entry = self._write(ledger, None, operations, post, reason, opening=opening)
        assert entry.record is not None, "a creating entry names a record"
        return entry.record

    def change(
        self,
        ledger: Ledger,
        record: RecordId,
        typed: Mapping[str, str],
        post: str,
        reason: str = "",
    ) -> Entry:
        """State typed fields of a record. Raises RuleBroken, MulinError."""
        held = self.record(ledger, record)
        seen = held.heads()
        operations = self._reader(ledger).changes(kind_named(held.shared.kind), typed, held)
        if any(isinstance(o, Set) and o.cites for o in operations):
            self._need(reason)
        return self._write(ledger, record, operations, post, reason, seen)

    def move(self, ledger: Ledger, record: RecordId, state: str, post: str, reason: str) -> Entry:
        """Move a record's state machine. Raises RuleBroken, ReasonNeeded."""
        held = self.record(ledger, record)
        kind = kind_named(held.shared.kind)
        name = next((f.name for f in kind.fields if isinstance(f.type, State)), None)
        if name is None:
            raise NotFound(what=f"{kind.label[0]} state")
        self._need(reason)
        return self.change(ledger, record, {name: state}, post, reason)

    def add_item(
        self,
        ledger: Ledger,
        record: RecordId,
        collection: str,
        typed: Mapping[str, str],
        post: str,
        reason: str = "",
    ) -> Entry:
        """Add an item to a collection. Raises RuleBroken."""
        held = self.record(ledger, record)
        add = self._reader(ledger).item(kind_named(held.shared.kind), collection, typed)
        return self._write(ledger, record, [add], post, reason)

    def edit_item(
        self,
        ledger: Ledger,
        record: RecordId,
        collection: str,
        item: str,
        typed: Mapping[str, str],
        post: str,
        reason: str = "",
    ) -> Entry:
        """State fields of an item, or withdraw it with {"removed": "yes"}. Raises RuleBroken."""
        held = self.record(ledger, record)
        declared = collection_named(kind_named(held.shared.kind), collection)
        name = self._item_named(held, declared.name, item)
        seen, operations = held.heads(), list[Operation]()
        facts, reader = held.facts(), self._reader(ledger)
        for typed_part, text in typed.items():
            part, label, of = item_part(declared, typed_part)
            value = reader.value(of, text, label)
            key = f"{declared.name}/{name}/{part}"
            operations.append(citing_kept(facts, Set(key, value)))
        if any(isinstance(o, Set) and o.cites for o in operations):
            self._need(reason)
        return self._write(ledger, record, operations, post, reason, seen)

    def confirm(self, ledger: Ledger, record: RecordId, post: str) -> Entry:
        """Confirm the text of a record for this township, under a key of its own. Raises RuleBroken,
        NotFinal, TextDisputed."""
        held = self.record(ledger, record)
        said = [confirmation(held, ledger.me)]
        return self._write(ledger, record, said, post, "", held.heads(), once=True)

    def check_settles(self, conflict: Conflict) -> None:
        """Raises ConfirmAgain where no word about it settles it."""
        if conflict.asks_to_confirm:
            raise ConfirmAgain(kind=conflict.kind, id=conflict.record.hex()[:8])

    def settle(
        self, ledger: Ledger, conflict: Conflict, value: Scalar, post: str, reason: str
    ) -> Entry:
        """Settle by stating one value, citing exactly what stands there. Raises RuleBroken."""
        self.check_settles(conflict)
        self._need(reason)
        cites = tuple(c.entry for c in conflict.candidates)
        operation = Set(conflict.key, value, cites)
        return self._write(ledger, conflict.record, [operation], post, reason)

    def keep_both(self, ledger: Ledger, conflict: Conflict, post: str, reason: str) -> Entry:
        """Settle by keeping every candidate on purpose. Raises RuleBroken."""
        self.check_settles(conflict)
        self._need(reason)
        cites = tuple(c.entry for c in conflict.candidates)
        operation = Keep(conflict.key, cites)
        return self._write(ledger, conflict.record, [operation], post, reason)

    def value_of_township(self, ledger: Ledger, conflict: Conflict, township: TownshipId) -> Scalar:
        """What a township says in a conflict. Raises CannotSettleHere."""
        held = self.record(ledger, conflict.record)
        said = {c.value for c in conflict.candidates if self.author_of(held, c.entry) == township}
        if len(said) != 1:
            raise CannotSettleHere(who=ledger.members.name_of(township))
        return said.pop()

    def typed_value(self, ledger: Ledger, conflict: Conflict, text: str) -> Scalar:
        """A third value as a clerk types it. Raises RuleBroken."""
        of, label = self.type_at(conflict.kind, conflict.key)
        return self._reader(ledger).value(of, text, label)

    def rebuild(self) -> None:
        """Compute tables, conflicts and search anew from the log, all or nothing. The log is not touched."""
        self.records.forget()
        with self.ground.db.transaction():
            self.ground.model.clear()
            for ledger in self.ledgers.all():
                for _ in self.records.rebuild(ledger, self.ground.clock_ms()):
                    pass

    # --- finding -----------------------------------------------------------------------------

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
        """A record by an unambiguous prefix of its id. Raises NotFound, Ambiguous, WrongKind."""
        prefix = text.strip().lower()
        if not _is_prefix(prefix):
            raise NotFound(what=text[:40])
        found = self.ground.model.with_prefix(ledger.n, prefix)
        if not found and (sealed := self.ground.seals.with_prefix(ledger.n, prefix)):
            self.seals.check_stands(ledger, sealed[0])
            self.seals.check_reader(ledger, sealed[0])
        fitting = [f for f in found if kind in (None, "", f[1])]
        if not found:
            raise NotFound(what=text[:40])
        if not fitting:
            kinds = kind_named(str(kind)).label, kind_named(found[0][1]).label
            raise WrongKind(id=prefix[:12], wanted=kinds[0], found=kinds[1])
        if len(fitting) > 1:
            raise Ambiguous(what=prefix, choices="、".join(f[0].hex()[:12] for f in fitting[:5]))
        return fitting[0][0]

    def find_conflict(self, ledger: Ledger, text: str) -> Conflict:
        """An open conflict by a prefix of its id. Raises NotFound, Ambiguous, NotInConflict, Stale."""
        prefix = text.strip().lower()
        if not _is_prefix(prefix):
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
            if _is_prefix(actor)
            and i.startswith(actor)
            and (not dot or i.partition(".")[2] == index)
        ]
        if not found:
            raise NotFound(what=text[:40])
        if len(found) > 1:
            raise Ambiguous(what=text[:40], choices="、".join(short_item(i) for i in found[:5]))
        return found[0]

    def _reader(self, ledger: Ledger) -> Reader:
        return Reader(
            ledger.members,
            ledger.me,
            lambda text, kind: self.find_record(ledger, text, kind or None),
        )

    def _write(
        self,
        ledger: Ledger,
        record: RecordId | None,
        operations: Sequence[Operation],
        post: str,
        reason: str,
        seen: tuple[EntryId, ...] | None = None,
        opening: Opening | None = None,
        *,
        once: bool = False,
    ) -> Entry:
        """`seen`: the heads that the operations were made on; what came since then was not seen."""
        post, reason = POST.words(post), REASON.words(reason)
        return self.writing.write(
            ledger, record, operations, post, reason, seen, opening=opening, once=once
        )

    def _need(self, reason: str) -> None:
        if not reason.strip():
            raise ReasonNeeded
