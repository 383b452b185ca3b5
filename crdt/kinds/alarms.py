"""Warnings, hazards and incidents: seen early, told to all, met by who is nearest. About things only.

Declares only. Where two townships say different states at once the one that keeps people careful counts until
they settled it: states stand from the mildest to the gravest.
"""

from __future__ import annotations

from crdt.kinds.clocks import WARNING_MIN
from crdt.kinds.enumerations import LEVEL, TOPIC, URGENCY, choice, machine
from crdt.kinds.follows import Answered, Rises
from crdt.kinds.language import Area, Due, Kind, Severity, highest, stated
from crdt.kinds.references import RecordRef
from crdt.kinds.times import Moment
from crdt.kinds.types import Code, Day, Flag, Items, Line, Number, Slot, Townships
from keys.errors import Text

_WARNING = choice(
    ("dispute_sign", "纠纷苗头", "sign of a dispute"),
    ("resource_conflict", "林地水资源矛盾", "conflict about forest or water"),
    ("construction", "施工矛盾", "conflict about works"),
    ("gathering", "可能群体性聚集（对事）", "possible gathering, about a matter"),
    ("natural_hazard", "自然灾害", "natural hazard"),
    ("fire", "森林火险", "danger of forest fire"),
    ("traffic", "交通", "traffic"),
    ("public_health", "公共卫生", "public health"),
    ("animal_disease", "动物疫情", "animal disease"),
    ("fraud", "诈骗提醒", "fraud alert"),
    ("other", "其他", "other"),
)
_WARNING_STATE = choice(
    ("false_alarm", "误报", "false alarm"),
    ("resolved", "已化解", "resolved"),
    ("became_case", "已转案件", "became a case"),
    ("became_hazard", "已转隐患", "became a hazard"),
    ("raised", "已发出", "raised"),
    ("handling", "处置中", "being handled"),
)
_RECEIPT = choice(
    ("seen", "已看到", "seen"),
    ("acknowledged", "已签收", "acknowledged"),
    ("acting", "已行动", "acting"),
)
_FOLLOW_UP = (("text", Text("后续（不写姓名）", "follow-up, no names"), Line(1000, lines=True)),)

_HAZARD = choice(
    ("landslide", "滑坡", "landslide"),
    ("flood", "山洪", "flood"),
    ("fire", "火灾", "fire"),
    ("road", "道路", "road"),
    ("bridge", "桥梁", "bridge"),
    ("water", "饮水水源", "drinking water"),
    ("power", "电力", "power line"),
    ("building", "房屋", "building"),
    ("mine", "矿山", "mine"),
    ("environment", "人居环境", "living environment"),
    ("boundary_marker", "界桩", "boundary marker"),
    ("public_health", "公共卫生", "public health"),
    ("other", "其他", "other"),
)
_HAZARD_STATE = choice(
    ("closed", "已销号", "closed"),
    ("checked", "已验收", "checked"),
    ("rectifying", "整改中", "being put right"),
    ("assigned", "已交办", "assigned"),
    ("found", "已发现", "found"),
    ("escalated", "已上报", "escalated"),
)
_CHECK = (
    ("on", Text("检查日期", "checked on"), Day()),
    ("text", Text("情况", "what was found"), Line(400)),
)

_INCIDENT_STATE = choice(
    ("reviewed", "已复盘", "reviewed"),
    ("stood_down", "已结束", "stood down"),
    ("handed_over", "已移交", "handed over"),
    ("on_site", "到场", "on site"),
    ("moving", "赶赴", "on the way"),
    ("reported", "已报告", "reported"),
)
_DISPATCH = (
    ("team", Text("队伍", "team"), RecordRef("team")),
    ("informed_at", Text("通知时间", "informed at"), Moment()),
    ("left_at", Text("出发时间", "left at"), Moment()),
    ("arrived_at", Text("到达时间", "arrived at"), Moment()),
    ("returned_at", Text("返回时间", "returned at"), Moment()),
)
_HANDED = choice(
    ("fire", "消防", "fire brigade"), ("police", "公安", "police"), ("hospital", "医院", "hospital")
)

KINDS = (
    Kind(
        name="warning",
        table="warnings",
        first_schema=2,
        told_by=("level", "state"),
        area=Area.ALARMS,
        label=Text("预警", "warning"),
        title=("kind_of", "place"),
        answered=Answered(
            slot="receipts",
            asked="addressees",
            since="seen_at",
            grade="level",
            within_min=WARNING_MIN,
            limit="warning",
            met=("acknowledged", "acting"),
        ),
        fields=(
            stated("kind_of", "类型", "kind of warning", _WARNING, required=True),
            stated("place", "地点", "place", Line(60), required=True),
            stated(
                "level",
                "级别",
                "level",
                URGENCY,
                required=True,
                severity=Severity.MINOR,
                safe=highest,
            ),
            stated(
                "matter",
                "情况（不写姓名）",
                "matter, no names",
                Line(1000, lines=True),
                column=False,
            ),
            stated("place_code", "地点代码", "place code", Code(), column=False),
            stated("seen_at", "发现时间", "seen at", Moment(), today=True),
            stated("source", "来源岗位", "source, post", Line(60), column=False),
            stated("addressees", "发给", "addressed to", Townships(), column=False),
            stated("receipts", "签收", "receipts", Slot(_RECEIPT), column=False),
            stated("follow_ups", "后续", "follow-ups", Items(_FOLLOW_UP), column=False),
            stated("case", "转为案件", "became case", RecordRef("case"), column=False),
            stated("hazard", "转为隐患", "became hazard", RecordRef("hazard"), column=False),
            stated("closed_reason", "了结理由", "why it was closed", Line(), column=False),
            stated(
                "state",
                "状态",
                "state",
                machine(
                    "raised",
                    {
                        "raised": "handling false_alarm resolved became_case became_hazard",
                        "handling": "resolved became_case became_hazard false_alarm",
                        "false_alarm": "handling",
                    },
                    _WARNING_STATE,
                    over="resolved became_case became_hazard false_alarm",
                ),
                safe=highest,
            ),
        ),
    ),
    Kind(
        name="hazard",
        table="hazards",
        first_schema=2,
        area=Area.ALARMS,
        label=Text("隐患", "hazard"),
        title=("kind_of", "place"),
        rises=Rises(
            level="found_level",
            levels=("grid", "village", "township"),
            own=("grid", "village"),
            due=("due_on",),
            offices=("governance_centre", "head"),
            state="escalated",
        ),
        fields=(
            stated("kind_of", "类型", "kind of hazard", _HAZARD, required=True),
            stated("place", "地点", "place", Line(60), required=True),
            stated(
                "grade",
                "隐患等级",
                "grade of the hazard",
                URGENCY,
                severity=Severity.MINOR,
                safe=highest,
            ),
            stated(
                "description",
                "情况（不写姓名）",
                "what is wrong, no names",
                Line(1000, lines=True),
                column=False,
            ),
            stated("topic", "领域", "topic", TOPIC, column=False),
            stated("found_on", "发现日期", "found on", Day()),
            stated("found_level", "发现层级", "found at level", LEVEL, column=False),
            stated("owner", "责任单位", "office in charge", Line(60)),
            stated("measures", "措施", "measures", Line(1000, lines=True), column=False),
            stated("due_on", "整改期限", "to be put right by", Day(), due=(Due(),)),
            stated("checks", "检查", "checks", Items(_CHECK), column=False),
            stated("patrol", "排查轮次", "found on round", RecordRef("patrol"), column=False),
            stated("campaign", "专项行动", "campaign", RecordRef("campaign"), column=False),
            stated(
                "state",
                "状态",
                "state",
                machine(
                    "found",
                    {
                        "found": "assigned escalated",
                        "assigned": "rectifying escalated",
                        "rectifying": "checked escalated",
                        "checked": "closed rectifying escalated",
                        "escalated": "assigned rectifying checked",
                        "closed": "found",
                    },
                    _HAZARD_STATE,
                    over="closed",
                ),
                safe=highest,
            ),
        ),
    ),
    Kind(
        name="incident",
        table="incidents",
        first_schema=2,
        area=Area.ALARMS,
        label=Text("突发事件", "incident"),
        title=("kind_of", "place"),
        fields=(
            stated("kind_of", "类型", "kind of incident", _HAZARD, required=True),
            stated("place", "地点", "place", Line(60), required=True),
            stated("reported_at", "报告时间", "reported at", Moment(), today=True),
            stated("dispatches", "出动", "dispatches", Items(_DISPATCH), column=False),
            stated("owner_told", "已告知属地", "territory owner told", Flag(), column=False),
            stated("injured", "受伤人数", "injured, a number", Number(), column=False),
            stated("handed_to", "移交", "handed to", _HANDED, column=False),
            stated("review", "复盘", "review", Line(2000, lines=True), column=False),
            stated(
                "state",
                "状态",
                "state",
                machine(
                    "reported",
                    {
                        "reported": "moving stood_down",
                        "moving": "on_site stood_down",
                        "on_site": "handed_over stood_down",
                        "handed_over": "stood_down",
                        "stood_down": "reviewed",
                    },
                    _INCIDENT_STATE,
                    over="stood_down",
                ),
                severity=Severity.MINOR,
                safe=highest,
            ),
        ),
    ),
)
