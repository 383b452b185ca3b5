"""Vectors of what is written: entries, payloads, runs, checkpoints, and the story with all it comes to."""

from __future__ import annotations

import dataclasses
import random
from typing import Any

from crdt import conflicts as crdt_conflicts
from crdt import view as crdt_view
from crdt.conflicts import conflict_id
from crdt.entry import Entry, RecordId, actor_of, assemble
from crdt.kinds import KINDS
from crdt.kinds.language import Field, Kind
from crdt.kinds.references import RecordRef
from crdt.kinds.types import Choice, Choices, FieldType, Items, Line, Prose, Slot, State
from crdt.record import Record
from crdt.run import Verified, encode_run, pack
from crdt.schema import SCHEMA
from crdt.verdicts import EntryState
from node.ledgers import Ledger
from node.reading import Reading
from tests.protocol.townships import Town
from tests.support.people import seed
from tests.vectors.make_frames import invitation
from tests.vectors.scribe import Scribe
from tests.vectors.shapes import Json, hexes, shown
from tests.vectors.story import LEDGER_KEY, TOWNS, Story, founding

ENTRIES_A_RUN = 9


# --- kinds ------------------------------------------------------------------------------------


def kind_vectors() -> Json:
    return {"schema": SCHEMA, "kinds": {k.name: _kind(k) for k in KINDS.values()}}


def _kind(kind: Kind) -> Json:
    return {
        "home_only": kind.home_only,
        "first_schema": kind.first_schema,
        "sealed": kind.sealed,
        "agreed": None
        if kind.agreed is None
        else {
            "fields": list(kind.agreed.fields),
            "draft": kind.agreed.draft,
            "before": list(kind.agreed.before),
            "confirmed": kind.agreed.confirmed,
        },
        "decided": None if kind.decided is None else dataclasses.asdict(kind.decided),
        "voids": None if kind.voids is None else dataclasses.asdict(kind.voids),
        "fields": [_field(f) for f in kind.fields],
    }


def _field(declared: Field) -> Json:
    return {
        "name": declared.name,
        "required": declared.required,
        "severity": str(declared.severity),
        "since": declared.since,
        "type": _type(declared.type),
    }


def _type(of: FieldType) -> Json:
    found: dict[str, Any] = {"name": type(of).__name__}
    match of:
        case Line():
            found |= {"limit": of.limit, "lines": of.lines}
        case State():
            found |= {"codes": of.codes(), "initial": of.initial}
            found["moves"] = {s: of.following(s) for s in of.codes()}
            found |= {"since": dict(of.since)} if of.since else {}
            if of.moves_since:
                found["moves_since"] = [[*move, n] for move, n in sorted(of.moves_since.items())]
        case Choice():
            found["codes"] = of.codes()
            found |= {"since": dict(of.since)} if of.since else {}
        case Choices() | Slot():
            found["of"] = _type(of.of)
        case Items():
            found["fields"] = {name: _type(kind) for name, _, kind in of.fields}
            found |= {"since": dict(of.since)} if of.since else {}
        case RecordRef():
            found["kind"] = of.kind
    return found


# --- entries ----------------------------------------------------------------------------------


def entry_vectors(story: Story) -> Json:
    return {
        "ledger": story.library.ledger.hex(),
        "key": LEDGER_KEY.secret.hex(),
        "key_id": LEDGER_KEY.id.hex(),
        "entries": [
            {"name": name, **_entry(story, name, entry)}
            for name, entry in story.library.named.items()
            if len(entry.payload or b"") < 2000
        ],
    }


def _entry(story: Story, name: str, entry: Entry) -> Json:
    h = entry.header
    content, nonce = story.library.contents[name]
    context = h.context()
    assert entry.payload is not None, "entries of the story carry their payload"
    found = {
        "header": {
            "ledger": h.ledger.hex(),
            "device": h.device.hex(),
            "incarnation": h.incarnation.hex(),
            "seq": h.seq,
            "prev": None if h.prev is None else h.prev.hex(),
            "epoch": h.epoch,
            "claimed_ms": h.claimed_ms,
            "type": int(h.type),
            "record": None if h.record is None else h.record.hex(),
            "parents": hexes(h.parents),
            "key_id": h.key_id.hex(),
            "payload_size": h.payload_size,
            "payload_hash": h.payload_hash.hex(),
        },
        "raw": entry.raw.hex(),
        "id": entry.id.hex(),
        "record": None if entry.record is None else entry.record.hex(),
        "context": context.hex(),
        "nonce": nonce.hex(),
        "payload": entry.payload.hex(),
    }
    if "payload" in name or h.key_id != LEDGER_KEY.id:
        return found
    return found | {
        "content": {
            "schema": content.schema,
            "post": content.post,
            "reason": content.reason,
            "change_hash": content.change_hash.hex(),
            "operations": shown(content.operations),
        },
        "actor": actor_of(context, nonce, content).hex(),
    }


# --- runs -------------------------------------------------------------------------------------


def runs_of(scribe: Scribe) -> list[Verified]:
    """The whole log in runs of a few entries, each checkpoint citing the one before."""
    runs: list[Verified] = []
    previous = None
    for first in range(0, len(scribe.entries), ENTRIES_A_RUN):
        last = min(first + ENTRIES_A_RUN, len(scribe.entries)) - 1
        runs.append(scribe.run(first, last, previous))
        previous = runs[-1].checkpoint.digest
    return runs


def run_vectors(story: Story) -> Json:
    whole = story.san.run(0, len(story.san.entries) - 1, None)
    bare = [assemble(e.header, None if n % 2 else e.payload) for n, e in enumerate(whole.entries)]
    detached = dataclasses.replace(whole, entries=tuple(bare))
    middle = story.san.run(2, 4, seed("the checkpoint before"))
    good = [
        {"what": what, "plain": shown(pack(run)), "ids": hexes(e.id for e in run.entries)}
        | {"body": encode_run(run).hex(), "checkpoint": _checkpoint(run)}
        for what, run in (
            ("a log from its beginning", whole),
            ("every second payload detached", detached),
            ("a run from the middle", middle),
        )
    ]
    return {"ledger": story.library.ledger.hex(), "good": good, "bad": _bad_runs(story, middle)}


def _checkpoint(run: Verified) -> Json:
    c = run.checkpoint
    return {
        "seq": c.seq,
        "entry": c.entry.hex(),
        "previous": None if c.previous is None else c.previous.hex(),
        "raw": c.raw.hex(),
        "digest": c.digest.hex(),
    }


def _bad_runs(story: Story, run: Verified) -> Json:
    """Runs that a receiver refuses, as plain values."""

    def bent(at: tuple[int, ...], value: Any) -> Json:
        plain: Any = pack(run)
        place = plain
        for step in at[:-1]:
            place = place[step]
        place[at[-1]] = value
        return shown(plain)

    first = run.entries[0]
    payload = first.payload or b""
    other = story.san.checkpoint(3, None)
    return [
        {"why": "a device of no member", "plain": bent((0,), seed("stranger"))},
        {"why": "another incarnation", "plain": bent((1,), bytes(16))},
        {"why": "another place in the log", "plain": bent((2,), 3)},
        {"why": "another entry before it", "plain": bent((3,), bytes(32))},
        {"why": "no entries", "plain": bent((6,), [])},
        {"why": "a changed time", "plain": bent((6, 0, 0), 1)},
        {"why": "a changed payload", "plain": bent((6, 0, 4), payload[:-1] + b"!")},
        {"why": "a back reference to nowhere", "plain": bent((6, 0, 3), [1])},
        {"why": "six fields", "plain": bent((6, 0), [*pack_item(run), 0])},
        {"why": "a payload and its hash", "plain": bent((6, 0), [*pack_item(run), 0, b"", 1, b""])},
        {"why": "a checkpoint of another entry", "plain": bent((7,), other.raw)},
        {
            "why": "a checkpoint of another log",
            "plain": bent((7,), story.lu.checkpoint(4, None).raw),
        },
    ]


def pack_item(run: Verified) -> list[Any]:
    items: Any = pack(run)[6]
    return list(items[0])


# --- the story --------------------------------------------------------------------------------


def story_vectors(story: Story, wraps: dict[str, str]) -> Json:
    town, ledger = receiver(wraps)
    assert story.warning is not None, "the story is told to its end"
    runs = [run for scribe in story.scribes for run in runs_of(scribe)]
    for run in runs:
        town.service.ingest.take(ledger, encode_run(run))
    return {
        "founding": founding().raw.hex(),
        "key": LEDGER_KEY.secret.hex(),
        "runs": [encode_run(run).hex() for run in runs],
        "entries": [
            {"name": name, "id": entry.id.hex(), **_verdict(town, entry)}
            for name, entry in story.library.named.items()
        ],
        "records": [
            _record(town, record) for record in sorted((story.case, story.contact, story.warning))
        ],
        "digest": Reading(town.service).digest(ledger),
    }


def receiver(wraps: dict[str, str]) -> tuple[Town, Ledger]:
    """A node of the ledger that holds nothing yet."""
    town = Town(TOWNS[2][0], None, random.Random(0))
    return town, town.service.ledgers.accept(invitation(founding(), wraps).encode())


def _verdict(town: Town, entry: Entry) -> Json:
    if entry.record is None:
        return {"state": EntryState.APPLIED.name.lower(), "reason": "", "divergent": False}
    verdict = town.service.records.get(town.ledger, entry.record).verdicts[entry.id]
    said = {"state": verdict.state.name.lower(), "reason": verdict.reason}
    return said | {"divergent": verdict.divergent}


def _record(town: Town, record_id: RecordId) -> Json:
    record = town.service.record(town.ledger, record_id)
    assert record.home is not None, "a record of the story has begun"
    facts = record.facts()
    standing = {key: facts.candidates(key) for key in sorted(record.shared.writers.keys())}
    texts = [f.name for f in KINDS[record.shared.kind].fields if isinstance(f.type, Prose)]
    return {
        "id": record_id.hex(),
        "kind": record.shared.kind,
        "home": record.home.hex(),
        "heads": hexes(record.heads()),
        "candidates": {
            key: [[i.hex(), shown(v)] for i, v in zip(s.ids, s.values, strict=True)]
            for key, s in standing.items()
        },
        "texts": {name: record.document().text(name) for name in texts},
        "changes": {a.entry.id.hex(): record.change_of(a.entry.id).hex() for a in record.applied},
        "order": hexes(a.entry.id for a in record.order()),
        "conflicts": _conflicts(record),
        "digest": crdt_view.record_digest(record).hex(),
    }


def _conflicts(record: Record) -> Json:
    found = crdt_conflicts.conflicts(record)
    for c in found:
        assert c.id == conflict_id(record.id, c.key, tuple(x.entry for x in c.candidates))
    return [
        {"id": c.id.hex(), "key": c.key, "cites": hexes(x.entry for x in c.candidates)}
        for c in found
    ]
