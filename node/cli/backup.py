"""`backup`, its drill, and `restore`: a copy of the store, the proof that it is of use, its way back."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from keys.errors import Exit, Text
from node.cli import language
from node.cli.commands import NO_VALUE, Argument, Group, Option, command
from node.cli.face import Face
from node.cli.files import new_file, shown
from node.cli.moments import clock
from node.errors import FileExists, FileTrouble

_CHECKING = Text("核对备份", "checking the backup")


@command(
    "make",
    Text(
        "把数据文件在线复制一份，节点可以继续运行。\n密钥文件不在其中，请另存。恢复用：mulin restore",
        "Copy the store while the node runs on.\nThe key file is not in it; keep that apart. "
        "Bring it back with: mulin restore",
    ),
    Argument("file", language.FILE),
    example="mulin backup 备份-2024-08-18.db",
)
def make(face: Face, file: str) -> None:
    if os.path.lexists(file):
        raise FileExists(what=shown(file))
    aside = f"{file}.{os.getpid()}.part"
    try:
        with new_file(aside, 0o600):
            pass
        with face.progress(Text("备份中", "copying"), at_once=True):
            face.service.ground.db.backup(Path(aside))
        with open(aside, "rb+") as copy:
            os.fsync(copy.fileno())
        os.replace(aside, file)
    except FileTrouble as fault:
        raise FileTrouble(what=shown(file)) from fault
    finally:
        Path(aside).unlink(missing_ok=True)
    size = os.path.getsize(file)
    face.answer(
        {"file": file, "bytes": size},
        lambda: face.say(
            Text("已备份到 {file}（{kib} KiB）。", "Copied to {file} ({kib} KiB)."),
            file=shown(file),
            kib=size // 1024,
        ),
    )


@command(
    "drill",
    Text(
        "演练恢复：把备份恢复到临时目录，逐条核对，报告后删除。\n"
        "不写文件名时现做一份来演练。备份不能用时退出码为 3。",
        "Rehearse a restore: into a folder that is thrown away, everything checked, then reported.\n"
        "Without a file a copy of this moment is tried. Exit code 3 if the backup is of no use.",
    ),
    Argument("file", language.FILE, required=False),
    example="mulin backup drill 备份-2024-08-18.db",
)
def drill(face: Face, file: str | None) -> int:
    from node import restoring

    service = face.service
    with face.progress(_CHECKING) as progress:
        found = restoring.drill(face.home, service, None if file is None else Path(file), progress)
    face.answer(found, lambda: _print_drill(face, found))
    return Exit.DONE if found["ok"] else Exit.REFUSED


def _print_drill(face: Face, found: dict[str, Any]) -> None:
    for problem in found["problems"]:
        face.line(f"✗ {problem}")
    _print_ledgers(face, found["ledgers"])
    if found["made"] is not None:
        face.say(Text("文件时间 {when}", "File of {when}"), when=clock(found["made"]))
    for key, words in (("running_has_more", _NEWER), ("backup_has_more", _OLDER)):
        if found[key]:
            face.say(words, n=found[key])
    face.say(_USABLE if found["ok"] else _USELESS)


def _print_ledgers(face: Face, ledgers: list[dict[str, Any]]) -> None:
    for ledger in ledgers:
        face.say(
            Text(
                "账本 {name}：{entries} 条，{records} 条记录，最近一条 {newest}，校验值 {digest}",
                "Ledger {name}: {entries} entries, {records} records, newest {newest}, digest {digest}",
            ),
            **ledger
            | {
                "newest": clock(ledger["newest"]) if ledger["newest"] else "—",
                "digest": ledger["digest"][:16],
            },
        )


_NEWER = Text(
    "本机比备份多 {n} 条；用它恢复后，邻乡会把已收到的还回来。",
    "This node holds {n} entries more; after a restore the neighbours return those that they have.",
)
_OLDER = Text("备份里有 {n} 条本机没有。", "The backup holds {n} entries that are not here.")
_USABLE = Text("✓ 备份可以恢复。", "✓ This backup can be restored.")
_USELESS = Text("✗ 备份有上述问题，不能用来恢复。", "✗ With these problems it is of no use.")


class _Backup(Group):
    """`backup FILE` makes one: what is no command of its own is the name of a file."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands:
            return make.name, make, args
        return super().resolve_command(ctx, args)


backup = _Backup(
    "backup",
    Text(
        "备份数据文件，或演练恢复。\nmulin backup 文件 与 mulin backup make 文件 相同。",
        "Copy the store, or rehearse a restore.\n`mulin backup FILE` is `mulin backup make FILE`.",
    ),
    (make, drill),
    example="mulin backup 备份-2024-08-18.db\nmulin backup drill 备份-2024-08-18.db",
)


@command(
    "restore",
    Text(
        "用备份恢复数据：mulin backup 的文件，或节点目录的副本。\n"
        "先全部核对，再放到位；以后的填写另开一份日志，不会与备份之后签过的冲突。",
        "Bring a backup back: a file of `mulin backup`, or a copy of a node's folder.\n"
        "All of it is checked first; later writes open a new log, so nothing signed since is contradicted.",
    ),
    Argument("source", Text("文件或目录", "FILE|FOLDER")),
    Option(
        "--replace",
        Text(
            "代替这里已有的数据，原来的留在一旁", "in place of the store here, which is kept aside"
        ),
        NO_VALUE,
        is_flag=True,
    ),
    Option(
        "--key",
        Text("另存的密钥文件，这里没有时用", "the key file's copy, where there is none here"),
        language.FILE,
    ),
    example="mulin restore 备份-2024-08-18.db --replace",
)
def restore(face: Face, source: str, replace: bool, key: str | None) -> None:
    from node import restoring

    home, backup_at = face.home, restoring.Source(Path(source))
    with restoring.key_in_place(home, backup_at, None if key is None else Path(key)):
        identity = home.identity(face.passphrase())
        with face.progress(_CHECKING) as progress:
            found = restoring.restore(home, identity, backup_at, replace=replace, progress=progress)
    face.answer(found, lambda: _print_restored(face, found))


def _print_restored(face: Face, found: dict[str, Any]) -> None:
    _print_ledgers(face, found["ledgers"])
    face.say(
        Text(
            "已恢复：以后的填写另开一份日志，备份之后签过的内容下次连接时从邻乡取回。",
            "Restored: later writes open a new log, and what was signed since then comes back from the "
            "neighbours when they are next met.",
        )
    )
    if found["aside"] is not None:
        face.say(
            Text("原来的数据留在 {folder}", "What stood here is kept in {folder}"),
            folder=shown(found["aside"]),
        )
    if found["newer"] is None:
        face.say(Text("原来的数据已读不出。", "What stood here cannot be read any more."))
    elif found["newer"]:
        face.say(
            Text("其中有 {n} 条备份里没有。", "It holds {n} entries that the backup lacks."),
            n=found["newer"],
        )
