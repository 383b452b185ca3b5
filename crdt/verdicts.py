"""What becomes of an entry, and what a record is told with it. Values only."""

from __future__ import annotations

import enum
from typing import NamedTuple

from crdt.entry import Content, Entry, EntryId
from keys.value import value


class EntryState(enum.IntEnum):
    """Where an entry stands; the numbers are stored."""

    WAITING = 0
    APPLIED = 1
    VOID = 2
    CLOSED = 3
    QUARANTINED = 4
    ERASED = 5


HELD = frozenset({EntryState.WAITING, EntryState.QUARANTINED})
"""Not decided yet."""
NEWER = "schema"
"""Why an entry waits that was written by newer rules: nothing but an upgrade of this program is missing."""
LEFT = "left"
"""Why an entry is quarantined: its author was no member any more where the others' fences stood."""


class Verdict(NamedTuple):
    """What became of an entry. `reason`: a rule's code; `divergent`: our change hash is not its author's."""

    entry: EntryId
    state: EntryState
    reason: str = ""
    divergent: bool = False


@value
class Offered:
    """An entry with its opened payload; `content` None if there is no key here.

    `fault`: it is void whatever its past says (the payload does not parse, a parent is of another record).
    `hold`: it waits for something outside this record (a newer epoch), or its author had left.
    `vouches`: in a ledger that somebody left: it counts whatever becomes of those, and so does what it cites.
    `sealed`: under a key of its record's own, and not the ledger's.
    """

    entry: Entry
    content: Content | None
    nonce: bytes = b""
    fault: str = ""
    hold: str = ""
    vouches: bool = False
    sealed: bool = False
