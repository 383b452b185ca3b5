"""What stands in a cell is read back as what was stated, however far from what a clerk could have typed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt.kinds.enumerations import URGENCY
from crdt.kinds.types import Money, Number
from keys.limits import INT_MAX
from node.cells import codes, each, lines, number, said_in, townships


@pytest.mark.parametrize("of", (Number(), Money()), ids=("number", "money"))
@given(value=st.integers(0, INT_MAX))
def test_every_number_that_may_arrive_is_read_back(of: Number, value: int) -> None:
    shown = of.show(value, "zh")
    assert number(of, shown) == value
    assert said_in(of, shown, "en") == of.show(value, "en")


def test_a_code_of_a_newer_neighbour_stands_as_it_is() -> None:
    assert said_in(URGENCY, "橙", "en") == "orange"
    assert said_in(URGENCY, "紫", "en") == "紫"


def test_what_is_not_stated_is_nothing() -> None:
    for cell in (None, ""):
        assert (codes(cell), townships(cell), lines(cell), each(cell)) == ([], [], [], {})
    assert codes("a,b") == ["a", "b"]
    assert townships("三江口镇、鲁布革乡") == ["三江口镇", "鲁布革乡"]
    assert lines("一\n\n二") == ["一", "二"]
    assert each(json.dumps({"三江口镇": "8"})) == {"三江口镇": "8"}
