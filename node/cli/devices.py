"""`device`: which devices write for this township in the ledger; one more, one fewer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keys.errors import Text
from node.cli import language
from node.cli.commands import NO_NAME, Argument, Group, Option, command
from node.cli.face import Face
from node.cli.files import fit_for_a_name, new_file, read_file, shown

if TYPE_CHECKING:
    from node.ledgers import Ledger

_SHORT = 12
_HERE = Text("本机", "this one")


@command(
    "list",
    Text("替本乡镇书写的设备。", "The devices that write for this township."),
    example="mulin device list",
)
def list_(face: Face) -> None:
    found = _devices(face, face.ledger)

    def people() -> None:
        from node.cli.tables import Column, print_table

        columns = (
            Column(language.ID, fixed=True),
            Column(language.STATE, fixed=True),
            Column(Text("", ""), fixed=True),
        )
        rows = [
            (
                d["device"][:_SHORT],
                face.text(_IN_USE if d["in_use"] else _REVOKED),
                face.text(_HERE) if d["here"] else "",
            )
            for d in found["devices"]
        ]
        print_table(face.lang, columns, rows)
        if not found["holds_township_key"]:
            face.say(
                Text(
                    "乡镇的密钥不在本机，增减设备请到持有它的那台。",
                    "The township's key is not here; devices are added and revoked where it is.",
                )
            )

    face.answer(found, people)


_IN_USE = Text("在用", "in use")
_REVOKED = Text("已停用", "revoked")


def _devices(face: Face, ledger: Ledger) -> dict[str, Any]:
    keys = face.service.own_keys
    member = keys.member(ledger)
    return {
        "ledger": ledger.hex,
        "township": ledger.members.name_of(member.township),
        "township_id": member.township.hex(),
        "holds_township_key": keys.holds_key(ledger),
        "devices": [
            {"device": device.hex(), "in_use": not s.gone, "here": device == ledger.device}
            for device, s in sorted(ledger.chain.devices.items())
            if s.township == member.township
        ],
    }


@command(
    "add",
    Text(
        "增加一台设备：它先运行 mulin init，导出名片；这里写出给它的加入文件。",
        "One more device: it ran `mulin init` and exported its card; writes the file with which it joins.",
    ),
    Argument("card", Text("名片文件", "CARD")),
    Option(
        "-o",
        Text(
            "加入文件的名称（缺省 加入-账本.mulin）", "name of the file (else named for the ledger)"
        ),
        language.FILE,
        name="output",
    ),
    example="mulin device add 二号机.card -o 加入.mulin",
)
def add(face: Face, card: str, output: str | None) -> None:
    from node.exchange import CARD_FILE_BYTES, joining_file, read_card

    asked = read_card(read_file(card, CARD_FILE_BYTES))
    ledger = face.ledger
    name = output or f"加入-{fit_for_a_name(ledger.name)}.mulin"
    with new_file(name) as file:
        word = face.service.own_keys.add(ledger, asked)
        joining = face.service.own_keys.passed(ledger, word)
        file.write(joining_file(joining, ledger.members.cards.values()).encode())
    face.wrote()
    face.answer(
        {**_devices(face, ledger), "file": name},
        lambda: face.say(
            Text(
                "已增加。加入文件已写入 {file}，在新设备上：mulin ledger accept {file}",
                "Added. The file is {file}; on the new device: mulin ledger accept {file}",
            ),
            file=shown(name),
        ),
    )


@command(
    "revoke",
    Text(
        "停用一台设备（丢失、被盗、换下）。它此前写的保留；以后写的被隔离。\n"
        "同时提议更换账本密钥，其他成员也要赞成。",
        "Revoke a device (lost, stolen, replaced). What it wrote stays; later entries do not count.\n"
        "A new ledger key is proposed too, to which the other members have to agree.",
    ),
    Argument("device", language.ID),
    Option("--reason", Text("理由", "why"), language.REASON, name="reason", default=""),
    NO_NAME,
    example="mulin device revoke 5d0c11f2 --reason 电脑被盗",
)
def revoke(face: Face, device: str, reason: str) -> None:
    ledger, keys = face.ledger, face.service.own_keys
    keys.revoke(ledger, keys.device(ledger, device), reason)
    proposal = keys.renew(ledger, reason)
    face.wrote()
    found = {
        **_devices(face, ledger),
        "proposal": None if proposal is None else proposal.id.hex(),
    }

    def people() -> None:
        face.say(Text("已停用。", "Revoked."))
        if proposal is None:
            face.say(
                Text(
                    "本轮已表决过，账本密钥还没有换：这一轮结束后请运行 mulin members propose key",
                    "You have voted in this round, so the ledger key stands: after it, run "
                    "`mulin members propose key`.",
                )
            )

    face.answer(found, people)


device = Group(
    "device",
    Text("本乡镇的设备：查看、增加、停用。", "The devices of this township: see, add, revoke."),
    (list_, add, revoke),
    example="mulin device list",
    default="list",
)
