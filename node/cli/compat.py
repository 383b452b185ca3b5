"""`compat`: which version of the format the ledger is written in, and whose program is behind."""

from __future__ import annotations

from keys.errors import Text
from node.cli import language
from node.cli.commands import command
from node.cli.face import Face


@command(
    "compat",
    Text(
        "账本用第几版格式写，各乡镇的程序认识到第几版，谁还没有升级。\n"
        "新格式先大家升级，再表决启用：mulin members propose rules --schema 版本",
        "The version the ledger is written in, what each township's program knows, and who is behind.\n"
        "A newer one is used once all upgraded and voted: mulin members propose rules --schema N",
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
        "writes": ledger.chain.epoch.rules.schema,
        "knows": service.ground.schema,
        "devices": devices,
    }

    def people() -> None:
        from node.cli.tables import Column, print_table

        face.say(
            Text(
                "账本用第 {writes} 版格式写，本程序认识到第 {knows} 版。",
                "The ledger is written in version {writes}; this program knows {knows}.",
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
