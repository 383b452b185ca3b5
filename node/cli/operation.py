"""`run`, `status`, `verify`: keep a node going and know how it is."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

from keys.errors import Exit, Text
from node.cli import language
from node.cli.commands import NO_VALUE, Option, command
from node.cli.face import Face
from node.cli.moments import clock
from node.cli.setup import address_of, good_address

if TYPE_CHECKING:
    from node.ledgers import Ledger


@command(
    "run",
    Text(
        "运行节点：接受邻乡连接，自动交换。\nCtrl-C 或 SIGTERM 停止；日志写到标准错误，每行一条 JSON。",
        "Run the node: neighbours connect, exchange goes by itself.\n"
        "Ctrl-C or SIGTERM stops it; its log goes to standard error, one JSON line an event.",
    ),
    Option(
        "--listen",
        Text("这一次监听另一个地址", "listen elsewhere this time"),
        Text("主机:端口", "HOST:PORT"),
    ),
    example="mulin run",
)
def run(face: Face, listen: str | None) -> None:
    from node.runtime import run_node

    address = address_of(face) if listen is None else good_address(listen)

    def ready(at: str) -> None:
        _look_for_circles_less_often()

        def people() -> None:
            face.say(Text("节点已启动：{at}", "The node is running: {at}"), at=at)

        face.answer({"listening": at}, people)
        face.flush()

    run_node(face.home, face.service, address, ready)
    face.say(Text("节点已停止。", "The node has stopped."))


def _look_for_circles_less_often() -> None:
    """A node lives long: what is loaded by now stays, and a run makes many objects that die at once.

    Looking among them after every 700 costs a third of taking a run in.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


@command(
    "status",
    Text(
        "本节点和每个邻乡的情况。\n是否连着，还有几条未送达，有没有待核对的。",
        "How this node and every neighbour are.\n"
        "Connected or not, what is not there yet, what waits to be settled.",
    ),
    example="mulin status",
)
def status(face: Face) -> None:
    control = face.control
    running = control.alive()
    found = face.reading.status(control.live() if running else {}) | {"running": running}
    face.answer(found, lambda: _print_status(face, found))


def _print_status(face: Face, found: dict[str, Any]) -> None:
    state = Text("节点正在运行", "its node is running") if found["running"] else _NOT_RUNNING
    face.line(f"{found['township']} {found['code']}  {state.say(face.lang)}")
    if not found["ledgers"] and not found["pending"]:
        face.say(Text("还没有账本：mulin ledger new", "There is no ledger yet: mulin ledger new"))
    for muted in found["muted"]:
        face.say(
            Text(
                "暂不接收{township}的新内容：mulin mute --off",
                "Nothing new of {township} is taken: mulin mute --off",
            ),
            **muted,
        )
    for ledger in found["ledgers"]:
        _print_ledger(face, ledger, running=found["running"])
    for ledger in found["pending"]:
        words = Text(
            "\n账本 {name}：等待 {who} 签字",
            "\nLedger {name}: waits for the signature of {who}",
        )
        if ledger["joining"]:
            words = Text(
                "\n账本 {name}：已同意加入，等待成员表决",
                "\nLedger {name}: agreed to join; its members have to vote",
            )
        face.say(
            words,
            name=ledger["name"],
            who=language.BETWEEN.say(face.lang).join(ledger["missing"]),
        )


_NOT_RUNNING = Text("节点没有运行（mulin run）", "its node is not running (mulin run)")


_NO_MEMBER = Text(
    "  本乡镇已经不是成员：只能看，不能写（mulin members）",
    "  This township is no member any more: it can read and not write (mulin members)",
)
# Nothing more comes for who has left: what waits has the newer key, or lost what came before it.
_NOT_FOR_US = Text(
    "  {n} 条是其他成员后来写的，这里读不了",
    "  {n} entries came from the others afterwards and cannot be read here",
)
# What `status` counts, and what is said of it where it is not none.
_ABOUT_LEDGER = {
    "conflicts": Text(
        "  {n} 处两边不一致，请核对：mulin conflicts list",
        "  {n} differences to settle: mulin conflicts list",
    ),
    "to_vote": Text(
        "  {n} 项提议等本乡镇表决：mulin members",
        "  {n} proposals wait for this township's vote: mulin members",
    ),
    "to_approve": Text(
        "  {n} 份删除令等本乡镇同意：mulin erase list",
        "  {n} orders of erasure wait for this township: mulin erase list",
    ),
    "waiting": Text("  {n} 条在等前文到达", "  {n} entries wait for what comes before them"),
    "newer": Text(
        "  {n} 条是更新的程序写的：已存好、照常转送，升级本程序以后就看得到",
        "  {n} were written by newer programs: kept, passed on, shown once this one is upgraded",
    ),
    "quarantined": Text(
        "  {n} 条是离开的乡镇事后写的，没有算数：mulin quarantine",
        "  {n} entries came from who had left and do not count: mulin quarantine",
    ),
    "forks": Text(
        "  {n} 处设备签了两份不同内容：mulin proof list",
        "  {n} times a device signed two different things: mulin proof list",
    ),
}


def _print_ledger(face: Face, ledger: dict[str, Any], *, running: bool) -> None:
    face.say(
        Text("\n账本 {name}：{records} 条记录", "\nLedger {name}: {records} records"),
        name=ledger["name"],
        records=ledger["records"],
    )
    about = _ABOUT_LEDGER
    if not ledger["ours"]:
        face.say(_NO_MEMBER)
        about = {**about, "waiting": _NOT_FOR_US}
    for name, words in about.items():
        if ledger[name]:
            face.say(words, n=ledger[name])
    for peer in ledger["peers"]:
        face.line(f"  {peer['township']}  {_peer_words(face, peer, ledger['entries'], running)}")


def _peer_words(face: Face, peer: dict[str, Any], entries: int, running: bool) -> str:
    """Up to date, n waiting, not reached since."""
    waiting = entries - peer["acked"]
    heard = clock(peer["last_heard"]) if peer["last_heard"] else ""
    if not waiting:
        words = Text("已全部送达", "up to date")
    else:
        words = Text("还有 {n} 条未送达", "{n} entries are not there yet")
    said = face.text(words, n=waiting)
    if peer["connected"]:
        return said + Text("，连着", ", connected").say(face.lang)
    if not heard:
        return said + Text("，还没有联系过", ", never heard of yet").say(face.lang)
    lost = Text("，{when} 起没有连上", ", not reached since {when}")
    last = Text("，最近一次联系 {when}", ", last heard of {when}")
    return said + face.text(lost if running else last, when=heard)


@command(
    "verify",
    Text(
        "核对本机的一切：每条日志、签名、内容和表格。\n有问题时退出码为 3。",
        "Check all that is here: every log, signature, payload and table.\n"
        "Exit code 3 if something is wrong.",
    ),
    Option(
        "--rebuild",
        Text(
            "先把表格、核对和查找从日志重新算出来，再核对",
            "first compute tables, differences and search anew from the log, then check",
        ),
        NO_VALUE,
        is_flag=True,
    ),
    example="mulin verify",
)
def verify(face: Face, rebuild: bool) -> int:
    from node.verify import verify as check

    if rebuild:
        face.service.rebuild()

    found: dict[str, Any] = {"ok": True, "entries": 0, "problems": []}
    for ledger in _ledgers(face):
        with face.progress(Text("核对中", "checking")) as progress:
            one = check(face.service, ledger, progress)
        found["ok"] &= one["ok"]
        found["entries"] += one["entries"]
        found["problems"] += one["problems"]
    face.answer(found, lambda: _print_verified(face, found))
    return Exit.DONE if found["ok"] else Exit.REFUSED


def _ledgers(face: Face) -> list[Ledger]:
    """The one that was named, or all in force."""
    return [face.ledger] if face.ledger_name else face.service.ledgers.active()


def _print_verified(face: Face, found: dict[str, Any]) -> None:
    for problem in found["problems"]:
        face.line(f"✗ {problem}")
    if found["ok"]:
        words = Text("✓ {n} 条，全部正确。", "✓ {n} entries, everything is right.")
    else:
        words = Text(
            "{n} 条，有上述问题。表格、核对和查找过时的，可以重新算：mulin verify --rebuild",
            "{n} entries, with the problems above. What is out of date is computed anew by: "
            "mulin verify --rebuild",
        )
    face.say(words, n=found["entries"])
