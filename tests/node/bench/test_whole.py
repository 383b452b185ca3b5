"""The whole: one JSON value with every key, the same figures twice, words for people within 80 columns."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.cells import cell_len

from keys import canonical
from node.bench import instructions, receive, report, whole, workload
from node.cli.bench import _print
from node.cli.face import Face
from tests.support.clerk import mulin

_BASELINE = Path(whole.__file__).with_name("baseline.json")
_LIMITS = {
    "sign_per_s": 40_000.0,
    "verify_per_s": 10_000.0,
    "sha256_300b_per_s": 1_000_000.0,
    "sqlite_rows_per_s": 100_000.0,
    "sqlite_commits_per_s": 5_000.0,
    "automerge_changes_per_s": 50_000.0,
    "websocket_bytes_per_s": 1e9,
    "tls_handshakes_per_s": 1_000.0,
    "python_start_s": 0.25,
}


@pytest.fixture
def baseline() -> whole.Json:
    found: whole.Json = json.loads(_BASELINE.read_text(encoding="utf-8"))
    return found


def test_the_command_measures_and_says_it_as_json() -> None:
    done = mulin("bench", "--cases", "12", "--runs", "1", "--only", "cold,noop", "--json")
    assert done.code == 0
    found = done.json
    assert found["cases"] == 12
    assert set(found["sizes"]) == {"12"}
    size = found["sizes"]["12"]
    assert 0 <= size["entries"] - 1 - 12 * workload.ENTRIES_PER_CASE < 9, "and words about versions"
    for name in ("cold_entries_per_s", "cold_bytes", "noop_s", "noop_bytes", "rss_bytes"):
        assert found[name] == size[name] > 0
    assert _LIMITS.keys() <= found["machine"].keys()
    assert all(found["machine"][name] > 0 for name in _LIMITS)
    assert 0 < size["shares"]["cold_of_verify"] < 10


def test_the_baseline_has_every_figure_and_agrees_with_itself(baseline: whole.Json) -> None:
    assert set(whole.HEADLINE) <= baseline.keys()
    assert {"2000", "10000"} <= baseline["sizes"].keys()
    assert baseline["cases"] == whole.HEADLINE_CASES
    for size, found in baseline["sizes"].items():
        assert set(whole.HEADLINE) <= found.keys(), size
        assert found["cases"] == int(size)
        assert found["entries"] == 1 + int(size) * workload.ENTRIES_PER_CASE
        for least, most, _ in found["spread"].values():
            assert least <= most
    chosen = whole.headline(baseline["sizes"])
    assert all(baseline[name] == chosen[name] for name in whole.HEADLINE)
    assert baseline["instructions"]["receive_per_entry"] > 0
    assert list(report.ratios(baseline, baseline))
    assert all(ratio.better is None for ratio in report.ratios(baseline, baseline))


@pytest.mark.parametrize("lang", ("zh", "en"))
def test_people_read_it_within_80_columns(
    baseline: whole.Json, lang: str, capsys: pytest.CaptureFixture[str]
) -> None:
    slower = json.loads(json.dumps(baseline))
    slower["sizes"]["10000"]["cold_s"] *= 2
    _print(Face(["--lang", lang], {}), slower, baseline)
    said = capsys.readouterr().out
    assert max(map(cell_len, said.splitlines())) <= 80
    assert "+100 %" in said
    assert ("更差" if lang == "zh" else "worse") in said


def test_a_ratio_knows_which_way_is_better() -> None:
    def at(speed: float, size: float) -> whole.Json:
        return {"sizes": {"10": {"cold_entries_per_s": speed, "cold_bytes": size}}}

    found = {r.line.name: r for r in report.ratios(at(1120.0, 90.0), at(1000.0, 100.0))}
    assert found["cold_entries_per_s"].change == "+12 %"
    assert found["cold_entries_per_s"].better is True
    assert found["cold_bytes"].change == "-10 %"
    assert found["cold_bytes"].better is True
    worse = {r.line.name: r.better for r in report.ratios(at(900.0, 101.0), at(1000.0, 100.0))}
    assert worse == {"cold_entries_per_s": False, "cold_bytes": None}


def test_shares_are_parts_of_the_limits() -> None:
    figures = {"cold_entries_per_s": 5_000.0, "cold_bytes": 1e7, "cold_s": 2.0, "start_s": 0.5}
    found = whole.shares(figures, _LIMITS)
    assert found["cold_of_verify"] == 0.5
    assert found["cold_of_automerge_changes"] == 0.1
    assert found["cold_of_websocket"] == 0.005
    assert found["start_of_limit"] == 0.5
    assert "diff_of_limit" not in found


def test_what_is_counted_receives_every_entry(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for file in (one, other):
        receive.write_runs(file, 20)
    assert receive.receive(one) == 1 + 20 * workload.ENTRIES_PER_CASE
    # Seeded: the same work every time, but for the wrapped key in the invitation before the runs.
    runs = [canonical.decode_list(file.read_bytes(), 1 << 24)[1:] for file in (one, other)]
    assert runs[0] == runs[1]
    assert len(runs[0]) >= 1


def test_without_a_tool_one_sentence_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("shutil.which", lambda _name: None)
    found = {"instructions": instructions.count(2)}
    _print(Face(["--lang", "en"], {}), found, {})
    assert capsys.readouterr().out.count("\n") == 1


def test_a_broken_tool_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("valgrind", "perf"):
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "why" in instructions.count(2)
