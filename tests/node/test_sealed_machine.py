"""Sealed records in whatever order things happen: read by whom they were given to, and gone when erased."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from crdt.deeds import Wrap
from crdt.entry import RecordId
from crdt.run import Verified
from keys.identity import DeviceId, TownshipId
from node.ingest import Ingest
from node.ledgers import Ledger
from node.records import Records
from node.seals import Seals
from tests.support.sealing_world import CANARY, Sealed

EXAMPLES = int(os.environ.get("MULIN_SEALED", "25"))


def _run(examples: int, **more: object) -> None:
    run_state_machine_as_test(
        Sealed,
        settings=settings(
            max_examples=examples,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
            **more,  # type: ignore[arg-type]
        ),
    )


def _comes_back() -> None:
    """One that has not heard of the order goes on writing, and brings along what the others erased."""
    machine = Sealed()
    machine.begin({1, 2})
    machine.edit(0, 2, "phone")
    machine.erase(0, 1)
    machine.hear(2, 0, 99)
    machine.teardown()


def _comes_back_in_an_old_copy() -> None:
    machine = Sealed()
    machine.begin({1, 2})
    machine.copy(2)
    machine.erase(0, 1)
    machine.meet_wholly(2, 0)
    machine.restore(2)
    machine.edit(0, 2, "phone")
    machine.hear(2, 1, 99)
    machine.restore(2)
    machine.teardown()


def _is_given_later() -> None:
    machine = Sealed()
    machine.begin(set())
    machine.edit(0, 0, "address")
    machine.grant(0, 1)
    machine.teardown()


def test_the_canary_sings_as_long_as_nothing_is_erased() -> None:
    machine = Sealed()
    machine.begin({1})
    machine.edit(0, 1, "address")
    machine.meet_wholly(0, 1)
    for town in machine.towns[:2]:
        held = town.service.ground.db.conn.serialize()
        written = machine.told[0].payloads.values()
        assert [payload[CANARY] in held for payload, _ in written] == [True, True]


def test_these_schedules_end_well() -> None:
    _comes_back()
    _comes_back_in_an_old_copy()
    _is_given_later()


def test_no_schedule_shows_or_brings_back_what_it_must_not() -> None:
    _run(EXAMPLES)


def _for_everybody(_: Seals, ledger: Ledger, readers: Iterable[TownshipId]) -> list[DeviceId]:
    return sorted(ledger.members.delegations) if readers else []


def _lets_in_what_comes(_: Ingest, _ledger: Ledger, run: Verified) -> Verified:
    return run


def _keeps_what_comes(self: Records, ledger: Ledger, record: RecordId, _: object) -> bool:
    return self.seals.is_erased(ledger, record)


def _erases_nothing(_: Seals, *__: object) -> list[RecordId]:
    return []


def _knows_of_nothing_erased(_: Seals, *__: object) -> bool:
    return False


def _passes_nothing_on(_: Seals, *__: object) -> tuple[Wrap, ...]:
    return ()


def _search() -> None:
    _run(200, derandomize=True, database=None, phases=(Phase.generate,))


_LETS_IN = (
    (Ingest, "_without_erased", _lets_in_what_comes),
    (Records, "_is_gone", _keeps_what_comes),  # else it is taken away as soon as it is judged
)


@pytest.mark.parametrize(
    ("bugs", "search"),
    (
        (((Seals, "devices", _for_everybody),), _search),
        (((Seals, "missing_wraps", _passes_nothing_on),), _is_given_later),
        (((Seals, "to_erase", _erases_nothing),), _search),
        (((Seals, "is_erased", _knows_of_nothing_erased),), _search),
        (_LETS_IN, _comes_back),
        (_LETS_IN, _comes_back_in_an_old_copy),
    ),
)
def test_planted_bugs_are_found(
    monkeypatch: pytest.MonkeyPatch,
    bugs: tuple[tuple[object, str, Callable[..., object]], ...],
    search: Callable[[], None],
) -> None:
    for where, name, bug in bugs:
        monkeypatch.setattr(where, name, bug)
    with pytest.raises(AssertionError):
        search()


@pytest.mark.parametrize("bug", _LETS_IN, ids=lambda bug: bug[1])
def test_either_of_two_is_enough_to_let_nothing_in(
    monkeypatch: pytest.MonkeyPatch, bug: tuple[object, str, Callable[..., object]]
) -> None:
    monkeypatch.setattr(*bug)
    _comes_back()
    _comes_back_in_an_old_copy()
