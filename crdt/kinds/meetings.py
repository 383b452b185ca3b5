"""Meetings, what is decided there, and what is to be done after. Declares only.

Minutes are one text in which all write at once; when they are final each township confirms the same words. A
township states its position in its own place, so nobody speaks for another, and a late word shows as late.
"""

from __future__ import annotations

from crdt.kinds.cooperation import FIELD
from crdt.kinds.enumerations import TOPIC, choice, machine
from crdt.kinds.follows import Again, Answered, Books, Twins
from crdt.kinds.language import Agreed, Area, Decided, Due, Kind, Severity, stated
from crdt.kinds.references import Hash, RecordRef, TownshipRef
from crdt.kinds.times import Moment, Quarter
from crdt.kinds.types import Choices, Day, Items, Line, Number, Prose, Slot, Townships
from keys.errors import Text

_MEETING = choice(
    ("quarterly", "季度例会", "quarterly meeting"),
    ("annual_onsite", "年度现场会", "yearly meeting on site"),
    ("special", "专题会", "special meeting"),
    ("forum", "座谈会", "forum"),
    ("mobilisation", "部署会", "mobilisation"),
    ("consultation", "会商", "consultation"),
)
_MEETING_STATE = choice(
    ("planned", "已计划", "planned"),
    ("invited", "已通知", "invited"),
    ("held", "已召开", "held"),
    ("minutes_final", "纪要定稿", "minutes final"),
    ("archived", "已归档", "archived"),
    ("postponed", "延期", "postponed"),
    ("cancelled", "取消", "cancelled"),
)
_ATTENDING = (
    ("office", Text("部门（不写姓名）", "office, no names"), Line(60)),
    ("township", Text("乡镇", "township"), TownshipRef()),
    ("count", Text("人数", "number"), Number()),
)
_AGENDA = (
    ("topic", Text("领域", "topic"), TOPIC),
    ("text", Text("议题", "item"), Line(400)),
    ("item", Text("难题", "difficult item"), RecordRef("difficult_item")),
)
_PRESENT = (("mediator", Text("调解员", "mediator"), RecordRef("mediator")),)
_SITE = (("text", Text("观摩点", "site"), Line(80)),)

_POSITION = choice(
    ("agree", "同意", "agrees"),
    ("disagree", "不同意", "disagrees"),
    ("abstain", "弃权", "abstains"),
    ("absent", "缺席", "absent"),
)
_MOTION_STATE = choice(
    ("tabled", "已提出", "tabled"),
    ("voting", "表决中", "being decided"),
    ("adopted", "通过", "adopted"),
    ("rejected", "未通过", "rejected"),
    ("deferred", "暂缓", "deferred"),
)
_NEEDS = choice(
    ("majority", "同意的多于不同意的", "more agree than disagree"),
    ("unopposed", "有同意的，没有不同意的", "some agree and nobody disagrees"),
)
_ACTION_STATE = choice(
    ("open", "待办", "open"),
    ("doing", "办理中", "being done"),
    ("done", "已办", "done"),
    ("dropped", "不再办理", "dropped"),
)

KINDS = (
    Kind(
        name="meeting",
        table="meetings",
        first_schema=2,
        area=Area.MEETINGS,
        label=Text("会议", "meeting"),
        title=("kind_of", "starts_at"),
        lasts=("starts_at", "ends_at"),
        books=Books(fields=("place", "mediators"), free=("postponed", "cancelled")),
        twins=Twins(fields=("kind_of", "place"), day="starts_at", days=0),
        again=Again(
            sort="kind_of",
            months={"annual_onsite": 12, "quarterly": 3},
            on="starts_at",
            host="host",
            off=("cancelled",),
        ),
        agreed=Agreed(
            fields=("kind_of", "starts_at", "minutes"),
            draft="held",
            confirmed="confirmed",
            before=("planned", "invited", "postponed"),
        ),
        fields=(
            stated("kind_of", "类型", "kind of meeting", _MEETING, required=True),
            stated(
                "starts_at", "开始", "starts at", Moment(), required=True, severity=Severity.MINOR
            ),
            stated("ends_at", "结束", "ends at", Moment(), severity=Severity.MINOR, column=False),
            stated("place", "地点", "place", Line(60)),
            stated("quarter", "季度", "quarter", Quarter(), column=False),
            stated("host", "主办乡镇", "host", TownshipRef()),
            stated("chair", "主持（职务）", "chaired by, post", Line(60), column=False),
            stated("attending", "参会", "attending", Items(_ATTENDING), column=False),
            stated(
                "mediators", "到会调解员", "mediators taking part", Items(_PRESENT), column=False
            ),
            stated("agenda", "议程", "agenda", Items(_AGENDA), column=False),
            stated("sites", "观摩点", "sites", Items(_SITE), column=False),
            stated("minutes", "纪要（不写姓名）", "minutes, no names", Prose(), column=False),
            FIELD,
            stated("case", "所议案件", "about case", RecordRef("case"), column=False),
            stated(
                "state",
                "状态",
                "state",
                machine(
                    "planned",
                    {
                        "planned": "invited held postponed cancelled",
                        "invited": "held postponed cancelled",
                        "held": "minutes_final",
                        "minutes_final": "held archived",
                        "postponed": "invited cancelled",
                    },
                    _MEETING_STATE,
                    over="minutes_final",
                ),
            ),
            stated(
                "confirmed",
                "各乡镇确认的纪要",
                "minutes confirmed by each township",
                Slot(Hash()),
                severity=Severity.BLOCKING,
            ),
        ),
    ),
    Kind(
        name="motion",
        table="motions",
        first_schema=2,
        area=Area.MEETINGS,
        label=Text("议定事项", "motion"),
        title=("called",),
        decided=Decided(
            slot="positions",
            yes="agree",
            no="disagree",
            passed="adopted",
            failed="rejected",
            needs="needs",
            unopposed="unopposed",
        ),
        fields=(
            stated("called", "事项", "motion", Line(120), required=True),
            stated("text", "内容", "text", Line(2000, lines=True), column=False),
            stated("meeting", "会议", "meeting", RecordRef("meeting"), column=False),
            stated("decide_by", "表决截止", "to be decided by", Day(), due=(Due(),)),
            stated("needs", "怎样算通过", "what it takes to pass", _NEEDS, column=False),
            stated("positions", "各乡镇意见", "positions", Slot(_POSITION), column=False),
            stated(
                "state",
                "结果",
                "result",
                machine(
                    "tabled",
                    {
                        "tabled": "voting deferred",
                        "voting": "adopted rejected deferred",
                        "deferred": "voting",
                        "adopted": "voting",
                        "rejected": "voting",
                    },
                    _MOTION_STATE,
                    over="adopted rejected",
                ),
            ),
        ),
    ),
    Kind(
        name="action_item",
        table="action_items",
        first_schema=2,
        area=Area.MEETINGS,
        label=Text("任务", "action item"),
        title=("what",),
        fields=(
            stated("what", "事项", "what", Line(200), required=True),
            stated("owner", "责任单位", "office in charge", Line(60)),
            stated("township", "责任乡镇", "township in charge", TownshipRef()),
            stated("topic", "领域", "topic", TOPIC, column=False),
            stated("due_on", "期限", "due on", Day(), due=(Due(),)),
            stated("meeting", "来自会议", "from meeting", RecordRef("meeting"), column=False),
            stated("motion", "来自议定事项", "from motion", RecordRef("motion"), column=False),
            FIELD,
            stated("note", "进展", "progress", Line(1000, lines=True), column=False),
            stated(
                "state",
                "状态",
                "state",
                machine(
                    "open",
                    {
                        "open": "doing done dropped",
                        "doing": "done dropped",
                        "done": "open",
                        "dropped": "open",
                    },
                    _ACTION_STATE,
                    over="done dropped",
                ),
                severity=Severity.MINOR,
            ),
        ),
    ),
    Kind(
        name="announcement",
        table="announcements",
        first_schema=2,
        area=Area.MEETINGS,
        label=Text("公告", "announcement"),
        title=("called",),
        answered=Answered(slot="receipts", asked="audience"),
        until="valid_to",
        fields=(
            stated("called", "标题", "title", Line(80), required=True),
            stated("text", "内容", "text", Line(4000, lines=True), column=False),
            stated("topics", "领域", "topics", Choices(TOPIC), column=False),
            stated("audience", "发给", "for", Townships(), column=False),
            stated(
                "receipts",
                "签收",
                "receipts",
                Slot(choice(("seen", "已看到", "seen"))),
                column=False,
            ),
            stated("valid_to", "有效至", "valid until", Day()),
        ),
    ),
)
