"""Which columns a kind has in a sheet, what a cell shows, and what a typed cell amounts to. Pure.

`text_of` shows a stored value; `amount` reduces a text to what it says, so that a label, a code and a day in
another style count as equal where they say the same; two texts that say different things never do.
"""

from __future__ import annotations

import datetime
import decimal
import re
import string
from collections.abc import Mapping
from typing import Any, TypeAlias

from crdt.kinds import KINDS
from crdt.kinds.language import Field, Kind
from crdt.kinds.references import RecordRef, TownshipRef
from crdt.kinds.types import (
    Choice,
    Choices,
    Day,
    FieldType,
    Flag,
    Items,
    Money,
    Number,
    Prose,
    Slot,
    Townships,
    Unfit,
    split_members,
)
from keys.errors import Text
from keys.text import nfc
from node.cells import codes

Value: TypeAlias = (
    str | int | float | bool | datetime.date | datetime.datetime | datetime.time | None
)
"""What stands in a cell of a file."""
Row: TypeAlias = Mapping[str, Any]
"""A row of the read model: cells by column."""

CELL_UNITS = 32_000
"""UTF-16 units; office programs cut a longer cell short without a word."""
ELSEWHERE = Text("（表格里放不下，请用命令查看）", "(not for a sheet; see it by command)")
"""Stands for a text that office programs or the library would not give back as it is."""
HOME = Text("登记乡镇", "entered by")
ID = Text("编号", "ID")
_EPOCH = datetime.date(1899, 12, 30)
_FIRST_DAY = datetime.date(1900, 3, 1)
"""Before it the serials of office programs are not of one mind."""
_SERIALS = range(18_264, 91_313)
"""1950 to 2149: a bare number outside is not taken for a day."""
_TYPED_DAYS = range(1900_01_01, 2199_12_32)
_DIGITS_MAX = 15
"""What an office program keeps of a number."""


def columns_of(kind: Kind) -> list[Field]:
    """The fields that have one value or one set: in the order declared."""
    return [f for f in kind.fields if not isinstance(f.type, (Slot, Items))]


def open_kinds() -> list[Kind]:
    return [kind for kind in KINDS.values() if not kind.sealed]


def heading(kind: Kind, declared: Field, lang: str) -> str:
    """A label; with the field's name where two are called the same, and a star where it must be filled."""
    label = declared.label.say(lang)
    if sum(f.label.say(lang) == label for f in kind.fields) > 1:
        label = f"{label} [{declared.name}]"
    return label + " *" if declared.required else label


def field_of(kind: Kind, title: str) -> Field | None:
    """The field that a heading names in either language, by label or by name."""
    wanted = _bare(title)
    for declared in columns_of(kind) if wanted else ():
        zh, en = declared.label
        whole = {heading(kind, declared, lang) for lang in ("zh", "en")}
        names = {declared.name, zh, en, zh.partition("（")[0], en.partition(",")[0], *whole}
        if wanted in {_bare(name) for name in names}:
            return declared
    return None


def _bare(title: str) -> str:
    return "".join(nfc(title).casefold().split()).strip("*＊:：")


# --- out -------------------------------------------------------------------------------------


def text_of(of: FieldType, cell: Any, lang: str) -> str:
    """A cell of the read model as a sheet shows it; "" for what is not stated."""
    if cell is None or cell == "":
        return ""
    match of:
        case Choice():
            return _label(of, str(cell), lang)
        case Choices():
            return "、".join(_label(of.of, code, lang) for code in codes(cell))
        case Flag():
            return of.show(bool(cell), lang)
        case Money():
            yuan, fen = divmod(int(cell), 100)
            return f"{yuan}.{fen:02d}" if fen else str(yuan)
    text = str(cell)
    too_long = len(text.encode("utf-16-le")) // 2 > CELL_UNITS
    return ELSEWHERE.say(lang) if too_long or _UNKEPT.search(text) else text


def _label(of: Choice, code: str, lang: str) -> str:
    """The label, unless it would not be read back as this code."""
    label = of.show(code, lang)
    return label if split_members(label) == [label] and of.read(label) == code else code


def stored_cell(of: FieldType, text: str) -> Value:
    """What is put into a cell of a workbook: days and numbers as such where they come back unharmed."""
    if not text:
        return None
    if isinstance(of, Day):
        day = _day(text)
        return day if day is not None and day >= _FIRST_DAY else text
    if isinstance(of, Number) and sum(c.isdigit() for c in text) <= _DIGITS_MAX:
        return float(text) if "." in text else int(text)
    return text


def _day(text: str) -> datetime.date | None:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        return None


# --- in --------------------------------------------------------------------------------------


def typed_of(of: FieldType, value: Value) -> str:
    """What a cell of a file says, as a clerk would have typed it."""
    match value:
        case None:
            return ""
        case str():
            return value if isinstance(of, Prose) else value.strip()
        case bool():
            return "是" if value else "否"
        case datetime.datetime():
            return value.date().isoformat()
        case datetime.date() | datetime.time():
            return value.isoformat()
    if isinstance(of, Day) and float(value).is_integer():
        if int(value) in _SERIALS:
            return (_EPOCH + datetime.timedelta(days=int(value))).isoformat()
        if int(value) not in _TYPED_DAYS:
            return str(value)
    return _number(value, money=isinstance(of, Money))


def _number(value: float, *, money: bool) -> str:
    """Without an exponent; of money what an office program's arithmetic left beyond the fen is dropped."""
    number = decimal.Decimal(repr(value))
    if not number.is_finite():
        return str(value)
    if money:
        fen = number.quantize(decimal.Decimal("0.01")) if abs(number) < 10**15 else number
        if abs(fen - number) < decimal.Decimal("0.000001"):
            number = fen
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(of: FieldType, typed: str) -> str:
    """What a text says: the same for all ways of saying it that are read alike."""
    text = nfc(typed).replace("\r\n", "\n").strip()
    if not text:
        return ""
    if is_elsewhere(text):
        return "^"
    try:
        match of:
            case Choices():
                return "=" + ",".join(of.parse_members(text))
            case Townships():
                return "=" + "、".join(sorted(split_members(text)))
            case TownshipRef() | RecordRef() | Prose():
                return "=" + text
            case _:
                return "=" + str(of.parse(text))
    except Unfit:
        return "~" + text


def as_read(of: FieldType, typed: str, lang: str) -> str:
    """A typed text as it will be kept: a day, a number or a choice in the one style of an exported sheet."""
    if not isinstance(of, (Choice, Flag, Day, Money, Number)):
        return typed
    try:
        return text_of(of, of.parse(nfc(typed).strip()), lang) or typed
    except Unfit:
        return typed


def is_elsewhere(typed: str) -> bool:
    """Whether a cell only says that its text is not in the sheet."""
    return typed.strip() in ELSEWHERE


# --- what programs would take for something else -----------------------------------------------

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
_LOOKS_NUMERIC = re.compile(r"[0-9eE.,:/ +%-]*[0-9][0-9eE.,:/ +%-]*", re.ASCII)
# How a workbook writes characters that XML cannot; the library drops the escape of the escape itself.
_WORD = re.compile(r"_x([0-9A-Fa-f]{4})_")
_UNKEPT = re.compile(r"_x[0-9A-Fa-f]{4}_|x005F_|[\ufffe\uffff]")


def guarded(of: FieldType, text: str) -> str:
    """For CSV: nothing that begins a formula, and no digits that would lose their zeros."""
    if isinstance(of, (Number, Day)):
        return text
    if text.startswith((*_FORMULA, "'")):
        return "'" + text
    return "\t" + text if _LOOKS_NUMERIC.fullmatch(text) else text


def unguarded(text: str) -> str:
    """What was guarded; a text of another hand stays as it is."""
    text = text.removeprefix("\t")
    return text[1:] if text[:1] == "'" and text[1:2] in (*_FORMULA, "'") else text


def unescaped(text: str) -> str:
    """A text of a workbook with its escaped characters."""
    return _WORD.sub(lambda found: chr(int(found[1], 16)), text)


def letters(number: int) -> str:
    """The name of a column, counted from 0."""
    name = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        name = string.ascii_uppercase[rest] + name
    return name
