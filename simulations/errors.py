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


class BadTrace(MulinError):
    zh = "这不是一份模拟记录，或已损坏（{why}）。"
    en = "This is not the record of a simulation, or it is damaged ({why})."
    exit = Exit.USAGE


class NoSuchTown(MulinError):
    zh = "这次模拟里没有：{what}"
    en = "There is no such township in this simulation: {what}"
    exit = Exit.NOT_FOUND


class BadSeeds(MulinError):
    zh = "种子应写成 1..10000 或 7，最多 {limit} 个。"
    en = "Seeds are written 1..10000 or 7, at most {limit} of them."
    exit = Exit.USAGE


class DaskMissing(MulinError):
    zh = "没有安装 Dask。请先安装：pip install 'mulin[dask]'"
    en = "Dask is not installed. Install it first: pip install 'mulin[dask]'"
    exit = Exit.USAGE


class SchedulerUnreachable(MulinError):
    zh = "没有连上 Dask 调度器：{address}"
    en = "Could not reach the Dask scheduler: {address}"
    exit = Exit.UNREACHABLE


class WorkerDiffers(MulinError):
    zh = "Dask 工作机上没有本程序，或版本不同：同一个种子讲的不是同一件事。请在各机安装相同版本。"
    en = (
        "A Dask worker lacks this program or has another version: one seed told two stories. "
        "Install the same version everywhere."
    )


class WorkerLost(MulinError):
    zh = "一个工作进程意外结束（可能内存不足），扫描没有完成。"
    en = "A worker ended unexpectedly (out of memory, perhaps); the sweep is not complete."


class TwoEngines(MulinError):
    zh = "--workers 和 --dask 只能用一个。"
    en = "Use either --workers or --dask."
    exit = Exit.USAGE


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


class NotWithHome(MulinError):
    zh = "这个情景需要别的乡镇填写，不能从一份真实的数据开始。可以用：{known}"
    en = "In this scenario other townships write; it cannot begin with a real store. These can: {known}"
    exit = Exit.USAGE


class OneLedgerOnly(MulinError):
    zh = "这个节点有多个账本；模拟只能从只有一个账本的数据开始。"
    en = "This node has several ledgers; a simulation begins with the store of one."
    exit = Exit.USAGE


class NoRecordOfHome(MulinError):
    zh = "从真实数据开始的模拟不写记录：没有那份数据和密钥，别处无法重放。"
    en = (
        "A simulation that begins with a real store keeps no record: "
        "without that store and its keys nobody could replay it."
    )
    exit = Exit.USAGE


class NodesOfHome(MulinError):
    zh = "从真实数据开始时，乡镇就是账本里的那些，不能用 --nodes。"
    en = "With a real store the townships are those of its ledger; --nodes does not apply."
    exit = Exit.USAGE


class NotOurKey(MulinError):
    """A mirror was asked to write: whoever runs a plan on it made a mistake."""

    zh = "没有这个乡镇的密钥，不能替它填写。"
    en = "Nobody here has this township's key; nothing is written for it."
