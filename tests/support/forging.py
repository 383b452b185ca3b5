"""A member whose program says what the product never would: entries with any payload, into its own log."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace

from crdt.deeds import Wrap
from crdt.entry import (
    Content,
    Entry,
    EntryId,
    EntryType,
    Header,
    RecordId,
    assemble,
    build,
    parse_header,
)
from crdt.operations import Operation, to_plain
from crdt.run import Verified, decode_run, encode_run
from crdt.verdicts import EntryState
from keys import seal
from keys.identity import DeviceId, TownshipId
from keys.seal import NONCE_BYTES, KeyId, SealingKey
from node import seals
from node.ledgers import Ledger
from tests.support.people import seed
from tests.support.townships import POST, Town, runs_for

Making = Callable[[Header], bytes]
"""The sealed payload for a header that still lacks its size and hash."""


def invented(label: str) -> SealingKey:
    return SealingKey(seed("sealing key", label))


def says(*operations: Operation) -> Content:
    return Content(1, POST, "", b"", to_plain(operations))


def forge(
    town: Town,
    record: RecordId | None,
    key: KeyId | SealingKey,
    made: Content | Making,
    *,
    parents: Sequence[EntryId] = (),
) -> Entry:
    """Write into a record (None: begin one), whatever the town itself thinks of it."""
    writing, ledger, ground = town.service.writing, town.ledger, town.service.ground
    with ground.db.transaction():
        commit = writing._begin(ledger)
        shown = key if isinstance(key, SealingKey) else invented("never used")
        draft = writing._header(ledger, commit, EntryType.RECORD, record, tuple(parents), shown)
        if isinstance(made, Content):
            assert isinstance(key, SealingKey), "to seal takes the key itself"
            entry = build(draft, ground.entropy(NONCE_BYTES), made, key)
        else:
            draft = replace(draft, key_id=key.id if isinstance(key, SealingKey) else key)
            payload = made(draft)
            digest = hashlib.sha256(payload).digest()
            entry = assemble(
                replace(draft, payload_size=len(payload), payload_hash=digest), payload
            )
        commit.add(entry)
        writing._append(ledger, commit)
    writing._raise_mark(ledger, commit)
    return entry


def wrap_of(
    town: Town, record: RecordId, key: SealingKey, *readers: Town, named: KeyId | None = None
) -> Wrap:
    """A key for the devices of others. `named`: under another id than its own, as far as can be."""
    devices = [DeviceId(t.service.device) for t in readers]
    if named is None:
        return town.service.seals.wrap(town.ledger, record, key, devices)
    listed, wraps = town.ledger.members.delegations, []
    for device in devices:
        info = seals._info(town.ledger, record, named, device)
        wraps.append((device, seal.wrap(key.secret, listed[device].hpke_public, info)))
    return Wrap(named, tuple(wraps))


def me(town: Town) -> TownshipId:
    return town.ledger.me


def state(town: Town, entry: Entry) -> tuple[EntryState, str]:
    row = town.service.ground.db.one("SELECT state, reason FROM entries WHERE id=?", entry.id)
    assert row is not None, "it came"
    return EntryState(row[0]), str(row[1])


def beginning(town: Town, record: RecordId) -> bytes:
    """The header that began a record which is here."""
    entry = town.service.seals.beginning(town.ledger, record)
    assert entry is not None
    return entry.raw


def begun_by(town: Town, raw: bytes) -> bytes:
    """The same header, saying that it was this town's device which began the record."""
    return replace(parse_header(raw), device=DeviceId(town.service.device)).encode()


def detached(giver: Town, taker: Town, which: Callable[[Entry], bool]) -> list[bytes]:
    """The runs that `taker` lacks, with the payloads of some entries left out on the way."""
    ledger: Ledger = taker.ledger
    found: list[bytes] = []
    for body in runs_for(giver.service, taker.service, ledger.id):
        run = decode_run(ledger.id, body).verified(ledger.members.has_written)
        entries = [replace(e, payload=None) if which(e) else e for e in run.entries]
        found.append(encode_run(Verified(tuple(entries), run.checkpoint)))
    return found
