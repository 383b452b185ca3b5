"""The judge of what is sealed and what was erased: who reads it, who does not, and what is left of it.

Words are looked for in the raw bytes of every disk; which records are sealed is told by the keys that
headers name, read with our own eyes.
"""

from __future__ import annotations

from collections.abc import Iterator

from crdt.entry import RecordId
from crdt.view import record_digest
from keys.errors import MulinError
from simulations.oracles.scene import Row, Scene, Store
from simulations.sealdeeds import CANARY

_WORD = CANARY.encode()


def sealed_records(store: Store) -> frozenset[bytes]:
    """Records of which some entry lies under a key that is no epoch's."""
    epochs = {bytes(step.epoch.key_id) for step in store.town.ledger.chain.steps}
    return frozenset(
        row.record
        for row in store.rows.values()
        if row.record is not None and row.fields[11] not in epochs
    )


def subject(row: Row) -> bytes | None:
    """The record that an entry is about, or whose readers it tells."""
    named = row.fields[9]
    return row.record or (named if isinstance(named, bytes) else None)


def sealed(scene: Scene) -> Iterator[str]:
    """Who was granted reads, nobody else can, no disk says it in clear; what was erased is nowhere."""
    for town in scene.world.honest:
        for name, file in town.disk.files.items():
            if _WORD in bytes(file.data):
                yield f"{town.name} has in {name} what was sealed"
    if scene.agreed_s is None or not scene.stores:
        return
    erased = [_erased(store) for store in scene.stores]
    for store, gone in zip(scene.stores, erased, strict=True):
        if gone != erased[0]:
            yield f"{store.town.name} erased other records than {scene.stores[0].town.name}"
        for row in store.rows.values():
            if subject(row) in gone and row.payload is not None:
                yield f"{store.town.name} still holds what was erased ({row.id.hex()[:8]})"
    for record in sorted(sealed_records(scene.stores[0]) - erased[0]):
        yield from _read(scene, RecordId(record))


def _erased(store: Store) -> frozenset[bytes]:
    rows = store.town.rows("SELECT record FROM erased")
    return frozenset(record for (record,) in rows if isinstance(record, bytes))


def _read(scene: Scene, record: RecordId) -> Iterator[str]:
    """One record that stands, at every member."""
    said: dict[bytes, str] = {}
    readers: set[frozenset[bytes]] = set()
    for store in scene.stores:
        service, ledger = store.town.service, store.town.ledger
        assert service is not None, "it is on"
        sealing = service.seals.sealing(ledger, record)
        readers.add(frozenset(sealing.readers))
        name = f"record {record.hex()[:8]} at {store.town.name}"
        if ledger.me not in sealing.readers:
            if not sealing.ever(ledger.me) and service.seals.keys(ledger, record):
                yield f"{name}: never granted, and there is a key"
            continue
        try:
            held = service.record(ledger, record)
        except MulinError as fault:
            yield f"{name}: granted, and it cannot be read ({type(fault).__name__})"
            continue
        said[record_digest(held)] = store.town.name
    if len(readers) > 1:
        yield f"record {record.hex()[:8]}: who may read it differs from town to town"
    if len(said) > 1:
        yield f"record {record.hex()[:8]} says different things at {' and '.join(said.values())}"
