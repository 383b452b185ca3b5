"""`matches`: who offers what others want, as long as it is valid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crdt.kinds import KINDS
from crdt.kinds.follows import Matches
from crdt.kinds.language import Kind
from keys.errors import Text
from node.cli import language
from node.cli.commands import NO_VALUE, Argument, Option, command
from node.cli.face import Face

if TYPE_CHECKING:
    from node.matching import Match, One

_NONE = Text("没有对得上的供求。", "No offer fits a demand.")


@command(
    "matches",
    Text(
        "供求对接：同一种产品，谁有、谁要；过了有效期的不列。",
        "Offers and demands of one product that fit each other; none that is valid no more.",
    ),
    Argument("what", Text("产品", "PRODUCT"), required=False),
    Option(
        "--across",
        Text("只列一乡有、另一乡要的", "only what one township has and another wants"),
        NO_VALUE,
        is_flag=True,
    ),
    example="mulin matches 木片",
)
def matches(face: Face, what: str | None, across: bool) -> None:
    from node.folding import fold
    from node.matching import matches as of_kind

    part, day = fold(what or "").strip(), face.service.seals.today()
    found = [
        (kind, match)
        for kind in KINDS.values()
        for match in of_kind(face.service.ground.db, face.ledger, kind, day)
        if part in fold(match.what) and (match.crosses or not across)
    ]
    shape = [
        {
            "kind": kind.name,
            "what": match.what,
            "across": match.crosses,
            "offers": [_shape(kind, one) for one in match.offers],
            "wanted": [_shape(kind, one) for one in match.wanted],
        }
        for kind, match in found
    ]
    face.answer(shape, lambda: _print(face, found))


def _shape(kind: Kind, one: One) -> dict[str, Any]:
    shows = kind.matches.shows if kind.matches is not None else ()
    said = {name: one.cells[name] for name in (*shows, kind.until)}
    return {"id": one.record.hex(), "home": one.home, **said}


def _print(face: Face, found: Sequence[tuple[Kind, Match]]) -> None:
    from node.cli.layout import cut, width

    if not found:
        face.say(_NONE)
    for number, (kind, match) in enumerate(found):
        how = kind.matches
        assert how is not None, "it matched"
        if number:
            face.line()
        face.line(cut(match.what, width()))
        _print_sides(face, kind, how, match)


def _print_sides(face: Face, kind: Kind, how: Matches, match: Match) -> None:
    from node.cli.tables import Column, print_table

    sort, until = kind.by_name[how.sort], kind.by_name[kind.until]
    shows = [kind.by_name[name] for name in how.shows]
    columns = (
        Column(Text("", ""), fixed=True),
        Column(language.TOWNSHIP, fold=True),
        *(Column(declared.label, fold=True) for declared in shows),
        Column(until.label, fixed=True),
        Column(language.ID, fixed=True),
    )
    rows = [
        (
            sort.type.show(str(one.cells[how.sort]), face.lang),
            one.home,
            *(f.type.show(one.cells[f.name], face.lang) for f in (*shows, until)),
            one.record.hex()[:8],
        )
        for one in (*match.offers, *match.wanted)
    ]
    print_table(face.lang, columns, rows)
