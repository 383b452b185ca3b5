"""Cards, invitations and proofs as files that people send each other: lines to read, one for the program.

Text, so that they survive a chat program, a mail and a USB stick alike. Reads no disk.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crdt import certificate, forkproof, voteproof
from crdt.certificate import Certificate
from crdt.errors import NoProof
from crdt.forkproof import ForkProof
from crdt.founding import Invitation
from crdt.parts import Fence, read_fences
from crdt.proving import ALTERED
from crdt.statements import Statement, StatementId, parse
from crdt.voteproof import VoteProof
from keys import canonical
from keys.card import Card
from keys.errors import BadCard, MulinError, Text
from keys.identity import did_key, fingerprint
from node.errors import BadInvitation

CARD_FILE_BYTES = 64 * 1024
INVITATION_FILE_BYTES = 1024 * 1024
PROOF_FILE_BYTES = 8 * 1024 * 1024
_INVITATION = "mulin-invite:"
_ADMISSION = "mulin-admit:"
_CARD = "mulin-card:"
_PROOF = "mulin-proof:"
_SAID = "#"
_INVITES = "# 睦邻 Mulin：加入账本的邀请 · invitation to join a ledger"
_PASSES = "# 睦邻 Mulin：账本的成员材料 · what is signed about a ledger's members"
_FORKED = (
    "一台设备在同一位置签了两份不同内容的证据",
    "proof that a device signed two different things in one place",
)
_VOTED = (
    "一个乡镇在同一轮投了两张不同的票的证据",
    "proof that a township cast two different votes in one round",
)
_NO_CARD = Text("里面没有名片", "there is no card in it")
_NO_INVITATION = Text("里面没有邀请", "there is no invitation in it")
_IS_INVITATION = Text("这是账本邀请", "it is an invitation to a ledger")
_IS_CARD = Text("这是乡镇名片", "it is a township card")
_NO_PROOF = Text("里面没有证据", "there is no proof in it")
_SAYS_ELSE = Text("旁边的文字不是它证明的内容", "the lines beside it do not say what it proves")
_TOO_LARGE = Text("文件太大", "the file is too large")


def card_file(card: Card) -> str:
    """The text of a card file."""
    return "\n".join(
        [
            "# 睦邻 Mulin：乡镇名片 · township card",
            f"# 名称 name         {card.name}",
            f"# 代码 code         {card.code}",
            f"# 指纹 fingerprint  {fingerprint(card.township)}",
            "# 对方收到后，请在电话里核对指纹 · compare the fingerprint by phone",
            card.text(),
            "",
        ]
    )


def read_card(data: bytes) -> Card:
    """The card in a file. Raises BadCard."""
    if len(data) > CARD_FILE_BYTES:
        raise BadCard(why=_TOO_LARGE)
    text = _text(data)
    if not _has(text, _CARD):
        raise BadCard(why=_IS_INVITATION if _has(text, _INVITATION) else _NO_CARD)
    try:
        return Card.from_text(text)
    except BadCard as fault:
        raise BadCard(why=ALTERED) from fault


def invitation_file(invitation: Invitation) -> str:
    """The text of an invitation file."""
    founding = invitation.founding
    body = base64.urlsafe_b64encode(invitation.encode()).decode().rstrip("=")
    return "\n".join(
        [
            "# 睦邻 Mulin：账本邀请 · invitation to a ledger",
            f"# 账本 ledger  {founding.name}",
            *(
                f"# 成员 member  {c.name} {c.code}  {fingerprint(c.township)}"
                for c in founding.cards
            ),
            "# 核对每个指纹后接受 · compare every fingerprint, then: mulin ledger accept",
            _INVITATION + body,
            "",
        ]
    )


def read_invitation(data: bytes) -> Invitation:
    """The invitation in a file. Raises BadInvitation."""
    if len(data) > INVITATION_FILE_BYTES:
        raise BadInvitation(why=_TOO_LARGE)
    text = _text(data)
    bodies = [
        line.removeprefix(_INVITATION) for line in _lines(text) if line.startswith(_INVITATION)
    ]
    if not bodies:
        raise BadInvitation(why=_IS_CARD if _has(text, _CARD) else _NO_INVITATION)
    if len(bodies) > 1:
        raise BadInvitation(why=ALTERED)
    try:
        raw = base64.b64decode(bodies[0] + "=" * (-len(bodies[0]) % 4), b"-_", validate=True)
        return Invitation.parse(raw)
    except (binascii.Error, ValueError, MulinError) as fault:
        raise BadInvitation(why=ALTERED) from fault


def proof_file(raw: bytes, proof: ForkProof | VoteProof) -> str:
    """The text of a proof file: `raw` is what was read as `proof`."""
    card = proof.card
    forked = isinstance(proof, ForkProof)
    return "\n".join(
        [
            "# 睦邻 Mulin：" + (_FORKED if forked else _VOTED)[0],
            "# " + (_FORKED if forked else _VOTED)[1],
            f"# 乡镇 township  {'—' if card is None else f'{card.name} {card.code}'}",
            f"# 设备 device    {did_key(proof.device)}",
            "# 核对 check it:  mulin proof check",
            proof_line(raw),
            "",
        ]
    )


def certificate_file(raw: bytes, found: Certificate) -> str:
    """The text of a certificate file: `raw` is what was read as `found`. What was agreed stands in `raw`."""
    return "\n".join(
        [
            "# 睦邻 Mulin：各乡镇确认过的文本 · certificate of a text that townships confirmed",
            f"# 文本校验值 hash of the text  {found.hash.hex()}",
            *(
                f"# 确认 confirmed  {s.card.name} {s.card.code}  {fingerprint(s.card.township)}"
                for s in found.signed
            ),
            "# 里面有协议全文，只交给该看的人 · it holds the whole text: give it to nobody else",
            "# 核对 check it:  mulin proof check",
            proof_line(raw),
            "",
        ]
    )


def proof_line(raw: bytes) -> str:
    """The one line of a proof file that counts."""
    return _PROOF + base64.urlsafe_b64encode(raw).decode().rstrip("=")


def read_proof(data: bytes) -> ForkProof | VoteProof | Certificate:
    """The proof in a file, checked, with the lines for people: nobody is to read there what is not proven.

    Those lines may be missing, and a mail may stand around all of it. Raises NoProof.
    """
    if len(data) > PROOF_FILE_BYTES:
        raise NoProof(why=_TOO_LARGE)
    lines = _text(data).replace("\r\n", "\n").split("\n")
    bodies = [line.removeprefix(_PROOF) for line in lines if line.startswith(_PROOF)]
    if len(bodies) != 1:
        raise NoProof(why=ALTERED if bodies else _NO_PROOF)
    [body] = bodies
    try:
        raw = base64.b64decode(body + "=" * (-len(body) % 4), b"-_", validate=True)
    except (binascii.Error, ValueError) as fault:
        raise NoProof(why=ALTERED) from fault
    if base64.urlsafe_b64encode(raw).decode().rstrip("=") != body:
        raise NoProof(why=ALTERED)  # one proof, one spelling
    found = _checked(raw)
    told = [line for line in lines if line.startswith(_SAID)]
    if told and told != [line for line in _file(raw, found) if line.startswith(_SAID)]:
        raise NoProof(why=_SAYS_ELSE)
    return found


def _file(raw: bytes, found: ForkProof | VoteProof | Certificate) -> list[str]:
    if isinstance(found, Certificate):
        return certificate_file(raw, found).split("\n")
    return proof_file(raw, found).split("\n")


def _checked(raw: bytes) -> ForkProof | VoteProof | Certificate:
    """Raises NoProof."""
    if certificate.is_one(raw):
        return certificate.check(raw)
    return voteproof.check(raw) if voteproof.is_one(raw) else forkproof.check(raw)


@dataclass(frozen=True, slots=True)
class Joining:
    """What a device needs to take part in a ledger that exists: all that was signed about its members.

    `proposal`: what makes it a member's device, or would, and what it consents to: a proposal, or a word of
    its own township; None if there is nothing to consent to. `fences`: how far its giver
    holds every log; nobody signed that, it is for whoever recovers keys and has no log at all.
    """

    invitation: Invitation
    statements: Sequence[bytes]
    proposal: StatementId | None = None
    fences: tuple[Fence, ...] = ()

    def parsed(self) -> list[Statement]:
        return [parse(s) for s in self.statements]


def joining_file(joining: Joining, members: Iterable[Card]) -> str:
    """The text of such a file; `members`: whose fingerprints are to be compared."""
    plain: list[canonical.Plain] = [
        joining.invitation.encode(),
        joining.proposal,
        list(joining.statements),
        [f.plain() for f in joining.fences],
    ]
    return "\n".join(
        [
            _INVITES if joining.proposal is not None else _PASSES,
            f"# 账本 ledger  {joining.invitation.founding.name}",
            *(f"# 成员 member  {c.name} {c.code}  {fingerprint(c.township)}" for c in members),
            "# 核对每个指纹后接受 · compare every fingerprint, then: mulin ledger accept",
            _ADMISSION + base64.urlsafe_b64encode(canonical.encode(plain)).decode().rstrip("="),
            "",
        ]
    )


def is_joining(data: bytes) -> bool:
    """Whether a file invites to join a ledger that exists already."""
    return len(data) <= INVITATION_FILE_BYTES and _has(_text(data), _ADMISSION)


def read_joining(data: bytes) -> Joining:
    """What such a file holds, each part verified by itself. Raises BadInvitation."""
    if not is_joining(data):
        raise BadInvitation(why=_NO_INVITATION)
    bodies = [
        line.removeprefix(_ADMISSION) for line in _lines(_text(data)) if line.startswith(_ADMISSION)
    ]
    if len(bodies) != 1:
        raise BadInvitation(why=ALTERED)
    try:
        raw = base64.b64decode(bodies[0] + "=" * (-len(bodies[0]) % 4), b"-_", validate=True)
        match canonical.decode_list(raw, len(raw)):
            case [
                bytes() as invitation,
                (None | bytes()) as proposal,
                list() as said,
                list() as ends,
            ]:
                found = Joining(
                    Invitation.parse(invitation),
                    [s for s in said if isinstance(s, bytes)],
                    None if proposal is None else StatementId(proposal),
                    read_fences(ends),
                )
                found.parsed()
                return found
    except (binascii.Error, ValueError, MulinError) as fault:
        raise BadInvitation(why=ALTERED) from fault
    raise BadInvitation(why=ALTERED)


def _text(data: bytes) -> str:
    """What an editor may have made of it: a mark at the beginning, other line ends, another code page."""
    return data.decode("utf-8-sig", errors="replace")


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines()]


def _has(text: str, armour: str) -> bool:
    return any(line.startswith(armour) for line in _lines(text))
