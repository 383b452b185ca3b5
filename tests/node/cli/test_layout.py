"""Cells, wrapping and drawings: nothing is wider than it may be, and nothing is lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from node.cli import layout
from node.cli.graph import lanes
from node.cli.moments import clock, day
from node.officeclock import moment

WORDS = st.text(st.sampled_from("界桩山林，。；（）“”—·…abcdef-_/=12 \n"), max_size=300)
WIDTHS = st.integers(4, 100)


@given(WORDS, WIDTHS)
def test_wrapped_text_fits_and_loses_only_blanks(text: str, cells: int) -> None:
    lines = layout.wrap(text, cells)
    assert all(cell_len(line) <= cells for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


@given(WORDS, WIDTHS)
def test_cut_text_is_one_line_that_fits(text: str, cells: int) -> None:
    line = layout.cut(text, cells)
    assert "\n" not in line
    assert cell_len(line) <= cells


@given(st.lists(st.tuples(WORDS.map(lambda t: t.replace("\n", "")[:20]), WORDS), max_size=6))
def test_definitions_stand_in_two_columns(rows: list[tuple[str, str]]) -> None:
    assert all(cell_len(line) <= 80 for line in layout.definitions(rows, 80).split("\n"))


def test_no_line_begins_with_a_stop() -> None:
    lines = layout.wrap("纠纷" * 10 + "，" + "界桩" * 10, 40)
    assert not any(line.startswith("，") for line in lines)


@st.composite
def histories(draw: st.DrawFn) -> list[tuple[str, list[str]]]:
    """A causal history: every entry after the first follows one or more that came before it."""
    made: list[tuple[str, list[str]]] = []
    for n in range(draw(st.integers(1, 12))):
        names = [name for name, _ in made]
        parents = draw(st.lists(st.sampled_from(names), max_size=3, unique=True)) if names else []
        made.append((f"e{n}", parents))
    return made


@given(histories())
def test_a_drawing_shows_every_entry_once_below_those_that_follow_it(
    history: list[tuple[str, list[str]]],
) -> None:
    rows = list(lanes(history[::-1]))
    assert [entry for _, entry in rows if entry is not None] == [e for e, _ in history[::-1]]
    for drawing, entry in rows:
        assert drawing.count("●") == (entry is not None)
        assert ("├" in drawing) == (entry is None)


def test_a_fork_and_its_joining_are_drawn() -> None:
    joined = [("e", ["c", "d"]), ("d", ["b"]), ("c", ["b"]), ("b", ["a"]), ("a", [])]
    assert [drawing for drawing, _ in lanes(joined)] == ["●", "├─╮", "│ ●", "● │", "├─╯", "●", "●"]


def test_moments_are_shown_to_the_minute() -> None:
    assert clock(moment(1_723_965_600_000)) == "2024-08-18 15:20"
    assert day(moment(1_723_965_600_000)) == "2024-08-18"
    assert clock(moment(2**62)) == str(2**62)
