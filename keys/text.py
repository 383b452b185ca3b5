"""What text may hold: NFC, no control, bidirectional-override or unassigned-use characters. Knows no field.

Text is stored as typed, so what could deceive a reader (an ESC that moves the cursor, a right-to-left
override that turns a name round, a lone surrogate) is refused at the door and not filtered later.
"""

from __future__ import annotations

import re
import unicodedata

# Cc control, Cf format (bidi overrides, zero width), Cs surrogates, Co private use, Zl/Zp line separators.
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_LINE_ENDS = frozenset("\n")
# Python 3.11 carries Unicode 14, Python 3.12 carries 15. These are all the characters that 15 added and
# that would change a verdict (a combining class, or a refused category): permitted nowhere, so that
# two nodes on two Pythons never judge one entry differently. test_text.py compares the tables.
_YOUNGER = re.compile(
    "[\U00010efd-\U00010eff\U00011f41\U00011f42\U00013439-\U0001343f\U0001e08f\U0001e4ec-\U0001e4ef]"
)
_BEYOND_PLANE_0 = re.compile("[\U00010000-\U0010ffff]")  # one range is looked through much faster


def is_settled_nfc(text: str) -> bool:
    """Whether `text` is NFC and every supported Python agrees that it is."""
    if text.isascii():
        return True
    if _BEYOND_PLANE_0.search(text) and _YOUNGER.search(text):
        return False
    return unicodedata.is_normalized("NFC", text)


def refused_character(text: str, *, lines: bool) -> str | None:
    """The first character that may not stand in `text` as "U+001B", or None. `lines` permits line feeds."""
    # Nothing printable is of a refused category; most text is known to be good without a look at each.
    if (text.replace("\n", "") if lines else text).isprintable() and not _BEYOND_PLANE_0.search(
        text
    ):
        return None
    for char in text:
        if char.isascii():
            if char.isprintable() or (lines and char in _LINE_ENDS):
                continue
            return f"U+{ord(char):04X}"
        if unicodedata.category(char) in _REFUSED or _YOUNGER.match(char):
            return f"U+{ord(char):04X}"
    return None


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
