"""`grant`: who may read what is sealed: see it, give it, take it back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crdt.kinds.enumerations import PURPOSE
from keys.errors import Text
from node.cli import language, sealed
from node.cli.commands import NO_NAME, Argument, Group, Option, command
from node.cli.face import Face

if TYPE_CHECKING:
    from crdt.entry import RecordId
    from node.granting import Granted
    from node.ledgers import Ledger

_WHICH = Argument("record", Text("密封材料或案件的编号", "ID"))
_WHO = Argument("township", language.TOWNSHIP)
_WHY = Option("--reason", Text("理由", "why"), language.REASON, default="")


@command(
    "list",
    Text(
        "一份密封材料（或一个案件的全部密封材料）谁能看、为什么、到哪天。",
        "Who may read a sealed record, or all those of a case: for what and until when.",
    ),
    _WHICH,
    example="mulin grant list 3f2a9c1e",
)
def list_(face: Face, record: str) -> None:
    ledger = face.ledger
    found = [_of(face, ledger, r) for r in _named(face, ledger, record)]
    face.answer(found, lambda: _print(face, found))


def _named(face: Face, ledger: Ledger, text: str) -> list[RecordId]:
    """The sealed records that a person means: one, or all those of a case. Raises NotFound, NotSealed."""
    from node.sealerrors import NotSealed

    stored, prefix = face.service.ground.seals, text.strip().lower()
    if len(prefix) >= 4 and set(prefix) <= set("0123456789abcdef"):
        found = stored.with_prefix(ledger.n, prefix[:32])
        if len(found) == 1 and face.service.seals.is_sealed(ledger, found[0]):
            return found
    case = face.service.find_record(ledger, text)
    listed = [
        r for r in stored.about(ledger.n, case) if not face.service.seals.is_erased(ledger, r)
    ]
    if not listed:
        raise NotSealed(id=text[:12])
    return listed


def _of(face: Face, ledger: Ledger, record: RecordId) -> dict[str, Any]:
    service = face.service
    about = service.seals.sealing(ledger, record).about
    kind = next((r.kind for r in service.ground.model.named([record])), None)
    return {
        "id": record.hex(),
        "kind": kind,
        "about": None if about is None else about.hex(),
        "erased": service.seals.is_erased(ledger, record),
        "readers": [_granted(ledger, g) for g in service.granting.of(ledger, record)],
    }


def _granted(ledger: Ledger, one: Granted) -> dict[str, Any]:
    share = one.share
    return {
        "township": ledger.members.name_of(one.township),
        "township_id": one.township.hex(),
        "home": share is None,
        "purpose": None if share is None else share.purpose,
        "post": None if share is None else share.post,
        "until": None if share is None else share.until or None,
        "team": None if share is None or share.team is None else share.team.hex(),
        "ended": one.ended,
    }


def _print(face: Face, found: list[dict[str, Any]]) -> None:
    from crdt.kinds import KINDS

    for one in found:
        label = (
            Text("密封材料", "sealed record") if one["kind"] is None else KINDS[one["kind"]].label
        )
        face.say(Text("{kind} {id}", "{kind} {id}"), kind=label, id=one["id"][:8])
        if one["erased"]:
            face.say(Text("  已按删除令删除", "  erased by order"))
        for reader in one["readers"]:
            face.wrapped(Text("  {who}  {what}", "  {who}  {what}"), **_words(face, reader))


def _words(face: Face, reader: dict[str, Any]) -> dict[str, str]:
    if reader["home"]:
        said = [face.text(Text("登记的乡镇", "entered it"))]
    else:
        said = [PURPOSE.show(reader["purpose"], face.lang)]
        said += [reader["post"]] if reader["post"] else []
        if reader["until"]:
            said.append(face.text(Text("到 {day}", "until {day}"), day=reader["until"]))
        if reader["team"]:
            said.append(
                face.text(Text("随专班 {id}", "with task force {id}"), id=reader["team"][:8])
            )
        if reader["ended"]:
            said.append(face.text(Text("已到期", "ended")))
    return {"who": reader["township"], "what": " · ".join(said)}


@command(
    "add",
    Text(
        "授权一个乡镇看密封材料，从头到尾都能看。写案件编号就是它现有的全部密封材料，\n"
        "以后登记的要另外授权。只有登记的乡镇能授权。用途和职务写明给谁、为什么，由对方\n"
        "自己管好；程序管的是乡镇和期限。",
        "Let a township read what is sealed; with the id of a case, all that is sealed of it so far.\n"
        "Only the township that entered it can. Purpose and post say for whom and why; that is for the\n"
        "other township to see to: the program minds the township and the end.",
    ),
    _WHICH,
    _WHO,
    sealed.FOR,
    Option("--post", Text("给哪个职务", "for which post"), language.POST, default=""),
    sealed.UNTIL,
    sealed.TEAM,
    _WHY,
    NO_NAME,
    example="mulin grant add 3f2a9c1e 永和 --purpose 调解 --until 2035-03-31",
)
def add(
    face: Face,
    record: str,
    township: str,
    purpose: str | None,
    post: str,
    until: str | None,
    team: str | None,
    reason: str,
) -> None:
    ledger = face.ledger
    share = sealed.share(face, ledger, township, post, purpose=purpose, until=until, team=team)
    records = _named(face, ledger, record)
    for one in records:
        face.service.granting.grant(ledger, one, share, reason)
    face.wrote()
    _done(face, ledger, records, Text("已授权 {n} 份。", "Granted: {n}."))


@command(
    "withdraw",
    Text(
        "收回授权：以后写的，那个乡镇再也打不开；以前看过的收不回。",
        "Take a grant back: what is written from now on stays closed to them; what they had they have.",
    ),
    _WHICH,
    _WHO,
    _WHY,
    NO_NAME,
    example="mulin grant withdraw 3f2a9c1e 永和 --reason 专班解散",
)
def withdraw(face: Face, record: str, township: str, reason: str) -> None:
    ledger = face.ledger
    records = _named(face, ledger, record)
    who = ledger.members.find(township)
    granted = [r for r in records if who in face.service.seals.sealing(ledger, r).shares]
    for one in granted or records[:1]:
        face.service.granting.withdraw(ledger, one, who, reason)
    face.wrote()
    _done(face, ledger, granted, Text("已收回 {n} 份。", "Withdrawn: {n}."))


def _done(face: Face, ledger: Ledger, records: list[RecordId], said: Text) -> None:
    found = [_of(face, ledger, r) for r in records]
    face.answer(found, lambda: face.say(said, n=len(records)))


grant = Group(
    "grant",
    Text("密封材料授权给谁看。", "Who may read what is sealed."),
    [list_, add, withdraw],
    example="mulin grant list 3f2a9c1e",
)
