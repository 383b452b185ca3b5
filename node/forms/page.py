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
_SHORT_CELLS, _WIDEST = 24, 90
_EDGES, _WHOLE, _TOKEN_MAX, _LEAST, _HEAD = 3, 10, 24, 14, 8
"""Of a column, in half-width characters: its margins, up to which length a line of it stays whole, the
longest word that is not broken, what a longer line gets at least, and what a Chinese head does."""
_WORD = re.compile("[!-~]+")
PORTRAIT, LANDSCAPE = 91, 138
"""How many half-width characters of a table stand side by side on A4."""
_MANY_COLUMNS = 9
DENSE = 0.85
"""By which a table of many columns is smaller."""


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
class Room:
    """So many empty lines to write on by hand."""

    lines: int


@dataclass(frozen=True, slots=True)
class NewPage:
    """What follows begins on a page of its own, with a title of its own."""

    title: str


@dataclass(frozen=True, slots=True)
class Foot:
    """A remark in small print about the whole: at the foot of every page where the format has one."""

    text: str


Part: TypeAlias = Heading | Words | Pairs | Grid | Numbered | Signed | Seal | Room | NewPage | Foot


@dataclass(frozen=True, slots=True)
class Page:
    """`over`: whose page it is; `marks`: what must not be overlooked; `foot`: stands on every page; `cover`:
    the first page is the cover of a file."""

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
    cover: bool = False
    marks: tuple[str, ...] = ()


def texts(part: Part) -> Iterator[str]:
    """Every text that a part shows."""
    match part:
        case Heading(text) | Words(text) | NewPage(text) | Foot(text):
            yield text
        case Pairs(rows) | Numbered(rows):
            yield from (text for row in rows for text in row)
        case Grid(heads, lines):
            yield from (text for row in (heads, *lines) for text in row)
        case Signed(names) | Seal(names):
            yield from names
        case Room():
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


def is_dense(grid: Grid) -> bool:
    """Whether it has so many columns that its letters are smaller."""
    return len(grid.heads) > _MANY_COLUMNS


def widths(grid: Grid, room: float = PORTRAIT) -> list[float]:
    """The share of each column; together 1. All get what they want where there is `room`; else each gets what
    it cannot do without, and the long ones share the rest."""
    room = room / DENSE if is_dense(grid) else room
    columns = [{grid.heads[i], *(row[i] for row in grid.rows)} for i in range(len(grid.heads))]
    wanted = [float(_EDGES + min(max(map(cells, said)), _WIDEST)) for said in columns]
    least = [
        float(_EDGES + max([_longest_word(head), *map(_unbroken, said - {head})]))
        for head, said in zip(grid.heads, columns, strict=True)
    ]
    rest = room - sum(least)
    more = [want - need for want, need in zip(wanted, least, strict=True)]
    if sum(wanted) > room and rest > 0:
        wanted = [need + rest * by / sum(more) for need, by in zip(least, more, strict=True)]
    elif rest <= 0:
        wanted = least
    return [one / sum(wanted) for one in wanted]


def _unbroken(text: str) -> int:
    """How wide a column has to be so that no short line and no word of it is broken."""
    lines = map(cells, text.split("\n"))
    return max(_longest_word(text), *(line if line <= _WHOLE else _LEAST for line in lines))


def _longest_word(text: str) -> int:
    """How wide the widest word is that is not broken; of Chinese, without blanks, a few characters are."""
    words = [min(len(word), _TOKEN_MAX) for word in _WORD.findall(text)]
    return max(2, *words, 0 if text.isascii() else min(cells(text), _HEAD))


def kept_with_next(parts: tuple[Part, ...]) -> list[bool]:
    """Of each part whether it stays on one page with the part after it: what is signed with the signatures,
    these with the seal, and small print with what it is about."""
    kept = [
        isinstance(after, (Signed, Seal)) or (isinstance(after, Words) and after.small)
        for after in parts[1:]
    ]
    return [*kept, False][: len(parts)]
