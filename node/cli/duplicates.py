"""`duplicates`: records that may be one matter entered twice, and how to say that they are one."""

from __future__ import annotations

from typing import Any

from crdt.kinds import KINDS
from keys.errors import Text
from node.cli import language
from node.cli.commands import Argument, command
from node.cli.face import Face
from node.cli.naming import kind_meant

_NONE = Text("没有看起来重复的记录。", "No records look like one matter entered twice.")
_SHOWN_MAX = 50
_MORE = Text(
    "共 {n} 对，只列了 {shown} 对；加 --json 全部列出。",
    "{n} pairs, {shown} of them listed; --json lists all.",
)
_HOW = Text(
    "看过确是一件事的，写明：mulin {kind} set {second} {field}={first}；写错了改成空的：{field}=",
    "If they are one matter, say so: mulin {kind} set {second} {field}={first}; to undo: {field}=",
)


@command(
    "duplicates",
    Text(
        "可能登记了两次的同一件事：按类别、地点、日期比较，从不比较姓名。",
        "Records that may be one matter entered twice: by category, place and day, never by names.",
    ),
    Argument("kind", Text("种类", "KIND"), required=False),
    example="mulin duplicates case",
)
def duplicates(face: Face, kind: str | None) -> None:
    from node.twins import twins

    kinds = KINDS.values() if kind is None else [kind_meant(kind)]
    found: list[dict[str, Any]] = []
    for declared in kinds:
        listed = twins(face.service.ground.db, face.ledger, declared)
        records = list(dict.fromkeys(record for pair in listed for record in pair))
        rows = face.service.ground.model.named(records)
        lines = {line["id"]: line for line in face.reading.lines(face.ledger, rows)}
        found += [
            _shape(declared.name, [lines[record.hex()] for record in pair]) for pair in listed
        ]
    face.answer(found, lambda: _print(face, found))


def _shape(kind: str, pair: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "kind": kind,
        "records": [{name: line[name] for name in ("id", "title", "home")} for line in pair],
    }


def _print(face: Face, found: list[dict[str, Any]]) -> None:
    from node.cli.tables import Column, print_table

    if not found:
        face.say(_NONE)
        return
    columns = (
        Column(Text("种类", "kind"), fixed=True),
        Column(language.ID, fixed=True),
        Column(Text("登记乡镇", "entered by")),
        Column(language.ID, fixed=True),
        Column(Text("登记乡镇", "entered by")),
        Column(language.TITLE),
    )
    rows = [
        (
            KINDS[pair["kind"]].label.say(face.lang),
            *(cell for one in pair["records"] for cell in (one["id"][:8], one["home"])),
            pair["records"][0]["title"],
        )
        for pair in found[:_SHOWN_MAX]
    ]
    print_table(face.lang, columns, rows)
    if len(found) > _SHOWN_MAX:
        face.wrapped(_MORE, n=len(found), shown=_SHOWN_MAX)
    for name in dict.fromkeys(pair["kind"] for pair in found):
        how = KINDS[name].twins
        if how is not None and how.joined:
            first, second = next(p["records"] for p in found if p["kind"] == name)
            said = {"first": first["id"][:8], "second": second["id"][:8]}
            face.wrapped(_HOW, kind=name, field=how.joined, **said)
