"""What text may hold: nothing that deceives a reader, and nothing that two machines read differently."""

from __future__ import annotations

import hashlib
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys import canonical
from keys.errors import NotCanonical
from keys.text import is_settled_nfc, nfc, refused_character

# What Unicode 15 (Python 3.12) added and Unicode 14 (Python 3.11) would reorder or permit.
YOUNGER = (
    *range(0x10EFD, 0x10F00),
    *range(0x11F41, 0x11F43),
    *range(0x13439, 0x13440),
    0x1E08F,
    *range(0x1E4EC, 0x1E4F0),
)
REFUSED_CATEGORIES = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
# The same on Python 3.11 and 3.12. If a third Python differs, the table above lacks characters: find
# them by comparing the two tables, add them to keys/text.py and here, then write the new number.
TABLE = "0e09391b7d8c41ec"


def _table() -> str:
    """Hash of all that decides NFC or a refusal, over every character but the younger ones."""
    said = hashlib.sha256()
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        combining, split = unicodedata.combining(char), unicodedata.decomposition(char)
        refused = unicodedata.category(char) in REFUSED_CATEGORIES
        canonical_split = "" if split.startswith("<") else split
        if (combining or refused or canonical_split) and code not in YOUNGER:
            said.update(f"{code} {combining} {refused} {canonical_split};".encode())
    return said.hexdigest()[:16]


def test_every_supported_python_judges_text_alike() -> None:
    assert _table() == TABLE


@pytest.mark.parametrize("code", YOUNGER, ids=hex)
def test_characters_that_two_pythons_judge_differently_are_refused_by_both(code: int) -> None:
    """Found here: one such character, and an entry was void on one node and applied on its neighbour."""
    char = chr(code)
    for text in (char, f"界{char}", f"\u0301{char}"):
        assert not is_settled_nfc(text)
        with pytest.raises(NotCanonical):
            canonical.encode(text)
    assert refused_character(f"界{char}", lines=True) == f"U+{code:04X}"


def test_what_is_printable_needs_no_look_at_each_character() -> None:
    """The short way and the long way agree on every character there is."""
    for code in range(sys.maxunicode + 1):
        char = chr(code)
        refused = unicodedata.category(char) in REFUSED_CATEGORIES or code in YOUNGER
        assert (refused_character(f"界{char}a", lines=False) is not None) == refused, hex(code)
        assert (refused_character(f"{char}\n", lines=True) is None) == (not refused or char == "\n")


@pytest.mark.parametrize(
    ("text", "found"),
    (
        ("\x1b[2J", "U+001B"),
        ("a\tb", "U+0009"),
        ("a\x7f", "U+007F"),
        ("三\u202e江", "U+202E"),
        ("三\u200b江", "U+200B"),
        ("三\ufeff", "U+FEFF"),
        ("\u2028", "U+2028"),
        ("\ue000", "U+E000"),
        ("\ud800", "U+D800"),
        ("a\nb", "U+000A"),
        ("a\r\nb", "U+000D"),
    ),
)
def test_characters_that_deceive_a_reader_are_named(text: str, found: str) -> None:
    assert refused_character(text, lines=False) == found
    assert (refused_character(text, lines=True) is None) == (text == "a\nb")


def test_ordinary_text_passes() -> None:
    for text in ("", "事情是这样的。", "Ünïcode", "𠮷野家", "①㈠", "🙂", "ཨོཾ", "اردو", "a b"):
        assert refused_character(text, lines=False) is None


@given(st.text(max_size=20))
def test_nfc_text_is_settled_unless_it_holds_a_younger_character(text: str) -> None:
    expected = not any(ord(c) in YOUNGER for c in text)
    assert is_settled_nfc(nfc(text)) == expected
    if nfc(text) != text:
        assert not is_settled_nfc(text)
