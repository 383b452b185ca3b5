"""The kind `obligation`: who owes whom what, until when. Sealed. Declares; knows no record.

Its states stand from the best for whom it is owed to the worst: where two townships say different things the
worst one counts meanwhile.
"""

from __future__ import annotations

from crdt.kinds.enumerations import choice, machine
from crdt.kinds.language import Due, Field, Kind, Severity, highest
from crdt.kinds.references import RecordRef
from crdt.kinds.types import Day, Line, Money
from keys.errors import Text

_STATES = choice(
    ("done", "已履行", "done"),
    ("waived", "已免除", "waived"),
    ("partly_done", "部分履行", "partly done"),
    ("open", "待履行", "open"),
    ("overdue", "逾期", "overdue"),
    ("disputed", "有争议", "disputed"),
)
_MOVES = {
    "open": "partly_done done overdue disputed waived",
    "partly_done": "done overdue disputed waived",
    "overdue": "partly_done done disputed waived",
    "disputed": "partly_done done overdue waived",
}
_STATE = machine("open", _MOVES, _STATES)

KIND = Kind(
    name="obligation",
    table="obligations",
    label=Text("履行事项", "obligation"),
    sealed=True,
    about="case",
    title=("what",),
    fields=(
        Field(name="what", label=Text("事项", "what"), type=Line(), required=True),
        Field(name="owed_by", label=Text("义务人代称", "owed by, alias"), type=Line(20)),
        Field(name="owed_to", label=Text("权利人代称", "owed to, alias"), type=Line(20)),
        Field(
            name="amount", label=Text("金额", "amount"), type=Money(), severity=Severity.BLOCKING
        ),
        Field(
            name="due_on",
            label=Text("到期", "due on"),
            type=Day(),
            severity=Severity.BLOCKING,
            due=(Due(),),
        ),
        Field(name="state", label=Text("状态", "state"), type=_STATE, safe=highest),
        Field(
            name="agreement", label=Text("所属协议", "under agreement"), type=RecordRef("agreement")
        ),
        Field(name="proof", label=Text("履行凭证", "proof of performance"), type=Line()),
    ),
)
