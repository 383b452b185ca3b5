"""What an edited sheet would do, row by row, in words that a clerk reads before anything is written.

The values here; the records stay where they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from crdt.kinds.language import Field, Kind
from keys.errors import Text


@dataclass(frozen=True, slots=True)
class Cell:
    """One edited cell: its field, its column's letters, what stood there and what stands there now."""

    field: Field
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One record whose cells were edited. `elsewhere`: it moved on meanwhile, in other fields only."""

    row: int
    record: str
    cells: tuple[Cell, ...]
    elsewhere: bool = False

    @property
    def typed(self) -> dict[str, str]:
        return {cell.field.name: cell.after for cell in self.cells}


@dataclass(frozen=True, slots=True)
class Beginning:
    """A row without an id: a new record."""

    row: int
    typed: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Remark:
    """Of a row that is refused or left out (0: of the sheet), and why."""

    row: int
    why: Text


@dataclass(slots=True)
class Plan:
    """`same`: how many rows say what they said when exported; `skipped`: rows that are here already."""

    kind: Kind
    same: int = 0
    changes: list[Change] = field(default_factory=list)
    begins: list[Beginning] = field(default_factory=list)
    refused: list[Remark] = field(default_factory=list)
    skipped: list[Remark] = field(default_factory=list)
    notes: list[Remark] = field(default_factory=list)

    @property
    def cells(self) -> int:
        return sum(len(change.cells) for change in self.changes)

    @property
    def writes(self) -> bool:
        return bool(self.changes or self.begins)

    def refuse(self, row: int, words: Text, **facts: object) -> None:
        self.refused.append(Remark(row, filled(words, **facts)))

    def note(self, row: int, words: Text, **facts: object) -> None:
        self.notes.append(Remark(row, filled(words, **facts)))

    def skip(self, row: int, words: Text, **facts: object) -> None:
        self.skipped.append(Remark(row, filled(words, **facts)))


def filled(words: Text, **facts: object) -> Text:
    """Both sentences with the facts in them; a fact may itself be in both languages."""

    def say(lang: str) -> str:
        chosen = {k: v.say(lang) if isinstance(v, Text) else v for k, v in facts.items()}
        return words.say(lang).format(**chosen)

    return Text(say("zh"), say("en"))
