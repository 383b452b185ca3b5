"""`conflicts`: what two sides say differently, and settling it by a choice, a third value or keeping both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from crdt.kinds.language import SEVERITY_LABELS
from keys.errors import Exit, Text
from node.cli import language, sealed
from node.cli.commands import NO_NAME, NO_VALUE, Argument, Group, Option, command
from node.cli.face import Face
from node.cli.mistakes import ParameterMissing
from node.cli.questions import about_key, print_question, severity_text, value_text
from node.errors import AnswerNeeded

if TYPE_CHECKING:
    from crdt.conflicts import Conflict
    from crdt.entry import Entry
    from node.ledgers import Ledger

_SHORT = 8
_SEVERITIES = tuple(str(s) for s in SEVERITY_LABELS)
_NONE = Text("没有两边不一致的内容。", "No statements differ.")
_HOW = Text(
    "用一方的：mulin conflicts settle {id} --take 乡镇 --reason 理由\n"
    "另填一个：mulin conflicts settle {id} --value 内容 --reason 理由\n"
    "都保留：  mulin conflicts settle {id} --keep-both --reason 说明",
    "Take one:      mulin conflicts settle {id} --take TOWNSHIP --reason REASON\n"
    "A third value: mulin conflicts settle {id} --value VALUE --reason REASON\n"
    "Keep both:     mulin conflicts settle {id} --keep-both --reason REASON",
)


_HOW_DECIDED = Text(
    "公布的结果不变；要变，由轮值乡镇重新表决：mulin {kind} move {id} {state} --reason 理由",
    "The result stands; to change it the chair has it decided again: mulin {kind} move {id} {state} "
    "--reason REASON",
)
_HOW_VOID = Text(
    "由登记乡镇核对。\n仍作废：mulin conflicts settle {about} --value {void} --reason 理由\n"
    "不作废：mulin conflicts settle {about} --value {alive} --reason 理由",
    "For the township that entered it:\n"
    "It is void: mulin conflicts settle {about} --value {void} --reason REASON\n"
    "It is not:  mulin conflicts settle {about} --value {alive} --reason REASON",
)


@command(
    "list",
    Text(
        "两边不一致、等人核对的内容。\n有待核对时退出码为 4。",
        "Statements that differ and wait for people.\nExit code 4 while some wait.",
    ),
    Option(
        "--severity",
        Text("只列这一等级", "only of this severity"),
        name="severity",
        type=click.Choice(_SEVERITIES),
    ),
    example="mulin conflicts list",
)
def list_(face: Face, severity: str | None) -> int:
    ledger = face.ledger
    found = [c for c in face.reading.conflicts(ledger) if severity in (None, c["severity"])]
    sealed.in_passing(face, ledger, ((c["record"], c["kind"]) for c in found))
    face.answer(found, lambda: _print_list(face, ledger, found))
    return Exit.CONFLICTS if found else Exit.DONE


def _print_list(face: Face, ledger: Ledger, found: list[dict[str, Any]]) -> None:
    from node.cli.tables import Column, print_table

    if not found:
        face.say(_NONE)
        return
    columns = (
        Column(language.ID, fixed=True),
        Column(Text("记录", "record")),
        Column(Text("项目", "field"), fold=True),
        Column(Text("等级", "severity"), fixed=True),
        Column(Text("说法", "statements"), fold=True),
    )
    rows = [
        (
            c["id"][:_SHORT],
            c["title"],
            about_key(face, ledger, c["kind"], c["field"]),
            severity_text(face, c["severity"]),
            "\n".join(
                dict.fromkeys(
                    f"{s['township']} {value_text(face, c['field'], s['shown'])}"
                    for s in c["candidates"]
                )
            ),
        )
        for c in found
    ]
    print_table(face.lang, columns, rows)
    face.say(
        Text(
            "共 {n} 处两边不一致，请核对：mulin conflicts settle --interactive",
            "{n} to settle: mulin conflicts settle --interactive",
        ),
        n=len(found),
    )


@command(
    "show",
    Text(
        "一处不一致：原来是什么，各方填了什么、何时、为何。",
        "One difference: what stood before, who says what, when and why.",
    ),
    Argument("conflict", language.ID),
    example="mulin conflicts show 9b1d04aa",
)
def show(face: Face, conflict: str) -> None:
    ledger = face.ledger
    shape = face.reading.conflict(ledger, face.service.find_conflict(ledger, conflict))
    sealed.in_passing(face, ledger, [(shape["record"], shape["kind"])])

    def people() -> None:
        print_question(face, ledger, shape)
        _say_how(face, shape)

    face.answer(shape, people)


def _say_how(face: Face, shape: dict[str, Any]) -> None:
    """The commands that settle it."""
    from node.deciding import again, void_and_alive

    about, kind = shape["id"][:_SHORT], shape["kind"]
    match shape["how"]:
        case "confirm":
            from node.cli.agreements import say_how

            say_how(face, shape)
        case "decide":
            face.wrapped(_HOW_DECIDED, kind=kind, id=shape["record"][:_SHORT], state=again(kind))
        case "void":
            void, alive = void_and_alive(kind)
            face.say(_HOW_VOID, about=about, void=void, alive=alive)
        case _:
            face.say(_HOW, id=about)


@command(
    "settle",
    Text(
        "核对一处不一致：用一方的、另填一个，或都保留；要写明理由。\n"
        "--interactive 一次一个问题，逐个询问。核对后还可以再改。",
        "Settle a difference: take one side's word, a third value, or keep both; with a reason.\n"
        "--interactive asks one question at a time. What was settled can be changed again.",
    ),
    Argument("conflict", language.ID, required=False),
    Option("--take", Text("用这个乡镇填的", "take this township's word"), language.TOWNSHIP),
    Option("--value", Text("另填一个内容", "a third value"), language.VALUE),
    Option("--keep-both", Text("都保留", "keep both"), NO_VALUE, is_flag=True),
    Option("--reason", Text("理由，必须写明", "why; it must be said"), language.REASON, default=""),
    NO_NAME,
    Option("--interactive", Text("逐个询问", "ask one by one"), NO_VALUE, is_flag=True),
    example=Text(
        "mulin conflicts settle 9b1d04aa --take 金子岩 --reason 电话核对",
        'mulin conflicts settle 9b1d04aa --take 金子岩 --reason "checked by phone"',
    ),
)
def settle(
    face: Face,
    conflict: str | None,
    take: str | None,
    value: str | None,
    keep_both: bool,
    reason: str,
    interactive: bool,
) -> int:
    ledger = face.ledger
    chosen = [take is not None, value is not None, keep_both]
    if interactive:
        from node.cli.interactive import walk

        if any(chosen):
            raise AnswerNeeded
        one = None if conflict is None else face.service.find_conflict(ledger, conflict)
        return walk(face, ledger, one)
    if conflict is None:
        raise ParameterMissing(what=language.ID, path="mulin conflicts settle")
    if sum(chosen) != 1:
        raise AnswerNeeded
    found = face.service.find_conflict(ledger, conflict)
    entry = _settle(face, ledger, found, take, value, reason)
    face.wrote()
    done = {"id": found.id.hex(), "record": found.record.hex(), "entry": entry.id.hex()}
    face.answer(done, lambda: tell_settled(face, ledger, found))
    return Exit.DONE


def _settle(
    face: Face, ledger: Ledger, found: Conflict, take: str | None, value: str | None, reason: str
) -> Entry:
    service = face.service
    service.check_settles(found)
    if take is not None:
        township = ledger.members.find(take)
        said = service.value_of_township(ledger, found, township)
        return service.settle(ledger, found, said, face.post, reason)
    if value is not None:
        typed = service.typed_value(ledger, found, value)
        if typed is None:
            from crdt.errors import WHY_EMPTY, BadValue

            raise BadValue(field=service.type_at(found.kind, found.key)[1], why=WHY_EMPTY)
        return service.settle(ledger, found, typed, face.post, reason)
    return service.keep_both(ledger, found, face.post, reason)


def tell_settled(face: Face, ledger: Ledger, found: Conflict) -> None:
    """What was done, who will hear of it, and how to change it again."""
    face.say(
        Text("已核对：{field}。会告诉：{who}。", "Settled: {field}. These will hear of it: {who}."),
        field=about_key(face, ledger, found.kind, found.key),
        who=others(face, ledger, found),
    )
    face.say(Text("想改：{how}", "To change it: {how}"), how=undo_words(face, found))


def others(face: Face, ledger: Ledger, found: Conflict | None = None) -> str:
    """The names of the other members; of those who may read it, where it is about a sealed record."""
    listed = set(ledger.members.cards)
    if found is not None and face.service.seals.is_sealed(ledger, found.record):
        listed &= face.service.seals.readers(ledger, found.record)
    names = [ledger.members.name_of(t) for t in ledger.members.cards if t in listed - {ledger.me}]
    return language.BETWEEN.say(face.lang).join(names)


def undo_words(face: Face, found: Conflict) -> str:
    """The command that states the fact anew."""
    from crdt.operations import REMOVED, split_key
    from node.finding import short_item

    name, member, part = split_key(found.key)
    value, reason = language.VALUE.say(face.lang), language.REASON.say(face.lang)
    record = face.short(found.record)
    if found.way == "void":
        return f"mulin {found.kind} move {record} {language.STATE.say(face.lang)} --reason {reason}"
    if part is not None and member is not None:
        value = language.YES.say(face.lang) if part == REMOVED else value
        return (
            f"mulin item edit {record} {name} {short_item(member)} {part}={value} --reason {reason}"
        )
    return f"mulin {found.kind} set {record} {name}={value} --reason {reason}"


conflicts = Group(
    "conflicts",
    Text("两边不一致的内容：查看、核对。", "Where two sides differ: see, settle."),
    (list_, show, settle),
    example="mulin conflicts settle --interactive",
    default="list",
)
