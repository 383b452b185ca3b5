"""The kind `contact`: whom to call at a neighbour's office. Declares; knows no record.

It names staff in their post and nobody else. Only the township it belongs to writes it, so a wrong
number is corrected by those who know, and a neighbour never wonders whose hand was in it.
"""

from __future__ import annotations

from crdt.kinds.clocks import CONTACT_CHECK
from crdt.kinds.enumerations import CONTACT_ROLE, LEVEL, TOPIC
from crdt.kinds.follows import Calls
from crdt.kinds.language import Area, Field, Kind
from crdt.kinds.references import RecordRef
from crdt.kinds.types import Choices, Day, Items, Line, Phone
from keys.errors import Text

_PHONE_ITEM = (
    ("phone", Text("电话", "phone"), Phone()),
    ("label", Text("说明", "label"), Line(40)),
)

KIND = Kind(
    name="contact",
    table="contacts",
    area=Area.PEOPLE,
    label=Text("联络人", "contact"),
    home_only=True,
    names=True,
    title=("office", "post"),
    until="valid_to",
    calls=Calls(at=("village",), who=((("office", "post"), "phone"),)),
    fields=(
        Field(name="office", label=Text("部门", "office"), type=Line(60), required=True),
        Field(name="level", label=Text("层级", "level"), type=LEVEL, since=2, column=False),
        Field(
            name="village", label=Text("所在村", "of village"), type=Line(40), since=2, column=False
        ),
        Field(name="role", label=Text("岗位类别", "role"), type=CONTACT_ROLE),
        Field(name="post", label=Text("职务", "post"), type=Line(40), required=True),
        Field(name="name", label=Text("姓名", "name"), type=Line(60), required=True),
        Field(name="phone", label=Text("工作电话", "work phone"), type=Phone(), required=True),
        Field(
            name="phones",
            label=Text("其他电话", "other phones"),
            type=Items(_PHONE_ITEM),
            column=False,
        ),
        Field(
            name="liaison_for",
            label=Text("联络事项", "liaison for"),
            type=Choices(TOPIC),
            column=False,
        ),
        Field(name="languages", label=Text("使用语言", "languages"), type=Line(80), column=False),
        Field(name="valid_from", label=Text("任职起", "in post from"), type=Day(), column=False),
        Field(name="valid_to", label=Text("任职止", "in post until"), type=Day(), column=False),
        Field(
            name="last_checked_on",
            label=Text("最近核对日期", "last checked on"),
            type=Day(),
            due=(CONTACT_CHECK,),
        ),
        Field(
            name="on_leave_until", label=Text("休假至", "on leave until"), type=Day(), column=False
        ),
        Field(
            name="deputy", label=Text("代理人", "deputy"), type=RecordRef("contact"), column=False
        ),
        Field(name="remark", label=Text("备注", "remark"), type=Line(), column=False),
    ),
)
