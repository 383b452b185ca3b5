"""`next`: when the next of what comes round is to be, and whose turn it is to arrange it."""

from __future__ import annotations

from typing import Any

from keys.errors import Text
from node.cli.commands import command
from node.cli.face import Face

_NONE = Text(
    "还没有会轮到下一次的记录，例如：mulin meeting new",
    "Nothing comes round yet: mulin meeting new",
)
_PROPOSED = Text("建议", "proposed")
_PLANNED = Text("已登记 {id}", "entered: {id}")


@command(
    "next",
    Text(
        "下一次：季度例会、年度现场会等下次在什么时候、轮到谁主办；各乡镇算出的都一样。\n"
        "只是建议，不登记任何内容。",
        "The next quarterly meeting, yearly meeting on site and so on: when, and whose turn it is to host; "
        "the same on every node.\nIt only proposes and enters nothing.",
    ),
    example="mulin next",
)
def next_(face: Face) -> None:
    from node.coming import coming

    members = face.ledger.members
    found = [
        {
            "kind": c.kind.name,
            "sort": c.sort,
            "label": {"zh": _label(c, "zh"), "en": _label(c, "en")},
            "last_at": c.last_at or None,
            "at": c.at,
            "host": None if c.host is None else members.name_of(c.host),
            "planned": None if c.planned is None else c.planned.hex(),
        }
        for c in coming(face.service, face.ledger)
    ]
    face.answer(found, lambda: _print(face, found))


def _label(found: Any, lang: str) -> str:
    again = found.kind.again
    return str(found.kind.by_name[again.by].type.show(found.sort, lang))


def _print(face: Face, found: list[dict[str, Any]]) -> None:
    from node.cli.tables import Column, print_table

    if not found:
        face.say(_NONE)
        return
    columns = (
        Column(Text("事项", "what")),
        Column(Text("上次", "last time"), fixed=True),
        Column(Text("下次", "next time"), fixed=True),
        Column(Text("主办乡镇", "host")),
        Column(Text("状态", "state"), fixed=True),
    )
    rows = [
        (
            one["label"]["zh" if face.lang == "zh" else "en"],
            (one["last_at"] or "")[:10],
            one["at"][:10],
            one["host"] or "",
            face.text(_PLANNED, id=one["planned"][:8])
            if one["planned"]
            else _PROPOSED.say(face.lang),
        )
        for one in found
    ]
    print_table(face.lang, columns, rows)
