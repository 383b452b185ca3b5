"""Faults of printing and sending out. Each says its sentence to a clerk; none holds a value or a name."""

from __future__ import annotations

from keys.errors import Exit, MulinError


class NotSettled(MulinError):
    """A final document while the townships differ about what it stands on."""

    zh = "{form}是正式文书：{id} 有 {n} 处两边不一致，核对以后才能打印：mulin conflicts list"
    en = "The {form} is final; settle first what differs in {id} ({n}): mulin conflicts list"
    exit = Exit.CONFLICTS


class NotThisForm(MulinError):
    zh = "{form}不适用：{id} 的“{field}”是“{said}”。"
    en = 'The {form} does not fit: the "{field}" of {id} is "{said}".'
    exit = Exit.USAGE


class NoSuchForm(MulinError):
    zh = "没有“{what}”这种表。可用：{known}"
    en = 'There is no form "{what}". Known: {known}'
    exit = Exit.USAGE


class RecordNeeded(MulinError):
    zh = "{form}要写明是哪条记录：mulin print {name} 编号 -o 文件.docx"
    en = "The {form} is about one record; name it: mulin print {name} ID -o FILE.docx"
    exit = Exit.USAGE


class NoRecordNeeded(MulinError):
    zh = "{form}列出全部记录，不用写编号。"
    en = "The {form} lists every record; it takes no id."
    exit = Exit.USAGE


class PeriodNeeded(MulinError):
    zh = "{form}要写明季度或年份：mulin print {name} 2024Q3 -o 文件.docx"
    en = "The {form} is about a quarter or year: mulin print {name} 2024Q3 -o FILE.docx"
    exit = Exit.USAGE


class NoDayInList(MulinError):
    zh = "{form}没有日期可以选起止。"
    en = "The {form} has no day to choose a stretch of time by."
    exit = Exit.USAGE


class UnknownEnding(MulinError):
    zh = "不知道写成什么格式：“{what}”的扩展名应为 {known}"
    en = 'Not clear which format: "{what}" should end in {known}'
    exit = Exit.USAGE


class FileNeeded(MulinError):
    zh = "请写明写入的文件，例如：-o 登记表.docx"
    en = "Say the file to write, such as: -o form.docx"
    exit = Exit.USAGE
