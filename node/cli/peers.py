"""`sync` and `peers`: exchange with the neighbours now, and how far each of them is."""

from __future__ import annotations

import math
import time
from typing import Any

import click

from keys.errors import Exit, Text
from node.cli import language
from node.cli.bundles import open_conflicts, tell_conflicts
from node.cli.commands import NO_VALUE, Option, command
from node.cli.face import Face
from node.cli.mistakes import NotYetEqual
from node.cli.moments import clock
from node.errors import NoLedger, NotFound, Unreachable

_ONCE_S = 5.0
_WAIT_S = 30.0
_PAUSE_S = 0.2
_DAY_S = 86_400.0
_EXCHANGING = Text("交换中", "exchanging")


class _Seconds(click.FloatRange):
    """A time to wait; click's own range lets "nan" through."""

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        found = float(super().convert(value, param, ctx))
        if not math.isfinite(found):
            self.fail("not finite", param, ctx)
        return found


@command(
    "sync",
    Text(
        "现在就与邻乡交换。\n节点没有运行时自己连一次。"
        "新出现两边不一致时退出码为 4，有乡镇没有连上时为 5。",
        "Exchange with the neighbours now.\nConnects by itself if no node is running. "
        "Exit code 4 if new differences arrived, 5 if a township was not reached.",
    ),
    Option(
        "--with",
        Text("只与这个乡镇，可以写多次", "only with this township; may be given several times"),
        language.TOWNSHIP,
        name="named",
        multiple=True,
    ),
    Option("--wait", Text("等到完全一致为止", "wait until all are equal"), NO_VALUE, is_flag=True),
    Option(
        "--timeout",
        Text("最多等几秒（缺省 5，--wait 时 30）", "seconds at most (default 5; with --wait 30)"),
        Text("秒", "SECONDS"),
        type=_Seconds(0.1, _DAY_S),
    ),
    example="mulin sync --with 金子岩 --wait",
)
def sync(face: Face, named: tuple[str, ...], wait: bool, timeout: float | None) -> int:
    service = face.service
    if not service.ledgers.all():
        raise NoLedger
    wanted = _wanted(face, named)
    # A second laptop in a drawer is no reason for a township not to be done.
    spared = set() if named else {service.ledgers.name_of(k.me) for k in service.ledgers.all()}
    before, held = open_conflicts(face), _entries(face)
    deadline = time.monotonic() + (timeout or (_WAIT_S if wait else _ONCE_S))
    with face.progress(_EXCHANGING, at_once=True):
        reached, behind = _exchange(face, wanted, deadline), _behind(face, wanted)
        while wait and (behind or wanted.keys() - reached - spared) and time.monotonic() < deadline:
            time.sleep(_PAUSE_S)
            reached |= _exchange(face, wanted, deadline)
            behind = _behind(face, wanted)
    service.ledgers.refresh()
    missed = [name for name in wanted if name not in reached | spared]
    fresh = sorted(open_conflicts(face) - before)
    found = {
        "reached": sorted(reached),
        "unreached": missed,
        "received": _entries(face) - held,
        "equal": not behind and not missed,
        "new_conflicts": [c.hex() for c in fresh],
    }
    face.answer(found, lambda: _tell(face, found))
    if missed:
        raise Unreachable(who=language.BETWEEN.say(face.lang).join(missed))
    if wait and behind:
        raise NotYetEqual(who=language.BETWEEN.say(face.lang).join(behind))
    return Exit.CONFLICTS if fresh else Exit.DONE


def _tell(face: Face, found: dict[str, Any]) -> None:
    if found["reached"]:
        who = language.BETWEEN.say(face.lang).join(found["reached"])
        face.say(
            Text("已与{who}交换，收到 {n} 条。", "Exchanged with {who}; {n} entries came in."),
            who=who,
            n=found["received"],
        )
    tell_conflicts(face, found["new_conflicts"])


def _wanted(face: Face, named: tuple[str, ...]) -> dict[str, list[bytes]]:
    """Township name → its devices: those named, or every neighbour. Raises NotFound, Ambiguous."""
    ledgers = face.service.ledgers
    townships = {ledgers.find_township(text) for text in named}
    found: dict[str, list[bytes]] = {}
    for device, delegation in ledgers.peers().items():
        township = ledgers.township_of(delegation)
        if not named or township in townships:
            found.setdefault(ledgers.name_of(township), []).append(device)
    if named and not found:  # only this township itself was named
        raise NotFound(what=named[0][:60])
    return found


def _exchange(face: Face, wanted: dict[str, list[bytes]], deadline: float) -> set[str]:
    """Exchange until the deadline at most; the townships of which a device was reached."""
    left_s = max(deadline - time.monotonic(), _PAUSE_S)
    devices = [d for listed in wanted.values() for d in listed]
    if face.control.alive():
        up = face.control.sync(devices, left_s)
    else:
        from node.runtime import sync_once

        with face.quiet_log():
            up = sync_once(face.home, face.service, devices, left_s)
    return {name for name, listed in wanted.items() if any(up.get(d) for d in listed)}


def _behind(face: Face, wanted: dict[str, list[bytes]]) -> list[str]:
    """Townships that have not yet said that they hold all that is here."""
    ledgers = face.reading.status({})["ledgers"]
    return [
        name
        for name in wanted
        if any(
            p["township"] == name and p["acked"] < k["entries"] for k in ledgers for p in k["peers"]
        )
    ]


def _entries(face: Face) -> int:
    return sum(k["entries"] for k in face.reading.status({})["ledgers"])


@command(
    "peers",
    Text(
        "邻乡：地址、是否连着、最近一次联系。",
        "The neighbours: address, connected or not, last heard.",
    ),
    example="mulin peers",
)
def peers(face: Face) -> None:
    from keys.identity import did_key
    from node.officeclock import moment

    service, live = face.service, face.control.live()
    book = service.ground.book
    found = []
    for device, delegation in service.ledgers.peers().items():
        heard, township = book.last_heard_ms(device), service.ledgers.township_of(delegation)
        found.append(
            {
                "township": service.ledgers.name_of(township),
                "township_id": did_key(township),
                "device": did_key(device),
                "addresses": book.addresses(device),
                "connected": device in live,
                "last_heard": None if heard is None else moment(heard),
            }
        )
    face.answer(found, lambda: _print_peers(face, found))


def _print_peers(face: Face, found: list[dict[str, Any]]) -> None:
    from node.cli.tables import Column, print_table

    if not found:
        face.say(Text("还没有邻乡。", "There are no neighbours yet."))
        return
    columns = (
        Column(language.TOWNSHIP),
        Column(Text("地址", "address"), fold=True),
        Column(Text("连着", "connected"), fixed=True),
        Column(Text("最近联系", "last heard"), fixed=True),
    )
    never = Text("从未", "never").say(face.lang)
    rows = [
        (
            p["township"],
            "\n".join(p["addresses"]),
            (language.YES if p["connected"] else language.NO).say(face.lang),
            clock(p["last_heard"]) if p["last_heard"] else never,
        )
        for p in found
    ]
    print_table(face.lang, columns, rows)
