"""Whose turn in the chair a quarter is, from the members and from what they said of it. Pure.

Members take turns quarter by quarter in the order of their ids; whoever is in the chair hosts. Two members
may swap two quarters if both say so. Where more was said than can be, or one of them has taken up its own
turn all the same, nothing wins: the order stands, and it shows. Quarters are counted from the year 0, as a
founding has no date.
Equal sets of words give equal terms. Knows no date but the quarter's number and no clock.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from crdt.deeds import Serve, Swap
from crdt.entry import EntryId
from keys.identity import TownshipId

_K = TypeVar("_K")
_D = TypeVar("_D", Serve, Swap)


@dataclass(frozen=True, slots=True)
class Word:
    """What a township said in an entry."""

    township: TownshipId
    entry: EntryId
    deed: Serve | Swap


@dataclass(frozen=True, slots=True)
class Term:
    """`turn`: whose it is by the order; `chair`: whose it is. `swapped`: the quarter it was swapped with.

    `asked`: swaps that one side agreed to, as (who, this and the other quarter). `claims`: who accepted it.
    `rivals`: agreed swaps of this quarter that cannot all be, or (`kept`) where one of the two accepted its
    own turn all the same. It is a conflict where there are rivals, or somebody accepted who is not in the
    chair.
    """

    quarter: int
    turn: TownshipId
    chair: TownshipId
    swapped: int | None
    asked: tuple[tuple[TownshipId, int, int], ...]
    claims: tuple[TownshipId, ...]
    rivals: tuple[tuple[int, int], ...]
    kept: bool

    @property
    def accepted(self) -> bool:
        return self.chair in self.claims

    @property
    def conflict(self) -> bool:
        return bool(self.rivals) or any(t != self.chair for t in self.claims)


class Rotation:
    """The turns of a ledger."""

    def __init__(self, members: Iterable[TownshipId], words: Iterable[Word]) -> None:
        self._order = sorted(members)
        listed = sorted(words, key=lambda w: w.entry)
        self._serves: dict[tuple[TownshipId, int], Serve] = {}
        self._swaps: dict[tuple[TownshipId, int, int], Swap] = {}
        for word in listed:
            if word.township not in self._order:
                continue
            if isinstance(word.deed, Serve):
                _later(self._serves, (word.township, word.deed.quarter), word.deed)
            else:
                _later(self._swaps, (word.township, word.deed.one, word.deed.other), word.deed)
        pairs = {(one, other) for _, one, other in self._swaps}
        self._agreed = sorted(p for p in pairs if all(self.agrees(self.turn(q), *p) for q in p))

    @property
    def order(self) -> tuple[TownshipId, ...]:
        """The members in the order of their turns."""
        return tuple(self._order)

    def turn(self, quarter: int) -> TownshipId:
        """Whose turn it is by the order alone."""
        return self._order[quarter % len(self._order)]

    def next_turn(self, township: TownshipId, after: int) -> int:
        """The first quarter after one in which it is a member's turn."""
        place = self._order.index(township)
        return after + 1 + (place - after - 1) % len(self._order)

    def agrees(self, township: TownshipId, one: int, other: int) -> bool:
        said = self._swaps.get((township, one, other))
        return said is not None and said.agrees and self.turn(one) != self.turn(other)

    def accepts(self, township: TownshipId, quarter: int) -> bool:
        said = self._serves.get((township, quarter))
        return said is not None and said.accepts

    def next_word(self, township: TownshipId, *quarters: int) -> int:
        """The turn that a township's next word about a quarter, or a pair of them, has to have."""
        said: Serve | Swap | None
        if len(quarters) == 1:
            said = self._serves.get((township, quarters[0]))
        else:
            said = self._swaps.get((township, quarters[0], quarters[1]))
        return 1 if said is None else said.turn + 1

    def asks(self, township: TownshipId, quarter: int) -> list[tuple[int, int]]:
        """Swaps of a quarter that a township agreed to and that await the other side."""
        found = [(one, other) for who, one, other in sorted(self._swaps) if who == township]
        return [
            p for p in found if quarter in p and self.agrees(township, *p) and p not in self._agreed
        ]

    def term(self, quarter: int) -> Term:
        agreed = [p for p in self._agreed if quarter in p]
        turn, chair, swapped = self.turn(quarter), self.turn(quarter), None
        kept = any(self.accepts(self.turn(q), q) for pair in agreed for q in pair)
        if len(agreed) == 1 and not kept:
            [(one, other)] = agreed
            elsewhere = other if quarter == one else one
            if len([p for p in self._agreed if elsewhere in p]) == 1:
                chair, swapped = self.turn(elsewhere), elsewhere
        rivals = tuple(agreed) if swapped is None else ()
        asked = [
            (who, quarter, other if quarter == one else one)
            for who in self._order
            for one, other in self.asks(who, quarter)
        ]
        claims = tuple(t for t in self._order if self.accepts(t, quarter))
        return Term(quarter, turn, chair, swapped, tuple(asked), claims, rivals, kept)


def _later(known: dict[_K, _D], key: _K, said: _D) -> None:
    """Of a township's words about one thing the highest turn counts; of one turn the first by id."""
    before = known.get(key)
    if before is None or said.turn > before.turn:
        known[key] = said


def quarter_text(quarter: int) -> str:
    return f"{quarter // 4}Q{quarter % 4 + 1}"
