"""What is printed of a recovery key, and its shares."""

from __future__ import annotations

import html.parser
import itertools
import re

import pytest

from keys.recovery import from_text, to_text
from node.ownerrors import SheetsDoNotFit
from node.recovering import share_sheet, sheet
from node.shares import join, split
from tests.support.people import seed


class _Reader(html.parser.HTMLParser):
    """What a page holds and what it would load."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.loads += [f"{k}={v}" for k, v in attrs if k in ("src", "href", "action", "data")]


def test_a_page_stands_alone_and_gives_the_key_back() -> None:
    key = seed("sheet")
    page = sheet("麻塘乡<script>", key, ["边界 & 联合体"]).page()
    reader = _Reader()
    reader.feed(page)
    assert "svg" in reader.tags
    assert "script" not in reader.tags
    assert reader.loads == []
    assert "url(" not in page
    assert "http" not in page
    assert from_text(page) == key
    assert "边界 &amp; 联合体" in page


@pytest.mark.parametrize(("of", "need"), ((2, 2), (3, 2), (5, 3)))
def test_any_so_many_shares_give_the_key_and_one_fewer_none(of: int, need: int) -> None:
    key = seed("shares", of, need)
    shares = split(key, of, need)
    pages = [share_sheet("麻塘乡", s, n, of, need).page() for n, s in enumerate(shares, 1)]
    for some in itertools.combinations(pages, need):
        assert join(some) == key
    assert join(pages) == key
    assert join([*pages, pages[0]]) == key, "one sheet may be named twice"
    for some in itertools.combinations(pages, need - 1):
        with pytest.raises(SheetsDoNotFit):
            join(some)
    assert all(to_text(key).split()[0] not in page for page in pages)


def test_shares_of_two_keys_and_wrong_words_do_not_fit_and_are_not_told() -> None:
    one, other = split(seed("one"), 3, 2), split(seed("other"), 3, 2)
    word = one[0].split()[5]
    wrong = one[0].replace(word, "zebra" if word != "zebra" else "yoga", 1)
    for bad in ([one[0], other[1]], [wrong, one[1]], ["没有", one[0]]):
        with pytest.raises(SheetsDoNotFit) as caught:
            join(bad)
        said = caught.value.say("en") + repr(caught.value) + str(caught.value.__cause__)
        assert not re.search(rf"\b({word}|zebra)\b", said)
        assert caught.value.__cause__ is None
