"""Entries and checkpoints as they lie on disk: without what their log, place and payload say. Pure.

A header is rebuilt when it is read, and its hash is the entry's id: whatever was altered in a row shows. An
entry before this one in the file is named by how many rows back it stands. Knows no SQL.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from crdt.checkpoint import Checkpoint, restore_checkpoint
from crdt.entry import (
    Entry,
    EntryId,
    EntryType,
    Header,
    Incarnation,
    LedgerId,
    RecordId,
    sealed_by,
)
from keys import canonical
from keys.canonical import Plain
from keys.errors import MulinError
from keys.identity import DeviceId
from keys.limits import HEADER_BYTES
from keys.seal import KeyId
from keys.value import value
from node.errors import DamagedEntry

_FAMILIAR = frozenset({int(EntryType.OPEN), int(EntryType.RECORD)})


@value
class LogFacts:
    """What holds for every entry of a log; `epoch` and `key_id` are those of its first entry here."""

    ledger: LedgerId
    device: DeviceId
    incarnation: Incarnation
    epoch: int
    key_id: KeyId


@value
class Row:
    """A row of `entries`: `n` its number, `prev` the number of the entry before it in its log."""

    n: int
    id: EntryId
    seq: int
    prev: int | None
    record: RecordId | None
    header: bytes
    payload: bytes | None


def pack_header(entry: Entry, n: int, facts: LogFacts, numbers: Mapping[bytes, int]) -> bytes:
    """The `header` column of an entry at row `n`. `numbers`: rows of parents that are held, all below `n`."""
    h, scalar = entry.header, canonical.encode_scalar
    whole = entry.payload is None or h.type not in _FAMILIAR
    if not whole and h.epoch == facts.epoch and h.key_id == facts.key_id:
        parts = [scalar(n - numbers[p] if p in numbers else p) for p in h.parents]
        said = canonical.head(4, 3), scalar(h.claimed_ms), scalar(int(h.type))
        return b"".join((*said, canonical.head(4, len(parts)), *parts))  # most entries
    parents: list[Plain] = [n - numbers[p] if p in numbers else p for p in h.parents]
    plain: list[Plain] = [h.claimed_ms, int(h.type), parents, h.epoch, h.key_id]
    if whole:
        plain += [h.record, h.payload_size, h.payload_hash]
    return canonical.encode(plain)


def unpack_header(header: bytes) -> list[Plain]:
    """The parts of a `header` column. Raises DamagedEntry."""
    try:
        plain = canonical.decode_list(header, HEADER_BYTES)
    except (MulinError, TypeError) as fault:  # somebody may have put another type there
        raise DamagedEntry from fault
    if len(plain) not in (3, 5, 8) or not isinstance(plain[2], list):
        raise DamagedEntry
    return plain


def named_rows(row: Row, plain: list[Plain]) -> set[int]:
    """Numbers of the rows that an entry names: the one before it and its parents."""
    parents = plain[2]
    assert isinstance(parents, list), "unpack_header saw to it"
    found = {row.n - back for back in parents if type(back) is int}
    return found if row.prev is None else found | {row.prev}


def rebuild(row: Row, plain: list[Plain], facts: LogFacts, ids: Mapping[int, EntryId]) -> Entry:
    """The entry of a row. Raises DamagedEntry unless it gives the id that stands in the row."""
    claimed_ms, kind, parents, *rest = plain
    epoch, key_id = (rest[0], rest[1]) if rest else (facts.epoch, facts.key_id)
    record = row.record if kind == EntryType.RECORD and parents else None
    size, digest = 0, b""
    if isinstance(row.payload, bytes):
        size, digest = len(row.payload), hashlib.sha256(row.payload).digest()
    if len(rest) == 5:
        record = rest[2]  # type: ignore[assignment]
        if row.payload is not None and (rest[3], rest[4]) != (size, digest):
            raise DamagedEntry
        size, digest = rest[3], rest[4]  # type: ignore[assignment]
    try:
        header = Header(
            facts.ledger,
            facts.device,
            facts.incarnation,
            row.seq,
            None if row.prev is None else ids[row.prev],
            epoch,  # type: ignore[arg-type]
            claimed_ms,  # type: ignore[arg-type]
            kind,  # type: ignore[arg-type]
            record,
            tuple(ids[row.n - p] if type(p) is int else p for p in parents),  # type: ignore[union-attr,misc]
            key_id,  # type: ignore[arg-type]
            size,
            digest,
        )
        entry = sealed_by(header, row.payload)
    except (
        MulinError,
        KeyError,
        TypeError,
    ) as fault:  # a row it names is gone, a part of another type
        raise DamagedEntry from fault
    if entry.id != row.id:
        raise DamagedEntry
    return entry


def rebuild_checkpoint(
    facts: LogFacts, seq: int, entry: EntryId, previous: bytes | None, signature: bytes
) -> Checkpoint:
    """A stored checkpoint as it was signed; nothing is verified here."""
    return restore_checkpoint(
        facts.ledger, facts.device, facts.incarnation, seq, entry, previous, signature
    )
