"""The faults of days and of the table of working days: one sentence for a clerk and an exit code each."""

from __future__ import annotations

from keys.errors import Exit, MulinError, Text

WHY_SIZE = Text("文件太大", "it is too large")
WHY_LETTERS = Text("不是文字文件", "it is no text file")
WHY_EMPTY = Text("里面没有一个节假日", "it holds no holiday")


class DayOutOfReach(MulinError):
    zh = "日期太远，算不出来。"
    en = "That day is too far away to be reckoned."
    exit = Exit.USAGE


class NotADay(MulinError):
    zh = "看不懂“{what}”。可以写：2026-04-19、2026Q2、2026-W16、2026、2026年三月三、春节"
    en = '"{what}" is no day. Write 2026-04-19, 2026Q2, 2026-W16, 2026, 2026年三月三 or 春节'
    exit = Exit.USAGE


class NoSuchLunarDay(MulinError):
    zh = "没有农历{what}这一天"
    en = "the lunar calendar has no day {what}"
    exit = Exit.USAGE


class LunarOutOfReach(MulinError):
    zh = "农历只能换算 {first} 年到 {last} 年"
    en = "lunar days are known from {first} to {last} only"
    exit = Exit.USAGE


class YearNeeded(MulinError):
    """Which year was meant is the clerk's to say: what is signed stays so."""

    zh = "没有写年份，请写其中一个：{choices}"
    en = "it needs a year, such as one of: {choices}"
    exit = Exit.USAGE


class BadTable(MulinError):
    zh = "这份节假日表不能用：{why}。没有改动任何内容。"
    en = "This table of holidays cannot be used: {why}. Nothing was changed."
    exit = Exit.USAGE


class YearNotWhole(MulinError):
    """Once it is taken, the whole year counts as certain."""

    zh = "{years} 年的表不完整：{days} 依法是假日，表里却要上班。没有改动任何内容；确实如此请加 --anyway"
    en = "The table of {years} is not whole: {days} are off by law and worked in it. Nothing was changed; if "
    en += "it is so indeed, add --anyway"


class TableDamaged(MulinError):
    zh = "节点目录里的 {file} 不能用：{why}。请改正，或删掉它，再导入一次：mulin calendar import"
    en = (
        "{file} in the node's folder cannot be used: {why}. Mend it, or delete it and import again."
    )
