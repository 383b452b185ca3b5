"""`recovery`: the key on paper that replaces a lost laptop: make it, split it, put it together, use it.

The key is shown to whoever runs the command and goes into the file that they name, nowhere else.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click

from keys.errors import Text
from node.cli import language
from node.cli.commands import Argument, Group, Option, command
from node.cli.face import Face
from node.cli.files import fit_for_a_name, new_file, read_file, shown
from node.cli.ledgers import write_papers

if TYPE_CHECKING:
    from node.sheet import Sheet

_SHEET_BYTES = 1024 * 1024
_PRIVATE = 0o600
_SHARES_MAX = 16
_SHEET = Text("恢复密钥文件", "SHEET")
_TYPE_IT = Text("恢复密钥（二十组数字）：", "Recovery key (twenty groups): ")
_OUTPUT = Option(
    "-o",
    Text("写成可以打印的网页，不在屏幕上显示", "write a page to print instead of showing it here"),
    language.FILE,
    name="output",
)


class _Paper:
    """Where a new key goes: a file, the screen, or the JSON of the answer."""

    def __init__(self, face: Face, name: str, output: str | None) -> None:
        self._face, self._name, self._output = face, name, output
        self.key: str | None = None

    def __call__(self, seed: bytes, ledgers: Sequence[str]) -> None:
        from node.recovering import sheet

        made = sheet(self._name, seed, ledgers)
        if self._output is not None:
            _write(made, self._output)
        elif self._face.json:
            self.key = made.secret
        else:
            _show(self._face, made)


def _write(made: Sheet, name: str) -> None:
    with new_file(name, _PRIVATE) as file:
        file.write(made.page().encode())


def _show(face: Face, made: Sheet) -> None:
    face.line(made.secret)
    face.line(made.terminal())
    for line in made.advice:
        face.say(line)
    face.flush()


def _name(face: Face) -> str:
    return face.service.ground.book.setting("name") or ""


def _told(paper: _Paper, output: str | None, found: dict[str, Any]) -> dict[str, Any]:
    """The answer's JSON: the key itself only where it went nowhere else."""
    return {**found, "file": output, "key": paper.key}


@command(
    "create",
    Text(
        "做一把离线的恢复密钥：打印收好。电脑丢失或损坏时，凭它换上新的，不用别人同意。",
        "Make an offline recovery key, to print and lock away. It replaces a lost laptop without a vote.",
    ),
    _OUTPUT,
    example="mulin recovery create -o 恢复密钥.html",
)
def create(face: Face, output: str | None) -> None:
    from node import recovering

    paper = _Paper(face, _name(face), output)
    ledgers = recovering.create(face.service, paper)
    face.wrote()
    found = _told(paper, output, {"ledgers": [k.hex for k in ledgers]})

    def people() -> None:
        face.say(
            Text("恢复密钥已生效，账本：{names}。", "The recovery key is in force in: {names}."),
            names=language.BETWEEN.say(face.lang).join(k.name for k in ledgers),
        )
        if output is not None:
            face.say(_PRINT, file=shown(output))

    face.answer(found, people)


_PRINT = Text("请打印 {file}，然后删除这个文件。", "Print {file}, then delete the file.")


@command(
    "use",
    Text(
        "在新电脑上使用恢复密钥：本乡镇从此由这台电脑书写，旧的作废。\n"
        "新电脑先运行 mulin init，并用 --with 给出任一成员写的成员材料（mulin ledger pass）。\n"
        "也可以在恢复的备份上使用：旧的密钥文件换成新的，留在一旁。不写文件名时逐组输入。",
        "Use the recovery key on a new laptop: from then on it writes for the township, not the old one.\n"
        "Run `mulin init` first, and give with --with what any member wrote with `mulin ledger pass`.\n"
        "Or use it on a restored backup, whose key file is replaced and kept aside. Without a file: type it.",
    ),
    Argument("file", _SHEET, required=False),
    Option(
        "--with",
        Text("成员材料，可以写多次", "what a member passed on; may be given several times"),
        language.FILE,
        name="passed",
        multiple=True,
    ),
    Option(
        "--give",
        Text(
            "给成员的文件（缺省 恢复-账本.mulin）", "file for a member (else named for the ledger)"
        ),
        language.FILE,
        name="give",
    ),
    _OUTPUT,
    example="mulin recovery use 恢复密钥.html --with 成员.mulin -o 新恢复密钥.html",
)
def use(
    face: Face, file: str | None, passed: tuple[str, ...], give: str | None, output: str | None
) -> None:
    from node import recovering
    from node.exchange import INVITATION_FILE_BYTES, read_joining

    seed = _seed(face, file)
    given = [read_joining(read_file(name, INVITATION_FILE_BYTES)) for name in passed]
    paper = _Paper(face, _name(face), output)
    passphrase = face.passphrase()
    done = recovering.use(face.home, face.service, passphrase, seed, given, paper)
    face.adopt(done.service)
    files = []
    for ledger in done.ledgers:
        name = give or f"恢复-{fit_for_a_name(ledger.name)}.mulin"
        name = name if len(done.ledgers) == 1 else f"{ledger.hex[:8]}-{name}"
        write_papers(face, ledger, name)
        files.append(name)
    face.wrote()
    found = _told(
        paper,
        output,
        {"ledgers": [k.hex for k in done.ledgers], "aside": done.aside, "give": files},
    )

    def people() -> None:
        face.say(
            Text(
                "本乡镇的密钥已更换。把 {files} 交给任一成员：\n"
                "mulin ledger accept 文件，它就会认识这台电脑。",
                "The township's keys are replaced. Give {files} to any member:\n"
                "mulin ledger accept FILE lets it know this laptop.",
            ),
            files=language.BETWEEN.say(face.lang).join(map(shown, files)),
        )
        face.say(_USED)
        if output is not None:
            face.say(_PRINT, file=shown(output))

    face.answer(found, people)


_USED = Text(
    "用过的恢复密钥已作废，请收好新的。",
    "The recovery key that was used is void; keep the new one.",
)


def _seed(face: Face, file: str | None) -> bytes:
    """The key from a file, or as somebody types it. Raises BadRecoveryKey, FileTrouble."""
    from keys.recovery import from_text

    if file is None:
        return from_text(face.ask_secret(_TYPE_IT) or "")
    return from_text(read_file(file, _SHEET_BYTES).decode(errors="replace"))


@command(
    "split",
    Text(
        "把恢复密钥分成几份，由几位同志各存一份；凑够份数才能还原。",
        "Split the recovery key into shares that officers keep one each; enough of them give it back.",
    ),
    Argument("file", _SHEET, required=False),
    Option(
        "--of",
        Text("分成几份", "how many shares"),
        Text("份数", "N"),
        name="of",
        type=click.IntRange(2, _SHARES_MAX),
        required=True,
    ),
    Option(
        "--need",
        Text("凑够几份可还原", "how many give it back"),
        Text("份数", "N"),
        name="need",
        type=click.IntRange(2, _SHARES_MAX),
        required=True,
    ),
    Option(
        "-o",
        Text("文件名称的开头（缺省 分存单）", "how the names of the files begin"),
        language.FILE,
        name="output",
        default="分存单",
    ),
    example="mulin recovery split 恢复密钥.html --of 3 --need 2",
)
def split(face: Face, file: str | None, of: int, need: int, output: str) -> None:
    from node.ownerrors import SheetsDoNotFit
    from node.recovering import share_sheet
    from node.shares import split

    if need > of:
        raise SheetsDoNotFit(why=Text("需要的份数比总份数多", "more are needed than there are"))
    seed = _seed(face, file)
    files = []
    for number, share in enumerate(split(seed, of, need), 1):
        name = f"{output}-{number}.html"
        _write(share_sheet(_name(face), share, number, of, need), name)
        files.append(name)
    face.answer(
        {"files": files, "of": of, "need": need},
        lambda: face.say(
            Text(
                "已写出：{files}。各打印一份，然后删除。",
                "Written: {files}. Print each, then delete them.",
            ),
            files=language.BETWEEN.say(face.lang).join(map(shown, files)),
        ),
    )


@command(
    "join",
    Text("用几份分存单还原恢复密钥。", "Put the recovery key together from shares."),
    Argument("files", Text("分存单", "SHARE"), nargs=-1, required=True),
    _OUTPUT,
    example="mulin recovery join 分存单-1.html 分存单-3.html -o 恢复密钥.html",
)
def join(face: Face, files: tuple[str, ...], output: str | None) -> None:
    from node.shares import join

    seed = join([read_file(name, _SHEET_BYTES).decode(errors="replace") for name in files])
    paper = _Paper(face, _name(face), output)
    paper(seed, ())

    def people() -> None:
        if output is not None:
            face.say(_PRINT, file=shown(output))

    face.answer(_told(paper, output, {}), people)


recovery = Group(
    "recovery",
    Text(
        "恢复密钥：电脑丢失、被盗、损坏时用。",
        "The recovery key: for a lost, stolen or broken laptop.",
    ),
    (create, use, split, join),
    example="mulin recovery create -o 恢复密钥.html",
)
