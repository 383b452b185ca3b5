"""The tables of the data file and their version: columns, keys and indexes, declared once. Runs no SQL.

Ids stand once: an entry points at others by their numbers, and what its log already says (ledger, device,
incarnation, usual key) is not said again with every entry (`node.store.compact`).
"""

from __future__ import annotations

VERSION = 3

Table = tuple[dict[str, type], str | tuple[str, ...], list[tuple[str, ...]], list[tuple[str, ...]]]

# name: columns, primary key, unique indexes, other indexes
TABLES: dict[str, Table] = {
    "meta": ({"key": str, "value": str}, "key", [], []),
    "ledgers": (
        {"n": int, "id": bytes, "name": str, "invitation": bytes, "active": int, "signed": int},
        "n",
        [("id",)],
        [],
    ),
    "logs": (
        {
            "n": int,
            "ledger": int,
            "device": bytes,
            "incarnation": bytes,
            "epoch": int,
            "key_id": bytes,
        },
        "n",
        [("ledger", "device", "incarnation")],
        [],
    ),
    "entries": (
        {
            "n": int,
            "id": bytes,
            "log": int,
            "seq": int,
            "prev": int,
            "record": bytes,
            "header": bytes,
            "payload": bytes,
            "state": int,
            "reason": str,
            "first_seen_ms": int,
        },
        "n",
        [("id",)],
        [("log", "seq"), ("record",)],
    ),
    "tips": ({"log": int, "id": bytes, "seq": int}, ("log", "id"), [], []),
    "checkpoints": ({"n": int, "signature": bytes, "previous": bytes}, "n", [], []),
    "waits": (
        {"entry": bytes, "parent": bytes, "record": bytes},
        ("entry", "parent"),
        [],
        [("parent",)],
    ),
    "records": (
        {
            "id": bytes,
            "ledger": int,
            "kind": str,
            "home": bytes,
            "title": str,
            "digest": bytes,
            "updated_ms": int,
            "updated_n": int,
            "open": int,
        },
        "id",
        [],
        [("ledger", "kind", "updated_n")],
    ),
    "conflicts": (
        {
            "id": bytes,
            "ledger": int,
            "record": bytes,
            "kind": str,
            "key": str,
            "severity": str,
            "first_seen_ms": int,
        },
        "id",
        [],
        [("record",)],
    ),
    "held": (
        {"log": int, "device": bytes, "id": bytes, "seq": int, "at_ms": int},
        ("log", "device", "id"),
        [],
        [],
    ),
    "addresses": ({"device": bytes, "address": str, "rank": int}, ("device", "address"), [], []),
    "forks": (
        {
            "log": int,
            "seq": int,
            "one": bytes,
            "other": bytes,
            "proof": bytes,
            "first_seen_ms": int,
        },
        ("log", "seq", "one", "other"),
        [],
        [],
    ),
    "divergent": ({"entry": bytes, "record": bytes}, "entry", [], []),
    # What is signed about who belongs to a ledger; and single entries that a member let count all the same.
    "statements": (
        {"id": bytes, "ledger": int, "signer": bytes, "raw": bytes},
        "id",
        [],
        [("ledger", "signer")],
    ),
    "adopted": ({"ledger": int, "entry": bytes, "by": bytes}, ("ledger", "entry", "by"), [], []),
    "understood": ({"ledger": int, "device": bytes, "schema": int}, ("ledger", "device"), [], []),
    # Judged, and not performed in the engine yet: whether they diverge is not known.
    "unperformed": ({"record": bytes, "ledger": int}, ("record", "ledger"), [], []),
}
NULLABLE = {
    "entries": {"prev", "record", "payload"},
    "checkpoints": {"previous"},
    "records": {"digest", "home"},
}
# Made after the tables, as sqlite-utils has no words for them. The index of words holds no text: it tells
# where to look, and the tables tell what stands there.
_WORDS = "fts5(words, content='', detail=none, columnsize=0, tokenize='ascii')"
FURTHER = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS search USING {_WORDS}",
    "CREATE INDEX IF NOT EXISTS entries_waiting ON entries(log) WHERE state=0",
)
