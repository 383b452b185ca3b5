"""What is kept in memory of an entry that counts. Knows no rule."""

from __future__ import annotations

from typing import NamedTuple

from crdt.entry import ActorId, Entry
from crdt.operations import Operation
from keys.identity import TownshipId


class Said(NamedTuple):
    """What is kept of a content once its operations are read: a third of the memory it came in."""

    schema: int
    post: str
    reason: str
    change_hash: bytes


class Applied(NamedTuple):
    """What history shows of an applied entry."""

    entry: Entry
    content: Said
    township: TownshipId
    operations: tuple[Operation, ...]
    actor: ActorId
