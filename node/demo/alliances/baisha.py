"""白沙: one campaign over the Spring Festival with its group, rounds, findings and cases. Data only."""

from __future__ import annotations

from node.demo.alliances.common import joint_bodies
from node.demo.rows import (
    Rows,
    Step,
    all_townships,
    clock,
    every,
    in_turn,
    on,
    on_days,
    other,
    township,
    whole,
)
from node.demo.words import DEMO, VILLAGES

_VILLAGES = VILLAGES[0]
_GROUP = Rows(
    name="leading-group",
    kind="team",
    count=1,
    grows=False,
    when=on_days("2024-01-08"),
    by=(0,),
    post="党政办公室",
    fields={
        "kind_of": "leading_group",
        "called": "矛盾纠纷排查化解专项行动领导小组",
        "leader": "党委政法委员",
        "size": "19",
        "skills": "副组长：派出所所长、综治中心主任；成员：包村领导、村党支部书记",
        "townships": township(),
        "valid_to": "2024-03-15",
    },
)
_CAMPAIGN = Rows(
    name="campaign",
    kind="campaign",
    count=1,
    grows=False,
    when=on_days("2024-01-10"),
    by=(0,),
    fields={
        "called": "春节、两会期间矛盾纠纷排查化解专项行动",
        "starts_on": "2024-01-15",
        "ends_on": "2024-03-15",
        "basis": f"镇党委会议纪要（{DEMO}）",
        "leading_group": other("leading-group", 1),
    },
    then=(
        *(
            Step(
                into="targets",
                fields={"village": village, "rounds": "4"},
                reason="下达排查任务",
            )
            for village in _VILLAGES
        ),
        Step(fields={"state": "running"}, days=5, reason="按期开始"),
        Step(
            fields={"state": "ended", "summary": f"{DEMO}。十四个村排查四轮，发现的逐件有着落。"},
            days=60,
            at="17:00",
            reason="按期结束",
        ),
    ),
)
_MOBILISATION = Rows(
    name="mobilisation",
    kind="meeting",
    count=1,
    grows=False,
    when=on_days("2024-01-12"),
    by=(0,),
    at="08:30",
    post="党政办公室",
    fields={
        "kind_of": "mobilisation",
        "starts_at": clock("09:00"),
        "ends_at": clock("10:30"),
        "place": "镇政府二楼会议室",
        "host": township(),
        "chair": "党委政法委员",
    },
    then=(
        Step(fields={"state": "held"}, at="11:00", reason="会议如期召开"),
        *(
            Step(
                into="attending",
                at="11:10",
                fields={"office": office, "township": township(), "count": count},
                reason="登记参会部门和人数",
            )
            for office, count in (("领导小组", "5"), ("村党支部书记", "14"), ("派出所", "2"))
        ),
    ),
)
_ROUNDS = 4 * len(_VILLAGES)
_FOUND = {"village": lambda turn: _VILLAGES[(turn.number - 1) % len(_VILLAGES)]}
_SCREENING = Rows(
    name="screening",
    kind="patrol",
    count=_ROUNDS,
    when=every(1, "2024-01-16"),
    by=(0,),
    post="网格员",
    fields={
        "kind_of": "screening",
        "area": lambda turn: f"{_VILLAGES[(turn.number - 1) % len(_VILLAGES)]}各网格",
        "on": on(),
        "townships": all_townships,
        "campaign": other("campaign", 1),
        "route": f"逐组逐片，不建户表（{DEMO}）",
    },
    then=(
        Step(into="covers", fields=_FOUND, at="16:00", reason="登记覆盖"),
        Step(
            fields={"state": "reported", "person_times": whole(3, 8)},
            at="17:00",
            reason="本轮结束",
        ),
    ),
    paths=(
        (2, (
            Step(into="findings", fields={"result": "nothing", **_FOUND}, at="17:10",
                 reason="登记排查结果"),
        )),
        (1, (
            Step(into="findings", fields={"result": "hazard", **_FOUND}, at="17:10",
                 reason="登记排查结果"),
        )),
    ),
)  # fmt: skip
_HAZARDS = Rows(
    name="hazard",
    kind="hazard",
    count=18,
    when=every(3, "2024-01-19"),
    by=(0,),
    post="综治中心",
    fields={
        "kind_of": in_turn("fire", "road", "building", "power", "water", "environment"),
        "place": lambda turn: _VILLAGES[(turn.number * 3 - 1) % len(_VILLAGES)],
        "found_on": on(-1),
        "found_level": "grid",
        "owner": "村委会",
        "due_on": on(15),
        "description": f"专项行动中发现（{DEMO}）。",
        "campaign": other("campaign", 1),
        "patrol": lambda turn: f"screening-{(turn.number - 1) % 18 * 3 + 3:05d}",
    },
    then=(
        Step(fields={"state": "assigned"}, days=1, reason="交办"),
        Step(fields={"state": "rectifying"}, days=1, reason="开始整改"),
        Step(fields={"state": "checked"}, days=6, reason="整改到位"),
        Step(fields={"state": "closed"}, days=1, reason="销号"),
    ),
)
ROWS: tuple[Rows, ...] = (
    joint_bodies(
        "2024-01-03",
        (
            {
                "kind_of": "joint_mediation_committee",
                "called": "白沙新城联合调解小组",
                "founded_on": "2023-12-20",
            },
        ),
    ),
    _GROUP,
    _CAMPAIGN,
    _MOBILISATION,
    _SCREENING,
    _HAZARDS,
)
