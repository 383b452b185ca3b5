"""What every field type owes its reader: an answer to whatever is typed and whatever arrives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.kinds.case import STATE
from crdt.kinds.enumerations import CATEGORY, DISPOSITION, URGENCY
from crdt.kinds.references import RecordRef, TownshipRef
from crdt.kinds.types import (
    Choice,
    Choices,
    Code,
    Day,
    FieldType,
    Flag,
    Items,
    Line,
    Money,
    Number,
    Phone,
    Prose,
    Scalar,
    Slot,
    Townships,
    Unfit,
)
from keys.errors import Text
from keys.text import nfc, refused_character

MEGABYTE = "长" * (1024 * 1024 // 3)
REGISTERS: list[FieldType] = [
    Line(), Number(), Money(), Day(), Code(), Phone(), Flag(), CATEGORY, STATE, Slot(CATEGORY),
    TownshipRef(), RecordRef("case"),
]  # fmt: skip
ALL = [
    *REGISTERS,
    Prose(),
    Choices(DISPOSITION),
    Townships(),
    Items((("t", Text("文", "t"), Line()),)),
]


def names(types: list[FieldType]) -> list[str]:
    return [type(of).__name__ for of in types]


def why(of: FieldType, typed: str) -> str:
    """The sentence a clerk reads about what was typed; in both languages, and never empty."""
    with pytest.raises(Unfit) as fault:
        of.parse(typed)
    assert all(fault.value.why)
    assert str(fault.value) == fault.value.why[1]
    return fault.value.why[0]


class TestEveryType:
    @pytest.mark.parametrize("of", REGISTERS, ids=names(REGISTERS))
    def test_is_cleared_by_typing_nothing(self, of: FieldType) -> None:
        assert of.parse("") is None
        assert of.parse(" \u3000 ") is None
        assert of.show(None, "zh") == of.show(None, "en") == ""

    @pytest.mark.parametrize("of", ALL, ids=names(ALL))
    def test_answers_a_megabyte_with_one_short_sentence(self, of: FieldType) -> None:
        assert len(why(of, MEGABYTE)) < 600

    @pytest.mark.parametrize("of", ALL, ids=names(ALL))
    @given(typed=st.text(st.characters(exclude_categories=[])))
    def test_reads_anything_or_says_why_not(self, of: FieldType, typed: str) -> None:
        try:
            value = of.parse(typed)
        except Unfit:
            assert why(of, typed)
            return
        if value is not None:
            of.check(value)
            assert of.parse(of.show(value, "zh")) == value

    @pytest.mark.parametrize("of", ALL, ids=names(ALL))
    @given(value=st.one_of(st.none(), st.booleans(), st.integers(), st.text(), st.binary()))
    def test_judges_whatever_arrives_and_shows_what_it_passed(
        self, of: FieldType, value: Scalar
    ) -> None:
        try:
            of.check(value)
        except Unfit:
            return
        assert all(isinstance(of.show(value, lang), str) for lang in ("zh", "en"))

    @given(st.text(max_size=50))
    def test_line_reads_back_what_it_shows(self, typed: str) -> None:
        typed = nfc(typed).strip()
        if typed and not refused_character(typed, lines=False):
            assert Line().parse(Line().show(typed, "zh")) == typed

    def test_choices_are_values_and_can_be_compared(self) -> None:
        again = Choice(tuple((code, Text(*label)) for code, label in URGENCY.values))

        assert again == URGENCY
        assert hash(again) == hash(URGENCY)
