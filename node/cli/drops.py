"""`drop`: folders that the alliance shares, on whatever machine or service, and what came and went there."""

from __future__ import annotations

from typing import Any

from keys.errors import Exit, MulinError, Text
from node.cli.bundles import open_conflicts, tell_conflicts
from node.cli.commands import Argument, Group, command
from node.cli.face import Face

_URL = Text("地址", "URL")
_SYNCING = Text("交换中", "exchanging")


@command(
    "add",
    Text(
        "添加一个交换文件夹：本机路径，或 smb:// sftp:// webdav:// s3:// 等地址。\n"
        "运行中的节点会定时查看它；里面的文件只有账本成员打得开。",
        "Use a drop folder: a path, or an address smb:// sftp:// webdav:// s3:// and so on.\n"
        "A running node visits it now and then; only members of the ledger open its files.",
    ),
    Argument("url", _URL),
    example="mulin drop add /mnt/共享/睦邻",
)
def add(face: Face, url: str) -> None:
    from node.drops import Drops

    place = Drops(face.service).add(url)
    words = Text(
        "已添加 {place}。现在就交换：mulin drop sync",
        "Added {place}. Exchange now: mulin drop sync",
    )
    face.answer({"place": place}, lambda: face.say(words, place=place))


@command(
    "list", Text("本节点的交换文件夹。", "This node's drop folders."), example="mulin drop list"
)
def list_(face: Face) -> None:
    from node.drops import Drops
    from node.places import shown

    found = [shown(url) for url in Drops(face.service).urls()]

    def people() -> None:
        if not found:
            face.say(Text("还没有交换文件夹。", "There is no drop folder yet."))
        for place in found:
            face.line(place)

    face.answer([{"place": place} for place in found], people)


@command(
    "remove",
    Text(
        "不再用一个交换文件夹；里面的文件不动。",
        "Use a drop folder no more; what lies in it stays.",
    ),
    Argument("url", _URL),
    example="mulin drop remove /mnt/共享/睦邻",
)
def remove(face: Face, url: str) -> None:
    from node.drops import Drops

    place = Drops(face.service).remove(url)
    words = Text("不再使用 {place}。", "{place} is used no more.")
    face.answer({"place": place}, lambda: face.say(words, place=place))


@command(
    "sync",
    Text(
        "现在就查看交换文件夹：收下别人留的，留下别人缺的。\n"
        "新出现两边不一致时退出码为 4，有文件夹用不了时为 5。",
        "Visit the drop folders now: take what others left, leave what they lack.\n"
        "Exit code 4 if new differences arrived, 5 if a folder cannot be used.",
    ),
    Argument("url", _URL, required=False),
    example="mulin drop sync",
)
def sync(face: Face, url: str | None) -> int:
    from node.drops import Drops

    drops = Drops(face.service)
    before = open_conflicts(face)
    faults: list[MulinError] = []
    with face.progress(_SYNCING, at_once=True):
        found = [_visit(face, drops, chosen, faults) for chosen in drops.chosen(url)]
    if any(v["came"] for v in found):
        face.wrote()
    fresh = sorted(open_conflicts(face) - before)

    def people() -> None:
        for visit in found:
            _tell(face, visit)
        tell_conflicts(face, [c.hex() for c in fresh])

    face.answer({"places": found, "new_conflicts": [c.hex() for c in fresh]}, people)
    if faults:
        raise faults[0]
    return Exit.CONFLICTS if fresh else Exit.DONE


def _visit(face: Face, drops: Any, url: str, faults: list[MulinError]) -> dict[str, Any]:
    from node.drops import Visit
    from node.errors import DriverMissing, PlaceTrouble
    from node.places import shown

    visit, problem = Visit(shown(url)), None
    try:
        visit = drops.sync(url, again=True)
    except (PlaceTrouble, DriverMissing) as fault:
        faults.append(fault)
        problem = fault.say(face.lang)
    return {
        "place": visit.place,
        "came": visit.came,
        "went": visit.went,
        "written": visit.written,
        "removed": visit.removed,
        "spoiled": sorted(visit.spoiled),
        "waiting": visit.waiting,
        "problem": problem,
    }


def _tell(face: Face, visit: dict[str, Any]) -> None:
    if visit["problem"]:
        return  # it is said at the end
    face.say(
        Text(
            "{place}：收到 {came} 条，留下 {went} 条。",
            "{place}: {came} entries came, {went} were left.",
        ),
        **visit,
    )
    if visit["spoiled"]:
        face.say(
            Text(
                "  {n} 个文件损坏，没有全部收下；做文件的乡镇会另写一份。",
                "  {n} files are damaged; their makers will write them anew.",
            ),
            n=len(visit["spoiled"]),
        )
    if visit["waiting"]:
        face.say(
            Text(
                "  {n} 个文件接不上，缺了前一个；做文件的乡镇会补。",
                "  {n} files lack what comes before them; their makers will add it.",
            ),
            n=visit["waiting"],
        )


drop = Group(
    "drop",
    Text("交换文件夹：通过共享文件夹交换。", "Drop folders: exchange through a shared folder."),
    (add, list_, remove, sync),
    example="mulin drop add /mnt/共享/睦邻",
)
