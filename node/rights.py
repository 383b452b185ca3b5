"""What a person may ask of this township: which requests are due, a copy of what is kept of a party.

A copy holds what this node may read and no more. Names of the other parties are replaced by what stands for
them, and of a long text only the lines that mention the party are given. Writes nothing and knows no face.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from crdt.entry import RecordId
from crdt.kinds.language import Field
from crdt.kinds.rights_request import KIND as REQUEST
from crdt.kinds.types import FieldType, Items, Line, Prose, Scalar
from crdt.view import View, view
from keys.errors import MulinError, Text
from keys.text import nfc
from node.errors import Ambiguous, NotFound, WrongKind
from node.ledgers import Ledger
from node.openness import Person
from node.reading import Json
from node.rows import show
from node.service import Service
from node.shapes import look_shape, moment, plain

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
        alias = nfc(typed).strip()
        held = self._of_case(case)
        party = [h for h in held if _is(h.seen, alias) or h.record.hex().startswith(alias.lower())]
        party = [h for h in party if h.seen.kind.identifies is not None]
        if not party:
            raise NotFound(what=alias[:40])
        if len(party) > 1:  # whose the copy is people have to say
            raise Ambiguous(what=alias[:40], choices="、".join(h.record.hex()[:8] for h in party))
        alias = _alias(party[0].seen)
        names = _names(party[0].seen)
        hidden = _hiding(self._service.openness.people(self._ledger, case), alias)
        rest = [h for h in held if h not in party]
        mentions = [m for h in rest if (m := self._mention(h, names, hidden))["fields"]]
        named = [h.record for h in party] + [RecordId(bytes.fromhex(m["id"])) for m in mentions]
        sealed = self._service.ground.seals.about(self._ledger.n, case)
        standing = [r for r in sealed if not self._service.seals.is_erased(self._ledger, r)]
        book = self._service.ground.book
        return {
            "case": case.hex(),
            "alias": alias,
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

    def _mention(self, held: _Held, names: tuple[str, ...], hidden: Callable[[str], str]) -> Json:
        """What a record says of a party: all where a field is its alias, else the fields that name it, by its
        alias or by what identifies it."""
        said = held.seen.registers.values()
        whole = any(value == names[0] for value in said)
        named = re.compile("|".join(re.escape(name) + r"(?![0-9])" for name in names))

        def told(of: FieldType, value: Scalar) -> Scalar:
            if not isinstance(value, str) or not isinstance(of, (Line, Prose)):
                return value if whole else None
            lines = value.split("\n")
            kept = lines if whole and len(lines) == 1 else [k for k in lines if named.search(k)]
            return hidden("\n".join(kept)) or None

        def of_item(fields: dict[str, Scalar]) -> bool:
            return any(isinstance(v, str) and named.search(v) for v in fields.values())

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


def _hiding(people: Sequence[Person], alias: str) -> Callable[[str], str]:
    """Replaces the words that tell who the other parties are, the longest first."""
    own = {word for person in people if person.alias == alias for word in person.words}
    others = {w: p.alias for p in people if p.alias != alias for w in p.words if w not in own}
    words = sorted((w for w in others if len(w) > 1), key=len, reverse=True)
    if not words:
        return str
    pattern = re.compile("|".join(map(re.escape, words)))
    return lambda text: pattern.sub(lambda hit: others[hit[0]], text)


def _both(words: Text) -> Json:
    return {"zh": words[0], "en": words[1]}


def _alias(seen: View) -> str:
    assert seen.kind.identifies is not None, "it is a party"
    return str(seen.registers[seen.kind.identifies.alias])


def _names(seen: View) -> tuple[str, ...]:
    """What stands for a party in a text: its alias first, then what identifies it."""
    assert seen.kind.identifies is not None, "it is a party"
    told = [seen.registers.get(name) for name in seen.kind.identifies.by]
    return _alias(seen), *(str(word) for word in told if word)
