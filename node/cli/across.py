"""`count` without a kind: of every kind that has a field, how many records say each of its values."""

from __future__ import annotations

from typing import Any

from crdt.errors import BadValue
from crdt.kinds import KINDS
from crdt.kinds.language import Field
from keys.errors import Text
from node.cli import language
from node.cli.counting import FROM, TO, bound, first_day, shown
from node.cli.face import Face

_KIND = Text("种类", "kind")
_KIND_OR_BY = Text(
    "写明种类，或用 --by 写明几个种类共有的项目",
    "name a kind, or with --by a field that several kinds have",
)


def count_across(face: Face, by: str | None, within: tuple[str | None, str | None]) -> None:
    """All kinds that have the field. Raises BadValue where none has, or none was named."""
    from node.across import across, field_called, kinds_with

    asked = [
        (kind, declared, first_day(kind))
        for kind in (kinds_with(by) if by else [])
        if (declared := field_called(kind, str(by))) is not None
    ]
    if not asked:
        raise BadValue(field=_KIND, why=_KIND_OR_BY)
    some = asked[0][2]
    span = (bound(some, within[0], "", FROM), bound(some, within[1], "~", TO))
    dated = any(within)
    dated_by = [
        (k, f, day if dated else None) for k, f, day in asked if day is not None or not dated
    ]
    found = across(face.service.ground.db, face.ledger, dated_by, span)
    shape = [
        {
            "value": value,
            "label": shown(face, asked[0][1], value),
            "count": spread.count,
            "kinds": spread.counts,
        }
        for value, spread in sorted(found.items(), key=lambda one: (-one[1].count, one[0]))
    ]
    face.answer(shape, lambda: _print_across(face, asked[0][1], shape))


def _print_across(face: Face, by: Field, shape: list[dict[str, Any]]) -> None:
    from node.cli.tables import Column, print_table

    columns = (
        Column(by.label),
        Column(Text("条数", "records"), fixed=True),
        Column(Text("其中", "of these"), fold=True),
    )
    rows = [
        (
            line["label"],
            str(line["count"]),
            language.BETWEEN.say(face.lang).join(
                f"{KINDS[kind].label.say(face.lang)} {n}" for kind, n in line["kinds"].items()
            ),
        )
        for line in shape
    ]
    print_table(face.lang, columns, rows)
