"""Check everything a node holds: every chain, signature, payload and verdict; caches rebuilt and compared.

Reads only. Every finding is one sentence that names an id or a table, never a value. The log is the
truth: what is found wrong in a cache can be rebuilt, what is found wrong in the log is a matter for people.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator
from typing import Any

from crdt.checkpoint import verify_checkpoint
from crdt.entry import Entry, RecordId
from crdt.kinds import KINDS, kind_named
from crdt.operations import KIND_KEY
from crdt.record import Record
from crdt.verdicts import EntryState
from keys.errors import MulinError
from keys.identity import DeviceId
from node import verify_caches
from node.ledgers import Ledger
from node.service import Service
from node.store.history import Kept
from node.store.search import Indexed

Progress = Callable[[int, int], None]
_PROBLEMS_MAX = 200
_ERASED = int(EntryState.ERASED)


def verify(service: Service, ledger: Ledger, progress: Progress) -> dict[str, Any]:
    """{"ok", "entries", "problems": [sentence…]} of one ledger; `progress(done, all)` as it goes."""
    service.ledgers.refresh()  # a running node may know of another epoch since this process began
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
    yield from _whatever("statements", verify_caches.papers(service, ledger))
    done = 0
    for log, name in sorted(logs.items()):
        yield from _whatever(f"log {log}", _log(service, ledger, log, name))
        row = service.ground.db.one("SELECT count(*) FROM entries WHERE log=?", log)
        done += int(row[0]) if row else 0
        progress(done, 2 * total)
    records = service.ground.db.rows(
        "SELECT record, count(*) FROM entries JOIN logs ON logs.n=entries.log "
        "WHERE logs.ledger=? AND record IS NOT NULL GROUP BY record",
        ledger.n,
    )
    service.records.forget()
    indexed = Indexed()
    yield from _whatever("search", _index(service, indexed))
    for record_id, count in records:
        if isinstance(record_id, bytes):
            record = RecordId(record_id)
            found = _record(service, ledger, record, indexed)
            yield from _whatever(f"record {_short(record)}", found)
        else:
            yield "table entries: something stands where the id of a record should"
        done += int(count)
        progress(done, 2 * total)
    real = {row[0] for row in records}
    yield from _whatever("sealed", verify_caches.seals(service, ledger))
    yield from _whatever("forks", verify_caches.forks(service, ledger))
    yield from _whatever("tables", verify_caches.strays(service, ledger, real, indexed))
    progress(2 * total, 2 * total)


def _whatever(what: str, found: Iterator[str]) -> Iterator[str]:
    """A file under somebody's hands may hold anything; what it leads to is a finding, not a traceback."""
    try:
        yield from found
    except Exception as fault:  # noqa: BLE001
        yield f"{what}: it cannot be checked further ({type(fault).__name__})"


def _short(some_id: object) -> str:
    return some_id.hex()[:12] if isinstance(some_id, bytes) else "?"


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
    if not ledger.members.has_written(DeviceId(name[0])):
        yield f"log {log}: its device is no member"
    seqs: dict[bytes, int] = {}
    prevs: dict[bytes, bytes | None] = {}
    for kept in service.ground.log.kept(log):
        yield from _entry(service, ledger, kept, seqs)
        seqs[kept.id] = kept.seq
        if isinstance(kept.entry, Entry):
            prevs[kept.id] = kept.entry.header.prev
    tips = service.ground.db.rows("SELECT id, seq FROM tips WHERE log=?", log)
    ends = seqs.keys() - set(prevs.values())
    if set(tips) != {(end, seqs[end]) for end in ends}:
        yield f"log {log}: its list of tips is wrong"
    yield from _checkpoints(service, ledger, log, DeviceId(name[0]), prevs)


def _checkpoints(
    service: Service,
    ledger: Ledger,
    log: int,
    device: DeviceId,
    prevs: dict[bytes, bytes | None],
) -> Iterator[str]:
    """`prevs`: the entries of the log with the one before each; a checkpoint vouches for all below it."""
    vouched: set[bytes] = set()
    for seq, entry_id, raw in service.ground.log.checkpoints(log):
        try:
            if isinstance(raw, MulinError):
                raise raw
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
    for alone in prevs.keys() - vouched:
        yield f"entry {_short(alone)}: no checkpoint vouches for it"


def _entry(service: Service, ledger: Ledger, kept: Kept, known: Container[bytes]) -> Iterator[str]:
    """One row: its header is rebuilt from all that stands in it, and gives its id if nothing was altered."""
    name, found = _short(kept.id), kept.entry
    if not isinstance(found, Entry):
        yield f"entry {name}: it was altered, or an entry that it names is missing"
        return
    gone = found.subject is not None and service.seals.is_erased(ledger, found.subject)
    if found.payload is None and not gone:
        yield f"entry {name}: its payload is missing"
    if gone and (found.payload is not None or (kept.state, kept.reason) != (_ERASED, "")):
        yield f"entry {name}: it was erased, and something of it is here still"
    if gone and found.record is None and found.subject is not None:
        if found.id not in service.ground.seals.keyings(ledger.n, found.subject):
            yield f"entry {name}: what it tells the readers of is not written down"
    if found.header.prev is not None and found.header.prev not in known:
        yield f"entry {name}: the entry before it is missing"
    if found.record != kept.record:
        yield f"entry {name}: stored under another record"
    if kept.record is None:
        verdict, deeds = service.records.deeds.judge(ledger, found)
        if (kept.state, kept.reason) != (int(verdict.state), verdict.reason):
            yield f"entry {name}: its stored state is not what it is"
        yield from verify_caches.of_deeds(service, ledger, found, deeds)


def _index(service: Service, found: Indexed) -> Iterator[str]:
    """Reads the index of words once, into `found`."""
    found.read(service.ground.model.words)
    yield from ()


def _record(
    service: Service, ledger: Ledger, record_id: RecordId, indexed: Indexed
) -> Iterator[str]:
    """One record rebuilt from its entries: verdicts, both witnesses, read model."""
    name = _short(record_id)
    if service.seals.is_erased(ledger, record_id):
        return
    try:
        record = service.records.get(ledger, record_id)
    except Exception as fault:  # noqa: BLE001  (whatever a damaged row leads to is the finding)
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
            yield f"entry {_short(entry_id)}: its stored state is not the one its past gives"
        elif verdict.divergent:
            yield f"entry {_short(entry_id)}: performed here it gives another change (engine drift)"
    yield from verify_caches.of_record(service, ledger, record, indexed)
    if record.home is None or record.shared.kind not in KINDS:
        return
    yield from _witnesses(record, name)


def _witnesses(record: Record, name: str) -> Iterator[str]:
    """Where a field has one writer, the index and the Automerge document must agree."""
    document = record.document()
    for key in sorted(record.shared.writers.keys()):
        writers = record.shared.writers.writers(key)
        if len(writers) != 1:
            continue
        if document.value(key) != (True, record.shared.writers.value(key, writers[0])):
            yield f"record {name}: the two witnesses differ about {key.split('/')[0]}"
    for text in kind_named(record.shared.kind).texts:
        if document.text(text) != record.text(text):
            yield f"record {name}: the two witnesses differ about {text}"
    if document.value(KIND_KEY)[1] != record.shared.kind:
        yield f"record {name}: the two witnesses differ about its kind"
