"""Field types: what a value may be, how a clerk types it, how it is shown. Knows no kind.

`check` judges a value that arrived (the same on every node), `parse` reads what a clerk typed,
`show` prints it. Types that name another thing (a township, a record) are parsed by the node.
"""

from __future__ import annotations

import datetime
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from crdt.errors import (
    WHY_CONTROL,
    WHY_EMPTY,
    WHY_NEGATIVE,
    WHY_NOT_CODE,
    WHY_NOT_DAY,
    WHY_NOT_FLAG,
    WHY_NOT_MONEY,
    WHY_NOT_NUMBER,
    WHY_NOT_PHONE,
    WHY_NOT_TEXT,
    WHY_TOO_LONG,
)
from keys.errors import Text
from keys.limits import REGISTER_BYTES, TEXT_CODE_POINTS
from keys.text import nfc, refused_character

Scalar: TypeAlias = bool | int | str | bytes | None

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_CODE = re.compile(r"[0-9]{9}([0-9]{3})?", re.ASCII)
_PHONE = re.compile(r"\+?[0-9][0-9 \-]{2,24}", re.ASCII)
# "1,5" may mean one and a half or fifteen: commas stand only where they part thousands.
_MONEY = re.compile(
    r"(?:[¥￥] ?)?([0-9]{1,13}|[0-9]{1,3}(?:,[0-9]{3}){1,4})(\.[0-9]{1,2})?(?: ?(?:元|yuan))?",
    re.ASCII,
)
# The year has four digits: 24-8-18 is not the year 24, and nobody else may guess which it is.
_TYPED_DAY = re.compile(
    r"([0-9]{4}) ?[-/.年] ?([0-9]{1,2}) ?[-/.月] ?([0-9]{1,2}) ?日?|([0-9]{4})([0-9]{2})([0-9]{2})",
    re.ASCII,
)
_BETWEEN = re.compile(r"[,，、;；]")
_YES = frozenset({"是", "yes", "true", "1", "y"})
_NO = frozenset({"否", "no", "false", "0", "n"})
# What an input method in full-width mode types instead of the keys on the keyboard.
DIGITS = str.maketrans("０１２３４５６７８９．－＋／，\u3000", "0123456789.-+/, ")


class Unfit(ValueError):
    """A value that does not fit its type; `why` says so to a clerk."""

    def __init__(self, why: Text) -> None:
        super().__init__(why[1])
        self.why = why


def too_long(limit: int) -> Unfit:
    """The fault of a text over `limit` code points; says the limit, so the clerk can cut to it."""
    zh, en = WHY_TOO_LONG
    return Unfit(Text(f"{zh}，最多 {limit} 个字", f"{en}, at most {limit} characters"))


def split_members(text: str) -> list[str]:
    """The members of a set as typed in one line: parted by 、 , or ; and each only once."""
    parts = (part.strip() for part in _BETWEEN.split(nfc(text)))
    return list(dict.fromkeys(part for part in parts if part))


class FieldType:
    """Root of the types. A register unless a subclass says otherwise."""

    def check(self, value: Scalar) -> None:
        """Raises Unfit. Null always fits a register: it means "not stated"."""
        raise NotImplementedError

    def parse(self, text: str) -> Scalar:
        """The value a clerk typed; "" clears. Raises Unfit."""
        value: Scalar = nfc(text).strip() or None
        if value is not None:
            value = self.read(str(value))
            self.check(value)
        return value

    def read(self, text: str) -> Scalar:
        return text

    def show(self, value: Scalar, lang: str) -> str:
        del lang
        if isinstance(value, bytes):
            return value.hex()
        return "" if value is None else str(value)

    def order(self) -> list[Scalar]:
        """Values from lowest to highest where they are graded."""
        return []


@dataclass(frozen=True, slots=True)
class Line(FieldType):
    """One line of text (several with `lines`), at most `limit` code points."""

    limit: int = 200
    lines: bool = False

    def check(self, value: Scalar) -> None:
        if type(value) is not str:
            raise Unfit(WHY_NOT_TEXT)
        if not value or value.isspace():
            raise Unfit(WHY_EMPTY)
        if len(value) > self.limit:
            raise too_long(self.limit)
        # Before encoding: a lone surrogate (a shell in another code page makes them) has no bytes.
        if refused_character(value, lines=self.lines):
            raise Unfit(WHY_CONTROL)
        if 4 * len(value) > REGISTER_BYTES and len(value.encode()) > REGISTER_BYTES:
            raise Unfit(WHY_TOO_LONG)

    def read(self, text: str) -> Scalar:
        return text.replace("\r\n", "\n") if self.lines else text


@dataclass(frozen=True, slots=True)
class Number(FieldType):
    """A whole number, not negative."""

    def check(self, value: Scalar) -> None:
        if type(value) is not int:
            raise Unfit(WHY_NOT_NUMBER)
        if value < 0:
            raise Unfit(WHY_NEGATIVE)

    def read(self, text: str) -> Scalar:
        text = text.translate(DIGITS)
        if not (text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()):
            raise Unfit(WHY_NOT_NUMBER)
        if len(text) > 15:
            raise Unfit(WHY_TOO_LONG)
        return int(text)


@dataclass(frozen=True, slots=True)
class Money(Number):
    """Integer fen; typed and shown in yuan."""

    def read(self, text: str) -> Scalar:
        text = text.translate(DIGITS)
        if not (match := _MONEY.fullmatch(text)):
            raise Unfit(WHY_NEGATIVE if text.startswith("-") else WHY_NOT_MONEY)
        cents = (match[2] or ".").removeprefix(".").ljust(2, "0")
        return int(match[1].replace(",", "")) * 100 + int(cents)

    def show(self, value: Scalar, lang: str) -> str:
        if not isinstance(value, int):
            return ""
        yuan, fen = divmod(value, 100)
        text = f"{yuan:,}" + (f".{fen:02d}" if fen else "")
        return f"{text} 元" if lang == "zh" else f"{text} yuan"


@dataclass(frozen=True, slots=True)
class Day(FieldType):
    """A calendar day as YYYY-MM-DD."""

    def check(self, value: Scalar) -> None:
        if type(value) is not str or len(value) != _DAY_CODE_POINTS or not _is_day(value):
            raise Unfit(WHY_NOT_DAY)

    def read(self, text: str) -> Scalar:
        if not (match := _TYPED_DAY.fullmatch(text.translate(DIGITS))):
            raise Unfit(WHY_NOT_DAY)
        year, month, day = (part for part in match.groups() if part)
        return f"{year}-{int(month):02d}-{int(day):02d}"


_DAY_CODE_POINTS = 10


@functools.lru_cache(maxsize=4096)
def _is_day(text: str) -> bool:
    """The same days stand in very many entries."""
    if not _DAY.fullmatch(text):
        return False
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class Code(FieldType):
    """A place code of 9 or 12 digits."""

    def check(self, value: Scalar) -> None:
        if type(value) is not str or not _CODE.fullmatch(value):
            raise Unfit(WHY_NOT_CODE)

    def read(self, text: str) -> Scalar:
        return text.translate(DIGITS)


@dataclass(frozen=True, slots=True)
class Phone(FieldType):
    """A work phone number as written; digits, blanks, hyphens, a leading plus."""

    def check(self, value: Scalar) -> None:
        if type(value) is not str or not _PHONE.fullmatch(value):
            raise Unfit(WHY_NOT_PHONE)

    def read(self, text: str) -> Scalar:
        return text.translate(DIGITS)


@dataclass(frozen=True, slots=True)
class Flag(FieldType):
    """Yes or no."""

    def check(self, value: Scalar) -> None:
        if type(value) is not bool:
            raise Unfit(WHY_NOT_FLAG)

    def read(self, text: str) -> Scalar:
        word = text.translate(DIGITS).lower()
        if word not in _YES | _NO:
            raise Unfit(WHY_NOT_FLAG)
        return word in _YES

    def show(self, value: Scalar, lang: str) -> str:
        if value is None:
            return ""
        return Text("是", "yes").say(lang) if value else Text("否", "no").say(lang)


@dataclass(frozen=True, slots=True)
class Choice(FieldType):
    """One of declared codes; typed as the code or as its label in either language."""

    values: tuple[tuple[str, Text], ...]
    since: Mapping[str, int] = field(default_factory=dict, hash=False)
    """Codes that a later schema number added, with that number."""
    labels: dict[Scalar, Text] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", dict(self.values))

    def check(self, value: Scalar) -> None:
        if value not in self.labels:
            known = "、".join(label[0] for _, label in self.values)
            raise Unfit(Text(f"只能是：{known}", "one of: " + ", ".join(self.codes())))

    def read(self, text: str) -> Scalar:
        word = text.lower()
        for code, label in self.values:
            if word in (code, *(name.lower() for name in label)):
                return code
        return text

    def show(self, value: Scalar, lang: str) -> str:
        if value is None:
            return ""
        label = self.labels.get(value)
        return str(value) if label is None else label.say(lang)

    def codes(self) -> list[str]:
        return [code for code, _ in self.values]

    def order(self) -> list[Scalar]:
        return [code for code, _ in self.values]


@dataclass(frozen=True, slots=True)
class State(Choice):
    """A state machine: `moves` are the permitted steps; a starred one wants the other side's word.

    A record begins in `initial`, or in a state before it which no move reaches (a draft).
    """

    initial: str = ""
    moves: frozenset[tuple[str, str]] = frozenset()
    starred: frozenset[tuple[str, str]] = frozenset()
    over: frozenset[str] = frozenset()
    """States in which nothing is to be done any more; a deadline means nothing there."""
    moves_since: Mapping[tuple[str, str], int] = field(default_factory=dict, hash=False)
    """Moves between states of before that a later schema number added, with that number."""

    def following(self, state: Scalar) -> list[str]:
        return [code for code in self.codes() if (state, code) in self.moves]


@dataclass(frozen=True, slots=True)
class Prose(FieldType):
    """Mergeable text: two people may write in it at once. Not a register; changed by splices."""

    def check(self, value: Scalar) -> None:
        if type(value) is not str:
            raise Unfit(WHY_NOT_TEXT)
        if len(value) > TEXT_CODE_POINTS:
            raise too_long(TEXT_CODE_POINTS)
        if refused_character(value, lines=True):
            raise Unfit(WHY_CONTROL)

    def parse(self, text: str) -> Scalar:
        value = nfc(text.replace("\r\n", "\n"))
        self.check(value)
        return value


@dataclass(frozen=True, slots=True)
class Choices(FieldType):
    """A set of codes: one flag per code, so additions of two townships merge."""

    of: Choice

    def check(self, value: Scalar) -> None:
        if type(value) is not bool:
            raise Unfit(WHY_NOT_FLAG)

    def parse_members(self, text: str) -> list[str]:
        """The codes of a line such as "政策宣传、走访解释", in declared order. Raises Unfit."""
        found = [self.of.parse(word) for word in split_members(text)]
        return [code for code in self.of.codes() if code in found]


@dataclass(frozen=True, slots=True)
class Townships(FieldType):
    """A set of member townships: one flag per township."""

    def check(self, value: Scalar) -> None:
        if type(value) is not bool:
            raise Unfit(WHY_NOT_FLAG)


@dataclass(frozen=True, slots=True)
class Slot(FieldType):
    """One place per township, which only that township writes."""

    of: FieldType

    def check(self, value: Scalar) -> None:
        self.of.check(value)

    def parse(self, text: str) -> Scalar:
        return self.of.parse(text)

    def show(self, value: Scalar, lang: str) -> str:
        return self.of.show(value, lang)

    def order(self) -> list[Scalar]:
        return self.of.order()


@dataclass(frozen=True, slots=True)
class Items(FieldType):
    """A collection: every item has these fields, and is withdrawn rather than deleted."""

    fields: tuple[tuple[str, Text, FieldType], ...]
    since: Mapping[str, int] = field(default_factory=dict, hash=False)
    """Parts that a later schema number added, with that number."""
    by_name: dict[str, FieldType] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {name: of for name, _, of in self.fields})

    def type_of(self, name: str) -> FieldType | None:
        return self.by_name.get(name)

    def check(self, value: Scalar) -> None:
        del value
        raise Unfit(WHY_NOT_TEXT)
