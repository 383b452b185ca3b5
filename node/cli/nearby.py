"""`nearest`: whom to send to a place first: by the stored travel times, without a line."""

from __future__ import annotations

from keys.errors import Text
from node.cli import language
from node.cli.commands import Argument, command
from node.cli.face import Face

_NOBODY = Text("还没有登记队伍：mulin team new", "No team is entered yet: mulin team new")
_UNKNOWN = Text("路程未登记", "way not known")
_MINUTES = Text("{n} 分钟", "{n} min")


@command(
    "nearest",
    Text(
        "谁近谁先动：按登记的路程时间列出各队伍，先近后远；不需要网络。",
        "Nearest goes first: teams in the order of the stored travel times; needs no line.",
    ),
    Argument("place", Text("地点", "PLACE")),
    example="mulin nearest 示范一村",
)
def nearest(face: Face, place: str) -> None:
    from node.cli.tables import Column, print_table
    from node.nearest import nearest as ordered

    found = ordered(face.service.ground.db, face.ledger, place.strip())
    rows = face.service.ground.model.named([n.record for n in found])
    lines = {line["id"]: line for line in face.reading.lines(face.ledger, rows)}
    shape = [
        {
            **{name: lines[n.record.hex()][name] for name in ("id", "kind", "title", "home")},
            "stands_at": n.stands_at,
            "minutes": n.minutes,
        }
        for n in found
    ]

    def people() -> None:
        if not shape:
            face.say(_NOBODY)
            return
        columns = (
            Column(Text("路程", "way"), fixed=True),
            Column(language.TITLE),
            Column(Text("集合地点", "stands at")),
            Column(Text("登记乡镇", "entered by")),
            Column(language.ID, fixed=True),
        )
        cells = [
            (
                _UNKNOWN.say(face.lang)
                if one["minutes"] is None
                else face.text(_MINUTES, n=one["minutes"]),
                one["title"],
                one["stands_at"],
                one["home"],
                one["id"][:8],
            )
            for one in shape
        ]
        print_table(face.lang, columns, cells)

    face.answer(shape, people)
