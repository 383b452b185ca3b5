"""What an entry about the ledger says: statements, adoptions, the chair, who may read what is sealed. Pure.

Their plain form in a payload, in one place. What they bring about is told elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from crdt.entry import ID_BYTES, RECORD_BYTES, EntryId, LedgerId, RecordId
from crdt.errors import MalformedEntry
from crdt.parts import Fence, read_fences, read_wraps
from crdt.statements import Statement, parse
from keys.canonical import Plain
from keys.identity import DeviceId, TownshipId
from keys.limits import FENCES_PER_VOTE, INT_MAX, POST_CODE_POINTS
from keys.seal import KeyId


@dataclass(frozen=True, slots=True)
class Say:
    """A statement, made known in its author's log."""

    statement: Statement


@dataclass(frozen=True, slots=True)
class Adopt:
    """A member lets an entry count that was quarantined."""

    entry: EntryId


@dataclass(frozen=True, slots=True)
class Understand:
    """The author's program knows the rules of this version; before it says so it is taken for the first."""

    schema: int


@dataclass(frozen=True, slots=True)
class Succeed:
    """This ledger goes on where another ended: its id, and the digest of what it showed then."""

    ledger: LedgerId
    digest: bytes


@dataclass(frozen=True, slots=True)
class Serve:
    """The author's township takes the chair in a quarter, or gives it back. `turn`: the highest counts."""

    quarter: int
    turn: int
    accepts: bool


@dataclass(frozen=True, slots=True)
class Swap:
    """The author's township agrees, or no longer, that two quarters change hands; so must the other."""

    one: int
    other: int
    turn: int
    agrees: bool


@dataclass(frozen=True, slots=True)
class About:
    """A sealed record belongs to a record that all may read. Like all that follows it stands in an entry
    whose header names the sealed record, and is erased with it."""

    record: RecordId


@dataclass(frozen=True, slots=True)
class Share:
    """A township may read a sealed record: for what, in which post, until which day ("": no end), and for no
    longer than a task force exists."""

    township: TownshipId
    purpose: str
    post: str = ""
    until: str = ""
    team: RecordId | None = None


@dataclass(frozen=True, slots=True)
class Withdraw:
    """A township may no longer read. Of its logs counts in this record what lies within the fences."""

    township: TownshipId
    fences: tuple[Fence, ...]


@dataclass(frozen=True, slots=True)
class Wrap:
    """A key of a sealed record, wrapped for devices. `once`: for one entry, as it may be shown to others."""

    key_id: KeyId
    wraps: tuple[tuple[DeviceId, bytes], ...]
    once: bool = False


@dataclass(frozen=True, slots=True)
class Looked:
    """So many views, prints and exports stand in the author's own list, and its last line has this hash."""

    count: int
    head: bytes


Sealed: TypeAlias = About | Share | Withdraw | Wrap
WRITTEN_BY = 1
"""The schema number that deeds are written by: none came with a later one."""

Deed: TypeAlias = Say | Adopt | Understand | Succeed | Serve | Swap | Sealed | Looked


def to_plain(deeds: Sequence[Deed]) -> list[Plain]:
    return [_plain(deed) for deed in deeds]


def _plain(deed: Deed) -> Plain:
    match deed:
        case Say(statement):
            return [1, statement.raw]
        case Adopt(entry):
            return [3, entry]
        case Understand(schema):
            return [4, schema]
        case Serve(quarter, turn, accepts):
            return [5, quarter, turn, accepts]
        case Swap(one, other, turn, agrees):
            return [6, one, other, turn, agrees]
        case Succeed(ledger, digest):
            return [7, ledger, digest]
        case About(record):
            return [8, record]
        case Share(township, purpose, post, until, team):
            return [9, township, purpose, post, until, team]
        case Withdraw(township, fences):
            return [10, township, [f.plain() for f in fences]]
        case Wrap(key_id, wraps, once):
            return [11, key_id, [[d, w] for d, w in wraps], once]
        case Looked(count, head):
            return [12, count, head]


def read(plain: Sequence[Plain]) -> list[Deed]:
    """Raises a MulinError; what a newer version says beside these is left to it."""
    found: list[Deed] = []
    for item in plain:
        match item:
            case [1, bytes() as raw]:
                found.append(Say(parse(raw)))
            case [3, bytes() as entry] if len(entry) == ID_BYTES:
                found.append(Adopt(EntryId(entry)))
            case [4, int() as schema] if type(schema) is int:
                found.append(Understand(schema))
            case [5, int() as quarter, int() as turn, bool() as accepts] if _small(quarter, turn):
                found.append(Serve(quarter, turn, accepts))
            case [6, int() as one, int() as other, int() as turn, bool() as agrees] if (
                _small(one, other, turn) and one < other
            ):
                found.append(Swap(one, other, turn, agrees))
            case [7, bytes() as ledger, bytes() as digest] if (
                len(ledger) == len(digest) == ID_BYTES
            ):
                found.append(Succeed(LedgerId(ledger), digest))
            case [12, int() as count, bytes() as head] if _small(count) and len(head) == ID_BYTES:
                found.append(Looked(count, head))
            case [8 | 9 | 10 | 11, *_]:
                found.append(_sealed(item))
            case [int(), *_]:
                continue
            case _:
                raise MalformedEntry(why="deed")
    return found


def _sealed(item: Plain) -> Sealed:
    match item:
        case [8, bytes() as record] if len(record) == RECORD_BYTES:
            return About(RecordId(record))
        case [9, bytes() as who, str() as purpose, str() as post, str() as until, team] if (
            len(who) == ID_BYTES
            and max(len(purpose), len(post), len(until)) <= POST_CODE_POINTS
            and (team is None or (isinstance(team, bytes) and len(team) == RECORD_BYTES))
        ):
            force = RecordId(team) if isinstance(team, bytes) else None
            return Share(TownshipId(who), purpose, post, until, force)
        case [10, bytes() as who, list() as fences] if len(who) == ID_BYTES:
            return Withdraw(TownshipId(who), read_fences(fences, FENCES_PER_VOTE))
        case [11, bytes() as key, list() as wraps, bool() as once] if len(key) == ID_BYTES:
            return Wrap(KeyId(key), read_wraps(wraps), once)
    raise MalformedEntry(why="deed")


def _small(*numbers: int) -> bool:
    return all(type(n) is int and 0 <= n <= INT_MAX for n in numbers)
