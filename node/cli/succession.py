"""`ledger succeed`: go on in a new ledger where members of the old one are gone for good."""

from __future__ import annotations

from keys.errors import Text
from node.cli import language
from node.cli.commands import Argument, Option, command
from node.cli.face import Face
from node.cli.files import fit_for_a_name, new_file, shown


@command(
    "succeed",
    Text(
        "账本的成员找不回来时，和其余乡镇另立继任账本。旧账本原样保留作为凭据，谁也不能接管。\n"
        "先用 --with 发起；各方签字成立后再运行一次，把记录转入，并写明来处。",
        "Where members are gone for good, go on in a successor ledger. The old one stays as evidence; nobody "
        "takes it over.\nPropose it with --with; once all have signed run it again: records come over "
        "and say where from.",
    ),
    Argument("name", language.LEDGER),
    Option(
        "--with",
        Text(
            "继续参加的乡镇的名片文件，可以写多次", "card of a township that goes on; several times"
        ),
        Text("名片文件", "CARD"),
        name="cards",
        multiple=True,
    ),
    Option(
        "-o",
        Text("邀请文件的名称", "name of the invitation"),
        language.FILE,
        name="output",
    ),
    example="mulin ledger succeed 金麻 --with 金子岩乡.card -o 邀请.mulin\nmulin ledger succeed 金麻",
)
def succeed(face: Face, name: str, cards: tuple[str, ...], output: str | None) -> None:
    from node.cli.ledgers import of_ledger, read_cards
    from node.exchange import invitation_file
    from node.succession import Succession

    old, succession = face.service.ledgers.choose(name), Succession(face.service)
    if cards:
        others, title = read_cards(cards), f"{old.name}（续）"
        file_name = output or f"邀请-{fit_for_a_name(title)}.mulin"
        with new_file(file_name) as file:
            heir = succession.propose(old, title, others)
            file.write(invitation_file(heir.invitation).encode())
        face.wrote()
        words = Text(
            "邀请已写入 {file}。各方签字后再运行一次本命令。",
            "The invitation is in {file}. Run this again once all have signed.",
        )
        face.answer(
            {**of_ledger(face, heir), "file": file_name},
            lambda: face.say(words, file=shown(file_name)),
        )
        return
    done = succession.carry_over(old, face.post)
    face.wrote()
    words = Text(
        "转入 {records} 条记录，其中 {bare} 条只能转入一部分（见旧账本）。",
        "{records} records came over; of {bare} only a part could be said anew (see the old ledger).",
    )
    face.answer(
        {"records": done.records, "bare": done.bare},
        lambda: face.say(words, records=done.records, bare=done.bare),
    )
