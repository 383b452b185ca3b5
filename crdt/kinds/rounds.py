"""Rounds that townships go together, campaigns that gather them, and work that comes again. Declares only.

People are numbers here: how many went, never who, and never who was visited.
"""

from __future__ import annotations

from crdt.kinds.cooperation import FIELD
from crdt.kinds.enumerations import LEVEL, choice, machine
from crdt.kinds.follows import Toured, Twins
from crdt.kinds.language import Area, Due, Kind, Severity, confirmed, stated
from crdt.kinds.references import RecordRef
from crdt.kinds.types import Day, Items, Line, Number, Slot, Townships
from keys.errors import Text

_PATROL = choice(
    ("joint", "联合巡防", "joint patrol"),
    ("screening", "矛盾隐患摸排", "screening for disputes and hazards"),
    ("safety_check", "安全检查", "safety check"),
    ("forest_fire", "护林防火", "guard against forest fire"),
    ("anti_drug", "禁毒巡山", "anti-drug patrol"),
    ("river", "巡河", "river patrol"),
    ("festival", "节日值守", "on duty at a festival"),
)
_PATROL_STATE = choice(
    ("planned", "已计划", "planned"),
    ("under_way", "进行中", "under way"),
    ("reported", "已报告", "reported"),
    ("disputed", "有异议", "disputed"),
    ("confirmed", "已确认", "confirmed"),
)
_RESULT = choice(
    ("hazard", "隐患", "a hazard"),
    ("case", "案件", "a case"),
    ("nothing", "未发现", "nothing found"),
)
_AREA = (
    ("village", Text("村", "village"), Line(40)),
    ("grid", Text("网格", "grid"), Line(30)),
)
_FINDING = (
    ("result", Text("结果", "result"), _RESULT),
    ("village", Text("村", "village"), Line(40)),
    ("grid", Text("网格", "grid"), Line(30)),
    ("hazard", Text("隐患", "hazard"), RecordRef("hazard")),
    ("case", Text("案件", "case"), RecordRef("case")),
)
_TARGET = (
    ("village", Text("村", "village"), Line(40)),
    ("grid", Text("网格", "grid"), Line(30)),
    ("rounds", Text("应排查次数", "rounds to go"), Number()),
)
_CAMPAIGN_STATE = choice(
    ("planned", "已计划", "planned"), ("running", "进行中", "running"), ("ended", "已结束", "ended")
)
_NEXT = Due(label=Text("应办", "to be done"))
_RECURS = choice(
    ("weekly", "每周", "every week"),
    ("half_monthly", "每半月", "every half month"),
    ("monthly", "每月", "every month"),
    ("quarterly", "每季度", "every quarter"),
    ("yearly", "每年", "every year"),
)

KINDS = (
    Kind(
        name="patrol",
        table="patrols",
        first_schema=2,
        told_by=("kind_of", "state"),
        area=Area.ROUNDS,
        label=Text("巡防排查", "patrol"),
        title=("kind_of", "area", "on"),
        lasts=("on", "on"),
        twins=Twins(fields=("kind_of", "area"), day="on", days=0, joined="same_as"),
        fields=(
            stated("kind_of", "类型", "kind of patrol", _PATROL, required=True),
            stated("area", "区域", "area", Line(80), required=True),
            stated("on", "日期", "day", Day(), required=True, severity=Severity.MINOR),
            stated("route", "路线", "route", Line(400), column=False),
            stated("townships", "参加乡镇", "townships", Townships(), column=False),
            stated(
                "person_times",
                "各乡镇人次",
                "person-times of each township",
                Slot(Number()),
                column=False,
            ),
            stated("covers", "覆盖", "covers", Items(_AREA), column=False),
            stated("findings", "发现", "findings", Items(_FINDING), column=False),
            stated("police_ref", "移交公安编号", "police reference", Line(40), column=False),
            stated("campaign", "专项行动", "campaign", RecordRef("campaign"), column=False),
            FIELD,
            stated("same_as", "重复于", "same as", RecordRef("patrol"), column=False),
            stated(
                "state",
                "状态",
                "state",
                machine(
                    "planned",
                    {
                        "planned": "under_way reported",
                        "under_way": "reported",
                        "reported": "confirmed* disputed",
                        "disputed": "reported",
                    },
                    _PATROL_STATE,
                ),
            ),
            confirmed(_PATROL_STATE),
        ),
    ),
    Kind(
        name="campaign",
        table="campaigns",
        first_schema=2,
        area=Area.ROUNDS,
        label=Text("专项行动", "campaign"),
        title=("called",),
        toured=Toured(
            targets="targets",
            goal="rounds",
            rounds=("patrol", "campaign"),
            covers="covers",
            findings="findings",
            result="result",
            place=("village", "grid"),
            last="ends_on",
        ),
        fields=(
            stated("called", "名称", "name", Line(80), required=True),
            stated("starts_on", "开始", "starts on", Day(), required=True),
            stated("ends_on", "结束", "ends on", Day(), required=True, due=(Due(),)),
            stated("basis", "依据文件", "basis document", Line(), column=False),
            stated("leading_group", "领导小组", "leading group", RecordRef("team"), column=False),
            stated("targets", "任务", "targets", Items(_TARGET), column=False),
            stated("summary", "总结", "summary", Line(4000, lines=True), column=False),
            stated(
                "state",
                "状态",
                "state",
                machine("planned", {"planned": "running", "running": "ended"}, _CAMPAIGN_STATE),
            ),
        ),
    ),
    Kind(
        name="schedule",
        table="schedules",
        first_schema=2,
        area=Area.ROUNDS,
        label=Text("周期工作", "recurring work"),
        title=("what", "recurs"),
        fields=(
            stated("what", "事项", "what", Line(80), required=True),
            stated("recurs", "周期", "how often", _RECURS, required=True),
            stated("level", "层级", "level", LEVEL),
            stated("owner", "责任单位", "office in charge", Line(60)),
            stated("next_on", "下次", "next on", Day(), due=(_NEXT,)),
        ),
    ),
)
