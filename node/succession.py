"""A successor ledger: where members are gone for good, the others go on in a new one that cites the old.

Nobody takes an old ledger over: it stays as it is, readable, as evidence. Its records come into the new one
as new records that say where they come from and who had made them; what was in dispute comes as a remark
and not as a value, and a state begins anew. Knows no socket and no terminal.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crdt.conflicts import Candidate
from crdt.deeds import Succeed
from crdt.entry import RecordId
from crdt.errors import RuleBroken
from crdt.kinds import KINDS
from crdt.kinds.language import Field
from crdt.kinds.types import Items, Scalar, State
from crdt.operations import Add, Create, Operation, Set, Splice
from crdt.record import Record
from crdt.view import View, view
from keys.card import Card
from keys.limits import OPERATIONS_PER_ENTRY, REASON_CODE_POINTS
from node.errors import HeirNotInForce, NoHeir
from node.ledgers import Ledger
from node.reading import Reading
from node.service import Service
from node.writing import Opening

_NOTES = "notes"
_NOTE_CODE_POINTS = 1_900


@dataclass(frozen=True, slots=True)
class CarriedOver:
    """`records` that came over now; `bare`: those of which only the beginning could be said anew."""

    records: int
    bare: int


class Succession:
    """In the name of this device."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._book = service.ground.book

    def propose(self, old: Ledger, name: str, others: Sequence[Card]) -> Ledger:
        """Found the successor with whoever goes on; it is in force once all of them have signed."""
        heir = self._service.ledgers.propose(name, self._service.card(), others)
        with self._service.ground.db.transaction():
            self._book.set_setting(_heir(old), heir.hex)
        return heir

    def heir(self, old: Ledger) -> Ledger | None:
        """The successor that was proposed here, if one was."""
        named = self._book.setting(_heir(old))
        return None if named is None else self._service.ledgers.get(bytes.fromhex(named))

    def carry_over(self, old: Ledger, post: str) -> CarriedOver:
        """Say in the successor what it succeeds, and bring over the records that are not there yet.

        Raises NoHeir, HeirNotInForce. What was interrupted goes on where it stood.
        """
        heir = self.heir(old)
        if heir is None:
            raise NoHeir
        if not heir.active:
            raise HeirNotInForce
        digest = Reading(self._service).digest(old)
        if self._book.setting(_cited(heir)) != digest:
            self._service.writing.say(heir, [Succeed(old.id, bytes.fromhex(digest))])
        records = bare = 0
        for record in self._left(old, heir):
            bare += not self._carry(old, heir, record, post)
            records += 1
        return CarriedOver(records, bare)

    def _left(self, old: Ledger, heir: Ledger) -> Iterator[RecordId]:
        """What is open first: what is sealed belongs to it. What may not be read here stays behind."""
        rows = [r for r in reversed(self._service.ground.model.records(old.n)) if r.kind in KINDS]
        for row in sorted(rows, key=lambda r: KINDS[r.kind].sealed):
            if self._book.setting(_origin(heir, row.id)) is not None:
                continue
            if KINDS[row.kind].sealed and old.me not in self._service.seals.readers(old, row.id):
                continue
            yield row.id

    def _carry(self, old: Ledger, heir: Ledger, record: RecordId, post: str) -> bool:
        """Whether all of it could be said anew."""
        held = self._service.record(old, record)
        seen = view(held)
        reason = self._origin_words(old, seen)
        operations, whole = _operations(seen), True
        try:
            made = self._begin(heir, seen, operations[: OPERATIONS_PER_ENTRY - 1], post, reason)
        except RuleBroken:
            operations, whole = [], False
            made = self._begin(heir, seen, operations, post, reason)
        for said in _chunks(
            [*operations[OPERATIONS_PER_ENTRY - 1 :], *self._remarks(old, held, seen)]
        ):
            try:
                self._service.writing.write(heir, made, said, post, reason)
            except RuleBroken:
                whole = False
        with self._service.ground.db.transaction():
            self._book.set_setting(_origin(heir, record), made.hex())
        return whole

    def _begin(
        self, heir: Ledger, seen: View, said: Sequence[Operation], post: str, reason: str
    ) -> RecordId:
        opening = self._opening(heir, seen) if seen.kind.sealed else None
        begun = [Create(seen.kind.name), *said]
        entry = self._service.writing.write(heir, None, begun, post, reason, opening=opening)
        assert entry.record is not None, "a creating entry names a record"
        return entry.record

    def _opening(self, heir: Ledger, seen: View) -> Opening:
        """Sealed again, for this township: whom it is granted anew people decide."""
        old = self._service.ledgers.get(
            bytes.fromhex(self._book.setting(f"succeeds/{heir.hex}") or "")
        )
        about = None if old is None else self._service.seals.sealing(old, seen.id).about
        carried = None if about is None else self._book.setting(_origin(heir, about))
        return Opening(None if carried is None else RecordId(bytes.fromhex(carried)))

    def _origin_words(self, old: Ledger, seen: View) -> str:
        home = old.members.name_of(seen.home)
        text = f"转自账本“{old.name}”{old.hex[:8]} 的记录 {seen.id.hex()[:12]}，原由{home}登记"
        return text[:REASON_CODE_POINTS]

    def _remarks(self, old: Ledger, held: Record, seen: View) -> list[Operation]:
        """What does not come over as a value: the state as it was, and every open question with its sides."""
        if not isinstance(getattr(seen.kind.by_name.get(_NOTES), "type", None), Items):
            return []
        lines = [
            f"旧账本中的状态：{_words(seen.registers[f.name])}"
            for f in seen.kind.fields
            if isinstance(f.type, State) and seen.registers.get(f.name)
        ]
        for conflict in seen.conflicts:
            sides = "；".join(self._side(old, held, c) for c in conflict.candidates)
            lines.append(f"旧账本中没有核对的 {conflict.key}：{sides}")
        return [Add(_NOTES, (("text", line[:_NOTE_CODE_POINTS]),)) for line in lines]

    def _side(self, old: Ledger, held: Record, candidate: Candidate) -> str:
        who = old.members.name_of(self._service.author_of(held, candidate.entry))
        return f"{who}：{_words(candidate.value)}"


def _words(value: Scalar) -> str:
    return value.hex() if isinstance(value, bytes) else str(value)


def _operations(seen: View) -> list[Operation]:
    """What the record says and nobody disputes, as a new record would say it.

    A state begins anew. A field that every record must state and that is in dispute says what the
    first of its candidates says; the remarks name all sides.
    """
    disputed = {c.key.split("/")[0]: c for c in seen.conflicts}
    said: list[Operation] = []
    for declared in seen.kind.fields:
        name = declared.name
        if isinstance(declared.type, State):
            said.append(Set(name, declared.type.initial))
        elif name in disputed:
            if declared.required:
                said.append(Set(name, disputed[name].candidates[0].value))
        else:
            said += _undisputed(seen, declared)
    return said


def _undisputed(seen: View, declared: Field) -> list[Operation]:
    name, value = declared.name, seen.registers.get(declared.name)
    if name in seen.kind.texts:
        return [Splice(name, ((0, 0, value),))] if isinstance(value, str) and value else []
    if value is not None:
        return [Set(name, value)]
    said: list[Operation] = [Set(f"{name}/{member}", True) for member in seen.sets.get(name, ())]
    for item in seen.items.get(name, ()):
        fields = tuple((k, v) for k, v in item.fields.items() if v is not None)
        if not item.removed and fields:
            said.append(Add(name, fields))
    return said


def _chunks(said: Sequence[Operation]) -> Iterator[Sequence[Operation]]:
    for at in range(0, len(said), OPERATIONS_PER_ENTRY):
        yield said[at : at + OPERATIONS_PER_ENTRY]


def _heir(old: Ledger) -> str:
    return f"heir/{old.hex}"


def _cited(heir: Ledger) -> str:
    return f"succeeds/{heir.hex}/digest"


def _origin(heir: Ledger, record: RecordId) -> str:
    return f"carried/{heir.hex[:16]}/{record.hex()}"
