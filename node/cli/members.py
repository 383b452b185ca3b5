"""`members`: who belongs to the ledger, proposals and votes."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from keys.errors import Text
from node.cli import language
from node.cli.commands import NO_NAME, NO_VALUE, Argument, Group, Option, command
from node.cli.face import Face
from node.cli.files import fit_for_a_name, new_file, read_file, shown
from node.cli.mistakes import OneOfTwo

if TYPE_CHECKING:
    from crdt.statements import Proposal
    from keys.card import Card
    from node.ledgers import Ledger

SHORT = 8
REASON = Option("--reason", Text("理由", "why"), language.REASON, name="reason", default="")
_OUTPUT = Option(
    "-o",
    Text(
        "邀请文件的名称（缺省 邀请-乡镇.mulin）",
        "name of the invitation (default 邀请-TOWNSHIP.mulin)",
    ),
    language.FILE,
    name="output",
)
_PROPOSAL = Argument("proposal", Text("提议编号", "PROPOSAL"))
_STATES = {
    "open": Text("表决中", "open"),
    "adopted": Text("已通过", "adopted"),
    "dead": Text("未通过", "not adopted"),
}
_VOTES = {
    "agree": Text("赞成", "agrees"),
    "reject": Text("不赞成", "does not"),
    None: Text("还没有", "not yet"),
}


@command(
    "list",
    Text(
        "成员、已离开的乡镇，和正在表决的提议。",
        "Members, townships that left, and what is being voted on.",
    ),
    example="mulin members list",
)
def list_(face: Face) -> None:
    from node.roster import roster

    found = roster(face.service, face.ledger)
    face.answer(found, lambda: _print(face, found))


def _print(face: Face, found: dict[str, Any]) -> None:
    from node.cli.tables import Column, print_table

    final = Text("全体成员已确认", "acknowledged by every member")
    waits = Text("还有成员没有确认", "not acknowledged by every member yet")
    face.say(
        Text("第 {n} 届成员（{state}）", "Epoch {n} ({state})"),
        n=found["epoch"],
        state=final if found["final"] else waits,
    )
    columns = (
        Column(language.TOWNSHIP),
        Column(Text("代码", "code"), fixed=True),
        Column(Text("设备", "devices"), fixed=True),
        Column(Text("恢复密钥", "recovery key"), fixed=True),
        Column(Text("已确认", "acknowledged"), fixed=True),
    )
    rows = [
        (
            m["township"],
            m["code"],
            str(len(m["devices"])),
            (language.YES if m["recovery"] else language.NO).say(face.lang),
            (language.YES if m["acknowledged"] else language.NO).say(face.lang),
        )
        for m in found["members"]
    ]
    print_table(face.lang, columns, rows)
    _print_former(face, found)
    for proposal in found["proposals"]:
        if proposal["state"] != "adopted":
            _print_proposal(face, proposal)


def _print_former(face: Face, found: dict[str, Any]) -> None:
    for gone in found["former"]:
        face.wrapped(
            Text(
                "{township}：第 {epoch} 届起不再是成员，由 {who} 表决；隔离 {quarantined} 条"
                "（mulin quarantine list）",
                "{township}: no member since epoch {epoch}, voted by {who}; {quarantined} entries in "
                "quarantine (mulin quarantine list)",
            ),
            **gone | {"who": language.BETWEEN.say(face.lang).join(gone["by"])},
        )
    for twice in found["double_votes"]:
        face.wrapped(
            Text(
                "{township}在同一轮投了两张不同的票，证据已保存。",
                "{township} cast two different votes in one round; the proof is kept.",
            ),
            **twice,
        )


def _print_proposal(face: Face, found: dict[str, Any]) -> None:
    from crdt.epoch import Change
    from node.roster import CHANGES

    change = CHANGES[Change[found["change"].upper()]]
    what = face.text(change) + (f" {found['about']}" if found["about"] else "")
    between = language.BETWEEN.say(face.lang)
    votes = between.join(f"{who} {face.text(_VOTES[v])}" for who, v in found["votes"].items())
    face.wrapped(
        Text(
            "提议 {id}  {what}  {state}（{by} 提出，需要 {needed} 票）：{votes}",
            "Proposal {id}  {what}  {state} (by {by}, needs {needed} votes): {votes}",
        ),
        **found
        | {
            "id": found["id"][:SHORT],
            "what": what,
            "state": face.text(_STATES[found["state"]]),
            "votes": votes,
        },
    )
    if found["rules"]:
        face.wrapped(Text("  规则：{rules}", "  rules: {rules}"), rules=_rules(found["rules"]))
    if found["consented"] is False and found["state"] == "open":
        face.wrapped(
            Text("  还在等 {about} 同意加入", "  {about} has not consented yet"),
            about=found["about"],
        )


def _rules(rules: dict[str, int]) -> str:
    return " ".join(f"{name}={value}" for name, value in rules.items())


@command(
    "show",
    Text("一项提议和它的票。", "One proposal and its votes."),
    _PROPOSAL,
    example="mulin members show 5d0c11f2",
)
def show(face: Face, proposal: str) -> None:
    found = _shape(face, face.ledger, face.service.epochs.proposal(face.ledger, proposal))

    def people() -> None:
        _print_proposal(face, found)
        for who, why in found["reasons"].items():
            face.wrapped(Text("  {who}：{why}", "  {who}: {why}"), who=who, why=why)

    face.answer(found, people)


def _shape(face: Face, ledger: Ledger, proposal: Proposal) -> dict[str, Any]:
    from node.roster import proposals

    return next(p for p in proposals(face.service, ledger) if p["id"] == proposal.id.hex())


# --- proposing -----------------------------------------------------------------------------------


@command(
    "add",
    Text(
        "提议接纳一个乡镇：写出给它的邀请文件。它同意以后，成员才能表决。",
        "Propose to admit a township: writes an invitation for it. Members vote once it has agreed.",
    ),
    Argument("card", Text("名片文件", "CARD")),
    _OUTPUT,
    example="mulin members propose add 新乡.card",
)
def add(face: Face, card: str, output: str | None) -> None:
    asked = _read_card(card)
    _invited(face, asked, output, lambda k: face.service.epochs.propose_admission(k, asked))


@command(
    "rekey",
    Text(
        "提议给一个乡镇换上新的密钥：它的电脑和恢复密钥都丢了。写出给它的邀请文件。\n"
        "公示期过后、当面核实了再赞成；原来的密钥若又写过内容，就不能换。",
        "Propose new keys for a township that lost its laptop and its recovery key; writes an invitation.\n"
        "Agree after the waiting time, having met them; if the old keys write meanwhile, it is off.",
    ),
    Argument("card", Text("新名片文件", "CARD")),
    Option(
        "--for", Text("哪个乡镇", "which township"), language.TOWNSHIP, name="of", required=True
    ),
    _OUTPUT,
    example="mulin members propose rekey 新电脑.card --for 试乡",
)
def rekey(face: Face, card: str, of: str, output: str | None) -> None:
    asked, township = _read_card(card), face.ledger.members.find(of)
    _invited(face, asked, output, lambda k: face.service.epochs.propose_rekey(k, township, asked))


def _read_card(file: str) -> Card:
    from node.exchange import CARD_FILE_BYTES, read_card

    return read_card(read_file(file, CARD_FILE_BYTES))


def _invited(
    face: Face, asked: Card, output: str | None, propose: Callable[[Ledger], Proposal]
) -> None:
    """A proposal that its subject has to consent to, and the file with which it does."""
    from node.exchange import Joining, joining_file

    ledger = face.ledger
    name = output or f"邀请-{fit_for_a_name(asked.name)}.mulin"
    with new_file(name) as file:
        proposal = propose(ledger)
        statements = face.service.ground.papers.all(ledger.n)
        joining = Joining(ledger.invitation, statements, proposal.id)
        file.write(joining_file(joining, ledger.members.cards.values()).encode())
    face.wrote()
    found = _shape(face, ledger, proposal)

    def people() -> None:
        _print_proposal(face, found)
        face.say(
            Text(
                "邀请已写入 {file}。请交给对方，并在电话里核对指纹；对方同意后再表决。",
                "The invitation is in {file}. Give it to them and compare fingerprints by phone; vote once "
                "they have agreed.",
            ),
            file=shown(name),
        )

    face.answer(found | {"file": name}, people)


@command(
    "remove",
    Text(
        "提议移出一个乡镇。提议就是赞成；其余成员全部赞成才生效。\n"
        "它此前登记的一切保留，它自己也保留一份可以核对的账本。",
        "Propose to remove a township. Proposing is agreeing; all the others have to agree.\n"
        "What it wrote until then stays, and it keeps a copy that can be checked.",
    ),
    Argument("township", language.TOWNSHIP),
    REASON,
    NO_NAME,
    example="mulin members propose remove 试乡 --reason 退出联盟",
)
def remove(face: Face, township: str, reason: str) -> None:
    ledger = face.ledger
    about = ledger.members.find(township)
    _proposed(face, ledger, face.service.epochs.propose_removal(ledger, about, reason))


@command(
    "rules",
    Text(
        "提议修改账本的规则。提议就是赞成。",
        "Propose other rules for the ledger. Proposing is agreeing.",
    ),
    Option(
        "--may-miss",
        Text(
            "四个以上成员时，接纳和改规则可以缺几票",
            "votes that an admission or new rules may lack with four members or more",
        ),
        Text("0|1", "0|1"),
        name="may_miss",
        type=int,
    ),
    Option(
        "--schema",
        Text("各乡镇的程序都已认识到第几版", "the version that every township's program knows"),
        Text("版本", "N"),
        name="schema",
        type=int,
    ),
    Option(
        "--retention-days",
        Text(
            "办结的事项带姓名保存多少天，0 为不限",
            "days that closed matters keep names, 0: no limit",
        ),
        Text("天数", "DAYS"),
        name="retention_days",
        type=int,
    ),
    Option(
        "--erasure",
        Text("删除要几个乡镇同意", "how many townships approve an erasure"),
        Text("个数", "N"),
        type=click.IntRange(1, 128),
    ),
    REASON,
    NO_NAME,
    example="mulin members propose rules --retention-days 3650",
)
def rules(
    face: Face,
    may_miss: int | None,
    schema: int | None,
    retention_days: int | None,
    erasure: int | None,
    reason: str,
) -> None:
    from dataclasses import replace

    ledger = face.ledger
    given = {
        "may_miss": may_miss,
        "schema": schema,
        "retention_days": retention_days,
        "erasure": erasure,
    }
    changed: dict[str, Any] = {name: n for name, n in given.items() if n is not None}
    wanted = replace(ledger.chain.epoch.rules, **changed)
    _proposed(face, ledger, face.service.epochs.propose_rules(ledger, wanted, reason))


@command(
    "key",
    Text(
        "提议更换账本密钥（例如电脑被盗以后）。提议就是赞成。",
        "Propose a new ledger key (after a theft, say). Proposing is agreeing.",
    ),
    REASON,
    NO_NAME,
    example="mulin members propose key --reason 电脑被盗",
)
def key(face: Face, reason: str) -> None:
    ledger = face.ledger
    _proposed(face, ledger, face.service.epochs.propose_key(ledger, reason))


def _proposed(face: Face, ledger: Ledger, proposal: Proposal) -> None:
    face.wrote()
    found = _shape(face, ledger, proposal)
    face.answer(found, lambda: _print_proposal(face, found))


propose = Group(
    "propose",
    Text("提议：接纳、移出、改规则、换密钥。", "Propose: admit, remove, change the rules or keys."),
    (add, remove, rules, rekey, key),
    example="mulin members propose remove 试乡 --reason 退出联盟",
)


@command(
    "vote",
    Text(
        "对一项提议表决。一个乡镇一轮一票，不能改。",
        "Vote on a proposal. One vote a township and round; it cannot be changed.",
    ),
    _PROPOSAL,
    Option("--agree", Text("赞成", "agree"), NO_VALUE, name="agree", is_flag=True),
    Option("--reject", Text("不赞成", "do not agree"), NO_VALUE, name="reject", is_flag=True),
    REASON,
    NO_NAME,
    example="mulin members vote 5d0c11f2 --agree --reason 电话核实",
)
def vote(face: Face, proposal: str, agree: bool, reject: bool, reason: str) -> None:
    if agree == reject:
        raise OneOfTwo(one="--agree", two="--reject")
    ledger, epochs = face.ledger, face.service.epochs
    chosen = epochs.proposal(ledger, proposal)
    epochs.vote(ledger, chosen, agree=agree, reason=reason)
    epochs.settle(ledger)
    _proposed(face, ledger, chosen)


members = Group(
    "members",
    Text("成员：查看、提议、表决。", "Members: see, propose, vote."),
    (list_, propose, vote, show),
    example="mulin members list",
    default="list",
)
