"""What a person may ask of this township: which requests are due, a copy of what is kept of a party.

A copy holds what this node may read and no more. Names of the other parties are replaced by what stands for
them, and of a long text only the lines that mention the party are given. Writes nothing and knows no face.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from crdt.entry import RecordId
from crdt.kinds.language import Field
from crdt.kinds.rights_request import KIND as REQUEST
from crdt.kinds.types import FieldType, Items, Line, Prose, Scalar
from crdt.names import mentions, replaced
from crdt.view import View, view
from keys.errors import MulinError, Text
from keys.text import nfc
from node.errors import Ambiguous, NotFound, WrongKind
from node.finding import is_prefix
from node.ledgers import Ledger
from node.officeclock import moment
from node.openness import Person
from node.reading import Json
from node.rows import show
from node.service import Service
from node.shapes import look_shape, plain

_SOMEBODY = "……"
"""Who another party is whose alias nobody said."""
_FINAL = frozenset({"answered", "refused"})


@dataclass(frozen=True, slots=True)
class _Held:
    """A sealed record of a case that may be read here."""

    record: RecordId
    seen: View


class Rights:
    """The desk of one node, in one ledger."""

    def __init__(self, service: Service, ledger: Ledger) -> None:
        self._service = service
        self._ledger = ledger

    # --- requests ----------------------------------------------------------------------------

    def requests(self) -> list[Json]:
        """What was asked for and may be read here: overdue first, then by their day, done last."""
        today, found = self._service.seals.today(), list[Json]()
        for row in self._service.ground.model.records(self._ledger.n, REQUEST.name):
            if (seen := self._seen(row.id)) is None:
                continue
            said, case = seen.registers, self._case(row.id)
            done = said["state"] in _FINAL
            found.append(
                {
                    "id": row.id.hex(),
                    "case": None if case is None else case.hex(),
                    "alias": said["alias"],
                    "kind_of": said["kind_of"],
                    "state": said["state"],
                    "received_on": said["received_on"],
                    "due_on": said["due_on"],
                    "overdue": not done and str(said["due_on"] or "9999") < today,
                    "done": done,
                }
            )
        return sorted(found, key=lambda r: (r["done"], str(r["due_on"] or "9999"), r["id"]))

    # --- parties -----------------------------------------------------------------------------

    def parties(self, record: RecordId) -> list[RecordId]:
        """The party itself, or whom a request is about. Raises WrongKind, NotFound, NotGranted."""
        seen = view(self._service.record(self._ledger, record))
        if seen.kind.identifies is not None:
            return [record]
        if seen.kind is not REQUEST:
            raise WrongKind(id=record.hex()[:12], wanted=REQUEST.label, found=seen.kind.label)
        case, alias = self._case(record), str(seen.registers["alias"])
        held = [] if case is None else self._of_case(case)
        found = [h.record for h in held if _is(h.seen, alias)]
        if not found:
            raise NotFound(what=alias)
        return found

    def copy(self, case: RecordId, typed: str) -> Json:
        """Everything that may be read here about one party of a case. Raises NotFound."""
        people = self._service.openness.people(self._ledger, case)
        one = _meant(people, nfc(typed).strip())
        held = self._of_case(case)
        hidden = _hiding(people, one)
        party = [h for h in held if h.record == one.record]
        rest = [h for h in held if h not in party]
        mentions = [m for h in rest if (m := self._mention(h, one, hidden))["fields"]]
        named = [h.record for h in party] + [RecordId(bytes.fromhex(m["id"])) for m in mentions]
        sealed = self._service.ground.seals.about(self._ledger.n, case)
        standing = [r for r in sealed if not self._service.seals.is_erased(self._ledger, r)]
        book = self._service.ground.book
        return {
            "case": case.hex(),
            "alias": "/".join(one.aliases),
            "ledger": self._ledger.name,
            "township": book.setting("name"),
            "made": moment(self._service.ground.clock_ms()),
            "party": [self._whole(h) for h in party],
            "mentions": mentions,
            "grants": [g for record in named for g in self._grants(record)],
            "looks": self._looks(named),
            "not_readable_here": len(standing) - len(held),
        }

    def _of_case(self, case: RecordId) -> list[_Held]:
        about = self._service.ground.seals.about(self._ledger.n, case)
        found = [(record, self._seen(record)) for record in about]
        return [_Held(record, seen) for record, seen in found if seen is not None]

    def _seen(self, record: RecordId) -> View | None:
        """None where it may not be read here, or not any more."""
        with contextlib.suppress(MulinError):
            return view(self._service.record(self._ledger, record))
        return None

    def _case(self, record: RecordId) -> RecordId | None:
        return self._service.seals.sealing(self._ledger, record).about

    # --- one record --------------------------------------------------------------------------

    def _whole(self, held: _Held) -> Json:
        return self._shape(held, self._fields(held.seen, lambda _, value: value, lambda _: True))

    def _mention(self, held: _Held, one: Person, hidden: Callable[[str], str]) -> Json:
        """What a record says of a party: all fields where one is its alias, else those that mention it, by
        its alias or by what identifies it; of collections and long texts those items and lines alone."""
        whole = any(value in one.aliases for value in held.seen.registers.values())

        def named(text: str) -> bool:
            return any(mentions(text, name) for name in (*one.aliases, *one.words))

        def told(of: FieldType, value: Scalar) -> Scalar:
            if not isinstance(value, str) or not isinstance(of, (Line, Prose)):
                return value if whole else None
            lines = value.split("\n")
            kept = lines if whole and len(lines) == 1 else [k for k in lines if named(k)]
            return hidden("\n".join(kept)) or None

        def of_item(fields: dict[str, Scalar]) -> bool:
            return any(isinstance(v, str) and named(v) for v in fields.values())

        return self._shape(held, self._fields(held.seen, told, of_item, hidden))

    def _shape(self, held: _Held, fields: list[Json]) -> Json:
        seen = held.seen
        return {
            "id": held.record.hex(),
            "kind": seen.kind.name,
            "label": _both(seen.kind.label),
            "home": self._ledger.members.name_of(seen.home),
            "fields": fields,
        }

    def _fields(
        self,
        seen: View,
        told: Callable[[FieldType, Scalar], Scalar],
        of_item: Callable[[dict[str, Scalar]], bool],
        hidden: Callable[[str], str] = str,
    ) -> list[Json]:
        """`told`: what of a value is given, None nothing; `of_item`: whether an item is given."""
        found: list[Json] = []
        for declared in seen.kind.fields:
            if isinstance(declared.type, Items):
                for item in seen.items[declared.name]:
                    if not item.removed and of_item(item.fields):
                        found += self._item(declared, item.fields, hidden)
            elif (value := seen.registers.get(declared.name)) is not None:
                if (given := told(declared.type, value)) not in (None, ""):
                    found.append(self._field(declared.name, declared.label, declared.type, given))
        return found

    def _item(
        self, declared: Field, fields: dict[str, Scalar], hidden: Callable[[str], str]
    ) -> Iterator[Json]:
        assert isinstance(declared.type, Items), "only a collection has items"
        for name, label, of in declared.type.fields:
            value = fields.get(name)
            if value is not None:
                given = hidden(value) if isinstance(value, str) else value
                where = Text(*(f"{declared.label[i]} · {label[i]}" for i in (0, 1)))
                yield self._field(f"{declared.name}/{name}", where, of, given)

    def _field(self, name: str, label: Text, of: FieldType, value: Scalar) -> Json:
        shown = Text(*(show(of, value, lang, self._ledger) for lang in ("zh", "en")))
        return {
            "field": name,
            "label": _both(label),
            "value": plain(of, value, self._ledger),
            "shown": _both(shown),
        }

    # --- who has it --------------------------------------------------------------------------

    def _grants(self, record: RecordId) -> Iterator[Json]:
        for one in self._service.granting.of(self._ledger, record):
            yield {
                "record": record.hex(),
                "township": self._ledger.members.name_of(one.township),
                "entered_it": one.share is None,
                "purpose": "" if one.share is None else one.share.purpose,
                "post": "" if one.share is None else one.share.post,
                "until": "" if one.share is None else one.share.until,
                "ended": one.ended,
            }

    def _looks(self, records: Sequence[RecordId]) -> list[Json]:
        return [
            look_shape(number, look)
            for number, look in self._service.looks.lines(self._ledger, records)
        ]


def records_of(copy: Json) -> list[RecordId]:
    """The records that a copy says something of."""
    return [RecordId(bytes.fromhex(one["id"])) for one in (*copy["party"], *copy["mentions"])]


def _is(seen: View, alias: str) -> bool:
    said = seen.kind.identifies
    return said is not None and seen.registers[said.alias] == alias


def _meant(people: Sequence[Person], typed: str) -> Person:
    """The party of that alias, or whose id begins so. Raises NotFound, Ambiguous."""
    begins = typed.lower()
    found = [
        p
        for p in people
        if typed in p.aliases or (is_prefix(begins) and p.record.hex().startswith(begins))
    ]
    if not found:
        raise NotFound(what=typed[:40])
    if len(found) > 1:  # whose the copy is people have to say
        raise Ambiguous(what=typed[:40], choices="、".join(p.record.hex()[:8] for p in found))
    return found[0]


def _hiding(people: Sequence[Person], one: Person) -> Callable[[str], str]:
    """Replaces the words that tell who the other parties are, however they are written."""
    words = {
        word: (*person.aliases, _SOMEBODY)[0]
        for person in people
        if person.record != one.record
        for word in person.words
        if len(word) > 1 and word not in one.words
    }
    return lambda text: replaced(text, words)


def _both(words: Text) -> Json:
    return {"zh": words[0], "en": words[1]}
