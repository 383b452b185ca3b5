"""The kind `party`: one side of a dispute. Sealed, and a record of its own so that it can be erased alone.

It has no place for ethnicity, religion, identity numbers, the household or earlier matters: the paper forms
that ask for some of these are filled in by hand. Declares; knows no record.
"""

from __future__ import annotations

from crdt.kinds.enumerations import choice
from crdt.kinds.language import Field, Identifies, Kind, Severity
from crdt.kinds.types import Code, Day, Flag, Items, Line, Phone
from keys.errors import Text

_KIND = choice(
    ("person", "个人", "person"),
    ("organisation", "单位", "organisation"),
    ("villagers_group", "村民小组", "villagers' group"),
    ("village_committee", "村民委员会", "village committee"),
)
_ROLE = choice(
    ("applicant", "申请人", "applicant"),
    ("respondent", "被申请人", "respondent"),
    ("third", "第三人", "third party"),
    ("concerned", "利害关系人", "person concerned"),
)
_PHONE_ITEM = (
    ("phone", Text("电话", "phone"), Phone()),
    ("label", Text("说明", "label"), Line(40)),
)

KIND = Kind(
    name="party",
    table="parties",
    label=Text("当事人", "party"),
    sealed=True,
    about="case",
    title=("alias", "role"),
    identifies=Identifies(by=("name", "phone", "phones", "representative"), alias="alias"),
    fields=(
        Field(name="alias", label=Text("代称", "alias"), type=Line(20), required=True),
        Field(name="role", label=Text("身份", "role"), type=_ROLE, required=True),
        Field(name="kind_of", label=Text("类型", "kind of party"), type=_KIND),
        Field(name="name", label=Text("姓名或名称", "name"), type=Line(60), required=True),
        Field(name="phone", label=Text("电话", "phone"), type=Phone(), severity=Severity.MINOR),
        Field(name="phones", label=Text("其他电话", "other phones"), type=Items(_PHONE_ITEM)),
        Field(
            name="address",
            label=Text("联系地址", "address"),
            type=Line(),
            severity=Severity.MINOR,
        ),
        Field(name="village_code", label=Text("所在村代码", "village code"), type=Code()),
        Field(name="representative", label=Text("代理人", "representative"), type=Line(60)),
        Field(
            name="attorney_on",
            label=Text("授权委托书日期", "power of attorney dated"),
            type=Day(),
        ),
        Field(
            name="languages",
            label=Text("语言、是否需翻译", "languages, interpreter"),
            type=Line(80),
        ),
        Field(name="minor", label=Text("未成年人", "minor"), type=Flag()),
        Field(
            name="notified_on",
            label=Text("权利义务告知日期", "told of rights and duties on"),
            type=Day(),
        ),
        Field(name="consents", label=Text("同意调解和共享", "consents to sharing"), type=Flag()),
        Field(name="consent_note", label=Text("同意的范围", "what is consented to"), type=Line()),
    ),
)
