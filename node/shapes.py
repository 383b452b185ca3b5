"""The JSON of single values, moments and fields; the shapes around them are in node.reading. Pure."""

from __future__ import annotations

from typing import Any

from crdt.kinds.references import TownshipRef
from crdt.kinds.types import FieldType, Items, Scalar, Townships
from crdt.view import View
from node.ledgers import Ledger
from node.officeclock import moment
from node.store.looks import Look

Json = dict[str, Any]


def plain(of: FieldType, value: Scalar, ledger: Ledger) -> Any:
    """A value for JSON: as kept, but bytes as a township's name or as hex."""
    if isinstance(value, bytes):
        if isinstance(of, TownshipRef):
            return ledger.members.name_of(value)
        return value.hex()
    return value


def fields_of(ledger: Ledger, seen: View) -> Json:
    """What a record says, field by field."""
    found: Json = {}
    for declared in seen.kind.fields:
        name, of = declared.name, declared.type
        if name in seen.sets:
            township = isinstance(of, Townships)
            found[name] = [_name(ledger, m) if township else m for m in seen.sets[name]]
        elif name in seen.slots:
            says = seen.slots[name].items()
            found[name] = {_name(ledger, m): plain(of, v, ledger) for m, v in says}
        elif isinstance(of, Items):
            found[name] = [
                {
                    "item": item.name,
                    # Apart: an item may have fields of these names itself.
                    "by": {
                        "township": ledger.members.name_of(item.township),
                        "post": item.post,
                        "claimed": moment(item.claimed_ms),
                    },
                    **{k: plain(of.type_of(k) or of, v, ledger) for k, v in item.fields.items()},
                }
                for item in seen.items[name]
                if not item.removed
            ]
        else:
            found[name] = plain(of, seen.registers[name], ledger)
    return found


def _name(ledger: Ledger, township_hex: str) -> str:
    return ledger.members.name_of(bytes.fromhex(township_hex))


def look_shape(number: int, look: Look) -> dict[str, Any]:
    """A line of the access log, as JSON."""
    return {
        "line": number,
        "at": moment(look.at_ms),
        "record": None if look.record is None else look.record.hex(),
        "action": look.action,
        "purpose": look.purpose,
        "post": look.post,
    }
