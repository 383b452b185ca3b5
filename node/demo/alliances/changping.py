"""长坪: cases around one project, a review every week, three levels, services of a year. Data only."""

from __future__ import annotations

from node.demo.alliances.common import CONFIRMED, accord, items, joint_bodies
from node.demo.rows import (
    EACH,
    Fields,
    Rows,
    Step,
    all_townships,
    evenly,
    every,
    in_turn,
    on,
    on_days,
    one_of,
    other,
    quarterly,
    whole,
)
from node.demo.words import DEMO

_PROJECT = Rows(
    name="project",
    kind="project",
    count=1,
    grows=False,
    when=on_days("2021-04-01"),
    post="重点项目办公室",
    fields={"called": "郑万高铁", "note": f"{DEMO}。"},
    then=(
        *items(
            "phases",
            {"called": "征地拆迁", "from_on": "2021-04-01", "to_on": "2022-03-31"},
            {"called": "施工", "from_on": "2022-04-01", "to_on": "2023-09-30"},
            reason="登记阶段",
        ),
        Step(fields={"state": "building"}, days=365, reason="开工"),
        Step(fields={"state": "done"}, days=550, reason="完工"),
    ),
)


def _figure(key: str, value: int, unit: str) -> Fields:
    return {"key": key, "value": str(value), "unit": unit}


_FIGURES = (
    _figure("项目拆迁房屋", 60, "栋"),
    _figure("项目征用土地", 996, "亩"),
    _figure("硬化通组公路", 50, "公里"),
    _figure("行政村数", 14, "个"),
    _figure("帮扶户数", 1393, "户"),
    _figure("帮扶人口", 3670, "人"),
    _figure("村级债务化解比例", 60, "%"),
)
_INDICATORS = Rows(
    name="figure",
    kind="indicator",
    count=len(_FIGURES),
    grows=False,
    when=on_days("2023-12-20"),
    by=(0,),
    post="统计站",
    fields={
        "period": "2023",
        "scope": "township",
        "source": f"年终报表（{DEMO}）",
        "on": "2023-12-20",
    },
    each=_FIGURES,
)
_REVIEWS = Rows(
    name="review",
    kind="weekly_review",
    count=52,
    grows=False,
    when=every(7, "2023-01-06"),
    by=(0,),
    at="14:00",
    post="综治中心",
    counted=True,
    fields={},
    then=(
        Step(
            into="matters",
            at="14:30",
            fields={
                "case": lambda turn: f"case-{turn.number * 2:04d}",
                "text": one_of("先踏勘再面谈", "请测绘到场", "由村里先调"),
            },
            reason="列入研判",
        ),
        Step(
            fields={
                "decisions": in_turn(
                    f"本周新增事项逐件明确责任部门，逾期的由包村干部催办。{DEMO}。",
                    f"项目沿线三处排水问题一并踏勘，月底前答复。{DEMO}。",
                    f"没有升级事项，照常排查。{DEMO}。",
                )
            },
            at="15:00",
            reason="会上决定",
        ),
        Step(fields={"state": "signed"}, at="16:00", reason="会上通过"),
        CONFIRMED,
    ),
)
_LEVELS = ("grid", "grid", "grid", "village", "village", "township")
_SCREENING = Rows(
    name="screening",
    kind="patrol",
    count=36,
    when=every(10, "2023-01-05"),
    by=(0, 0, 0, 1),
    post="综治中心",
    fields={
        "kind_of": "screening",
        "area": in_turn("{village}各网格", "{village}全村", "{short}全镇"),
        "on": on(),
        "townships": all_townships,
        "route": f"网格、村、镇三级梳理（{DEMO}）",
    },
    then=(
        Step(
            fields={"state": "reported", "person_times": whole(3, 9)},
            at="17:00",
            reason="梳理完毕",
        ),
    ),
)
_HAZARDS = Rows(
    name="hazard",
    kind="hazard",
    count=36,
    when=every(10, "2023-01-06"),
    by=(0,),
    post="网格员",
    fields={
        "kind_of": one_of("road", "building", "water", "power", "environment"),
        "place": "{village}",
        "grade": one_of("blue", "blue", "yellow"),
        "description": f"排查发现，先设警示（{DEMO}）。",
        "found_on": on(),
        "found_level": in_turn(*_LEVELS),
        "owner": "村委会",
        "due_on": on(30),
        "patrol": other("screening", 36),
    },
    then=(
        Step(fields={"state": "assigned"}, days=1, reason="交办"),
        Step(fields={"state": "rectifying"}, days=2, reason="开始整改"),
    ),
    paths=(
        (5, (
            Step(fields={"state": "checked"}, days=15, reason="整改到位"),
            Step(fields={"state": "closed"}, days=2, reason="销号"),
        )),
        (1, ()),
    ),
)  # fmt: skip
_SCHEDULES = Rows(
    name="schedule",
    kind="schedule",
    count=3,
    grows=False,
    when=on_days("2023-01-03"),
    by=(0,),
    post="综治中心",
    fields={"what": "矛盾纠纷梳理", "owner": "综治中心"},
    each=(
        {"recurs": "weekly", "level": "grid", "next_on": on(7)},
        {"recurs": "half_monthly", "level": "village", "next_on": on(15)},
        {"recurs": "monthly", "level": "township", "next_on": on(30)},
    ),
)
_TALLIED = (
    Step(fields={"state": "reviewed"}, days=10, reason="支部审议"),
    Step(
        into="tallies",
        days=7,
        fields={"village": "{village}", "for_it": whole(28, 46), "against": whole(0, 6)},
        reason="登记商议结果",
    ),
    Step(fields={"state": "discussed"}, reason="群众商议"),
)
_DELIVERED = (
    Step(fields={"state": "decided", "budget": whole(20000, 90000, 5000)}, days=10, reason="决定"),
    Step(fields={"state": "delivering"}, days=20, reason="动工"),
    Step(fields={"state": "delivered"}, days=90, reason="完工"),
)
_SERVICES = Rows(
    name="service",
    kind="service_item",
    count=24,
    grows=False,
    when=evenly("2023-01-09", "2023-06-30"),
    by=(0,),
    post="民政办公室",
    fields={
        "called": in_turn(
            "{village}安装路灯",
            "{village}整修水渠",
            "{village}文化广场",
            "{village}便民车次",
            "{village}安全饮水",
            "{village}会车道",
        ),
        "tier": in_turn("village", "village", "village", "township"),
        "year": "2023",
        "village": "{village}",
        "proposers": whole(5, 24),
        "progress": f"{DEMO}。",
    },
    then=_TALLIED,
    paths=(
        (4, (*_DELIVERED, Step(fields={"state": "accepted"}, days=10, reason="村民验收"))),
        (1, _DELIVERED),
        (1, (
            Step(fields={"state": "rejected", "rejected_because": "与上级项目重复"}, days=5,
                 reason="未采纳"),
        )),
    ),
)  # fmt: skip
_VOLUNTEERS = Rows(
    name="volunteer",
    kind="activity",
    count=12,
    grows=False,
    when=evenly("2023-01-15", "2023-12-10"),
    by=(0,),
    post="社会事务办公室",
    fields={
        "kind_of": "volunteer",
        "called": "爱心送餐（第{n}次）",
        "on": on(),
        "place": "{village}",
        "hosts": all_townships,
    },
    then=(Step(fields={"person_times": whole(4, 15)}, who=EACH, days=1, reason="填报本镇人次"),),
)
ROWS: tuple[Rows, ...] = (
    joint_bodies(
        "2021-03-02",
        (
            {
                "kind_of": "joint_mediation_committee",
                "called": "长坪薛坪联合调解工作站",
                "founded_on": "2021-03-01",
            },
        ),
    ),
    _PROJECT,
    _INDICATORS,
    _REVIEWS,
    _SCREENING,
    _HAZARDS,
    _SCHEDULES,
    _SERVICES,
    _VOLUNTEERS,
    accord(
        "village-rules",
        quarterly("2022-02-10"),
        tuple(
            {"called": f"村规民约（{village}）", "text": f"{DEMO}。七个方面，一事一条。"}
            for village in ("示范一村", "例家湾村", "试坪村")
        ),
        kind_of="village_rules",
    ),
)
