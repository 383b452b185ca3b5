"""What a check of `doctor` found: one line, and what to do about it. Knows no check."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from keys.errors import MulinError, Text

if TYPE_CHECKING:
    from node.cli.face import Face

NOTHING = Text("", "")


class Level(Enum):
    """How a check ended; only WRONG makes the exit code 3."""

    FINE = "✓"
    NOTE = "!"
    WRONG = "✗"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: what was found, and what to do."""

    check: str
    level: Level
    said: Text
    hint: Text = NOTHING


def number(face: Face, sql: str, *parameters: object) -> int:
    """The first column of the first row, 0 if there is none."""
    row = face.service.ground.db.one(sql, *parameters)
    return 0 if row is None or row[0] is None else int(row[0])


def text_of(fault: MulinError) -> Text:
    """A fault's sentence in both languages."""
    return Text(fault.say("zh"), fault.say("en"))
