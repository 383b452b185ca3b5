"""The kind `session`: a mediation, an inquiry, a consultation. Sealed. Declares; knows no record."""

from __future__ import annotations

from crdt.kinds.enumerations import choice
from crdt.kinds.language import Field, Kind
from crdt.kinds.types import Day, Items, Line, Prose
from keys.errors import Text

_KIND = choice(
    ("mediation", "调解", "mediation"),
    ("inquiry", "调查", "inquiry"),
    ("consultation", "协商", "consultation"),
    ("hearing", "听取意见", "hearing"),
)
_PRESENT_ITEM = (("alias", Text("代称或职务", "alias or post"), Line(40)),)

KIND = Kind(
    name="session",
    table="sessions",
    label=Text("调解记录", "session"),
    sealed=True,
    about="case",
    title=("kind_of", "held_on"),
    fields=(
        Field(name="kind_of", label=Text("类型", "kind of session"), type=_KIND, required=True),
        Field(name="held_on", label=Text("日期", "held on"), type=Day(), required=True),
        Field(name="hours", label=Text("起止时间", "from, to"), type=Line(40)),
        Field(name="place", label=Text("地点", "place"), type=Line()),
        Field(name="mediators", label=Text("调解人员（职务）", "mediators by post"), type=Line()),
        Field(name="present", label=Text("到场人", "present"), type=Items(_PRESENT_ITEM)),
        Field(name="record", label=Text("记录", "record"), type=Prose()),
        Field(name="next_step", label=Text("下一步", "next step"), type=Line()),
        Field(name="signed", label=Text("签字情况", "signatures"), type=Line()),
    ),
)
