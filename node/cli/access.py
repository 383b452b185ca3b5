"""`access`: this township's list of who looked at what is sealed, its check and its digest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keys.errors import Exit, Text
from node.cli import language
from node.cli.commands import Argument, Group, Option, command
from node.cli.face import Face
from node.cli.moments import clock

if TYPE_CHECKING:
    from crdt.entry import RecordId
    from node.ledgers import Ledger
    from node.looks import Break

_SHORT = 8
_PREFIX_MIN = 4
_HEX = frozenset("0123456789abcdef")
_ACTION = Text("操作", "action")
_PURPOSE = Text("用途", "purpose")
_SINCE = Option(
    "--since",
    Text("从这一天起", "from this day on"),
    Text("日期", "DAY"),
    name="since",
    default="",
)


@command(
    "list",
    Text(
        "本机查看、打印、导出密封材料的登记。可以只看一份材料，或一个案件的全部材料。",
        "Who looked at what is sealed on this machine; of one record, or of all that belongs to a case.",
    ),
    Argument("record", language.ID, required=False),
    _SINCE,
    example="mulin access list 3f2a9c1e --since 2024-08-01",
)
def list_(face: Face, record: str | None, since: str) -> None:
    from node.shapes import look_shape

    ledger, looks = face.ledger, face.service.looks
    named = None if record is None else _named(face, ledger, record)
    found = [look_shape(n, look) for n, look in looks.lines(ledger, named, _day(since))]

    def people() -> None:
        if found:
            _print(face, found)
        else:
            face.say(Text("没有登记。", "Nothing is listed."))

    face.answer(found, people)


def _named(face: Face, ledger: Ledger, text: str) -> set[RecordId]:
    from node.errors import NotFound

    prefix = text.strip().lower()
    if len(prefix) < _PREFIX_MIN or not _HEX.issuperset(prefix):
        raise NotFound(what=text[:40])
    return face.service.looks.named(ledger, prefix)


def _day(text: str) -> str:
    from crdt.errors import BadValue
    from crdt.kinds.types import Day, Unfit

    try:
        return str(Day().parse(text) or "")
    except Unfit as fault:
        raise BadValue(field=_SINCE.about, why=fault.why) from fault


def _print(face: Face, found: list[dict[str, Any]]) -> None:
    from crdt.kinds.enumerations import PURPOSE
    from node.cli.tables import Column, print_table
    from node.looks import ACTION

    columns = (
        Column(Text("序号", "no."), fixed=True),
        Column(language.WHEN, fixed=True),
        Column(language.ID, fixed=True),
        Column(_ACTION, fixed=True),
        Column(_PURPOSE, fold=True),
        Column(language.POST),
    )
    rows = [
        (
            str(one["line"]),
            clock(one["at"]),
            (one["record"] or "-")[:_SHORT],
            ACTION.show(one["action"], face.lang),
            PURPOSE.show(one["purpose"], face.lang),
            one["post"],
        )
        for one in found
    ]
    print_table(face.lang, columns, rows)


@command(
    "verify",
    Text(
        "核对登记：一行不少，一字未改，和已经告诉邻乡的校验一致。\n不一致时退出码为 3。",
        "Check the list: no line is missing or changed, and it is what the neighbours were told.\n"
        "Exit code 3 if it is not.",
    ),
    example="mulin access verify",
)
def verify(face: Face) -> int:
    checked = face.service.looks.verify(face.ledger)
    broken = checked.broken
    shape = {
        "ok": broken is None,
        "lines": checked.count,
        "head": checked.head.hex(),
        "digests": checked.digests,
        "problem": None if broken is None else {"line": broken.line, "why": _why(broken)},
    }

    def people() -> None:
        if broken is None:
            face.wrapped(
                Text(
                    "登记完整：{n} 行，与日志里的 {m} 个校验一致。",
                    "The list is whole: {n} lines; {m} digests in the log agree.",
                ),
                n=checked.count,
                m=checked.digests,
            )
        else:
            face.wrapped(_WRONG[_why(broken)], n=broken.line)

    face.answer(shape, people)
    return Exit.DONE if broken is None else Exit.REFUSED


_WRONG = {
    "changed": Text("第 {n} 行被改过，或者它前面少了行。", "Line {n} was changed, or one before it is gone."),
    "replaced": Text(
        "到第 {n} 行为止，和告诉过邻乡的校验不一致：登记被换过。",
        "Up to line {n} the list is not what the neighbours were told: it was replaced.",
    ),
    "missing": Text(
        "第 {n} 行起缺失：告诉过邻乡的比这里多。恢复过旧备份的，缺的是备份以后的登记。",
        "From line {n} on lines are missing: the neighbours were told of more. If an old backup was brought "
        "back, they are those written after it.",
    ),
}  # fmt: skip


def _why(broken: Break) -> str:
    if broken.missing:
        return "missing"
    return "replaced" if broken.said else "changed"


@command(
    "seal",
    Text(
        "把登记的校验写进日志，让邻乡保存；平时每天自动写一次。",
        "Write the digest of the list into the log, where the neighbours keep it; daily anyway.",
    ),
    example="mulin access seal",
)
def seal(face: Face) -> None:
    ledger, looks = face.ledger, face.service.looks
    entry = looks.seal(ledger)
    if entry is not None:
        face.wrote()
    count, head = looks.digest(ledger)
    shape = {"lines": count, "head": head.hex(), "entry": entry.id.hex() if entry else None}
    said = Text("已写入：{n} 行。", "Written: {n} lines.")
    nothing = Text("没有新的登记，不用再写。", "Nothing new is listed; nothing was written.")
    face.answer(shape, lambda: face.say(nothing if entry is None else said, n=count))


access = Group(
    "access",
    Text("查阅登记：谁看过密封材料，核对。", "Who looked at what is sealed: list, check."),
    (list_, verify, seal),
    example="mulin access list",
    default="list",
)
