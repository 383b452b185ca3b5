"""`log` and the history of a record: who signed what, when, on which statements before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from crdt.kinds import kind_named
from keys.errors import Text
from node.cli import language, layout, sealed
from node.cli.commands import NO_VALUE, Argument, Option, command
from node.cli.face import Face
from node.cli.graph import lanes
from node.cli.mistakes import GraphNeedsRecord
from node.cli.moments import clock
from node.cli.questions import about_key, by, value_text

if TYPE_CHECKING:
    from crdt.entry import RecordId
    from node.ledgers import Ledger

_SHORT = 8
_LIMIT = 50
_STATES = {
    "applied": Text("有效", "applied"),
    "void": Text("作废", "void"),
    "closed": Text("无密钥", "sealed"),
    "waiting": Text("等前文", "waiting"),
    "quarantined": Text("隔离", "quarantined"),
    "erased": Text("已删除", "erased"),
}
_TIMES = Text("填写 {claimed}，本机收到 {seen}", "written {claimed}, here since {seen}")
_AFTER = Text("接在 {parents} 之后", "after {parents}")
_EARLY = Text(
    "填写时间早于它所接的内容，有一台电脑的时钟不准；先后以所接的内容为准",
    "written earlier than what it follows, says a clock that is wrong; what it follows counts",
)
_WHY = Text("理由：{why}", "Reason: {why}")


@command(
    "log",
    Text(
        "谁在何时签了什么。\n写明编号时是一条记录的经过；--graph 画出先后和分叉。",
        "Who signed what, and when.\n"
        "With an ID: how one record came about; --graph draws what followed what.",
    ),
    Argument("record", language.ID, required=False),
    Option("--graph", Text("画出先后", "draw what followed what"), NO_VALUE, is_flag=True),
    Option(
        "--limit",
        Text("最多列几条", "how many at most"),
        Text("条数", "N"),
        type=click.IntRange(1, 1_000_000),
        default=_LIMIT,
        show_default=True,
    ),
    sealed.FOR,
    example="mulin log --graph 3f2a9c1e",
)
def log(face: Face, record: str | None, graph: bool, limit: int, purpose: str | None) -> None:
    ledger = face.ledger
    if record is not None:
        found_id = face.service.find_record(ledger, record)
        kind = kind_named(face.service.record(ledger, found_id).shared.kind)
        sealed.look(face, ledger, found_id, kind, "view", purpose)
        history_of(face, ledger, found_id, graph=graph)
        return
    if graph:
        raise GraphNeedsRecord
    found = face.reading.log(ledger, limit)
    face.answer(found, lambda: _print_log(face, found))


def _print_log(face: Face, found: list[dict[str, Any]]) -> None:
    from node.cli.tables import Column, print_table

    columns = (
        Column(Text("条目", "entry"), fixed=True),
        Column(language.TOWNSHIP),
        Column(Text("序号", "no."), fixed=True),
        Column(Text("记录", "record"), fixed=True),
        Column(Text("填写", "written"), fixed=True),
        Column(language.STATE, fixed=True),
    )
    rows = [
        (
            line["entry"][:_SHORT],
            line["township"],
            str(line["seq"]),
            (line["record"] or "")[:_SHORT],
            clock(line["claimed"]),
            _state(face, line),
        )
        for line in found
    ]
    print_table(face.lang, columns, rows)
    for line in found:
        if line["reason"]:
            words = Text("{entry}  理由：{why}", "{entry}  Reason: {why}")
            face.wrapped(words, entry=line["entry"][:_SHORT], why=line["reason"])


def history_of(face: Face, ledger: Ledger, record: RecordId, *, graph: bool) -> None:
    """`KIND history` and `log ID`: the record's entries, causes first; drawn, the newest first."""
    found = face.reading.history(ledger, record)
    kind = face.service.record(ledger, record).shared.kind

    def people() -> None:
        if graph:
            _print_graph(face, ledger, kind, found)
            return
        for line in found:
            _print_entry(face, ledger, kind, line)

    face.answer(found, people)


def _print_entry(face: Face, ledger: Ledger, kind: str, line: dict[str, Any]) -> None:
    cells = layout.width()
    face.line(f"{line['entry'][:_SHORT]}  {_who(face, line)}")
    facts = [face.text(_TIMES, claimed=clock(line["claimed"]), seen=clock(line["first_seen"]))]
    if line["parents"]:
        parents = language.BETWEEN.say(face.lang).join(p[:_SHORT] for p in line["parents"])
        facts.append(face.text(_AFTER, parents=parents))
    facts = [" · ".join(facts), *_said(face, ledger, kind, line)]
    if line.get("before_its_cause"):
        facts.append(_EARLY.say(face.lang))
    if line.get("reason"):
        facts.append(face.text(_WHY, why=line["reason"]))
    for fact in facts:
        face.line(layout.indent(fact, _SHORT + 2, cells))


def _print_graph(face: Face, ledger: Ledger, kind: str, found: list[dict[str, Any]]) -> None:
    """Newest first, as one reads a pile of papers; void and waiting entries are below, unconnected."""
    cells = layout.terminal_width()
    applied = [line for line in found if line["state"] == "applied"]
    by_id = {line["entry"]: line for line in applied}
    pairs = [(line["entry"], line["parents"]) for line in reversed(applied)]
    for drawing, entry in lanes(pairs):
        if entry is None:
            face.line(drawing)
            continue
        line = by_id[entry]
        said = _BETWEEN.say(face.lang).join(_said(face, ledger, kind, line))
        text = f"{drawing}  {entry[:_SHORT]}  {clock(line['claimed'])}  {_who(face, line)}  {said}"
        face.line(layout.cut(text, cells))
    for line in found:
        if line["state"] != "applied":
            face.line(layout.cut(f"×  {line['entry'][:_SHORT]}  {_who(face, line)}", cells))


_BETWEEN = Text("；", "; ")


def _who(face: Face, line: dict[str, Any]) -> str:
    who = by(face, line["township"], line.get("post", ""))
    return who if line["state"] == "applied" else f"{who}  {_state(face, line)}"


def _state(face: Face, line: dict[str, Any]) -> str:
    state = _STATES[line["state"]].say(face.lang)
    return f"{state} {line['reason_code']}" if line.get("reason_code") else state


def _said(face: Face, ledger: Ledger, kind: str, line: dict[str, Any]) -> list[str]:
    """What an entry does, in words."""
    from crdt.kinds import kind_named

    found = []
    for operation in line["operations"]:
        about = about_key(face, ledger, kind, operation["field"]) if "field" in operation else ""
        match operation["do"]:
            case "create":
                words = Text("登记{kind}", "entered {kind}")
                found.append(face.text(words, kind=kind_named(kind).label))
            case "set" | "settle" as do:
                value = value_text(face, operation["field"], operation["shown"])
                mark = Text("核对：", "settled: ").say(face.lang) if do == "settle" else ""
                found.append(f"{mark}{about} = {value}")
            case "add":
                said = " · ".join(operation["shown"].values())
                found.append(f"{about} + {said}")
            case "text":
                found.append(face.text(Text("修改{about}", "edited {about}"), about=about))
            case "keep":
                found.append(face.text(Text("都保留：{about}", "both kept: {about}"), about=about))
    return found
