"""From a view to the cells of its table and its title. Pure."""

from __future__ import annotations

import functools
import json

from crdt.kinds import KINDS
from crdt.kinds.language import Field, Kind
from crdt.kinds.references import RecordRef, TownshipRef
from crdt.kinds.types import (
    Choice,
    Choices,
    Code,
    Day,
    FieldType,
    Flag,
    Items,
    Line,
    Number,
    Phone,
    Prose,
    Scalar,
    Slot,
    Townships,
)
from crdt.view import View
from keys.identity import TownshipId
from node.cells import Cell, short
from node.ledgers import Ledger


def row_of(seen: View, ledger: Ledger) -> tuple[str, dict[str, Cell]]:
    """(title, cells in column order)."""
    title = title_of(seen, "zh")
    cells: dict[str, Cell] = {
        "id": seen.id.hex(),
        "ledger": ledger.name,
        "home": ledger.members.name_of(seen.home),
        "title": title,
        **_blank(seen.kind.name),
    }
    by_name, as_typed = seen.kind.by_name, _as_typed(seen.kind.name)
    for name, value in seen.registers.items():
        if value is not None and value != "":  # an empty text states nothing
            if name in as_typed:
                cells[name] = value  # type: ignore[assignment]
            else:
                _fill_register(cells, by_name[name], value, ledger)
    for part in (seen.sets, seen.slots, seen.items):
        for name, stated in part.items():
            if stated:
                _fill(cells, seen, by_name[name], ledger)
    cells["conflicts"] = len(seen.conflicts)
    cells["updated"] = ""
    return title, cells


@functools.cache
def _blank(kind: str) -> dict[str, Cell]:
    """The cells of a record that states nothing: most fields of most records."""
    cells: dict[str, Cell] = {}
    for declared in KINDS[kind].fields:
        many = isinstance(declared.type, (Choices, Townships, Items, Slot))
        cells[declared.name] = "" if many else None
        if isinstance(declared.type, (Choice, Choices)):
            cells[declared.name + "_zh"] = "" if many else None
    return cells


@functools.cache
def _as_typed(kind: str) -> frozenset[str]:
    """Fields whose words people read as they are; most fields are."""
    plain = (Line, Day, Code, Phone, Prose)
    return frozenset(f.name for f in KINDS[kind].fields if isinstance(f.type, plain))


def _fill(cells: dict[str, Cell], seen: View, declared: Field, ledger: Ledger) -> None:
    name, of = declared.name, declared.type
    match of:
        case Choices():
            marked = seen.sets[name]
            cells[name] = ",".join(marked)
            cells[name + "_zh"] = "、".join(of.of.show(m, "zh") for m in marked)
        case Townships():
            names = [ledger.members.name_of(TownshipId(bytes.fromhex(m))) for m in seen.sets[name]]
            cells[name] = "、".join(names)
        case Items():
            shown = [
                " ".join(show(of.type_of(k) or of, v, "zh", ledger) for k, v in item.fields.items())
                for item in seen.items[name]
                if not item.removed
            ]
            cells[name] = "\n".join(shown)
        case Slot():
            says = {
                ledger.members.name_of(TownshipId(bytes.fromhex(m))): show(of.of, v, "zh", ledger)
                for m, v in seen.slots[name].items()
            }
            cells[name] = json.dumps(says, ensure_ascii=False) if says else ""


def _fill_register(
    cells: dict[str, Cell], declared: Field, value: bool | int | str | bytes, ledger: Ledger
) -> None:
    """A register that states something."""
    of = declared.type
    if isinstance(of, Choice):
        cells[declared.name] = str(value)
        cells[declared.name + "_zh"] = of.show(value, "zh") or None
    elif isinstance(of, (Number, Flag)):
        cells[declared.name] = int(value)
    else:
        cells[declared.name] = show(of, value, "zh", ledger) or None


def show(of: FieldType, value: Scalar, lang: str, ledger: Ledger) -> str:
    """A value as people read it; townships by name, records by the beginning of their id."""
    if isinstance(value, bytes):
        if isinstance(of, TownshipRef):
            return ledger.members.name_of(TownshipId(value))
        if isinstance(of, RecordRef):
            return short(value)
        return value.hex()
    return of.show(value, lang)


def title_of(seen: View, lang: str) -> str:
    """The title made from the fields that the kind names; "?" for what is not stated."""
    kind: Kind = seen.kind
    parts = []
    for name in kind.title:
        value = seen.registers.get(name)
        parts.append(kind.by_name[name].type.show(value, lang) or "?")
    return " · ".join(parts)


def conflict_rows(seen: View) -> list[tuple[bytes, str, str]]:
    return [(c.id, c.key, str(c.severity)) for c in seen.conflicts]
