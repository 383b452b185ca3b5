"""A choice by letters of pinyin or in another script: only what is beyond doubt."""

from __future__ import annotations

import pytest

from crdt.kinds import KINDS
from crdt.kinds.enumerations import CATEGORY, choice
from crdt.kinds.types import Choice, Choices, Day, Items, Slot, Unfit
from node.choosing import read_members, read_value

_RATED = choice(("low", "一般", "plain"), ("high", "重大", "grave"), ("none", "无", "none"))


@pytest.mark.parametrize(
    ("typed", "code"),
    (
        ("sltd", "forest_land"),
        ("SLTD", "forest_land"),
        ("ｓｌｔｄ", "forest_land"),
        ("sltdjf", "forest_land"),
        ("shanlin", "forest_land"),
        ("山林土地糾紛", "forest_land"),
        ("山林土地纠纷", "forest_land"),
        ("forest_land", "forest_land"),
        ("Forest and Land", "forest_land"),
        ("qtjf", "other"),
        ("hy", "marriage_family"),
        ("ll", "neighbour"),
    ),
)
def test_a_category_is_chosen_by_its_initials(typed: str, code: str) -> None:
    assert read_value(CATEGORY, typed) == code


def test_several_that_begin_so_are_listed_and_none_is_chosen() -> None:
    with pytest.raises(Unfit) as fault:
        read_value(CATEGORY, "qt")
    zh, en = fault.value.why
    assert "其他劳动争议纠纷、其他消费纠纷、其他纠纷" in zh
    assert "other labour dispute, other consumer dispute, other dispute" in en


@pytest.mark.parametrize("typed", ("s", "xyz", "山林", "sltdjfx", "12", "sl td!", "shan lin"))
def test_what_is_no_whole_word_of_it_chooses_nothing(typed: str) -> None:
    with pytest.raises(Unfit):
        read_value(CATEGORY, typed)


def test_every_reading_counts_and_one_letter_only_where_it_is_all() -> None:
    assert [read_value(_RATED, typed) for typed in ("zd", "cd", "w", "")] == [
        "high",
        "high",
        "none",
        None,
    ]
    with pytest.raises(Unfit):
        read_value(_RATED, "z")


def test_other_types_read_as_they_did() -> None:
    assert read_value(Day(), "2024-08-18") == "2024-08-18"


def test_sets_are_chosen_one_by_one() -> None:
    assert read_members(Choices(CATEGORY), "ll、sltd") == ["neighbour", "forest_land"]


def _choices() -> list[Choice]:
    found: list[Choice] = []
    for kind in KINDS.values():
        for declared in kind.fields:
            inner = (
                [of for _, _, of in declared.type.fields]
                if isinstance(declared.type, Items)
                else []
            )
            for of in (declared.type, *inner):
                of = of.of if isinstance(of, Slot | Choices) else of
                found += [of] if isinstance(of, Choice) else []
    return found


def test_no_code_and_no_label_of_any_kind_means_anything_else_than_before() -> None:
    for of in _choices():
        for code, label in of.values:
            assert [read_value(of, typed) for typed in (code, *label)] == [
                of.parse(typed) for typed in (code, *label)
            ]
