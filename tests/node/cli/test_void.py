"""A case made void at one desk while somebody writes in it at another."""

from __future__ import annotations

import pytest

from tests.support.clerk import Clerk, carry
from tests.support.desks import CASE, field, fits, moved, ok, open_of, settle, shown


@pytest.fixture
def voided(three: list[Clerk]) -> tuple[list[Clerk], str]:
    """Made void by its home while the neighbour wrote in it; the third wrote nothing."""
    here, there, _ = three
    case = here.id(*CASE)
    carry(*three)
    ok(here("case", "move", case, "voided", "--reason", "登记错了"))
    ok(there("case", "set", case, "place=石桥"))
    assert open_of(here, "case", case) == []
    assert field(here, "case", case, "state") == "voided"
    carry(*three)
    return three, case


def test_void_here_and_written_on_there_lives_until_its_home_says_again_that_it_is_void(
    voided: tuple[list[Clerk], str],
) -> None:
    clerks, case = voided
    here, there, _ = clerks
    for clerk in clerks:
        assert open_of(clerk, "case", case) == [("state_confirmed", "important")]
        assert field(clerk, "case", case, "state") == "registered"
        assert field(clerk, "case", case, "place") == "石桥"
        assert [r["id"] for r in clerk.ask("case", "list", "state=registered")] == [case]
    [about] = shown(here, "case", case)["conflicts"]
    card = fits(here, "conflicts", "show", about["id"])
    assert "登记错了" in card["zh"]
    assert f"{there.name}填：还在填写" in card["zh"]
    assert "went on writing" in card["en"]
    assert "作废待定" in fits(there, "case", "show", case)["zh"]

    world = there.world()
    refused = settle(there, "case", case, "--value", "voided")
    assert (refused.code, here.name in refused.err) == (3, True)
    assert settle(here, "case", case, "--keep-both").code == 2
    assert settle(here, "case", case, "--value", "closed").code == 2
    assert there.world() == world
    ok(settle(here, "case", case, "--value", "voided"))
    carry(*clerks)
    for clerk in clerks:
        assert open_of(clerk, "case", case) == []
        assert field(clerk, "case", case, "state") == "voided"
        assert clerk.ask("verify")["ok"]


def test_who_knows_that_it_is_void_writes_in_what_is_void(pair: list[Clerk]) -> None:
    here, there = pair
    case = here.id(*CASE)
    moved(here, "case", case, "voided")
    carry(*pair)
    ok(there("case", "note", case, "知道作废以后写的"))
    carry(*pair)
    for clerk in pair:
        assert open_of(clerk, "case", case) == []
        assert field(clerk, "case", case, "state") == "voided"


def test_one_who_had_heard_of_nothing_is_heard_later(three: list[Clerk]) -> None:
    here, there, third = three
    case = here.id(*CASE)
    carry(*three)
    moved(here, "case", case, "voided")
    ok(there("case", "set", case, "place=石桥"))
    ok(third("case", "note", case, "到现场看过"))
    carry(here, there)
    ok(settle(here, "case", case, "--value", "voided"))
    carry(*three)
    for clerk in three:
        assert open_of(clerk, "case", case) == [("state_confirmed", "important")]
        [about] = shown(clerk, "case", case)["conflicts"]
        assert {c["township"] for c in about["candidates"]} == {here.name, third.name}
    ok(settle(here, "case", case, "--value", "voided"))
    carry(*three)
    for clerk in three:
        assert open_of(clerk, "case", case) == []
        assert field(clerk, "case", case, "state") == "voided"


def test_what_is_not_void_after_all_goes_on(voided: tuple[list[Clerk], str]) -> None:
    clerks, case = voided
    here, there, _ = clerks
    ok(settle(here, "case", case, "--take", there.name))
    carry(*clerks)
    moved(there, "case", case, "accepted")
    carry(*clerks)
    for clerk in clerks:
        assert open_of(clerk, "case", case) == []
        assert field(clerk, "case", case, "state") == "accepted"
