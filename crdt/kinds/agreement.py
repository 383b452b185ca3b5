"""The kind `agreement`: what the parties agreed on, in numbered terms. Sealed. Once it is ready its text is
final, and each township confirms the text's hash. Declares; knows no record."""

from __future__ import annotations

from crdt.kinds.enumerations import AGREEMENT_FORM, choice, machine
from crdt.kinds.language import Agreed, Due, Field, Kind, Severity
from crdt.kinds.references import Hash
from crdt.kinds.types import Day, Items, Line, Number, Slot
from keys.errors import Text

_STATES = choice(
    ("drafting", "草拟", "being drafted"),
    ("ready", "定稿", "ready"),
    ("recorded", "已记录（口头）", "recorded, oral"),
    ("signed_by_parties", "当事人已签", "signed by the parties"),
    ("effective", "生效", "in effect"),
    ("performed", "已履行", "performed"),
    ("breached", "未履行", "breached"),
    ("replaced", "已被替代", "replaced"),
)
_MOVES = {
    "drafting": "ready recorded",
    "ready": "drafting signed_by_parties",
    "recorded": "drafting effective",
    "signed_by_parties": "effective drafting",
    "effective": "performed breached replaced",
    "breached": "performed replaced",
}
_STATE = machine("drafting", _MOVES, _STATES, over="breached")
_TERM_ITEM = (
    ("no", Text("序号", "number"), Number()),
    ("text", Text("条款", "term"), Line(2000, lines=True)),
)

KIND = Kind(
    name="agreement",
    table="agreements",
    label=Text("调解协议", "agreement"),
    sealed=True,
    about="case",
    title=("form",),
    agreed=Agreed(
        fields=("form", "facts", "points", "terms", "manner", "place", "perform_by"),
        draft="drafting",
        confirmed="confirmed",
    ),
    fields=(
        Field(name="form", label=Text("形式", "form"), type=AGREEMENT_FORM, required=True),
        Field(
            name="facts",
            label=Text("主要事实", "main facts"),
            type=Line(4000, lines=True),
            severity=Severity.BLOCKING,
        ),
        Field(
            name="points",
            label=Text("争议事项", "points in dispute"),
            type=Line(4000, lines=True),
            severity=Severity.BLOCKING,
        ),
        Field(
            name="terms",
            label=Text("协议条款", "terms"),
            type=Items(_TERM_ITEM),
            severity=Severity.BLOCKING,
        ),
        Field(
            name="manner",
            label=Text("履行方式", "manner of performance"),
            type=Line(),
            severity=Severity.BLOCKING,
        ),
        Field(
            name="place",
            label=Text("履行地点", "place of performance"),
            type=Line(),
            severity=Severity.BLOCKING,
        ),
        Field(
            name="perform_by",
            label=Text("履行期限", "to be performed by"),
            type=Day(),
            severity=Severity.BLOCKING,
            due=(Due(),),
        ),
        Field(name="state", label=Text("状态", "state"), type=_STATE, severity=Severity.BLOCKING),
        Field(
            name="confirmed",
            label=Text("各乡镇确认的文本", "text confirmed by each township"),
            type=Slot(Hash()),
            severity=Severity.BLOCKING,
        ),
        Field(
            name="signatures",
            label=Text("签字盖章（代称）", "signatures by alias"),
            type=Line(400, lines=True),
        ),
        Field(name="effective_on", label=Text("生效日期", "in effect from"), type=Day()),
    ),
)
