"""The judges: each looks at a scene and says, in sentences, what is wrong. Declared once, in JUDGES.

A judge that cannot fail is no judge: for each there is a planted bug that it, and it by name, finds
(tests/simulations/test_mutants.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from crdt.kinds import KINDS
from crdt.verdicts import EntryState
from keys.limits import (
    FRAME_BYTES,
    TIPS_PER_LOG,
    WAITING_BYTES_PER_LOG,
    WAITING_ENTRIES_PER_LOG,
    WINDOW_BYTES,
)
from node.verify import verify
from simulations.oracles import cbor
from simulations.oracles.model import Model, Said, read
from simulations.oracles.scene import Row, Scene, Store, entry_id
from simulations.oracles.sealed import sealed, sealed_records
from simulations.people import WitnessKey

Judge: TypeAlias = Callable[[Scene], Iterator[str]]

QUEUE_BYTES_MAX = WINDOW_BYTES + 2 * FRAME_BYTES
"""What may be under way on one connection: a window of runs, and one frame of another kind each way."""
_BLAMES = frozenset(
    {"bad_entry", "unlinked", "bad_frame", "unexpected", "too_large", "limit", "no_common_version"}
)
_MODEL_ENTRIES_MAX = 80
_PROTECTED = b"\xa1\x01\x27"
_COSE = b"\x84\x43" + _PROTECTED + b"\xa0"
"""An array of four: the protected header {alg: EdDSA}, an empty map, then payload and signature."""


def _short(entry: bytes) -> str:
    return entry.hex()[:8]


def recovery(scene: Scene) -> Iterator[str]:
    """Every honest town comes up again once its power and disk are good."""
    for town in scene.world.honest:
        if scene.must_agree and (not town.on or town.core is None):
            yield f"{town.name} does not come up again"


def progress(scene: Scene) -> Iterator[str]:
    """Something moved, and once every line works all agree within the time they were given."""
    world = scene.world
    if not scene.must_agree:
        return
    if scene.agreed_s is None:
        yield "the towns do not agree, and time is over"
    if world.witness.acked and len(world.honest) > 1 and not world.trace.counts.get("sent"):
        yield "nothing ever moved"


def agreement(scene: Scene) -> Iterator[str]:
    """Equal entries, equal verdicts, equal digests, equal conflicts and equal change hashes everywhere."""
    if not scene.stores or scene.agreed_s is None:
        return
    first, *others = scene.stores
    apart = sealed_records(first)  # what those say who can read them another judge compares
    for other in others:
        for what, one, two in (
            ("entries", first.rows.keys(), other.rows.keys()),
            ("verdicts", _verdicts(first, apart), _verdicts(other, apart)),
            ("digests", _of_open(first.digests, 0, apart), _of_open(other.digests, 0, apart)),
            ("conflicts", _of_open(first.conflicts, 1, apart), _of_open(other.conflicts, 1, apart)),
            ("change hashes", _changes(first, apart), _changes(other, apart)),
        ):
            if one != two:
                yield f"{what} differ between {first.town.name} and {other.town.name}"
    for store in scene.left:
        if store.rows.keys() - first.rows.keys():
            yield f"{store.town.name} left, and what it holds is not all at {first.town.name}"


def _of_open(
    rows: frozenset[tuple[object, ...]], place: int, apart: frozenset[bytes]
) -> frozenset[tuple[object, ...]]:
    """Rows but those of sealed records, whose id stands at `place`."""
    return frozenset(row for row in rows if row[place] not in apart)


def _verdicts(store: Store, apart: frozenset[bytes]) -> dict[bytes, tuple[int, str]]:
    rows = store.rows.values()
    return {row.id: (row.state, row.reason) for row in rows if row.record not in apart}


def _changes(store: Store, apart: frozenset[bytes]) -> dict[bytes, bytes]:
    service, ledger = store.town.service, store.town.ledger
    assert service is not None, "a store that was read belongs to a computer that is on"
    found: dict[bytes, bytes] = {}
    erased = service.ground.seals.erased(ledger.n)
    listed = {row.record for row in store.rows.values() if row.record} - apart - erased
    for record_id in sorted(listed):
        record = service.records.get(ledger, record_id)  # type: ignore[arg-type]
        found |= {a.entry.id: record.change_of(a.entry.id) for a in record.applied}
    return found


def durability(scene: Scene) -> Iterator[str]:
    """No acknowledged entry is lost: not after a crash on its own disk, and in the end nowhere."""
    yield from scene.world.witness.lost_in_crash
    if scene.agreed_s is None:
        return
    authors, expected = scene.world.witness.acked, scene.world.witness.expected()
    for store in scene.stores:
        for entry in sorted(expected - store.rows.keys()):
            town = scene.world.towns[authors[entry]]
            if scene.is_stray(town):
                continue  # nobody meets it any more, as its status shows
            author = town.name
            yield f"entry {_short(entry)} of {author} was acknowledged and is not at {store.town.name}"


def authenticity(scene: Scene) -> Iterator[str]:
    """Every entry is vouched for by a signature; what an honest device is said to have signed it did sign."""
    for store in [*scene.stores, *scene.left]:
        vouched: set[bytes] = set()
        for log, _seq, entry, raw in store.checkpoints:
            device = store.logs[log][0]
            fault = _signature_fault(scene, device, raw, entry)
            if fault:
                yield f"a checkpoint of {_short(device)} at {store.town.name}: {fault}"
                continue
            at: bytes | None = entry
            while at is not None and at not in vouched and at in store.rows:
                vouched.add(at)
                prev = store.rows[at].fields[5]
                at = prev if isinstance(prev, bytes) else None
        for row in store.rows.values():
            device = store.logs[row.log][0]
            if entry_id(row.header) != row.id:
                yield f"entry {_short(row.id)} at {store.town.name} is not what its id says"
            elif row.fields[2] != device:
                yield f"entry {_short(row.id)} at {store.town.name} stands in a log of another device"
            elif row.id not in vouched:
                yield f"entry {_short(row.id)} at {store.town.name}: nobody signed for it"


def _signature_fault(scene: Scene, device: bytes, raw: bytes, entry: bytes) -> str:
    """COSE_Sign1 read with our own eyes: [protected, {}, payload, signature]."""
    if not raw.startswith(_COSE):
        return "not a signed message"
    parts = cbor.decode(b"\x82" + raw[len(_COSE) :])
    assert isinstance(parts, list), "it begins as an array"
    payload, signature = parts
    if not isinstance(payload, bytes) or not isinstance(signature, bytes):
        return "not a signed message"
    message = cbor.encode(["Signature1", _PROTECTED, b"mulin/head/1", payload])
    try:
        Ed25519PublicKey.from_public_bytes(device).verify(signature, message)
    except InvalidSignature:
        return "its signature is wrong"
    head = cbor.decode(payload)
    if not isinstance(head, list) or head[4] != entry or head[1] != device:
        return "it vouches for something else"
    honest = scene.honest_devices.get(device)
    if honest is not None:
        key = honest.identity.device.sign
        assert isinstance(key, WitnessKey), "simulated towns sign before a witness"
        if message not in key.signed:
            return f"{honest.name} never signed it"
    return ""


def blame(scene: Scene) -> Iterator[str]:
    """Nobody pays for another's fault: what honest clerks wrote applies, and honest nodes part in peace."""
    if scene.agreed_s is not None:
        for store in scene.stores:
            apart = sealed_records(store)
            for entry in sorted(scene.world.witness.expected() & store.rows.keys()):
                row = store.rows[entry]
                if store.logs[row.log][0] in scene.left_devices:
                    continue  # what of it counts the members decided
                if row.state == EntryState.ERASED or row.record in apart:
                    continue
                if row.state != EntryState.APPLIED:
                    why = row.reason or EntryState(row.state).name.lower()
                    where = f"{store.town.name} ({why})"
                    yield f"entry {_short(entry)} of an honest clerk is not applied at {where}"
    towns = scene.world.towns
    for event in scene.world.trace.events:
        if event.what == "closed" and event.fact("reason") in _BLAMES and event.other >= 0:
            if towns[event.town].honest and towns[event.other].honest:
                words = f"{event.fact('reason')} {event.fact('detail')}".strip()
                yield f"{towns[event.town].name} parted from {towns[event.other].name} in anger ({words})"


def bounds(scene: Scene) -> Iterator[str]:
    """Waiting rooms, branches and queues stay within their limits, whoever floods."""
    if scene.world.queue_max > QUEUE_BYTES_MAX:
        yield f"{scene.world.queue_max} bytes were under way on one connection"
    for store in scene.stores:
        waiting: dict[int, list[int]] = {}
        for row in store.rows.values():
            if row.state == EntryState.WAITING:
                waiting.setdefault(row.log, []).append(len(row.payload or b""))
        for sizes in waiting.values():
            if (
                len(sizes) > WAITING_ENTRIES_PER_LOG + 512
                or sum(sizes) > WAITING_BYTES_PER_LOG + FRAME_BYTES
            ):
                yield f"{len(sizes)} entries of one log wait at {store.town.name}"
        for _, tips in store.town.rows("SELECT log, count(*) FROM tips GROUP BY log"):
            if isinstance(tips, int) and tips > TIPS_PER_LOG:
                yield f"a log has {tips} branches at {store.town.name}"


def no_forks(scene: Scene) -> Iterator[str]:
    """No honest device says two things in one place, whatever old disks and copies it went through."""
    said: dict[tuple[bytes, bytes, int], bytes] = {}
    for store in scene.stores:
        for row in store.rows.values():
            device, incarnation = store.logs[row.log]
            if device not in scene.honest_devices:
                continue
            other = said.setdefault((device, incarnation, row.seq), row.id)
            if other != row.id:
                who = scene.honest_devices[device].name
                yield f"{who} signed two entries with number {row.seq} of one log"
        for log, seq in store.forks:
            device = store.logs[log][0]
            if device in scene.honest_devices:
                who = scene.honest_devices[device].name
                yield f"{store.town.name} holds a proof against {who} (seq {seq})"


def genesis(scene: Scene) -> Iterator[str]:
    """The node's own check of everything, from the founding on, finds nothing on any honest node."""
    for store in [*scene.stores, *scene.left]:
        service = store.town.service
        assert service is not None, "it is on"
        found = verify(service, store.town.ledger, lambda _done, _all: None)["problems"]
        assert isinstance(found, list), "verify lists its problems"
        for problem in [p for p in found if not _of_a_liar(scene, store, p)][:3]:
            yield f"{store.town.name}: {problem}"


def _of_a_liar(scene: Scene, store: Store, problem: str) -> bool:
    """A hostile author may claim any change hash; that this is reported is right."""
    name = problem.removeprefix("entry ")[:12]
    return "another change" in problem and any(
        row.id.hex().startswith(name) and store.logs[row.log][0] not in scene.honest_devices
        for row in store.rows.values()
    )


_DERIVED = {
    name
    for kind in KINDS.values()
    for name in (
        *([kind.decided.slot] if kind.decided else []),
        *([kind.voids.confirmed] if kind.voids else []),
    )
}


def model(scene: Scene) -> Iterator[str]:
    """Conflicts and their ids are what an independent model makes of the same entries: none is hidden.

    Not of what follows from late positions and void records: it is named by a slot as a whole, and the second
    implementation in the tests works it out.
    """
    if not scene.stores:
        return
    store = scene.stores[0]
    found: dict[bytes, dict[str, bytes]] = {}
    for name, record, _kind, key, _severity in store.conflicts:
        if key not in _DERIVED:
            found.setdefault(record, {})[str(key)] = name  # type: ignore[arg-type,assignment]
    secrets = {bytes(i): key.secret for i, key in store.town.ledger.keys.items()}
    rows: dict[bytes, list[Row]] = {}
    apart = sealed_records(store)
    for row in store.rows.values():
        if row.record is not None and row.record not in apart and row.state == EntryState.APPLIED:
            rows.setdefault(row.record, []).append(row)
    for record in sorted(rows):
        said = [_said(row, secrets) for row in rows[record][: _MODEL_ENTRIES_MAX + 1]]
        if len(said) > _MODEL_ENTRIES_MAX:
            continue
        expected = Model(record, said).conflicts()
        if expected != found.get(record, {}):
            keys = sorted(expected.keys() ^ found.get(record, {}).keys()) or sorted(expected)
            where = f"record {_short(record)} at {store.town.name}"
            yield f"{where}: its conflicts are not those of its entries ({keys[0]})"


def _said(row: Row, secrets: dict[bytes, bytes]) -> Said:
    """`secrets`: by the id of a key, which a header names."""
    key_id = row.fields[11]
    assert row.payload is not None and isinstance(key_id, bytes), "an applied entry was read"  # noqa: PT018
    return read(row.header, row.payload, secrets[key_id])


def unforeseen(scene: Scene) -> Iterator[str]:
    """No honest node ever meets a fault that nobody foresaw."""
    for event in scene.world.trace.events:
        if event.what == "failed" and scene.world.towns[event.town].honest:
            words = f"{event.fact('what')} in {event.fact('where')}"
            yield f"{scene.world.towns[event.town].name}: {words}"


def story(scene: Scene) -> Iterator[str]:
    """What the story expected at some moment was there."""
    yield from scene.world.complaints


JUDGES: dict[str, Judge] = {
    "sealed": sealed,
    "recovery": recovery,
    "progress": progress,
    "agreement": agreement,
    "durability": durability,
    "authenticity": authenticity,
    "blame": blame,
    "bounds": bounds,
    "no-forks": no_forks,
    "genesis": genesis,
    "model": model,
    "unforeseen": unforeseen,
    "story": story,
}
