"""Steps and drawers that plans of several alliances share. Data only."""

from __future__ import annotations

from node.demo.rows import (
    EACH,
    OTHERS,
    Draw,
    Fields,
    Rows,
    Step,
    Turn,
    When,
    all_townships,
    clock,
    drawn,
    on,
    on_days,
    one_of,
    other_townships,
    township,
)
from node.demo.words import DEMO

CONFIRMED = Step(who=EACH, days=1, at="15:00")
"""Every township confirms the words as they stand."""
_TASKS = "综治中心窗口"
OFFICES = ("领导班子", "司法所", "派出所", "综治中心", "边界村党支部书记")


def attending(*counts: int, who: int = EACH) -> tuple[Step, ...]:
    """How many of each office of every township are there."""
    return tuple(
        Step(
            who=who,
            into="attending",
            fields={"office": office, "township": by_township, "count": str(count)},
            reason="登记参会部门和人数",
        )
        for office, count in zip(OFFICES, counts, strict=False)
    )


def by_township(turn: Turn) -> str:
    """Whoever acts."""
    return turn.members[turn.by].code


def items(collection: str, *rows: Fields, reason: str = "补充") -> tuple[Step, ...]:
    """Items of a collection, put in by the record's own township."""
    return tuple(Step(into=collection, fields=row, reason=reason) for row in rows)


def signed_by_all(final: str, days: int = 1) -> tuple[Step, ...]:
    """The words become final, and every township confirms them."""
    return (Step(fields={"state": final}, days=days, reason="文本定稿"), CONFIRMED)


def solved_together(*states: str, field: str = "state_confirmed") -> tuple[Step, ...]:
    """From state to state; the last one is confirmed by the others."""
    *steps, last = states
    return (
        *(Step(fields={"state": s}, days=20, reason="按约定推进") for s in steps),
        Step(fields={"state": last}, days=30, reason="问题已经解决"),
        Step(fields={field: last}, who=OTHERS, days=1, reason="核实后确认"),
    )


def accord(name: str, when: When, each: tuple[Fields, ...], **fields: Draw) -> Rows:
    """Texts that are in force, as every township has signed the same words."""
    return Rows(
        name=name,
        kind="accord",
        count=len(each),
        when=when,
        post="党政办公室",
        grows=False,
        fields={"version": "1", "valid_from": on(7), **fields},
        each=each,
        then=signed_by_all("circulated", 3),
    )


def warnings(count: int, when: When, matters: tuple[Fields, ...]) -> Rows:
    """Warnings to all the others, who acknowledge them within their time."""
    return Rows(
        name="warning",
        kind="warning",
        count=count,
        when=when,
        post="值班室",
        fields={
            "level": one_of("blue", "yellow", "yellow", "orange"),
            "seen_at": clock("09:00"),
            "source": "{short}值班员",
            "addressees": other_townships,
        },
        each=matters,
        then=(
            Step(
                fields={"receipts": "acknowledged"},
                who=OTHERS,
                at="09:25",
                post="值班室",
                reason="已收到，正在核实",
            ),
            Step(fields={"state": "handling"}, at="10:00", reason="两边派人到场"),
            Step(
                into="follow_ups",
                fields={"text": "两边到场查看，已劝开，现场恢复。"},
                at="14:00",
                reason="登记处置情况",
            ),
            Step(
                fields={"state": "resolved", "closed_reason": "已当场化解"},
                at="17:00",
                reason="已当场化解",
            ),
        ),
    )


def joint_bodies(entered: str, each: tuple[Fields, ...]) -> Rows:
    """Bodies that the townships founded together, each with a post of every township."""
    return Rows(
        name="body",
        kind="joint_body",
        count=len(each),
        when=on_days(entered),
        post="党委办公室",
        grows=False,
        by=(0,),
        fields={"townships": all_townships, "note": f"{DEMO}。"},
        each=each,
        then=(
            Step(
                who=EACH,
                into="officers",
                at="09:30",
                fields={"post": officer, "township": by_township, "since": on()},
                reason="登记负责人职务",
            ),
        ),
    )


def officer(turn: Turn) -> str:
    return drawn("主任", turn) if turn.by == turn.place else "副主任"


def tasks(count: int, when: When, each: tuple[Fields, ...]) -> Rows:
    """What is to be done after meetings, one for each of them in turn; most is done in time."""
    return Rows(
        name="task",
        kind="action_item",
        count=count,
        when=when,
        at="16:30",
        post=_TASKS,
        grows=False,
        fields={"township": township(), "owner": "{short}综治中心", "due_on": on(30)},
        each=each,
        paths=((3, (Step(fields={"state": "done"}, days=25, reason="已按要求办完"),)), (1, ())),
    )
