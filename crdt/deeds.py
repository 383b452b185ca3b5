"""What an entry about the ledger itself says: statements, adoptions, the chair. Pure.

Their plain form in a payload, in one place. What they bring about is told elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from crdt.entry import ID_BYTES, EntryId, LedgerId
from crdt.errors import MalformedEntry
from crdt.statements import Statement, parse
from keys.canonical import Plain
from keys.limits import INT_MAX


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


Deed: TypeAlias = Say | Adopt | Understand | Succeed | Serve | Swap


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
            case [int(), *_]:
                continue
            case _:
                raise MalformedEntry(why="deed")
    return found


def _small(*numbers: int) -> bool:
    return all(type(n) is int and 0 <= n <= INT_MAX for n in numbers)
