"""A motion that is decided while a township had not been heard: late words show and change nothing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.clerk import Clerk, carry
from tests.support.desks import field, fits, moved, ok, open_of, settle, shown


@pytest.fixture
def voting(three: list[Clerk]) -> tuple[list[Clerk], str]:
    here = three[0]
    motion = here.id("motion", "new", "called=共修界河桥")
    moved(here, "motion", motion, "voting")
    carry(*three)
    return three, motion


def position(clerk: Clerk, motion: str, said: str) -> None:
    ok(clerk("motion", "set", motion, f"positions={said}"))


def decided(clerk: Clerk, motion: str) -> dict[str, Any]:
    found: dict[str, Any] = shown(clerk, "motion", motion)["decided"]
    return found


def test_a_position_that_came_late_is_shown_and_changes_no_result(
    voting: tuple[list[Clerk], str],
) -> None:
    clerks, motion = voting
    here, there, third = clerks
    position(here, motion, "agree")
    position(there, motion, "agree")
    assert "decided" not in shown(here, "motion", motion)
    carry(here, there)
    moved(here, "motion", motion, "adopted")
    position(third, motion, "disagree")  # in time by the clock, and nobody had heard it
    carry(*clerks)
    for clerk in clerks:
        told = decided(clerk, motion)
        assert (told["result"], told["borne_out"]) == ("adopted", True)
        assert told["known"] == {here.name: "agree", there.name: "agree"}
        assert [(o["township"], o["position"]) for o in told["late"]] == [(third.name, "disagree")]
        assert open_of(clerk, "motion", motion) == []
        page = fits(clerk, "motion", "show", motion)
        assert f"迟到，未计入结果：{third.name} 不同意" in page["zh"]
        assert f"late, not counted in the result: {third.name} disagrees" in page["en"]
        assert any(
            line.strip()
            in (f"各乡镇意见  同意：{a.name}、{b.name}" for a, b in ((here, there), (there, here)))
            for line in page["zh"].splitlines()
        ), page["zh"]


def test_late_positions_that_do_not_bear_the_result_out_are_for_the_chair_to_decide(
    voting: tuple[list[Clerk], str],
) -> None:
    clerks, motion = voting
    here, there, third = clerks
    position(here, motion, "agree")
    moved(here, "motion", motion, "adopted")
    position(there, motion, "disagree")
    position(third, motion, "disagree")
    carry(*clerks)
    for clerk in clerks:
        assert open_of(clerk, "motion", motion) == [("positions", "important")]
        assert field(clerk, "motion", motion, "state") == "adopted", "the result stands"
        assert not decided(clerk, motion)["borne_out"]
        assert "和公布的结果对不上" in fits(clerk, "motion", "show", motion)["zh"]
        [about] = shown(clerk, "motion", motion)["conflicts"]
        assert "请轮值乡镇处理" in fits(clerk, "conflicts", "show", about["id"])["zh"]
    world = there.world()
    for answer in (("--take", there.name), ("--value", "agree"), ("--keep-both",)):
        refused = settle(there, "motion", motion, *answer)
        assert (refused.code, "motion move" in refused.err) == (4, True)
    assert there.world() == world

    moved(here, "motion", motion, "voting", "rejected")
    carry(*clerks)
    for clerk in clerks:
        told = decided(clerk, motion)
        assert (told["result"], told["late"], told["borne_out"]) == ("rejected", [], True)
        assert len(told["known"]) == 3
        assert open_of(clerk, "motion", motion) == []


def test_a_result_that_is_announced_again_in_knowledge_of_all_stands(
    voting: tuple[list[Clerk], str],
) -> None:
    clerks, motion = voting
    here, there, _ = clerks
    position(here, motion, "agree")
    moved(here, "motion", motion, "adopted")
    position(there, motion, "disagree")
    carry(*clerks)
    assert open_of(here, "motion", motion) != []
    moved(here, "motion", motion, "voting", "adopted")
    carry(*clerks)
    for clerk in clerks:
        assert open_of(clerk, "motion", motion) == []
        assert decided(clerk, motion)["known"] == {here.name: "agree", there.name: "disagree"}


def test_where_nobody_may_oppose_one_late_word_is_enough(
    voting: tuple[list[Clerk], str],
) -> None:
    clerks, motion = voting
    here, there, third = clerks
    ok(here("motion", "set", motion, "needs=unopposed", "positions=agree"))
    position(there, motion, "agree")
    carry(here, there)
    moved(here, "motion", motion, "adopted")
    position(third, motion, "disagree")
    carry(*clerks)
    for clerk in clerks:
        assert open_of(clerk, "motion", motion) == [("positions", "important")]


def test_a_position_changed_afterwards_is_late_and_the_earlier_one_was_counted(
    voting: tuple[list[Clerk], str],
) -> None:
    clerks, motion = voting
    here, there, third = clerks
    for clerk in clerks:
        position(clerk, motion, "agree")
    carry(*clerks)
    moved(here, "motion", motion, "adopted")
    position(there, motion, "abstain")
    ok(third("motion", "set", motion, "positions="))
    carry(*clerks)
    for clerk in clerks:
        told = decided(clerk, motion)
        assert set(told["known"].values()) == {"agree"}
        late = {(o["township"], o["position"]) for o in told["late"]}
        assert late == {(there.name, "abstain"), (third.name, None)}
        assert open_of(clerk, "motion", motion) == []
        assert f"{third.name} 收回意见" in clerk("motion", "show", motion).out
