"""The kind `follow_up`: a visit after a matter was settled. Sealed. Declares; knows no record."""

from __future__ import annotations

from crdt.kinds.enumerations import choice
from crdt.kinds.language import Due, Field, Kind
from crdt.kinds.types import Day, Line
from keys.errors import Text

_WAY = choice(
    ("visit", "上门", "visit"),
    ("phone", "电话", "phone"),
    ("office", "来访", "at the office"),
)
_PERFORMANCE = choice(
    ("performed", "已履行", "performed"),
    ("partly", "部分履行", "partly"),
    ("not_yet", "未到期", "not due yet"),
    ("breached", "未履行", "not performed"),
)
_SATISFACTION = choice(
    ("satisfied", "满意", "satisfied"),
    ("fair", "基本满意", "fairly satisfied"),
    ("unsatisfied", "不满意", "not satisfied"),
)

KIND = Kind(
    name="follow_up",
    table="follow_ups",
    label=Text("回访记录", "follow-up"),
    sealed=True,
    about="case",
    title=("planned_on",),
    over=("done_on", ()),
    fields=(
        Field(
            name="planned_on",
            label=Text("计划日期", "planned on"),
            type=Day(),
            required=True,
            due=(Due(),),
        ),
        Field(name="done_on", label=Text("回访日期", "done on"), type=Day()),
        Field(name="by", label=Text("回访人（职务）", "by, post"), type=Line(60)),
        Field(name="way", label=Text("方式", "way"), type=_WAY),
        Field(name="performance", label=Text("履行情况", "performance"), type=_PERFORMANCE),
        Field(name="satisfaction", label=Text("满意度", "satisfaction"), type=_SATISFACTION),
        Field(name="remaining", label=Text("遗留问题", "what remains of the matter"), type=Line()),
        Field(name="measures", label=Text("措施", "measures"), type=Line()),
    ),
)
