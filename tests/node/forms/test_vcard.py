"""Address cards, read back by a library that is not ours."""

from __future__ import annotations

import re
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from node.forms.vcard import VERSIONS, Card, fold, vcards

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import vobject

_TEXT = st.text(
    st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=80
).filter(lambda text: text.strip() == text)
_LINES = st.lists(_TEXT, max_size=4).map("\n".join)
_NUMBERS = st.from_regex(r"[0-9]{3,4}-[0-9]{5,8}", fullmatch=True)
CARDS = st.builds(
    Card,
    uid=st.uuids().map(lambda u: u.urn),
    name=_TEXT,
    org=st.tuples(_TEXT, _TEXT),
    title=_TEXT,
    role=st.just("") | _TEXT,
    phones=st.lists(st.tuples(_NUMBERS, st.just("") | _TEXT), max_size=3).map(tuple),
    categories=st.lists(_TEXT, max_size=3).map(tuple),
    note=_LINES,
    changed_ms=st.integers(0, 4_000_000_000_000),
)


@given(st.lists(CARDS, min_size=1, max_size=3), st.sampled_from(VERSIONS))
def test_another_program_reads_what_was_written(cards: list[Card], version: str) -> None:
    raw = vcards(cards, version)
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    read = list(vobject.readComponents(raw.decode()))
    assert len(read) == len(cards)
    for card, found in zip(cards, read, strict=True):
        assert found.version.value == version
        assert found.fn.value == card.name
        assert found.n.value.family == card.name
        assert found.org.value == list(card.org)
        assert found.title.value == card.title
        assert found.uid.value == card.uid
        assert [tel.value for tel in found.contents.get("tel", [])] == [n for n, _ in card.phones]
        assert [a.value for a in found.contents.get("x-ablabel", [])] == [
            label for _, label in card.phones if label
        ]
        if card.note:
            assert found.note.value == card.note
        if card.categories:
            assert found.categories.value == list(card.categories)
        assert re.fullmatch(r"[0-9]{8}T[0-9]{6}Z", found.rev.value)


@given(st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=300))
def test_a_folded_line_unfolds_to_itself(line: str) -> None:
    raw = fold(line)
    assert raw.replace(b"\r\n ", b"") == line.encode() + b"\r\n"
    for piece in raw.split(b"\r\n"):
        assert len(piece) <= 75
        piece.decode()


@pytest.mark.parametrize("cut", (76, 80))
def test_the_reader_would_notice_a_wrong_fold(cut: int) -> None:
    """The oracle is worth something: a line folded by characters and not by octets is too long."""
    line = "NOTE:" + "界" * 100
    wrong = "\r\n ".join(line[i : i + cut] for i in range(0, len(line), cut)).encode()
    assert not all(len(piece) <= 75 for piece in wrong.split(b"\r\n"))


def test_old_and_new_say_the_preferred_number_each_in_its_way() -> None:
    card = Card(
        "urn:x",
        "赵某",
        ("甲乡", "司法所"),
        "所长",
        "",
        (("0745-1", ""), ("1390", "夜间")),
        (),
        "",
        0,
    )
    old, new = (vcards([card], version).decode().split("\r\n") for version in VERSIONS)
    assert "TEL;TYPE=WORK,VOICE,PREF:0745-1" in old
    assert 'TEL;TYPE="work,voice";PREF=1:0745-1' in new
    assert "KIND:individual" in new
    assert "item2.X-ABLabel:夜间" in old
    assert "REV:19700101T000000Z" in old
