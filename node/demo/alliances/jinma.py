"""金麻: 180 rounds that both confirm, the meeting of 18 August, two joint bodies. Data only."""

from __future__ import annotations

from node.demo.rows import (
    EACH,
    Rows,
    Step,
    all_townships,
    evenly,
    in_turn,
    on,
    share,
)
from node.demo.words import DEMO

_ROUNDS = 180
# Person-times of 麻塘 and 金子岩 in all rounds: 186 + 180 = 366.
_PERSON_TIMES = (186, 180)

_SCREENING = Rows(
    name="screening",
    kind="patrol",
    count=_ROUNDS,
    when=evenly("2021-04-06", "2024-08-09"),
    post="综治中心",
    fields={
        "kind_of": "screening",
        "area": in_turn("{village}与{across}交界一带", "{village}林区", "{village}沿河一线"),
        "on": on(),
        "route": "{village}—{across}（" + DEMO + "）",
        "townships": all_townships,
    },
    then=(
        Step(
            fields={"state": "reported", "person_times": share(*_PERSON_TIMES, among=_ROUNDS)},
            at="17:00",
            reason="排查结束，报告情况",
        ),
        Step(
            fields={"person_times": share(*_PERSON_TIMES, among=_ROUNDS)},
            who=1,
            days=1,
            at="09:00",
            reason="填报本乡镇人次",
        ),
        Step(fields={"state": "confirmed"}, at="10:00", reason="双方核对一致"),
        Step(
            fields={"state_confirmed": "confirmed"},
            who=EACH,
            at="11:00",
            reason="核对无误，予以确认",
        ),
    ),
)

ROWS: tuple[Rows, ...] = (_SCREENING,)
