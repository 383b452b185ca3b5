"""`bundle`: entries in a file, for a stick or a mail, and the receipt that comes back."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from keys.errors import Exit, Text
from node.cli import language
from node.cli.commands import NO_VALUE, Argument, Group, Option, command
from node.cli.face import Face
from node.cli.files import new_file, reading, shown

if TYPE_CHECKING:
    from keys.identity import TownshipId
    from node.bundles import Bundles, Outcome, Parcel
    from node.ledgers import Ledger

_WRITING = Text("写入中", "writing")
_READING = Text("导入中", "taking in")
_OUTPUT = Option(
    "-o",
    Text("写到哪个文件或文件夹", "which file or folder to write"),
    language.FILE,
    name="output",
)


def _for(about: Text) -> Option:
    return Option("--for", about, language.TOWNSHIP, name="named", multiple=True)


@command(
    "export",
    Text(
        "把邻乡还没有的条目写成一个交换包，用 U 盘或邮件带去。\n"
        "只有收件乡镇的设备打得开；对方导入并交回回执以后，下一个包就小了。",
        "Write what neighbours lack into a bundle, for a stick or a mail.\n"
        "Only their devices open it; once their receipt is back the next one is small.",
    ),
    _for(
        Text(
            "给哪个乡镇，可以写多次（缺省全部成员）",
            "for which township; may be given several times (default: every member)",
        )
    ),
    _OUTPUT,
    Option(
        "--all",
        Text("不管对方已有什么，全部写入", "everything, whatever they hold already"),
        NO_VALUE,
        name="everything",
        is_flag=True,
    ),
    example="mulin bundle export --for 金子岩 -o /media/usb",
)
def export(face: Face, named: tuple[str, ...], output: str | None, everything: bool) -> None:
    ledger, bundles, townships = _chosen(face, named)
    devices = bundles.devices_of(ledger, townships)
    held = {} if everything else bundles.held_by_all(ledger, townships)
    parcel = bundles.parcel(ledger, devices, held)
    file = _write(face, parcel, output, "bundle")
    found = _told(ledger, parcel, townships, file)

    def people() -> None:
        words = Text(
            "交换包已写入 {file}：{n} 条，给{who}（{kib} KiB）。",
            "The bundle is in {file}: {n} entries for {who} ({kib} KiB).",
        )
        if not parcel.entries:
            words = Text(
                "{who}已经有全部条目；{file} 里只有本节点有什么（{kib} KiB）。",
                "{who} have every entry; {file} only tells what is here ({kib} KiB).",
            )
        _say(face, words, found)

    face.answer(found, people)


@command(
    "receipt",
    Text(
        "写一份回执：告诉做包的乡镇，本节点已经有了什么。\n缺省给最近导入过其交换包的乡镇。",
        "Write a receipt that tells the makers of bundles what is here now.\n"
        "For those whose bundles were taken since the last one, unless others are named.",
    ),
    _for(Text("给哪个乡镇，可以写多次", "for which township; may be given several times")),
    _OUTPUT,
    example="mulin bundle receipt -o 回执.bundle",
)
def receipt(face: Face, named: tuple[str, ...], output: str | None) -> None:
    ledger, bundles, townships = _chosen(face, named)
    if not named:
        owed = {ledger.members.township_of(d) for d in bundles.owed(ledger)}
        townships = [t for t in townships if t in owed] or townships
    devices = bundles.devices_of(ledger, townships)
    parcel = bundles.parcel(ledger, devices, None)
    file = _write(face, parcel, output, "receipt")
    bundles.paid(ledger, devices)
    found = _told(ledger, parcel, townships, file)
    words = Text(
        "回执已写入 {file}，请带给{who}：mulin bundle import",
        "The receipt is in {file}; bring it to {who}: mulin bundle import",
    )
    face.answer(found, lambda: _say(face, words, found))


def _chosen(face: Face, named: Sequence[str]) -> tuple[Ledger, Bundles, list[TownshipId]]:
    """The ledger that was asked for, and the townships, or every other one. Raises MulinError."""
    from node.bundles import Bundles

    service = face.service
    ledger = service.ledgers.choose(face.ledger_name, pending=not service.ledgers.active())
    townships = [ledger.members.find(text) for text in named]
    everybody = [t for t in ledger.members.cards if t != ledger.me]
    return ledger, Bundles(service), list(dict.fromkeys(townships)) or everybody


def _write(face: Face, parcel: Parcel, output: str | None, kind: str) -> str:
    """The name of the file that was written. Raises FileExists, FileTrouble."""
    from node.officeclock import moment

    made = parcel.manifest
    day = moment(made.made_ms)[:10].replace("-", "")
    name = f"mulin-{day}-{made.id.hex()[:8]}.{kind}"
    file_name = os.path.join(output, name) if output and os.path.isdir(output) else output or name
    with face.progress(_WRITING, at_once=True), new_file(file_name) as file:
        for piece in parcel:
            file.write(piece)
    return file_name


def _told(
    ledger: Ledger, parcel: Parcel, townships: Sequence[TownshipId], file: str
) -> dict[str, Any]:
    return {
        "file": file,
        "bytes": parcel.size_bytes,
        "entries": parcel.entries,
        "ledger": ledger.hex,
        "for": [ledger.members.name_of(t) for t in townships],
        "id": parcel.manifest.id.hex(),
    }


def _say(face: Face, words: Text, found: dict[str, Any]) -> None:
    face.wrapped(
        words,
        file=shown(found["file"]),
        n=found["entries"],
        who=language.BETWEEN.say(face.lang).join(found["for"]),
        kib=found["bytes"] // 1024,
    )


@command(
    "import",
    Text(
        "导入交换包或回执，一次可以多个，先后不论，重复也无妨。\n"
        "文件只读不改；不完整的包保留完整的部分。新出现两边不一致时退出码为 4。",
        "Take in bundles and receipts, several at once, in any order, twice if need be.\n"
        "Files are only read; of one cut short the whole part counts. Exit code 4 if new\n"
        "differences arrived.",
    ),
    Argument("files", language.FILE, nargs=-1, required=True),
    example="mulin bundle import /media/usb/mulin-20240818-3f2a9c1e.bundle",
)
def import_(face: Face, files: tuple[str, ...]) -> int:
    from node.bundles import Bundles

    service = face.service
    before = open_conflicts(face)
    with face.progress(_READING, at_once=True):
        outcomes = _take(Bundles(service), files)
    received = sum(o.fresh for o in outcomes.values())
    if received or any(o.signatures for o in outcomes.values()):
        face.wrote()
    fresh = sorted(open_conflicts(face) - before)
    found = {
        "files": [_of_outcome(face, file, o) for file, o in outcomes.items()],
        "received": received,
        "new_conflicts": [c.hex() for c in fresh],
    }
    face.answer(found, lambda: _tell(face, found))
    for outcome in outcomes.values():
        if outcome.fault is not None:
            raise outcome.fault
    return Exit.CONFLICTS if fresh else Exit.DONE


def _take(bundles: Bundles, files: Sequence[str]) -> dict[str, Outcome]:
    """Those that lack what another brings are read again, as long as anything comes in."""
    from node.errors import BundleMissing, LogFull

    outcomes: dict[str, Outcome] = {}
    left, moved = list(dict.fromkeys(files)), True
    while left and moved:
        moved, todo, left = False, left, []
        for file in todo:
            before = outcomes[file].fresh if file in outcomes else 0
            outcome = outcomes[file] = bundles.take(partial(reading, file))
            moved |= outcome.fresh > 0
            outcome.fresh += before
            if isinstance(outcome.fault, BundleMissing | LogFull):
                left.append(file)
    return outcomes


def _of_outcome(face: Face, file: str, outcome: Outcome) -> dict[str, Any]:
    from node.officeclock import moment

    made = outcome.manifest
    known = made and face.service.ledgers.get(made.ledger)
    maker = known and made and known.members.delegations.get(made.device)
    return {
        "file": file,
        "from": face.service.ledgers.name_of(maker.township) if maker else None,
        "made": moment(made.made_ms) if made else None,
        "entries": outcome.fresh,
        "problem": outcome.fault and outcome.fault.say(face.lang),
    }


def _tell(face: Face, found: dict[str, Any]) -> None:
    for one in found["files"]:
        who = one["from"] or Text("不明", "nobody known").say(face.lang)
        facts = {"file": shown(one["file"]), "who": who, "n": one["entries"]}
        face.say(Text("{file}：来自{who}，{n} 条。", "{file}: from {who}, {n} entries."), **facts)
    tell_conflicts(face, found["new_conflicts"])


def tell_conflicts(face: Face, fresh: Sequence[str]) -> None:
    """How many new differences there are to settle, if any."""
    if fresh:
        face.say(
            Text(
                "新出现 {n} 处两边不一致，请核对：mulin conflicts list",
                "{n} new differences to settle: mulin conflicts list",
            ),
            n=len(fresh),
        )


def open_conflicts(face: Face) -> set[bytes]:
    """Ids of every difference that waits to be settled."""
    ledgers = face.service.ledgers.active()
    return {c.id for k in ledgers for c in face.service.ground.model.conflicts(k.n)}


bundle = Group(
    "bundle",
    Text("交换包：没有网络时用文件交换。", "Bundles: exchange by files where there is no line."),
    (export, import_, receipt),
    example="mulin bundle export --for 金子岩",
)
