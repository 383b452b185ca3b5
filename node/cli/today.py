"""`today`: the morning page of an office: what is due, what is new, who is on duty, who was heard of."""

from __future__ import annotations

from typing import Any

from crdt.kinds import KINDS
from crdt.kinds.types import Choice, Slot
from keys.errors import Text
from node.cli import language
from node.cli.commands import command
from node.cli.face import Face
from node.cli.moments import clock
from node.cli.newer import say_newer

_SHOWN_MAX = 8
_COLUMN = 16
_COUNTS = (
    ("overdue", Text("逾期 {n}", "overdue {n}")),
    ("due", Text("今日到期 {n}", "due today {n}")),
    ("soon", Text("将到期 {n}", "due soon {n}")),
    ("news", Text("邻乡新增 {n}", "new from neighbours {n}")),
    ("to_settle", Text("待核对 {n}", "to settle {n}")),
    ("unanswered", Text("未签收 {n}", "unanswered {n}")),
)
_BETWEEN = Text("　", "  ·  ")
_DUE = Text("到期的：", "Due:")
_SUMS_UP = Text("结束的，看汇总：", "At their end, summed up by:")
_NEWS = Text("邻乡今天写来的：", "Written by neighbours today:")
_NEWS_TOO = Text(
    "邻乡今天写来的，上面没有列出的：", "Written by neighbours today, not listed above:"
)
_UNANSWERED = Text("等待签收的：", "Waiting for an answer:")
_RISING = Text("逾期，可以上报的：", "Overdue, may be handed on:")
_PROPOSED = Text("该安排下一次的：", "To be planned again:")
_DUTY = Text("现在值班：", "On duty now:")
_GAPS = Text("7 天内无人值班：", "Nobody on duty within 7 days:")
_CLASHES = Text("同一时间订了两次（一般）：", "Booked twice at one time (minor):")
_HEARD = Text("最近一次联系：", "Last heard of:")
_MORE = Text("  还有 {n} 条（--json 列出全部）", "  {n} more (--json lists all)")
_NEVER = Text("还没有联系过", "never")
_ESTIMATED = Text("（暂估）", " (estimate)")
_CONNECTED = Text("连着", "connected")
_SETTLE = Text(
    "两边不一致的 {n} 处：mulin conflicts list", "Differences, {n}: mulin conflicts list"
)
_ANSWER = Text("本乡镇签收：{command}", "To answer for this township: {command}")
_FROM_TO = Text("{township}　{from} 至 {to}", "{township}  {from} to {to}")


@command(
    "today",
    Text(
        "今日：到期的、逾期的、邻乡新写的、待核对的、未签收的，现在谁值班。\n密封材料里的期限不在这里列出。",
        "Today: due, overdue, new from neighbours, to settle, unanswered, who is on duty.\n"
        "Days inside sealed records are not listed here.",
    ),
    example="mulin today",
)
def today(face: Face) -> None:
    from node.daily import page

    control = face.control
    live = control.live() if control.alive() else {}
    found = page(face.service, face.reading, face.ledger, live, face.deadlines)
    face.answer(found, lambda: _print(face, found))


def _counts(found: dict[str, Any]) -> dict[str, int]:
    day = found["at"][:10]
    due = found["due"]
    return {
        "overdue": sum(d["overdue"] for d in due),
        "due": sum(d["day"] == day for d in due),
        "soon": sum(d["day"] > day for d in due),
        "news": len(found["news"]),
        "to_settle": found["to_settle"],
        "unanswered": len(_by_record(found["unanswered"])),
    }


def _print(face: Face, found: dict[str, Any]) -> None:
    """What cannot wait stands first, and nothing stands there twice."""
    from node.cli.layout import beside, width

    face.line(f"{found['ledger']}  {found['at']}")
    counts = _counts(found)
    said = [face.text(words, n=counts[name]) for name, words in _COUNTS]
    face.line("\n".join(beside(said, _BETWEEN.say(face.lang), width())))
    _print_unanswered(face, found["unanswered"])
    _listed(face, _DUTY, found["duty"], _duty_line)
    _listed(face, _GAPS, found["gaps"], lambda f, g: f.text(_FROM_TO, **g))
    ending = [d for d in found["due"] if d.get("sums_up")]
    rising = {(o["id"], o["due_on"]) for o in found["may_rise"]}
    due = [d for d in found["due"] if d not in ending and (d["id"], d["day"]) not in rising]
    _listed(face, _DUE, due, _due_line)
    _print_rising(face, found["may_rise"])
    _listed(face, _SUMS_UP, ending, _ending_line)
    if counts["to_settle"]:
        face.line()
        face.say(_SETTLE, n=counts["to_settle"])
    _listed(face, _CLASHES, found["clashes"], _clash_line)
    _print_proposed(face, found["proposed"])
    _print_news(face, found)
    _listed(face, _HEARD, found["heard"], _heard_line)
    say_newer(face)


def _by_record(rows: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Rows about one record together, in the order in which the records come first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["id"], []).append(row)
    return list(found.values())


def _print_unanswered(face: Face, rows: list[dict[str, Any]]) -> None:
    from rich.cells import cell_len

    from node.cli.layout import cut, indent, width

    records = _by_record(rows)
    if not records:
        return
    face.line()
    face.say(_UNANSWERED)
    for asked in records[:_SHOWN_MAX]:
        first = asked[0]
        mark = "!" if first["overdue"] else " "
        line = f"  {mark} {first['until'] or '':{_COLUMN}}  {_what(face, first)}"
        who = language.BETWEEN.say(face.lang).join(row["township"] for row in asked)
        if cell_len(f"{line}  {who}") <= width():
            face.line(f"{line}  {who}")
        else:
            face.line(cut(line, width()))
            face.line(indent(who, _COLUMN + 6, width()))
    if len(records) > _SHOWN_MAX:
        face.say(_MORE, n=len(records) - _SHOWN_MAX)
    me = face.ledger.members.name_of(face.ledger.me)
    if (own := next((row for row in rows if row["township"] == me), None)) is not None:
        face.line(indent(face.text(_ANSWER, command=_answering(own)), 2, width()))


def _answering(row: dict[str, Any]) -> str:
    """The command by which a township answers."""
    kind = KINDS[row["kind"]]
    assert kind.answered is not None, "it waits for an answer"
    of = kind.by_name[kind.answered.slot].type
    assert isinstance(of, Slot)
    assert isinstance(of.of, Choice), "an answer is one of some words"
    word = (*kind.answered.met, *of.of.codes())[0]
    return f"mulin {kind.name} set {row['id'][:8]} {kind.answered.slot}={word}"


def _print_rising(face: Face, offers: list[dict[str, Any]]) -> None:
    """Each with its command; who stands above the offices, once for all of them."""
    from node.cli.layout import cut, indent, width
    from node.cli.remarks import OTHER_WAYS, above_lines, offer_lines, print_offer

    if not offers:
        return
    face.line()
    face.say(_RISING)
    for offer in offers[:_SHOWN_MAX]:
        face.line(cut("  " + _what(face, offer), width()))
        print_offer(face, offer_lines(face, offer), 4)
    if len(offers) > _SHOWN_MAX:
        face.say(_MORE, n=len(offers) - _SHOWN_MAX)
    above = [line for offer in offers for line in above_lines(face, offer)]
    for line in (*dict.fromkeys(above), OTHER_WAYS.say(face.lang)):
        face.line(indent(line, 2, width()))


def _print_proposed(face: Face, proposed: list[dict[str, Any]]) -> None:
    from node.cli.planning import proposal_lines
    from node.cli.remarks import print_offer

    if not proposed:
        return
    face.line()
    face.say(_PROPOSED)
    for one in proposed[:_SHOWN_MAX]:
        print_offer(face, proposal_lines(face, one), 2)


def _print_news(face: Face, found: dict[str, Any]) -> None:
    """Of what neighbours wrote, that of which nothing was said yet."""
    told = {
        row["id"] for name in ("unanswered", "due", "may_rise", "clashes") for row in found[name]
    }
    told |= {row["first"]["id"] for row in found["clashes"]}
    fresh = [row for row in found["news"] if row["id"] not in told]
    heading = _NEWS if len(fresh) == len(found["news"]) else _NEWS_TOO
    _listed(face, heading, fresh, _news_line)


def _listed(face: Face, heading: Text, rows: list[dict[str, Any]], line: Any) -> None:
    from node.cli.layout import cut, width

    if not rows:
        return
    face.line()
    face.say(heading)
    for row in rows[:_SHOWN_MAX]:
        face.line(cut("  " + line(face, row), width()))
    if len(rows) > _SHOWN_MAX:
        face.say(_MORE, n=len(rows) - _SHOWN_MAX)


def _what(face: Face, row: dict[str, Any]) -> str:
    return f"{row['id'][:8]}  {KINDS[row['kind']].label.say(face.lang)}  {row['title']}"


def _due_line(face: Face, row: dict[str, Any]) -> str:
    mark = "!" if row["overdue"] else " "
    label = row["label"]["zh" if face.lang == "zh" else "en"]
    estimated = _ESTIMATED.say(face.lang) if row["estimated"] else ""
    return f"{mark} {row['day']}{estimated} {label}  {_what(face, row)}"


def _ending_line(face: Face, row: dict[str, Any]) -> str:
    del face
    return f"{row['day']}  {row['title']}  mulin {row['kind']} show {row['id'][:8]}"


def _news_line(face: Face, row: dict[str, Any]) -> str:
    """With who wrote: that may be in a record that another entered."""
    return f"{language.BETWEEN.say(face.lang).join(row['by'])}  {_what(face, row)}"


def _duty_line(face: Face, row: dict[str, Any]) -> str:
    who = language.BETWEEN.say(face.lang).join(row["who"])
    return f"{row['township']}  {who}  → {row['until']}"


def _clash_line(face: Face, row: dict[str, Any]) -> str:
    ids = " ".join(one["id"][:8] for one in (row["first"], row))
    label = row["label"]["zh" if face.lang == "zh" else "en"]
    homes = language.BETWEEN.say(face.lang).join((row["first"]["home"], row["home"]))
    return f"{row['from']}  {ids}  {homes}  {label} {row['value']}"


def _heard_line(face: Face, row: dict[str, Any]) -> str:
    if row["connected"]:
        said = _CONNECTED.say(face.lang)
    else:
        said = clock(row["last_heard"]) if row["last_heard"] else _NEVER.say(face.lang)
    return f"{row['township']}  {said}"
