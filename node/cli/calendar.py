"""`calendar`: a day, week, quarter, year or festival, as an office and as the moon count it; due days; the
table of working days. Works without a node, from what comes along with the program."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

import click

from keys.errors import Text
from node.cli import language
from node.cli.commands import NO_VALUE, Argument, Group, Option, command
from node.cli.face import Face
from node.officeclock import ZONE

if TYPE_CHECKING:
    from node.almanac.workdays import Workdays

_DAY = Text("日期", "DAY")
_WHAT = Text("日期、季度或节日", "DAY")


def today() -> datetime.date:
    """By the clock on the wall of this machine, as the offices' clocks go."""
    return datetime.datetime.now(ZONE).date()


class _Calendar(Group):
    """A word that is no command of it is a day."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if self.get_command(ctx, args[0]) is None:
            return "show", self.commands["show"], args
        return super().resolve_command(ctx, args)


@command(
    "show",
    Text(
        "查一天、一周、一季度、一年或一个节日：星期、农历、是不是工作日。\n"
        "不写就是今天，并说明节假日表到哪一年。节日和农历日期可以写年份，不写就查下一个。",
        "Look up a day, a week, a quarter, a year or a festival: weekday, lunar day, worked or not.\n"
        "Without a word: today, and how far the table of holidays goes. A lunar day or a festival "
        "without a year is the next one.",
    ),
    Argument("words", _WHAT, nargs=-1),
    example="mulin calendar 2026-04-19\nmulin calendar 2026 三月三\nmulin calendar 2026Q4",
)
def show(face: Face, words: tuple[str, ...]) -> None:
    from node import holidays
    from node.cli import calendar_page as page

    table = holidays.load(face.place)
    if not words:
        said = page.of_day(table, today()) | {"table": page.reach(table)}
        face.answer(said, lambda: page.print_day(face, said))
        return
    found = page.look_up(table, " ".join(words), today())
    face.answer(found, lambda: page.print_found(face, found))


@command(
    "due",
    Text(
        "从一天起数若干个工作日（当天不算），得出到期的一天；负数往回数。",
        "Count working days from a day, which is not counted itself; negative counts back.",
    ),
    Argument("day", _DAY),
    Argument("n", Text("天数", "N"), type=click.IntRange(-4_000, 4_000)),
    Option("--days", Text("数自然日", "count calendar days"), NO_VALUE, is_flag=True),
    example="mulin calendar due 2026-12-10 3\nmulin calendar due 2026-12-10 30 --days",
)
def due(face: Face, day: str, n: int, days: bool) -> None:
    from node import holidays
    from node.almanac.days import add_days
    from node.cli import calendar_page as page

    table = holidays.load(face.place)
    first = page.one_day(day, today())
    if days:
        last, estimated = add_days(first, n), False
    else:
        found = table.add_working_days(first, n)
        last, estimated = found.day, found.estimated
    said = page.of_day(table, last)
    shape = {"from": first.isoformat(), "n": n, "working_days": not days, "due": last.isoformat()}
    shape |= {"estimated": estimated, "on": said}

    def people() -> None:
        face.line(page.due_line(face, last, estimated=estimated))
        if not said["working"]:
            following = table.next_working_day(last)
            line = page.due_line(face, following.day, estimated=following.estimated)
            face.wrapped(_NOT_WORKED, day=line)
        page.say_if_estimated(face, estimated=estimated)

    face.answer(shape, people)


_NOT_WORKED = Text(
    "这一天不上班，下一个工作日：{day}", "That day is not worked; the next one is: {day}"
)


@command(
    "import",
    Text(
        "导入节假日表：先列出改动，确认后保存在本节点；同一年的整年替换。\n"
        "表的写法：mulin calendar export -o 节假日.toml，在后面加上新的一年。",
        "Import a table of holidays: shows what changes and saves it here once you agree; a year is replaced "
        "as a whole.\nFor the form of the file: mulin calendar export -o FILE, then add the new year.",
    ),
    Argument("file", language.FILE),
    Option("--yes", Text("不再询问", "do not ask"), NO_VALUE, is_flag=True),
    Option(
        "--anyway",
        Text("缺了法定假日也导入", "take it though holidays of the law are missing"),
        NO_VALUE,
        is_flag=True,
    ),
    Option("--dry-run", Text("只看，不保存", "look only, save nothing"), NO_VALUE, is_flag=True),
    example="mulin calendar import 2027.toml",
)
def import_(face: Face, file: str, yes: bool, anyway: bool, dry_run: bool) -> None:
    from keys.limits import HOLIDAYS_FILE_BYTES
    from node import holidays
    from node.almanac.table import parse
    from node.cli import calendar_page as page
    from node.cli.files import read_file
    from node.errors import NoHome

    given = parse(read_file(file, HOLIDAYS_FILE_BYTES))
    folder = face.place
    if not face.home.exists():
        raise NoHome
    found = [page.of_change(change) for change in holidays.changes(folder, given)]
    if not face.json:
        page.print_changes(face, found)
    if not anyway and not dry_run:
        page.check_whole(face, found)
    fresh = any(change["state"] != "same" for change in found)
    saved = fresh and not dry_run and (yes or _agreed(face))
    if saved:
        holidays.take(folder, given)
    words = _SAVED if saved else _NOT_SAVED if fresh else _NOTHING_NEW
    face.answer({"years": found, "saved": saved}, lambda: face.say(words))


_SAVED = Text("已保存在本节点。", "Saved at this node.")
_NOT_SAVED = Text("没有保存，没有改动任何内容。", "Not saved; nothing was changed.")
_NOTHING_NEW = Text(
    "和现有的一样，没有改动。", "The same as what stands here; nothing was changed."
)


def _agreed(face: Face) -> bool:
    answer = face.ask(
        Text("对照通知看过，保存吗？[y/N] ", "Compared with the notice: save it? [y/N] ")
    )
    return (answer or "").lower() in ("y", "yes", "是")


@command(
    "export",
    Text(
        "把现在用的节假日表写成文件，可以用记事本修改后再导入。",
        "Write the table of holidays that is in use to a file, to be edited and imported again.",
    ),
    Option("-o", language.FILE, language.FILE, name="output", required=True),
    example="mulin calendar export -o 节假日.toml",
)
def export(face: Face, output: str) -> None:
    from node import holidays
    from node.almanac.table import dump
    from node.cli.files import new_file, shown

    table: Workdays = holidays.load(face.place)
    data = dump(table)
    with new_file(output) as made:
        made.write(data)
    words = Text("已写入 {file}", "Written to {file}")
    face.answer({"file": output, "bytes": len(data)}, lambda: face.say(words, file=shown(output)))


calendar = _Calendar(
    "calendar",
    Text(
        "日历：工作日、季度、周次、农历和节日。",
        "The calendar: working days, quarters, weeks, the lunar calendar and festivals.",
    ),
    (show, due, import_, export),
    example="mulin calendar 2026 三月三",
    default="show",
)
