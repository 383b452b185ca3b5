"""The tables of the data file and their version: columns, keys and indexes, declared once. Runs no SQL.

Ids stand once: an entry points at others by their numbers, and what its log already says (ledger, device,
incarnation, usual key) is not said again with every entry (`node.store.compact`).
"""

from __future__ import annotations

VERSION = 5
JUDGE_ANEW = "judge anew"
"""The row of `meta` that says that an earlier version of the program judged what is here."""
RULES_KNOWN = "schema"
"""The row of `meta` that says up to which schema number the program knew that wrote here last."""
TABLES_OF_KINDS = "tables"
"""The row of `meta` that says for which kinds and which words the tables and the index are made."""

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
    # A number of its own, which the index of words shares: SQLite gives rows other numbers as it likes.
    "records": (
        {
            "n": int,
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
        "n",
        [("id",)],
        [("ledger", "kind", "updated_n")],
    ),
    # Sealed records, readable here or not: what they belong to, and the entries that say who may read them.
    "sealed": (
        {"ledger": int, "record": bytes, "about": bytes},
        ("ledger", "record"),
        [],
        [("about",)],
    ),
    "keyings": (
        {"ledger": int, "record": bytes, "entry": bytes},
        ("ledger", "record", "entry"),
        [],
        [],
    ),
    # Records of which nothing is left here, and since when.
    "erased": ({"ledger": int, "record": bytes, "at_ms": int}, ("ledger", "record"), [], []),
    # Who looked at what was sealed: this township's own list, every line with the hash of the one before.
    "looks": (
        {
            "n": int,
            "ledger": int,
            "record": bytes,
            "at_ms": int,
            "post": str,
            "action": str,
            "purpose": str,
            "hash": bytes,
        },
        "n",
        [],
        [("ledger",)],
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
    "sealed": {"about"},
    "looks": {"record"},
}
# Made after the tables, as sqlite-utils has no words for them. The index of words holds no text: it tells
# where to look, and the tables tell what stands there.
_WORDS = "fts5(words, content='', detail=none, columnsize=0, tokenize='ascii')"
FURTHER = (
    f"CREATE VIRTUAL TABLE IF NOT EXISTS search USING {_WORDS}",
    "CREATE INDEX IF NOT EXISTS entries_waiting ON entries(log, reason) WHERE state=0",
    "CREATE INDEX IF NOT EXISTS entries_quarantined ON entries(log) WHERE state=4",
)
