"""A data file as version 1 laid it out: headers, checkpoints, searched text whole. Made from one of today."""

from __future__ import annotations

from pathlib import Path

from crdt.entry import EntryId
from node.service import Service
from node.store.database import Database

_TABLES = """
CREATE TABLE "old_logs" ("n" INTEGER PRIMARY KEY NOT NULL, "ledger" INTEGER NOT NULL,
    "device" BLOB NOT NULL, "incarnation" BLOB NOT NULL);
CREATE TABLE "old_entries" ("n" INTEGER PRIMARY KEY NOT NULL, "id" BLOB NOT NULL, "log" INTEGER NOT NULL,
    "seq" INTEGER NOT NULL, "record" BLOB, "header" BLOB NOT NULL, "payload" BLOB,
    "state" INTEGER NOT NULL, "reason" TEXT NOT NULL, "first_seen_ms" INTEGER NOT NULL);
CREATE TABLE "old_checkpoints" ("log" INTEGER NOT NULL, "seq" INTEGER NOT NULL, "entry" BLOB NOT NULL,
    "raw" BLOB NOT NULL, PRIMARY KEY ("log", "seq", "entry"))
"""
_INDEXES = """
CREATE UNIQUE INDEX "idx_logs_ledger_device_incarnation" ON "logs" ("ledger", "device", "incarnation");
CREATE UNIQUE INDEX "idx_entries_id" ON "entries" ("id");
CREATE INDEX "idx_entries_log_seq" ON "entries" ("log", "seq");
CREATE INDEX "idx_entries_record" ON "entries" ("record");
CREATE INDEX entries_waiting ON entries(log) WHERE state=0
"""
_MOVED = ("logs", "entries", "checkpoints")


def take_back(service: Service) -> Path:
    """Lay a service's data file out as version 1 did, and close it."""
    db = service.ground.db
    with db.transaction() as conn:
        for statement in _TABLES.split(";"):
            conn.execute(statement)
        conn.execute(
            "INSERT INTO old_logs SELECT n, ledger, device, incarnation FROM logs ORDER BY n"
        )
        for row in db.rows(
            "SELECT n, id, log, seq, record, payload, state, reason, first_seen_ms FROM entries ORDER BY n"
        ):
            _keep_whole(service, row)
        for name in _MOVED:
            conn.execute(f"DROP TABLE {name}")
            conn.execute(f"ALTER TABLE old_{name} RENAME TO {name}")
        for statement in _INDEXES.split(";"):
            conn.execute(statement)
        conn.execute("DROP TABLE search")
        conn.execute("DROP TABLE unperformed")
        conn.execute("CREATE VIRTUAL TABLE search USING fts5(record UNINDEXED, body)")
        conn.execute(
            "INSERT INTO search(rowid, record, body) SELECT rowid, lower(hex(id)), title FROM records"
        )
        conn.execute("PRAGMA user_version=1")
    file = db.file
    assert file is not None, "a store in memory has no earlier version"
    db.close()
    return file


def _keep_whole(service: Service, row: tuple[object, ...]) -> None:
    n, entry_id, log, seq, record, *rest = row
    assert isinstance(entry_id, bytes)
    assert isinstance(log, int)
    db: Database = service.ground.db
    entry = service.ground.log.entry(EntryId(entry_id))
    assert entry is not None
    db.conn.execute(
        "INSERT INTO old_entries VALUES (?,?,?,?,?,?,?,?,?,?)",
        (n, entry_id, log, seq, record, entry.raw, *rest),
    )
    raw = service.ground.log.last_checkpoint(log, EntryId(entry_id))
    if raw is not None:
        db.conn.execute("INSERT INTO old_checkpoints VALUES (?,?,?,?)", (log, seq, entry_id, raw))
