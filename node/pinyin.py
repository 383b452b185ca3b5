"""Chinese typed as Latin letters: initials (`sltd`) and whole syllables (`matang`), and what may be meant.

All usual readings of a character count. Knows no index and no table, only characters.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Container, Iterable, Iterator, Sequence

from node.characters import read_as, readings

SHORT = 40
"""Texts up to so many characters are found by their letters: titles, places, labels, not whole accounts."""
WINDOW = 4
"""So many letters tell where to look; of more, every piece of this length."""
LETTERS_MIN = 2
LETTERS_MAX = 24
SPLITS_MAX = 8
_RUN = re.compile("[\u3400-\u9fff]+")
_TYPED = re.compile(r"[a-z]+(?:[ '][a-z]+)*")
_FINALS = {
    "": "a o e ai ei ao ou an en ang eng er",
    "b": "a o ai ei ao an en ang eng i ie iao ian in ing u",
    "p": "a o ai ei ao ou an en ang eng i ie iao ian in ing u",
    "m": "a o e ai ei ao ou an en ang eng i ie iao iu ian in ing u",
    "f": "a o ei ou an en ang eng u",
    "d": "a e ai ei ao ou an en ang eng ong i ia ie iao iu ian ing u uo ui uan un",
    "t": "a e ai ei ao ou an ang eng ong i ie iao ian ing u uo ui uan un",
    "n": "a e ai ei ao ou an en ang eng ong i ie iao iu ian in iang ing u uo uan un v ve ue",
    "l": "a o e ai ei ao ou an ang eng ong i ia ie iao iu ian in iang ing u uo uan un v ve ue",
    "g k h": "a e ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "j q x": "i ia ie iao iu ian in iang ing iong u ue uan un",
    "zh ch": "a e i ai ei ao ou an en ang eng ong u ua uo uai ui uan un uang",
    "sh": "a e i ai ei ao ou an en ang eng u ua uo uai ui uan un uang",
    "r": "e i ao ou an en ang eng ong u ua uo ui uan un",
    "z c": "a e i ai ei ao ou an en ang eng ong u uo ui uan un",
    "s": "a e i ai ao ou an en ang eng ong u uo ui uan un",
    "y": "a o e ao ou an ang ong i in ing u ue uan un",
    "w": "a o ai ei an en ang eng u",
}
SYLLABLES = frozenset(
    initial + final
    for initials, finals in _FINALS.items()
    for initial in initials.split(" ")
    for final in finals.split(" ")
)
_LONGEST = max(map(len, SYLLABLES))


def is_pinyin(letters: str) -> bool:
    """Whether letters without tones can be read as syllables, the last with an r if need be."""
    bare = letters.removesuffix("r")
    return 0 in _read_from(letters) or (bare != "" and 0 in _read_from(bare))


def splits(letters: str) -> Iterator[list[str]]:
    """Every way to part a few letters into syllables (lüe as lve): `xian` is one and two."""
    yield from _splits(letters, 0, _read_from(letters))


def _splits(letters: str, at: int, good: Container[int]) -> Iterator[list[str]]:
    if at == len(letters):
        yield []
    for end in range(min(at + _LONGEST, len(letters)), at, -1):
        first = letters[at:end]
        if end in good and first in SYLLABLES:
            said = first[0] + "ve" if first in ("lue", "nue") else first
            yield from ([said, *rest] for rest in _splits(letters, end, good))


def _read_from(letters: str) -> set[int]:
    """The places from which on letters can be read to the end: who goes by them meets no dead end."""
    good = {len(letters)}
    for at in range(len(letters) - 1, -1, -1):
        ends = range(at + 1, min(at + _LONGEST, len(letters)) + 1)
        if any(end in good and letters[at:end] in SYLLABLES for end in ends):
            good.add(at)
    return good


def typed_letters(folded: str) -> str:
    """The letters of a question that may be pinyin, "" if it is none."""
    if _TYPED.fullmatch(folded) is None:
        return ""
    letters = folded.replace(" ", "").replace("'", "")
    return letters if LETTERS_MIN <= len(letters) <= LETTERS_MAX else ""


def syllables_of(letters: str) -> list[list[str]]:
    """Typed letters read as two or more syllables, in a few ways at most; one alone is everywhere."""
    return [s for s in itertools.islice(splits(letters), SPLITS_MAX) if len(s) > 1]


@functools.lru_cache(maxsize=4096)
def pieces(folded: str) -> tuple[str, ...]:
    """The initials from every character of a short text on, in every usual reading."""
    if len(folded) > SHORT:
        return ()
    found: dict[str, None] = {}
    for run in _RUN.findall(folded):
        initials = [_initials(c) for c in run]
        for at in range(len(run)):
            # A character that nobody can read ends what can be typed.
            window = itertools.takewhile(bool, initials[at : at + WINDOW])
            found |= dict.fromkeys(map("".join, itertools.product(*window)))
    found.pop("", None)
    return tuple(found)


@functools.cache
def _initials(character: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(said[0] for said in readings(character)))


def begins(folded: str, letters: str, usual: int | None = None) -> bool:
    """Whether the initials of a text begin so, `usual` readings of a character counted (None: all)."""
    there = folded[: len(letters)]
    return len(there) == len(letters) and all(
        letter in _initials(c)[:usual] for letter, c in zip(letters, there, strict=True)
    )


def begun(folded: str, letters: str) -> bool:
    """Whether characters with these initials follow each other somewhere in a text."""
    first, last = letters[0], len(folded) - len(letters) + 1
    return any(
        first in _initials(c) and begins(folded[at:], letters)
        for at, c in enumerate(folded[: max(last, 0)])
    )


def spoken(rows: Iterable[Sequence[str]]) -> re.Pattern[str]:
    """What finds characters that are read as one of these rows of syllables in a folded text."""
    return re.compile("|".join(_one_after_another(map(read_as, row)) for row in rows))


def _one_after_another(classes: Iterable[str]) -> str:
    # A letter with which no reading begins, as i, makes the whole match nothing.
    return "".join(f"[{characters}]" if characters else "(?!)" for characters in classes)
