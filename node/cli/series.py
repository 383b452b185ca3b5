"""`series`: numbers of a kind over time, say prices of a product at a place; one small chart for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crdt.errors import BadValue
from crdt.kinds.language import Field, Kind
from crdt.kinds.types import Choice, Number
from keys.errors import Text
from node.cli import language
from node.cli.commands import Argument, Option, command
from node.cli.counting import FROM, TO, bound, timed
from node.cli.face import Face
from node.cli.naming import kind_meant

if TYPE_CHECKING:
    from node.series import Line

_FIELD = Text("项目", "FIELD")
_BAR = "#"
_BAR_CELLS = 20
_SERIES_MAX = 20
_POINTS_MAX = 24
_EARLIER = Text(
    "更早的 {n} 次没有列出（--json 列出全部）", "{n} earlier ones not listed (--json: all)"
)
_MORE = Text(
    "还有 {n} 组，请筛选，例如 {field}=…", "{n} more series; filter them, for example {field}=…"
)
_HOME = Text("登记乡镇", "entered by")
_NO_FIELD = Text("写明哪个数字项目，可以是：{known}", "name a field that holds a number: {known}")
_NONE = Text("没有符合的数字。", "There are no such numbers.")


@command(
    "series",
    Text(
        "走势：一个种类的数字按日期排列，例如每种产品在每个地点的价格。\n"
        "可以像 list 一样筛选；单位不同的分开列。",
        "Numbers over time, such as the prices of a product at a place.\n"
        "Filters are those of list; what is told in another unit is listed apart.",
    ),
    Argument("kind", Text("种类", "KIND")),
    Argument("words", Text("项目或筛选", "FIELD|FIELD=VALUE"), nargs=-1),
    Option("--by", Text("按哪个项目分，可多次", "by which field; several times"), _FIELD, multiple=True),
    Option("--on", Text("按哪个日期项目", "which day"), _FIELD, name="when"),
    Option("--from", FROM, language.VALUE, name="first"),
    Option("--to", TO, language.VALUE, name="last"),
    example="mulin series market_info price_from product=天麻 --by place",
)  # fmt: skip
def series(
    face: Face,
    kind: str,
    words: tuple[str, ...],
    by: tuple[str, ...],
    when: str | None,
    first: str | None,
    last: str | None,
) -> None:
    from node.assign import field_named, split_assignments
    from node.cli.listing import filter_of
    from node.series import series as of_kind

    declared = kind_meant(kind)
    filters = split_assignments(w for w in words if "=" in w)
    wanted = [filter_of(face, declared, name, text) for name, text in filters.items()]
    of = _fields(declared, [w for w in words if "=" not in w])
    day = field_named(declared, when) if when else timed(declared, declared.series)
    found = of_kind(
        face.service.ground.db,
        face.ledger,
        declared,
        of,
        _grouping(declared, by),
        day,
        lambda cells: all(fits({"row": cells, "home": cells["home"]}) for fits in wanted),
        (bound(day, first, "", FROM), bound(day, last, "~", TO)),
    )
    shape = [_shape(line, of) for line in found]
    face.answer(shape, lambda: _print(face, declared, of, day, found))


def _fields(kind: Kind, names: Sequence[str]) -> list[Field]:
    """Raises BadValue, UnknownField."""
    from node.assign import field_named

    asked = names or (kind.series.of if kind.series is not None else ())
    found = [field_named(kind, name) for name in asked]
    if not found or not all(f.register and isinstance(f.type, Number) for f in found):
        numbers = [f for f in kind.fields if f.register and isinstance(f.type, Number)]
        zh = "、".join(f"{f.name} {f.label[0]}" for f in numbers)
        en = ", ".join(f.name for f in numbers)
        why = Text(_NO_FIELD[0].format(known=zh), _NO_FIELD[1].format(known=en))
        raise BadValue(field=_FIELD, why=why)
    return found


def _grouping(kind: Kind, by: Sequence[str]) -> list[str]:
    """Raises UnknownField."""
    from node.assign import field_named
    from node.series import HOME

    if not by and kind.series is not None:
        return list(kind.series.by)
    return [HOME if name in (HOME, *_HOME) else field_named(kind, name).name for name in by]


def _shape(line: Line, of: Sequence[Field]) -> dict[str, Any]:
    names = [f.name for f in of]
    return {
        "by": dict(line.by),
        "unit": line.unit,
        "points": [
            {
                "on": p.on,
                **dict(zip(names, p.values, strict=True)),
                "home": p.home,
                "id": p.record.hex(),
            }
            for p in line.points
        ],
    }


# --- for people ------------------------------------------------------------------------------


def _print(face: Face, kind: Kind, of: Sequence[Field], on: Field, found: Sequence[Line]) -> None:
    from node.cli.layout import cut, width
    from node.cli.tables import Column, print_table

    if not found:
        face.say(_NONE)
        return
    columns = [
        Column(on.label, fixed=True),
        *(Column(f.label, fixed=True) for f in of),
        Column(Text("", ""), fixed=True),
        Column(_HOME),
        Column(language.ID, fixed=True),
    ]
    for number, line in enumerate(found[:_SERIES_MAX]):
        if number:
            face.line()
        face.line(cut(_heading(face, kind, line), width()))
        last = line.points[-_POINTS_MAX:]
        most = max(p.values[0] or 0 for p in last)
        rows = [
            [
                p.on,
                *(f.type.show(v, face.lang) for f, v in zip(of, p.values, strict=True)),
                bar(p.values[0], most),
                p.home,
                p.record.hex()[:8],
            ]
            for p in last
        ]
        print_table(face.lang, columns, rows)
        if len(line.points) > len(last):
            face.say(_EARLIER, n=len(line.points) - len(last))
    if len(found) > _SERIES_MAX:
        face.line()
        field = next(iter(found[0].by), kind.fields[0].name)
        face.wrapped(_MORE, n=len(found) - _SERIES_MAX, field=field)


def _heading(face: Face, kind: Kind, line: Line) -> str:
    said = []
    for name, value in line.by.items():
        declared = kind.by_name.get(name)
        if value and declared is not None and isinstance(declared.type, Choice):
            said.append(declared.type.show(value, face.lang))
        elif value:
            said.append(value)
    text = " · ".join(said) or kind.label.say(face.lang)
    return (
        face.text(Text("{text}（{unit}）", "{text} ({unit})"), text=text, unit=line.unit)
        if (line.unit)
        else text
    )


def bar(value: int | None, most: int) -> str:
    """So long as the value is of the most; what is something has a length."""
    if not value or not most:
        return ""
    return _BAR * max(1, round(_BAR_CELLS * value / most))
