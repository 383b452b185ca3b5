"""Pages as HTML and DOCX: every word arrives, whatever it is, and the file is one that others open."""

from __future__ import annotations

import html.parser
import io
import zipfile
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from node.forms.docx_page import docx_page
from node.forms.html_page import html_page
from node.forms.page import (
    Grid,
    Heading,
    Numbered,
    Page,
    Pairs,
    Part,
    Seal,
    Signed,
    Words,
    cells,
    clean,
    in_rows,
    widths,
)
from node.forms.printed import forms

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXT = st.text(max_size=40)
_CELL = st.text(
    st.sampled_from("界桩山林<>&\"'{}%\n\x00\x1b\u202e\uffff\U00020bb7 ab12"), max_size=30
)
_PARTS = st.one_of(
    st.builds(Heading, _TEXT),
    st.builds(Words, _TEXT, st.booleans()),
    st.builds(Pairs, st.lists(st.tuples(_CELL, _CELL), max_size=4).map(tuple)),
    st.builds(
        Grid, st.just(("一", "二")), st.lists(st.tuples(_CELL, _CELL), max_size=4).map(tuple)
    ),
    st.builds(Numbered, st.lists(st.tuples(st.just("1"), _CELL), max_size=3).map(tuple)),
    st.builds(Signed, st.lists(_CELL, max_size=3).map(tuple), st.just("日")),
    st.builds(
        Seal, st.lists(_CELL, min_size=1, max_size=3).map(tuple), st.just("章"), st.just("日")
    ),
)


def _page(parts: list[Part]) -> Page:
    return Page("zh", "表", "乡", "编号 1", tuple(parts), "表", ("第 ", " 页，共 "), " 页")


def _squeezed(text: str) -> str:
    """Without what lines and blanks are on paper."""
    return "".join(clean(text).split())


def _wanted(part: Part) -> list[str]:
    match part:
        case Pairs(rows) | Numbered(rows):
            return [text for row in rows for text in row]
        case Grid(heads, lines):
            return [*heads, *(text for row in lines for text in row)]
        case Heading(text) | Words(text):
            return [text]
        case Signed(names) | Seal(names):
            return list(names)
    return []


class _Reader(html.parser.HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.tags: set[str] = set()

    def handle_data(self, data: str) -> None:
        self.said.append(data)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.tags.add(tag)


@settings(max_examples=30)
@given(st.lists(_PARTS, max_size=5))
def test_every_word_arrives_in_both(parts: list[Part]) -> None:
    reader = _Reader()
    reader.feed(html_page(_page(parts)).decode())
    assert not reader.tags & {"script", "img", "b"}
    with zipfile.ZipFile(io.BytesIO(docx_page(_page(parts)))) as packed:
        tree = ElementTree.fromstring(packed.read("word/document.xml"))
    docx = "".join(n.text or "" for n in tree.iter(f"{_W}t"))
    for said in (_squeezed("".join(reader.said)), _squeezed(docx)):
        at = 0
        for text in (_squeezed(t) for part in parts for t in _wanted(part)):
            found = said.find(text, at)
            assert found >= 0, (text, said)
            at = found + len(text)


@given(st.lists(st.tuples(_CELL, _CELL), max_size=9))
def test_pairs_keep_their_order_and_long_ones_stand_alone(rows: list[tuple[str, str]]) -> None:
    made = in_rows(Pairs(tuple(rows)))
    assert [pair for row in made for pair in row] == rows
    assert all(
        len(row) == 1 or all(cells(b) <= 24 and "\n" not in b for _, b in row) for row in made
    )


@given(st.lists(st.tuples(_CELL, _CELL, _CELL), max_size=5))
def test_columns_share_the_width(rows: list[tuple[str, str, str]]) -> None:
    shares = widths(Grid(("甲", "乙", "丙"), tuple(rows)))
    assert sum(shares) == pytest.approx(1)
    assert min(shares) > 0.05


def test_every_form_is_declared_in_both_languages() -> None:
    for form in forms().values():
        assert form.label[0] != form.label[1]
        assert form.name.isidentifier()


def test_what_stands_on_every_page_ends_no_style_sheet() -> None:
    page = Page("zh", "表", "乡", "", (), '"}</style><script>', ("第 ", " 页，共 "), " 页")
    reader = _Reader()
    reader.feed(html_page(page).decode())
    assert "script" not in reader.tags
    assert "}</style>" not in html_page(page).decode().partition("@page")[2].partition("@media")[0]
