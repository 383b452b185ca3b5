"""`kinds`: the field reference, read from the declarations: what may be written where, and how."""

from __future__ import annotations

from typing import Any

from crdt.kinds import KINDS, kinds_of
from crdt.kinds.language import AREA_LABELS, SEVERITY_LABELS, Field, Kind
from crdt.kinds.references import Hash, RecordRef, TownshipRef
from crdt.kinds.times import Moment, Quarter, Week
from crdt.kinds.types import (
    Choice,
    Choices,
    Code,
    Day,
    FieldType,
    Flag,
    Items,
    Line,
    Money,
    Number,
    Phone,
    Prose,
    Slot,
    State,
    Townships,
)
from keys.errors import Text
from node.cli import language
from node.cli.commands import Argument, command
from node.cli.face import Face
from node.cli.naming import kind_meant

_REQUIRED = Text("必填", "required")
_SEALED = Text(
    "密封：只有登记的和得到授权的乡镇能看。",
    "Sealed: only who entered it and who was granted it may read it.",
)
_ONLY_HOME = Text("只有登记的乡镇可以修改。", "Only the township that entered it may change it.")
# The most particular type first: Money is a Number, State is a Choice.
_TYPES: tuple[tuple[type[FieldType], str, Text], ...] = (
    (State, "state", Text("状态", "state")),
    (Choice, "choice", Text("单选", "one of")),
    (Choices, "choices", Text("多选，用、分开", "several, parted by commas")),
    (Money, "money", Text("金额（元）", "amount in yuan")),
    (Number, "number", Text("整数", "whole number")),
    (Day, "day", Text("日期", "date")),
    (Moment, "moment", Text("日期和时间", "day and time")),
    (Quarter, "quarter", Text("季度", "quarter")),
    (Week, "week", Text("周次", "week")),
    (Code, "code", Text("地点代码", "place code")),
    (Phone, "phone", Text("电话", "phone number")),
    (Flag, "flag", Text("是或否", "yes or no")),
    (Hash, "hash", Text("校验值", "hash of a file or text")),
    (TownshipRef, "township", Text("成员乡镇", "member township")),
    (Townships, "townships", Text("成员乡镇，可多个", "member townships")),
    (RecordRef, "record", Text("记录编号", "id of a record")),
    (Prose, "text", Text("长文字，可两边同时写", "text that two may edit at once")),
    (Slot, "slot", Text("各乡镇各填一份", "one place for each township")),
    (Items, "items", Text("清单", "collection")),
    (Line, "line", Text("文字", "text")),
)


@command(
    "kinds",
    Text(
        "记录的种类；写明种类时列出全部项目、类型和可填内容。",
        "The kinds of records; with a KIND all its fields, types and values.",
    ),
    Argument("kind", Text("种类", "KIND"), required=False),
    example="mulin kinds case",
)
def kinds(face: Face, kind: str | None) -> None:
    if kind is not None:
        declared = kind_meant(kind)
        face.answer(_of(declared), lambda: _print_kind(face, declared))
        return
    face.answer([_of(k) for k in KINDS.values()], lambda: _print_kinds(face))


def _print_kinds(face: Face) -> None:
    from node.cli.tables import Column, print_table

    columns = (
        Column(Text("种类", "kind"), fixed=True),
        Column(Text("名称", "name"), fixed=True),
        Column(Text("必填项目", "required fields"), fold=True),
        Column(Text("项目数", "fields"), fixed=True),
    )
    between = language.BETWEEN.say(face.lang)
    rows = [
        (
            k.name,
            k.label.say(face.lang),
            between.join(f.label.say(face.lang) for f in k.fields if f.required),
            str(len(k.fields)),
        )
        for area in AREA_LABELS
        for k in kinds_of(area)
    ]
    print_table(face.lang, columns, rows)


def _print_kind(face: Face, kind: Kind) -> None:
    from node.cli.tables import Column, print_table

    face.line(f"{kind.label.say(face.lang)} ({kind.name})")
    if kind.home_only:
        face.say(_ONLY_HOME)
    if kind.sealed:
        face.say(_SEALED)
    columns = (
        Column(Text("项目", "field"), fixed=True),
        Column(Text("名称", "name"), fold=True, most=20),
        Column(Text("怎样填写", "how to write it"), fold=True),
    )
    rows = [(f.name, f.label.say(face.lang), _how(f, face.lang)) for f in kind.fields]
    print_table(face.lang, columns, rows)


def _how(declared: Field, lang: str) -> str:
    parts = [type_text(declared.type, lang)]
    if declared.required:
        parts.append(_REQUIRED.say(lang))
    return "；".join(parts) if lang == "zh" else "; ".join(parts)


def type_text(of: FieldType, lang: str) -> str:
    """A type in words, with what may be chosen."""
    said = _named(of)[1].say(lang)
    between = language.BETWEEN.say(lang)
    match of:
        case Choices(of=choice) | (Slot(of=Choice() as choice)):
            return f"{said}: " + _values(choice, lang)
        case Choice():
            return f"{said}: " + _values(of, lang)
        case Items():
            return f"{said}: " + between.join(
                f"{name} {label.say(lang)}" for name, label, _ in of.fields
            )
    return said


def _values(of: Choice, lang: str) -> str:
    if lang == "zh":  # a code stays beside its label: lines break at blanks
        return "  ".join(f"{code}({label[0]})" for code, label in of.values)
    return ", ".join(code for code, _ in of.values)


def _named(of: FieldType) -> tuple[str, Text]:
    return next((name, text) for kind, name, text in _TYPES if isinstance(of, kind))


def _of(kind: Kind) -> dict[str, Any]:
    """The JSON of a declaration."""
    return {
        "name": kind.name,
        "table": kind.table,
        "area": str(kind.area),
        "label": _both(kind.label),
        "home_only": kind.home_only,
        "sealed": kind.sealed,
        "title": list(kind.title),
        "fields": [_of_field(f) for f in kind.fields],
    }


def _of_field(declared: Field) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": declared.name,
        "label": _both(declared.label),
        "type": _named(declared.type)[0],
        "required": declared.required,
        "severity": {"code": str(declared.severity), **_both(SEVERITY_LABELS[declared.severity])},
    }
    of = declared.type.of if isinstance(declared.type, (Choices, Slot)) else declared.type
    if isinstance(of, Choice):
        found["values"] = [{"code": code, **_both(label)} for code, label in of.values]
    if isinstance(of, State):
        found["initial"] = of.initial
        found["moves"] = [list(move) for move in sorted(of.moves)]
    if isinstance(of, Items):
        found["fields"] = [
            {"name": name, "label": _both(label), "type": _named(kind)[0]}
            for name, label, kind in of.fields
        ]
    return found


def _both(text: Text) -> dict[str, str]:
    return {"zh": text[0], "en": text[1]}
