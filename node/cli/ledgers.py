"""`ledger`: found one with neighbours, accept one after comparing fingerprints, see what there is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from keys.errors import Text
from keys.limits import MEMBERS_PER_LEDGER
from node.cli import language
from node.cli.commands import NO_VALUE, Argument, Group, Option, command
from node.cli.face import Face
from node.cli.files import fit_for_a_name, new_file, read_file, shown
from node.cli.mistakes import SameCardTwice
from node.cli.succession import succeed
from node.errors import NotConfirmed

if TYPE_CHECKING:
    from keys.card import Card
    from node.ledgers import Ledger
    from node.members import Members

_INVITATION = Text("邀请文件", "INVITE")
_IN_FORCE = Text("已成立", "in force")
_WAITS = Text("等待签字", "waits for signatures")
_SIGNED = Text("已签字", "signed")
_NOT_YET = Text("还没有", "not yet")
_AGREED = ("y", "yes", "是", "一致")


@command(
    "new",
    Text(
        "发起一个账本：给出其他乡镇的名片，写出邀请文件。\n所有成员核对指纹并接受以后，账本才成立。",
        "Propose a ledger with other townships' cards; writes an invitation.\n"
        "It is in force once every member has compared fingerprints and accepted.",
    ),
    Argument("name", Text("名称", "NAME")),
    Option(
        "--with",
        Text(
            "其他乡镇的名片文件，可以写多次", "another township's card; may be given several times"
        ),
        Text("名片文件", "CARD"),
        name="cards",
        multiple=True,
        required=True,
    ),
    Option(
        "-o",
        Text(
            "邀请文件的名称（缺省 邀请-名称.mulin）",
            "name of the invitation (default 邀请-NAME.mulin)",
        ),
        language.FILE,
        name="output",
    ),
    example="mulin ledger new 金麻 --with 金子岩乡.card -o 邀请.mulin",
)
def new(face: Face, name: str, cards: tuple[str, ...], output: str | None) -> None:
    from keys.card import clean_name
    from node.exchange import invitation_file

    name = clean_name(name)
    others = read_cards(cards)
    service = face.service
    file_name = output or f"邀请-{fit_for_a_name(name)}.mulin"
    with new_file(file_name) as file:
        ledger = service.ledgers.propose(name, service.card(), others)
        file.write(invitation_file(ledger.invitation).encode())
    face.wrote()

    def people() -> None:
        print_members(face, ledger.members, signed=ledger.invitation.signatures)
        face.say(
            Text(
                "邀请已写入 {file}。请交给其他成员，并在电话里核对指纹。",
                "The invitation is in {file}. Give it to the others and compare fingerprints by phone.",
            ),
            file=shown(file_name),
        )

    face.answer({**of_ledger(face, ledger), "file": file_name}, people)


def read_cards(files: Sequence[str]) -> list[Card]:
    """Raises FileTrouble, BadCard, SameCardTwice, TooMuch."""
    from crdt.errors import TooMuch
    from node.exchange import CARD_FILE_BYTES, read_card

    found: dict[bytes, Card] = {}
    for name in files:
        card = read_card(read_file(name, CARD_FILE_BYTES))
        if card.township in found:
            raise SameCardTwice(who=card.name)
        found[card.township] = card
    if len(found) >= MEMBERS_PER_LEDGER:
        raise TooMuch(what=Text("成员", "members"), limit=MEMBERS_PER_LEDGER)
    return list(found.values())


@command(
    "accept",
    Text(
        "接受一个账本：显示每个成员的指纹，确认一致后签字。\n请先在电话里与每个成员核对指纹。",
        "Accept a ledger: shows every member's fingerprint and signs once you confirm.\n"
        "Compare the fingerprints with every member by phone first.",
    ),
    Argument("invitation", _INVITATION),
    Option(
        "--yes",
        Text("指纹已经核对过，不再询问", "the fingerprints were compared; do not ask"),
        NO_VALUE,
        is_flag=True,
    ),
    example="mulin ledger accept 邀请.mulin",
)
def accept(face: Face, invitation: str, yes: bool) -> None:
    from crdt.chain import fold
    from node.exchange import INVITATION_FILE_BYTES, is_joining, read_invitation
    from node.members import Members

    data = read_file(invitation, INVITATION_FILE_BYTES)
    if is_joining(data):
        _join(face, data, yes=yes)
        return
    raw = read_invitation(data).encode()
    ledgers = face.service.ledgers
    asked = ledgers.inspect(raw)
    if not face.json:
        face.say(Text("账本：{name}", "Ledger: {name}"), name=asked.founding.name)
        print_members(face, Members(fold(asked.founding, ())), signed=asked.signatures)
    if not yes and not _confirmed(face):
        raise NotConfirmed
    ledger = ledgers.accept(raw)
    face.wrote()

    def people() -> None:
        missing = face.reading.pending(ledger)["missing"]
        if ledger.active:
            face.say(Text("已签字，账本已成立。", "Signed; the ledger is in force."))
            return
        face.say(
            Text(
                "已签字。还在等待：{who}。节点运行时会自动收齐签字。",
                "Signed. Still missing: {who}. A running node gathers the signatures by itself.",
            ),
            who=language.BETWEEN.say(face.lang).join(missing),
        )

    face.answer(of_ledger(face, ledger), people)


def _join(face: Face, data: bytes, *, yes: bool) -> None:
    """Take part in a ledger that exists: as a device of a member, as a township that its members then vote
    on, or, where it is known already, with what somebody brought about its members."""
    from crdt.chain import fold
    from crdt.statements import Devices
    from node.exchange import read_joining
    from node.members import Members

    joining = read_joining(data)
    statements, founding = joining.parsed(), joining.invitation.founding
    ledgers, epochs = face.service.ledgers, face.service.epochs
    known = ledgers.get(founding.id)
    if known is not None and known.active and joining.proposal is None:
        ledgers.take(known, statements)
        epochs.settle(known)
        face.wrote()
        face.answer(of_ledger(face, known), lambda: face.say(_TAKEN))
        return
    members = Members(fold(founding, statements))
    if not face.json:
        face.say(Text("账本：{name}", "Ledger: {name}"), name=members.name)
        print_members(face, members, signed=dict.fromkeys(members.cards))
    if not yes and not _confirmed(face):
        raise NotConfirmed
    ledger = ledgers.join(joining.invitation, statements)
    named = [s for s in statements if s.id == joining.proposal and isinstance(s, Devices)]
    for word in named:
        face.service.own_keys.agree(ledger, word)
    if joining.proposal is not None and not named:
        epochs.consent(ledger, epochs.proposal(ledger, joining.proposal.hex()))
    face.wrote()
    words = _JOINED if named or joining.proposal is None else _CONSENTED
    face.answer(of_ledger(face, ledger), lambda: face.say(words))


_TAKEN = Text(
    "已收下成员材料，运行中的节点会转告其他成员。",
    "Taken in; a running node passes it on to the other members.",
)
_JOINED = Text(
    "已加入。运行中的节点会自动收到账本。", "Joined; a running node gets the ledger by itself."
)
_CONSENTED = Text(
    "已同意加入。成员表决通过以后，运行中的节点会自动收到账本。",
    "Agreed to join. Once the members have voted, a running node gets the ledger by itself.",
)


@command(
    "pass",
    Text(
        "写出账本的成员材料，交给换了电脑的乡镇：它用恢复密钥取回账本。\n里面没有登记的内容，也没有密钥。",
        "Write what is signed about the members, for a township with a new laptop and its recovery key.\n"
        "Nothing that was recorded is in it, and no key.",
    ),
    Option(
        "-o",
        Text("文件名称（缺省 成员-账本.mulin）", "name of the file (else named for the ledger)"),
        language.FILE,
        name="output",
    ),
    example="mulin ledger pass -o 成员.mulin",
)
def pass_(face: Face, output: str | None) -> None:
    ledger = face.ledger
    name = output or f"成员-{fit_for_a_name(ledger.name)}.mulin"
    write_papers(face, ledger, name)
    face.answer(
        {"ledger": ledger.hex, "file": name},
        lambda: face.say(Text("成员材料已写入 {file}。", "Written to {file}."), file=shown(name)),
    )


def write_papers(face: Face, ledger: Ledger, name: str) -> None:
    """A file with what is signed about a ledger's members. Raises FileExists, FileTrouble."""
    from node.exchange import joining_file

    with new_file(name) as file:
        joining = face.service.own_keys.passed(ledger)
        file.write(joining_file(joining, ledger.members.cards.values()).encode())


def _confirmed(face: Face) -> bool:
    answer = face.ask(
        Text(
            "已在电话里与每个成员核对过指纹，全部一致吗？[y/N] ",
            "Have you compared every fingerprint by phone, and do all agree? [y/N] ",
        )
    )
    return (answer or "").lower() in _AGREED


@command(
    "list",
    Text("本节点的账本。", "The ledgers of this node."),
    example="mulin ledger list",
)
def list_(face: Face) -> None:
    listed = face.service.ledgers.all()

    def people() -> None:
        from node.cli.tables import Column, print_table

        if not listed:
            face.say(Text("还没有账本。", "There is no ledger yet."))
            return
        between = language.BETWEEN.say(face.lang)
        columns = (
            Column(language.ID, fixed=True),
            Column(language.LEDGER),
            Column(language.STATE, fixed=True),
            Column(Text("成员", "members"), fold=True),
        )
        rows = [
            (
                k.hex[:8],
                k.name,
                _state(k).say(face.lang),
                between.join(map(k.members.name_of, k.members.cards)),
            )
            for k in listed
        ]
        print_table(face.lang, columns, rows)

    face.answer([of_ledger(face, k) for k in listed], people)


@command(
    "show",
    Text("一个账本的成员、指纹和签字情况。", "One ledger: members, fingerprints, who has signed."),
    Argument("name", language.LEDGER, required=False),
    example="mulin ledger show 金麻",
)
def show(face: Face, name: str | None) -> None:
    ledger = face.service.ledgers.choose(name or face.ledger_name, pending=True)

    def people() -> None:
        state = _state(ledger)
        face.say(
            Text("{name}  {id}  {state}", "{name}  {id}  {state}"),
            name=ledger.name,
            id=ledger.hex[:16],
            state=state,
        )
        print_members(face, ledger.members, signed=ledger.invitation.signatures)

    face.answer(of_ledger(face, ledger), people)


ledger = Group(
    "ledger",
    Text("账本：与邻乡共同建立、接受、查看。", "Ledgers: found one with neighbours, accept, see."),
    (new, accept, pass_, list_, show, succeed),
    example="mulin ledger new 金麻 --with 金子岩乡.card",
)


def print_members(face: Face, members: Members, signed: object) -> None:
    """Names, codes and fingerprints: what people compare by phone."""
    from keys.identity import fingerprint
    from node.cli.tables import Column, print_table

    assert isinstance(signed, dict), "signatures by township"
    mine = members.whose(face.service.device) or face.service.township
    rows = []
    for township, card in members.cards.items():
        own = language.THIS_TOWNSHIP.say(face.lang) if township == mine else ""
        state = (_SIGNED if township in signed else _NOT_YET).say(face.lang)
        rows.append((card.name, card.code, fingerprint(township), state, own))
    columns = (
        Column(language.TOWNSHIP),
        Column(Text("代码", "code"), fixed=True),
        Column(Text("指纹", "fingerprint"), fixed=True),
        Column(Text("签字", "signature"), fixed=True),
        Column(Text("", ""), fixed=True),
    )
    print_table(face.lang, columns, rows)


def _state(ledger: Ledger) -> Text:
    return _IN_FORCE if ledger.active else _WAITS


def of_ledger(face: Face, ledger: Ledger) -> dict[str, Any]:
    """The JSON of a ledger."""
    from keys.identity import did_key, fingerprint

    return {
        **face.reading.pending(ledger),
        "active": ledger.active,
        "succeeds": face.service.ground.book.setting(f"succeeds/{ledger.hex}"),
        "members": [
            {
                "township": ledger.members.name_of(township),
                "township_id": did_key(township),
                "code": card.code,
                "fingerprint": fingerprint(township),
                "addresses": list(card.addresses),
                "signed": township in ledger.invitation.signatures,
                "own": township == ledger.me,
            }
            for township, card in ledger.members.cards.items()
        ],
    }
