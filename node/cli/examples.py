"""Values for the examples in help texts, made from a kind's declaration. Pure."""

from __future__ import annotations

from crdt.kinds.language import Kind
from crdt.kinds.references import RecordRef, TownshipRef
from crdt.kinds.times import Moment, Quarter, Week
from crdt.kinds.types import (
    Choice,
    Choices,
    Code,
    Day,
    FieldType,
    Flag,
    Money,
    Number,
    Phone,
    Slot,
    Townships,
)

_OPTIONS_MAX = 2
# Where a type says too little; invented, as every person and village in an example is.
_SAMPLES = {
    "village": "示范一村",
    "office": "司法所",
    "post": "所长",
    "name": "龙示春",
    "ends_at": "2024-8-18T9:30",
}


def example_of(kind: Kind) -> str:
    """The required fields with values that pass: as options, or the shorter way where there are many."""
    required = [f for f in kind.fields if f.required]
    words = []
    for declared in required:
        sample = _SAMPLES.get(declared.name) or value_example(declared.type)
        option = "--" + declared.name.replace("_", "-") + " "
        words.append((option if len(required) <= _OPTIONS_MAX else f"{declared.name}=") + sample)
    return " ".join(words)


def value_example(of: FieldType) -> str:
    """A value of a type as a clerk types it."""
    match of:
        case Choice():
            return of.codes()[min(6, len(of.codes()) - 1)]
        case Choices():
            return of.of.codes()[0]
        case Slot():
            return value_example(of.of)
        case Money() | Number():
            return "8000"
        case Day():
            return "2024-08-18"
        case Moment():
            return "2024-8-18T8:30"
        case Quarter():
            return "2024Q3"
        case Week():
            return "2024-W34"
        case Code():
            return "430527210901"
        case Phone():
            return "0739-0000-118"
        case Flag():
            return "是"
        case TownshipRef() | Townships():
            return "麻塘乡"
        case RecordRef():
            return "3f2a9c1e"
        case _:
            return "示范一村"
