"""A log that was continued twice: neither branch hides the other, however the two sides are apart.

Equal heights with different heads are seen at once, because the vector carries hashes. Where neither
side knows the other's tip, marks find the last entry they share.
"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keys.limits import MARKS_PER_LOG
from protocol import events as ev
from protocol import messages as m
from tests.protocol.fakes import LEDGER, FakeStore, log_name
from tests.protocol.pair import Chains, Pair, Side

SAN, LU = log_name("三江口镇"), log_name("鲁布革乡")


def store_of(*branches: tuple[int, int, str]) -> FakeStore:
    """Branches (leave the trunk after this many entries, length, mark); the trunk is what they share."""
    store = FakeStore()
    for left, length, mark in branches:
        trunk = [f"trunk {n}" for n in range(left)]
        other = FakeStore()
        other.write(SAN, *trunk, *(f"{mark} {n}" for n in range(length)))
        for ledger, logs in other.ledgers.items():
            for log, held in logs.items():
                store.ledgers.setdefault(ledger, {}).setdefault(log, {}).update(held)
    return store


def meet(a: FakeStore, b: FakeStore) -> Pair:
    pair = Pair(Side(Chains(a)), Side(Chains(b)))
    pair.settle()
    assert pair.a.closed is None
    assert pair.b.closed is None
    return pair


def test_two_branches_of_equal_length_are_found_in_one_exchange() -> None:
    a, b = store_of((50, 50, "one")), store_of((50, 50, "other"))
    assert a.vector(LEDGER)[SAN][0][0] == b.vector(LEDGER)[SAN][0][0] == 99
    pair = meet(a, b)
    assert a.vector(LEDGER) == b.vector(LEDGER)
    assert len(a.vector(LEDGER)[SAN]) == 2
    assert pair.a.synced
    assert pair.b.synced


LENGTHS = ((0, 5), (5, 0), (1, 1), (3, 900), (900, 3), (2000, 2000))
SHAPES = [(t, *both) for t in (0, 1, 2, 64, 1500) for both in LENGTHS if t or all(both)]


@pytest.mark.parametrize(("trunk", "left", "right"), SHAPES)
def test_branches_of_any_length_meet(trunk: int, left: int, right: int) -> None:
    a, b = store_of((trunk, left, "one")), store_of((trunk, right, "other"))
    a.per_run = b.per_run = 400
    meet(a, b)
    assert a.vector(LEDGER) == b.vector(LEDGER)
    assert len(a.ledgers[LEDGER][SAN]) == trunk + left + right


def test_marks_of_a_long_log_are_few_and_save_most_of_it() -> None:
    a, b = store_of((3000, 10, "one")), store_of((3000, 10, "other"))
    a.per_run = b.per_run = 400
    pair = meet(a, b)
    (marks,) = [x for x in pair.said(pair.a) if isinstance(x, m.Marks)]
    assert len(marks.marks) <= 20 <= MARKS_PER_LOG
    assert pair.bytes < 6000, "not the three thousand entries both hold"
    assert a.vector(LEDGER) == b.vector(LEDGER)


def test_one_behind_on_both_branches_catches_up_with_both() -> None:
    whole = store_of((20, 30, "one"), (20, 12, "other"), (5, 2, "third"))
    part = store_of((20, 3, "one"), (20, 1, "other"))
    meet(whole, part)
    assert part.vector(LEDGER) == whole.vector(LEDGER)
    assert len(part.vector(LEDGER)[SAN]) == 3


def test_a_third_node_learns_of_the_fork_from_one_that_has_both() -> None:
    both = store_of((4, 2, "one"), (4, 2, "other"))
    fresh = FakeStore()
    meet(both, fresh)
    assert fresh.vector(LEDGER) == both.vector(LEDGER)


def test_a_peer_that_is_ahead_is_listened_to_and_not_talked_over() -> None:
    """Its tip is unknown here, but ours is known there: no marks, nothing sent twice."""
    a, b = store_of((100, 0, "")), store_of((40, 0, ""))
    pair = meet(a, b)
    said = [type(x) for x in pair.said(pair.b)]
    assert m.Marks not in said
    assert m.Run not in said
    assert m.Marks not in [type(x) for x in pair.said(pair.a)]
    assert a.vector(LEDGER) == b.vector(LEDGER)


def test_a_shorter_branch_still_reaches_the_one_who_is_ahead() -> None:
    a, b = store_of((10, 90, "long")), store_of((10, 4, "short"))
    meet(a, b)
    assert a.vector(LEDGER) == b.vector(LEDGER)
    assert [seq for seq, _ in a.vector(LEDGER)[SAN]] == [13, 99]


def test_other_logs_do_not_wait_for_the_marks() -> None:
    a, b = store_of((9, 3, "one")), store_of((9, 3, "other"))
    a.write(LU, "straight on")
    pair = Pair(Side(Chains(a)), Side(Chains(b)))
    for _ in range(3):
        pair.exchange()
    assert LU in b.vector(LEDGER)
    assert len(b.vector(LEDGER)[SAN]) == 1, "the marks are answered half a round trip later"
    pair.settle()
    assert a.vector(LEDGER) == b.vector(LEDGER)
    assert pair.a.of(ev.Synced)


branches = st.lists(
    st.tuples(st.integers(1, 40), st.integers(0, 40), st.sampled_from("abcd")),
    min_size=1,
    max_size=4,
    unique_by=lambda branch: branch[2],
)


@given(branches, branches, st.integers(1, 9), st.integers(1, 9))
def test_any_two_pictures_of_a_forked_log_become_one(
    left: list[tuple[int, int, str]], right: list[tuple[int, int, str]], one: int, other: int
) -> None:
    a, b = store_of(*left), store_of(*right)
    a.per_run, b.per_run = one, other
    held = set(a.ledgers[LEDGER][SAN]) | set(b.ledgers[LEDGER][SAN])
    pair = meet(a, b)
    assert set(a.ledgers[LEDGER][SAN]) == set(b.ledgers[LEDGER][SAN]) == held
    assert pair.a.synced
    assert pair.b.synced
    again = meet(a, b)
    assert {type(x) for x in again.said(again.a)} == {m.Hello}
