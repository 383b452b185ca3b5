"""三边: 42 villages in figures, hosts by quarter, difficult items, teams, the roster, herbs. Data only."""

from __future__ import annotations

from node.demo.alliances.common import (
    CONFIRMED,
    accord,
    attending,
    by_township,
    items,
    joint_bodies,
    solved_together,
    warnings,
)
from node.demo.rows import (
    EACH,
    OTHERS,
    Fields,
    Rows,
    Step,
    all_townships,
    at_turn,
    clock,
    evenly,
    every,
    in_turn,
    of_quarter,
    on,
    on_days,
    other,
    quarterly,
    township,
    village_of,
    whole,
)
from node.demo.words import DEMO

_QUARTERS = 8
# Of 中寨, 博峪 and 永和, in this order.
_PROFILE: tuple[tuple[str, str, tuple[int, int, int]], ...] = (
    ("行政村数", "个", (14, 14, 14)),
    ("人口", "人", (11_200, 9_600, 9_200)),
    ("党员数", "名", (486, 431, 397)),
)
_INDICATORS = Rows(
    name="profile",
    kind="indicator",
    count=9,
    grows=False,
    when=on_days("2023-01-10"),
    post="统计站",
    fields={"period": "2022", "scope": "township", "on": "2022-12-31", "source": f"年报（{DEMO}）"},
    each=tuple(
        {"key": key, "unit": unit, "value": str(value)}
        for key, unit, values in _PROFILE
        for value in values
    ),
)
_MINUTES = "各乡镇通报本季度边界工作，商定下季度由{next}承办。" + DEMO + "。"
_QUARTERLY = Rows(
    name="quarterly",
    kind="meeting",
    count=_QUARTERS,
    grows=False,
    when=quarterly("2022-09-20"),
    post="党政办公室",
    fields={
        "kind_of": "quarterly",
        "quarter": of_quarter,
        "starts_at": clock("09:00"),
        "ends_at": clock("11:30"),
        "place": "{short}会议室",
        "host": township(),
        "chair": "党委副书记",
    },
    then=(
        Step(fields={"state": "invited"}, at="09:10", reason="发出通知"),
        Step(fields={"state": "held"}, at="11:40", reason="会议如期召开"),
        *attending(2, 1, 1),
        Step(fields={"minutes": _MINUTES}, at="14:00", reason="起草纪要"),
        Step(fields={"state": "minutes_final"}, days=1, reason="纪要定稿"),
        CONFIRMED,
    ),
)
_ONSITE = Rows(
    name="onsite",
    kind="meeting",
    count=2,
    grows=False,
    when=on_days("2023-06-29", "2024-06-28"),
    post="党委办公室",
    fields={
        "kind_of": "annual_onsite",
        "starts_at": clock("08:30"),
        "ends_at": clock("17:00"),
        "place": "{short}各示范点",
        "host": township(),
    },
    then=(
        *items(
            "sites",
            {"text": "边界党建示范点"},
            {"text": "中药材种植基地"},
            reason="登记观摩点",
        ),
        Step(fields={"state": "held"}, at="17:30", reason="现场会结束"),
    ),
)
_HANDOVERS = Rows(
    name="handover",
    kind="handover",
    count=_QUARTERS - 1,
    grows=False,
    when=quarterly("2022-09-28"),
    post="党政办公室",
    fields={"quarter": of_quarter, "giver": township(), "taker": township(1)},
    then=(
        *items(
            "checklist",
            {"text": "联络人名册已更新", "done": "是"},
            {"text": "未办结事项已移交", "done": "是"},
            {"text": "现场照片归档", "done": "否", "reason": "等村里补交"},
            reason="列入交接清单",
        ),
        Step(fields={"state": "signed"}, days=1, reason="交接完毕"),
        Step(fields={"state_confirmed": "signed"}, who=1, days=1, reason="接收无误"),
    ),
)
_PROBLEMS = (
    "跨界机耕道断头一公里",
    "边界水源地保护没有人管",
    "两省医保报销要跑三趟",
    "界河便桥汛期不能通行",
    "边界村手机信号弱",
    "学生跨界上学没有校车",
    "流动党员无人联系",
    "中药材外销没有统一等级",
    "草场划线图与实地不符",
    "跨省垃圾清运没有协议",
    "边界林区防火道缺一段",
)
_SOLVED = solved_together("taken_up", "in_progress", "solved")
_DIFFICULT = Rows(
    name="difficult",
    kind="difficult_item",
    count=len(_PROBLEMS),
    grows=False,
    when=evenly("2022-10-10", "2024-03-18"),
    fields={
        "stuck": "一个乡镇办不了，需要对面配合（" + DEMO + "）。",
        "asked": "请{next}一同核实并派人参加。",
    },
    each=tuple(
        {"called": called, "topic": topic}
        for called, topic in zip(
            _PROBLEMS,
            ("living_environment", "service", "service", "disaster", "service", "service",
             "party_building", "industry", "border_stability", "living_environment", "disaster"),
            strict=True,
        )
    ),
    then=(
        Step(
            who=EACH,
            into="commitments",
            days=10,
            fields={"township": by_township, "text": "派一名干部参加，三个月内完成本侧工作"},
            reason="登记本乡镇承诺",
        ),
    ),
    paths=(
        (7, _SOLVED),
        (2, (*_SOLVED[:2],)),
        (1, (Step(fields={"state": "taken_up"}, days=5, reason="列入难题清单"),)),
        (1, (Step(fields={"state": "parked", "review_on": on(180)}, days=5, reason="条件未到"),)),
    ),
)  # fmt: skip
_TEAMS = Rows(
    name="team",
    kind="team",
    count=4,
    grows=False,
    when=on_days("2022-06-01"),
    by=(0, 1, 2, 0),
    post="武装部",
    fields={"townships": township(), "leader": "武装部部长", "skills": "抢险、劝导、搬运"},
    each=(
        {"size": "8", "kind_of": "volunteer", "called": "{short}先锋志愿服务队",
         "meets_at": village_of()},
        {"size": "10", "kind_of": "volunteer", "called": "{short}先锋志愿服务队",
         "meets_at": village_of()},
        {"size": "12", "kind_of": "volunteer", "called": "{short}先锋志愿服务队",
         "meets_at": village_of()},
        {"size": "13", "kind_of": "volunteer", "called": "{short}第二先锋志愿服务队",
         "size_reason": "示范段农忙，多报一名替补", "meets_at": village_of(nth=1)},
    ),
)  # fmt: skip
_HOTLINES = Rows(
    name="hotline",
    kind="hotline",
    count=3,
    grows=False,
    when=on_days("2022-06-01"),
    post="值班室",
    fields={"called": "{short}24小时专线", "number": "{area}-0000-120", "hours": "24小时"},
)
_SHIFTS = 84  # four weeks, three townships
_GAP = 40
"""The shift after which nobody was on duty for twelve hours."""
_ROSTER = Rows(
    name="shift",
    kind="duty_shift",
    count=_SHIFTS,
    grows=False,
    when=lambda number, _of: every(1, "2024-07-29")((number - 1) // 3 + 1, 0),
    at="08:00",
    post="值班室",
    fields={
        "post": in_turn("带班领导", "值班干部"),
        "starts_at": clock("08:00"),
        "ends_at": at_turn(_GAP, clock("20:00"), clock("08:00", 1)),
        "phone": "{area}-0000-120",
        "hotline": lambda turn: f"hotline-{turn.place + 1:05d}",
    },
)
_PAIRS = (
    {"called": "示范一村与示范二村友好共建协议", "parties": "示范一村、示范二村"},
    {"called": "例子冲村与例河口村友好共建协议", "parties": "例子冲村、例河口村"},
    {"called": "试水寨村与试坪村友好共建协议", "parties": "试水寨村、试坪村"},
)
_ACCORDS = accord(
    "friendship",
    on_days("2022-11-15", "2023-03-20", "2023-09-12"),
    tuple(pair for pair in _PAIRS),
    kind_of="village_friendship",
    text=f"{DEMO}。两村互通信息，互相帮助，有事就近先到，三年一签。",
    expires_on=on(3 * 365),
)
# From the meeting places of the teams to villages at the border: minutes by car in the dry season.
_MINUTES_TO: tuple[tuple[str, str, int], ...] = (
    ("示范一村", "例家湾村", 12),
    ("示范一村", "例子冲村", 25),
    ("示范一村", "试水寨村", 48),
    ("示范二村", "例子冲村", 15),
    ("示范二村", "例家湾村", 35),
    ("示范二村", "试水寨村", 30),
    ("示范三村", "试水寨村", 10),
    ("示范三村", "例河口村", 18),
    ("示范三村", "例子冲村", 22),
    ("例家湾村", "例子冲村", 20),
    ("例家湾村", "试水寨村", 55),
    ("示范二村", "例河口村", 26),
)
_WAYS = Rows(
    name="way",
    kind="travel_time",
    count=len(_MINUTES_TO),
    grows=False,
    when=on_days("2022-06-02"),
    fields={"mode": "car", "season": "dry"},
    each=tuple(
        {"origin": origin, "destination": to, "minutes": str(minutes)}
        for origin, to, minutes in _MINUTES_TO
    ),
)
_INCIDENTS = Rows(
    name="incident",
    kind="incident",
    count=5,
    grows=False,
    when=on_days("2023-07-11", "2023-08-02", "2024-02-18", "2024-06-24", "2024-07-30"),
    at="02:10",
    post="值班室",
    fields={"reported_at": clock("02:00"), "injured": "0", "owner_told": "是"},
    each=(
        {"kind_of": "flood", "place": "例子冲村"},
        {"kind_of": "landslide", "place": "试水寨村"},
        {"kind_of": "fire", "place": "例家湾村"},
        {"kind_of": "road", "place": "例河口村"},
        {"kind_of": "flood", "place": "试水寨村"},
    ),
    then=(
        Step(fields={"state": "moving"}, at="02:20", reason="最近的队伍先动"),
        Step(
            into="dispatches",
            at="02:25",
            fields={
                "team": other("team", 3),
                "informed_at": clock("02:12"),
                "left_at": clock("02:20"),
                "arrived_at": clock("02:45"),
            },
            reason="登记出动",
        ),
        Step(fields={"state": "on_site"}, at="02:50", reason="队伍到场"),
        Step(
            fields={"state": "stood_down", "review": f"先到的先处置，属地随后接手。{DEMO}。"},
            at="08:00",
            reason="险情解除",
        ),
    ),
)
_MOUNTAIN = Rows(
    name="anti-drug",
    kind="patrol",
    count=12,
    grows=False,
    when=every(60, "2022-08-05"),
    post="派出所",
    fields={
        "kind_of": "anti_drug",
        "area": "{village}与{across}之间山林",
        "on": on(),
        "townships": all_townships,
        "police_ref": "移交〔{year}〕第{n:02d}号",
    },
    then=(
        Step(
            fields={"state": "reported", "person_times": whole(4, 7)},
            at="17:00",
            reason="巡山结束",
        ),
        Step(
            fields={"person_times": whole(2, 4)},
            who=OTHERS,
            days=1,
            reason="填报本乡镇人次",
        ),
        Step(fields={"state": "confirmed"}, days=1, reason="各方核对一致"),
        Step(fields={"state_confirmed": "confirmed"}, who=EACH, at="11:00", reason="核对无误"),
    ),
)


def _herb(product: str, unit: str, least: int, most: int) -> Fields:
    return {
        "product": product,
        "unit": unit,
        "price_from": whole(least, most),
        "price_to": whole(most + 1, most + 4),
    }


_HERBS = Rows(
    name="herb",
    kind="market_info",
    count=48,
    grows=False,
    when=lambda number, _of: every(30, "2023-09-01")((number - 1) // 4 + 1, 0),
    by=(0, 1, 2, 0),
    post="农业综合服务中心",
    fields={
        "kind_of": "price",
        "grade": "统货",
        "place": "{short}集市",
        "on": on(),
        "valid_to": on(30),
        "note": DEMO,
    },
    each=(
        _herb("当归", "元/公斤", 60, 72),
        _herb("党参", "元/公斤", 80, 96),
        _herb("大黄", "元/公斤", 14, 18),
        _herb("花椒", "元/公斤", 70, 90),
    ),
)
ROWS: tuple[Rows, ...] = (
    _INDICATORS,
    _QUARTERLY,
    _ONSITE,
    _HANDOVERS,
    _DIFFICULT,
    _TEAMS,
    _HOTLINES,
    _ROSTER,
    _ACCORDS,
    _WAYS,
    _INCIDENTS,
    _MOUNTAIN,
    _HERBS,
    joint_bodies(
        "2022-03-02",
        (
            {
                "kind_of": "joint_mediation_committee",
                "called": "三边边界联合调解组织",
                "founded_on": "2015-04-20",
            },
        ),
    ),
    warnings(
        8,
        evenly("2022-09-05", "2024-07-29"),
        (
            {"kind_of": "dispute_sign", "place": "{village}", "matter": "两村说山界，有苗头。"},
            {"kind_of": "natural_hazard", "place": "{village}沟口", "matter": "连雨，沟水上涨。"},
        ),
    ),
)
