"""The kind `rights_request`: somebody asks for what is kept of them. Sealed. Declares; knows no record."""

from __future__ import annotations

from crdt.kinds.enumerations import choice, machine
from crdt.kinds.language import Due, Field, Kind
from crdt.kinds.types import Day, Line
from keys.errors import Text

ANSWER_DAYS = 15
_KIND = choice(
    ("access", "查阅", "access"),
    ("copy", "复制", "copy"),
    ("correct", "更正", "correction"),
    ("erase", "删除", "erasure"),
    ("restrict", "限制处理", "restriction"),
    ("explain", "解释说明", "explanation"),
)
_STATES = choice(
    ("received", "已收到", "received"),
    ("identity_checked", "已核对身份", "identity checked"),
    ("decided", "已决定", "decided"),
    ("carried_out", "已办理", "carried out"),
    ("answered", "已答复", "answered"),
    ("refused", "不予办理", "refused"),
)
_MOVES = {
    "received": "identity_checked refused",
    "identity_checked": "decided",
    "decided": "carried_out refused",
    "carried_out": "answered",
}
_STATE = machine("received", _MOVES, _STATES)

KIND = Kind(
    name="rights_request",
    table="rights_requests",
    label=Text("个人信息请求", "request about personal data"),
    sealed=True,
    about="case",
    title=("kind_of", "alias"),
    explained=("refused", "refusal"),
    fields=(
        Field(name="kind_of", label=Text("请求", "asks for"), type=_KIND, required=True),
        Field(
            name="alias", label=Text("请求人代称", "asked by, alias"), type=Line(20), required=True
        ),
        Field(name="received_on", label=Text("收到日期", "received on"), type=Day(), today=True),
        Field(
            name="due_on",
            label=Text("答复期限", "answer due on"),
            type=Day(),
            after=("received_on", ANSWER_DAYS),
            due=(Due(),),
        ),
        Field(name="state", label=Text("状态", "state"), type=_STATE),
        Field(name="decision", label=Text("决定", "decision"), type=Line(400, lines=True)),
        Field(
            name="refusal",
            label=Text("不予办理的理由", "reason for refusing"),
            type=Line(400, lines=True),
        ),
        Field(name="done_on", label=Text("办结日期", "done on"), type=Day()),
    ),
)
