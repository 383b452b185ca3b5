"""Judge the operations of one entry against the record as it stood at the entry's parents. Pure.

The verdict depends on the entry and its causal past alone, so it is the same on every node in every
order of arrival; the declarations are those that the entry's schema number knows. What passes comes back
as a plan: writes for the index. What an entry does to the document follows from its operations alone
(`steps`). Used by the author before signing and by every receiver. Knows no signature, no store and no
document.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from crdt import errors
from crdt.agreed import check_lock
from crdt.entry import ActorId, EntryId
from crdt.facts import Facts
from crdt.kinds import kind_named
from crdt.kinds.earlier import as_of
from crdt.kinds.language import Field, Kind
from crdt.kinds.types import Choices, FieldType, Items, Prose, Scalar, Slot, State, Townships, Unfit
from crdt.operations import (
    KIND_KEY,
    REMOVED,
    Add,
    Create,
    Keep,
    Operation,
    Set,
    Splice,
    is_item_name,
    item_name,
    split_key,
)
from keys.errors import Text
from keys.identity import TownshipId
from keys.limits import TEXT_CODE_POINTS, TEXT_INSERTIONS_EVER

_HEX = frozenset("0123456789abcdef")


@dataclass(slots=True)
class Plan:
    """What an entry does: `writes` feeds the index of writers, `texts` (hunks, length after) the texts."""

    kind: Kind
    writes: dict[str, Scalar] = field(default_factory=dict)
    texts: dict[str, tuple[tuple[tuple[int, int, str], ...], int]] = field(default_factory=dict)
    settles: tuple[tuple[str, tuple[EntryId, ...], bool], ...] = ()
    """(key, cited candidates, whether all are kept)."""
    items: tuple[tuple[str, str], ...] = ()
    """(collection, item) it adds."""


class Author(NamedTuple):
    """Who speaks: the township of the entry's device, and the one that made the record."""

    township: TownshipId
    home: TownshipId


def judge(
    operations: Sequence[Operation],
    facts: Facts | None,
    author: Author,
    actor: ActorId,
    schema: int,
) -> Plan:
    """The plan of `operations` at `facts` (None: the record begins). Raises RuleBroken."""
    first = operations[0]
    if isinstance(first, Create) != (facts is None):
        raise errors.BadOperation(why="create")
    if facts is None:
        assert isinstance(first, Create)
        kind = as_of(kind_named(first.kind), schema)
        if kind.first_schema > schema:
            raise errors.UnknownKind(kind=kind.name)
        plan = Plan(kind, {KIND_KEY: kind.name})
        facts = _EMPTY
        _check_complete(kind, operations[1:])
    else:
        kind = as_of(kind_named(facts.kind), schema)
        plan = Plan(kind)
        if kind.home_only and author.township != author.home:
            raise errors.NotHome
        check_lock(kind, facts, operations)
    judging = _Judging(kind, facts, author, actor, plan)
    by_name, stated, writes = kind.by_name, facts.stated, plan.writes
    for index, operation in enumerate(operations):
        if type(operation) is not Set:
            judging.take(index, operation)
            continue
        key, value, cites = operation
        declared = by_name.get(key)
        if (
            declared is None
            or value is None
            or cites
            or not declared.simple
            or (facts is not _EMPTY and stated(key))
        ):
            judging._set(operation)
            continue
        try:  # the first word about a field: nearly all that arrives
            declared.check(value)
        except Unfit as fault:
            raise errors.BadValue(field=declared.label, why=fault.why) from fault
        writes[key] = value
    return plan


def _check_complete(kind: Kind, operations: Sequence[Operation]) -> None:
    stated = {o.key for o in operations if type(o) is Set and o.value is not None}
    for declared in kind.to_state:
        if declared.name not in stated:
            raise errors.MissingField(field=declared.label)


def allowed_states(state: State, before: Sequence[Scalar], *, opening: bool) -> list[str]:
    """States that may be stated now: listed moves, and for a conflict the candidates themselves."""
    if opening:
        first = [s for s in state.codes() if (s, state.initial) in state.moves]
        return [state.initial, *(s for s in first if not _reached(state, s))]
    stand = {str(b) for b in before}
    found = {after for b in stand for after in state.following(b)}
    return [s for s in state.codes() if s in found or (len(stand) > 1 and s in stand)]


def _reached(state: State, code: str) -> bool:
    return any(after == code for _, after in state.moves)


@dataclass(slots=True)
class _Judging:
    """One entry being judged; every method raises RuleBroken or extends the plan."""

    kind: Kind
    facts: Facts
    author: Author
    actor: ActorId
    plan: Plan

    def take(self, index: int, operation: Operation) -> None:
        match operation:
            case Add():
                self._add(index, operation)
            case Splice():
                self._splice(operation)
            case Keep():
                self._keep(operation)

    def _field(self, name: str) -> Field:
        declared = self.kind.by_name.get(name)
        if declared is None:
            if name == "title":
                raise errors.DerivedField(field=Text("标题", "title"))
            known = ", ".join(self.kind.by_name)
            raise errors.UnknownField(kind=self.kind.label, field=name[:40], known=known)
        return declared

    def _set(self, op: Set) -> None:
        key, value, cites = op
        declared = self.kind.by_name.get(key)
        if declared is not None and declared.register:
            if value is None:
                self._check_cleared(declared)
            else:
                try:
                    declared.check(value)
                except Unfit as fault:
                    raise errors.BadValue(field=declared.label, why=fault.why) from fault
            if cites or value is None or self.facts.stated(key):  # else the first word about it
                self._check_standing(op, declared.label, absent=None)
            if declared.states is not None:
                self._check_move(declared.states, op)
        else:
            self._check_part(op)
        self.plan.writes[key] = value
        if cites:
            self.plan.settles += ((key, cites, False),)

    def _check_part(self, op: Set) -> None:
        """A statement about a member of a set, a slot, or a field of an item."""
        name, member, part = split_key(op.key)
        declared = self._field(name)
        label = declared.label
        if member is None:
            raise errors.BadOperation(why="key")
        if part is not None:
            label = self._check_item(declared, member, part, op.value)
        else:
            self._check_member(declared, member, op.value)
        self._check_standing(op, label, absent=_absent(declared, part))

    def _check_cleared(self, declared: Field) -> None:
        if declared.required or declared.states is not None:
            raise errors.BadValue(field=declared.label, why=errors.WHY_EMPTY)

    def _check_member(self, declared: Field, member: str, value: Scalar) -> None:
        kind = declared.type
        if isinstance(kind, Slot):
            if member != self.author.township.hex():
                raise errors.NotYourSlot
            if value is None:
                return
        elif isinstance(kind, Choices):
            if member not in kind.of.codes():
                raise errors.BadOperation(why="key")
        elif not isinstance(kind, Townships) or len(member) != 64 or not _HEX.issuperset(member):
            raise errors.BadOperation(why="key")
        _fit(kind, value, declared.label)

    def _check_item(self, declared: Field, item: str, part: str, value: Scalar) -> Text:
        kind = declared.type
        if not isinstance(kind, Items) or not is_item_name(item):
            raise errors.BadOperation(why="key")
        if not self.facts.has_item(declared.name, item):
            raise errors.NoSuchItem
        if part == REMOVED:
            if type(value) is not bool:
                raise errors.BadOperation(why="removed")
            return declared.label
        if self.facts.removed(declared.name, item):
            raise errors.NoSuchItem
        of = kind.type_of(part)
        if of is None:
            raise errors.UnknownField(
                kind=declared.label, field=part, known=", ".join(f[0] for f in kind.fields)
            )
        if value is not None:
            _fit(of, value, declared.label)
        return declared.label

    def _check_standing(self, op: Set, label: Text, *, absent: Scalar) -> None:
        """Citation rule: a field in conflict is only stated by citing exactly what stands there."""
        key, value, cites = op
        ids, values = standing = self.facts.candidates(key)
        if len(ids) > 1 and standing.differ:
            if cites != ids:
                raise errors.Stale(field=label)
            return
        if cites:
            raise errors.NotInConflict(field=label)
        before = values[0] if values else absent
        if type(before) is type(value) and before == value:
            raise errors.Unchanged(field=label)

    def _check_move(self, state: State, op: Set) -> None:
        before = self.facts.candidates(op.key).values
        if len(before) == 1 and (before[0], op.value) in state.moves:
            return
        if not before and op.value == state.initial:
            return
        allowed = allowed_states(state, before, opening=not before)
        if op.value not in allowed:
            shown = "/".join(sorted(state.show(b, "zh") for b in set(before)))
            raise errors.BadMove(
                before=Text(shown, "/".join(sorted(str(b) for b in set(before)))),
                after=Text(state.show(op.value, "zh"), str(op.value)),
                allowed=Text(
                    "、".join(f"{a} {state.show(a, 'zh')}" for a in allowed) or "无",
                    ", ".join(allowed) or "none",
                ),
            )

    def _add(self, index: int, op: Add) -> None:
        declared = self._field(op.collection)
        if not isinstance(declared.type, Items):
            raise errors.BadOperation(why="collection")
        item = item_name(self.actor, index)
        for name, value in op.fields:
            of = declared.type.type_of(name)
            if of is None:
                known = ", ".join(f[0] for f in declared.type.fields)
                raise errors.UnknownField(kind=declared.label, field=name, known=known)
            _fit(of, value, declared.label)
            self.plan.writes[f"{op.collection}/{item}/{name}"] = value
        self.plan.items += ((op.collection, item),)

    def _splice(self, op: Splice) -> None:
        name, member, _ = split_key(op.key)
        declared = self._field(name)
        if member is not None or not isinstance(declared.type, Prose):
            raise errors.BadOperation(why="key")
        length = self.facts.text_length(name)
        at, drop, _new = op.hunks[-1]
        if at + drop > length:
            raise errors.BadOperation(why="beyond the text")
        new = sum(len(h[2]) for h in op.hunks)
        for hunk in op.hunks:
            _fit(declared.type, hunk[2], declared.label)
        after = length + new - sum(h[1] for h in op.hunks)
        if after > TEXT_CODE_POINTS:
            raise errors.TooMuch(what=declared.label, limit=TEXT_CODE_POINTS)
        if self.facts.inserted(name) + new > TEXT_INSERTIONS_EVER:
            raise errors.TooMuch(what=declared.label, limit=TEXT_INSERTIONS_EVER)
        self.plan.texts[name] = (op.hunks, after)

    def _keep(self, op: Keep) -> None:
        name, _, _ = split_key(op.key)
        declared = self._field(name)
        standing = self.facts.candidates(op.key)
        if not standing.differ:
            raise errors.NotInConflict(field=declared.label)
        if op.cites != standing.ids:
            raise errors.Stale(field=declared.label)
        if self.facts.kept(op.key, op.cites):
            raise errors.Unchanged(field=declared.label)
        self.plan.settles += ((op.key, op.cites, True),)


_EMPTY = Facts.empty()


def _fit(of: FieldType, value: Scalar, label: Text) -> None:
    try:
        of.check(value)
    except Unfit as fault:
        raise errors.BadValue(field=label, why=fault.why) from fault


def _absent(declared: Field, part: str | None) -> Scalar:
    if part == REMOVED or (part is None and isinstance(declared.type, (Choices, Townships))):
        return False
    return None
