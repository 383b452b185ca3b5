"""From what a clerk types to operations: FIELD=VALUE, sets, texts, items. Pure but for looking names up.

Fields may be named by their id or by their label in either language. What already has the typed value
is left out; if nothing is left the clerk is told so.
"""

from __future__ import annotations

import contextlib
import datetime
import difflib
from collections.abc import Callable, Iterable, Mapping

from crdt import errors
from crdt.facts import Facts
from crdt.kinds.language import Field, Kind
from crdt.kinds.references import RecordRef, TownshipRef
from crdt.kinds.times import Moment
from crdt.kinds.types import (
    Choices,
    Day,
    FieldType,
    Flag,
    Items,
    Prose,
    Scalar,
    Slot,
    State,
    Townships,
    Unfit,
    split_members,
)
from crdt.operations import REMOVED, Add, Operation, Set, Splice
from crdt.record import Record
from crdt.view import view
from keys.errors import MulinError, Text
from keys.identity import TownshipId
from node.agreederrors import ConfirmByCommand
from node.choosing import read_members, read_value
from node.errors import BadAssignment
from node.members import Members

_HUNKS_MAX = 64
_WITHDRAWN = Text("撤下", "withdrawn")


def said_of_itself(kind: Kind, now: str, who: str, known: int) -> dict[str, str]:
    """What is filled in where a clerk types nothing; `now`: YYYY-MM-DD HH:MM, `who`: township and post.

    `known`: up to which schema number everybody reads: nobody's old program waits for what nobody typed.
    """
    fields = [f for f in kind.fields if f.since <= max(known, kind.first_schema)]
    said = {f.name: now if isinstance(f.type, Moment) else now[:10] for f in fields if f.today}
    return said | {f.name: who for f in fields if f.by_post}


class Reader:
    """Reads typed values; `find_record` resolves a typed record id of a kind ("" any) to its bytes."""

    def __init__(
        self,
        members: Members,
        me: TownshipId,
        find_record: Callable[[str, str], bytes],
        read_day: Callable[[str], str] = str,
    ) -> None:
        """`read_day`: digits in the place of a day that is typed in words. Raises MulinError."""
        self._members = members
        self._me = me
        self._find_record = find_record
        self._read_day = read_day

    def value(self, of: FieldType, text: str, label: Text) -> Scalar:
        """Raises BadValue."""
        try:
            if text.strip() and isinstance(of, TownshipRef):
                return self._members.find(text)
            if text.strip() and isinstance(of, RecordRef):
                return self._find_record(text.strip(), of.kind)
            if isinstance(of, Day):
                text = self._read_day(text)
            return read_value(of, text)
        except Unfit as fault:
            raise errors.BadValue(field=label, why=fault.why) from fault
        except MulinError as fault:
            why = Text(fault.say("zh"), fault.say("en"))
            raise errors.BadValue(field=label, why=why) from fault

    def creation(self, kind: Kind, typed: Mapping[str, str]) -> list[Operation]:
        """Operations of a new record, the initial state added. Raises RuleBroken."""
        found: dict[str, Operation] = {}
        rest: list[Operation] = []
        for declared, text in _named(kind, typed):
            if declared.required and not text.strip():
                raise errors.BadValue(field=declared.label, why=errors.WHY_EMPTY)
            for operation in self._operations(kind, declared, text, None):
                if isinstance(operation, Set):
                    if operation.value is not None and operation.value is not False:
                        found[operation.key] = operation
                else:
                    rest.append(operation)
        for declared in kind.fields:
            if declared.after is not None and declared.name not in found:
                found |= _following(declared.name, *declared.after, found)
            if isinstance(declared.type, State) and declared.name not in found:
                found[declared.name] = Set(declared.name, declared.type.initial)
        _check_span(kind, {}, found.values())
        return [*found.values(), *rest]

    def changes(self, kind: Kind, typed: Mapping[str, str], record: Record) -> list[Operation]:
        """Operations that make a record say what was typed. Raises RuleBroken."""
        operations: list[Operation] = []
        labels: list[Text] = []
        facts = record.facts()
        for declared, text in _named(kind, typed):
            labels.append(declared.label)
            for operation in self._operations(kind, declared, text, record):
                if not isinstance(operation, Set):
                    operations.append(operation)
                elif not _stands(facts, operation):
                    operations.append(citing_kept(facts, operation))
        if not operations:
            raise errors.Unchanged(field=labels[0] if labels else Text("内容", "anything"))
        _check_span(kind, view(record).registers if kind.lasts else {}, operations)
        return operations

    def item(self, kind: Kind, collection: str, typed: Mapping[str, str]) -> Add:
        """A new item. Raises RuleBroken."""
        declared = collection_named(kind, collection)
        fields: dict[str, Scalar] = {}
        for name, text in typed.items():
            part, label, of = item_part(declared, name)
            value = self.value(of, text, label)
            if value is None:
                raise errors.BadValue(field=label, why=errors.WHY_EMPTY)
            fields[part] = value
        return Add(declared.name, tuple(sorted(fields.items())))

    def _operations(
        self, kind: Kind, declared: Field, text: str, record: Record | None
    ) -> Iterable[Operation]:
        name, of = declared.name, declared.type
        match of:
            case Choices():
                try:
                    wanted = set(read_members(of, text))
                except Unfit as fault:
                    raise errors.BadValue(field=declared.label, why=fault.why) from fault
                yield from _members(name, wanted, record)
            case Townships():
                names = split_members(text)
                found = {self.value(TownshipRef(), n, declared.label) for n in names}
                yield from _members(name, {v.hex() for v in found if isinstance(v, bytes)}, record)
            case Slot():
                if kind.agreed is not None and name == kind.agreed.confirmed and text.strip():
                    raise ConfirmByCommand(kind=kind.name)
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


def _following(name: str, first: str, days: int, said: Mapping[str, Operation]) -> dict[str, Set]:
    """The day that follows another by so many days, where that was typed."""
    match said.get(first):
        case Set(_, str() as day):
            with contextlib.suppress(ValueError, OverflowError):
                later = datetime.date.fromisoformat(day) + datetime.timedelta(days=days)
                return {name: Set(name, later.isoformat())}
    return {}


def field_named(kind: Kind, name: str) -> Field:
    """A field by id or label. Raises UnknownField, DerivedField."""
    name = name.strip()
    for declared in kind.fields:
        if name in _names(declared.name, declared.label):
            return declared
    if name in ("title", "标题"):
        raise errors.DerivedField(field=Text("标题", "title"))
    known = _known((f.name, f.label) for f in kind.fields)
    raise errors.UnknownField(kind=kind.label, field=name[:40], known=known)


def _known(named: Iterable[tuple[str, Text]]) -> Text:
    """What may be typed: what things are called in Chinese, their ids in English."""
    called = [(_names(id_, label)[3], id_) for id_, label in named]
    return Text("、".join(zh for zh, _ in called), ", ".join(id_ for _, id_ in called))


def _names(id_: str, label: Text) -> tuple[str, ...]:
    """What a field may be called: its id, its labels, and these without the advice that follows."""
    zh, en = label
    return id_, zh, en, zh.partition("（")[0], en.partition(",")[0]


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
    open_to: set[str] = set()
    if record is not None:
        facts = record.facts()
        for key in list(record.shared.writers.keys()):
            field, _, member = key.partition("/")
            if field != name:
                continue
            standing = facts.candidates(key)
            if True in standing.values:
                present.add(member)
            if standing.differ and facts.kept(key, standing.ids):
                open_to.add(member)  # kept side by side: whoever states the set decides it
    yield from (Set(f"{name}/{m}", m in wanted) for m in sorted((wanted ^ present) | open_to))


def _check_span(kind: Kind, stands: Mapping[str, Scalar], operations: Iterable[Operation]) -> None:
    """What lasts does not end before it begins. Raises BadValue."""
    if kind.lasts is None:
        return
    said = {o.key: o.value for o in operations if isinstance(o, Set) and o.key in kind.lasts}
    begins, ends = ({**stands, **said}.get(name) for name in kind.lasts)
    if said and begins and ends and str(ends) < str(begins):
        first, last = (kind.by_name[name].label for name in kind.lasts)
        why = Text(f"不能早于“{first[0]}”", f'it must not be before "{first[1]}"')
        raise errors.BadValue(field=last, why=why)


def _named(kind: Kind, typed: Mapping[str, str]) -> list[tuple[Field, str]]:
    """Each field once, also where it was typed by its id and by its label; the later word counts."""
    found: dict[str, tuple[Field, str]] = {}
    for name, text in typed.items():
        declared = field_named(kind, name)
        found[declared.name] = (declared, text)
    return list(found.values())


def collection_named(kind: Kind, name: str) -> Field:
    """A collection by id or label. Raises UnknownField, DerivedField."""
    declared = field_named(kind, name)
    if not isinstance(declared.type, Items):
        known = _known((f.name, f.label) for f in kind.fields if isinstance(f.type, Items))
        raise errors.UnknownField(kind=kind.label, field=name[:40], known=known)
    return declared


def item_part(declared: Field, name: str) -> tuple[str, Text, FieldType]:
    """(id, label, type) of an item's field by id or label; `removed` too. Raises UnknownField."""
    items = declared.type
    assert isinstance(items, Items), "only a collection has items"
    name = name.strip()
    if name in (REMOVED, *_WITHDRAWN):
        return REMOVED, _WITHDRAWN, Flag()
    for part, label, of in items.fields:
        if name in _names(part, label):
            return part, label, of
    known = _known((part, label) for part, label, _ in items.fields)
    raise errors.UnknownField(kind=declared.label, field=name[:40], known=known)


def citing_kept(facts: Facts, operation: Set) -> Set:
    """What was kept side by side on purpose may be stated anew: then it cites exactly what stands."""
    standing = facts.candidates(operation.key)
    if standing.differ and facts.kept(operation.key, standing.ids):
        return Set(operation.key, operation.value, standing.ids)
    return operation


def _stands(facts: Facts, operation: Set) -> bool:
    standing = facts.candidates(operation.key)
    if standing.differ:
        return False
    before = standing.values[0] if standing.values else None
    absent_flag = before is None and operation.value is False
    return absent_flag or (type(before) is type(operation.value) and before == operation.value)
