"""The chair: the same term everywhere, swaps only with both sides, and no winner where two cannot be."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crdt import rotation
from crdt.deeds import Deed, Serve, Swap, read, to_plain
from crdt.entry import EntryId
from crdt.rotation import Rotation, Word, quarter_text
from keys.identity import TownshipId
from tests.support.people import seed

A, B, C = sorted(TownshipId(seed("rotation", n)) for n in "abc")
TOWNS = (A, B, C)
FIRST = 2026 * 4 - 2026 * 4 % 3
"""A quarter that is A's by the order; then come B and C."""


def _word(who: TownshipId, deed: Serve | Swap) -> Word:
    return Word(who, EntryId(seed("word", who.hex(), repr(deed))), deed)


def _swap(who: TownshipId, one: int, other: int, turn: int = 1, *, agrees: bool = True) -> Word:
    return _word(who, Swap(FIRST + one, FIRST + other, turn, agrees))


def _serve(who: TownshipId, quarter: int, turn: int = 1, *, accepts: bool = True) -> Word:
    return _word(who, Serve(FIRST + quarter, turn, accepts))


def _chairs(words: Sequence[Word], count: int = 6) -> list[TownshipId]:
    turns = Rotation(TOWNS, words)
    return [turns.term(FIRST + n).chair for n in range(count)]


def test_members_take_turns_in_their_order() -> None:
    assert _chairs([]) == [A, B, C, A, B, C]


def test_a_swap_needs_both_sides_and_moves_both_quarters() -> None:
    asked = [_swap(A, 0, 1)]
    assert _chairs(asked) == [A, B, C, A, B, C]
    assert Rotation(TOWNS, asked).term(FIRST).asked == ((A, FIRST, FIRST + 1),)
    both = [*asked, _swap(B, 0, 1)]
    assert _chairs(both) == [B, A, C, A, B, C]
    assert not Rotation(TOWNS, both).term(FIRST).asked
    assert _chairs([*both, _swap(B, 0, 1, 2, agrees=False)]) == [A, B, C, A, B, C]
    assert _chairs([*asked, _swap(C, 0, 1)]) == [A, B, C, A, B, C], "it is none of C's business"


def test_two_swaps_of_one_quarter_are_a_conflict_and_the_order_stands() -> None:
    both = [_swap(A, 0, 1), _swap(B, 0, 1), _swap(A, 0, 2), _swap(C, 0, 2)]
    turns = Rotation(TOWNS, both)
    assert _chairs(both) == [A, B, C, A, B, C]
    assert turns.term(FIRST).rivals == ((FIRST, FIRST + 1), (FIRST, FIRST + 2))
    assert all(turns.term(FIRST + n).conflict for n in range(3))
    settled = [*both, _swap(C, 0, 2, 2, agrees=False)]
    assert _chairs(settled) == [B, A, C, A, B, C]
    assert not Rotation(TOWNS, settled).term(FIRST).conflict


def test_who_accepted_beside_the_chair_is_a_conflict_until_taken_back() -> None:
    said = [_serve(A, 0), _swap(A, 0, 1), _swap(B, 0, 1), _serve(B, 0)]
    term = Rotation(TOWNS, said).term(FIRST)
    assert (term.chair, term.claims, term.conflict) == (A, (A, B), True)
    term = Rotation(TOWNS, [*said, _serve(A, 0, 2, accepts=False)]).term(FIRST)
    assert (term.chair, term.accepted, term.conflict) == (B, True, False)


def test_a_turn_that_was_taken_up_is_not_swapped_away_on_either_side() -> None:
    both = [_swap(A, 0, 1), _swap(B, 0, 1)]
    for own in (_serve(A, 0), _serve(B, 1)):
        turns = Rotation(TOWNS, [*both, own])
        assert _chairs([*both, own]) == [A, B, C, A, B, C]
        assert all(turns.term(FIRST + n).conflict for n in range(2))
        assert all(turns.term(FIRST + n).kept for n in range(2))
    assert _chairs([*both, _serve(B, 0), _serve(A, 1)])[:2] == [B, A], "each its new one"


def test_who_is_no_member_says_nothing() -> None:
    stranger = TownshipId(seed("stranger"))
    assert not Rotation(TOWNS, [_serve(stranger, 0)]).term(FIRST).claims


_deeds = st.builds(Serve, st.integers(FIRST, FIRST + 5), st.integers(1, 3), st.booleans()) | (
    st.tuples(st.integers(0, 4), st.integers(1, 5), st.integers(1, 3), st.booleans())
    .filter(lambda t: t[0] < t[1])
    .map(lambda t: Swap(FIRST + t[0], FIRST + t[1], t[2], t[3]))
)
_words = st.lists(st.builds(_word, st.sampled_from(TOWNS), _deeds), max_size=12)


def _check(words: list[Word], other: list[Word]) -> None:
    one, again = Rotation(TOWNS, words), Rotation(TOWNS, other)
    terms = [one.term(FIRST + n) for n in range(6)]
    assert terms == [again.term(FIRST + n) for n in range(6)], "in every order"
    by_order = [t.turn for t in terms]
    assert sorted(t.chair for t in terms) == sorted(by_order), "nobody serves more than it would"
    for term in terms:
        if term.swapped is not None:
            there = one.term(term.swapped)
            assert (there.swapped, there.chair) == (term.quarter, term.turn)
            pair = sorted((term.quarter, there.quarter))
            assert one.agrees(term.turn, *pair), "both said so"
            assert one.agrees(there.turn, *pair), "both said so"


@given(words=_words, data=st.data())
def test_equal_sets_give_equal_terms_and_swaps_move_both(
    words: list[Word], data: st.DataObject
) -> None:
    _check(words, data.draw(st.permutations(words)))


def test_a_swap_that_asks_one_side_only_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    words = [_swap(A, 0, 1), _serve(B, 4)]
    _check(words, words[::-1])
    monkeypatch.setattr(rotation, "all", any, raising=False)
    assert _chairs(words)[0] == B, "the bug is in"
    with pytest.raises(AssertionError, match="both said so"):
        _check(words, words[::-1])


@pytest.mark.parametrize("deed", (Serve(8104, 1, accepts=True), Swap(8104, 8105, 3, agrees=False)))
def test_deeds_read_back(deed: Deed) -> None:
    assert read(to_plain([deed])) == [deed]


def test_what_is_shaped_otherwise_is_left_to_newer_versions() -> None:
    assert read([[5, 1, 1, 1], [6, 2, 2, 1, True], [5, -1, 1, True], [5, True, 1, True]]) == []


def test_quarters_are_written_one_way() -> None:
    assert quarter_text(2026 * 4 + 2) == "2026Q3"
