"""Records in memory: those that were used last, as many as there is room for. Knows no store."""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeAlias

from crdt.entry import RecordId
from crdt.record import Record

_CACHE_RECORDS = 512
_CACHE_BYTES = 128 * 1024 * 1024
Key: TypeAlias = tuple[int, RecordId]
"""(ledger, record): a member of two ledgers may name a record of the one in the other."""


class RecordCache:
    """A few large records weigh like many small ones."""

    def __init__(self) -> None:
        self._records: OrderedDict[Key, Record] = OrderedDict()
        self._weights: dict[Key, int] = {}
        self._weight = 0

    def __len__(self) -> int:
        return len(self._records)

    def items(self) -> list[tuple[Key, Record]]:
        return list(self._records.items())

    def get(self, key: Key) -> Record | None:
        """The record, if it is remembered; it counts as used then."""
        found = self._records.get(key)
        if found is not None:
            self._records.move_to_end(key)
        return found

    def keep(self, key: Key, record: Record) -> None:
        """Remember it, and forget whatever was not used for longest."""
        self._records[key] = record
        self._records.move_to_end(key)
        self._weight += record.weight - self._weights.get(key, 0)
        self._weights[key] = record.weight
        while len(self._records) > 1 and (
            len(self._records) > _CACHE_RECORDS or self._weight > _CACHE_BYTES
        ):
            self.drop(next(iter(self._records)))

    def drop(self, key: Key) -> None:
        self._records.pop(key, None)
        self._weight -= self._weights.pop(key, 0)

    def clear(self) -> None:
        self._records.clear()
        self._weights.clear()
        self._weight = 0
