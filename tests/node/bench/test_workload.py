"""The ledger that is measured stays the same ledger, is as large as it says, and passes every rule."""

from __future__ import annotations

import hashlib
import json

from node.bench import workload

_CASES = 200


def _size_bytes(value: object) -> int:
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode())


def test_the_same_number_gives_the_same_case_in_every_version() -> None:
    told = [(workload.case(n), [str(e) for e in workload.edits(n)]) for n in range(_CASES)]
    text = json.dumps(told, ensure_ascii=False, sort_keys=True).encode()
    assert hashlib.sha256(text).hexdigest()[:16] == "c1511e259111b168"


def test_a_case_is_about_600_bytes_and_an_edit_is_small() -> None:
    cases = [_size_bytes(workload.case(n)) for n in range(_CASES)]
    assert 580 <= sum(cases) / _CASES <= 640
    edits = [_size_bytes(e.fields or e.note) for n in range(_CASES) for e in workload.edits(n)]
    assert 60 <= sum(edits) / len(edits) <= 100
    assert all(len(workload.edits(n)) == workload.EDITS_PER_CASE for n in range(_CASES))


def test_cases_differ_and_one_word_finds_one_and_another_nearly_all() -> None:
    cases = [workload.case(n) for n in range(_CASES)]
    assert len({json.dumps(case) for case in cases}) == _CASES
    assert sum(workload.case_number(7) in str(case.values()) for case in cases) == 1
    assert sum(workload.COMMON_WORD in str(case.values()) for case in cases) > 0.9 * _CASES


def test_edits_are_spread_over_the_ledger_and_two_sides_take_different_cases() -> None:
    here, there = (set(workload.spread(2_000, 20, offset)) for offset in (0, 1))
    assert len(here) == len(there) == 20
    assert not here & there
    assert max(here) > 1_800
    assert workload.spread(3, 20) == [0, 1, 2]
    assert workload.later_edit(5, 1) != workload.later_edit(5, 2)
