"""`compat`: up to which version of the rules each township's program knows, and whose is behind."""

from __future__ import annotations

from keys.errors import Text
from node.cli import language
from node.cli.commands import command
from node.cli.face import Face


@command(
    "compat",
    Text(
        "各乡镇的程序认识到第几版，谁还没有升级。\n"
        "新种类、新项目马上就能用：没有升级的乡镇先原样存着、转着，升级以后就看得到。\n"
        "都升级了可以表决写明：mulin members propose rules --schema 版本",
        "Up to which version each township's program knows, and who is behind.\n"
        "What is new may be used at once: who is behind keeps it, passes it on and sees it once upgraded.\n"
        "When all have upgraded, say so by a vote: mulin members propose rules --schema N",
    ),
    example="mulin compat",
)
def compat(face: Face) -> None:
    ledger, service = face.ledger, face.service
    known = service.epochs.understood(ledger) | {service.device: service.ground.schema}
    newest = max(known.values())
    devices = [
        {
            "township": ledger.members.name_of(ledger.members.township_of(device)),
            "device": device.hex(),
            "schema": schema,
            "behind": schema < newest,
        }
        for device, schema in known.items()
    ]
    found = {
        "agreed": ledger.chain.epoch.rules.schema,
        "knows": service.ground.schema,
        "devices": devices,
    }

    def people() -> None:
        from node.cli.tables import Column, print_table

        face.say(
            Text(
                "成员商定人人认识第 {agreed} 版，本程序认识到第 {knows} 版。",
                "Members agreed that all know version {agreed}; this program knows {knows}.",
            ),
            **found,
        )
        columns = (
            Column(language.TOWNSHIP),
            Column(Text("设备", "device"), fixed=True),
            Column(Text("认识到", "knows"), fixed=True),
            Column(Text("", ""), fixed=True),
        )
        late = Text("还没有升级", "behind").say(face.lang)
        rows = [
            (
                str(d["township"]),
                str(d["device"])[:8],
                str(d["schema"]),
                late if d["behind"] else "",
            )
            for d in devices
        ]
        print_table(face.lang, columns, rows)

    face.answer(found, people)
