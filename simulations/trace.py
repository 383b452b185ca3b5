"""What happened in a simulated world, one line an event: kept as values, told in Chinese or English. Pure.

The record is the same in every language and on every machine; its hash is how two runs are compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from simulations.clock import stamp

Fact: TypeAlias = str | int


@dataclass(frozen=True, slots=True)
class Event:
    """`town`, `other`: places in the world, -1 for nobody in particular."""

    at_us: int
    town: int
    what: str
    other: int = -1
    facts: tuple[tuple[str, Fact], ...] = ()

    def plain(self) -> list[Any]:
        return [self.at_us, self.town, self.what, self.other, [list(f) for f in self.facts]]

    @classmethod
    def of(cls, plain: list[Any]) -> Event:
        """Raises ValueError, TypeError for what `plain` never gives."""
        at_us, town, what, other, facts = plain
        return cls(int(at_us), int(town), str(what), int(other), tuple((k, v) for k, v in facts))

    def fact(self, name: str) -> Fact | None:
        return next((v for k, v in self.facts if k == name), None)


class Trace:
    """The events so far. `quiet`: names of events that are hashed and counted but not kept."""

    def __init__(self, quiet: Iterable[str] = ()) -> None:
        self.events: list[Event] = []
        self.counts: dict[str, int] = {}
        self.quiet = frozenset(quiet)
        self._hash = hashlib.sha256(b"mulin/trace/1")

    def add(self, event: Event) -> None:
        line = repr((event.at_us, event.town, event.what, event.other, event.facts))
        self._hash.update(line.encode())
        self.counts[event.what] = self.counts.get(event.what, 0) + 1
        if event.what not in self.quiet:
            self.events.append(event)

    @property
    def hash(self) -> str:
        """32 hex digits over everything added, kept or not."""
        return self._hash.copy().hexdigest()[:32]


# What is said of an event in Chinese and in English. {o}: the other township; the rest are its facts.
_WORDS: dict[str, tuple[str, str]] = {
    "up": ("节点启动", "node started"),
    "down": ("节点停止", "node stopped"),
    "crash": ("断电（未落盘的写入：{torn}）", "power lost (unsynced writes: {torn})"),
    "kill": ("节点进程被强行结束", "node process killed"),
    "boot": ("重新开机", "computer on again"),
    "pause": ("电脑休眠", "computer asleep"),
    "resume": ("电脑醒来", "computer awake"),
    "backup": ("备份“{label}”", "backup “{label}”"),
    "restore": ("用备份“{label}”恢复（{how}）", "restored from “{label}” ({how})"),
    "copy": ("目录复制到另一台电脑（{to}）", "folder copied to another machine ({to})"),
    "swap": ("换回另一台电脑（{to}）", "back at another machine ({to})"),
    "clock": ("时钟改为相差 {skew_s} 秒", "clock now off by {skew_s} s"),
    "disk": ("磁盘：{fault}", "disk: {fault}"),
    "version": ("程序版本：规则 {schema}", "software: rules {schema}"),
    "cut": ("线路中断 → {o}", "line cut → {o}"),
    "repair": ("线路恢复 → {o}", "line repaired → {o}"),
    "hold": ("线路滞留 → {o}", "line holds → {o}"),
    "release": ("线路放行 → {o}", "line releases → {o}"),
    "line": ("线路变为 {line} → {o}", "line becomes {line} → {o}"),
    "reset": ("连接被重置 ↔ {o}", "connection reset ↔ {o}"),
    "dial": ("呼叫 {o}", "dials {o}"),
    "connected": ("与 {o} 接通", "connected with {o}"),
    "sent": ("→ {o}：{said}（{bytes} 字节）", "→ {o}: {said} ({bytes} bytes)"),
    "unreached": ("没有接通 {o}", "could not reach {o}"),
    "disconnected": ("与 {o} 断开", "disconnected from {o}"),
    "opened": ("与 {o} 开始交换", "session with {o} opened"),
    "synced": ("与 {o} 已一致", "in step with {o}"),
    "closed": (
        "与 {o} 的会话结束：{reason} {detail}",
        "session with {o} closed: {reason} {detail}",
    ),
    "refused": ("拒绝 {o}：{why}", "refused {o}: {why}"),
    "declined": ("暂不接收 {o} 的一份日志", "declines a log from {o}"),
    "fork": (
        "发现一个设备签了两份不同内容（序号 {seq}）",
        "a device signed two different things (seq {seq})",
    ),
    "behind": (
        "本机比邻居记得的旧：另开一份日志",
        "older than the neighbours remember: opens a new log",
    ),
    "trouble": ("本机磁盘故障：{what}", "own disk failed: {what}"),
    "failed": ("程序出错：{what} {where}", "program fault: {what} {where}"),
    "signed": ("账本签字有更新", "signatures of the ledger updated"),
    "wrote": ("{act} {record}", "{act} {record}"),
    "decided": ("成员事务：{act}", "about members: {act}"),
    "left": ("与 {o} 告别：不再同属一个账本", "takes leave of {o}: no common ledger any more"),
    "settled": ("向 {o} 转交了账本密钥", "passed keys of the ledger on to {o}"),
    "not_written": ("没有写成：{act}，{why}", "not written: {act}, {why}"),
    "looked": ("查看 {record}", "looked up {record}"),
    "lie": ("恶意：{how}", "hostile: {how}"),
    "conflicts": ("待核对 {open} 处", "{open} to settle"),
    "agreed": ("大家一致：{entries} 条，{digest}", "all agree: {entries} entries, {digest}"),
    "broken": ("违反：{oracle}：{sentence}", "broken: {oracle}: {sentence}"),
    "story": ("—— {zh}", "—— {en}"),
}


def tell(event: Event, names: list[str], lang: str) -> str:
    """One line: virtual time, township, what happened."""
    words = _WORDS.get(event.what, ("{what}", "{what}"))[lang == "en"]
    facts: dict[str, Any] = dict(event.facts)
    facts.setdefault("what", event.what)
    other = names[event.other] if 0 <= event.other < len(names) else "?"
    text = words.format_map(_Blank(facts | {"o": other}))
    who = names[event.town] if 0 <= event.town < len(names) else ""
    return f"{stamp(event.at_us)}  {who}  {text}".rstrip()


class _Blank(dict[str, Any]):
    """A fact that an event does not have is left out of its sentence."""

    def __missing__(self, key: str) -> str:
        return ""


def story(events: Iterable[Event], names: list[str], lang: str) -> Iterator[str]:
    return (tell(event, names, lang) for event in events)
