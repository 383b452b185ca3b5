"""`doctor`: what may be wrong with a node, one line a check, with what to do about it.

It looks and changes nothing. A check that needs the keys is left out where they are locked and nobody types
the passphrase; everything else is checked all the same.
"""

from __future__ import annotations

import datetime
import shutil
import socket
import sqlite3
import sys
from collections.abc import Callable, Iterator
from typing import Any

from keys.errors import Exit, MulinError, PassphraseNeeded, Text
from node.cli.at_rest import of_files
from node.cli.commands import command
from node.cli.face import Face
from node.cli.findings import NOTHING, Finding, Level, number, text_of
from node.cli.setup import address_of
from node.errors import NoHome

_SPACE_LOW = 1024**3
_SPACE_NONE = 100 * 1024**2
_YEAR_MIN = 2024
_CLOCK_SLACK_MS = 5 * 60 * 1000
_SQLITE_MIN = (3, 31, 0)


@command(
    "doctor",
    Text(
        "检查本机：程序、密钥文件、磁盘、时钟、端口、数据。\n有问题时退出码为 3。",
        "Check this machine: program, key file, disk, clock, port, data.\nExit code 3 if something is wrong.",
    ),
    example="mulin doctor",
)
def doctor(face: Face) -> int:
    found = [finding for check in _CHECKS for finding in check(face)]
    wrong = any(f.level == Level.WRONG for f in found)
    shape = {"ok": not wrong, "checks": [_of(f, face.lang) for f in found]}

    def people() -> None:
        for finding in found:
            face.line(f"{finding.level.value} {finding.said.say(face.lang)}")
            if finding.hint.say(face.lang):
                face.line(f"    {finding.hint.say(face.lang)}")

    face.answer(shape, people)
    return Exit.REFUSED if wrong else Exit.DONE


def _of(finding: Finding, lang: str) -> dict[str, Any]:
    return {
        "check": finding.check,
        "level": finding.level.name.lower(),
        "said": finding.said.say(lang),
        "hint": finding.hint.say(lang),
    }


# --- the machine -----------------------------------------------------------------------------


def _program(_face: Face) -> Iterator[Finding]:
    found = ".".join(map(str, sys.version_info[:3]))
    fits = (3, 11) <= sys.version_info[:2] <= (3, 12)
    said = Text(f"Python {found}", f"Python {found}")
    hint = Text("请用 Python 3.11 或 3.12。", "Use Python 3.11 or 3.12.")
    yield Finding("python", Level.FINE if fits else Level.WRONG, said, NOTHING if fits else hint)
    version = sqlite3.sqlite_version
    fts, recent = _has_fts5(), sqlite3.sqlite_version_info >= _SQLITE_MIN
    said = Text(
        f"SQLite {version}，全文检索{'可用' if fts else '不可用'}",
        f"SQLite {version}, FTS5 {'present' if fts else 'missing'}",
    )
    hint = Text("请换用带 FTS5 的较新 SQLite。", "Use a newer SQLite with FTS5.")
    good = fts and recent
    yield Finding("sqlite", Level.FINE if good else Level.WRONG, said, NOTHING if good else hint)


def _has_fts5() -> bool:
    connection = sqlite3.connect(":memory:")
    try:
        connection.execute("CREATE VIRTUAL TABLE probe USING fts5(body)")
    except sqlite3.OperationalError:
        return False
    finally:
        connection.close()
    return True


def _disk(face: Face) -> Iterator[Finding]:
    folder = next(p for p in (face.home.folder, *face.home.folder.parents) if p.exists())
    free = shutil.disk_usage(folder).free
    level = Level.WRONG if free < _SPACE_NONE else Level.NOTE if free < _SPACE_LOW else Level.FINE
    mib = free // 1024**2
    hint = Text(
        "请腾出磁盘空间；写满后不能保存。", "Make room; nothing can be saved on a full disk."
    )
    yield Finding(
        "disk",
        level,
        Text(f"磁盘剩余 {mib:,} MiB", f"{mib:,} MiB of disk are free"),
        NOTHING if level == Level.FINE else hint,
    )


def _calendar(_face: Face) -> Iterator[Finding]:
    from node.home import now_ms

    now = datetime.datetime.fromtimestamp(now_ms() / 1000, datetime.UTC)
    good = now.year >= _YEAR_MIN
    yield Finding(
        "clock",
        Level.FINE if good else Level.WRONG,
        Text(f"时钟 {now:%Y-%m-%d %H:%M} (UTC)", f"clock {now:%Y-%m-%d %H:%M} (UTC)"),
        NOTHING if good else Text("时钟明显不对，请校准。", "The clock is plainly wrong; set it."),
    )


def _holidays(face: Face) -> Iterator[Finding]:
    """The morning page and all working days hang on this file."""
    from node import holidays

    try:
        last = max(holidays.load(face.place).years)
    except MulinError as fault:
        unusable = Text("节假日表不能用", "the table of holidays cannot be used")
        yield Finding("holidays", Level.WRONG, unusable, text_of(fault))
        return
    known = last >= datetime.datetime.now(datetime.UTC).year
    yield Finding(
        "holidays",
        Level.FINE if known else Level.NOTE,
        Text(f"节假日表到 {last} 年", f"the table of holidays goes to {last}"),
        NOTHING
        if known
        else Text(
            "放假通知出来后：mulin calendar import 文件",
            "Once the yearly notice is out: mulin calendar import FILE",
        ),
    )


# --- the node's files ------------------------------------------------------------------------


def _files(face: Face) -> Iterator[Finding]:
    home = face.home
    if not home.exists():
        yield Finding(
            "home", Level.WRONG, Text("这里没有节点", "there is no node here"), text_of(NoHome())
        )
        return
    yield from of_files(home)
    if home.key_is_locked():
        yield Finding(
            "passphrase", Level.FINE, Text("密钥文件有口令", "the key file has a passphrase")
        )
    else:
        yield Finding(
            "passphrase",
            Level.NOTE,
            Text("密钥文件没有口令", "the key file has no passphrase"),
            Text(
                "只有文件权限保护它；请用磁盘加密。",
                "Its mode alone protects it; encrypt the disk.",
            ),
        )


def _port(face: Face) -> Iterator[Finding]:
    try:
        address = address_of(face)
        running = face.control.alive()
    except (MulinError, sqlite3.Error):
        return  # said by another check
    if running:
        said = Text(f"节点正在运行（{address}）", f"the node is running ({address})")
        yield Finding("port", Level.FINE, said)
    elif _is_free(address):
        said = Text(
            f"节点没有运行，地址 {address} 空闲", f"the node is not running; {address} is free"
        )
        yield Finding("port", Level.FINE, said)
    else:
        yield Finding(
            "port",
            Level.WRONG,
            Text(f"地址 {address} 不能使用", f"the address {address} cannot be used"),
            Text(
                "请改用别的端口：mulin config listen=主机:端口",
                "Choose another: mulin config listen=HOST:PORT",
            ),
        )


def _is_free(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        found = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_STREAM)
        family, kind, protocol, _, where = found[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except (OSError, ValueError, OverflowError):
        return False
    return True


# --- the data --------------------------------------------------------------------------------


def _data(face: Face) -> Iterator[Finding]:
    from node.cli.ledger_health import of_ledger

    if not face.home.exists():
        return
    try:
        ledgers = face.service.ledgers.active()
    except PassphraseNeeded as fault:
        yield Finding(
            "data", Level.NOTE, Text("数据没有检查", "the data were not checked"), text_of(fault)
        )
        return
    except MulinError as fault:
        yield Finding(
            "data", Level.WRONG, Text("数据打不开", "the data cannot be opened"), text_of(fault)
        )
        return
    yield from _future(face)
    yield from _muted(face)
    for ledger in ledgers:
        yield from of_ledger(face, ledger)
    yield from _drops(face)


def _drops(face: Face) -> Iterator[Finding]:
    from node.drops import Drops
    from node.places import Place, shown

    for url in Drops(face.service).urls():
        where = shown(url)
        try:
            place = Place(url)
            place.check()
            place.folders("")
        except MulinError as fault:
            said = Text(f"交换文件夹用不了：{where}", f"this drop folder cannot be used: {where}")
            yield Finding("drop", Level.NOTE, said, text_of(fault))
        else:
            said = Text(f"交换文件夹 {where} 可用", f"the drop folder {where} can be used")
            yield Finding("drop", Level.FINE, said)


def _muted(face: Face) -> Iterator[Finding]:
    for muted in face.reading.muted():
        name = muted["township"]
        yield Finding(
            "muted",
            Level.NOTE,
            Text(f"暂不接收{name}的新内容", f"nothing new of {name} is taken here"),
            Text("恢复：mulin mute 名称 --off", "To take it again: mulin mute NAME --off"),
        )


def _future(face: Face) -> Iterator[Finding]:
    from node.home import now_ms

    newest = number(face, "SELECT max(first_seen_ms) FROM entries")
    if newest > now_ms() + _CLOCK_SLACK_MS:
        yield Finding(
            "clock-back",
            Level.NOTE,
            Text("有内容的收到时间晚于现在", "something arrived later than now"),
            Text("时钟可能被拨回过，请校准。", "The clock may have been set back; check it."),
        )


_CHECKS: tuple[Callable[[Face], Iterator[Finding]], ...] = (
    _program, _disk, _calendar, _holidays, _files, _port, _data,
)  # fmt: skip
