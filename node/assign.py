"""From what a clerk types to operations: FIELD=VALUE, sets, texts, items. Pure but for looking names up.

Fields may be named by their id or by their label in either language. What already has the typed value
is left out; if nothing is left the clerk is told so.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping

from crdt import errors
from crdt.facts import Facts
from crdt.kinds.language import Field, Kind
from crdt.kinds.types import (
    Choices,
    FieldType,
    Items,
    Prose,
    RecordRef,
    Scalar,
    Slot,
    State,
    TownshipRef,
    Townships,
    Unfit,
    split_members,
)
from crdt.operations import Add, Operation, Set, Splice
from crdt.record import Record
from keys.errors import MulinError, Text
from keys.identity import TownshipId
from node.errors import BadAssignment
from node.members import Members

_HUNKS_MAX = 64


class Reader:
    """Reads typed values; `find_record` resolves a typed record id of a kind ("" any) to its bytes."""

    def __init__(
        self, members: Members, me: TownshipId, find_record: Callable[[str, str], bytes]
    ) -> None:
        self._members = members
        self._me = me
        self._find_record = find_record

    def value(self, of: FieldType, text: str, label: Text) -> Scalar:
        """Raises BadValue."""
        try:
            if text.strip() and isinstance(of, TownshipRef):
                return self._members.find(text)
            if text.strip() and isinstance(of, RecordRef):
                return self._find_record(text.strip(), of.kind)
            return of.parse(text)
        except Unfit as fault:
            raise errors.BadValue(field=label, why=fault.why) from fault
        except MulinError as fault:
            why = Text(fault.say("zh"), fault.say("en"))
            raise errors.BadValue(field=label, why=why) from fault

    def creation(self, kind: Kind, typed: Mapping[str, str]) -> list[Operation]:
        """Operations of a new record, the initial state added. Raises RuleBroken."""
        found: dict[str, Operation] = {}
        rest: list[Operation] = []
        for name, text in typed.items():
            declared = field_named(kind, name)
            if declared.required and not text.strip():
                raise errors.BadValue(field=declared.label, why=errors.WHY_EMPTY)
            for operation in self._operations(kind, declared, text, None):
                if isinstance(operation, Set):
                    if operation.value is not None and operation.value is not False:
                        found[operation.key] = operation
                else:
                    rest.append(operation)
        for declared in kind.fields:
            if isinstance(declared.type, State) and declared.name not in found:
                found[declared.name] = Set(declared.name, declared.type.initial)
        return [*found.values(), *rest]

    def changes(self, kind: Kind, typed: Mapping[str, str], record: Record) -> list[Operation]:
        """Operations that make a record say what was typed. Raises RuleBroken."""
        operations: list[Operation] = []
        labels: list[Text] = []
        facts = record.facts()
        for name, text in typed.items():
            declared = field_named(kind, name)
            labels.append(declared.label)
            for operation in self._operations(kind, declared, text, record):
                if not isinstance(operation, Set) or not _stands(facts, operation):
                    operations.append(operation)
        if not operations:
            raise errors.Unchanged(field=labels[0] if labels else Text("内容", "anything"))
        return operations

    def item(self, kind: Kind, collection: str, typed: Mapping[str, str]) -> Add:
        """A new item. Raises RuleBroken."""
        declared = field_named(kind, collection)
        if not isinstance(declared.type, Items):
            raise errors.BadOperation(why="collection")
        fields: list[tuple[str, Scalar]] = []
        for name, text in typed.items():
            part, label, of = _part(declared, declared.type, name)
            value = self.value(of, text, label)
            if value is None:
                raise errors.BadValue(field=label, why=errors.WHY_EMPTY)
            fields.append((part, value))
        return Add(declared.name, tuple(sorted(fields)))

    def _operations(
        self, kind: Kind, declared: Field, text: str, record: Record | None
    ) -> Iterable[Operation]:
        name, of = declared.name, declared.type
        match of:
            case Choices():
                try:
                    wanted = {str(m) for m in of.parse_members(text)}
                except Unfit as fault:
                    raise errors.BadValue(field=declared.label, why=fault.why) from fault
                yield from _members(name, wanted, record)
            case Townships():
                names = split_members(text)
                found = {self.value(TownshipRef(), n, declared.label) for n in names}
                yield from _members(name, {v.hex() for v in found if isinstance(v, bytes)}, record)
            case Slot():
                yield Set(f"{name}/{self._me.hex()}", self.value(of.of, text, declared.label))
            case Items():
                first = of.fields[0][0]
                yield self.item(kind, name, {first: text})
            case Prose():
                value = self.value(of, text, declared.label)
                before = record.document().text(name) if record is not None else ""
                if value != before:
                    yield Splice(name, difference(before, str(value)))
            case _:
                yield Set(name, self.value(of, text, declared.label))


def field_named(kind: Kind, name: str) -> Field:
    """A field by id or label. Raises UnknownField, DerivedField."""
    name = name.strip()
    for declared in kind.fields:
        if name in (declared.name, *declared.label):
            return declared
    if name in ("title", "标题"):
        raise errors.DerivedField(field=Text("标题", "title"))
    raise errors.UnknownField(kind=kind.label, field=name[:40], known=", ".join(kind.by_name))


def split_assignments(words: Iterable[str]) -> dict[str, str]:
    """FIELD=VALUE words in order; a later one replaces an earlier. Raises BadAssignment."""
    found: dict[str, str] = {}
    for word in words:
        name, sign, value = word.partition("=")
        if not sign or not name.strip():
            raise BadAssignment(what=word[:40])
        found[name.strip()] = value
    return found


def difference(before: str, after: str) -> tuple[tuple[int, int, str], ...]:
    """Hunks that turn `before` into `after`, as few code points touched as difflib finds."""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    hunks = [(i, j - i, after[k:m]) for tag, i, j, k, m in matcher.get_opcodes() if tag != "equal"]
    if len(hunks) > _HUNKS_MAX:
        first, last = hunks[0], hunks[-1]
        end = last[0] + last[1]
        tail = len(before) - end
        hunks = [(first[0], end - first[0], after[first[0] : len(after) - tail])]
    return tuple(hunks)


def _members(name: str, wanted: set[str], record: Record | None) -> Iterable[Set]:
    present: set[str] = set()
    if record is not None:
        keys = [k for k in record.shared.writers.keys() if k.startswith(name + "/")]
        present = {k.partition("/")[2] for k in keys if True in record.facts().candidates(k).values}
    yield from (Set(f"{name}/{m}", m in wanted) for m in sorted(wanted ^ present))


def _part(declared: Field, items: Items, name: str) -> tuple[str, Text, FieldType]:
    for part, label, of in items.fields:
        if name in (part, *label):
            return part, label, of
    known = ", ".join(f[0] for f in items.fields)
    raise errors.UnknownField(kind=declared.label, field=name[:40], known=known)


def _stands(facts: Facts, operation: Set) -> bool:
    standing = facts.candidates(operation.key)
    if standing.differ:
        return False
    before = standing.values[0] if standing.values else None
    absent_flag = before is None and operation.value is False
    return absent_flag or (type(before) is type(operation.value) and before == operation.value)
