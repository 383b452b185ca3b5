"""What townships decided: which positions whoever announced it knew of, and which came too late. Pure.

Late is what the entry that announced the result did not have among its causes; no clock is asked. So a
position that was stated in time and travelled slowly is late too: whoever announced the result had not heard
it. Late positions change no result; they show, and whether the positions bear the result out still.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from crdt.entry import EntryId
from crdt.facts import Facts
from crdt.kinds import kind_named
from crdt.kinds.language import Decided
from crdt.kinds.types import Scalar
from crdt.record import Record
from keys.identity import TownshipId


@dataclass(frozen=True, slots=True)
class Late:
    """A position that was not known when the result was announced; None: one that was taken back."""

    township: TownshipId
    entry: EntryId
    value: Scalar


@dataclass(frozen=True, slots=True)
class Decision:
    """An announced result. `known`: the positions that it was announced on; `borne_out`: whether those that
    stand now, late ones too, come to the same; only late ones can make that untrue."""

    result: Scalar
    known: dict[TownshipId, Scalar]
    late: tuple[Late, ...]
    borne_out: bool


def decision(record: Record) -> Decision | None:
    """What is announced, None where nothing is, or two things at once."""
    kind = kind_named(record.shared.kind)
    how = kind.decided
    if how is None:
        return None
    machine = next(f.name for f in kind.fields if f.states is not None)
    facts, writers = record.facts(), record.shared.writers
    announced = facts.candidates(machine)
    if announced.differ or announced.values[0] not in (how.passed, how.failed):
        return None
    seen = writers.seen_by([writers.number[entry] for entry in announced.ids])
    then = Facts(record.shared, seen)
    townships = facts.members(how.slot)
    late = [one for t in townships for one in _late(record, facts, f"{how.slot}/{t}", t, seen)]
    known, now = _stated(then, how, townships), _stated(facts, how, townships)
    needs = facts.candidates(how.needs).values
    unopposed = needs == (how.unopposed,)
    moved = _tally(how, known.values()) != _tally(how, now.values())
    passes = _passes(*_tally(how, now.values()), unopposed=unopposed)
    fits = passes == (announced.values[0] == how.passed)
    return Decision(announced.values[0], known, tuple(late), fits or not moved)


def _late(record: Record, facts: Facts, key: str, township: str, seen: int) -> Iterable[Late]:
    ids, values = facts.candidates(key)
    for entry, value in zip(ids, values, strict=True):
        if not seen >> record.shared.writers.number[entry] & 1:
            yield Late(TownshipId(bytes.fromhex(township)), entry, value)


def _stated(facts: Facts, how: Decided, townships: Iterable[str]) -> dict[TownshipId, Scalar]:
    """The position of each; a township that says two things, or nothing, has none."""
    found: dict[TownshipId, Scalar] = {}
    for township in townships:
        standing = facts.candidates(f"{how.slot}/{township}")
        if standing.values and not standing.differ and standing.values[0] is not None:
            found[TownshipId(bytes.fromhex(township))] = standing.values[0]
    return found


def _tally(how: Decided, positions: Iterable[Scalar]) -> tuple[int, int]:
    stated = list(positions)
    return stated.count(how.yes), stated.count(how.no)


def _passes(yes: int, no: int, *, unopposed: bool) -> bool:
    return yes > 0 and (no == 0 if unopposed else yes > no)
