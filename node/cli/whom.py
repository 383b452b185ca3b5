"""`whom`: whom to call at a place: its grid, its village, the village it is paired with; by post."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crdt.kinds import KINDS
from crdt.kinds.language import Kind
from keys.errors import Text
from node.cli.commands import Argument, command
from node.cli.face import Face

if TYPE_CHECKING:
    from node.whom import Spot

_WITHIN = Text("{place}（{within}）", "{place} ({within})")
_NOBODY = Text(
    "  还没有登记岗位：mulin grid new、mulin contact new … village={place}",
    "  no post is entered yet: mulin grid new, mulin contact new … village={place}",
)
_BETWEEN = Text("，", ", ")


@command(
    "whom",
    Text(
        "这个地方该找谁：网格、村里各岗位和电话；结对的村一并列出。\n只有岗位和网格，不登记住户。",
        "Whom to call at a place: posts and phones of its grid and village, and those of the\n"
        "village it is paired with. Posts and grids only; households are never kept.",
    ),
    Argument("place", Text("地点", "PLACE")),
    example="mulin whom 示范一村",
)
def whom(face: Face, place: str) -> None:
    from node.whom import whom as asked

    found = asked(face.service.ground.db, face.ledger, place, face.service.seals.today())
    face.answer([shape(spot) for spot in found], lambda: print_spots(face, found))


def beside(face: Face, kind: Kind, record: dict[str, Any]) -> list[Spot]:
    """Of a record whose kind is that of places; what its JSON says, too."""
    if kind.lies is None:
        return []
    from node.whom import whom as asked

    place = str(record["fields"][kind.lies.called] or "")
    found = asked(face.service.ground.db, face.ledger, place, face.service.seals.today())
    record["whom"] = [shape(spot) for spot in found]
    return found


def shape(spot: Spot) -> dict[str, Any]:
    """As JSON."""
    return {
        "place": spot.place,
        "within": list(spot.within),
        "posts": [
            {
                "kind": p.kind,
                "post": p.what,
                "said": p.said,
                "phone": p.phone,
                "at": p.at,
                "id": p.record,
                "home": p.home,
            }
            for p in spot.posts
        ],
    }


def print_spots(face: Face, found: list[Spot]) -> None:
    """For people."""
    from node.cli.layout import indent, width

    for number, spot in enumerate(found):
        if number:
            face.line()
        within = _BETWEEN.say(face.lang).join(spot.within)
        said = face.text(_WITHIN, place=spot.place, within=within) if within else spot.place
        face.line(indent(said, 0, width()))
        if spot.posts:
            _print_posts(face, spot)
        else:
            face.line(indent(face.text(_NOBODY, place=spot.place).strip(), 2, width()))


def _print_posts(face: Face, spot: Spot) -> None:
    from node.cli import language
    from node.cli.tables import Column, print_table

    columns = (
        Column(Text("岗位", "post"), fold=True),
        Column(Text("找谁", "whom"), fold=True),
        Column(Text("电话", "phone"), fixed=True),
        Column(Text("管哪里", "of")),
        Column(language.TOWNSHIP),
    )
    rows = []
    for post in spot.posts:
        kind = KINDS[post.kind]
        label = kind.by_name[post.what].label if post.what else kind.label
        what = label.say(face.lang).partition("（")[0].partition(",")[0]
        rows.append((what, post.said, post.phone, post.at, post.home))
    print_table(face.lang, columns, rows)
