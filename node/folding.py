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
_BRACKET = r" *[(\[〔【]([^()\[\]〔〕【】\n]{1,80})[)\]〕】]"
_BEHIND = re.compile(rf"(?<=[{_HAN}])(?:{_BRACKET})+")
_ONE = re.compile(_BRACKET)
_BETWEEN = re.compile(r"[ ,;/'’·-]+")


def fold(text: str) -> str:
    """The form in which a text is compared with others. To fold twice is to fold once."""
    if text.isascii():
        return text.lower()
    folded = _letters(text)
    return _BEHIND.sub(_kept, folded)


def _letters(text: str) -> str:
    while True:
        plain = unicodedata.normalize("NFKC", text).lower().translate(_characters())
        if plain == text or unicodedata.is_normalized("NFKC", plain):
            return plain
        text = plain


@functools.cache
def _characters() -> dict[int, str]:
    return simplified() | _PRINTED


def _kept(brackets: re.Match[str]) -> str:
    """What is left of brackets behind a character, from the first that is no pinyin on."""
    said = brackets[0]
    at = 0
    while (one := _ONE.match(said, at)) and _is_scraped(one[1].strip()):
        at = one.end()
    return said[at:]


def _is_scraped(said: str) -> bool:
    """Pinyin with a tone somewhere: letters without one may be a word or a name."""
    bare = toneless(said)
    return bare != said.replace("ü", "v") and all(
        map(is_pinyin, filter(None, _BETWEEN.split(bare)))
    )
