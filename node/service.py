"""Every use case of a node, for every face: what may be done with ledgers and records.

The same object stands behind the command line, the driver and the simulator. Writing goes through
`Writing`, arriving through `Ingest`; reading is in `node.reading`. Knows no terminal and no socket.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from crdt.conflicts import Conflict, Way
from crdt.entry import Entry, EntryId, RecordId
from crdt.kinds import kind_named
from crdt.kinds.language import Field, Kind
from crdt.kinds.types import Scalar
from crdt.operations import Create, Keep, Operation, Set
from crdt.record import Record
from crdt.view import view
from keys.card import Card, Delegation
from keys.identity import DeviceId, TownshipId
from node.agreederrors import ConfirmAgain, DecideAgain
from node.agreeing import Agreeing, confirmation
from node.assign import Reader, citing_kept, collection_named, item_part, said_of_itself
from node.dayreading import DayReading
from node.deciding import again, settling_void, taken, void_or_alive
from node.epochs import Epochs
from node.erasing import Erasing
from node.errors import (
    CannotSettleHere,
    NotFound,
    ReasonNeeded,
)
from node.finding import Finding
from node.granting import Granting
from node.ground import Ground
from node.ingest import Ingest
from node.keeping import is_over, keep_until
from node.ledgers import Ledger, Ledgers
from node.looks import Looks
from node.officeclock import when
from node.openness import Openness
from node.ownkeys import OwnKeys
from node.records import Records
from node.replica import StoreReplica
from node.saving import Saving
from node.store.tables import JUDGE_ANEW, RULES_KNOWN
from node.writing import Draft, Opening, Writing


class Service(Finding):
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
        self.days = DayReading(self.seals.today)
        self.seals.is_over = lambda ledger, record: is_over(self, ledger, record)
        self.looks = Looks(ground, self.seals, self.records.deeds, self.writing)
        self.openness = Openness(ground, self.records)
        self.saving = Saving(self.records, self.openness)
        self.writing.look = self.openness.check_said
        self.ledgers.on_turn = self.records.follow
        self.ledgers.on_order = self.records.follow_orders
        self.ledgers.on_adopted = self.records.adopted
        self.ledgers.on_news = lambda _: self.records.forget()
        self._notice_version()

    def _notice_version(self) -> None:
        """An earlier version of the program wrote here last."""
        known, book = self.ground.schema, self.ground.book
        found, anew = book.setting(RULES_KNOWN), book.setting(JUDGE_ANEW)
        if found == str(known) and not anew:
            return
        with self.ground.db.transaction():
            for ledger in self.ledgers.all() if found is not None else ():
                if anew:
                    self.records.judge_anew(ledger)
                else:
                    self.records.judge_by_newer_rules(ledger, self.ground.clock_ms())
            book.set_setting(RULES_KNOWN, str(known))
            book.set_setting(JUDGE_ANEW, "")

    def settle_ledger(self, ledger: Ledger, met: DeviceId | None = None) -> bool:
        """Do what follows for us from what is signed: acknowledge, pass keys on; whether anything was said.

        `met`: a device that is here and may lack keys. Raises Busy, DiskTrouble.
        """
        settled = self.epochs.settle(ledger, met)
        return bool(self.granting.pass_on(ledger)) or settled

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
        operations = self._creation(ledger, kind, typed, post)
        entry = self._write(ledger, None, operations, post, reason, opening=opening)
        assert entry.record is not None, "a creating entry names a record"
        return entry.record

    def _creation(
        self, ledger: Ledger, kind: Kind, typed: Mapping[str, str], post: str
    ) -> list[Operation]:
        who = f"{ledger.members.name_of(ledger.me)} {post}".strip()
        known = self.epochs.known_by_all(ledger)
        said = said_of_itself(kind, when(self.ground.clock_ms()), who, known)
        return [Create(kind.name), *self._reader(ledger).creation(kind, said | dict(typed))]

    def try_value(self, ledger: Ledger, declared: Field, text: str) -> None:
        """Whether a text can be taken in a field. Raises BadValue."""
        self._reader(ledger).value(declared.type, text, declared.label)

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
        if kind.machine is None:
            raise NotFound(what=f"{kind.label[0]} state")
        self._need(reason)
        beside = self._beside(ledger, held, kind.machine, state)
        return self.change(ledger, record, {kind.machine.name: state} | beside, post, reason)

    def _beside(self, ledger: Ledger, held: Record, machine: Field, state: str) -> dict[str, str]:
        """What is stated beside a move: its day, how long the record is kept, who takes it over."""
        kind = kind_named(held.shared.kind)
        code = str(self._reader(ledger).value(machine.type, state, machine.label))
        days, today = ledger.chain.epoch.rules.retention_days, self.seals.today()
        facts, said = held.facts(), view(held).registers
        known = max(self.epochs.known_by_all(ledger), kind.first_schema)
        entered = [f.name for f in kind.fields if f.entered == code and f.since <= known]
        open_ = {name: today for name in entered if not facts.candidates(name).ids}
        kept = keep_until(kind, said, code, today, days)
        return open_ | kept | taken(kind, code, ledger.me)

    def draft(
        self,
        ledger: Ledger,
        about: RecordId | Kind,
        typed: Mapping[str, str],
        post: str,
        reason: str,
    ) -> Draft:
        """What `change` would say of an open record, or `create` of a new one of a kind: looked at as if it
        were written, and not written. Raises RuleBroken, MulinError."""
        if isinstance(about, Kind):
            draft = Draft(None, self._creation(ledger, about, typed, post), (post, reason))
        else:
            held = self.record(ledger, about)
            moved = [f for f in kind_named(held.shared.kind).fields if f.states and f.name in typed]
            for machine in moved:
                self._need(reason)
                typed = self._beside(ledger, held, machine, typed[machine.name]) | dict(typed)
            kind = kind_named(held.shared.kind)
            operations = self._reader(ledger).changes(kind, typed, held)
            if any(isinstance(o, Set) and o.cites for o in operations):
                self._need(reason)
            draft = Draft(about, operations, (post, reason), held.heads())
        return self._tried(ledger, draft)

    def draft_item(
        self,
        ledger: Ledger,
        record: RecordId,
        collection: str,
        typed: Mapping[str, str],
        words: tuple[str, str],
    ) -> Draft:
        """What `add_item` would say, looked at likewise. `words`: post and reason. Raises RuleBroken,
        MulinError."""
        held = self.record(ledger, record)
        add = self._reader(ledger).item(kind_named(held.shared.kind), collection, typed)
        return self._tried(ledger, Draft(record, [add], words, held.heads()))

    def _tried(self, ledger: Ledger, draft: Draft) -> Draft:
        words = self.saving.check(ledger, draft.record, draft.operations, draft.words, None)
        draft = replace(draft, words=words)
        self.writing.try_out(ledger, draft)
        return draft

    def write_drafts(self, ledger: Ledger, drafts: Sequence[Draft]) -> list[Entry]:
        """All of them or none. Raises RuleBroken, MovedMeanwhile."""
        made = self.writing.write_all(ledger, drafts)
        self.looks.seal_daily(ledger)
        return made

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
        """Raises ConfirmAgain, DecideAgain where no word about it settles it."""
        about = {"kind": conflict.kind, "id": conflict.record.hex()[:8]}
        if conflict.way is Way.CONFIRM:
            raise ConfirmAgain(**about)
        if conflict.way is Way.DECIDE:
            raise DecideAgain(**about, state=again(conflict.kind))

    def settle(
        self, ledger: Ledger, conflict: Conflict, value: Scalar, post: str, reason: str
    ) -> Entry:
        """Settle by stating one value, citing exactly what stands there. Raises RuleBroken."""
        self.check_settles(conflict)
        self._need(reason)
        if conflict.way is Way.VOID:
            held = self.record(ledger, conflict.record)
            *before, last = settling_void(held, ledger.me, ledger.members.name_of, value)
            for operation in before:
                self._write(ledger, held.id, [operation], post, reason)
            return self._write(ledger, held.id, [last], post, reason)
        cites = tuple(c.entry for c in conflict.candidates)
        said = Set(conflict.key, value, cites)
        return self._write(ledger, conflict.record, [said], post, reason)

    def keep_both(self, ledger: Ledger, conflict: Conflict, post: str, reason: str) -> Entry:
        """Settle by keeping every candidate on purpose. Raises RuleBroken."""
        self.check_settles(conflict)
        if conflict.way is Way.VOID:
            raise void_or_alive(conflict.kind)
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

    def _reader(self, ledger: Ledger) -> Reader:
        return Reader(
            ledger.members,
            ledger.me,
            lambda text, kind: self.find_record(ledger, text, kind or None),
            self.days.read,
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
        words = (post, reason)
        post, reason = self.saving.check(ledger, record, operations, words, opening)
        writing = self.writing
        made = writing.write(
            ledger, record, operations, post, reason, seen, opening=opening, once=once
        )
        self.looks.seal_daily(ledger)
        return made

    def _need(self, reason: str) -> None:
        if not reason.strip():
            raise ReasonNeeded
