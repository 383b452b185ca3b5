"""`demo`: the demonstration with three real nodes, and the invented data it uses."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import click

from keys.errors import Exit, MulinError, Text
from node.cli.commands import NO_VALUE, Argument, Group, Option, command
from node.cli.face import Face
from node.errors import FileTrouble, NotFound

_SIZE = Option(
    "--size",
    Text("数据量的倍数", "how many times the data"),
    Text("倍", "N"),
    type=click.IntRange(1, 100),
    default=1,
    show_default=True,
)
_SEED = Option(
    "--seed",
    Text("种子", "seed"),
    Text("数", "N"),
    type=click.IntRange(0, 2**63 - 1),
    default=2024,
    show_default=True,
)
_FEDERATION = Argument("federation", Text("联合体", "FEDERATION"))
_LOADING = Text("登记", "entering")


class FolderThere(MulinError):
    zh = "{what} 已经存在；请另选一个文件夹"
    en = "{what} is there already; choose another folder"
    exit = Exit.REFUSED


class NotAsTold(MulinError):
    zh = "演示没有按预期进行：{what}"
    en = "The demonstration did not go as told: {what}"


@command(
    "run",
    Text(
        "演示：三个乡镇、三个节点，断线、各自修改、核对、一致。结束后自行清理。",
        "Three townships, three nodes: cut off, differ, settle, agree. Cleans up after itself.",
    ),
    Option(
        "--keep",
        Text("结束后让节点继续运行", "leave the nodes running at the end"),
        NO_VALUE,
        is_flag=True,
    ),
    _SIZE,
    example="mulin demo run --keep",
)
def run(face: Face, keep: bool, size: int) -> int:
    from rich.console import Console

    from node.demo.story import Story
    from node.demo.world import StoryFailed

    console = Console(highlight=False, stderr=face.json)
    try:
        found = Story(console, face.lang, size).run(keep=keep)
    except StoryFailed as fault:
        raise NotAsTold(what=str(fault)) from fault
    face.answer(found, lambda: _told(face, found))
    return Exit.DONE


def _told(face: Face, found: dict[str, Any]) -> None:
    face.say(
        Text("\n一切如所讲：{n} 条，用时 {s} 秒。", "\nAll as told: {n} entries in {s} seconds."),
        n=found["entries"],
        s=found["seconds"],
    )


@command(
    "load",
    Text(
        "把一个联合体的演示数据（全部虚构）装进新文件夹，每个乡镇一个节点，供练习。\n"
        "联合体：jinma 金麻、sanbian 三边、qdg 黔滇桂、changping 长坪、baisha 白沙",
        "Fill a new folder with invented data to practise on: a node for each township.\n"
        "Alliances: jinma, sanbian, qdg, changping, baisha",
    ),
    _FEDERATION,
    Option(
        "-o",
        Text("新文件夹（缺省 mulin-demo-联合体）", "the new folder (mulin-demo-… by default)"),
        Text("文件夹", "FOLDER"),
        name="output",
    ),
    _SIZE,
    _SEED,
    example="mulin demo load jinma -o 练习",
)
def load(face: Face, federation: str, output: str | None, size: int, seed: int) -> None:
    from node.demo.load import load as fill

    members = _members(federation)
    folder = Path(output or f"mulin-demo-{federation}")
    if folder.exists():
        raise FolderThere(what=folder.name)
    with face.progress(_LOADING) as progress:
        try:
            homes = fill(folder, federation, size, seed, progress)
        except OSError as fault:
            raise FileTrouble(what=fault.strerror or folder.name) from fault
    found = [{"name": m.name, "code": m.code, "home": str(homes[m.code].folder)} for m in members]

    def people() -> None:
        face.say(_LOADED, folder=folder)
        for one in found:
            face.line(f"  {one['name']}")
            face.line(f"    mulin --home {one['home']} today")
        face.say(_TO_END, folder=folder)

    face.answer(found, people)


_LOADED = Text(
    "演示数据已装入 {folder}，全部虚构。每个乡镇一个节点：",
    "Demonstration data is in {folder}, all of it invented. A node for each township:",
)
_TO_END = Text("不用时删除文件夹 {folder}。", "To end, delete the folder {folder}.")


def _members(federation: str) -> tuple[Any, ...]:
    from node.demo.dataset import FEDERATIONS

    if federation not in FEDERATIONS:
        raise NotFound(what=f"{federation[:40]} ({', '.join(FEDERATIONS)})")
    return FEDERATIONS[federation]


@command(
    "acts",
    Text(
        "演示数据（全部虚构）：谁登记了什么。相同的种子总是得到相同的数据。",
        "The demonstration data (all invented): who enters what. The same seed gives the same data.",
    ),
    _FEDERATION,
    _SIZE,
    _SEED,
    Option(
        "--limit", Text("最多列几条", "how many at most"), Text("条数", "N"), type=click.IntRange(1)
    ),
    example="mulin demo acts jinma --size 10 --json",
)
def acts(face: Face, federation: str, size: int, seed: int, limit: int | None) -> None:
    from node.demo.dataset import acts as all_acts

    _members(federation)
    found = [
        {"act": type(act).__name__, **dataclasses.asdict(act)}
        for act in all_acts(federation, size, seed)[:limit]
    ]

    def people() -> None:
        face.say(Text("演示数据：以下全部虚构。", "Demonstration data: all of it is invented."))
        for act in found:
            said = " ".join(f"{name}={value}" for name, value in act.get("fields", {}).items())
            face.line(f"{act['at']} {act['by']} {act['act']} {act['ref']} {said}")

    face.answer(found, people)


demo = Group(
    "demo",
    Text("演示：三个真实节点，虚构数据。", "A demonstration: three real nodes, invented data."),
    (run, load, acts),
    example="mulin demo run",
)
