"""The rotating chair at the command line of three townships."""

from __future__ import annotations

from tests.support.clerk import Clerk, carry


def _rota(clerk: Clerk, code: int = 0) -> list[str]:
    return [t["township"] for t in clerk.ask("chair", "show", "2026Q1", code=code)]


def _clerks_by_turn(three: list[Clerk]) -> list[Clerk]:
    by_name = {c.name: c for c in three}
    return [by_name[name] for name in _rota(three[0])[:3]]


def test_everybody_sees_the_same_rota_and_one_accepts(three: list[Clerk]) -> None:
    first, second, _ = _clerks_by_turn(three)
    assert all(_rota(clerk) == _rota(first) for clerk in three)
    assert first("chair", "accept", "2026Q1").code == 0
    refused = second("chair", "accept", "2026Q1")
    assert refused.code == 3
    assert first.name in refused.err
    carry(*three)
    for clerk in three:
        assert clerk.ask("chair", "show", "2026Q1")[0]["accepted"]
    world = first.world()
    assert first("chair", "accept", "2026Q1").code == 0
    assert first.world() == world, "said once"


def test_a_swap_is_asked_for_and_agreed_to(three: list[Clerk]) -> None:
    first, second, third = _clerks_by_turn(three)
    before = _rota(first)
    assert first("chair", "accept", "2026Q1").code == 0
    assert first("chair", "swap", second.name, "2026Q1").code == 0
    carry(*three)
    assert _rota(third) == before
    assert "提出与 2026Q2 对调" in third("chair", "show", "2026Q1").out.replace("\n", "")
    assert second("chair", "swap", first.name, "2026Q1").code == 0
    carry(*three)
    for clerk in three:
        assert _rota(clerk)[:2] == [second.name, first.name]
        assert not clerk.ask("chair", "show", "2026Q1")[0]["accepted"], "it gave the quarter away"
    nonsense = third("chair", "swap", second.name, "2026Q1")
    assert nonsense.code == 3
    assert third("chair", "show", "今年").code == 2


def test_two_swaps_agreed_at_once_are_a_conflict_until_one_is_withdrawn(three: list[Clerk]) -> None:
    first, second, third = _clerks_by_turn(three)
    before = _rota(first)
    assert second("chair", "swap", first.name, "2026Q1").code == 0
    assert third("chair", "swap", first.name, "2026Q1").code == 0
    carry(*three)
    assert first("chair", "swap", second.name, "2026Q1").code == 0
    assert first("chair", "swap", third.name, "2026Q1").code == 0
    carry(*three)
    for clerk in three:
        assert _rota(clerk, code=4) == before
        assert "不能并存" in clerk("chair", "show", "2026Q1").out.replace("\n", "")
    done = third("chair", "swap", first.name, "2026Q1", "--withdraw")
    assert done.code == 0, done.err
    carry(*three)
    for clerk in three:
        assert _rota(clerk)[:2] == [second.name, first.name]
