"""Where `mulin` begins: the table of commands, and every fault becomes one sentence and an exit code.

A command's module is imported when the command is named, so that a simple command starts fast. The kinds of
records are commands too, derived from their declarations; so are the entry points "mulin.commands" of what is
installed, which are looked for only when help lists them or a word is no command of ours. Knows no ledger.
"""

from __future__ import annotations

import errno
import importlib
import os
import sqlite3
import sys
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

import click

from crdt.kinds import KINDS, kinds_of
from crdt.kinds.language import AREA_LABELS, Area
from keys.errors import MulinError, Text
from node.cli.commands import NO_VALUE, Command, Group, Option, face_of
from node.cli.face import Face
from node.cli.mistakes import ExtensionBroken, Faulty, explain
from node.errors import Busy, DiskTrouble, FileTrouble, NotADatabase
from node.nocore import forbid_core_dumps

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

_INTERRUPTED = 130
_PIPE_CLOSED = 141
_COMPLETION = "_MULIN_COMPLETE"
_DISK_FAULTS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
_FULL = Text("磁盘已满", "the disk is full")
_READ_ONLY = Text("磁盘只读", "the disk is read-only")
_IO = Text("读写出错", "reading or writing failed")

# Names that Python has taken.
_NAMED = {"print": "print_"}
# Command → the module that holds it under its own name.
_MODULES = {
    "init": "setup",
    "card": "setup",
    "config": "setup",
    "ledger": "ledgers",
    "members": "members",
    "quarantine": "quarantine",
    "device": "devices",
    "chair": "chair",
    "recovery": "recovery",
    "compat": "compat",
    "record": "records",
    "item": "items",
    "today": "today",
    "duplicates": "duplicates",
    "count": "counting",
    "quarter": "quarter",
    "review": "reviewing",
    "nearest": "nearby",
    "sheet": "sheets",
    "find": "finding",
    "kinds": "kinds",
    "calendar": "calendar",
    "print": "printing",
    "export": "exporting",
    "conflicts": "conflicts",
    "access": "access",
    "rights": "rights",
    "sync": "peers",
    "peers": "peers",
    "bundle": "bundles",
    "drop": "drops",
    "grant": "grant",
    "erase": "erase",
    "log": "history",
    "forks": "proofs",
    "proof": "proofs",
    "mute": "proofs",
    "run": "operation",
    "status": "operation",
    "verify": "operation",
    "backup": "backup",
    "restore": "backup",
    "doctor": "doctor",
    "demo": "demo",
    "bench": "bench",
}
_RECORDS = Text(
    "登记（每个种类都有 new、list、show、set 等）：",
    "Records (each kind has new, list, show, set…):",
)
_SECTIONS = (
    (Text("第一次使用：", "Getting started:"), ("init", "card", "ledger", "config")),
    (_RECORDS, tuple(KINDS)),
    (
        Text("今日和查找：", "Today and finding:"),
        ("today", "calendar", "find", "nearest", "duplicates", "kinds", "item", "record"),
    ),
    (
        Text("算出来的数字：", "Figures that are counted:"),
        ("count", "quarter", "review"),
    ),
    (Text("打印和带走：", "On paper and elsewhere:"), ("print", "export", "sheet")),
    (
        Text("核对和交换：", "Checking and exchanging:"),
        ("conflicts", "sync", "peers", "bundle", "drop", "log", "proof", "forks", "mute"),
    ),
    (Text("密封和删除：", "Sealed and erased:"), ("grant", "access", "rights", "erase")),
    (
        Text("成员：", "Members:"),
        ("members", "chair", "device", "recovery", "quarantine", "compat"),
    ),
    (
        Text("节点：", "The node:"),
        ("run", "status", "doctor", "verify", "backup", "restore", "demo", "bench"),
    ),
)
_EXTENSIONS = Text("另外安装的：", "Installed besides:")
_EXTENSION_POINT = "mulin.commands"


@cache
def _extensions() -> dict[str, EntryPoint]:
    """Commands of other packages by name; none of them takes a name of ours. Looking costs time."""
    from importlib.metadata import entry_points

    found = sorted(entry_points(group=_EXTENSION_POINT), key=lambda point: point.name)
    return {p.name: p for p in found if p.name not in _MODULES and p.name not in KINDS}


class _Root(Group):
    """`mulin` itself."""

    def sections(self) -> Sequence[tuple[Text, Sequence[str]]]:
        more = tuple(_extensions())
        return (*_SECTIONS, (_EXTENSIONS, more)) if more else _SECTIONS

    def rows(self, ctx: click.Context, names: Sequence[str], lang: str) -> list[tuple[str, str]]:
        if not set(names) <= KINDS.keys():
            return super().rows(ctx, names, lang)
        return [(label.say(lang), _listed(area, lang)) for area, label in AREA_LABELS.items()]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name in _MODULES:
            module = importlib.import_module(f"node.cli.{_MODULES[cmd_name]}")
            found: object = getattr(module, _NAMED.get(cmd_name, cmd_name))
            assert isinstance(found, (Command, Group)), "a command of ours speaks both languages"
            return found
        if cmd_name in KINDS:
            from node.cli.records import group_of

            return group_of(KINDS[cmd_name])
        return _extension(cmd_name)


def _listed(area: Area, lang: str) -> str:
    """The kinds of an area in one row; a name of one's own language beside the word that is typed."""
    kinds = kinds_of(area)
    if lang == "zh":
        return "  ".join(f"{kind.name}({kind.label[0]})" for kind in kinds)
    return ", ".join(kind.name for kind in kinds)


def _extension(name: str) -> click.Command | None:
    """Raises ExtensionBroken where it is installed and cannot be loaded."""
    point = _extensions().get(name)
    if point is None:
        return None
    try:
        found: object = point.load()
    except (ImportError, AttributeError) as fault:
        raise ExtensionBroken(what=name[:40], why=type(fault).__name__) from fault
    if not isinstance(found, (Command, Group)):
        raise ExtensionBroken(what=name[:40], why=type(found).__name__)
    return found


def _tell_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from importlib.metadata import PackageNotFoundError, version

    try:
        found = version("mulin")
    except PackageNotFoundError:  # started from a source tree
        found = "0"
    face = face_of(ctx)
    face.answer({"version": found}, lambda: face.line(f"mulin {found}"))
    ctx.exit()


_ABOUT = Text(
    "睦邻：边界乡镇的共同账本。\n每个乡镇运行自己的节点；没有网络也能登记，连上后自动交换；两边说法不一致时请人核对。",
    "Mulin: one ledger for neighbouring townships.\nEach runs its own node; work goes on without a line and "
    "is exchanged once there is one; where two townships differ, people settle it.",
)
root = _Root(
    "mulin",
    _ABOUT,
    example=Text(
        "mulin init --name 麻塘乡 --code 430527210\nmulin case new --category forest_land --village 示范一村",
        "mulin init --name 麻塘乡 --code 430527210\nmulin case new --category forest_land --village 示范一村",
    ),
    params=[
        Option(
            "--version",
            Text("显示版本", "show the version"),
            NO_VALUE,
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_tell_version,
        )
    ],
)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code (keys.errors.Exit; 130 interrupted, 141 nobody reads)."""
    forbid_core_dumps()
    words = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:  # a terminal in another code page must not end a command
            reconfigure(errors="backslashreplace")
    face = Face(words, os.environ)
    try:
        found = _perform(words, face)
        sys.stdout.flush()
        return found
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        _forget_stdout()
        return _PIPE_CLOSED
    except Exception as fault:  # a clerk never sees a traceback; MULIN_DEBUG shows it
        if os.environ.get("MULIN_DEBUG"):
            raise
        return face.complain(_as_ours(fault))
    finally:
        face.close()


def _perform(words: list[str], face: Face) -> int:
    asked = os.environ.get(_COMPLETION)
    if asked:
        from click.shell_completion import shell_complete

        return shell_complete(root, {"obj": face}, "mulin", _COMPLETION, asked)
    try:
        with root.make_context("mulin", words, obj=face) as ctx:
            return int(root.invoke(ctx) or 0)
    except click.exceptions.Exit as end:
        return end.exit_code


def _as_ours(fault: Exception) -> MulinError:
    match fault:
        case MulinError():
            return fault
        case click.UsageError():
            return explain(fault)
        case click.FileError():
            return FileTrouble(what=os.path.basename(fault.ui_filename)[:60])
        case sqlite3.Error():
            return _of_sqlite(fault)
        case OSError() if fault.errno in _DISK_FAULTS:
            return DiskTrouble(why=_FULL if fault.errno != errno.EROFS else _READ_ONLY)
        case OSError():
            return FileTrouble(what=os.path.basename(str(fault.filename or "?"))[:60])
        case _:
            return Faulty(what=type(fault).__name__)


def _of_sqlite(fault: sqlite3.Error) -> MulinError:
    said = str(fault).lower()
    if "locked" in said or "busy" in said:
        return Busy()
    if "full" in said:
        return DiskTrouble(why=_FULL)
    if "readonly" in said or "read-only" in said:
        return DiskTrouble(why=_READ_ONLY)
    if "i/o" in said or "unable to open" in said:
        return DiskTrouble(why=_IO)
    if isinstance(fault, sqlite3.DatabaseError) and (
        "malformed" in said or "not a database" in said
    ):
        return NotADatabase()
    return Faulty(what=type(fault).__name__)


def _forget_stdout() -> None:
    """Nobody reads any more; the interpreter must not complain about it at its end."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        return


if __name__ == "__main__":
    sys.exit(main())
