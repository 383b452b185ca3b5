"""Numbers that are not what they mostly are, and the reason given. It refuses nothing; names no kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from crdt.kinds.follows import Usual
from crdt.kinds.language import Field, Kind
from crdt.record import Record
from crdt.view import View

Unusual = tuple[Field, Usual, int]
"""(field, what is usual of it, what it says)."""


def unusual(kind: Kind, says: Mapping[str, object]) -> Iterator[Unusual]:
    """Of registers that say so."""
    for declared in kind.fields:
        how, value = declared.usual, says.get(declared.name)
        if how is None or type(value) is not int:
            continue
        if how.where is not None and says.get(how.where[0]) not in how.where[1]:
            continue
        if not how.least <= value <= how.most:
            yield declared, how, value


def unusual_shape(record: Record, seen: View) -> list[dict[str, Any]]:
    """The same as JSON, with the reason: what the field for it says, or whoever stated the number."""
    return [
        {
            "field": declared.name,
            "label": {"zh": declared.label[0], "en": declared.label[1]},
            "value": value,
            "least": how.least,
            "most": how.most,
            "say_why": how.why,
            "why": str(seen.registers.get(how.why) or _said_with(record, declared.name)),
        }
        for declared, how, value in unusual(seen.kind, seen.registers)
    ]


def _said_with(record: Record, key: str) -> str:
    """The reason of the entry that states a value."""
    numbers = record.shared.writers.number
    reasons = (
        record.applied[numbers[i]].content.reason for i in record.facts().candidates(key).ids
    )
    return next((reason for reason in reasons if reason), "")
