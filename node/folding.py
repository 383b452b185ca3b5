"""One form for what is written in several: how a text is looked for. Pure; what is stored stays as typed.

Lower case, half width, simplified characters, and no pinyin in brackets, which web pages bring along.
"""

from __future__ import annotations

import functools
import re
import unicodedata

from node.characters import simplified, toneless
from node.pinyin import is_pinyin

VERSION = 1
"""Counts up whenever any text is folded or read otherwise than before: then the words are indexed anew."""
_HAN = "\u3007\u3400-\u9fff\U00020000-\U0003ffff"
# Dictionaries on the web print the two letters in these forms of theirs.
_PRINTED = {0x0251: "a", 0x0261: "g"}
_BRACKETS = re.compile(rf"(?<=[{_HAN}])[ \u3000]*[(\[〔【]([^()\[\]〔〕【】\n]{{1,80}})[)\]〕】]")
_BETWEEN = re.compile(r"[ ,;/'’·-]+")


def fold(text: str) -> str:
    """The form in which a text is compared with others. To fold twice is to fold once."""
    if text.isascii():
        return text.lower()
    folded = _letters(text)
    return _without_pinyin(folded) if _BRACKETS.search(folded) else folded


def _letters(text: str) -> str:
    while True:
        plain = unicodedata.normalize("NFKC", text).lower().translate(_characters())
        if plain == text or unicodedata.is_normalized("NFKC", plain):
            return plain
        text = plain


@functools.cache
def _characters() -> dict[int, str]:
    return simplified() | _PRINTED


def _without_pinyin(folded: str) -> str:
    """One bracket may stand behind the other."""
    while (without := _BRACKETS.sub(_kept, folded)) != folded:
        folded = without
    return folded


def _kept(bracket: re.Match[str]) -> str:
    """Nothing if it is pinyin, which a tone tells: letters without one may be a word or a name."""
    said = bracket[1].strip()
    bare = toneless(said)
    if bare == said.replace("ü", "v"):
        return bracket[0]
    pinyin = all(map(is_pinyin, filter(None, _BETWEEN.split(bare))))
    return "" if pinyin else bracket[0]
