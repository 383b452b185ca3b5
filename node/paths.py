"""The way from an entry up to the first signed head above it: what a proof that travels alone shows."""

from __future__ import annotations

from crdt.entry import EntryId
from keys.limits import ENTRIES_PER_FRAME
from node.store.log import LogStore


def path_above(log: LogStore, number: int, entry_id: EntryId) -> tuple[list[bytes], bytes]:
    """Headers from an entry of a log up to the first checkpoint above it, and that checkpoint."""
    headers: list[bytes] = []
    at: EntryId | None = entry_id
    while at is not None and len(headers) < ENTRIES_PER_FRAME:
        entry = log.entry(at)
        assert entry is not None, "what is proven is stored"
        headers.append(entry.raw)
        head = log.last_checkpoint(number, at)
        if head is not None:
            return headers, head
        at = log.child(number, entry)
    return headers, b""
