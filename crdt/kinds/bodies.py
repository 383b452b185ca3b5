"""What the townships founded and wrote together: joint bodies, signed texts, hand-overs, funds, time limits.

Declares only. A text is in force where every township confirmed the same words; that is read from the
confirmations, and no state says it.
"""

from __future__ import annotations

from crdt.kinds.clocks import TIME_LIMIT
from crdt.kinds.cooperation import FIELD
from crdt.kinds.enumerations import TOPIC, choice, machine
from crdt.kinds.follows import Joins, Twins
from crdt.kinds.language import (
    Agreed,
    Area,
    Complete,
    Due,
    Kind,
    Severity,
    confirmed,
    lowest,
    stated,
)
from crdt.kinds.references import Hash, RecordRef, TownshipRef
from crdt.kinds.times import Quarter
from crdt.kinds.types import Choices, Day, Flag, Items, Line, Money, Number, Slot, Townships
from keys.errors import Text

_BODY = choice(
    ("joint_party_committee", "联合党工委", "joint party committee"),
    ("joint_party_branch", "联合党总支（支部）", "joint party branch"),
    ("joint_mediation_committee", "联合人民调解委员会", "joint mediation committee"),
    ("joint_centre", "联合调处中心", "joint settlement centre"),
    ("village_pair", "结对村联合组织", "paired villages"),
    ("school", "联合党校", "joint party school"),
    ("other", "其他", "other"),
)
_BODY_STATE = choice(("active", "在用", "at work"), ("dissolved", "已撤销", "dissolved"))
_OFFICER = (
    ("post", Text("职务（不写姓名）", "post, no name"), Line(60)),
    ("township", Text("乡镇", "township"), TownshipRef()),
    ("since", Text("任职起", "since"), Day()),
    ("until", Text("任职止", "until"), Day()),
)
_MEMBER = (("called", Text("成员单位", "member"), Line(60)),)

_ACCORD = choice(
    ("charter", "章程", "charter"),
    ("mechanism", "机制文件", "rules of a mechanism"),
    ("village_friendship", "友好共建协议", "friendship accord of villages"),
    ("village_rules", "村规民约", "village rules"),
    ("cooperation", "协作协议", "cooperation agreement"),
)
_ACCORD_STATE = choice(
    ("drafting", "起草", "being drafted"),
    ("circulated", "定稿会签", "final, being signed"),
    ("renewed", "已续签", "renewed"),
    ("terminated", "已终止", "terminated"),
)
_COVERED = {"severity": Severity.BLOCKING}

_HANDOVER_STATE = choice(("preparing", "准备", "being prepared"), ("signed", "已交接", "signed"))
_CHECK = (
    ("text", Text("事项", "item"), Line(200)),
    ("done", Text("已办", "done"), Flag()),
    ("reason", Text("未办理由", "reason it is open"), Line(200)),
)

KINDS = (
    Kind(
        name="joint_body",
        table="joint_bodies",
        first_schema=2,
        area=Area.MEETINGS,
        label=Text("联合组织", "joint body"),
        title=("kind_of", "called"),
        listed=("members", "state"),
        joins=Joins(members="members", where=("kind_of", ("village_pair",))),
        fields=(
            stated("kind_of", "类型", "kind of body", _BODY, required=True),
            stated("called", "名称", "name", Line(80), required=True),
            stated("founded_on", "成立日期", "founded on", Day()),
            stated("townships", "参加乡镇", "townships", Townships(), column=False),
            stated("members", "成员单位", "member organisations", Items(_MEMBER), column=False),
            stated("officers", "负责人（职务）", "officers by post", Items(_OFFICER), column=False),
            stated("seal_name", "印章名称", "name on the seal", Line(80), column=False),
            stated("note", "说明", "note", Line(400), column=False),
            stated(
                "state", "状态", "state", machine("active", {"active": "dissolved"}, _BODY_STATE)
            ),
        ),
    ),
    Kind(
        name="accord",
        table="accords",
        first_schema=2,
        area=Area.MEETINGS,
        label=Text("协议文本", "accord"),
        title=("kind_of", "called"),
        agreed=Agreed(
            fields=("kind_of", "called", "version", "text", "valid_from", "expires_on"),
            draft="drafting",
            confirmed="signed",
        ),
        fields=(
            stated("kind_of", "类型", "kind of accord", _ACCORD, required=True, **_COVERED),
            stated("called", "标题", "title", Line(80), required=True, **_COVERED),
            stated("version", "版本", "version", Number(), **_COVERED),
            stated("text", "正文", "text", Line(8000, lines=True), column=False, **_COVERED),
            stated("valid_from", "生效日", "in force from", Day(), **_COVERED),
            stated("expires_on", "到期日", "expires on", Day(), due=(Due(ahead=60),), **_COVERED),
            stated("parties", "签约方", "parties", Line(), column=False),
            FIELD,
            stated("topics", "领域", "fields of work", Choices(TOPIC), column=False),
            stated(
                "state",
                "状态",
                "state",
                machine(
                    "drafting",
                    {
                        "drafting": "circulated",
                        "circulated": "drafting renewed terminated*",
                        "renewed": "terminated*",
                    },
                    _ACCORD_STATE,
                    over="renewed",
                ),
                **_COVERED,
            ),
            stated(
                "signed",
                "各乡镇签署的文本",
                "text signed by each township",
                Slot(Hash()),
                **_COVERED,
            ),
            stated("renews", "续签自", "renews", RecordRef("accord"), column=False),
        ),
    ),
    Kind(
        name="handover",
        table="handovers",
        first_schema=2,
        area=Area.MEETINGS,
        label=Text("轮值交接", "hand-over"),
        title=("quarter",),
        complete=Complete(state="signed", items="checklist", done="done", reason="reason"),
        fields=(
            stated("quarter", "季度", "quarter", Quarter(), required=True),
            stated("giver", "移交方", "handed over by", TownshipRef()),
            stated("taker", "接收方", "taken over by", TownshipRef()),
            stated("checklist", "交接清单", "checklist", Items(_CHECK), column=False),
            stated("note", "说明", "note", Line(1000, lines=True), column=False),
            stated(
                "state",
                "状态",
                "state",
                machine(
                    "preparing",
                    {"preparing": "signed*", "signed": "preparing"},
                    _HANDOVER_STATE,
                    over="signed",
                ),
                severity=Severity.BLOCKING,
            ),
            confirmed(_HANDOVER_STATE),
        ),
    ),
    Kind(
        name="fund_line",
        table="fund_lines",
        first_schema=2,
        area=Area.MEETINGS,
        label=Text("经费", "fund"),
        title=("quarter", "what"),
        fields=(
            stated("quarter", "季度", "quarter", Quarter(), required=True),
            stated("what", "用途", "what for", Line(80), required=True),
            stated("planned", "计划金额", "planned", Money()),
            stated("given", "各乡镇筹措", "given by each township", Slot(Money()), column=False),
            stated("spent", "已用", "spent", Money()),
        ),
    ),
    Kind(
        name="time_limit",
        table="time_limits",
        first_schema=2,
        area=Area.MEETINGS,
        label=Text("期限约定", "time limit"),
        title=("which", "amount"),
        limits=("which", "amount"),
        twins=Twins(fields=("which",)),
        fields=(
            stated("which", "哪个期限", "which limit", TIME_LIMIT, required=True),
            stated("amount", "约定数", "agreed number", Number(), required=True, safe=lowest),
            stated("why", "依据", "agreed where", Line(200)),
        ),
    ),
)
