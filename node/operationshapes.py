"""The JSON of what an entry does, with labels and values as people read them. Knows no record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from crdt.kinds import kind_named
from crdt.kinds.references import Hash
from crdt.kinds.types import FieldType, Items, Scalar
from crdt.operations import Add, Create, Keep, Operation, Set, Splice
from node.agreedshapes import HASH_SHOWN
from node.ledgers import Ledger
from node.rows import show
from node.service import Service
from node.shapes import plain

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operations:
    """Of the entries of one record, which is of this kind."""

    service: Service
    ledger: Ledger
    kind: str
    lang: str

    def __call__(self, operation: Operation) -> Json:
        match operation:
            case Create(kind):
                return {"do": "create", "kind": kind}
            case Set(key, value, cites):
                of, label = self.service.type_at(self.kind, key)
                return {
                    "do": "settle" if cites else "set",
                    "field": key,
                    "label": {"zh": label[0], "en": label[1]},
                    "value": plain(of, value, self.ledger),
                    "shown": self._shown(of, value),
                    "cites": [c.hex() for c in cites],
                }
            case Add(collection, fields):
                return {"do": "add", "field": collection} | self._item(collection, dict(fields))
            case Splice(key, hunks):
                return {"do": "text", "field": key, "hunks": [list(h) for h in hunks]}
            case Keep(key, cites):
                _, label = self.service.type_at(self.kind, key)
                return {
                    "do": "keep",
                    "field": key,
                    "label": {"zh": label[0], "en": label[1]},
                    "cites": [c.hex() for c in cites],
                }

    def _item(self, collection: str, said: dict[str, Scalar]) -> Json:
        """`shown` is in the order in which the item's fields are declared."""
        of = kind_named(self.kind).by_name[collection].type
        assert isinstance(of, Items), "an applied item lies in a collection"
        shown = {n: self._shown(kind, said[n]) for n, _, kind in of.fields if n in said}
        value = {n: plain(of.type_of(n) or of, v, self.ledger) for n, v in said.items()}
        return {"value": value, "shown": shown}

    def _shown(self, of: FieldType, value: Scalar) -> str:
        shown = show(of, value, self.lang, self.ledger)
        return shown[:HASH_SHOWN] if isinstance(of, Hash) else shown
