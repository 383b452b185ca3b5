"""The kind `case`: one dispute across a border, its open part. Declares; knows no record.

Open to every member, so no field holds a party's identity: parties are sealed records of their own.
The title is made from category and village. Fields stand in the order in which a form asks them.
"""

from __future__ import annotations

from crdt.kinds.clocks import FOLLOW_UP, MEDIATION, NEXT_FOLLOW_UP, decision
from crdt.kinds.cooperation import FIELD
from crdt.kinds.enumerations import (
    AGREEMENT_FORM,
    CATEGORY,
    CHANNEL,
    DIFFICULTY,
    DISPOSITION,
    GOVERNANCE,
    LEVEL,
    ORIGIN,
    OUTCOME,
    PURPOSE,
    SHARE,
    SUB_CATEGORY,
    URGENCY,
    VINTAGE,
    choice,
    machine,
)
from crdt.kinds.follows import Handed, Rises, Twins
from crdt.kinds.language import Due, Field, Kept, Kind, Severity, Voids, confirmed, highest
from crdt.kinds.references import RecordRef, TownshipRef
from crdt.kinds.types import (
    Choices,
    Code,
    Day,
    Items,
    Line,
    Money,
    Number,
    Prose,
    Townships,
)
from keys.errors import Text

_A_YEAR, _FIVE_YEARS = 365, 1826
_STATES = choice(
    ("draft", "草稿", "draft"),
    ("registered", "已登记", "registered"),
    ("accepted", "已受理", "accepted"),
    ("investigating", "调查", "being investigated"),
    ("mediating", "调解中", "in mediation"),
    ("suspended", "中止", "suspended"),
    ("agreed", "达成协议", "agreement reached"),
    ("performing", "履行中", "being performed"),
    ("fulfilled", "已履行", "fulfilled"),
    ("failed", "调解不成", "no agreement"),
    ("withdrawn", "撤回", "withdrawn"),
    ("not_accepted", "不予受理", "not accepted"),
    ("transferred", "已移送", "transferred"),
    ("closed", "结案", "closed"),
    ("archived", "归档", "archived"),
    ("voided", "作废", "voided"),
)

# From each state to those that may follow; * wants the word of the other side or of the parties.
_MOVES = {
    "draft": "registered voided",
    "registered": "accepted* not_accepted transferred* voided",
    "accepted": "investigating mediating suspended withdrawn transferred*",
    "investigating": "mediating suspended withdrawn transferred*",
    "mediating": "agreed* failed suspended withdrawn transferred* investigating",
    "suspended": "investigating mediating withdrawn failed",
    "agreed": "performing fulfilled mediating*",
    "performing": "fulfilled failed mediating*",
    "fulfilled": "closed",
    "failed": "closed",
    "withdrawn": "closed",
    "not_accepted": "closed",
    "transferred": "closed registered",
    "closed": "archived mediating*",
}
STATE = machine(
    "registered",
    _MOVES,
    _STATES,
    over="agreed performing fulfilled failed withdrawn not_accepted transferred closed voided",
    later={2: {"voided": "registered"}},
)

_PLACE_ITEM = (
    ("name", Text("地点", "place"), Line(80)),
    ("code", Text("地点代码", "place code"), Code()),
)
_MEDIATOR_ITEM = (
    ("post", Text("职务（不写姓名）", "post, no name"), Line(60)),
    ("township", Text("乡镇", "township"), TownshipRef()),
)
_NOTE_ITEM = (("text", Text("内容（不写姓名）", "text, no names"), Line(2000, lines=True)),)

_MATTER = (
    Field(name="category", label=Text("纠纷类别", "category"), type=CATEGORY, required=True),
    Field(name="sub_category", label=Text("边界类型", "sub-category"), type=SUB_CATEGORY),
    Field(name="village", label=Text("发生村", "village"), type=Line(40), required=True),
    Field(name="place_code", label=Text("地点代码", "place code"), type=Code(), column=False),
    Field(name="place", label=Text("具体地点", "place"), type=Line(), column=False),
    Field(name="places", label=Text("涉及地点", "places"), type=Items(_PLACE_ITEM), column=False),
    Field(name="vintage", label=Text("新旧", "new or legacy"), type=VINTAGE),
    Field(name="origin", label=Text("案件来源", "origin"), type=ORIGIN, column=False),
    Field(name="channel", label=Text("受理渠道", "channel"), type=CHANNEL, column=False),
    Field(name="level", label=Text("层级", "level"), type=LEVEL, column=False),
    Field(
        name="difficulty",
        label=Text("难易程度", "difficulty"),
        type=DIFFICULTY,
        severity=Severity.MINOR,
        safe=highest,
        why="difficulty_reason",
    ),
    Field(
        name="difficulty_reason",
        since=2,
        label=Text("难易程度理由", "reason for the difficulty"),
        type=Line(),
        severity=Severity.MINOR,
        column=False,
    ),
    Field(
        name="urgency",
        label=Text("紧急程度", "urgency"),
        type=URGENCY,
        severity=Severity.MINOR,
        safe=highest,
        why="urgency_reason",
    ),
    Field(
        name="urgency_reason",
        label=Text("紧急程度理由", "reason for the urgency"),
        type=Line(),
        severity=Severity.MINOR,
        column=False,
    ),
    Field(name="occurred_on", label=Text("发生日期", "day it arose"), type=Day(), column=False),
    Field(
        name="registered_on",
        since=2,
        label=Text("登记日期", "day registered"),
        type=Day(),
        severity=Severity.MINOR,
        column=False,
        today=True,
        due=(decision("registered", unless="accepted_on"),),
    ),
    Field(
        name="accepted_on",
        label=Text("受理日期", "day accepted"),
        type=Day(),
        entered="accepted",
        due=(MEDIATION,),
    ),
    Field(
        name="due_on",
        label=Text("办理期限", "due on"),
        type=Day(),
        severity=Severity.BLOCKING,
        due=(Due(),),
    ),
)

_HANDLING = (
    Field(name="state", label=Text("状态", "state"), type=STATE, severity=Severity.BLOCKING),
    confirmed(_STATES),
    Field(
        name="lead",
        label=Text("牵头乡镇", "leading township"),
        type=TownshipRef(),
        advice=Text(
            "一般由纠纷发生地的乡镇牵头；没有核对以前都算牵头。",
            "Usually the township where the dispute arose leads; until it is settled all of them do.",
        ),
    ),
    Field(name="lead_reason", label=Text("牵头理由", "why it leads"), type=Line(), column=False),
    Field(
        name="co_handlers", label=Text("协办乡镇", "co-handlers"), type=Townships(), column=False
    ),
    Field(name="body", label=Text("联合调解组织", "joint committee"), type=Line(80), column=False),
    Field(
        name="mediators",
        label=Text("调解人员（职务）", "mediators by post"),
        type=Items(_MEDIATOR_ITEM),
        column=False,
    ),
    Field(
        name="party_count", label=Text("当事人数", "number of parties"), type=Number(), column=False
    ),
    Field(
        name="amount_claimed",
        label=Text("主张金额", "amount claimed"),
        type=Money(),
        severity=Severity.BLOCKING,
    ),
    Field(
        name="amount_agreed",
        label=Text("协议金额", "amount agreed"),
        type=Money(),
        severity=Severity.BLOCKING,
    ),
    Field(name="outcome", label=Text("结果", "outcome"), type=OUTCOME, severity=Severity.BLOCKING),
    Field(
        name="dispositions",
        label=Text("处理方式", "dispositions"),
        type=Choices(DISPOSITION),
        column=False,
    ),
    Field(name="agreement_form", label=Text("协议形式", "form of agreement"), type=AGREEMENT_FORM),
    Field(
        name="resolved_level",
        since=2,
        label=Text("化解层级", "resolved at level"),
        type=LEVEL,
        column=False,
    ),
)

_LINKS = (
    FIELD,
    Field(name="project", label=Text("涉及项目", "project"), type=Line(80), column=False),
    Field(
        name="of_project",
        since=2,
        label=Text("跨界项目", "cross-border project"),
        type=RecordRef("project"),
        column=False,
    ),
    Field(
        name="campaign",
        since=2,
        label=Text("专项行动", "campaign"),
        type=RecordRef("campaign"),
        column=False,
    ),
    Field(
        name="duplicate_of",
        label=Text("重复于", "duplicate of"),
        type=RecordRef("case"),
        column=False,
    ),
    Field(
        name="reopened_from",
        label=Text("重启自", "reopened from"),
        type=RecordRef("case"),
        column=False,
    ),
    Field(name="continues", label=Text("接续", "continues"), type=RecordRef("case"), column=False),
    Field(
        name="agreed_on",
        since=2,
        label=Text("达成协议日期", "day agreed"),
        type=Day(),
        severity=Severity.MINOR,
        column=False,
        entered="agreed",
        due=(FOLLOW_UP,),
    ),
    Field(
        name="followed_on",
        since=2,
        label=Text("最近回访日期", "last followed up on"),
        type=Day(),
        severity=Severity.MINOR,
        column=False,
        due=(NEXT_FOLLOW_UP,),
    ),
    Field(name="closed_on", label=Text("结案日期", "day closed"), type=Day(), entered="closed"),
    Field(name="case_no", label=Text("案号", "case number"), type=Line(60)),
    Field(name="file_no", label=Text("卷宗号", "file number"), type=Line(60), column=False),
)

_KEEPING = (
    Field(name="share", label=Text("共享范围", "shared with"), type=SHARE, column=False),
    Field(name="purpose", label=Text("用途", "purpose"), type=PURPOSE, column=False),
    Field(name="retain_until", label=Text("保存至", "keep until"), type=Day(), column=False),
    Field(
        name="hold_until", label=Text("依法保留至", "legal hold until"), type=Day(), column=False
    ),
    Field(
        name="hold_reason",
        label=Text("保留理由", "reason for the hold"),
        type=Line(),
        column=False,
    ),
    Field(
        name="governance",
        label=Text("治理标签", "governance tags"),
        type=Choices(GOVERNANCE),
        column=False,
    ),
    Field(
        name="summary",
        label=Text("事由概要（不写姓名）", "summary of the matter, no names"),
        type=Prose(),
        column=False,
    ),
    Field(name="notes", label=Text("办理记录", "notes"), type=Items(_NOTE_ITEM), column=False),
    Field(name="void_reason", label=Text("作废理由", "why voided"), type=Line(), column=False),
)

KIND = Kind(
    name="case",
    table="cases",
    label=Text("案件", "case"),
    fields=_MATTER + _HANDLING + _LINKS + _KEEPING,
    title=("category", "village"),
    voids=Voids(state="voided", confirmed="state_confirmed"),
    told_by=("state", "outcome"),
    under="body",
    twins=Twins(fields=("category", "village"), day="occurred_on", days=14, joined="duplicate_of"),
    rises=Rises(
        level="level",
        levels=("grid", "village", "township"),
        own=("grid", "village"),
        due=("accepted_on", "due_on"),
        offices=("judicial_office", "governance_centre", "political_legal"),
        lead="lead",
        handed=Handed(
            kind="transfer",
            said={"kind_of": "escalate"},
            about="case",
            receiver="receiver",
            undone=("recalled", "returned"),
        ),
    ),
    kept=Kept(
        state="closed",
        until="retain_until",
        hold="hold_until",
        days=_FIVE_YEARS,
        shorter=("agreement_form", "oral", _A_YEAR),
    ),
)
