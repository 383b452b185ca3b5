"""What stands in cells of the read model, read back: `node.rows` writes them, every view reads them here.

A neighbour's node signs what it likes: nothing that a cell can hold is refused here. Pure; names no kind.
"""

from __future__ import annotations

import json
import re

from crdt.kinds.types import FieldType, Money, Number, Unfit

Cell = None | int | str
ID_SHOWN = 8
"""So many digits of a record's id stand in a cell that names it."""
_NOT_MONEY = re.compile(r"[^0-9.]")


def short(record: bytes) -> str:
    """How a cell names a record."""
    return record.hex()[:ID_SHOWN]


def codes(cell: Cell) -> list[str]:
    """The codes of a set."""
    return [code for code in str(cell or "").split(",") if code]


def townships(cell: Cell) -> list[str]:
    """The names of a set of townships."""
    return [name for name in str(cell or "").split("、") if name]


def lines(cell: Cell) -> list[str]:
    """The items of a collection."""
    return [line for line in str(cell or "").split("\n") if line]


def each(cell: Cell) -> dict[str, str]:
    """By township what it stated in its place, as people read it in Chinese."""
    found: dict[str, str] = json.loads(str(cell or "{}"))
    return found


def number(of: FieldType, shown: str) -> int:
    """The number that is shown so; clerks may type no such long ones, yet they arrive."""
    if not isinstance(of, Money):
        return int(shown)
    yuan, _, fen = _NOT_MONEY.sub("", shown).partition(".")
    return int(yuan) * 100 + int(fen or 0)


def said_in(of: FieldType, shown: str, lang: str) -> str:
    """What is shown so in Chinese, in another language; as it stands where only a newer program knows it."""
    if isinstance(of, Number):
        return of.show(number(of, shown), lang)
    try:
        return of.show(of.parse(shown), lang)
    except Unfit:
        return shown
