"""What text may hold: NFC, no control, bidirectional-override or unassigned-use characters. Knows no field.

Text is stored as typed, so what could deceive a reader (an ESC that moves the cursor, a right-to-left
override that turns a name round, a lone surrogate) is refused at the door and not filtered later.
"""

from __future__ import annotations

import unicodedata

# Cc control, Cf format (bidi overrides, zero width), Cs surrogates, Co private use, Zl/Zp line separators.
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
_LINE_ENDS = frozenset("\n")


def refused_character(text: str, *, lines: bool) -> str | None:
    """The first character that may not stand in `text` as "U+001B", or None. `lines` permits line feeds."""
    for char in text:
        if char.isascii():
            if char.isprintable() or (lines and char in _LINE_ENDS):
                continue
            return f"U+{ord(char):04X}"
        if unicodedata.category(char) in _REFUSED:
            return f"U+{ord(char):04X}"
    return None


def nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
