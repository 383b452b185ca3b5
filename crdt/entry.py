"""Entries: the signed, chained header and the sealed payload behind it. Knows no record and no rule.

The header lives for ever and is public to members and relays; the payload can be detached and the
chain still verifies. What is hashed is the canonical header, whatever the wire left out.
"""

from __future__ import annotations

import enum
import hashlib
from dataclasses import dataclass
from typing import NewType

from crdt.errors import MalformedEntry
from keys import canonical
from keys.canonical import Plain
from keys.errors import CannotOpen
from keys.identity import DeviceId
from keys.limits import HEADER_BYTES, PARENTS_PER_ENTRY, PAYLOAD_BYTES
from keys.seal import NONCE_BYTES, SEAL_OVERHEAD_BYTES, KeyId, SealingKey

EntryId = NewType("EntryId", bytes)
RecordId = NewType("RecordId", bytes)
LedgerId = NewType("LedgerId", bytes)
Incarnation = NewType("Incarnation", bytes)
ActorId = NewType("ActorId", bytes)

FORMAT = 1
ID_BYTES = 32
RECORD_BYTES = 16
INCARNATION_BYTES = 16


class EntryType(enum.IntEnum):
    """What an entry is about. A type that this version does not know is carried and waits."""

    OPEN = 0
    """The first entry of an incarnation; its parent, if any, is the last entry of the one before."""
    RECORD = 1
    """Operations on one record."""


@dataclass(frozen=True, slots=True)
class Header:
    """The fields of a header in their order; sizes in bytes, `claimed_ms` since 1970 and decides nothing."""

    ledger: LedgerId
    device: DeviceId
    incarnation: Incarnation
    seq: int
    prev: EntryId | None
    epoch: int
    claimed_ms: int
    type: int
    record: RecordId | None
    parents: tuple[EntryId, ...]
    key_id: KeyId
    payload_size: int
    payload_hash: bytes

    def context(self) -> bytes:
        """The header without its last two fields: what the payload is bound to."""
        return canonical.encode(self._fields())

    def encode(self) -> bytes:
        return canonical.encode([*self._fields(), self.payload_size, self.payload_hash])

    def _fields(self) -> list[Plain]:
        return [
            FORMAT,
            self.ledger,
            self.device,
            self.incarnation,
            self.seq,
            self.prev,
            self.epoch,
            self.claimed_ms,
            int(self.type),
            self.record,
            list(self.parents),
            self.key_id,
        ]


@dataclass(frozen=True, slots=True)
class Entry:
    """A header with its id and, unless detached, its sealed payload. Made only by `build` and `assemble`."""

    header: Header
    raw: bytes
    id: EntryId
    payload: bytes | None

    @property
    def record(self) -> RecordId | None:
        """The record it is about; a creating entry gives the record its id."""
        if self.header.type != EntryType.RECORD:
            return None
        return self.header.record or RecordId(self.id[:RECORD_BYTES])

    @property
    def log(self) -> tuple[DeviceId, Incarnation]:
        return self.header.device, self.header.incarnation

    @property
    def size(self) -> int:
        return len(self.raw) + len(self.payload or b"")


@dataclass(frozen=True, slots=True)
class Content:
    """What a payload says once opened. `operations` are plain values, not yet judged."""

    schema: int
    post: str
    reason: str
    change_hash: bytes
    operations: list[Plain]


def assemble(header: Header, payload: bytes | None) -> Entry:
    """The entry of a header; raises MalformedEntry unless header and payload fit the format."""
    check_header(header)
    if payload is not None and (
        len(payload) != header.payload_size
        or hashlib.sha256(payload).digest() != header.payload_hash
    ):
        raise MalformedEntry(why="payload")
    raw = header.encode()
    if len(raw) > HEADER_BYTES:
        raise MalformedEntry(why="header size")
    return Entry(header, raw, EntryId(hashlib.sha256(raw).digest()), payload)


def build(draft: Header, nonce: bytes, content: Content, key: SealingKey) -> Entry:
    """Seal `content` under `key`; `draft` gives the context (its last two fields are ignored)."""
    plain = canonical.encode(
        [content.schema, content.post, content.reason, content.change_hash, content.operations]
    )
    payload = key.seal(nonce, plain, draft.context())
    fields = {name: getattr(draft, name) for name in draft.__slots__}
    fields |= {"payload_size": len(payload), "payload_hash": hashlib.sha256(payload).digest()}
    return assemble(Header(**fields), payload)


def open_payload(entry: Entry, key: SealingKey) -> tuple[Content, bytes]:
    """The content and its nonce. Raises CannotOpen, NotCanonical, MalformedEntry (a void entry then).

    `key` must be the one that the header names: a ciphertext can be made to open under two.
    """
    if entry.payload is None:
        raise MalformedEntry(why="no payload")
    if key.id != entry.header.key_id:
        raise CannotOpen
    plain = key.open(entry.payload, entry.header.context())
    match canonical.decode_list(plain, PAYLOAD_BYTES):
        case [int() as schema, str() as post, str() as reason, bytes() as change, list() as ops]:
            if not isinstance(schema, bool):
                return Content(schema, post, reason, change, ops), entry.payload[:NONCE_BYTES]
    raise MalformedEntry(why="payload fields")


def actor_of(context: bytes, nonce: bytes, content: Content) -> ActorId:
    """The Automerge actor of this entry's change; binds all but the change hash, which follows from it."""
    said: list[Plain] = [
        context,
        nonce,
        content.schema,
        content.post,
        content.reason,
        content.operations,
    ]
    return ActorId(hashlib.sha256(b"mulin/actor/1" + canonical.encode(said)).digest()[:16])


def parse_header(raw: bytes) -> Header:
    """The header of canonical bytes. Raises NotCanonical, MalformedEntry."""
    match canonical.decode_list(raw, HEADER_BYTES):
        case [
            1,
            bytes() as ledger,
            bytes() as device,
            bytes() as incarnation,
            int() as seq,
            (None | bytes()) as prev,
            int() as epoch,
            int() as claimed_ms,
            int() as kind,
            (None | bytes()) as record,
            list() as parents,
            bytes() as key_id,
            int() as size,
            bytes() as digest,
        ] if all(isinstance(p, bytes) for p in parents):
            pass
        case _:
            raise MalformedEntry(why="header fields")
    header = Header(
        LedgerId(ledger),
        DeviceId(device),
        Incarnation(incarnation),
        seq,
        None if prev is None else EntryId(prev),
        epoch,
        claimed_ms,
        kind,
        None if record is None else RecordId(record),
        tuple(EntryId(p) for p in parents if isinstance(p, bytes)),
        KeyId(key_id),
        size,
        digest,
    )
    check_header(header)
    if header.encode() != raw:  # `true` stands for 1 in a pattern, and would give a second id
        raise MalformedEntry(why="header fields")
    return header


def check_header(h: Header) -> None:
    """Raises MalformedEntry unless the fields have their sizes and fit together."""
    sized = (h.ledger, h.device, h.key_id, h.payload_hash, *h.parents)
    if any(len(b) != ID_BYTES for b in sized) or len(h.incarnation) != INCARNATION_BYTES:
        raise MalformedEntry(why="field size")
    numbers = (h.seq, h.epoch, h.claimed_ms, h.type, h.payload_size)
    if any(isinstance(n, bool) or n < 0 for n in numbers):
        raise MalformedEntry(why="number")
    if (h.prev is None) != (h.seq == 0):
        raise MalformedEntry(why="position")
    if h.prev is not None and len(h.prev) != ID_BYTES:
        raise MalformedEntry(why="field size")
    if not SEAL_OVERHEAD_BYTES < h.payload_size <= PAYLOAD_BYTES:
        raise MalformedEntry(why="payload size")
    if len(h.parents) > PARENTS_PER_ENTRY or list(h.parents) != sorted(set(h.parents)):
        raise MalformedEntry(why="parents")
    if (h.type == EntryType.OPEN) != (h.seq == 0):
        raise MalformedEntry(why="a log begins with its opening")
    if h.type == EntryType.OPEN and (h.record is not None or len(h.parents) > 1):
        raise MalformedEntry(why="opening")
    if h.record is not None and len(h.record) != RECORD_BYTES:
        raise MalformedEntry(why="field size")
    if h.type == EntryType.RECORD and (h.record is None) != (not h.parents):
        raise MalformedEntry(why="a record begins without parents")
