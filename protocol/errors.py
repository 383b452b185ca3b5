"""Why a session or a bundle ends; a session's code travels in the goodbye. Knows no socket and no file."""

from __future__ import annotations

import enum

from keys.errors import Exit, MulinError, Text


class Reason(enum.IntEnum):
    """Goodbye codes; the numbers are on the wire."""

    DONE = 0
    NO_COMMON_VERSION = 1
    BAD_FRAME = 2
    TOO_LARGE = 3
    UNEXPECTED = 4
    NOT_A_MEMBER = 5
    BAD_ENTRY = 6
    SILENT = 7
    LIMIT = 8
    SHUTTING_DOWN = 9
    MEMBERSHIP_CHANGED = 10
    UNLINKED = 11
    REPLACED = 12
    HANDSHAKE_TIMEOUT = 13


REASON_TEXT = {
    Reason.DONE: Text("完成", "done"),
    Reason.NO_COMMON_VERSION: Text("没有共同的协议版本", "no common protocol version"),
    Reason.BAD_FRAME: Text("数据帧格式不对", "malformed frame"),
    Reason.TOO_LARGE: Text("数据帧过大", "frame too large"),
    Reason.UNEXPECTED: Text("数据帧出现的时机不对", "frame out of turn"),
    Reason.NOT_A_MEMBER: Text("不是共同账本的成员", "no member of a common ledger"),
    Reason.BAD_ENTRY: Text("条目或签名不对", "malformed or wrongly signed entry"),
    Reason.SILENT: Text("对方长时间没有回应", "peer fell silent"),
    Reason.LIMIT: Text("超过限额", "limit exceeded"),
    Reason.SHUTTING_DOWN: Text("节点正在停止", "node is stopping"),
    Reason.MEMBERSHIP_CHANGED: Text("成员有变化", "membership changed"),
    Reason.UNLINKED: Text("条目接不上已有的日志", "entries do not continue a known log"),
    Reason.REPLACED: Text("被新的连接取代", "replaced by a newer connection"),
    Reason.HANDSHAKE_TIMEOUT: Text("握手超时", "handshake took too long"),
}


class ProtocolError(MulinError):
    """The peer broke the protocol. Never leaves `Session.receive`: it becomes a goodbye."""

    zh = "对方违反协议（{detail}）。"
    en = "The peer broke the protocol ({detail})."

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail=detail)
        self.reason = reason
        self.detail = detail


class Misuse(AssertionError):
    """We used a session wrongly: a broken invariant of our own code."""


class NotABundle(MulinError):
    zh = "这不是交换包，或文件开头已损坏；没有收下任何内容。"
    en = "This is no bundle, or its beginning is damaged; nothing was taken."
    exit = Exit.USAGE


class NotForUs(MulinError):
    zh = "这个交换包不是给本机的，打不开。"
    en = "This bundle is not for this device and cannot be opened."


class BundleDamaged(MulinError):
    """From some byte on it is not what its maker wrote."""

    zh = "交换包有损坏或被改动之处；只收下了那之前的内容。"
    en = "The bundle is damaged or was altered; only what stands before that was taken."


class BundleCut(MulinError):
    zh = "交换包不完整，后面缺了一截；只收下了完整的部分。"
    en = "The bundle is cut short; only what came whole was taken."
