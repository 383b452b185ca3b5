"""`demo`: the story with real processes, and the demo set as data. All of it invented but the townships."""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import Any

import click

from keys.errors import Text
from node.cli.commands import NO_VALUE, Argument, Group, Option, command
from node.cli.face import Face
from node.errors import NotAsTold, NotFound

_SIZE = Option(
    "--size",
    Text("案件数量是几倍：1、10、100", "how many times the cases: 1, 10, 100"),
    Text("倍数", "SIZE"),
    type=click.IntRange(1, 100),
    default=1,
    show_default=True,
)


@command(
    "run",
    Text(
        "演示：三个乡镇各运行一个节点，断线、各说各的、核对、一致。\n"
        "全部真实进行；任何一步不像讲的那样就报错。结束后清理干净。",
        "The demonstration: three townships, three nodes; cut off, differ, settle, agree.\n"
        "Everything is done for real and checked as it is told. Cleans up after itself.",
    ),
    Option(
        "--keep",
        Text("结束后保持节点运行，并说明怎样使用", "leave the nodes running and say how to use them"),
        NO_VALUE,
        is_flag=True,
    ),
    _SIZE,
    example="mulin demo run --keep",
)
def run(face: Face, keep: bool, size: int) -> None:
    from rich.console import Console

    from node.demo.story import Story
    from node.demo.world import StoryFailed

    console = Console(file=sys.stderr if face.json else sys.stdout, highlight=False)
    try:
        proved = Story(console, face.lang, size).run(keep=keep)
    except StoryFailed as fault:
        raise NotAsTold(why=str(fault)[:300]) from fault

    def people() -> None:
        face.say(
            Text("演示完成，用时 {seconds} 秒。", "The demonstration is complete: {seconds} s."),
            seconds=proved["seconds"],
        )

    face.answer(proved, people)


@command(
    "acts",
    Text(
        "列出演示数据：谁在什么时候登记、修改了什么，每行一件。",
        "List the demo set: who enters and changes what, one act a line.",
    ),
    Argument("federation", Text("联合体", "FEDERATION"), required=False),
    _SIZE,
    Option(
        "--seed",
        Text("种子，相同种子得到相同数据", "seed; the same seed gives the same data"),
        Text("数字", "N"),
        type=int,
        default=2024,
        show_default=True,
    ),
    example="mulin demo acts jinma --size 10 --json",
)
def list_acts(face: Face, federation: str | None, size: int, seed: int) -> None:
    from node.demo.dataset import FEDERATIONS, acts

    if federation is None:
        rows = {name: [m.name for m in members] for name, members in FEDERATIONS.items()}

        def people() -> None:
            for name, members in rows.items():
                face.line(f"{name}  {'、'.join(members)}")

        face.answer(rows, people)
        return
    if federation not in FEDERATIONS:
        raise NotFound(what=federation[:40])
    for act in acts(federation, size, seed):
        said: dict[str, Any] = {"act": type(act).__name__.lower(), **dataclasses.asdict(act)}
        if face.json:
            face.line(json.dumps(said, ensure_ascii=False))
        else:
            fields = " ".join(f"{k}={v}" for k, v in said["fields"].items())
            face.line(f"{said['by']} {said['act']} {said['ref']} {fields}")


demo = Group(
    "demo",
    Text("演示和演示数据（人名、村名、纠纷全是编的）", "The demonstration and its invented data"),
    [run, list_acts],
    example="mulin demo run",
)
