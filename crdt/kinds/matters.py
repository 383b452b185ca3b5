"""What one township cannot settle alone, and how a matter comes in, goes on and is confirmed. Declares only.

All of it is read by every member: a matter is told without its people.
"""

from __future__ import annotations

from crdt.kinds.clocks import decision
from crdt.kinds.cooperation import FIELD
from crdt.kinds.enumerations import CATEGORY, CHANNEL, TOPIC, choice, machine
from crdt.kinds.follows import Twins
from crdt.kinds.language import Area, Due, Kind, Severity, confirmed, highest, stated
from crdt.kinds.references import RecordRef, TownshipRef
from crdt.kinds.types import Day, Items, Line
from keys.errors import Text

_INTAKE_STATE = choice(
    ("received", "已登记", "received"),
    ("routed", "已分流", "routed"),
    ("accepted", "已受理", "accepted"),
    ("guided", "已指引其他途径", "guided elsewhere"),
    ("not_for_mediation", "不属调解范围", "not for mediation"),
)
_TRANSFER = choice(
    ("entrust", "委托调解", "entrusted for mediation"),
    ("hand_over", "移送", "handed over"),
    ("invite", "邀请协助", "invited to help"),
    ("escalate", "上报", "escalated"),
    ("notify", "通报", "notified"),
    ("to_court", "诉调对接", "to the court"),
    ("to_police", "警调对接", "to the police"),
    ("to_procuratorate", "检调对接", "to the procuratorate"),
    ("to_petition_office", "访调对接", "to the petition office"),
    ("legal_aid", "法律援助", "legal aid"),
)
_TRANSFER_STATE = choice(
    ("drafted", "已拟", "drafted"),
    ("recalled", "已撤回", "recalled"),
    ("sent", "已发出", "sent"),
    ("received", "已收到", "received"),
    ("returned", "已退回", "returned"),
    ("accepted", "已接收", "accepted"),
    ("completed", "已办结", "completed"),
)
_PAPER = (("called", Text("材料", "document"), Line(80)),)
_CONFIRMATION = choice(
    ("to_apply", "待申请", "to be applied for"),
    ("applied", "已申请", "applied for"),
    ("confirmed", "已确认", "confirmed"),
    ("refused", "不予确认", "refused"),
    ("not_sought", "不申请", "not sought"),
)
_DIFFICULT_STATE = choice(
    ("raised", "已提出", "raised"),
    ("taken_up", "已列入", "taken up"),
    ("in_progress", "推进中", "in progress"),
    ("parked", "暂缓", "parked"),
    ("partly_solved", "部分解决", "partly solved"),
    ("solved", "已解决", "solved"),
)
_COMMITMENT = (
    ("township", Text("乡镇", "township"), TownshipRef()),
    ("text", Text("承诺", "commitment"), Line(400)),
    ("due_on", Text("期限", "due on"), Day()),
)
_TALK = (
    ("on", Text("日期", "day"), Day()),
    ("text", Text("情况（不写姓名）", "what was said, no names"), Line(1000, lines=True)),
)
_PHASE = (
    ("called", Text("阶段", "phase"), Line(80)),
    ("from_on", Text("起", "from"), Day()),
    ("to_on", Text("止", "until"), Day()),
)
_ISSUE = (
    ("text", Text("问题", "issue"), Line(400)),
    ("case", Text("案件", "case"), RecordRef("case")),
)
_OFFICE = (
    ("township", Text("乡镇", "township"), TownshipRef()),
    ("office", Text("部门", "office"), Line(60)),
)
_PROJECT_STATE = choice(
    ("planned", "前期", "planned"),
    ("building", "在建", "being built"),
    ("done", "已完工", "done"),
    ("stopped", "停工", "stopped"),
)

KINDS = (
    Kind(
        name="intake",
        table="intakes",
        first_schema=2,
        area=Area.MATTERS,
        label=Text("受理登记", "intake"),
        title=("category", "received_on"),
        twins=Twins(fields=("category", "village"), day="received_on", days=7, joined="same_as"),
        fields=(
            stated("category", "类别", "category", CATEGORY, required=True),
            stated(
                "received_on",
                "来访日期",
                "received on",
                Day(),
                required=True,
                today=True,
                due=(decision("received", "routed"),),
            ),
            stated("channel", "渠道", "channel", CHANNEL),
            stated("window", "窗口", "window", Line(60), column=False),
            stated("outside_ref", "外部编号", "outside reference", Line(60), column=False),
            stated("village", "村", "village", Line(40)),
            stated(
                "matter",
                "事由（不写姓名）",
                "matter, no names",
                Line(1000, lines=True),
                column=False,
            ),
            stated("wish", "诉求（不写姓名）", "what is wished, no names", Line(400), column=False),
            stated("routed_to", "分流至", "routed to", TownshipRef()),
            stated("office", "承办部门", "office", Line(60), column=False),
            stated("case", "案件", "case", RecordRef("case"), column=False),
            stated("same_as", "重复于", "same as", RecordRef("intake"), column=False),
            stated(
                "reason",
                "不受理理由及指引",
                "reason and where to go instead",
                Line(400),
                column=False,
            ),
            stated(
                "state",
                "状态",
                "state",
                machine(
                    "received",
                    {
                        "received": "routed accepted guided not_for_mediation",
                        "routed": "accepted guided not_for_mediation",
                        "guided": "accepted",
                        "not_for_mediation": "accepted",
                    },
                    _INTAKE_STATE,
                    over="guided not_for_mediation",
                ),
            ),
        ),
    ),
    Kind(
        name="transfer",
        table="transfers",
        first_schema=2,
        area=Area.MATTERS,
        label=Text("移送", "transfer"),
        title=("kind_of", "receiver"),
        taken=("accepted", "accepted_by"),
        fields=(
            stated("kind_of", "方式", "kind of transfer", _TRANSFER, required=True),
            stated("receiver", "接收单位", "receiver", Line(80), required=True),
            stated(
                "township",
                "接收乡镇",
                "receiving township",
                TownshipRef(),
                severity=Severity.BLOCKING,
            ),
            stated("case", "案件", "case", RecordRef("case"), column=False),
            stated("warning", "预警", "warning", RecordRef("warning"), column=False),
            stated("why", "理由", "why", Line(400), column=False),
            stated("papers", "随附材料", "documents", Items(_PAPER), column=False),
            stated("sent_on", "发出日期", "sent on", Day()),
            stated("due_on", "答复期限", "reply due on", Day(), due=(Due(),)),
            stated("outside_ref", "对方编号", "their reference", Line(60), column=False),
            stated("reply", "答复", "reply", Line(1000, lines=True), column=False),
            stated(
                "accepted_by",
                "由谁接收",
                "accepted by",
                TownshipRef(),
                severity=Severity.BLOCKING,
                column=False,
            ),
            stated(
                "state",
                "状态",
                "state",
                machine(
                    "drafted",
                    {
                        "drafted": "sent",
                        "sent": "received accepted returned recalled",
                        "received": "accepted returned recalled",
                        "accepted": "completed returned",
                        "returned": "drafted",
                        "recalled": "drafted",
                    },
                    _TRANSFER_STATE,
                    over="accepted recalled returned",
                ),
                severity=Severity.BLOCKING,
                safe=highest,
            ),
        ),
    ),
    Kind(
        name="judicial",
        table="judicial_confirmations",
        first_schema=2,
        area=Area.MATTERS,
        label=Text("司法确认", "judicial confirmation"),
        title=("effective_on",),
        fields=(
            stated("effective_on", "协议生效日", "agreement in effect from", Day(), required=True),
            stated("case", "案件", "case", RecordRef("case"), column=False),
            stated("court", "法院", "court", Line(60)),
            stated(
                "due_on",
                "申请截止",
                "apply by",
                Day(),
                due=(Due(),),
                after=("effective_on", 30),
                severity=Severity.BLOCKING,
            ),
            stated("applied_on", "申请日期", "applied on", Day()),
            stated("reference", "文号", "reference", Line(60), column=False),
            stated(
                "state",
                "状态",
                "state",
                machine(
                    "to_apply",
                    {
                        "to_apply": "applied not_sought",
                        "applied": "confirmed refused",
                        "not_sought": "applied",
                    },
                    _CONFIRMATION,
                    over="applied not_sought",
                ),
            ),
        ),
    ),
    Kind(
        name="difficult_item",
        table="difficult_items",
        first_schema=2,
        area=Area.MATTERS,
        label=Text("难题", "difficult item"),
        title=("called",),
        by_home=("solved",),
        fields=(
            stated("called", "问题", "problem", Line(120), required=True),
            stated("topic", "领域", "topic", TOPIC),
            FIELD,
            stated("stuck", "卡在哪里", "why it is stuck", Line(1000, lines=True), column=False),
            stated("asked", "请谁做什么", "what is asked of whom", Line(400), column=False),
            stated("commitments", "各方承诺", "commitments", Items(_COMMITMENT), column=False),
            stated("talks", "历次商议", "sessions", Items(_TALK), column=False),
            stated("review_on", "复议日期", "look again on", Day(), due=(Due(),)),
            stated("outcome", "结果", "outcome", Line(1000, lines=True), column=False),
            stated("case", "案件", "case", RecordRef("case"), column=False),
            stated(
                "state",
                "状态",
                "state",
                machine(
                    "raised",
                    {
                        "raised": "taken_up parked",
                        "taken_up": "in_progress parked",
                        "in_progress": "solved* partly_solved parked",
                        "partly_solved": "in_progress solved*",
                        "parked": "taken_up in_progress",
                        "solved": "in_progress",
                    },
                    _DIFFICULT_STATE,
                    over="solved",
                ),
            ),
            confirmed(_DIFFICULT_STATE),
        ),
    ),
    Kind(
        name="project",
        table="projects",
        first_schema=2,
        area=Area.MATTERS,
        label=Text("跨界项目", "project"),
        title=("called",),
        fields=(
            stated("called", "名称", "name", Line(80), required=True),
            stated("phases", "阶段", "phases", Items(_PHASE), column=False),
            stated("offices", "责任部门", "offices in charge", Items(_OFFICE), column=False),
            stated("issues", "问题及案件", "issues and their cases", Items(_ISSUE), column=False),
            stated("note", "说明", "note", Line(1000, lines=True), column=False),
            stated(
                "state",
                "状态",
                "state",
                machine(
                    "planned",
                    {
                        "planned": "building stopped",
                        "building": "done stopped",
                        "stopped": "building",
                    },
                    _PROJECT_STATE,
                ),
            ),
        ),
    ),
)
