"""Entries: the signed, chained header and the sealed payload behind it. Knows no record and no rule.

The header lives for ever and is public to members and relays; the payload can be detached and the
chain still verifies. What is hashed is the canonical header, whatever the wire left out.
"""

from __future__ import annotations

import enum
import functools
import hashlib
from dataclasses import field, replace
from typing import Any, NewType

from crdt.errors import MalformedEntry
from keys import canonical
from keys.canonical import Plain
from keys.errors import CannotOpen, NotCanonical
from keys.identity import DeviceId
from keys.limits import HEADER_BYTES, INT_MAX, PARENTS_PER_ENTRY, PAYLOAD_BYTES
from keys.seal import NONCE_BYTES, SEAL_OVERHEAD_BYTES, KeyId, SealingKey
from keys.value import value

EntryId = NewType("EntryId", bytes)
RecordId = NewType("RecordId", bytes)
LedgerId = NewType("LedgerId", bytes)
Incarnation = NewType("Incarnation", bytes)
ActorId = NewType("ActorId", bytes)

FORMAT = 1
ID_BYTES = 32
RECORD_BYTES = 16
INCARNATION_BYTES = 16
_FIELDS = 14
_ID = canonical.head(2, ID_BYTES)
_SHORT_ID = canonical.head(2, RECORD_BYTES)
_HEAD = canonical.head(4, _FIELDS) + canonical.head(0, FORMAT) + _ID
_CONTEXT_HEAD = canonical.head(4, _FIELDS - 2)
_NULL = canonical.encode(None)
_ONE = canonical.head(4, 1) + _ID
_ACTOR = b"mulin/actor/1" + canonical.head(4, 6)


class EntryType(enum.IntEnum):
    """What an entry is about. A type that this version does not know is carried and waits."""

    OPEN = 0
    """The first entry of an incarnation; its parent, if any, is the last entry of the one before."""
    RECORD = 1
    """Operations on one record."""
    LEDGER = 2
    """About the ledger itself: statements on who belongs to it, and what follows from them."""


_OPEN, _RECORD = int(EntryType.OPEN), int(EntryType.RECORD)  # an enumeration is slow to ask


@value
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


@value
class Entry:
    """A header with its id and, unless detached, its sealed payload. Made only by `build` and `assemble`."""

    header: Header
    raw: bytes
    id: EntryId
    payload: bytes | None
    record: RecordId | None
    """The record it is about; a creating entry gives the record its id."""

    @property
    def log(self) -> tuple[DeviceId, Incarnation]:
        return self.header.device, self.header.incarnation

    @property
    def subject(self) -> RecordId | None:
        """The record that it is erased with: the one it is about, or whose readers it tells."""
        return self.record or self.header.record

    @property
    def size(self) -> int:
        return len(self.raw) + len(self.payload or b"")

    def context(self) -> bytes:
        """The header's context, cut from the canonical bytes instead of encoded again."""
        tail = len(_ID) + ID_BYTES + len(canonical.head(0, self.header.payload_size))
        return _CONTEXT_HEAD + self.raw[1:-tail]


@value
class Content:
    """What a payload says once opened. `operations` are plain values, not yet judged."""

    schema: int
    post: str
    reason: str
    change_hash: bytes
    operations: list[Plain]
    _said: bytes | None = field(default=None, init=False, repr=False, compare=False)
    """All but the change hash, encoded; kept from the payload it was read from. A copy has none."""
    ready: tuple[Any, ...] | None = field(default=None, init=False, repr=False, compare=False)
    """The operations as read when the payload was opened, where that was all that is to be seen of them."""

    def said(self) -> bytes:
        """[schema, post, reason, operations] in canonical bytes, without the head of the array."""
        if self._said is not None:
            return self._said
        said: list[Plain] = [self.schema, self.post, self.reason, self.operations]
        return canonical.encode(said)[1:]

    @classmethod
    def read(cls, plain: bytes) -> Content:
        """The content of an opened payload. Raises NotCanonical, MalformedEntry."""
        found = canonical.decode_list(plain, PAYLOAD_BYTES)
        if len(found) != len(CONTENT_TYPES) or tuple(map(type, found)) != CONTENT_TYPES:
            raise MalformedEntry(why="payload fields")
        content = cls(*found)  # type: ignore[arg-type]
        scalar = canonical.encode_scalar
        before = 1 + len(scalar(content.schema) + scalar(content.post) + scalar(content.reason))
        after = before + len(scalar(content.change_hash))
        content.came(plain[1:before] + plain[after:], None)
        return content

    def came(self, said: bytes, ready: tuple[Any, ...] | None) -> None:
        """It was just read, from a payload that says this."""
        object.__setattr__(self, "_said", said)
        object.__setattr__(self, "ready", ready)


CONTENT_TYPES = (int, str, str, bytes, list)


def assemble(header: Header, payload: bytes | None) -> Entry:
    """The entry of a header; raises MalformedEntry unless header and payload fit the format."""
    if payload is not None and (
        len(payload) != header.payload_size
        or hashlib.sha256(payload).digest() != header.payload_hash
    ):
        raise MalformedEntry(why="payload")
    return sealed_by(header, payload)


def sealed_by(header: Header, payload: bytes | None, *, checked: bool = False) -> Entry:
    """Like `assemble`, for a header whose payload size and hash were just computed from `payload`.

    `checked`: one with the same log, epoch and key was.
    """
    if not checked:
        _check_shared(header)
    _check_own(header)
    raw = _write_header(header)
    if len(raw) > HEADER_BYTES:
        raise MalformedEntry(why="header size")
    return entry_of(header, raw, EntryId(hashlib.sha256(raw).digest()), payload)


def entry_of(header: Header, raw: bytes, entry: EntryId, payload: bytes | None) -> Entry:
    """For who knows that all of it belongs together."""
    record = None
    if header.type == _RECORD:
        record = header.record or RecordId(entry[:RECORD_BYTES])
    return Entry(header, raw, entry, payload, record)


def build(draft: Header, nonce: bytes, content: Content, key: SealingKey) -> Entry:
    """Seal `content` under `key`; `draft` gives the context (its last two fields are ignored)."""
    plain = canonical.encode(
        [content.schema, content.post, content.reason, content.change_hash, content.operations]
    )
    payload = key.seal(nonce, plain, draft.context())
    digest = hashlib.sha256(payload).digest()
    return assemble(replace(draft, payload_size=len(payload), payload_hash=digest), payload)


def open_payload(entry: Entry, key: SealingKey) -> tuple[Content, bytes]:
    """The content and its nonce. Raises CannotOpen, NotCanonical, MalformedEntry (a void entry then).

    `key` must be the one that the header names: a ciphertext can be made to open under two.
    """
    if entry.payload is None:
        raise MalformedEntry(why="no payload")
    if key.id != entry.header.key_id:
        raise CannotOpen
    plain = key.open(entry.payload, entry.context())
    return Content.read(plain), entry.payload[:NONCE_BYTES]


def actor_of(context: bytes, nonce: bytes, content: Content) -> ActorId:
    """The Automerge actor of this entry's change; binds all but the change hash, which follows from it.

    The hash of CBOR [context, nonce, schema, post, reason, operations].
    """
    head = canonical.head
    bound = b"".join((head(2, len(context)), context, head(2, len(nonce)), nonce, content.said()))
    return ActorId(hashlib.sha256(_ACTOR + bound).digest()[:16])


def parse_header(raw: bytes) -> Header:
    """The header of canonical bytes. Raises NotCanonical, MalformedEntry.

    Read along the fixed shape; that it was the one encoding is told by writing it again, so reading need
    not ask. (`true` for 1, or any longer form, would give a second id.)
    """
    if len(raw) > HEADER_BYTES:
        raise MalformedEntry(why="header size")
    try:
        header = _read_header(raw)
    except IndexError as fault:
        raise MalformedEntry(why="header fields") from fault
    check_header(header)
    if _write_header(header) != raw:
        raise NotCanonical(why="header")
    return header


_LEDGER_AT = len(_HEAD)
_DEVICE_AT = _LEDGER_AT + ID_BYTES + len(_ID)
_INCARNATION_AT = _DEVICE_AT + ID_BYTES + len(_SHORT_ID)
_SEQ_AT = _INCARNATION_AT + INCARNATION_BYTES


def _read_header(raw: bytes) -> Header:
    seq, at = _read_number(raw, _SEQ_AT)
    prev, at = _read_id(raw, at, ID_BYTES)
    epoch, at = _read_number(raw, at)
    claimed_ms, at = _read_number(raw, at)
    kind, at = _read_number(raw, at)
    record, at = _read_id(raw, at, RECORD_BYTES)
    count, at = _read_number(raw, at, 4)
    step = len(_ID) + ID_BYTES
    end = at + step * min(count, PARENTS_PER_ENTRY + 1)
    parents = [EntryId(raw[n + len(_ID) : n + step]) for n in range(at, end, step)]
    size, at = _read_number(raw, end + step)
    return Header(
        LedgerId(raw[_LEDGER_AT : _LEDGER_AT + ID_BYTES]),
        DeviceId(raw[_DEVICE_AT : _DEVICE_AT + ID_BYTES]),
        Incarnation(raw[_INCARNATION_AT:_SEQ_AT]),
        seq,
        None if prev is None else EntryId(prev),
        epoch,
        claimed_ms,
        kind,
        None if record is None else RecordId(record),
        tuple(parents),
        KeyId(raw[end + len(_ID) : end + step]),
        size,
        raw[at + len(_ID) :],
    )


def _read_number(raw: bytes, at: int, major: int = 0) -> tuple[int, int]:
    info = raw[at] - (major << 5)
    if info < 24:
        return info, at + 1
    width = 1 << min(info - 24, 3)
    return int.from_bytes(raw[at + 1 : at + 1 + width], "big"), at + 1 + width


def _read_id(raw: bytes, at: int, size: int) -> tuple[bytes | None, int]:
    if raw[at] == _NULL[0]:
        return None, at + 1
    start = at + (len(_ID) if size == ID_BYTES else len(_SHORT_ID))
    return raw[start : start + size], start + size


def check_header(h: Header) -> None:
    """Raises MalformedEntry unless the fields have their sizes and fit together."""
    _check_shared(h)
    _check_own(h)


def _check_shared(h: Header) -> None:
    """What the headers of a run have in common, as a rule."""
    if not len(h.ledger) == len(h.device) == len(h.key_id) == ID_BYTES:
        raise MalformedEntry(why="field size")
    if len(h.incarnation) != INCARNATION_BYTES:
        raise MalformedEntry(why="field size")
    if not 0 <= h.epoch <= INT_MAX or type(h.epoch) is bool:
        raise MalformedEntry(why="number")


def _check_own(h: Header) -> None:
    for n in (h.seq, h.claimed_ms, h.type, h.payload_size):
        if not 0 <= n <= INT_MAX or n is True or n is False:
            raise MalformedEntry(why="number")
    if len(h.payload_hash) != ID_BYTES:
        raise MalformedEntry(why="field size")
    if (h.prev is None) != (h.seq == 0):
        raise MalformedEntry(why="position")
    if h.prev is not None and len(h.prev) != ID_BYTES:
        raise MalformedEntry(why="field size")
    if not SEAL_OVERHEAD_BYTES < h.payload_size <= PAYLOAD_BYTES:
        raise MalformedEntry(why="payload size")
    if h.parents:
        _check_parents(h.parents)
    opens = h.type == _OPEN
    if opens != (h.seq == 0):
        raise MalformedEntry(why="a log begins with its opening")
    if opens and (h.record is not None or len(h.parents) > 1):
        raise MalformedEntry(why="opening")
    if h.record is not None and len(h.record) != RECORD_BYTES:
        raise MalformedEntry(why="field size")
    if h.type == _RECORD and (h.record is None) != (not h.parents):
        raise MalformedEntry(why="a record begins without parents")


def _write_header(h: Header) -> bytes:
    """What `h.encode()` gives, written along the fixed shape: every entry that arrives is hashed.

    Only for a header that `check_header` passed.
    """
    head, parents = canonical.head, h.parents
    return b"".join(
        (
            _begun(h.ledger, h.device, h.incarnation),
            head(0, h.seq),
            _NULL if h.prev is None else _ID + h.prev,
            head(0, h.epoch),
            head(0, h.claimed_ms),
            head(0, h.type),
            _NULL if h.record is None else _SHORT_ID + h.record,
            _ONE + parents[0]
            if len(parents) == 1
            else head(4, len(parents)) + b"".join([_ID + parent for parent in parents]),
            _ID,
            h.key_id,
            head(0, h.payload_size),
            _ID,
            h.payload_hash,
        )
    )


@functools.lru_cache(maxsize=256)
def _begun(ledger: bytes, device: bytes, incarnation: bytes) -> bytes:
    """What all headers of a log begin with."""
    return b"".join((_HEAD, ledger, _ID, device, _SHORT_ID, incarnation))


def _check_parents(parents: tuple[EntryId, ...]) -> None:
    if len(parents) == 1:  # as a rule
        if len(parents[0]) != ID_BYTES:
            raise MalformedEntry(why="field size")
        return
    if any(len(parent) != ID_BYTES for parent in parents):
        raise MalformedEntry(why="field size")
    if list(parents) != sorted(set(parents)) or len(parents) > PARENTS_PER_ENTRY:
        raise MalformedEntry(why="parents")
