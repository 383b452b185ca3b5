"""金麻: 180 rounds that both confirm, the meeting of 18 August, two joint bodies of 2021. Data only."""

from __future__ import annotations

from node.demo.alliances.common import accord, attending, items, joint_bodies, tasks, warnings
from node.demo.rows import (
    EACH,
    Rows,
    Step,
    all_townships,
    clock,
    evenly,
    in_turn,
    on,
    on_days,
    other,
    share,
    township,
    whole,
)
from node.demo.words import DEMO

_ROUNDS = 180
# Person-times of 麻塘 and 金子岩 in all rounds: 186 + 180 = 366.
_PERSON_TIMES = (186, 180)
_BOTH_CONFIRM = (
    Step(fields={"state": "confirmed"}, at="10:00", reason="双方核对一致"),
    Step(fields={"state_confirmed": "confirmed"}, who=EACH, at="11:00", reason="核对无误"),
)

_SCREENING = Rows(
    name="screening",
    kind="patrol",
    count=_ROUNDS,
    when=evenly("2021-04-06", "2024-08-09"),
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
        *_BOTH_CONFIRM,
    ),
    paths=(
        (14, ()),
        (
            1,
            items("findings", {"result": "nothing", "village": "{village}"}, reason="登记排查结果"),
        ),
    ),
)
# A round that the other side entered as well: the same round, counted once.
_TWICE = Rows(
    name="screening-twice",
    kind="patrol",
    count=3,
    when=on_days("2022-03-11", "2023-05-19", "2024-04-12"),
    by=(1,),
    fields={
        "kind_of": "screening",
        "area": "{village}与{across}交界一带",
        "on": on(),
        "route": f"对方已登记的同一次排查（{DEMO}）",
        "townships": all_townships,
    },
    then=(
        Step(
            fields={"same_as": other("screening", 40)},
            days=2,
            reason="同一次排查，对方已登记",
        ),
    ),
)
_BODIES = joint_bodies(
    "2021-07-20",
    (
        {
            "kind_of": "joint_party_branch",
            "called": "金麻同心联合总支部",
            "founded_on": "2021-06-28",
        },
        {
            "founded_on": "2021-07-15",
            "kind_of": "joint_mediation_committee",
            "called": "金麻同心联合人民调解委员会",
            "seal_name": "金麻同心联合人民调解委员会",
        },
    ),
)
_HALF_1 = "一、两乡镇通报上半年边界纠纷调处情况。"
_HALF_2 = "\n二、商定每季度联合摸排不少于一次，发现问题第一时间互相告知。"
_FORUM = Rows(
    name="forum",
    kind="meeting",
    count=1,
    grows=False,
    when=on_days("2024-08-12"),
    by=(1,),
    post="党政办公室",
    fields={
        "kind_of": "forum",
        "starts_at": clock("09:00", 6),
        "ends_at": clock("11:30", 6),
        "place": "金子岩乡政府三楼会议室",
        "host": township(),
        "chair": "党委政法委员",
    },
    then=(
        Step(fields={"state": "invited"}, at="15:00", reason="发出邀请"),
        *items(
            "agenda",
            {"topic": "border_stability", "text": "边界矛盾纠纷联防联调"},
            {"topic": "party_building", "text": "边界党建联建"},
            {"topic": "industry", "text": "楠竹产业经验交流"},
            {"topic": "work_safety", "text": "汛期安全生产"},
            {"topic": "living_environment", "text": "边界村人居环境整治"},
            reason="列入议程",
        ),
        Step(fields={"state": "held"}, days=6, at="11:40", reason="会议如期召开"),
        *attending(2, 1, 1, 1, 3),
        Step(fields={"minutes": _HALF_1}, at="14:00", reason="起草纪要"),
        Step(fields={"minutes": _HALF_1 + _HALF_2}, who=1, at="15:00", reason="补写本乡镇部分"),
        Step(fields={"state": "minutes_final"}, days=1, reason="纪要定稿"),
        Step(who=EACH, days=1, at="15:00"),
    ),
)
_WARNINGS = warnings(
    6,
    evenly("2023-03-06", "2024-07-22"),
    (
        {
            "kind_of": "resource_conflict",
            "place": "{village}水渠",
            "matter": "上游堵水，苗头初现。",
        },
        {"kind_of": "dispute_sign", "place": "{village}林区", "matter": "采伐前两边说法不一。"},
        {"kind_of": "fire", "place": "{village}山脊", "matter": "连晴多日，烧荒要劝阻。"},
    ),
)
_PUBLICITY = Rows(
    name="activity",
    kind="activity",
    count=12,
    when=evenly("2022-04-20", "2024-07-10"),
    grows=False,
    post="文化站",
    fields={"on": on(), "place": "{village}文化广场", "hosts": all_townships},
    each=(
        {"kind_of": "publicity", "called": "边界法治宣传（第{n}次）"},
        {"kind_of": "culture", "called": "边界村民族文化活动（第{n}次）", "topics": "culture"},
        {"kind_of": "exchange_visit", "called": "楠竹基地互访（第{n}次）", "topics": "industry"},
    ),
    then=(
        Step(
            fields={"person_times": whole(20, 60)},
            who=EACH,
            days=1,
            reason="填报本乡镇人次",
        ),
    ),
)
_BAMBOO = Rows(
    name="bamboo",
    kind="market_info",
    count=6,
    when=evenly("2023-02-10", "2024-07-01"),
    grows=False,
    post="农业综合服务中心",
    fields={"product": "楠竹", "place": "{village}", "on": on(), "valid_to": on(90)},
    each=(
        {"kind_of": "experience", "note": f"低改竹林留笋养竹的做法（{DEMO}）"},
        {"kind_of": "supply", "quantity": "200 吨", "note": DEMO},
        {"kind_of": "demand", "quantity": "80 吨", "note": DEMO},
    ),
)

ROWS: tuple[Rows, ...] = (
    _SCREENING,
    _TWICE,
    _BODIES,
    accord(
        "mechanism",
        on_days("2021-08-02"),
        (
            {
                "kind_of": "mechanism",
                "called": "边界矛盾纠纷联防联调联控机制",
                "text": f"{DEMO}。互通联络人，联合摸排，就近先到，共同调解。",
            },
        ),
    ),
    _FORUM,
    tasks(
        4,
        on_days("2024-08-18"),
        (
            {"what": "更新两乡镇联络人", "meeting": other("forum", 1)},
            {"what": "排出下季度联合摸排日期", "meeting": other("forum", 1)},
            {"what": "核对三处界桩", "meeting": other("forum", 1)},
            {"what": "汇总楠竹供求", "meeting": other("forum", 1)},
        ),
    ),
    _WARNINGS,
    _PUBLICITY,
    _BAMBOO,
)
