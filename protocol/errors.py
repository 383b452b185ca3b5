"""Why a session ends. A code travels in the goodbye and stands in one log line. Knows no socket."""

from __future__ import annotations

import enum

from keys.errors import MulinError, Text


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
