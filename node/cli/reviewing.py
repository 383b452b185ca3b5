"""`review`: the weekly review, counted and written into its record in one command. Names no kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from crdt.errors import WHY_EMPTY, BadValue
from crdt.kinds import KINDS
from crdt.kinds.follows import Generated
from crdt.kinds.language import Kind
from crdt.kinds.times import Week
from crdt.kinds.types import Choice, Items, Unfit
from keys.errors import Text
from node.cli.commands import NO_VALUE, Argument, Option, command
from node.cli.face import Face

if TYPE_CHECKING:
    from crdt.entry import RecordId
    from node.review import Review

_WEEK = Text("周次", "week")
_SHOWN_MAX = 8
_WHY = Text("按登记的内容统计", "counted from what is entered")
_HEAD = Text(
    "{ledger} 周研判 {week}（{first} 至 {last}）", "{ledger}: review of {week} ({first} to {last})"
)
_AS_OF = Text(
    "数据截至 {as_of}，按本机已有的内容统计。", "As of {as_of}, counted from what is here."
)
_ALL = Text("合计", "all")
_UNSTATED = Text("{field}未填", "{field}: not stated")
_LISTED = Text("{what} {n} 件：", "{what}, {n}:")
_MORE = Text("  还有 {n} 件（--json 列出全部）", "  {n} more (--json lists all)")
_NEXT = Text(
    "已写入 {id}。接下来：\n"
    "  写研判意见：mulin item add {id} matters case=… text=…\n"
    "  定稿：      mulin {kind} move {id} signed --reason …\n"
    "  各乡镇签定：mulin {kind} confirm {id}",
    "Written into {id}. What comes next:\n"
    "  the discussion: mulin item add {id} matters case=… text=…\n"
    "  make it final:  mulin {kind} move {id} signed --reason …\n"
    "  each signs it:  mulin {kind} confirm {id}",
)


@command(
    "review",
    Text(
        "周研判表：从登记的内容算出一周的数字，写进周研判记录；定稿以前可以重新生成。\n不写周次是本周。",
        "The weekly review: figures of a week counted and written into its record; anew until it is final.\n"
        "Without a week: this week.",
    ),
    Argument("week", Text("周次", "WEEK"), required=False),
    Option("--look", Text("只看，不写入", "only look, write nothing"), NO_VALUE, is_flag=True),
    example="mulin review 2024-W33",
)
def review(face: Face, week: str | None, look: bool) -> None:
    from node import review as reviewing

    service, ledger = face.service, face.ledger
    now_ms = service.ground.clock_ms()
    found = reviewing.count(service, ledger, _meant(week, now_ms), now_ms, face.deadlines)
    record = None
    if not look:
        record = reviewing.write(service, ledger, found, face.post, _WHY.say(face.lang))
        face.wrote()
    face.answer(reviewing.shape(found, record), lambda: _print(face, found, record))


def _meant(week: str | None, now_ms: int) -> str:
    """Raises BadValue."""
    import datetime

    from node.officeclock import when

    if week is None:
        year, number, _ = datetime.date.fromisoformat(when(now_ms)[:10]).isocalendar()
        return f"{year}-W{number:02d}"
    try:
        typed = Week().parse(week)
        if typed is None:
            raise BadValue(field=_WEEK, why=WHY_EMPTY)
        return str(typed)
    except Unfit as fault:
        raise BadValue(field=_WEEK, why=fault.why) from fault


def _print(face: Face, found: Review, record: RecordId | None) -> None:
    import datetime

    from node.review import reviewed

    monday = datetime.date.fromisocalendar(int(found.week[:4]), int(found.week[6:]), 1)
    left = datetime.date.max - monday  # the last week of all calendars ends on a Friday
    sunday = monday + min(left, datetime.timedelta(days=6))
    said = {"ledger": face.ledger.name, "week": found.week, "first": monday, "last": sunday}
    face.wrapped(_HEAD, **said)
    face.wrapped(_AS_OF, as_of=found.as_of)
    face.line()
    kind = reviewed()
    assert kind.generated is not None, "it is counted"
    _print_figures(face, kind, kind.generated, found)
    _print_matters(face, kind, kind.generated, found)
    if record is not None:
        face.line()
        face.wrapped(_NEXT, id=face.short(record), kind=kind.name)


def _print_figures(face: Face, kind: Kind, how: Generated, found: Review) -> None:
    """A column for each measure; a line for all and for each value by which they are parted."""
    from node.cli.tables import Column, print_table

    items = kind.by_name[how.figures].type
    assert isinstance(items, Items), "figures stand in a collection"
    measures = _choice(items, how.measure)
    lines: dict[tuple[Any, ...], dict[str, int]] = {(): {}}
    for key, value in found.figures.items():
        rest = tuple(part for part in key if part[0] != how.measure)
        lines.setdefault(rest, {})[str(dict(key)[how.measure])] = value
    for name in how.by:
        lines[((name, ""),)] = _unstated(lines, name)
    lines = {rest: some for rest, some in lines.items() if some or not rest}
    parts = [name for name, _, _ in items.fields]
    order = {rest: _place(items, parts, rest) for rest in lines}
    columns = [Column(Text("", ""), fold=True)]
    columns += [Column(label, fold=True) for _, label in measures.values]
    rows = []
    for rest in sorted(lines, key=order.__getitem__):
        label = _line_label(face, items, rest[0]) if rest else face.text(_ALL)
        rows.append([label, *(str(lines[rest].get(code, "")) for code, _ in measures.values)])
    print_table(face.lang, columns, rows)


def _unstated(lines: Mapping[tuple[Any, ...], Mapping[str, int]], name: str) -> dict[str, int]:
    """By measure what stands in the total and in no line of this part, so that the lines add up."""
    from node.review import PARTED

    whole = {measure: lines[()].get(measure, 0) for measure in PARTED}
    told = [some for rest, some in lines.items() if rest and rest[0][0] == name]
    left = {m: n - sum(some.get(m, 0) for some in told) for m, n in whole.items()}
    return {measure: n for measure, n in left.items() if n}


def _line_label(face: Face, items: Items, part: tuple[str, Any]) -> str:
    name, code = part
    if code:
        return _choice(items, name).show(code, face.lang)
    return face.text(_UNSTATED, field=next(label for n, label, _ in items.fields if n == name))


def _place(items: Items, parts: list[str], rest: tuple[Any, ...]) -> tuple[int, int]:
    if not rest:
        return (-1, 0)
    name, code = rest[0]
    codes = _choice(items, name).codes()
    return parts.index(name), codes.index(code) if code in codes else len(codes)


def _choice(items: Items, name: str) -> Choice:
    of = items.by_name[name]
    assert isinstance(of, Choice), "figures are parted by classifications"
    return of


def _print_matters(face: Face, kind: Kind, how: Generated, found: Review) -> None:
    from node.cli.layout import cut, width

    items = kind.by_name[how.figures].type
    assert isinstance(items, Items), "figures stand in a collection"
    measures = _choice(items, how.measure)
    for measure, records in found.matters.items():
        if not records or measure == "open":
            continue
        face.line()
        face.say(_LISTED, what=measures.labels[measure], n=len(records))
        rows = face.service.ground.model.named(records[:_SHOWN_MAX])
        lines = {line["id"]: line for line in face.reading.lines(face.ledger, rows)}
        for record in records[:_SHOWN_MAX]:
            line = lines[record.hex()]
            label = KINDS[line["kind"]].label.say(face.lang)
            said = f"  {line['id'][:8]}  {label}  {line['title']}  {line['home']}"
            face.line(cut(said, width()))
        if len(records) > _SHOWN_MAX:
            face.say(_MORE, n=len(records) - _SHOWN_MAX)
