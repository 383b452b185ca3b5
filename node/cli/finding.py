"""`find`: search all records, from one Chinese character up, or by initials in pinyin."""

from __future__ import annotations

from crdt.errors import WHY_EMPTY, BadValue
from crdt.kinds.types import Line, Unfit
from keys.errors import Text
from node.cli.commands import Argument, command
from node.cli.face import Face
from node.cli.listing import LIMIT, answer_lines

_WORDS = Text("查找内容", "TEXT")
_LIMIT = 200


@command(
    "find",
    Text(
        "查找记录，一个字也可以；也可以打拼音首字母，例如 sltd。\n繁体、全角、夹带的拼音都能对上。",
        "Search all records; one character is enough, or initials in pinyin (sltd).\n"
        "Traditional characters, full width and pinyin in brackets make no difference.",
    ),
    Argument("words", _WORDS, nargs=-1, required=True),
    LIMIT,
    example="mulin find 石桥",
)
def find(face: Face, words: tuple[str, ...], limit: int | None) -> None:
    try:
        text = str(Line().parse(" ".join(words)) or "")
    except Unfit as fault:
        raise BadValue(field=_WORDS, why=fault.why) from fault
    if not text:
        raise BadValue(field=_WORDS, why=WHY_EMPTY)
    most = limit or _LIMIT
    found = face.reading.find(face.ledger, text, most + 1)
    answer_lines(face, found[:most], None, limit, len(found), counted=len(found) <= most)
