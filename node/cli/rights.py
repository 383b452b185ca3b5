"""`rights`: requests about personal data and when they are due, a copy for whom it is about, erasure."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from crdt.grounds import ON_REQUEST
from keys.errors import Text
from node.cli import language
from node.cli.commands import NO_NAME, Argument, Group, Option, command
from node.cli.face import Face
from node.cli.files import new_file, shown

if TYPE_CHECKING:
    from crdt.entry import RecordId
    from node.ledgers import Ledger

_SHORT = 8
_FORMATS = ("html", "json")
_PURPOSE = Option(
    "--purpose",
    Text("用途，例如：调解；当天同一案件只问一次", "what for, such as: mediation; once a day and case"),
    Text("用途", "PURPOSE"),
    default="",
)  # fmt: skip
_LATE = Text("逾期", "overdue")


@command(
    "list",
    Text(
        "个人信息请求和答复期限，逾期的在前。",
        "Requests about personal data and when they are due, overdue ones first.",
    ),
    _PURPOSE,
    example="mulin rights list --purpose 便民与经济",
)
def list_(face: Face, purpose: str) -> None:
    from node.rights import Rights

    ledger = face.ledger
    found = Rights(face.service, ledger).requests()
    if found:
        _looked(face, ledger, [None], "search", _purpose(face, ledger, None, purpose))

    def people() -> None:
        if found:
            _print(face, found)
        else:
            face.say(Text("没有请求。", "There are no requests."))

    face.answer(found, people)


def _print(face: Face, found: list[dict[str, Any]]) -> None:
    from crdt.kinds.rights_request import KIND
    from node.cli.tables import Column, print_table

    names = ("alias", "kind_of", "state", "due_on")
    of = [KIND.by_name[name] for name in names]
    columns = (
        Column(language.ID, fixed=True),
        *(Column(f.label, fold=True) for f in of),
        Column(Text("", "")),
        Column(Text("案件", "case"), fixed=True),
    )
    rows = [
        (
            one["id"][:_SHORT],
            *(f.type.show(one[f.name], face.lang) for f in of),
            face.text(_LATE) if one["overdue"] else "",
            (one["case"] or "-")[:_SHORT],
        )
        for one in found
    ]
    print_table(face.lang, columns, rows)


@command(
    "copy",
    Text(
        "把本机可看的、关于一个当事人的全部信息写成一份副本，交给本人。\n"
        "其他当事人的姓名改为代称。记入查阅登记。",
        "Write all that may be read here about one party into a copy for that person.\n"
        "Names of others are replaced. It is listed as an export.",
    ),
    Argument("case", language.ID),
    Argument("alias", Text("代称", "ALIAS")),
    Option("-o", Text("写入新文件", "write a new file"), language.FILE, name="output", required=True),
    Option(
        "--format",
        Text("格式", "format"),
        name="form",
        type=click.Choice(_FORMATS),
        default="html",
        show_default=True,
    ),
    _PURPOSE,
    example="mulin rights copy 3f2a9c1e 甲方1 -o 甲方1.html --purpose 便民与经济",
)  # fmt: skip
def copy(face: Face, case: str, alias: str, output: str, form: str, purpose: str) -> None:
    from node.rights import Rights, records_of
    from node.rights_page import page

    ledger = face.ledger
    found = face.service.find_record(ledger, case)
    with new_file(output, 0o600) as file:
        whole = Rights(face.service, ledger).copy(found, alias)
        _looked(face, ledger, records_of(whole), "export", _purpose(face, ledger, found, purpose))
        text = json.dumps(whole, ensure_ascii=False, indent=2) + "\n"
        file.write((text if form == "json" else page(whole, face.lang)).encode())
    rest = whole["not_readable_here"]
    done = {"file": output, "records": len(records_of(whole)), "not_readable_here": rest}
    face.answer(
        done,
        lambda: face.say(
            Text(
                "已写入 {file}，含 {n} 份材料。文件没有加密，交给本人后请删除。",
                "Written to {file}: {n} records. It is not encrypted: delete it once it was handed over.",
            ),
            file=shown(output),
            n=done["records"],
        ),
    )


@command(
    "erase",
    Text(
        "应本人请求删除：对一个当事人，或一份请求所说的当事人，下删除令；要写理由。\n"
        "够数的乡镇同意以后，各处都删除。",
        "Erase on request: order it for a party, or for whom a request is about; with a reason.\n"
        "It is gone everywhere once enough townships agree.",
    ),
    Argument("target", language.ID),
    Option("--reason", Text("理由，必须写明", "why; it must be said"), language.REASON, default=""),
    NO_NAME,
    example="mulin rights erase 3f2a9c1e --reason 本人申请",
)
def erase(face: Face, target: str, reason: str) -> None:
    from node.cli.erase import give
    from node.errors import ReasonNeeded
    from node.rights import Rights

    if not reason.strip():
        raise ReasonNeeded
    ledger = face.ledger
    records = Rights(face.service, ledger).parties(face.service.find_record(ledger, target))
    give(face, ledger, records, ON_REQUEST, reason)


def _purpose(face: Face, ledger: Ledger, record: RecordId | None, typed: str) -> str:
    """As typed, or as it was said today."""
    return typed or face.service.looks.purpose_today(ledger, record) or ""


def _looked(
    face: Face, ledger: Ledger, records: list[RecordId] | list[None], action: str, purpose: str
) -> None:
    for record in records:
        face.service.looks.add(ledger, record, action, purpose, face.post)


rights = Group(
    "rights",
    Text("个人信息请求：期限、副本、删除。", "Requests about personal data: due, copy, erase."),
    (list_, copy, erase),
    example="mulin rights list",
    default="list",
)
