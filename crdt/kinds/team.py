"""The kind `team`: a task force that townships put together for a time. Declares; knows no record."""

from __future__ import annotations

from crdt.kinds.enumerations import choice, machine
from crdt.kinds.follows import Usual
from crdt.kinds.language import Area, Field, Kind
from crdt.kinds.references import RecordRef, TownshipRef
from crdt.kinds.types import Day, Items, Line, Number, Townships
from keys.errors import Text

_KIND = choice(
    ("case_task_force", "工作专班", "case task force"),
    ("task_group", "纠纷处置小组", "task group"),
    ("rapid_response", "应急队", "rapid response"),
    ("volunteer", "先锋志愿服务队", "volunteers"),
    ("patrol", "巡防队", "patrol"),
    ("anti_drug", "禁毒巡山队", "anti-drug patrol"),
    ("leading_group", "领导小组", "leading group"),
)
_STATES = choice(
    ("active", "在用", "at work"),
    ("dissolved", "已解散", "dissolved"),
)
_DUTY = choice(
    ("head", "组长", "head"), ("deputy", "副组长", "deputy head"), ("member", "成员", "member")
)
_POST = (
    ("post", Text("职务（不写姓名）", "post, no name"), Line(60)),
    ("duty", Text("组内职责", "duty in the team"), _DUTY),
    ("township", Text("乡镇", "township"), TownshipRef()),
    ("since", Text("起", "since"), Day()),
    ("until", Text("止", "until"), Day()),
)
_STATE = machine(
    "active", {"active": "dissolved", "dissolved": "active"}, _STATES, over="dissolved"
)

KIND = Kind(
    name="team",
    table="teams",
    area=Area.PEOPLE,
    label=Text("队伍", "team"),
    title=("kind_of", "called"),
    ends=("dissolved", "valid_to"),
    stands_at="meets_at",
    fields=(
        Field(name="kind_of", label=Text("类型", "kind of team"), type=_KIND, required=True),
        Field(name="called", label=Text("名称", "name of the team"), type=Line(60), required=True),
        Field(
            name="townships", label=Text("参加乡镇", "townships"), type=Townships(), column=False
        ),
        Field(name="leader", label=Text("负责人（职务）", "leader by post"), type=Line(60)),
        Field(
            name="posts",
            since=2,
            label=Text("成员（职务）", "members by post"),
            type=Items(_POST),
            column=False,
        ),
        Field(
            name="size",
            label=Text("人数", "size"),
            type=Number(),
            usual=Usual(least=8, most=12, why="size_reason", where=("kind_of", ("volunteer",))),
        ),
        Field(
            name="size_reason",
            label=Text("人数说明", "why of this size"),
            since=2,
            type=Line(),
            column=False,
        ),
        Field(name="skills", label=Text("专长", "skills"), type=Line(), column=False),
        Field(name="meets_at", label=Text("集合地点", "meets at"), type=Line(), column=False),
        Field(
            name="case", label=Text("所为案件", "for case"), type=RecordRef("case"), column=False
        ),
        Field(name="valid_to", label=Text("有效至", "until"), type=Day()),
        Field(name="state", label=Text("状态", "state"), type=_STATE),
    ),
)
