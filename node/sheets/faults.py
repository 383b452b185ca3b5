"""The faults of sheets as a whole, each one sentence for a clerk.

What is wrong with one row is said in the plan.
"""

from __future__ import annotations

from keys.errors import Exit, MulinError


class BadSheet(MulinError):
    """`why`: a Text."""

    zh = "这个文件不能作为表格读取：{why}。没有改动任何内容。"
    en = "This file cannot be read as a sheet: {why}. Nothing was changed."
    exit = Exit.USAGE


class SheetTooLarge(BadSheet):
    zh = "表格太大（{why}），没有读取。请分成几个文件。"
    en = "The sheet is too large ({why}); it was not read. Split it into several files."


class SheetColumnRefused(MulinError):
    """`columns`: a Text."""

    zh = "表里有这里不收的列：{columns}。请删去再导入；没有改动任何内容。"
    en = (
        "The sheet has columns of what is not kept here: {columns}. Take them out and import again; "
        "nothing was changed."
    )
    exit = Exit.REFUSED


class SheetKindUnknown(MulinError):
    zh = "看不出这张表是哪一种记录，请用 --kind 指明：{known}"
    en = "Which kind of record this sheet holds cannot be told; say it with --kind: {known}"
    exit = Exit.USAGE


class SheetKindDiffers(MulinError):
    zh = "这张表是从“{found}”导出的，不是“{wanted}”。没有改动任何内容。"
    en = 'This sheet was exported from "{found}", not "{wanted}". Nothing was changed.'
    exit = Exit.USAGE


class SheetHeaderMissing(MulinError):
    zh = "找不到表头：前 {rows} 行里没有一个格子是{kind}的项目名称。项目名称见 mulin kinds"
    en = "No header: none of the first {rows} rows names fields of {kind}. For their names: mulin kinds"
    exit = Exit.USAGE


class SheetColumnTwice(MulinError):
    zh = "“{field}”这一列出现了两次（{columns}），不知道以哪一列为准。没有改动任何内容。"
    en = 'The column "{field}" stands there twice ({columns}). Nothing was changed.'
    exit = Exit.USAGE


class SheetMarksMissing(MulinError):
    """The hidden columns are there in part only."""

    zh = "表里的隐藏列（编号和版本标记）被删掉了一列，看不出改了哪些格子。请重新导出后再改。"
    en = "One of the two hidden columns is gone, so edits cannot be told. Export again and edit that."
    exit = Exit.USAGE


class SheetFormatUnknown(MulinError):
    zh = "表格文件名应以 .xlsx 或 .csv 结尾：{what}"
    en = "A sheet's file name ends in .xlsx or .csv: {what}"
    exit = Exit.USAGE


class SealedNotInSheets(MulinError):
    zh = "{kind}是密封的，不进表格。"
    en = "A {kind} is sealed and goes into no sheet."
