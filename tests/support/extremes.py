"""The most extreme values that a declaration lets through, and records made of them past the command line.

A member's node signs what it likes; what its type permits arrives everywhere. Every value here is accepted by
`FieldType.check`, though no clerk could have typed most of them.
"""

from __future__ import annotations

import contextlib
import functools
import random
from collections.abc import Iterator, Sequence

from crdt.deeds import Share
from crdt.entry import RecordId
from crdt.errors import RuleBroken
from crdt.kinds.language import Field, Kind
from crdt.kinds.references import Hash, RecordRef, TownshipRef
from crdt.kinds.times import Moment, Quarter, Week
from crdt.kinds.types import (
    Choice,
    Choices,
    Code,
    Day,
    FieldType,
    Flag,
    Items,
    Line,
    Number,
    Phone,
    Prose,
    Scalar,
    Slot,
    State,
    Townships,
    Unfit,
)
from crdt.operations import Add, Create, Operation, Set, Splice
from keys.limits import INT_MAX
from node.service import Service
from node.writing import Opening

MANY_ITEMS = 300
_CLOCKS_MS = (0, INT_MAX, 1_724_000_000_000, 253_402_300_800_000)
_PLACE = "示范一村"
_WORDS = (
    _PLACE, "[red]{x}[/nope]", "=1+1", "、，,;", "%s\\{0}", "字" * 200, "a" * 200, "-", "{}", "../..", "null",
    '"', "9" * 20, "x\u0301\u0302" * 50,
)  # fmt: skip
_SIMPLE: tuple[tuple[type[FieldType], tuple[Scalar, ...]], ...] = (
    (Number, (INT_MAX, 0, 10**15, 1)),
    (Day, ("0001-01-01", "9999-12-31", "2024-02-29", "1969-12-31")),
    (Moment, ("0001-01-01 00:00", "9999-12-31 23:59", "2024-02-29 24:00", "1970-01-01 00:00")),
    (Quarter, ("0000Q1", "9999Q4", "0001Q1", "2024Q3")),
    (Week, ("0001-W01", "9999-W52", "2020-W53")),
    (Code, ("000000000", "999999999999")),
    (Phone, ("000", "+9" + " -" * 12)),
    (Flag, (True, False)),
    (TownshipRef, (bytes(32), b"\xff" * 32)),
    (RecordRef, (bytes(16), b"\xff" * 16)),
    (Hash, (bytes(32),)),
)


def extremes(of: FieldType) -> list[Scalar]:
    """What a register of this type may hold at its ends."""
    if isinstance(of, Choice):
        return [*of.codes()]
    if isinstance(of, Line):
        several = ("\n" * 20 + "x", "a\n\nb\n") if of.lines else ()
        long = ("长" * of.limit,) if of.limit < 4_000 else ("长" * 4_000,)
        return _fitting(of, (*_WORDS, *several, *long))
    return _fitting(of, next(values for known, values in _SIMPLE if isinstance(of, known)))


def _fitting(of: FieldType, values: Sequence[Scalar]) -> list[Scalar]:
    return [value for value in values if _fits(of, value)]


def _fits(of: FieldType, value: Scalar) -> bool:
    try:
        of.check(value)
    except Unfit:
        return False
    return True


class Hostile:
    """A node that writes records past its command line."""

    def __init__(self, service: Service, known: Sequence[bytes], dice: random.Random) -> None:
        """`known`: records that it may name; its own are among them later on."""
        self._service = service
        self._ledger = service.ledgers.choose(None)
        self._known = list(known)
        self._dice = dice
        self._today = service.seals.today()

    def write(self, kind: Kind, count: int) -> list[str]:
        """So many records that say extremes in every field, as far into their states as goes."""
        made: list[str] = []
        for n in range(count):
            self._service.ground.clock_ms = functools.partial(int, _CLOCKS_MS[n % len(_CLOCKS_MS)])
            said = [o for f in kind.fields for o in self._stated(f, kind, n)]
            entry = self._service.writing.write(
                self._ledger, None, [Create(kind.name), *said], "", "", opening=self._opening(kind)
            )
            assert entry.record is not None, "it begins a record"
            made.append(entry.record.hex())
            self._known.append(entry.record)
            self._go_on(kind, entry.record, n % 5)
        return made

    def _opening(self, kind: Kind) -> Opening | None:
        """What is sealed everybody may read, and belongs to anything."""
        if not kind.sealed:
            return None
        others = [t for t in self._ledger.members.cards if t != self._ledger.me]
        about = self._dice.choice([*self._known, bytes(16)])
        return Opening(RecordId(about), tuple(Share(t, "mediation") for t in others))

    def _go_on(self, kind: Kind, record: RecordId, steps: int) -> None:
        """It names itself, and moves on."""
        own = [Set(f.name, record) for f in kind.fields if isinstance(f.type, RecordRef)]
        for said in ([own] if own and steps % 2 else []) + [[s] for s in self._walk(kind, steps)]:
            with contextlib.suppress(RuleBroken):
                self._service.writing.write(self._ledger, record, said, "", "试")

    def _stated(self, declared: Field, kind: Kind, n: int) -> Iterator[Operation]:
        name, of, me = declared.name, declared.type, self._ledger.me
        match of:
            case State():
                yield Set(name, of.initial)
            case Choices():
                yield from (Set(f"{name}/{code}", True) for code in of.of.codes())
            case Townships():
                yield from (Set(f"{name}/{t.hex()}", True) for t in (bytes(32), b"\xff" * 32, me))
            case Slot():
                if kind.agreed is None or name != kind.agreed.confirmed:
                    yield Set(f"{name}/{me.hex()}", self._one(of.of, n))
            case Items():
                many = MANY_ITEMS // len(kind.shown_as["items"])
                for _ in range(many if n == 0 else n % 3):
                    parts = sorted(of.by_name.items())
                    yield Add(name, tuple((part, self._one(is_, n)) for part, is_ in parts))
            case Prose():
                yield Splice(name, ((0, 0, self._dice.choice(_WORDS)),))
            case _:
                yield Set(name, self._one(of, n))

    def _one(self, of: FieldType, n: int) -> Scalar:
        found = extremes(of)
        match of:
            case RecordRef():
                found += self._dice.sample(self._known, 2)
            case Day():
                found.append(self._today)
            case Moment():
                found += [f"{self._today} 00:00", f"{self._today} 23:59"]
        return found[(n + self._dice.randrange(2)) % len(found)]

    def _walk(self, kind: Kind, steps: int) -> Iterator[Set]:
        if kind.machine is None or kind.machine.states is None:
            return
        at = kind.machine.states.initial
        for _ in range(steps):
            following = kind.machine.states.following(at)
            if not following:
                return
            at = self._dice.choice(following)
            yield Set(kind.machine.name, at)
