"""Each part of the benchmark on a small ledger, between real nodes: afterwards both ends hold the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from node.bench import lines, workload
from node.bench.lines import Rural
from node.bench.run import EDITS_EACH, Bench, Figures
from node.bench.towns import Town
from node.verify import verify

_CASES = 48
_ENTRIES = 1 + _CASES * workload.ENTRIES_PER_CASE
_BESIDE = range(9)
"""Entries beside the work: logs that open, and what two programs say about their version when they meet."""


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bench, Figures]:
    bench = Bench(tmp_path_factory.mktemp("bench"))
    bench.prepare()
    bench.build(_CASES)
    return bench, bench.cold(_CASES, keep=True)


@pytest.fixture
def bench(measured: tuple[Bench, Figures]) -> Bench:
    return measured[0]


def _ends(folder: Path, places: int = 2) -> Iterator[tuple[int, str]]:
    """(entries, digest) of every end as it was left, verified."""
    for place in range(places):
        town = Town(folder / str(place))
        assert verify(town.service, town.ledger, lambda _done, _all: None)["problems"] == []
        yield town.entries(), town.digest()
        town.close()


def _same(folder: Path, entries: int, places: int = 2) -> None:
    found = set(_ends(folder, places))
    assert len(found) == 1
    assert found.pop()[0] - entries in _BESIDE


def test_cold_brings_everything_and_counts_every_byte(measured: tuple[Bench, Figures]) -> None:
    bench, found = measured
    _same(bench.folder / f"shared-{_CASES}", _ENTRIES)
    assert found["entries"] - _ENTRIES in _BESIDE
    said = found["cold_up_bytes"] + found["cold_down_bytes"]
    assert said == found["cold_bytes"] + found["cold_handshake_bytes"]
    assert 0 < found["cold_frame_bytes"] < found["cold_bytes"]
    assert found["cold_down_bytes"] > _ENTRIES * 100 > found["cold_up_bytes"]
    assert 0 < found["cold_s"] < found["cold_from_start_s"]
    assert found["cold_entries_per_s"] == pytest.approx(found["entries"] / found["cold_s"])
    assert found["disk_bytes"] > found["cold_bytes"]


def test_diff_brings_the_edits_of_both_sides_together(bench: Bench) -> None:
    found = bench.diff(_CASES)
    _same(bench.folder / "run", _ENTRIES + 2 * EDITS_EACH)
    assert found["diff_s"] > 0
    assert found["diff_up_bytes"] > 1_000 < found["diff_down_bytes"]


def test_noop_costs_the_same_whatever_the_ledger_holds(bench: Bench) -> None:
    found = bench.noop(_CASES)
    _same(bench.folder / "run", _ENTRIES)
    assert 0 < found["noop_bytes"] < 2_000
    assert found["noop_s"] > 0


def test_live_edits_arrive_one_by_one(bench: Bench) -> None:
    found = bench.live(_CASES, 6)
    _same(bench.folder / "run", _ENTRIES + 6)
    assert found["live_edits"] == 6
    assert 0 < found["live_p50_ms"] <= found["live_p99_ms"] <= found["live_max_ms"]


def test_a_third_node_catches_up_while_edits_go_on(bench: Bench) -> None:
    found = bench.busy(_CASES)
    edits = int(found.get("busy_edits", 0))
    _same(bench.folder / "run", _ENTRIES + edits, places=3)


def test_forty_edits_cross_a_slow_line(bench: Bench) -> None:
    found = lines.slow(bench, _CASES, Rural(100_000, 0.1))
    _same(bench.folder / "run", _ENTRIES + 2 * EDITS_EACH)
    assert found["slow_s"] >= found["slow_bytes"] / 2 / 100_000
    assert found["slow_of_bound"] == pytest.approx(found["slow_s"] / found["slow_bound_s"])


def test_a_line_that_falls_repeats_no_more_than_what_was_under_way(bench: Bench) -> None:
    cases = 150  # takes longer than the line holds, so that it falls at least once
    found = lines.falling(bench, cases, Rural(60_000, 0.02, 4.0))
    _same(bench.folder / "run", 1 + cases * workload.ENTRIES_PER_CASE)
    assert found["falling_drops"] >= 1
    # A frame is taken up once the WebSocket message that holds its end is whole; then a cut TLS record.
    under_way = found["falling_largest_run_bytes"] + 64 * 1024 + 32 * 1024
    assert found["falling_again_bytes"] <= found["falling_drops"] * under_way
