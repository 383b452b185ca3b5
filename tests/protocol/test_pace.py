"""How large runs become: on a slow line what comes across in seconds, on a good one as large as may be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from keys.limits import RUN_BYTES
from protocol.pace import FIRST_BYTES, LEAST_BYTES, Pace


def _carry(pace: Pace, bytes_per_s: float, round_trip_s: float, runs: int) -> None:
    """Runs of the size the pace allows, one after the other, over a line of this speed."""
    now_s = 0.0
    for _ in range(runs):
        pace.sent(now_s)
        now_s += pace.run_bytes / bytes_per_s + round_trip_s
        pace.acked(now_s, 0)


def test_on_a_good_line_runs_grow_to_the_largest() -> None:
    pace = Pace()
    _carry(pace, 10_000_000, 0.01, 6)
    assert pace.run_bytes == RUN_BYTES


def test_on_a_2g_line_a_run_stays_what_comes_across_in_seconds() -> None:
    pace = Pace()
    _carry(pace, 20_000, 0.6, 50)
    assert pace.run_bytes / 20_000 + 0.6 <= 4.0


def test_on_a_line_that_crawls_runs_become_small() -> None:
    pace = Pace()
    _carry(pace, 2_000, 2.0, 50)
    assert pace.run_bytes == LEAST_BYTES


def test_a_line_that_gets_better_is_used_again() -> None:
    pace = Pace()
    _carry(pace, 2_000, 2.0, 50)
    _carry(pace, 10_000_000, 0.01, 8)
    assert pace.run_bytes == RUN_BYTES


def test_what_comes_next_never_waits_behind_much() -> None:
    pace = Pace()
    assert not pace.full(0)
    assert pace.full(4 * FIRST_BYTES)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 100)), max_size=60))
def test_whatever_comes_it_stays_within_its_bounds(steps: list[tuple[bool, float]]) -> None:
    pace, now_s = Pace(), 0.0
    for sends, wait_s in steps:
        now_s += wait_s
        if sends:
            pace.sent(now_s)
        else:
            pace.acked(now_s, int(wait_s) % 2)
        assert LEAST_BYTES <= pace.run_bytes <= RUN_BYTES
        assert not pace.full(0)
