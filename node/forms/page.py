"""A page before it is HTML or DOCX: headings, words, tables, places to sign. Plain texts; knows no record."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias
from unicodedata import east_asian_width

from keys.text import refused_character

_GAP = "\ufffd"
_NO_CHARACTERS = re.compile("[\ufffe\uffff]")
_SHORT_CELLS, _NARROWEST, _WIDEST = 24, 6, 40


@dataclass(frozen=True, slots=True)
class Heading:
    text: str


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph; `small`: a remark below what matters."""

    text: str
    small: bool = False


@dataclass(frozen=True, slots=True)
class Pairs:
    """A table of labels and values; short ones stand two in a row."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table with a head that is repeated on every page."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Numbered:
    """Numbered paragraphs, with the numbers that they were given."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Signed:
    """Places to sign: each label is followed by a line."""

    labels: tuple[str, ...]
    date: str


@dataclass(frozen=True, slots=True)
class Seal:
    """Places for seals, each with a name above it and a date below."""

    names: tuple[str, ...]
    words: str
    date: str


@dataclass(frozen=True, slots=True)
class NewPage:
    """What follows begins on a page of its own."""


Part: TypeAlias = Heading | Words | Pairs | Grid | Numbered | Signed | Seal | NewPage


@dataclass(frozen=True, slots=True)
class Page:
    """`over`: whose page it is; `marks`: what must not be overlooked; `foot`: stands on every page."""

    lang: str
    title: str
    over: str
    number: str
    parts: tuple[Part, ...]
    foot: str
    pages: tuple[str, str]
    """What stands before the number of a page and before the number of pages; `end` after it."""
    end: str
    wide: bool = False
    marks: tuple[str, ...] = ()


def texts(part: Part) -> Iterator[str]:
    """Every text that a part shows."""
    match part:
        case Heading(text) | Words(text):
            yield text
        case Pairs(rows) | Numbered(rows):
            yield from (text for row in rows for text in row)
        case Grid(heads, lines):
            yield from (text for row in (heads, *lines) for text in row)
        case Signed(names) | Seal(names):
            yield from names
        case NewPage():
            return


def clean(text: str) -> str:
    """`text` without characters that XML cannot hold or a reader of paper cannot see."""
    text = text.replace("\r\n", "\n")
    if refused_character(text, lines=True):
        text = "".join(_GAP if refused_character(c, lines=True) else c for c in text)
    return _NO_CHARACTERS.sub(_GAP, text)


def cells(text: str) -> int:
    """How wide its widest line is; a Chinese character counts as two."""
    return max(
        (sum(1 + (east_asian_width(c) in "WF") for c in line) for line in text.split("\n")),
        default=0,
    )


def in_rows(pairs: Pairs) -> list[tuple[tuple[str, str], ...]]:
    """The pairs of a table by rows: two short ones share a row, a long one has it alone."""
    found: list[tuple[tuple[str, str], ...]] = []
    waiting: tuple[str, str] | None = None
    for pair in pairs.rows:
        short = cells(pair[1]) <= _SHORT_CELLS and "\n" not in pair[1]
        if waiting is not None:
            found.append((waiting, pair) if short else (waiting,))
            waiting = None
            if short:
                continue
        if short:
            waiting = pair
        else:
            found.append((pair,))
    return [*found, (waiting,)] if waiting is not None else found


def widths(grid: Grid) -> list[float]:
    """The share of each column, by the widest cell in it within bounds; together 1."""
    wanted = [
        min(max(_NARROWEST, *(cells(row[i]) for row in (grid.heads, *grid.rows))), _WIDEST)
        for i in range(len(grid.heads))
    ]
    return [one / sum(wanted) for one in wanted]
