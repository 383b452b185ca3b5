"""`init`, `card`, `config`: make a node, show who it is, change what may be changed of it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from keys.errors import BadCard, Text
from keys.limits import POST_CODE_POINTS
from node.cli.commands import NO_VALUE, Argument, Option, command
from node.cli.face import Face
from node.cli.files import new_file, shown
from node.cli.language import ASSIGNMENT, FILE, NOT_STATED, POST
from node.cli.layout import terminal_width
from node.cli.mistakes import ChoosePassphrase, NoSuchSetting, PassphrasesDiffer
from node.errors import BadAddress, HomeTaken

if TYPE_CHECKING:
    from keys.card import Card

_LISTEN = "127.0.0.1:7711"
_NEW_PASSPHRASE = Text(
    "给密钥文件设一个口令（以后每次都要用）：",
    "A passphrase for the key file (needed every time): ",
)
_AGAIN = Text("再输入一次：", "Once more: ")
# What a person calls a setting → its key in the store; the first two are fixed when the node is made.
_SETTINGS = {
    "name": "name",
    "code": "code",
    "listen": "address",
    "post": "post",
    "visit": "visit_s",
}
_FIXED = ("name", "code")
_VISIT_S = (5, 86_400)
_LABELS = {
    "name": Text("名称", "name"),
    "code": Text("代码", "code"),
    "listen": Text("监听地址", "listens at"),
    "post": Text("缺省职务", "default post"),
    "visit": Text("几秒查看一次交换文件夹", "drop folders visited every … seconds"),
}


@command(
    "init",
    Text(
        "建立本乡镇的节点：生成密钥和空的数据文件。\n"
        "密钥文件请另存一份：丢了要用恢复密钥（mulin recovery），或由其他成员表决，才能再填写。",
        "Make this township's node: its keys and an empty store.\n"
        "Keep a copy of the key file: without it only the recovery key (mulin recovery), or the others' "
        "vote, lets the township write again.",
    ),
    Option("--name", Text("乡镇名称", "the township's name"), Text("名称", "NAME"), required=True),
    Option(
        "--code",
        Text("行政区划代码，9 位或 12 位数字", "its place code, 9 or 12 digits"),
        Text("代码", "CODE"),
        required=True,
    ),
    Option(
        "--listen",
        Text("邻居从哪个地址连进来", "where neighbours connect"),
        Text("主机:端口", "HOST:PORT"),
        default=_LISTEN,
        show_default=True,
    ),
    Option(
        "--no-passphrase",
        Text(
            "密钥文件不设口令，只靠文件权限", "no passphrase; only its mode protects the key file"
        ),
        NO_VALUE,
        is_flag=True,
    ),
    example="mulin init --name 麻塘乡 --code 430527210 --listen 127.0.0.1:7711",
)
def init(face: Face, name: str, code: str, listen: str, no_passphrase: bool) -> None:
    from keys.card import clean_code, clean_name
    from keys.identity import did_key, fingerprint

    name, code, listen = clean_name(name), clean_code(code), good_address(listen)
    home = face.home
    if home.exists():
        raise HomeTaken
    passphrase = None if no_passphrase else _choose_passphrase(face)
    home.create(name, code, listen, passphrase)
    face.adopt(home.open(passphrase))
    township = face.service.township
    digits = fingerprint(township)
    found = {
        "township_id": did_key(township),
        "device": did_key(face.service.device),
        "name": name,
        "code": code,
        "fingerprint": digits,
        "home": str(home.folder),
    }

    def people() -> None:
        face.say(
            Text("已建立节点：{name}（{code}）", "The node is made: {name} ({code})"),
            name=name,
            code=code,
        )
        face.say(Text("指纹：{digits}", "Fingerprint: {digits}"), digits=digits)
        face.say(Text("下一步：mulin card -o 名片.card", "Next: mulin card -o our.card"))

    face.answer(found, people)


def _choose_passphrase(face: Face) -> str:
    given = face.environ.get("MULIN_PASSPHRASE")
    if given:
        return given
    typed = face.ask_secret(_NEW_PASSPHRASE) if sys.stdin.isatty() else None
    if not typed:
        raise ChoosePassphrase
    if face.ask_secret(_AGAIN) != typed:
        raise PassphrasesDiffer
    return typed


def good_address(text: str) -> str:
    """ "host:port" as it stands. Raises BadAddress."""
    from keys.card import check_address

    try:
        return check_address(text)
    except BadCard as fault:
        raise BadAddress from fault


@command(
    "card",
    Text(
        "本节点的名片：名称、代码、密钥、地址。\n把它交给邻乡；对方凭它邀请你加入账本。请在电话里核对指纹。",
        "This node's card: name, code, keys, addresses.\n"
        "Give it to a neighbour, who invites you with it. Compare the fingerprint by phone.",
    ),
    Option("--qr", Text("显示二维码", "show a QR code"), NO_VALUE, is_flag=True),
    Option("-o", Text("写入新文件", "write a new file"), FILE, name="output"),
    example="mulin card -o 麻塘乡.card",
)
def card(face: Face, qr: bool, output: str | None) -> None:
    from node.exchange import card_file

    mine = face.service.card()
    if output is not None:
        with new_file(output) as file:
            file.write(card_file(mine).encode())
    face.answer(_of_card(mine, output), lambda: _show_card(face, mine, output, qr))


def _of_card(mine: Card, output: str | None) -> dict[str, Any]:
    from keys.identity import did_key, fingerprint

    return {
        "township_id": did_key(mine.township),
        "devices": [did_key(d.device) for d in mine.delegations],
        "name": mine.name,
        "code": mine.code,
        "fingerprint": fingerprint(mine.township),
        "addresses": list(mine.addresses),
        "card": mine.text(),
        "file": output,
    }


def _show_card(face: Face, mine: Card, output: str | None, qr: bool) -> None:
    from keys.identity import fingerprint
    from node.exchange import card_file

    if output is None:
        face.line(card_file(mine).rstrip())
    else:
        face.say(
            Text("名片已写入 {file}，指纹 {digits}", "The card is in {file}; fingerprint {digits}"),
            file=shown(output),
            digits=fingerprint(mine.township),
        )
    if qr:
        _print_qr(face, mine)


def _print_qr(face: Face, mine: Card) -> None:
    import segno

    code = segno.make(mine.text(), error="l", micro=False)
    code.terminal(out=sys.stdout, border=2, compact=True)
    cells = code.symbol_size(border=2)[0]
    if terminal_width() < cells:
        face.note(
            Text(
                "窗口不够宽，二维码显示不全；请把窗口放宽到 {n} 列。",
                "The window is too narrow for the QR code; it needs {n} columns.",
            ),
            n=cells,
        )


@command(
    "config",
    Text(
        "查看或修改设置：缺省职务、监听地址、几秒查看一次交换文件夹。\n改了监听地址，请重新启动节点，并把新名片交给邻乡。",
        "See or change settings: default post, address to listen at, how often to visit drop folders.\n"
        "After a new address restart the node and give neighbours the new card.",
    ),
    Argument("assignments", ASSIGNMENT, nargs=-1),
    example="mulin config post=司法所",
)
def config(face: Face, assignments: tuple[str, ...]) -> None:
    from node.assign import split_assignments
    from node.drops import VISIT_EVERY_S

    book = face.service.ground.book
    changes = {name: _checked(name, text) for name, text in split_assignments(assignments).items()}
    if changes:
        with face.service.ground.db.transaction():
            for name, text in changes.items():
                book.set_setting(_SETTINGS[name], text)
    found = {name: book.setting(key) or "" for name, key in _SETTINGS.items()}
    found["visit"] = found["visit"] or str(VISIT_EVERY_S)

    def people() -> None:
        from node.cli.tables import print_pairs

        nothing = NOT_STATED.say(face.lang)
        print_pairs(
            [(_LABELS[n].say(face.lang) + f" {n}", text or nothing) for n, text in found.items()]
        )

    face.answer(found, people)


def _checked(name: str, text: str) -> str:
    """Raises NoSuchSetting, BadAddress, BadValue."""
    if name not in _SETTINGS or name in _FIXED:
        raise NoSuchSetting(
            what=name[:40], known=", ".join(s for s in _SETTINGS if s not in _FIXED)
        )
    if name == "listen":
        return good_address(text)
    if name == "visit":
        return _seconds(text)
    from crdt.errors import BadValue
    from crdt.kinds.types import Line, Unfit

    try:
        return str(Line(POST_CODE_POINTS).parse(text) or "")
    except Unfit as fault:
        raise BadValue(field=POST, why=fault.why) from fault


def _seconds(text: str) -> str:
    """How often to visit drop folders. Raises BadValue."""
    from crdt.errors import BadValue

    if not (text.isascii() and text.isdigit() and _VISIT_S[0] <= int(text[:9]) <= _VISIT_S[1]):
        why = Text("应为 {} 到 {} 的整数", "a whole number from {} to {}")
        raise BadValue(field=_LABELS["visit"], why=Text(*(w.format(*_VISIT_S) for w in why)))
    return str(int(text))


def address_of(face: Face) -> str:
    """Where this node listens."""
    return face.service.ground.book.setting(_SETTINGS["listen"]) or _LISTEN
