"""How confirmed texts look in the JSON of every face: the hash, and who confirmed it. Read only."""

from __future__ import annotations

from typing import Any

from crdt.conflicts import Conflict, Way
from crdt.kinds import kind_named
from crdt.kinds.types import FieldType, Scalar
from crdt.record import Record
from keys.errors import Text
from node.agreeing import Agreeing
from node.ledgers import Ledger
from node.rows import show

HASH_SHOWN = 16
"""Hex digits of a text's hash that people see."""
_WROTE = Text("还在填写", "went on writing")
_TEXT = Text("文本 {hash}", "text {hash}")


def agreed_shape(ledger: Ledger, agreeing: Agreeing, held: Record) -> dict[str, Any]:
    """{"agreed": {"hash", "townships": {name: "confirmed" | "earlier" | "none"}}}; else nothing."""
    if kind_named(held.shared.kind).agreed is None:
        return {}
    found = agreeing.of(ledger, held)
    names = {ledger.members.name_of(t): str(stand) for t, stand in found.stands.items()}
    told = None if found.hash is None else found.hash.hex()
    return {"agreed": {"hash": told, "townships": names}}


def show_said(conflict: Conflict, value: Scalar, of: FieldType, lang: str, ledger: Ledger) -> str:
    """A statement in a conflict as people read it."""
    shown = show(of, value, lang, ledger)
    if conflict.asks_to_confirm:
        return _TEXT.say(lang).format(hash=shown[:HASH_SHOWN])
    if conflict.way is Way.VOID and value != conflict.void:
        return _WROTE.say(lang)
    return shown
