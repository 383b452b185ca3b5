"""Check everything a node holds: every chain, signature, payload and verdict; caches rebuilt and compared.

Reads only. Every finding is one sentence that names an id or a table, never a value. The log is the
truth: what is found wrong in a cache can be rebuilt, what is found wrong in the log is a matter for people.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from crdt.checkpoint import verify_checkpoint
from crdt.conflicts import conflicts
from crdt.entry import Entry, RecordId, assemble, parse_header
from crdt.kinds import KINDS
from crdt.kinds.types import Prose
from crdt.operations import KIND_KEY
from crdt.record import Record
from crdt.view import record_digest, view
from keys.errors import MulinError
from keys.identity import DeviceId
from node.ledgers import Ledger
from node.rows import row_of
from node.service import Service

Progress = Callable[[int, int], None]
_PROBLEMS_MAX = 200


def verify(service: Service, ledger: Ledger, progress: Progress) -> dict[str, Any]:
    """{"ok", "entries", "problems": [sentence…]} of one ledger; `progress(done, all)` as it goes."""
    logs = service.ground.log.logs(ledger.n)
    total = _count(service, ledger)
    problems: list[str] = []
    for problem in _check(service, ledger, logs, total, progress):
        problems.append(problem)
        if len(problems) >= _PROBLEMS_MAX:
            problems.append("… and more")
            break
    return {"ok": not problems, "entries": total, "problems": problems}


def _check(
    service: Service,
    ledger: Ledger,
    logs: dict[int, tuple[bytes, bytes]],
    total: int,
    progress: Progress,
) -> Iterator[str]:
    integrity = service.ground.db.integrity()
    if integrity != "ok":
        yield f"database: {integrity}"
    yield from _founding(ledger)
    done = 0
    for log, name in sorted(logs.items()):
        yield from _log(service, ledger, log, name)
        row = service.ground.db.one("SELECT count(*) FROM entries WHERE log=?", log)
        done += int(row[0]) if row else 0
        progress(done, 2 * total)
    records = service.ground.db.rows(
        "SELECT record, count(*) FROM entries JOIN logs ON logs.n=entries.log "
        "WHERE logs.ledger=? AND record IS NOT NULL GROUP BY record",
        ledger.n,
    )
    service.records.forget()
    for record_id, count in records:
        yield from _record(service, ledger, RecordId(record_id))
        done += int(count)
        progress(done, 2 * total)
    yield from _strays(service, ledger, {row[0] for row in records})
    progress(2 * total, 2 * total)


def _count(service: Service, ledger: Ledger) -> int:
    row = service.ground.db.one(
        "SELECT count(*) FROM entries JOIN logs ON logs.n=entries.log WHERE logs.ledger=?", ledger.n
    )
    return int(row[0]) if row else 0


def _founding(ledger: Ledger) -> Iterator[str]:
    founding, signatures = ledger.invitation.founding, ledger.invitation.signatures
    for card in founding.cards:
        try:
            founding.check_signature(card.township, signatures.get(card.township, b""))
        except MulinError:
            yield f"founding: the signature of {card.code} is missing or wrong"


def _log(service: Service, ledger: Ledger, log: int, name: tuple[bytes, bytes]) -> Iterator[str]:
    """One log: hashes, links, payloads, checkpoints, tips, and that everything is vouched for."""
    device = DeviceId(name[0])
    if not ledger.members.is_member(device):
        yield f"log {log}: its device is no member"
    known: set[bytes] = set()
    vouched: set[bytes] = set()
    prevs: dict[bytes, bytes | None] = {}
    rows = service.ground.db.conn.execute(
        "SELECT id, header, payload, seq, record FROM entries WHERE log=? ORDER BY seq", (log,)
    )
    for entry_id, raw, payload, seq, record in rows:
        yield from _entry(entry_id, raw, payload, seq, known)
        known.add(entry_id)
        try:
            header = parse_header(raw)
        except MulinError:
            continue
        prevs[entry_id] = header.prev
        if (header.ledger, header.device, header.incarnation) != (ledger.id, *name):
            yield f"entry {entry_id.hex()[:12]}: stored in another log"
        if Entry(header, raw, entry_id, None).record != record:
            yield f"entry {entry_id.hex()[:12]}: stored under another record"
    tips = service.ground.db.rows("SELECT id FROM tips WHERE log=?", log)
    if {row[0] for row in tips} != known - set(prevs.values()):
        yield f"log {log}: its list of tips is wrong"
    for seq, entry_id, raw in service.ground.db.rows(
        "SELECT seq, entry, raw FROM checkpoints WHERE log=? ORDER BY seq DESC", log
    ):
        try:
            head = verify_checkpoint(raw, device)
        except MulinError as fault:
            yield f"checkpoint {seq} of log {log}: {type(fault).__name__}"
            continue
        if (head.seq, head.entry, head.ledger) != (seq, entry_id, ledger.id):
            yield f"checkpoint {seq} of log {log}: it vouches for something else"
            continue
        at: bytes | None = entry_id
        while at is not None and at not in vouched:
            vouched.add(at)
            at = prevs.get(at)
    for entry_id in known - vouched:
        yield f"entry {entry_id.hex()[:12]}: no checkpoint vouches for it"


def _entry(
    entry_id: bytes, raw: bytes, payload: bytes | None, seq: int, known: set[bytes]
) -> Iterator[str]:
    name = entry_id.hex()[:12]
    if hashlib.sha256(raw).digest() != entry_id:
        yield f"entry {name}: its header was altered"
        return
    try:
        header = parse_header(raw)
        assemble(header, payload)
    except MulinError as fault:
        yield f"entry {name}: {fault}"
        return
    if payload is None:
        yield f"entry {name}: its payload is missing"
    if header.seq != seq:
        yield f"entry {name}: stored under another position"
    if header.prev is not None and header.prev not in known:
        yield f"entry {name}: the entry before it is missing"


def _record(service: Service, ledger: Ledger, record_id: RecordId) -> Iterator[str]:
    """One record rebuilt from its entries: verdicts, both witnesses, read model."""
    name = record_id.hex()[:12]
    try:
        record = service.records.get(ledger, record_id)
    except (AssertionError, MulinError) as fault:
        yield f"record {name}: it cannot be rebuilt ({type(fault).__name__})"
        return
    stored = service.ground.db.rows(
        "SELECT entries.id, state, reason FROM entries JOIN logs ON logs.n=entries.log "
        "WHERE record=? AND logs.ledger=?",
        record_id,
        ledger.n,
    )
    for entry_id, state, reason in stored:
        verdict = record.verdicts.get(entry_id)
        if verdict is None or (int(verdict.state), verdict.reason) != (state, reason):
            yield f"entry {entry_id.hex()[:12]}: its stored state is not the one its past gives"
        elif verdict.divergent:
            yield f"entry {entry_id.hex()[:12]}: performed here it gives another change (engine drift)"
    if record.home is None or record.shared.kind not in KINDS:
        return
    yield from _witnesses(record, name)
    yield from _model(service, ledger, record, name)


def _witnesses(record: Record, name: str) -> Iterator[str]:
    """Where a field has one writer, the index and the Automerge document must agree."""
    document = record.document()
    for key in sorted(record.shared.writers.keys()):
        writers = record.shared.writers.writers(key)
        if len(writers) != 1:
            continue
        if document.value(key) != (True, record.shared.writers.value(key, writers[0])):
            yield f"record {name}: the two witnesses differ about {key.split('/')[0]}"
    if document.value(KIND_KEY)[1] != record.shared.kind:
        yield f"record {name}: the two witnesses differ about its kind"


def _model(service: Service, ledger: Ledger, record: Record, name: str) -> Iterator[str]:
    seen = view(record)
    row = service.ground.db.one("SELECT digest, open FROM records WHERE id=?", record.id)
    if row is None or (row[0], row[1]) != (record_digest(record), len(seen.conflicts)):
        yield f"record {name}: the list of records is out of date"
    _, cells, _ = row_of(seen, ledger)
    shown = service.ground.model.rows_of(seen.kind, [record.id]).get(record.id.hex())
    if shown is None or any(shown.get(column) != cell for column, cell in cells.items()):
        yield f"record {name}: table {seen.kind.table} is out of date"
    kept = {
        r[0] for r in service.ground.db.rows("SELECT id FROM conflicts WHERE record=?", record.id)
    }
    if kept != {c.id for c in conflicts(record)}:
        yield f"record {name}: the list of conflicts is out of date"
    number = service.ground.db.one("SELECT rowid FROM records WHERE id=?", record.id) or (0,)
    found = service.ground.db.one("SELECT record FROM search WHERE rowid=?", *number)
    if found != (record.id.hex(),):
        yield f"record {name}: the search index lacks it"
    if any(isinstance(f.type, Prose) for f in seen.kind.fields) and not record.document().keys():
        yield f"record {name}: its document is empty"


def _strays(service: Service, ledger: Ledger, real: set[bytes]) -> Iterator[str]:
    """Rows of caches that no entry stands behind."""
    for (record_id,) in service.ground.db.rows("SELECT id FROM records WHERE ledger=?", ledger.n):
        if record_id not in real:
            yield f"record {record_id.hex()[:12]}: listed, but no entry stands behind it"
    for kind in KINDS.values():
        for text in service.ground.model.strays(kind):
            yield f"record {text[:12]}: in table {kind.table}, but no entry stands behind it"
