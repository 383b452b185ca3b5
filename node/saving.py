"""What is looked at before an entry in a record is signed: its words, names of people, reasons that are owed.

The rules of entries themselves are judged elsewhere, the same on every node; these are of this node alone.
Knows no store and no face.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from crdt.agreed import confirmations, state_field, text_hash
from crdt.entry import RecordId
from crdt.errors import BadValue
from crdt.kinds import kind_named
from crdt.kinds.language import Kind
from crdt.kinds.types import Line, Scalar, Unfit
from crdt.operations import Create, Operation, Set
from crdt.record import Record
from crdt.view import view
from keys.errors import Text
from keys.limits import POST_CODE_POINTS, REASON_CODE_POINTS
from node.agreederrors import ConfirmFirst
from node.errors import GradeUnexplained, ItemsOpen, OnlyItsOwner, ReasonNeeded
from node.ledgers import Ledger
from node.openness import POST, REASON, Openness
from node.records import Records
from node.sealerrors import AliasTaken, RefusalUnexplained
from node.writing import Opening


@dataclass(frozen=True, slots=True)
class _Words:
    """A line beside the operations: who writes in which post, and why."""

    label: Text
    of: Line

    def words(self, text: str) -> str:
        """As it is signed. Raises BadValue."""
        try:
            return str(self.of.parse(text) or "")
        except Unfit as fault:
            raise BadValue(field=self.label, why=fault.why) from fault


_POST = _Words(POST, Line(POST_CODE_POINTS))
_REASON = _Words(REASON, Line(REASON_CODE_POINTS))


def post_words(text: str) -> str:
    """A post as it is written down. Raises BadValue."""
    return _POST.words(text)


def reason_words(text: str) -> str:
    """A reason as it is written down. Raises BadValue."""
    return _REASON.words(text)


Stated: TypeAlias = Mapping[str, Scalar]


class Saving:
    """What a write has to pass here."""

    def __init__(self, records: Records, openness: Openness) -> None:
        self._records = records
        self._openness = openness

    def check(
        self,
        ledger: Ledger,
        record: RecordId | None,
        operations: Sequence[Operation],
        words: tuple[str, str],
        opening: Opening | None,
    ) -> tuple[str, str]:
        """Post and reason as they are signed. Raises BadValue, NamesSomebody, ConfirmFirst,
        ItemsOpen, OnlyItsOwner, RefusalUnexplained, GradeUnexplained."""
        post, reason = post_words(words[0]), _REASON.words(words[1])
        if not reason:
            self._check_explained(ledger, record, operations)
            self._check_graded(ledger, record, operations)
        stated = {o.key: o.value for o in operations if isinstance(o, Set)}
        self._check_hold(ledger, record, stated, reason)
        self._check_agreed(ledger, record, stated)
        self._check_complete(ledger, record, stated)
        self._check_owner(ledger, record, stated)
        if opening is not None and opening.about is not None:
            self._check_alias(ledger, opening.about, operations, stated)
        self._openness.check(ledger, record, operations, post, reason)
        if opening is not None:
            self._openness.check_shares(ledger, opening.about, opening.shares)
        return post, reason

    def _check_hold(
        self, ledger: Ledger, record: RecordId | None, stated: Stated, reason: str
    ) -> None:
        """Whoever sets or lifts a legal hold says why. Raises ReasonNeeded."""
        if record is None or reason:
            return
        kept = kind_named(self._records.get(ledger, record).shared.kind).kept
        if kept is not None and kept.hold in stated:
            raise ReasonNeeded

    def _check_agreed(self, ledger: Ledger, record: RecordId | None, stated: Stated) -> None:
        """What goes on from a final text was confirmed, and by nobody in other words. Raises ConfirmFirst."""
        if record is None:
            return
        held = self._records.get(ledger, record)
        agreed = kind_named(held.shared.kind).agreed
        if agreed is None:
            return
        machine = state_field(kind_named(held.shared.kind))
        state = stated.get(machine.name)
        assert machine.states is not None, "it is a state machine"
        moves = machine.states.moves
        if state is None or state in agreed.open or any((o, state) in moves for o in agreed.open):
            return
        facts = held.facts()
        now, said = text_hash(held.id, facts), confirmations(facts)
        if not said or any(c.hash != now for c in said):
            raise ConfirmFirst

    def _check_complete(self, ledger: Ledger, record: RecordId | None, stated: Stated) -> None:
        """What is left of a list before a state is entered is done, or says why not. Raises ItemsOpen."""
        if record is None:
            return
        held = self._records.get(ledger, record)
        how = kind_named(held.shared.kind).complete
        if how is None or how.state not in stated.values():
            return
        items = [i.fields for i in view(held).items[how.items] if not i.removed]
        left = [i for i in items if i.get(how.done) is not True and not i.get(how.reason)]
        if left:
            raise ItemsOpen(
                field=kind_named(held.shared.kind).by_name[how.items].label, n=len(left)
            )

    def _check_owner(self, ledger: Ledger, record: RecordId | None, stated: Stated) -> None:
        """Some states are for the township to state that entered the record. Raises OnlyItsOwner."""
        if record is None:
            return
        held = self._records.get(ledger, record)
        kind = kind_named(held.shared.kind)
        if not kind.by_home or held.home in (None, ledger.me):
            return
        machine = state_field(kind)
        if (state := stated.get(machine.name)) in kind.by_home:
            said = Text(*(machine.type.show(state, lang) for lang in ("zh", "en")))
            raise OnlyItsOwner(state=said, who=ledger.members.name_of(held.home))

    def _check_graded(
        self, ledger: Ledger, record: RecordId | None, operations: Sequence[Operation]
    ) -> None:
        """Whether a grade that wants its reason is stated without one. Raises GradeUnexplained."""
        stated, held, kind = self._about(ledger, record, operations)
        for declared in kind.fields:
            if not declared.why or declared.name not in stated or stated.get(declared.why):
                continue
            stood = () if held is None else held.facts().candidates(declared.name).values
            mildest = declared.type.order()[0]
            if any(v is not None for v in stood) or stated[declared.name] != mildest:
                raise GradeUnexplained(field=declared.label, why=kind.by_name[declared.why].label)

    def _about(
        self, ledger: Ledger, record: RecordId | None, operations: Sequence[Operation]
    ) -> tuple[Stated, Record | None, Kind]:
        """What is stated, of which record if it has begun, and of which kind."""
        stated = {o.key: o.value for o in operations if isinstance(o, Set)}
        named = [o.kind for o in operations if isinstance(o, Create)]
        held = None if record is None else self._records.get(ledger, record)
        return stated, held, kind_named(named[0] if held is None else held.shared.kind)

    def _check_alias(
        self, ledger: Ledger, case: RecordId, operations: Sequence[Operation], stated: Stated
    ) -> None:
        """Two parties of a case are not called alike. Raises AliasTaken."""
        named = next(o.kind for o in operations if isinstance(o, Create))
        who = kind_named(named).identifies
        alias = None if who is None else stated.get(who.alias)
        if isinstance(alias, str) and alias in {
            p.alias for p in self._openness.people(ledger, case)
        }:
            raise AliasTaken(alias=alias)

    def _check_explained(
        self, ledger: Ledger, record: RecordId | None, operations: Sequence[Operation]
    ) -> None:
        """Whether a state that wants an explanation is entered without one."""
        stated, held, kind = self._about(ledger, record, operations)
        if kind.explained is None:
            return
        state, field = kind.explained
        machine = next(f for f in kind.fields if f.states is not None)
        if stated.get(machine.name) != state:
            return
        standing = () if held is None else held.facts().candidates(field).values
        if not (stated[field] if field in stated else any(standing)):
            raise RefusalUnexplained(field=kind.by_name[field].label)
