"""`proof`, `forks`, `mute`: who signed two different things, how others check it, nothing new of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from keys.errors import Text
from node.cli import language
from node.cli.commands import NO_VALUE, Argument, Group, Option, command
from node.cli.face import Face
from node.cli.files import new_file, read_file, shown
from node.cli.moments import clock
from node.errors import Ambiguous, NotFound, NotOurselves

if TYPE_CHECKING:
    from crdt.forkproof import ForkProof
    from crdt.voteproof import VoteProof
    from node.ledgers import Ledger
    from node.store.book import ForkRow

_SHORT = 8
_PREFIX_MIN = 4
_FORK = Text(
    "{id}  {township}的一台设备在第 {seq} 条签了两份不同内容（{one}、{other}），{when} 发现，证据已保存。"
    "请打电话问清楚：多半是用旧备份恢复过。",
    "{id}  A device of {township} signed two different entries no. {seq} ({one}, {other}), found {when}; the "
    "proof is kept. Call them: most often an old backup was brought back.",
)
_PROVEN = Text(
    "证据成立：{who}在账本 {ledger} 的第 {seq} 条签了两份不同内容（{one}、{other}）。设备 {device}",
    "This is proof: {who} signed two different entries no. {seq} of ledger {ledger} ({one}, {other}). Device "
    "{device}",
)
_VOTED_TWICE = Text(
    "证据成立：{who}在账本 {ledger} 的第 {round} 轮投了两张不同的票（{one}、{other}）。设备 {device}",
    "This is proof: {who} cast two different votes in round {round} of ledger {ledger} ({one}, {other}). "
    "Device {device}",
)
_TWO_VOTES = Text(
    "{id}  {township}在同一轮投了两张不同的票（{one}、{other}），证据已保存。",
    "{id}  {township} cast two different votes in one round ({one}, {other}); the proof is kept.",
)
_SOMEBODY = Text("一台设备（证据里没有乡镇名片）", "a device (no township's card is in the proof)")


@command(
    "list",
    Text(
        "同一台设备在同一位置签过两份不同内容，或一个乡镇在同一轮投了两张票的证据。\n正常情况下没有。",
        "Proof that a device signed two different things in one place, or that a township voted twice in a "
        "round.\nNormally there is none.",
    ),
    example="mulin proof list",
)
def list_(face: Face) -> None:
    ledger = face.ledger
    found = [
        _of_fork(ledger, log[0], fork) for log, fork in face.service.ground.book.forks(ledger.n)
    ]
    votes = _double_votes(ledger)

    def people() -> None:
        if not found and not votes:
            face.say(Text("没有。", "None."))
        for vote in votes:
            one, other = (name[:_SHORT] for name in vote["entries"])
            facts = vote | {"id": vote["id"][:_SHORT], "one": one, "other": other}
            face.wrapped(_TWO_VOTES, **facts)
        for fork in found:
            one, other = (entry[:_SHORT] for entry in fork["entries"])
            more = {"id": fork["id"][:_SHORT], "one": one, "other": other}
            face.wrapped(_FORK, **fork | more | {"when": clock(fork["first_seen"])})

    face.answer([*votes, *found], people)


def _double_votes(ledger: Ledger) -> list[dict[str, Any]]:
    from crdt import voteproof
    from node.roster import doubles

    found = []
    for township, (one, other) in doubles(ledger).items():
        name = voteproof.VoteProof((one, other), None).id
        found.append(
            {
                "id": name.hex(),
                "what": "votes",
                "township": ledger.members.name_of(township),
                "device": one.signer.hex(),
                "round": one.round,
                "entries": [one.id.hex(), other.id.hex()],
            }
        )
    return found


def _of_fork(ledger: Ledger, device: bytes, fork: ForkRow) -> dict[str, Any]:
    from crdt.forkproof import fork_id
    from keys.identity import DeviceId
    from node.officeclock import moment

    return {
        "id": fork_id((fork.one, fork.other)).hex(),
        "township": ledger.members.name_of(ledger.members.township_of(DeviceId(device))),
        "device": device.hex(),
        "seq": fork.seq,
        "entries": [fork.one.hex(), fork.other.hex()],
        "first_seen": moment(fork.first_seen_ms),
        "proof": fork.proof.hex(),
    }


@command(
    "export",
    Text(
        "把一份证据写成文件，任何人不需要账本就能核对：mulin proof check\n"
        "里面有该乡镇的名片，没有填写的内容。",
        "Write a proof as a file that anybody can check without the ledger: mulin proof check\n"
        "It holds the township's card, and nothing of what was written.",
    ),
    Argument("fork", language.ID),
    Option("-o", Text("写到文件", "write it to a file"), language.FILE, name="output"),
    example="mulin proof export 5d0c11f2 -o 证据.proof",
)
def export(face: Face, fork: str, output: str | None) -> None:
    from crdt.certificate import Certificate
    from node.exchange import proof_file, proof_line, read_proof

    ledger = face.ledger
    raw = _packed(face, ledger, fork)
    proof = read_proof(proof_line(raw).encode())  # nobody gets one that does not hold
    assert not isinstance(proof, Certificate), "a fork or a double vote was packed"
    text = proof_file(raw, proof)
    if output is None:
        face.answer(_of_proof(proof) | {"text": text}, lambda: face.line(text.rstrip("\n")))
        return
    with new_file(output) as file:
        file.write(text.encode())
    face.answer(
        _of_proof(proof) | {"file": output},
        lambda: face.say(Text("证据已写入 {file}", "The proof is in {file}"), file=shown(output)),
    )


def _packed(face: Face, ledger: Ledger, text: str) -> bytes:
    """A fork or a double vote by the beginning of its id, as a proof. Raises NotFound, Ambiguous."""
    from crdt import forkproof, voteproof
    from keys.identity import DeviceId
    from node.roster import doubles

    keys = face.service.own_keys
    votes = {voteproof.VoteProof(pair, None).id.hex(): pair for pair in doubles(ledger).values()}
    forks = {
        forkproof.fork_id((f.one, f.other)).hex(): (log[0], f)
        for log, f in face.service.ground.book.forks(ledger.n)
    }
    name = _named(text, [*votes, *forks])
    if name in votes:
        one, other = votes[name]
        card = keys.card_naming(ledger, DeviceId(one.signer), DeviceId(other.signer))
        return voteproof.pack(one, other, card)
    device, fork = forks[name]
    card = keys.card_naming(ledger, DeviceId(device))
    return forkproof.pack(fork.proof, None if card is None else card.raw)


def _named(text: str, names: Sequence[str]) -> str:
    """The one that begins so. Raises NotFound, Ambiguous."""
    prefix = text.strip().lower()
    fitting = [name for name in names if len(prefix) >= _PREFIX_MIN and name.startswith(prefix)]
    if not fitting:
        raise NotFound(what=text[:40])
    if len(fitting) > 1:
        raise Ambiguous(what=text[:40], choices="、".join(name[:12] for name in fitting))
    return fitting[0]


@command(
    "check",
    Text(
        "核对一份证据或协议证明：签名、通向它们的链、内容。不需要账本。\n不成立时退出码为 3。",
        "Check a proof or a certificate: signatures, the chains to them, what they say. Needs no ledger.\n"
        "Exit code 3 if it proves nothing.",
    ),
    Argument("file", language.FILE),
    example="mulin proof check 证据.proof",
)
def check(face: Face, file: str) -> None:
    from crdt.certificate import Certificate
    from node.exchange import PROOF_FILE_BYTES, read_proof

    proof = read_proof(read_file(file, PROOF_FILE_BYTES))
    if isinstance(proof, Certificate):
        from node.cli.agreements import answer_certificate

        answer_certificate(face, proof)
        return
    found = _of_proof(proof)

    def people() -> None:
        one, other = (entry[:_SHORT] for entry in found["entries"])
        card = proof.card
        who = _SOMEBODY if card is None else f"{card.name}（{card.code}）"
        facts = found | {"who": who, "one": one, "other": other, "ledger": found["ledger"][:16]}
        words = _PROVEN if found["what"] == "fork" else _VOTED_TWICE
        face.wrapped(words, **facts)

    face.answer(found, people)


def _of_proof(proof: ForkProof | VoteProof) -> dict[str, Any]:
    from crdt.voteproof import VoteProof
    from keys.identity import did_key, fingerprint

    card = proof.card
    found = {
        "id": proof.id.hex(),
        "proves": True,
        "what": "votes" if isinstance(proof, VoteProof) else "fork",
        "ledger": proof.ledger.hex(),
        "device": did_key(proof.device),
        "township": None if card is None else card.name,
        "code": None if card is None else card.code,
        "township_id": None if card is None else did_key(card.township),
        "fingerprint": None if card is None else fingerprint(card.township),
    }
    if isinstance(proof, VoteProof):
        votes = [v.id.hex() for v in proof.votes]
        return found | {"round": proof.votes[0].round, "entries": votes}
    return found | {
        "incarnation": proof.incarnation.hex(),
        "seq": proof.seq,
        "entries": [entry.hex() for entry in proof.entries],
    }


_ABOUT = Text("设备签了两份不同内容的证据。", "Proof of devices that signed two different things.")
proof = Group("proof", _ABOUT, (list_, export, check), example="mulin proof list", default="list")
forks = Group("forks", _ABOUT, (list_,), example="mulin forks list", default="list")


@command(
    "mute",
    Text(
        "暂不接收一台设备或一个乡镇的新内容，只对本机，随时可以恢复（--off）。\n"
        "已有的照常显示和转发；别的乡镇引用了它的新内容时，要等恢复后才显示。不写名称时列出。",
        "Take nothing new of a device or township, here alone, until you say --off.\n"
        "What is here stays and is passed on; what others wrote on top of what is not taken waits. "
        "Without a name: the list.",
    ),
    Argument("who", Text("设备或乡镇", "DEVICE|TOWNSHIP"), required=False),
    Option("--off", Text("恢复接收", "take it again"), NO_VALUE, is_flag=True),
    example="mulin mute 金子岩\nmulin mute 金子岩 --off",
)
def mute(face: Face, who: str | None, off: bool) -> None:
    service = face.service
    if who is not None:
        one = _party(face, who)
        with service.ground.db.transaction():
            service.ground.book.set_muted(one, muted=not off)
        face.wrote()
    found = face.reading.muted()

    def people() -> None:
        if not found:
            face.say(Text("没有暂停接收任何乡镇。", "Nobody is muted."))
        for line in found:
            words = _TOWNSHIP_MUTED if line["what"] == "township" else _DEVICE_MUTED
            face.say(words, **line)

    face.answer(found, people)


_TOWNSHIP_MUTED = Text("暂不接收：{township}", "Muted: {township}")
_DEVICE_MUTED = Text("暂不接收：{township}的设备 {id}", "Muted: a device of {township}, {id}")


def _party(face: Face, text: str) -> bytes:
    """A neighbour's device by its did:key or the beginning of its key, else a township.

    Raises NotFound, Ambiguous, NotOurselves.
    """
    from keys.identity import did_key

    service, typed = face.service, text.strip()
    fitting = [
        bytes(device)
        for device in service.ledgers.peers()
        if typed == did_key(device)
        or (len(typed) >= _SHORT and device.hex().startswith(typed.lower()))
    ]
    if len(fitting) > 1:
        raise Ambiguous(what=typed[:60], choices="、".join(d.hex()[:12] for d in fitting))
    one = fitting[0] if fitting else bytes(service.ledgers.find_township(text))
    if one in {service.device, *(k.me for k in service.ledgers.all())}:
        raise NotOurselves
    return one
