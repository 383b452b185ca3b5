"""The faults of simulating: each one sentence and an exit code."""

from __future__ import annotations

from keys.errors import Exit, MulinError


class NoSimulatedDisk(MulinError):
    zh = "这个 Python 自带的 SQLite 不能接上模拟磁盘，无法模拟。请换用另一种安装方式的 Python 3.11 或 3.12。"
    en = (
        "This Python's own SQLite cannot be given a simulated disk, so nothing can be simulated. "
        "Use a Python 3.11 or 3.12 from another installer."
    )


class NoScenario(MulinError):
    zh = "没有这个情景：{what}。请看：mulin simulate list"
    en = "There is no such scenario: {what}. See: mulin simulate list"
    exit = Exit.NOT_FOUND


class NotWritten(MulinError):
    zh = "{who}没有写成：{why}"
    en = "Nothing was written at {who}: {why}"
    exit = Exit.REFUSED


class NotAgreed(MulinError):
    zh = "时间到了，各乡镇仍不一致（{what}）。"
    en = "Time is over and the townships do not agree ({what})."
    exit = Exit.REFUSED


class BadDuration(MulinError):
    zh = "这不是一段时间：{what}。例如：90s、5m、1h 30m"
    en = "This is no length of time: {what}. For example: 90s, 5m, 1h 30m"
    exit = Exit.USAGE


class BadTrace(MulinError):
    zh = "这不是一份模拟记录，或已损坏（{why}）。"
    en = "This is not the record of a simulation, or it is damaged ({why})."
    exit = Exit.USAGE


class NoSuchTown(MulinError):
    zh = "这次模拟里没有：{what}"
    en = "There is no such township in this simulation: {what}"
    exit = Exit.NOT_FOUND
