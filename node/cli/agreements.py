"""`confirm` and `certificate` of kinds with a text that townships confirm, and how confirmations are shown.

The commands are made from the declaration. A certificate is written for somebody who has no ledger, and read
here without one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crdt.kinds.language import Kind
from crdt.kinds.types import Items
from keys.errors import Text
from node.cli import language, sealed
from node.cli.commands import Argument, Command, Option
from node.cli.face import Face
from node.cli.files import new_file, shown
from node.cli.moments import clock
from node.cli.naming import found_in, tell

if TYPE_CHECKING:
    from crdt.certificate import Certificate
    from keys.canonical import Plain

_ID = Argument("record", language.ID)
_STANDS = {
    "confirmed": Text("{who} 已确认这份文本", "{who}: confirmed this text"),
    "earlier": Text("{who} 确认的是另一文本", "{who}: confirmed another text"),
    "none": Text("{who} 未确认", "{who}: not confirmed"),
}
_HASH = Text("文本 {hash}", "text {hash}")
_NO_HASH = Text("文本有两边不一致的地方", "statements differ in the text")
_HOW = Text(
    "各乡镇看过现在的文本后重新确认：mulin {kind} confirm {id}",
    "Each township looks at the present text and confirms it: mulin {kind} confirm {id}",
)
_WRITTEN = Text("证明已写入 {file}", "The certificate is in {file}")
_MISSING = Text("不在证明里：{who}", "Not in it: {who}")
_AGREED = Text(
    "证明成立：下面的{kind}有 {n} 个乡镇签字确认。账本 {ledger}，编号 {id}。请在电话里核对指纹。",
    "This holds: the {kind} below, with {n} signatures. Ledger {ledger}, id {id}. Compare the fingerprints "
    "by phone.",
)
_TEXT = Text("文本校验值 {hash}", "Hash of the text {hash}")
_SIGNED = Text(
    "✓ {name}（{code}）已签字确认，指纹 {fingerprint}，{when}",
    "✓ {name} ({code}) signed, fingerprint {fingerprint}, {when}",
)


def confirm_of(kind: Kind) -> Command:
    """`confirm`: this township confirms the text as it is now."""

    def confirm(face: Face, record: str) -> None:
        ledger, found = found_in(face, record, kind)
        from crdt.errors import Unchanged
        from node.agreederrors import ConfirmedAlready

        try:
            made = face.service.confirm(ledger, found, face.post)
        except Unchanged:
            raise ConfirmedAlready from None
        tell(face, found, made.id)

    zh, en = kind.label
    return Command(
        "confirm",
        Text(
            f"本乡镇确认{zh}现在的文本；定稿以后才能确认。",
            f"Confirm, for this township, the text of the {en} as it is now, once it is final.",
        ),
        [_ID],
        confirm,
        f"mulin {kind.name} confirm 3f2a9c1e",
    )


def certificate_of(kind: Kind) -> Command:
    """`certificate`: the text and every confirmation as one file."""

    def certificate(
        face: Face, record: str, output: str | None, purpose: str | None = None
    ) -> None:
        write_certificate(face, record, kind, output, purpose)

    zh, en = kind.label
    return Command(
        "certificate",
        Text(
            f"把{zh}全文和各乡镇的确认写成文件，任何人不需要账本就能核对：mulin proof check\n"
            "收到的人能看全文；账本里别的内容不会因此被看到。",
            f"Write the {en} and every township's confirmation as a file that anybody can check without the "
            "ledger: mulin proof check\n"
            "Who gets it reads the whole text, and nothing else of the ledger.",
        ),
        [
            _ID,
            Option("-o", Text("写到文件", "write it to a file"), language.FILE, name="output"),
            *sealed.purpose(kind),
        ],
        certificate,
        f"mulin {kind.name} certificate 3f2a9c1e -o 协议.proof",
    )


def write_certificate(
    face: Face, record: str, kind: Kind, output: str | None, purpose: str | None
) -> None:
    """Make it, check it as anybody would, and write or print it."""
    from crdt import certificate
    from node.exchange import certificate_file

    ledger, found = found_in(face, record, kind)
    sealed.look(face, ledger, found, kind, "export", purpose)
    made = face.service.agreeing.certificate(ledger, face.service.record(ledger, found))
    checked = certificate.check(made.raw)  # nobody gets one that does not hold
    text, names = certificate_file(made.raw, checked), ledger.members.name_of
    shape = shape_of(checked) | {"missing": [names(t) for t in made.missing]}
    if output is None:
        face.answer(shape | {"text": text}, lambda: face.line(text.rstrip("\n")))
    else:
        with new_file(output, mode=0o600) as file:
            file.write(text.encode())
        face.answer(shape | {"file": output}, lambda: face.say(_WRITTEN, file=shown(output)))
    if made.missing:
        who = language.BETWEEN.say(face.lang).join(map(names, made.missing))
        face.note(_MISSING, who=who)


def shape_of(found: Certificate) -> dict[str, Any]:
    """What a certificate certifies, for programs."""
    from keys.identity import did_key, fingerprint
    from node.officeclock import moment

    return {
        "id": found.id.hex(),
        "proves": True,
        "what": "agreement",
        "ledger": found.ledger.hex(),
        "kind": found.kind.name,
        "record": found.record.hex(),
        "hash": found.hash.hex(),
        "agreed": {
            name: [dict(pairs(item)) for item in said] if isinstance(said, list) else said
            for name, said in found.text.items()
        },
        "townships": [
            {
                "township": one.card.name,
                "code": one.card.code,
                "township_id": did_key(one.card.township),
                "fingerprint": fingerprint(one.card.township),
                "device": did_key(one.device),
                "entry": one.entry.hex(),
                "post": one.post,
                "claimed": moment(one.claimed_ms),
            }
            for one in found.signed
        ],
    }


def pairs(item: Plain) -> list[tuple[str, Any]]:
    """[[part, value]…] of an item."""
    listed = item if isinstance(item, list) else []
    return [(str(pair[0]), pair[1]) for pair in listed if isinstance(pair, list)]


def answer_certificate(face: Face, found: Certificate) -> None:
    """`proof check` of a certificate."""
    shape = shape_of(found)
    face.answer(shape, lambda: _print(face, found, shape))


def _print(face: Face, found: Certificate, shape: dict[str, Any]) -> None:
    from node.agreedshapes import HASH_SHOWN
    from node.cli.tables import print_pairs

    face.wrapped(
        _AGREED,
        n=len(found.signed),
        kind=found.kind.label,
        ledger=shape["ledger"][:HASH_SHOWN],
        id=shape["record"][:8],
    )
    face.line()
    rows = []
    for name, said in shape["agreed"].items():
        declared = found.kind.by_name[name]
        of = declared.type
        if isinstance(of, Items):
            value = "\n".join(_item(face, of, item) for item in said)
        else:
            value = of.show(said, face.lang)
        rows.append((declared.label.say(face.lang), value))
    print_pairs(rows)
    face.line()
    face.wrapped(_TEXT, hash=shape["hash"])
    for one in shape["townships"]:
        facts = one | {"name": one["township"], "when": clock(one["claimed"])}
        face.wrapped(_SIGNED, **facts)


def _item(face: Face, of: Items, item: dict[str, Any]) -> str:
    said = [inner.show(item[n], face.lang) for n, _, inner in of.fields if n in item]
    return " · ".join(said)


def stands(face: Face, shape: dict[str, Any]) -> str:
    """For `show`: the hash of the text, and for each township what it confirmed."""
    from node.agreedshapes import HASH_SHOWN

    told = shape["agreed"]
    lines = [
        face.text(_HASH, hash=told["hash"][:HASH_SHOWN]) if told["hash"] else face.text(_NO_HASH)
    ]
    lines += [face.text(_STANDS[said], who=name) for name, said in told["townships"].items()]
    return "\n".join(lines)


def say_how(face: Face, shape: dict[str, Any]) -> None:
    """For `conflicts show`: what settles confirmations of another text."""
    face.wrapped(_HOW, kind=shape["kind"], id=shape["record"][:8])
