"""`init`, `card`, `config`: make a node, show who it is, change what it may change."""

from __future__ import annotations

import os
import sys

from keys.card import Card, check_address, clean_code, clean_name
from keys.errors import BadCard, PassphraseNeeded, Text
from keys.identity import did_key, fingerprint
from keys.text import nfc
from node.cli import language
from node.cli.commands import NO_VALUE, Argument, Option, command
from node.cli.face import Face
from node.cli.files import new_file
from node.cli.mistakes import ChoosePassphrase, NoSuchSetting, PassphrasesDiffer
from node.errors import BadAddress, HomeTaken

_LISTEN = "127.0.0.1:7711"
_NEW_PASSPHRASE = Text(
    "给密钥文件设口令（以后每次都要用）：", "A passphrase for the key file (needed every time): "
)
_AGAIN = Text("再输入一次：", "Once more: ")
_FINGERPRINT = Text("指纹：{digits}", "Fingerprint: {digits}")
_SETTINGS = {"post": "post", "listen": "address"}
_SETTING_LABELS = {
    "name": Text("名称", "name"),
    "code": Text("代码", "code"),
    "listen": Text("监听地址", "listens at"),
    "post": Text("缺省职务", "default post"),
}


@command(
    "init",
    Text(
        "建立本乡镇的节点：生成密钥和空的数据文件。\n名称和代码会写进名片；密钥文件丢失就不能再以本乡镇的名义填写，请另存一份。",
        "Make this township's node: keys and an empty store.\nName and code stand on its card. Without its key "
        "file a township can write no more: keep a copy.",
    ),
    Option(
        "--name",
        Text("乡镇名称", "the township's name"),
        Text("名称", "NAME"),
        required=True,
    ),
    Option(
        "--code",
        Text("行政区划代码，9 位或 12 位", "its place code, 9 or 12 digits"),
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
        Text("密钥文件不设口令，只靠文件权限保护", "no passphrase; file mode alone protects the key file"),
        NO_VALUE,
        is_flag=True,
    ),
    example="mulin init --name 麻塘乡 --code 430527210 --listen 127.0.0.1:7711",
)
def init(face: Face, name: str, code: str, listen: str, no_passphrase: bool) -> None:
    clean_name(name), clean_code(code), good_address(listen)
    home = face.home
    if home.exists():
        raise HomeTaken
    home.create(name, code, listen, None if no_passphrase else _choose_passphrase(face))
    township = Card.from_text(_card(face, home_just_made=no_passphrase).text())
    found = {
        "township_id": did_key(township.township),
        "name": township.name,
        "code": township.code,
        "fingerprint": fingerprint(township.township),
        "home": str(home.folder),
    }

    def people() -> None:
        face.say(
            Text("已建立节点：{name}（{code}）", "The node is made: {name} ({code})"),
            name=township.name,
            code=township.code,
        )
        face.say(_FINGERPRINT, digits=found["fingerprint"])
        face.say(Text("下一步：mulin card -o {name}.card", "Next: mulin card -o {name}.card"), name=township.name)

    face.answer(found, people)
