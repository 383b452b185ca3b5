"""`count`: figures of a kind by any of its fields, within any time; computed, never typed."""

from __future__ import annotations

from typing import Any

from crdt.errors import BadValue
from crdt.kinds.language import Field, Kind
from crdt.kinds.times import Moment, Quarter, Week
from crdt.kinds.types import Choice, Choices, Day, Slot, Unfit
from keys.errors import Text
from node.cli import language
from node.cli.commands import Argument, Option, command
from node.cli.face import Face
from node.cli.listing import filter_of
from node.cli.naming import kind_meant

_FROM = Text("起（日期、季度或周）", "from (a day, quarter or week)")
_TO = Text("止", "to")
_ALL = Text("合计", "all")
_NOT_STATED = Text("未填", "not stated")


@command(
    "count",
    Text(
        "统计：一个种类有多少条，按任何项目分，数字相加；说是一件事的只算一次。可以像 list 一样筛选。",
        "Figures: how many of a kind, by any field, numbers added up; what was joined counts once. "
        "Filters are those of list.",
    ),
    Argument("kind", Text("种类", "KIND")),
    Argument("filters", language.ASSIGNMENT, nargs=-1),
    Option("--by", Text("按哪个项目分", "by which field"), Text("项目", "FIELD"), name="by"),
    Option(
        "--on", Text("按哪个日期项目算时间", "which day counts"), Text("项目", "FIELD"), name="when"
    ),
    Option("--from", _FROM, language.VALUE, name="first"),
    Option("--to", _TO, language.VALUE, name="last"),
    example="mulin count patrol --by kind_of --from 2024-07-01 --to 2024-09-30",
)
def count(
    face: Face,
    kind: str,
    filters: tuple[str, ...],
    by: str | None,
    when: str | None,
    first: str | None,
    last: str | None,
) -> None:
    from node.assign import field_named, split_assignments
    from node.figures import figures

    declared = kind_meant(kind)
    grouped = None if by is None else field_named(declared, by)
    timed = field_named(declared, when) if when else _timed(declared) if first or last else None
    span = (_bound(timed, first, "", _FROM), _bound(timed, last, "~", _TO))
    named = split_assignments(filters).items()
    wanted = [filter_of(face, declared, name, text) for name, text in named]
    found = figures(
        face.service.ground.db,
        face.ledger,
        declared,
        grouped,
        timed,
        span,
        lambda cells: all(fits({"row": cells, "home": cells["home"]}) for fits in wanted),
    )
    shape = [
        {"value": value, "label": _shown(face, grouped, value), "count": f.count, "sums": f.sums}
        for value, f in sorted(found.items(), key=lambda one: (-one[1].count, one[0]))
    ]
    face.answer(shape, lambda: _print(face, declared, grouped, shape))


def _timed(kind: Kind) -> Field:
    """The first field that says when. Raises BadValue where there is none."""
    for declared in kind.fields:
        if isinstance(declared.type, (Day, Moment, Quarter, Week)):
            return declared
    raise BadValue(field=_FROM, why=Text("这个种类没有日期", "this kind has no day"))


def _bound(timed: Field | None, text: str | None, open_: str, label: Text) -> str:
    """Raises BadValue."""
    if timed is None or text is None:
        return open_
    of = Day() if isinstance(timed.type, Moment) else timed.type
    try:
        return str(of.parse(text) or open_)
    except Unfit as fault:
        raise BadValue(field=label, why=fault.why) from fault


def _shown(face: Face, by: Field | None, value: str) -> str:
    if by is None:
        return _ALL.say(face.lang)
    of = by.type.of if isinstance(by.type, (Choices, Slot)) else by.type
    if not value:
        return _NOT_STATED.say(face.lang)
    return of.show(value, face.lang) if isinstance(of, Choice) else value


def _print(face: Face, kind: Kind, by: Field | None, shape: list[dict[str, Any]]) -> None:
    from node.cli.tables import Column, print_table
    from node.figures import summed

    fields = [f for f in summed(kind) if any(f.name in line["sums"] for line in shape)]
    heading = kind.label if by is None else by.label
    columns = [
        Column(heading),
        Column(Text("条数", "records"), fixed=True),
        *(Column(f.label, fold=True, most=30) for f in fields),
    ]
    rows = [
        [line["label"], str(line["count"]), *(_sum(face, f, line["sums"]) for f in fields)]
        for line in shape
    ]
    print_table(face.lang, columns, rows)


def _sum(face: Face, declared: Field, sums: dict[str, dict[str, int]]) -> str:
    stated = sums.get(declared.name, {})
    of = declared.type.of if isinstance(declared.type, Slot) else declared.type
    total = of.show(sum(stated.values()), face.lang)
    if set(stated) <= {""}:
        return total if stated else ""
    parts = [f"{township} {of.show(n, face.lang)}" for township, n in stated.items()]
    return f"{total} ({language.BETWEEN.say(face.lang).join(parts)})"
