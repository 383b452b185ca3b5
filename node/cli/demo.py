"""`demo`: the demonstration with three real nodes, and the invented data it uses."""

from __future__ import annotations

import dataclasses
from itertools import islice
from typing import Any

import click

from keys.errors import Exit, MulinError, Text
from node.cli.commands import NO_VALUE, Argument, Group, Option, command
from node.cli.face import Face
from node.errors import NotFound

_SIZE = Option(
    "--size",
    Text("数据量的倍数", "how many times the data"),
    Text("倍", "N"),
    type=click.IntRange(1, 100),
    default=1,
    show_default=True,
)


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
    "acts",
    Text(
        "演示数据（全部虚构）：谁登记了什么。相同的种子总是得到相同的数据。",
        "The demonstration data (all invented): who enters what. The same seed gives the same data.",
    ),
    Argument("federation", Text("联合体", "FEDERATION")),
    _SIZE,
    Option(
        "--seed",
        Text("种子", "seed"),
        Text("数", "N"),
        type=click.IntRange(0, 2**63 - 1),
        default=2024,
        show_default=True,
    ),
    Option(
        "--limit", Text("最多列几条", "how many at most"), Text("条数", "N"), type=click.IntRange(1)
    ),
    example="mulin demo acts jinma --size 10 --json",
)
def acts(face: Face, federation: str, size: int, seed: int, limit: int | None) -> None:
    from node.demo.dataset import FEDERATIONS
    from node.demo.dataset import acts as all_acts

    if federation not in FEDERATIONS:
        raise NotFound(what=f"{federation[:40]} ({', '.join(FEDERATIONS)})")
    found = [
        {"act": type(act).__name__, **dataclasses.asdict(act)}
        for act in islice(all_acts(federation, size, seed), limit)
    ]

    def people() -> None:
        face.say(Text("演示数据：以下全部虚构。", "Demonstration data: all of it is invented."))
        for act in found:
            said = " ".join(f"{name}={value}" for name, value in act["fields"].items())
            face.line(f"{act['by']} {act['act']} {act['ref']} {said}")

    face.answer(found, people)


demo = Group(
    "demo",
    Text("演示：三个真实节点，虚构数据。", "A demonstration: three real nodes, invented data."),
    (run, acts),
    example="mulin demo run",
)
