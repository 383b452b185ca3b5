"""`export`: contacts as address cards, days as a calendar, for phones and mail programs."""

from __future__ import annotations

import click

from keys.errors import Text
from node.cli import language
from node.cli.commands import Group, Option, command
from node.cli.face import Face
from node.cli.files import new_file, shown
from node.cli.sealed import FOR
from node.forms.vcard import VERSIONS

_OUT = Option(
    "-o", Text("写入新文件", "write a new file"), language.FILE, name="output", required=True
)
_WRITTEN = Text("已写入 {file}：{n} 条。", "Written to {file}: {n}.")


@command(
    "vcard",
    Text(
        "联络人写成名片文件，手机和邮箱都能导入；已离任的不写。",
        "Contacts as address cards for phones and mail; without those no longer in post.",
    ),
    _OUT,
    Option(
        "--version",
        Text("名片格式；旧手机用 3.0", "format of the cards; 3.0 for old phones"),
        type=click.Choice(VERSIONS),
        default=VERSIONS[0],
        show_default=True,
    ),
    example="mulin export vcard -o 通讯录.vcf",
)
def vcard(face: Face, output: str, version: str) -> None:
    from node.forms.contactcards import cards
    from node.forms.desk import Asked, Desk
    from node.forms.vcard import vcards

    desk = Desk(face.service, face.ledger, Asked("", face.post, "export"))
    with new_file(output, 0o600) as file:
        found, over = cards(desk, face.lang)
        file.write(vcards(found, version))
    face.answer(
        {"file": output, "cards": len(found), "no_longer_in_post": over, "version": version},
        lambda: face.say(_WRITTEN, file=shown(output), n=len(found)),
    )


@command(
    "calendar",
    Text(
        "期限和日程写成日历文件；标题不含当事人。\n"
        "写明用途时，本乡镇能看的密封事项的期限也写入，并记入查阅登记。",
        "What is due and what takes place as a calendar file; no title names a party.\n"
        "With a purpose also what is due in sealed records that this township may read, listed as a look.",
    ),
    _OUT,
    FOR,
    example="mulin export calendar -o 期限.ics",
)
def calendar(face: Face, output: str, purpose: str | None) -> None:
    from node.forms import calendar as writing
    from node.forms.dates import dates
    from node.forms.desk import Asked, Desk

    ledger = face.ledger
    desk = Desk(face.service, ledger, Asked(purpose or "", face.post, "export"))
    with new_file(output, 0o600) as file:
        found = dates(desk, face.lang, face.deadlines, sealed=purpose is not None)
        file.write(writing.calendar(ledger.name, found))
    face.answer(
        {"file": output, "events": len(found), "sealed": purpose is not None},
        lambda: face.say(_WRITTEN, file=shown(output), n=len(found)),
    )
    if purpose is None:
        face.note(
            Text(
                "密封材料的期限没有写入；要写入请加 --purpose",
                "Sealed records are left out; --purpose takes them in",
            )
        )


export = Group(
    "export",
    Text("带走：通讯录、日历。", "Take along: address cards, calendar."),
    (vcard, calendar),
    example="mulin export vcard -o 通讯录.vcf",
)
