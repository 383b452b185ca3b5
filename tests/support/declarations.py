"""What a schema number declares, as plain values: all by which an entry of that number is judged.

Each number that was given to townships stands in a file of its own, which never changes again. Written by
`python -m tests.support.declarations NUMBER`, once, when a version is given out. Knows no record.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib
import sys
from typing import Any

from crdt.kinds import KINDS
from crdt.kinds.earlier import known_by
from crdt.kinds.language import Field, Kind
from crdt.kinds.types import Choice, FieldType, Items, State

FOLDER = pathlib.Path(__file__).parents[1] / "crdt" / "schemas"


def declared(schema: int) -> dict[str, Any]:
    """The kinds of a schema number, from the declarations of today."""
    return {name: _kind(kind) for name, kind in known_by(KINDS, schema).items()}


def given_out(schema: int) -> dict[str, Any]:
    """The same as it was when townships got it."""
    found: dict[str, Any] = json.loads((FOLDER / f"{schema}.json").read_text())
    return found


def _kind(kind: Kind) -> dict[str, Any]:
    agreed = kind.agreed
    return {
        "home only": kind.home_only,
        "sealed": kind.sealed,
        "agreed": None
        if agreed is None
        else [list(agreed.fields), agreed.draft, list(agreed.before), agreed.confirmed],
        "fields": {f.name: _field(f) for f in kind.fields},
    }


def _field(one: Field) -> dict[str, Any]:
    return {"required": one.required, **_type(one.type)}


def _type(of: FieldType) -> dict[str, Any]:
    found: dict[str, Any] = {"type": type(of).__name__}
    match of:
        case State():
            moves = sorted(f"{before} > {after}" for before, after in of.moves)
            return found | {"codes": of.codes(), "initial": of.initial, "moves": moves}
        case Choice():
            return found | {"codes": of.codes()}
        case Items():
            return found | {"parts": {name: _type(part) for name, _, part in of.fields}}
    for part in dataclasses.fields(of):  # type: ignore[arg-type]
        value = getattr(of, part.name)
        if part.init:
            found[part.name] = _type(value) if isinstance(value, FieldType) else value
    return found


def differences(old: Any, new: Any, path: str = "") -> list[str]:
    """Where two of them differ, in words."""
    if isinstance(old, dict) and isinstance(new, dict):
        return [
            line
            for key in dict.fromkeys((*old, *new))
            for line in (
                [f"{path}{key}: came"]
                if key not in old
                else [f"{path}{key}: went"]
                if key not in new
                else differences(old[key], new[key], f"{path}{key} / ")
            )
        ]
    if isinstance(old, list) and isinstance(new, list):
        came = [f"{path}{one}: came" for one in new if one not in old]
        went = [f"{path}{one}: went" for one in old if one not in new]
        return came + went or ([f"{path}order: another"] if old != new else [])
    return [] if old == new else [f"{path}{old} became {new}"]


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    text = json.dumps(declared(int(sys.argv[1])), ensure_ascii=False, indent=1)
    (FOLDER / f"{sys.argv[1]}.json").write_text(text + "\n")
