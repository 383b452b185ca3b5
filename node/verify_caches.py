"""The part of `verify` that compares every cache with what the log gives: tables, search, waits, forks.

Reads only. A finding names a record or a table, never a value. What is wrong here can be rebuilt.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from crdt.deeds import About, Adopt, Deed, Say, Share, Understand, Withdraw, Wrap
from crdt.entry import Entry, EntryId
from crdt.kinds import KINDS
from crdt.record import Record
from crdt.statements import parse
from crdt.view import View, record_digest, view
from keys.errors import MulinError
from keys.identity import DeviceId
from node.grants import admissible
from node.ledgers import Ledger
from node.proof import proves
from node.rows import conflict_rows, row_of
from node.service import Service
from node.store.model import TABLED, words_in
from node.store.search import Indexed


def of_record(service: Service, ledger: Ledger, record: Record, indexed: Indexed) -> Iterator[str]:
    """Everything that caches say of one record. `indexed`: what the index of words holds."""
    name = record.id.hex()[:12]
    waits = {(entry, parent) for entry, parents in record.missing().items() for parent in parents}
    rows = service.ground.db.rows(
        "SELECT waits.entry, parent FROM waits JOIN entries ON entries.id=waits.entry "
        "JOIN logs ON logs.n=entries.log WHERE waits.record=? AND logs.ledger=?",
        record.id,
        ledger.n,
    )
    if set(rows) != waits:
        yield f"record {name}: the list of what it waits for is wrong"
    divergent = {v.entry for v in record.verdicts.values() if v.divergent}
    rows = service.ground.db.rows("SELECT entry FROM divergent WHERE record=?", record.id)
    listed = {EntryId(row[0]) for row in rows}
    if service.ground.db.one(
        "SELECT 1 FROM unperformed WHERE record=? AND ledger=?", record.id, ledger.n
    ):
        listed |= divergent  # the rest is still to be found
    if listed != divergent:
        yield f"record {name}: the list of divergent entries is wrong"
    if record.home is not None and record.shared.kind in KINDS:
        yield from _model(service, ledger, record, indexed)


def of_deeds(
    service: Service, ledger: Ledger, entry: Entry, deeds: Sequence[Deed]
) -> Iterator[str]:
    """What an entry about the ledger itself brought about is written down."""
    papers, name = service.ground.papers, entry.id.hex()[:12]
    for deed in deeds:
        match deed:
            case Say(statement) if statement.ledger == ledger.id:
                others = (s for s in ledger.statements.values() if s.id != statement.id)
                done = papers.holds(ledger.n, statement.id) or not admissible(
                    ledger.chain, others, [statement]
                )
            case Adopt(adopted):
                done = entry.id in papers.adopters(ledger.n, adopted)
            case About() | Share() | Withdraw() | Wrap() if entry.header.record is not None:
                done = entry.id in service.ground.seals.keyings(ledger.n, entry.header.record)
            case _:
                done = True
        if not done:
            yield f"entry {name}: what it says of the ledger is not written down"


def papers(service: Service, ledger: Ledger) -> Iterator[str]:
    """Every statement is what its id says, whole and signed; and which rules devices know is as they said."""
    known: dict[bytes, int] = {}
    log, deeds = service.ground.log, service.records.deeds
    for entry in (*log.openings(ledger.n), *log.about_ledger(ledger.n)):
        for deed in deeds.judge(ledger, entry)[1]:
            if isinstance(deed, Understand):
                device = entry.header.device
                known[device] = max(deed.schema, known.get(device, 1))
    if service.ground.papers.understood(ledger.n) != known:
        yield f"ledger {ledger.name}: which rules devices know is not as they said"
    rows = service.ground.db.rows("SELECT id, signer, raw FROM statements WHERE ledger=?", ledger.n)
    for name, signer, raw in rows:
        try:
            read = parse(raw)
            sound = (read.id, read.signer, read.ledger) == (name, signer, ledger.id)
        except MulinError:
            sound = False
        if not sound:
            yield f"statement {name.hex()[:12]}: it was altered"


def _model(service: Service, ledger: Ledger, record: Record, indexed: Indexed) -> Iterator[str]:
    name, seen = record.id.hex()[:12], view(record)
    sealed = seen.kind.sealed  # nothing of what it says may stand anywhere
    title, cells = ("", {}) if sealed else row_of(seen, ledger)
    if not _is_listed(service, ledger, record, seen, title):
        yield f"record {name}: the list of records is out of date"
    if not sealed and service.ground.model.rows_of(seen.kind, [record.id]) != {
        record.id.hex(): cells
    }:
        yield f"record {name}: table {seen.kind.table} is out of date"
    rows = service.ground.db.rows(
        "SELECT id, key, severity, kind, ledger FROM conflicts WHERE record=?", record.id
    )
    if set(rows) != {(*row, seen.kind.name, ledger.n) for row in conflict_rows(seen)}:
        yield f"record {name}: the list of conflicts is out of date"
    number = service.ground.model.number_of(record.id)
    if number is None or not indexed.tells(number, words_in(cells)):
        yield f"record {name}: the search index is out of date"


def _is_listed(service: Service, ledger: Ledger, record: Record, seen: View, title: str) -> bool:
    row = service.ground.db.one(
        "SELECT ledger, kind, home, title, digest, updated_ms, open, updated_n "
        "FROM records WHERE id=?",
        record.id,
    )
    if row is None:
        return False
    newest_ms = max(a.entry.header.claimed_ms for a in record.applied)
    digest = None if seen.kind.sealed else record_digest(record)
    state = digest, newest_ms, len(seen.conflicts)
    if row[:7] != (ledger.n, seen.kind.name, seen.home, title, *state):
        return False
    came = service.ground.db.one(
        "SELECT max(entries.n) FROM entries JOIN logs ON logs.n=entries.log "
        "WHERE record=? AND logs.ledger=? AND state=1",
        record.id,
        ledger.n,
    )
    number = row[7]
    return came is not None and came[0] <= number <= service.ground.log.newest_number()


def seals(service: Service, ledger: Ledger) -> Iterator[str]:
    """What sealed records belong to, and what is erased, is what was signed about them."""
    stored = service.ground.db.rows("SELECT record, about FROM sealed WHERE ledger=?", ledger.n)
    for record, about in stored:
        erased = service.seals.is_erased(ledger, record)
        if about != (None if erased else service.seals.sealing(ledger, record).about):
            yield f"record {record.hex()[:12]}: what it belongs to is out of date"
    for record in service.seals.to_erase(ledger):
        yield f"record {record.hex()[:12]}: it is to be erased, and was not"
    for record in service.ground.seals.erased(ledger.n):
        if record not in ledger.erasures.reached:
            yield f"record {record.hex()[:12]}: no order erased it"


def strays(service: Service, ledger: Ledger, real: set[bytes], indexed: Indexed) -> Iterator[str]:
    """Rows that nothing stands behind. `real`: records that some entry of the ledger is about."""
    listed = {row[0] for row in service.ground.db.rows("SELECT n FROM records")}
    if indexed.sums.keys() - listed:
        yield "table search: words that nothing stands behind"
    for (record_id,) in service.ground.db.rows("SELECT id FROM records WHERE ledger=?", ledger.n):
        if record_id not in real:
            yield f"record {record_id.hex()[:12]}: listed, but no entry stands behind it"
    for kind in TABLED.values():
        for text in service.ground.model.strays(kind):
            yield f"record {text[:12]}: in table {kind.table}, but no entry stands behind it"
    for record_id in service.ground.seals.erased(ledger.n):
        if service.ground.model.named([record_id]):
            yield f"record {record_id.hex()[:12]}: it was erased, and is listed still"
    for table, condition in _STRAYS:
        row = service.ground.db.one(f"SELECT count(*) FROM {table} WHERE {condition}")  # noqa: S608
        if row is not None and row[0]:
            yield f"table {table}: {row[0]} rows that nothing stands behind"


_STRAYS = (
    ("records", "ledger NOT IN (SELECT n FROM ledgers)"),
    ("conflicts", "record NOT IN (SELECT id FROM records)"),
    ("waits", "entry NOT IN (SELECT id FROM entries)"),
    ("waits", "record NOT IN (SELECT record FROM entries WHERE record IS NOT NULL)"),
    ("divergent", "entry NOT IN (SELECT id FROM entries)"),
    ("divergent", "record NOT IN (SELECT record FROM entries WHERE record IS NOT NULL)"),
    ("unperformed", "record NOT IN (SELECT record FROM entries WHERE record IS NOT NULL)"),
    ("unperformed", "ledger NOT IN (SELECT n FROM ledgers)"),
    ("tips", "log NOT IN (SELECT n FROM logs)"),
    ("forks", "log NOT IN (SELECT n FROM logs)"),
    ("checkpoints", "n NOT IN (SELECT n FROM entries)"),
    ("entries", "log NOT IN (SELECT n FROM logs)"),
    ("logs", "ledger NOT IN (SELECT n FROM ledgers)"),
    ("keyings", "entry NOT IN (SELECT id FROM entries)"),
    ("sealed", "record NOT IN (SELECT record FROM keyings WHERE keyings.ledger=sealed.ledger)"),
    ("keyings", "record NOT IN (SELECT record FROM sealed WHERE keyings.ledger=sealed.ledger)"),
    ("keyings", "ledger NOT IN (SELECT n FROM ledgers)"),
    ("erased", "ledger NOT IN (SELECT n FROM ledgers)"),
)


def forks(service: Service, ledger: Ledger) -> Iterator[str]:
    """Every fork has its proof, every proof proves, and none is claimed that is not there."""
    stored: dict[int, set[tuple[int, bytes, bytes]]] = {}
    for (device, _), fork in service.ground.book.forks(ledger.n):
        stored.setdefault(fork.log, set()).add((fork.seq, fork.one, fork.other))
        if not proves(fork.proof, DeviceId(device), (fork.one, fork.other)):
            yield f"log {fork.log}: the proof of its fork at {fork.seq} does not prove it"
    for log in service.ground.log.logs(ledger.n):
        if stored.get(log, set()) != _fork_points(service, log):
            yield f"log {log}: the list of its forks is wrong"


def _fork_points(service: Service, log: int) -> set[tuple[int, bytes, bytes]]:
    """(seq, one, other) of entries of a log that follow the same entry."""
    rows = service.ground.db.rows(
        "SELECT id, seq, prev FROM entries WHERE log=? AND seq IN "
        "(SELECT seq FROM entries WHERE log=? GROUP BY seq HAVING count(*)>1)",
        log,
        log,
    )
    found: dict[tuple[int, int | None], list[bytes]] = {}
    for entry_id, seq, prev in rows:
        found.setdefault((seq, prev), []).append(entry_id)
    return {
        (seq, one, other)
        for (seq, _), rivals in found.items()
        for one, other in combinations(sorted(rivals), 2)
    }
