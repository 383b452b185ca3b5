"""What all members read names nobody: every text that a person types is looked at before it is signed.

Texts of fields of open records, and the reason and the post beside whatever is written openly. Names of the
parties are opened in memory only. Knows no kind, no terminal and no face.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from crdt.deeds import Deed, Say, Share
from crdt.entry import RecordId
from crdt.kinds import KINDS, kind_named
from crdt.kinds.language import Kind
from crdt.kinds.references import RecordRef
from crdt.kinds.types import FieldType, Items, Line, Prose, Scalar, Slot
from crdt.names import TRACES, Trace, findings
from crdt.operations import Add, Create, Operation, Set, Splice, split_key
from crdt.record import Record
from crdt.statements import Erase
from crdt.texts import spliced
from crdt.view import View, view
from keys.errors import MulinError, Text
from node.ground import Ground
from node.ledgers import Ledger
from node.records import Records
from node.sealerrors import NamesSomebody

POST = Text("职务", "post")
REASON = Text("理由", "reason")
_ALIAS = Text("请改写代称“{alias}”。", 'Write "{alias}" instead. ')
_BETWEEN = Text("、", " and ")


@dataclass(frozen=True, slots=True)
class _Typed:
    """A text on its way: in which field it stands, what it says, and what stood there before."""

    label: Text
    text: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A party as far as this township may read it. `aliases`: every one that is said, where sides differ;
    `words`: what identifies it, in all that is said."""

    record: RecordId
    alias: str
    aliases: tuple[str, ...]
    words: tuple[str, ...]


class Openness:
    """Of every ledger of this node."""

    def __init__(self, ground: Ground, records: Records) -> None:
        self._ground = ground
        self._records = records
        self.confirmed = False
        """Whoever writes now has said that no text of theirs tells of a party."""

    def check(
        self,
        ledger: Ledger,
        record: RecordId | None,
        operations: Sequence[Operation],
        post: str,
        reason: str,
    ) -> None:
        """Before an entry in a record. Raises NamesSomebody."""
        held = None if record is None else self._records.get(ledger, record)
        kind = self._kind(held, operations)
        if self.confirmed or kind is None or kind.sealed or kind.names:
            return
        typed = [_Typed(POST, post), _Typed(REASON, reason), *_typed(kind, held, operations)]
        self._look(ledger, typed, _cases(kind, held, operations))

    def check_said(
        self, ledger: Ledger, record: RecordId | None, deeds: Sequence[Deed], reason: str
    ) -> None:
        """Before an entry about the ledger, or about who may read a record. Raises NamesSomebody."""
        if self.confirmed:
            return
        typed, records = [_Typed(REASON, reason)], [record]
        for deed in deeds:
            if isinstance(deed, Share):
                typed.append(_Typed(POST, deed.post))
            elif isinstance(deed, Say) and isinstance(deed.statement, Erase):
                typed.append(_Typed(REASON, deed.statement.reason))
                records += [b.record for b in deed.statement.records]
        if any(one.text for one in typed):
            seals = self._records.seals
            cases = {seals.sealing(ledger, r).about for r in records if r is not None}
            self._look(ledger, typed, {c for c in cases if c is not None})

    def check_shares(self, ledger: Ledger, case: RecordId | None, shares: Sequence[Share]) -> None:
        """Before a sealed record begins. Raises NamesSomebody."""
        if not self.confirmed:
            typed = [_Typed(POST, share.post) for share in shares]
            self._look(ledger, typed, set() if case is None else {case})

    # --- looking -----------------------------------------------------------------------------

    def _look(self, ledger: Ledger, typed: Iterable[_Typed], cases: Iterable[bytes]) -> None:
        """`cases` is not asked for where nobody typed a text: most writes."""
        listed = [one for one in typed if one.text]
        if not listed:
            return
        people = [p for case in sorted(set(cases)) for p in self._people(ledger, RecordId(case))]
        known = [word for person in people for word in person.words]
        for one in listed:
            if found := findings(one.text, known, one.before):
                what = Text(*(_BETWEEN[i].join(TRACES[f][i] for f in found) for i in (0, 1)))
                instead = _instead(people, one) if Trace.KNOWN in found else Text("", "")
                raise NamesSomebody(field=one.label, what=what, instead=instead)

    def people(self, ledger: Ledger, case: RecordId) -> list[Person]:
        """The parties of a case that this township may read now."""
        return list(self._people(ledger, case))

    def _people(self, ledger: Ledger, case: RecordId) -> Iterator[Person]:
        seals = self._records.seals
        for record in self._ground.seals.about(ledger.n, case):
            if seals.is_erased(ledger, record):
                continue
            with contextlib.suppress(MulinError):  # not granted, or what cannot be rebuilt
                seals.check_reader(ledger, record)
                held = self._records.get(ledger, record)
                if held.home is not None and held.shared.kind in KINDS:
                    yield from _person(view(held))

    def _kind(self, held: Record | None, operations: Sequence[Operation]) -> Kind | None:
        if held is None:
            return next((kind_named(o.kind) for o in operations if isinstance(o, Create)), None)
        return None if held.home is None else kind_named(held.shared.kind)


def _instead(people: Sequence[Person], one: _Typed) -> Text:
    """The alias of whom a text names, if the alias itself names nobody."""
    for person in people:
        if findings(one.text, person.words, one.before) and not findings(
            person.alias, person.words
        ):
            return Text(*(part.format(alias=person.alias) for part in _ALIAS))
    return Text("", "")


def _person(seen: View) -> Iterator[Person]:
    said = seen.kind.identifies
    if said is None:
        return
    words: list[str] = []
    for name in said.by:
        of = seen.kind.by_name[name].type
        if isinstance(of, Items):
            first = of.fields[0][0]
            words += [str(item.fields.get(first) or "") for item in seen.items[name]]
        else:
            words.append(str(seen.registers[name] or ""))
    words += _disputed(seen, said.by)
    alias = str(seen.registers[said.alias] or "")
    aliases = [alias, *_disputed(seen, (said.alias,))]
    yield Person(
        seen.id, alias, tuple(a for a in aliases if a), tuple(dict.fromkeys(w for w in words if w))
    )


def _disputed(seen: View, fields: tuple[str, ...]) -> list[str]:
    """What each side says of them, where they differ."""
    return [
        str(candidate.value or "")
        for conflict in seen.conflicts
        if split_key(conflict.key)[0] in fields
        for candidate in conflict.candidates
    ]


def _typed(kind: Kind, held: Record | None, operations: Sequence[Operation]) -> Iterator[_Typed]:
    for operation in operations:
        match operation:
            case Set(key, str() as value):
                standing = [] if held is None else held.facts().candidates(key).values
                if value not in standing and _is_text(_type_at(kind, key)):
                    yield _Typed(kind.by_name[split_key(key)[0]].label, value)
            case Splice(key, hunks):
                before = "" if held is None else held.text(key)
                yield _Typed(kind.by_name[key].label, spliced(before, hunks), before)
            case Add(collection, fields):
                items = kind.by_name[collection].type
                assert isinstance(items, Items), "items are added to a collection"
                for name, label, of in items.fields:
                    said = dict(fields).get(name)
                    if isinstance(said, str) and _is_text(of):
                        yield _Typed(label, said)


def _type_at(kind: Kind, key: str) -> FieldType | None:
    name, _, part = split_key(key)
    of = kind.by_name[name].type
    if isinstance(of, Items):
        return of.type_of(part or "")
    return of.of if isinstance(of, Slot) else of


def _is_text(of: FieldType | None) -> bool:
    return isinstance(of, (Line, Prose))


def _is_record(kind: Kind, key: str) -> bool:
    return isinstance(_type_at(kind, key), RecordRef)


def _cases(kind: Kind, held: Record | None, operations: Sequence[Operation]) -> Iterator[bytes]:
    """A record itself and the records that it names, or is to name: parties of these may be meant."""
    said: list[Scalar] = [
        o.value for o in operations if isinstance(o, Set) and _is_record(kind, o.key)
    ]
    if held is not None:
        yield held.id
        seen = view(held)
        said += [seen.registers[f.name] for f in seen.kind.fields if isinstance(f.type, RecordRef)]
    yield from (value for value in said if isinstance(value, bytes))
