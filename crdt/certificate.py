"""The certificate of an agreement as one thing that anybody can check, whoever passed it on. No store; pure.

    certificate = [3, text, [party…]]
    text        = [kind, record, [[field, value | [[[part, value]…]…]]…]]
    party       = [card, key, payload, [header…], head]

The text stands in the clear; a party is a township that confirmed its hash. The card says whose the device
is; the headers lead from the entry that confirms up to the first head above it, which the device signed; the
key opens that entry's payload and was made for it alone. Knows no record and judges no rule: it says what was
signed, and not that it still stands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

from crdt.agreed import hash_of
from crdt.checkpoint import verify_checkpoint
from crdt.entry import (
    RECORD_BYTES,
    EntryId,
    EntryType,
    Header,
    RecordId,
    assemble,
    open_payload,
    parse_header,
)
from crdt.errors import NoProof
from crdt.kinds import kind_named
from crdt.kinds.language import Kind
from crdt.kinds.types import FieldType, Items, Unfit
from crdt.operations import Set, from_plain
from crdt.proving import ALTERED, checked
from crdt.words import check_words
from keys import canonical
from keys.canonical import Plain
from keys.card import Card
from keys.errors import Text
from keys.identity import DeviceId
from keys.limits import (
    ENTRIES_PER_FRAME,
    MEMBERS_PER_LEDGER,
)
from keys.seal import KEY_BYTES, SealingKey

FORMAT = 3
CERTIFICATE_BYTES = 4 * 1024 * 1024
_APART = Text(
    "各份确认不属于同一账本的同一文本", "the confirmations are not of one text in one ledger"
)
_STRANGER = Text("名片不是签字设备的", "the card is not of the device that signed")
_OTHER = Text("确认的不是这份文本", "what was confirmed is another text")
_SHAPES = Text("各乡镇的顺序或次数不对", "the townships are out of order or stand twice")


@dataclass(frozen=True, slots=True)
class Signed:
    """One township's confirmation. `post`: in which somebody wrote it; `claimed_ms`: when, as it says."""

    card: Card
    device: DeviceId
    entry: EntryId
    post: str
    claimed_ms: int


@dataclass(frozen=True, slots=True)
class Certificate:
    """What is certified: each of `signed` confirmed `text`, whose hash is `hash`, in one ledger."""

    ledger: bytes
    kind: Kind
    record: RecordId
    text: dict[str, Plain]
    hash: bytes
    signed: tuple[Signed, ...]

    @property
    def id(self) -> bytes:
        """The same for the same confirmations, whoever made it."""
        return hashlib.sha256(b"".join(one.entry for one in self.signed)).digest()[:16]


@dataclass(frozen=True, slots=True)
class Party:
    """What a certificate says of one township. `headers`: canonical, the confirming entry's first."""

    card: Card
    key: bytes
    payload: bytes
    headers: tuple[bytes, ...]
    head: bytes


def pack(text: list[Plain], parties: list[Party]) -> bytes:
    """A certificate of these; whether it is one `check` says."""
    ordered = sorted(parties, key=lambda p: p.card.township)
    listed: list[Plain] = [
        [p.card.raw, p.key, p.payload, list[Plain](p.headers), p.head] for p in ordered
    ]
    return canonical.encode([FORMAT, text, listed])


def is_one(raw: bytes) -> bool:
    """Whether it begins as a certificate."""
    return raw[:2] == canonical.head(4, 3) + canonical.head(0, FORMAT)


def check(raw: bytes) -> Certificate:
    """What the certificate certifies. Raises NoProof, and nothing else."""
    return checked(_check, raw)


def _check(raw: bytes) -> Certificate:
    match canonical.decode_list(raw, CERTIFICATE_BYTES):
        case [int() as version, list() as text, list() as parties] if version == FORMAT:
            pass
        case _:
            raise NoProof(why=ALTERED)
    kind, record, said = _text(text)
    if not 1 <= len(parties) <= MEMBERS_PER_LEDGER:
        raise NoProof(why=ALTERED)
    digest, signed, ledgers = hash_of(text), list[Signed](), set[bytes]()
    for plain in parties:
        party = _party(plain)
        header = _signed(party)
        if header.type != EntryType.RECORD or header.record != record:
            raise NoProof(why=_APART)
        ledgers.add(header.ledger)
        signed.append(_said(party, header, kind, digest))
    townships = [one.card.township for one in signed]
    if townships != sorted(set(townships)):
        raise NoProof(why=_SHAPES)
    if len(ledgers) != 1:
        raise NoProof(why=_APART)
    return Certificate(ledgers.pop(), kind, record, said, digest, tuple(signed))


def _text(plain: list[Plain]) -> tuple[Kind, RecordId, dict[str, Plain]]:
    """What is agreed, each part of the type that its kind declares: it is printed for people."""
    match plain:
        case [str() as name, bytes() as record, list() as said] if len(record) == RECORD_BYTES:
            kind = kind_named(name)
        case _:
            raise NoProof(why=ALTERED)
    if kind.agreed is None:
        raise NoProof(why=ALTERED)
    found: dict[str, Plain] = {}
    for pair in said:
        match pair:
            case [str() as field, value] if field in kind.agreed.fields and field not in found:
                _check_fits(kind.by_name[field].type, value)
                found[field] = value
            case _:
                raise NoProof(why=ALTERED)
    return kind, RecordId(record), found


def _check_fits(of: FieldType, value: Plain) -> None:
    try:
        if not isinstance(of, Items):
            if isinstance(value, list):
                raise NoProof(why=ALTERED)
            of.check(value)
            return
        for item in value if isinstance(value, list) else [None]:
            for name, said in _pairs(item):
                if (inner := of.type_of(name)) is None or isinstance(said, list):
                    raise NoProof(why=ALTERED)
                inner.check(said)
    except Unfit as fault:
        raise NoProof(why=ALTERED) from fault


def _pairs(item: Plain) -> Iterator[tuple[str, Plain]]:
    for pair in item if isinstance(item, list) else [None]:
        match pair:
            case [str() as name, value]:
                yield name, value
            case _:
                raise NoProof(why=ALTERED)


def _party(plain: Plain) -> Party:
    match plain:
        case [
            bytes() as card,
            bytes() as key,
            bytes() as payload,
            [bytes(), *_] as headers,
            bytes() as head,
        ] if len(key) == KEY_BYTES and len(headers) <= ENTRIES_PER_FRAME:
            raws = tuple(h for h in headers if isinstance(h, bytes))
            if len(raws) == len(headers):
                return Party(Card.parse(card), key, payload, raws, head)
    raise NoProof(why=ALTERED)


def _signed(party: Party) -> Header:
    """The header of the confirming entry, once a signature of the card's device covers it."""
    headers = [parse_header(raw) for raw in party.headers]
    ids = [EntryId(hashlib.sha256(raw).digest()) for raw in party.headers]
    first, last = headers[0], headers[-1]
    if first.device not in [d.device for d in party.card.delegations]:
        raise NoProof(why=_STRANGER)
    log = first.ledger, first.device, first.incarnation
    for (below, before), above in zip(zip(ids, headers, strict=True), headers[1:], strict=False):
        at = above.ledger, above.device, above.incarnation
        if at != log or above.seq != before.seq + 1 or above.prev != below:
            raise NoProof(why=_APART)
    head = verify_checkpoint(party.head, first.device)
    told = head.ledger, head.device, head.incarnation, head.seq, head.entry
    if told != (*log, last.seq, ids[-1]):
        raise NoProof(why=_APART)
    return first


def _said(party: Party, header: Header, kind: Kind, digest: bytes) -> Signed:
    """What the confirming entry says, and that it confirms this hash in its township's place and no more."""
    entry = assemble(header, party.payload)
    content, _ = open_payload(entry, SealingKey(party.key))
    check_words(content)
    assert kind.agreed is not None, "its text was read"
    place = f"{kind.agreed.confirmed}/{party.card.township.hex()}"
    match from_plain(content.operations):
        case [Set(key, value)] if key == place and value == digest:
            return Signed(party.card, header.device, entry.id, content.post, header.claimed_ms)
    raise NoProof(why=_OTHER)
