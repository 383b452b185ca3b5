"""黔滇桂: a secretary in turn, motions, paired villages, trainings, the centre, referrals. Data only."""

from __future__ import annotations

from node.demo.alliances import qdg_centre
from node.demo.alliances.common import (
    CONFIRMED,
    attending,
    by_township,
    items,
    joint_bodies,
    tasks,
)
from node.demo.rows import (
    EACH,
    OTHERS,
    Fields,
    Rows,
    Step,
    all_townships,
    clock,
    evenly,
    every,
    in_turn,
    of_quarter,
    on,
    on_days,
    one_of,
    other,
    other_townships,
    quarterly,
    share,
    township,
    village_of,
    whole,
)
from node.demo.words import DEMO

_TERMS = 12  # three years
# Two are named in what was published; the others are for the members to name.
_FIELDS = (
    "治安联防",
    "矛盾联调",
    *(f"待定（第{number}项）" for number in ("三", "四", "五", "六", "七")),
)
_COOPERATION = Rows(
    name="coop-field",
    kind="coop_field",
    count=len(_FIELDS),
    grows=False,
    when=on_days("2021-09-16"),
    by=(0,),
    post="联合党工委办公室",
    fields={"since_on": on(), "note": f"{DEMO}。"},
    each=tuple({"called": called} for called in _FIELDS),
    paths=(
        (2, (Step(fields={"owners": "综治中心"}, who=EACH, days=1, reason="本乡镇牵头部门"),)),
        (5, ()),
    ),
)
_HANDOVERS = Rows(
    name="handover",
    kind="handover",
    count=_TERMS,
    grows=False,
    when=quarterly("2021-10-08"),
    post="联合党工委办公室",
    fields={"quarter": of_quarter, "giver": township(2), "taker": township()},
    then=(
        *items(
            "checklist",
            {"text": "党员教育计划", "done": "是"},
            {"text": "经费收支表", "done": "是"},
            {"text": "组织关系台账", "done": "是"},
            {"text": "办公用品清点", "done": "否", "reason": "下次会议时一并清点"},
            reason="列入交接清单",
        ),
        Step(fields={"state": "signed"}, days=1, reason="交接完毕"),
        Step(fields={"state_confirmed": "signed"}, who=2, days=1, reason="移交无误"),
    ),
)
_FUNDS = Rows(
    name="fund",
    kind="fund_line",
    count=_TERMS,
    grows=False,
    when=quarterly("2021-10-20"),
    post="财政所",
    fields={"quarter": of_quarter, "what": f"联合党工委活动经费（{DEMO}）", "planned": "6000"},
    then=(
        Step(fields={"given": "2000"}, who=EACH, days=2, reason="本乡镇已筹措"),
        Step(fields={"spent": whole(3000, 5800, 100)}, days=50, reason="本季度支出"),
    ),
)
_QUARTERLY = Rows(
    name="quarterly",
    kind="meeting",
    count=_TERMS,
    grows=False,
    when=quarterly("2021-10-15"),
    at="08:00",
    post="联合党工委办公室",
    fields={
        "kind_of": "quarterly",
        "quarter": of_quarter,
        "starts_at": clock("09:00"),
        "ends_at": clock("11:00"),
        "place": "{short}联合党工委会议室",
        "host": township(),
        "chair": "轮值书记",
    },
    then=(
        Step(fields={"state": "invited"}, at="08:10", reason="发出通知"),
        Step(fields={"state": "held"}, at="11:10", reason="会议如期召开"),
        *attending(2, 1, 1),
        Step(
            fields={"minutes": "会议讨论两项议题，各乡镇分别表态，结果另记。" + DEMO + "。"},
            at="14:00",
            reason="起草纪要",
        ),
        Step(fields={"state": "minutes_final"}, days=1, reason="纪要定稿"),
        CONFIRMED,
    ),
)
_SUBJECTS = (
    "联合开展秋冬季护林",
    "联合党校下季度课程",
    "调处中心窗口轮值",
    "废木料供应协调",
    "跨界客运班线",
    "边界河道保洁",
)
_VOTED = (
    Step(fields={"state": "voting"}, at="09:40", reason="开始表决"),
    Step(fields={"positions": "agree"}, at="09:50", reason="本乡镇表态"),
    Step(fields={"positions": "agree"}, who=1, at="09:55", reason="本乡镇表态"),
)
_ADOPTED = (
    Step(fields={"positions": one_of("agree", "agree", "abstain")}, who=2, at="10:00",
         reason="本乡镇表态"),
    Step(fields={"state": "adopted"}, at="10:20", reason="宣布通过"),
)  # fmt: skip
_LATE = (
    Step(fields={"state": "adopted"}, at="10:20", reason="宣布通过"),
    Step(
        fields={"positions": "disagree"},
        who=2,
        at="10:30",
        reason="断线时表的态",
        unaware=True,
    ),
)
_MOTIONS = Rows(
    name="motion",
    kind="motion",
    count=2 * _TERMS,
    grows=False,
    when=lambda number, _of: quarterly("2021-10-15")((number - 1) // 2 + 1, 0),
    by=(0, 0, 1, 1, 2, 2),
    at="09:30",
    post="轮值书记",
    fields={
        "called": in_turn(*_SUBJECTS),
        "text": f"{DEMO}。",
        "meeting": other("quarterly", _TERMS, 2),
        "decide_by": on(),
    },
    then=_VOTED,
    paths=((19, _ADOPTED), (1, _LATE), (4, _ADOPTED)),
)
_PAIRED = tuple(
    {
        "kind_of": "village_pair",
        "called": f"{one}{two}联合党支部",
        "founded_on": "2021-09-13",
        "note": f"结对村：{one}、{two}（{DEMO}）",
    }
    for one, two in (
        ("示范一村", "示范二村"),
        ("例家湾村", "示范三村"),
        ("试坪村", "例子冲村"),
        ("样板坡村", "例河口村"),
        ("试点沟村", "试水寨村"),
        ("样子塘村", "样木林村"),
    )
)
_BODIES = joint_bodies(
    "2021-09-14",
    (
        *_PAIRED,
        {
            "kind_of": "joint_party_committee",
            "called": "黔滇桂跨省（区）联合党工委",
            "founded_on": "2013-08-23",
        },
    ),
)
_SCHOOL = Rows(
    name="school",
    kind="joint_body",
    count=2,
    grows=False,
    when=on_days("2022-03-01", "2023-07-05"),
    by=(2, 0),
    post="联合党工委办公室",
    fields={"founded_on": on(), "townships": all_townships, "note": f"{DEMO}。"},
    each=(
        {"kind_of": "joint_centre", "called": "黔滇桂一站式矛盾纠纷调处中心"},
        {"kind_of": "school", "called": "黔滇桂联合党校"},
    ),
)
# Person-times of 三江口, 鲁布革 and 马蚌 in all ten trainings: 188 + 172 + 156 = 516.
_TRAINED = (188, 172, 156)
_TRAININGS = Rows(
    name="training",
    kind="activity",
    count=10,
    grows=False,
    when=evenly("2023-07-20", "2024-04-18"),
    post="联合党校",
    fields={
        "kind_of": "training",
        "called": "联合党校第{n}期",
        "on": on(),
        "place": "{short}会堂",
        "hosts": township(),
        "topics": in_turn("party_building", "party_building、border_stability", "industry"),
    },
    then=(
        Step(
            fields={"person_times": share(*_TRAINED, among=10)},
            who=EACH,
            days=1,
            reason="填报本乡镇参训人次",
        ),
    ),
)


def _figure(key: str, value: int, unit: str, period: str) -> Fields:
    return {"key": key, "value": str(value), "unit": unit, "period": period}


_FIGURES = (
    _figure("木材加工企业", 22, "家", "2024Q1"),
    _figure("木材加工产值", 1500, "万元", "2024Q1"),
    _figure("木材加工带动就业", 500, "人", "2024Q1"),
    _figure("联建产业基地", 7, "个", "2023"),
    _figure("基地带动就业", 400, "人", "2023"),
    _figure("基地户均增收", 2000, "元", "2023"),
    _figure("一日游路线", 6, "条", "2023"),
)
_INDICATORS = Rows(
    name="figure",
    kind="indicator",
    count=len(_FIGURES),
    grows=False,
    when=on_days("2024-04-10"),
    by=(2,),
    post="经济发展办公室",
    fields={"scope": "federation", "source": f"三方汇总（{DEMO}）", "on": "2024-03-31"},
    each=_FIGURES,
)
_PROJECTS = Rows(
    name="project",
    kind="project",
    count=2,
    grows=False,
    when=on_days("2022-08-01", "2023-03-01"),
    post="项目服务专班",
    fields={"note": f"{DEMO}。"},
    each=({"called": "罗八高速公路"}, {"called": "万峰湖光伏项目"}),
    then=(
        Step(
            who=EACH,
            into="offices",
            fields={"township": by_township, "office": "项目服务专班"},
            reason="登记责任部门",
        ),
        *items(
            "phases",
            {"called": "征地", "from_on": "2022-08-01", "to_on": "2023-03-31"},
            {"called": "施工", "from_on": "2023-04-01"},
            reason="登记阶段",
        ),
        Step(fields={"state": "building"}, days=240, reason="开工"),
        *items(
            "issues",
            {"text": "施工便道影响灌溉", "case": lambda turn: f"case-{turn.number:04d}"},
            {"text": "弃土堆放位置", "case": lambda turn: f"case-{turn.number + 2:04d}"},
            reason="登记问题和引起的案件",
        ),
    ),
)
_NOTICES = Rows(
    name="notice",
    kind="announcement",
    count=6,
    grows=False,
    when=evenly("2023-09-01", "2024-07-15"),
    post="值班室",
    fields={
        "called": in_turn("秋冬护林防火", "跨界班线调整", "汛期水库泄洪"),
        "text": f"{DEMO}。请各乡镇转告边界村。",
        "audience": other_townships,
        "valid_to": on(60),
    },
    then=(Step(fields={"receipts": "seen"}, who=OTHERS, days=1, reason="已转告"),),
)
_WOOD = Rows(
    name="wood",
    kind="market_info",
    count=8,
    grows=False,
    when=every(40, "2023-09-05"),
    post="经济发展办公室",
    fields={"place": village_of(), "on": on(), "valid_to": on(60), "note": DEMO},
    each=(
        {"kind_of": "supply", "product": "废木料", "quantity": "30 吨"},
        {"kind_of": "demand", "product": "废木料", "quantity": "50 吨"},
    ),
)
ROWS: tuple[Rows, ...] = (
    _COOPERATION,
    _BODIES,
    _SCHOOL,
    _HANDOVERS,
    _FUNDS,
    _QUARTERLY,
    _MOTIONS,
    _TRAININGS,
    _INDICATORS,
    _PROJECTS,
    *qdg_centre.ROWS,
    _NOTICES,
    _WOOD,
    tasks(
        12,
        quarterly("2021-10-16"),
        ({"what": "落实会议议定事项（第{n}次）", "meeting": other("quarterly", _TERMS)},),
    ),
)
