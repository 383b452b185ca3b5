"""`count`: figures of a kind by any of its fields, within any time; computed, never typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crdt.errors import BadValue
from crdt.kinds.follows import Series
from crdt.kinds.language import Field, Kind
from crdt.kinds.references import RecordRef
from crdt.kinds.times import Moment, Quarter, Week
from crdt.kinds.types import Choice, Choices, Day, Slot, Unfit
from keys.errors import Text
from node.cli import language
from node.cli.commands import Argument, Option, command
from node.cli.face import Face
from node.cli.listing import filter_of
from node.cli.naming import kind_meant

if TYPE_CHECKING:
    from node.store.pages import Cells

FROM = Text("起（日期、季度或周）", "from (a day, quarter or week)")
TO = Text("止", "to")
_ALL = Text("合计", "all")
_NOT_STATED = Text("未填", "not stated")


@command(
    "count",
    Text(
        "统计：一个种类有多少条，按任何项目分，数字相加；说是一件事的只算一次。可以像 list 一样筛选。\n"
        "不写种类时，有这个项目的种类一起统计，例如按协作领域：mulin count --by coop_field",
        "Figures: how many of a kind, by any field, numbers added up; what was joined counts once. "
        "Filters are those of list.\n"
        "Without a kind, of all that have the field: mulin count --by coop_field",
    ),
    Argument("kind", Text("种类", "KIND"), required=False),
    Argument("filters", language.ASSIGNMENT, nargs=-1),
    Option("--by", Text("按哪个项目分", "by which field"), Text("项目", "FIELD"), name="by"),
    Option(
        "--on", Text("按哪个日期项目算时间", "which day counts"), Text("项目", "FIELD"), name="when"
    ),
    Option("--from", FROM, language.VALUE, name="first"),
    Option("--to", TO, language.VALUE, name="last"),
    example="mulin count patrol --by kind_of --from 2024-07-01 --to 2024-09-30",
)
def count(
    face: Face,
    kind: str | None,
    filters: tuple[str, ...],
    by: str | None,
    when: str | None,
    first: str | None,
    last: str | None,
) -> None:
    from node.assign import field_named, split_assignments
    from node.figures import figures

    if kind is None:
        from node.cli.across import count_across

        count_across(face, by, (first, last))
        return
    declared = kind_meant(kind)
    grouped = None if by is None else field_named(declared, by)
    day = field_named(declared, when) if when else timed(declared) if first or last else None
    span = (bound(day, first, "", FROM), bound(day, last, "~", TO))
    wanted = [
        filter_of(face, declared, name, text) for name, text in split_assignments(filters).items()
    ]

    def fits(cells: Cells) -> bool:
        return all(said({"row": cells, "home": cells["home"]}) for said in wanted)

    found = figures(
        face.service.ground.db, face.ledger, declared, grouped, day, span, fits if wanted else None
    )
    shape = [
        {"value": value, "label": shown(face, grouped, value), "count": f.count, "sums": f.sums}
        for value, f in sorted(found.items(), key=lambda one: (-one[1].count, one[0]))
    ]
    face.answer(shape, lambda: _print(face, declared, grouped, shape))


def first_day(kind: Kind) -> Field | None:
    """The first field that says when."""
    days = (f for f in kind.fields if isinstance(f.type, (Day, Moment, Quarter, Week)))
    return next(days, None)


def timed(kind: Kind, how: Series | None = None) -> Field:
    """The same, or the one that series go by. Raises BadValue where there is none."""
    if how is not None:
        return kind.by_name[how.on]
    if (found := first_day(kind)) is None:
        raise BadValue(field=FROM, why=Text("这个种类没有日期", "this kind has no day"))
    return found


def bound(day: Field | None, text: str | None, open_: str, label: Text) -> str:
    """Raises BadValue."""
    if day is None or text is None:
        return open_
    of = Day() if isinstance(day.type, Moment) else day.type
    try:
        return str(of.parse(text) or open_)
    except Unfit as fault:
        raise BadValue(field=label, why=fault.why) from fault


def shown(face: Face, by: Field | None, value: str) -> str:
    if by is None:
        return _ALL.say(face.lang)
    of = by.type.of if isinstance(by.type, (Choices, Slot)) else by.type
    if not value:
        return _NOT_STATED.say(face.lang)
    if isinstance(of, RecordRef):
        return _title(face, value)
    return of.show(value, face.lang) if isinstance(of, Choice) else value


def _title(face: Face, value: str) -> str:
    """Of the record that a cell names."""
    model = face.service.ground.model
    named = model.named([r for r, _ in model.with_prefix(face.ledger.n, value)])
    lines = face.reading.lines(face.ledger, named)
    return str(lines[0]["title"]) if lines else value


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
