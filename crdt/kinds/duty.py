"""Who is to be called: offices, hotlines, shifts, calls and mediators, by post. Declares only.

Each township writes only its own; a caller is never named here.
"""

from __future__ import annotations

from crdt.kinds.enumerations import CATEGORY, CONTACT_ROLE, choice, machine
from crdt.kinds.follows import Above, Covers
from crdt.kinds.language import Area, Kind, stated
from crdt.kinds.references import RecordRef
from crdt.kinds.times import Moment
from crdt.kinds.types import Choices, Day, Line, Phone
from keys.errors import Text

_RANK = choice(
    ("township", "乡镇级", "township"),
    ("county", "县级", "county"),
    ("prefecture", "市州级", "prefecture"),
    ("province", "省级", "province"),
)
_SHIFT = choice(
    ("planned", "已排班", "planned"),
    ("on_duty", "在岗", "on duty"),
    ("handed_over", "已交班", "handed over"),
    ("cancelled", "取消", "cancelled"),
)
_SUBJECT = choice(
    ("dispute", "纠纷", "dispute"),
    ("hazard", "隐患", "hazard"),
    ("emergency", "突发", "emergency"),
    ("question", "咨询", "question"),
    ("other", "其他", "other"),
)
_MEDIATOR = choice(
    ("full_time", "专职", "full time"),
    ("part_time", "兼职", "part time"),
    ("special", "特邀", "specially invited"),
)

KINDS = (
    Kind(
        name="office",
        table="offices",
        first_schema=2,
        area=Area.PEOPLE,
        label=Text("部门", "office"),
        title=("called",),
        home_only=True,
        listed=("superior", "superior_rank", "superior_phone"),
        above=Above(
            sort="kind_of",
            office="called",
            superior="superior",
            phone="superior_phone",
            rank="superior_rank",
        ),
        fields=(
            stated("kind_of", "类型", "kind of office", CONTACT_ROLE, required=True),
            stated("called", "名称", "name", Line(60), required=True),
            stated("superior", "上级部门", "superior office", Line(60)),
            stated("superior_phone", "上级值班电话", "superior's phone", Phone()),
            stated("superior_rank", "上级层级", "superior's rank", _RANK),
            stated("rank", "层级", "level", Line(20), column=False),
        ),
    ),
    Kind(
        name="hotline",
        table="hotlines",
        first_schema=2,
        area=Area.PEOPLE,
        label=Text("专线", "hotline"),
        title=("called", "number"),
        home_only=True,
        fields=(
            stated("called", "名称", "name", Line(60), required=True),
            stated("number", "号码", "number", Phone(), required=True),
            stated("hours", "时间", "hours", Line(40)),
            stated("note", "备注", "note", Line()),
        ),
    ),
    Kind(
        name="duty_shift",
        table="duty_shifts",
        first_schema=2,
        area=Area.PEOPLE,
        label=Text("值班", "duty shift"),
        title=("starts_at", "post"),
        home_only=True,
        lasts=("starts_at", "ends_at"),
        covers=Covers(who=("post", "phone")),
        fields=(
            stated(
                "post", "值班岗位（不写姓名）", "post on duty, no name", Line(60), required=True
            ),
            stated("starts_at", "起", "from", Moment(), required=True),
            stated("ends_at", "止", "until", Moment(), required=True),
            stated("phone", "值班电话", "duty phone", Phone()),
            stated("hotline", "专线", "hotline", RecordRef("hotline"), column=False),
            stated("contact", "联络人", "contact", RecordRef("contact"), column=False),
            stated("deputy", "替班岗位", "deputy by post", Line(60), column=False),
            stated("handed_over_at", "交班时间", "handed over at", Moment(), column=False),
            stated("remark", "交班说明", "remark", Line(400), column=False),
            stated(
                "state",
                "状态",
                "state",
                machine(
                    "planned",
                    {
                        "planned": "on_duty cancelled",
                        "on_duty": "handed_over",
                        "cancelled": "planned",
                    },
                    _SHIFT,
                    over="cancelled",
                ),
            ),
        ),
    ),
    Kind(
        name="call_log",
        table="call_logs",
        first_schema=2,
        area=Area.PEOPLE,
        label=Text("来电登记", "call"),
        title=("called_at", "subject"),
        fields=(
            stated("called_at", "来电时间", "called at", Moment(), required=True),
            stated("subject", "事由类别", "subject", _SUBJECT, required=True),
            stated("post", "接听岗位", "taken by, post", Line(60)),
            stated("place", "地点", "place", Line(60)),
            stated("matter", "内容（不写姓名、号码）", "matter, no names or numbers", Line(400)),
            stated("case", "转为案件", "became case", RecordRef("case"), column=False),
            stated("warning", "转为预警", "became warning", RecordRef("warning"), column=False),
            stated(
                "incident", "转为突发事件", "became incident", RecordRef("incident"), column=False
            ),
        ),
    ),
    Kind(
        name="mediator",
        table="mediators",
        first_schema=2,
        area=Area.PEOPLE,
        label=Text("调解员", "mediator"),
        title=("post", "kind_of"),
        home_only=True,
        until="term_to",
        fields=(
            stated("post", "职务（不写姓名）", "post, no name", Line(60), required=True),
            stated("kind_of", "类别", "kind of mediator", _MEDIATOR, required=True),
            stated("contact", "联络人", "contact", RecordRef("contact"), column=False),
            stated("appointed_by", "聘任组织", "appointed by", Line()),
            stated("good_at", "擅长", "good at", Choices(CATEGORY), column=False),
            stated("term_from", "聘期起", "term from", Day(), column=False),
            stated("term_to", "聘期止", "term until", Day()),
        ),
    ),
)
