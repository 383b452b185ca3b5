"""`KIND answers`: how long each township took to answer, from what both signed; made from `answered`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crdt.errors import BadValue
from crdt.kinds.follows import Answered
from crdt.kinds.language import Kind
from crdt.kinds.types import Day, Unfit
from keys.errors import Text
from node.cli import language
from node.cli.commands import Command, Option
from node.cli.face import Face

if TYPE_CHECKING:
    from node.counting import Counting

_FROM, _TO = Text("起（日期）", "from (a day)"), Text("止（日期）", "to (a day)")
_SHOWN_MAX = 50
_NONE = Text("没有符合的记录。", "No such records.")
_HOW = Text(
    "用时：从发出方签名登记，到被通知的乡镇签名签收。",
    "Times: from the signed entry that told a township to its own signed answer.",
)
_ODD = Text("时钟不准", "clocks differ")
_WAITS = Text("未签收", "no answer")
_LATE = Text("超时", "late")
_MORE = Text("另有 {n} 行，用 --json 全部列出。", "{n} more lines; --json lists them all.")


def answers_of(kind: Kind) -> Command | None:
    """The command of a kind that is to be answered within a time."""
    how = kind.answered
    if how is None or not how.since or not how.grade:
        return None

    def answers(face: Face, first: str | None, last: str | None) -> None:
        from node.counting import ANSWERED, Counting
        from node.tallying import Section, table
        from node.tallying import shape as shape_of

        counting = Counting(face.service, face.ledger, _day(first, "", _FROM), _day(last, "~", _TO))
        section = Section(
            name="answers",
            label=kind.label,
            kind=kind.name,
            on=how.since,
            by=how.grade,
            measures=ANSWERED,
        )
        summary = table(counting, section)
        listed = _listed(face, counting, kind, how)
        shape = {"records": listed, "summary": shape_of(summary)}

        def people() -> None:
            from node.cli.quarter import print_tally

            _print(face, kind, how, listed)
            print_tally(face, summary)

        face.answer(shape, people)

    zh, en = kind.label
    return Command(
        "answers",
        Text(
            f"{zh}的签收用时：每条、每个乡镇，并按级别汇总。",
            f"How long townships took to answer each {en}, and in all by grade.",
        ),
        [
            Option("--from", _FROM, language.VALUE, name="first"),
            Option("--to", _TO, language.VALUE, name="last"),
        ],
        answers,
        f"mulin {kind.name} answers --from 2024-07-01 --to 2024-09-30",
    )


def _day(text: str | None, open_: str, label: Text) -> str:
    """Raises BadValue."""
    try:
        return open_ if text is None else str(Day().parse(text) or open_)
    except Unfit as fault:
        raise BadValue(field=label, why=fault.why) from fault


def _listed(face: Face, counting: Counting, kind: Kind, how: Answered) -> list[dict[str, Any]]:
    from node.officeclock import moment

    members = face.ledger.members
    found = counting.within(kind, how.since)
    rows = face.service.ground.model.named([m.records[0] for m in found])
    titles = {line["id"]: line["title"] for line in face.reading.lines(face.ledger, rows)}
    return [
        {
            "id": matter.records[0].hex(),
            "title": titles[matter.records[0].hex()],
            "grade": matter.cells[how.grade],
            "since": matter.cells[how.since],
            "answers": [
                {
                    "township": members.name_of(a.township),
                    "told": moment(a.told_ms),
                    "answered": None if a.answered_ms is None else moment(a.answered_ms),
                    "minutes": a.minutes,
                    "within": a.within_min,
                    "late": a.is_late,
                    "odd": a.is_odd,
                }
                for a in counting.answers(matter)
            ],
        }
        for matter in sorted(found, key=lambda m: (str(m.cells[how.since]), m.records[0]))
    ]


def _print(face: Face, kind: Kind, how: Answered, listed: list[dict[str, Any]]) -> None:
    from node.cli.tables import Column, print_table

    grade = kind.by_name[how.grade]
    rows = [
        [
            one["id"][:8],
            one["title"],
            grade.type.show(one["grade"], face.lang),
            answer["township"],
            _time(face, answer),
        ]
        for one in listed
        for answer in one["answers"]
    ]
    if not rows:
        face.say(_NONE)
        return
    columns = (
        Column(language.ID, fixed=True),
        Column(language.TITLE),
        Column(grade.label, fixed=True),
        Column(Text("乡镇", "township")),
        Column(Text("用时", "time")),
    )
    face.wrapped(_HOW)
    print_table(face.lang, columns, rows[:_SHOWN_MAX])
    if len(rows) > _SHOWN_MAX:
        face.say(_MORE, n=len(rows) - _SHOWN_MAX)


def _time(face: Face, answer: dict[str, Any]) -> str:
    from node.quarter import shown

    if answer["odd"]:
        return face.text(_ODD)
    if answer["minutes"] is None:
        return face.text(_WAITS)
    said = shown(answer["minutes"], "minutes", face.lang)
    return f"{said} ({face.text(_LATE)})" if answer["late"] else said
