"""The table of working days as a file: TOML, one block a holiday, as the yearly notice words it. Pure.

[[holiday]]
year = 2026
zh = "春节"
en = "Spring Festival"               # may be left out
rest = ["2026-02-15..2026-02-23"]    # days off, weekends within them too
work = ["2026-02-14", "2026-02-28"]  # weekend days that are worked
"""

from __future__ import annotations

import codecs
import datetime
import re
import tomllib
from collections.abc import Iterable, Sequence
from typing import Any

from keys.errors import Text
from keys.limits import HOLIDAYS_FILE_BYTES, NAME_CODE_POINTS
from keys.text import refused_character
from node.almanac.days import DAY, runs
from node.almanac.errors import WHY_EMPTY, WHY_LETTERS, WHY_SIZE, BadTable
from node.almanac.workdays import Holiday, Workdays

_YEARS = range(1990, 2101)
_KEYS = frozenset({"year", "zh", "en", "rest", "work"})
_RANGE_DAYS_MAX = 31
_SATURDAY = 5
_LINE = re.compile(r"line ([0-9]+)")
_DAY = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:\.\.([0-9]{4}-[0-9]{2}-[0-9]{2}))?", re.ASCII)


def parse(data: bytes) -> Workdays:
    """A table from a file's bytes, in UTF-8 or what old editors save: GB18030, UTF-16. Raises BadTable."""
    if len(data) > HOLIDAYS_FILE_BYTES:
        raise BadTable(why=WHY_SIZE)
    plain = _toml(_decoded(data))
    blocks = plain.pop("holiday", [])
    if plain:
        raise _fault(
            f"不认识“{_short(next(iter(plain)))}”", f'"{_short(next(iter(plain)))}" is not known'
        )
    if not isinstance(blocks, list) or not all(isinstance(b, dict) for b in blocks):
        raise _fault("每个节假日应以 [[holiday]] 开头", "every holiday begins with [[holiday]]")
    if not blocks:
        raise BadTable(why=WHY_EMPTY)
    found = [_holiday(block, number) for number, block in enumerate(blocks, 1)]
    _check_said_once(found)
    return Workdays(found)


def dump(table: Workdays) -> bytes:
    """The file of a table; `parse` gives the same table back."""
    lines = ["# 节假日和调休上班 · days off and weekend days that are worked", ""]
    for h in table.holidays:
        lines += ["[[holiday]]", f"year = {h.year}", f"zh = {_quoted(h.name[0])}"]
        if h.name[1] != h.name[0]:
            lines.append(f"en = {_quoted(h.name[1])}")
        lines.append(f"rest = [{', '.join(_ranges(h.rest))}]")
        if h.work:
            lines.append(f"work = [{', '.join(_ranges(h.work))}]")
        lines.append("")
    return "\n".join(lines).encode()


def _decoded(data: bytes) -> str:
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if marked else ("utf-8-sig", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise BadTable(why=WHY_LETTERS)


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as fault:
        at = _LINE.search(str(fault))
        if at is None:
            raise _fault("写法不对", "it is not written as it should be") from fault
        raise _fault(f"第 {at[1]} 行写法不对", f"line {at[1]} is not as it should be") from fault


def _holiday(block: dict[str, Any], number: int) -> Holiday:
    where = f"第 {number} 个节假日", f"holiday number {number}"
    for key in block.keys() - _KEYS:
        raise _at(where, f"不认识“{_short(key)}”", f'"{_short(key)}" is not known')
    year, zh = block.get("year"), block.get("zh")
    if type(year) is not int or year not in _YEARS:
        raise _at(where, "year 应为年份，如 2027", "year should be a year such as 2027")
    for name in (zh, block.get("en", zh)):
        if not _is_name(name):
            raise _at(where, "zh 应为节日名称", "zh should be its name")
    rest = _days(block.get("rest"), year, where)
    work = _days(block.get("work", []), year, where)
    if not rest:
        raise _at(where, "rest 里没有一天", "rest holds no day")
    for day in work:
        if day.weekday() < _SATURDAY:
            raise _at(where, f"{day} 不是周末，不用调休", f"{day} is no weekend day")
    return Holiday(year, Text(str(zh), str(block.get("en", zh))), rest, work)


def _days(said: object, year: int, where: tuple[str, str]) -> tuple[datetime.date, ...]:
    """The days of a list such as ["2026-02-15..2026-02-23"]: of the year, or of the last week before it."""
    if not isinstance(said, list):
        raise _at(where, "日期要放在 [ ] 里", "days stand in [ ]")
    found: list[datetime.date] = []
    for one in said:
        found += _range(one, where)
    for day in found:
        if not datetime.date(year - 1, 12, 25) <= day <= datetime.date(year, 12, 31):
            raise _at(where, f"{day} 不在 {year} 年", f"{day} is not in {year}")
    if len(set(found)) < len(found):
        raise _at(where, "同一天写了两次", "a day is named twice")
    return tuple(sorted(found))


def _range(said: object, where: tuple[str, str]) -> list[datetime.date]:
    if type(said) is datetime.date:
        return [said]
    match = _DAY.fullmatch(said) if isinstance(said, str) else None
    try:
        if match is None:
            raise ValueError
        first = datetime.date.fromisoformat(match[1])
        last = datetime.date.fromisoformat(match[2] or match[1])
    except ValueError as fault:
        what = _short(str(said))
        raise _at(
            where,
            f"“{what}”应写成 2027-10-01 或 2027-10-01..2027-10-07",
            f'"{what}" should be 2027-10-01 or 2027-10-01..2027-10-07',
        ) from fault
    if not 0 <= (last - first).days < _RANGE_DAYS_MAX:
        raise _at(where, f"{first}..{last} 前后不对", f"{first}..{last} is no range")
    return [first + n * DAY for n in range((last - first).days + 1)]


def _check_said_once(found: Sequence[Holiday]) -> None:
    said: dict[datetime.date, bool] = {}
    for h in found:
        for day, working in [*((d, False) for d in h.rest), *((d, True) for d in h.work)]:
            if said.setdefault(day, working) is not working:
                raise _fault(f"{day} 又休息又上班", f"{day} is both off and worked")


def _ranges(days: Sequence[datetime.date]) -> Iterable[str]:
    for run in runs(days):
        yield f'"{run[0]}"' if len(run) == 1 else f'"{run[0]}..{run[-1]}"'


def _is_name(name: object) -> bool:
    if not isinstance(name, str) or not name.strip() or len(name) > NAME_CODE_POINTS:
        return False
    return refused_character(name, lines=False) is None


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _short(text: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in text[:30])


def _at(where: tuple[str, str], zh: str, en: str) -> BadTable:
    return _fault(f"{where[0]}：{zh}", f"{where[1]}: {en}")


def _fault(zh: str, en: str) -> BadTable:
    return BadTable(why=Text(zh, en))
