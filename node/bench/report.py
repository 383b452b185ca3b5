"""How a measured benchmark reads: rows for a table of 80 columns, and ratios to an earlier one. Pure.

A ratio says how much more or less, and whether that is better; between two machines of different speed it
means little, so the machine's own limits are compared beside it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from keys.errors import Text

Json = dict[str, Any]
_NEAR = 0.02
_KB, _MB = 1_000, 1_000_000


@dataclass(frozen=True, slots=True)
class Line:
    """One figure: where it stands, what it is called, its unit, and which way is better."""

    name: str
    label: Text
    unit: str
    more_is_better: bool = False
    share: str = ""


LINES = (
    Line("cold_s", Text("补齐用时", "cold: time"), "s"),
    Line("cold_entries_per_s", Text("补齐速度", "cold: entries a second"), "/s", True),
    Line(
        "cold_entries_per_cpu_s",
        Text("每秒 CPU 接收条数", "cold: entries a CPU second"),
        "/s",
        more_is_better=True,
    ),
    Line("cold_bytes", Text("补齐流量", "cold: bytes"), "MB"),
    Line("cold_from_start_s", Text("补齐用时（含启动）", "cold: from process start"), "s"),
    Line("cold_sender_cpu_s", Text("补齐：发送方 CPU", "cold: sender's CPU"), "s"),
    Line("cold_receiver_cpu_s", Text("补齐：接收方 CPU", "cold: receiver's CPU"), "s"),
    Line("diff_s", Text("各改 20 件后对齐", "diff: time"), "ms", share="diff_of_limit"),
    Line("diff_bytes", Text("对齐流量", "diff: bytes"), "kB"),
    Line("noop_s", Text("无新内容的重连", "no-op: time"), "ms", share="noop_of_limit"),
    Line("noop_bytes", Text("重连流量", "no-op: bytes"), "kB"),
    Line("live_p50_ms", Text("邻乡读到一条 p50", "live: p50"), "ms", share="live_p50_of_limit"),
    Line("live_p99_ms", Text("邻乡读到一条 p99", "live: p99"), "ms"),
    Line("busy_p50_ms", Text("同上，另有补齐 p50", "live beside a cold: p50"), "ms"),
    Line("busy_p99_ms", Text("同上，另有补齐 p99", "live beside a cold: p99"), "ms"),
    Line("start_s", Text("启动", "start"), "s", share="start_of_limit"),
    Line("show_s", Text("查看一件", "case show"), "s"),
    Line("find_s", Text("查找（一件）", "find: one"), "s"),
    Line("find_many_s", Text("查找（很多）", "find: many"), "s"),
    Line("disk_bytes", Text("磁盘", "disk"), "MB"),
    Line("rss_bytes", Text("内存峰值（接收方）", "memory: receiver's peak"), "MB"),
    Line("sender_rss_bytes", Text("内存峰值（发送方）", "memory: sender's peak"), "MB"),
    Line("start_rss_bytes", Text("启动后内存", "memory: at rest"), "MB"),
    Line("build_s", Text("登记全部（批量）", "building the ledger"), "s"),
)
LIMITS = (
    Line("sign_per_s", Text("Ed25519 签名", "Ed25519 signatures"), "/s", True),
    Line("verify_per_s", Text("Ed25519 验签", "Ed25519 verifications"), "/s", True),
    Line("sha256_300b_per_s", Text("SHA-256，300 字节", "SHA-256 of 300 bytes"), "/s", True),
    Line("sqlite_rows_per_s", Text("SQLite，每批 100 行", "SQLite rows, by 100"), "/s", True),
    Line("sqlite_commits_per_s", Text("SQLite，逐条提交", "SQLite commits"), "/s", True),
    Line("automerge_changes_per_s", Text("Automerge 修改", "Automerge changes"), "/s", True),
    Line("websocket_bytes_per_s", Text("WebSocket 回环", "WebSocket on loopback"), "MB/s", True),
    Line("tls_handshakes_per_s", Text("双向 TLS 握手", "mutual TLS handshakes"), "/s", True),
    Line("python_start_s", Text("只启动 Python", "Python with the libraries"), "s"),
)
COLD_SHARES = {
    "cold_of_verify": "verify_per_s",
    "cold_of_sha256_300b": "sha256_300b_per_s",
    "cold_of_sqlite_rows": "sqlite_rows_per_s",
    "cold_of_automerge_changes": "automerge_changes_per_s",
    "cold_of_websocket": "websocket_bytes_per_s",
}


def shown(value: float, unit: str) -> str:
    """A figure with its unit: seconds as milliseconds where the line says so, bytes as kB or MB."""
    match unit:
        case "MB":
            return f"{value / _MB:,.1f} MB"
        case "MB/s":
            return f"{value / _MB:,.0f} MB/s"
        case "kB":
            return f"{value / _KB:,.1f} kB"
        case "/s":
            return f"{value:,.0f} /s"
        case "ms":
            return f"{value:,.1f} ms"
        case _:
            return f"{value:,.2f} s"


def figure(found: Json, line: Line) -> str:
    """The median of a line at one size, "" if it was not measured."""
    if line.name not in found:
        return ""
    return shown(_in_unit(line, float(found[line.name])), line.unit)


def spread(found: Json, line: Line) -> str:
    """Least and greatest of several runs."""
    if line.name not in found.get("spread", {}):
        return ""
    least, most, _ = found["spread"][line.name]
    one, other = (shown(_in_unit(line, float(v)), line.unit) for v in (least, most))
    return f"{one.split(' ')[0]} – {other.split(' ')[0]}"


def share(found: Json, line: Line) -> str:
    """The part of the machine's limit."""
    value = found.get("shares", {}).get(line.share)
    return "" if value is None else percent(value)


def percent(value: float) -> str:
    return f"{100 * value:.1f} %" if value < 0.1 else f"{100 * value:.0f} %"


def _in_unit(line: Line, value: float) -> float:
    return value * 1000 if line.unit == "ms" and line.name.endswith("_s") else value


@dataclass(frozen=True, slots=True)
class Ratio:
    """One figure against an earlier one; `better` is None where nothing to speak of changed."""

    where: str
    line: Line
    before: float
    now: float
    better: bool | None

    @property
    def change(self) -> str:
        """ "+12 %"."""
        return f"{100 * (self.now / self.before - 1):+.0f} %"


def ratios(now: Json, before: Json) -> Iterator[Ratio]:
    """Every figure that both hold: sizes in order, then instructions, then the machines themselves."""
    for size, found in now.get("sizes", {}).items():
        yield from _compared(size, LINES, found, before.get("sizes", {}).get(size, {}))
    counted, earlier = now.get("instructions", {}), before.get("instructions", {})
    if counted.get("tool") == earlier.get("tool") and counted.get("cases") == earlier.get("cases"):
        yield from _compared("instructions", INSTRUCTIONS, counted, earlier)
    yield from _compared("machine", LIMITS, now.get("machine", {}), before.get("machine", {}))


INSTRUCTIONS = (
    Line("receive_per_entry", Text("接收一条的指令数", "instructions to receive an entry"), ""),
)


def _compared(where: str, lines: tuple[Line, ...], now: Json, before: Json) -> Iterator[Ratio]:
    for line in lines:
        if not now.get(line.name) or not before.get(line.name):
            continue
        new, old = float(now[line.name]), float(before[line.name])
        near = abs(new / old - 1) <= _NEAR
        yield Ratio(where, line, old, new, None if near else (new > old) == line.more_is_better)
