"""Whether a text that all members read seems to tell of a person: numbers, and words known to be names. Pure.

It finds what clerks type by habit, not what somebody hides on purpose. Knows no record and no field.
"""

from __future__ import annotations

import datetime
import enum
import re
import unicodedata
from collections.abc import Iterable, Mapping

from keys.errors import Text


class Trace(enum.StrEnum):
    """What a part of a text looks like."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    IDENTITY = "identity"
    KNOWN = "known"


TRACES = {
    Trace.MOBILE: Text("手机号码", "a mobile number"),
    Trace.LANDLINE: Text("电话号码", "a telephone number"),
    Trace.IDENTITY: Text("身份证号码", "an identity number"),
    Trace.KNOWN: Text("当事人的姓名或电话", "a party's name or phone"),
}

_S = r"[\s-]{0,3}"
_CALLED = rf"(?<![0-9])(?:(?:\+{_S}|00)?86{_S})?"
_ONE_PIECE = re.compile(
    rf"{_CALLED}1[3-9][0-9](?:[0-9]{{8}}|[\s./·_-]{{1,3}}[0-9]{{4}}[\s./·_-]{{1,3}}[0-9]{{4}})(?![0-9])"
)
_IN_PIECES = re.compile(rf"{_CALLED}1{_S}[3-9](?:{_S}[0-9]){{9}}(?![0-9])")
_AREA_AT_HOME = rf"(?<![0-9])\(?{_S}0(?:10|2[0-9]|[3-9][0-9]{{2}}){_S}\)?{_S}"
_LINE = re.compile(rf"{_AREA_AT_HOME}[0-9]{{7,8}}(?![0-9])")
_LINE_ABROAD = re.compile(
    rf"(?<![0-9])(?:\+{_S}|00)86{_S}\(?(?:0?10|0?2[0-9]|0?[3-9][0-9]{{2}})\)?(?:{_S}[0-9]){{7,8}}(?![0-9])"
)
_LINE_IN_PIECES = re.compile(rf"{_AREA_AT_HOME}[0-9](?:{_S}[0-9]){{6,7}}(?![0-9])")
# Looked for at every place, as one may begin inside of what only resembles one.
_EIGHTEEN = re.compile(rf"(?<![0-9])(?=([1-9](?:{_S}[0-9]){{16}}{_S}[0-9Xx])(?![0-9]))")
_FIFTEEN = re.compile(rf"(?<![0-9])(?=([1-9](?:{_S}[0-9]){{14}})(?![0-9]))")
# What is plainly something else, and would make a number together with what stands beside it.
_DAY = r"(?:[12][0-9]|3[01]|0?[1-9])"
_DATE = rf"(?<![0-9])(?:19|20)[0-9]{{2}}\s?[-/.年]\s?(?:1[0-2]|0?[1-9])\s?[-/.月]\s?{_DAY}(?![0-9])"
_FIGURE = r"[0-9][0-9,.]{2,}"
_UNIT = "元|万|亿|亩|平方|平米|米|公里|斤|公斤|吨|棵|株|yuan|mu"
_PLAIN = re.compile(rf"{_DATE}|{_FIGURE}(?:\s?[-~]\s?{_FIGURE})?\s?(?:{_UNIT})")

_PROVINCES = re.compile("1[1-5]|2[123]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[123]")
_HYPHENS = dict.fromkeys(map(ord, "‐‑‒–—―−﹘ー"), "-")
_BETWEEN = re.compile(r"[\s\-.·•・‧]")
_WORD_LEAST = 2
_NUMBER_LEAST = 5


def findings(text: str, known: Iterable[str] = (), before: str = "") -> list[Trace]:
    """What a text seems to hold, in the order of `Trace`. `known`: names and phones of the parties.

    `before`: what stood there already is not found again.
    """
    fresh = {trace for trace, _ in spots(text, known) - spots(before, known)}
    return [trace for trace in Trace if trace in fresh]


def spots(text: str, known: Iterable[str] = ()) -> set[tuple[Trace, str]]:
    """The same with what was found, without blanks and hyphens. Not for anybody's eyes."""
    if not text:
        return set()
    folded = _fold(text)
    bare = _bare(folded).casefold()
    found = {(Trace.KNOWN, word) for w in known if (word := _known_in(bare, w))}
    if any(c.isdigit() for c in folded):
        found |= _numbers(folded)
    return found


def places(text: str, word: str) -> list[tuple[int, int]]:
    """Where a word stands in a text (from, to), whatever blanks, hyphens and widths it is written with."""
    wanted = _bare(_fold(word)).casefold()
    if not wanted:
        return []
    said, whence = [], list[int]()
    for n, char in enumerate(text):
        plain = _bare(_fold(char)).casefold()
        said.append(plain)
        whence += [n] * len(plain)
    bare, found, at = "".join(said), list[tuple[int, int]](), -1
    while (at := bare.find(wanted, at + 1)) >= 0:
        found.append((whence[at], whence[at + len(wanted) - 1] + 1))
    return found


def mentions(text: str, word: str) -> bool:
    """Whether a word stands there and no further digit after it: 甲方1 is not in 甲方12."""
    return any(not text[end : end + 1].isdigit() for _, end in places(text, word))


def replaced(text: str, instead: Mapping[str, str]) -> str:
    """A text with other words in the place of some; of two that overlap the longer one is taken."""
    taken: dict[int, tuple[int, str]] = {}
    for word in sorted(instead, key=len, reverse=True):
        for start, end in places(text, word):
            if all(end <= s or e <= start for s, (e, _) in taken.items()):
                taken[start] = end, instead[word]
    for start, (end, put) in sorted(taken.items(), reverse=True):
        text = text[:start] + put + text[end:]
    return text


def _numbers(folded: str) -> set[tuple[Trace, str]]:
    plain = _PLAIN.sub(" □ ", folded)
    looked_for = (
        (Trace.MOBILE, _ONE_PIECE, folded),
        (Trace.MOBILE, _IN_PIECES, plain),
        (Trace.LANDLINE, _LINE, folded),
        (Trace.LANDLINE, _LINE_ABROAD, folded),
        (Trace.LANDLINE, _LINE_IN_PIECES, plain),
    )
    found = {
        (trace, _bare(hit[0]))
        for trace, pattern, where in looked_for
        for hit in pattern.finditer(where)
    }
    for pattern, is_one in ((_EIGHTEEN, _is_eighteen), (_FIFTEEN, _is_fifteen)):
        numbers = (_bare(hit[1]).upper() for hit in pattern.finditer(folded))
        found |= {(Trace.IDENTITY, number) for number in numbers if is_one(number)}
    return found


def _fold(text: str) -> str:
    """Full-width letters and digits, and every kind of digit and hyphen, as one writes them in ASCII."""
    plain = unicodedata.normalize("NFKC", text).translate(_HYPHENS)
    if plain.isascii():
        return plain
    return "".join(
        str(unicodedata.digit(c)) if unicodedata.category(c) == "Nd" else c for c in plain
    )


def _bare(text: str) -> str:
    return _BETWEEN.sub("", text)


def _known_in(bare: str, word: str) -> str:
    """The word as it is looked for, "" if it is not there or too short to say anything."""
    wanted = _bare(_fold(word)).casefold()
    least = _NUMBER_LEAST if wanted.isdigit() else _WORD_LEAST
    return wanted if len(wanted) >= least and wanted in bare else ""


def _is_eighteen(number: str) -> bool:
    """Also where the check digit is wrong: who mistypes one has typed somebody's number all the same."""
    return bool(_PROVINCES.match(number)) and _is_birthday(number[6:14])


def _is_fifteen(number: str) -> bool:
    return bool(_PROVINCES.match(number)) and _is_birthday("19" + number[6:12])


def _is_birthday(digits: str) -> bool:
    if digits[:2] not in ("18", "19", "20"):
        return False
    try:
        datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return False
    return True
