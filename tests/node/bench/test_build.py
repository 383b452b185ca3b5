"""What is built fast is what clerks would have written: it verifies, reads the same, and goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from crdt.entry import RecordId
from node.bench import build, towns, workload
from node.bench.towns import Town
from node.reading import Reading
from node.verify import verify

_CASES = 25


@pytest.fixture
def town(tmp_path: Path) -> Town:
    towns.found(tmp_path)
    return Town(tmp_path / "0")


def test_a_built_ledger_verifies_and_holds_every_case_and_edit(town: Town) -> None:
    build.fill(town.service, town.ledger, 0, 11)
    build.fill(town.service, town.ledger, 11, _CASES)
    found = verify(town.service, town.ledger, lambda _done, _all: None)
    assert found["problems"] == []
    assert found["entries"] == town.entries() == 1 + _CASES * workload.ENTRIES_PER_CASE
    status = Reading(town.service).status({})
    assert status["ledgers"][0]["records"] == _CASES
    assert status["ledgers"][0]["conflicts"] == status["ledgers"][0]["waiting"] == 0
    town.close()


def test_a_built_case_reads_as_it_was_typed(town: Town) -> None:
    build.fill(town.service, town.ledger, 0, _CASES)
    reading, number = Reading(town.service), _CASES - 2
    [line] = reading.find(town.ledger, workload.case_number(number), 5)
    shown = reading.record(town.ledger, RecordId(bytes.fromhex(line["id"])))["fields"]
    typed = workload.case(number)
    assert {n: shown[n] for n in ("village", "place", "summary", "case_no", "category")} == {
        n: typed[n] for n in ("village", "place", "summary", "case_no", "category")
    }
    assert shown["amount_claimed"] == int(typed["amount_claimed"]) * 100
    assert shown["state"] == "accepted"
    noted = [edit.note for edit in workload.edits(number) if edit.note]
    assert [item["text"] for item in shown["notes"]] == noted
    town.close()


def test_a_clerk_goes_on_where_the_builder_stopped(town: Town) -> None:
    build.fill(town.service, town.ledger, 0, _CASES)
    before = town.entries()
    made = town.service.create(town.ledger, "case", workload.case(_CASES), workload.POST)
    edited = build.apply(town.service, town.ledger, made, workload.later_edit(_CASES, 0))
    assert edited.header.seq == town.entries() - 1 == before + 1
    [log] = town.service.replica.vector(town.ledger.id)
    assert log == edited.log
    assert verify(town.service, town.ledger, lambda _done, _all: None)["problems"] == []
    town.close()


def test_nothing_is_built_where_nothing_is_asked_for(town: Town) -> None:
    build.fill(town.service, town.ledger, 0, 0)
    assert town.entries() == 0
    town.close()
