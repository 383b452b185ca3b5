"""What counts once: records, each with those of which people said that they are the same. Read only.

The one that is joined to no other speaks for all; what it leaves blank the others fill in. Numbers that
townships state each in its own place are gathered from all of them. Names no kind.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from crdt.entry import RecordId
from crdt.kinds.language import Kind
from crdt.kinds.types import Number, Slot
from node.cells import Cell, each, number, short
from node.ledgers import Ledger
from node.store.database import Database
from node.store.pages import Cells, Pages

_LAST = "~"
"""It stands after all digits."""
Stated = Mapping[str, tuple[int, ...]]
"""By township what it stated: more than one number where its records differ."""


@dataclass(frozen=True, slots=True)
class Matter:
    """`records`: the one that speaks first. `stated`: by field what each township stated in its place."""

    records: tuple[RecordId, ...]
    cells: Cells
    stated: Mapping[str, Stated] = field(default_factory=dict)

    def numbers(self, name: str) -> dict[str, int]:
        """By township the number that counts."""
        return {township: said[0] for township, said in self.stated.get(name, {}).items()}


def matters(db: Database, ledger: Ledger, kind: Kind, names: Sequence[str]) -> list[Matter]:
    """All of a kind, with the cells named, by id: in the same order wherever the same entries are."""
    joined = "" if kind.twins is None else kind.twins.joined
    asked = list(dict.fromkeys([*names, *([joined] if joined else [])]))
    rows = sorted(Pages(db).rows(ledger.n, kind, asked))
    return gathered(kind, rows)


def gathered(kind: Kind, rows: Sequence[tuple[RecordId, Cells]]) -> list[Matter]:
    """One for all that are joined, directly or by others."""
    joined = "" if kind.twins is None else kind.twins.joined
    if not joined:
        return [_matter(kind, [row]) for row in rows]
    groups: dict[RecordId, list[tuple[RecordId, Cells]]] = defaultdict(list)
    stands = first_of(joined, rows)
    for row in rows:
        groups[stands[row[0]]].append(row)
    # Who is joined to another speaks later; in a circle the smallest id speaks first.
    return [
        _matter(kind, sorted(group, key=lambda row: (row[1][joined] not in (None, ""), row[0])))
        for group in groups.values()
    ]


def matters_saying(
    db: Database, ledger: Ledger, kind: Kind, names: Sequence[str], says: Mapping[str, str]
) -> list[Matter]:
    """Those of which some record says exactly this, whole: with what is joined and says nothing of it."""
    joined = "" if kind.twins is None else kind.twins.joined
    pages, asked = Pages(db), list(dict.fromkeys([*names, *([joined] if joined else [])]))
    rows = pages.rows(ledger.n, kind, asked, says=says)
    if joined and rows:
        pairs = pages.rows(ledger.n, kind, [joined], at_most={joined: _LAST})
        stands = _unions((short(r), str(c[joined])) for r, c in pairs)
        wanted = {stands.get(one, one) for one in (short(r) for r, _ in rows)}
        more = [one for one, root in stands.items() if root in wanted]
        if more:
            whole = pages.rows(ledger.n, kind, asked, begin=more)
            rows = list(dict([*rows, *whole]).items())
    return gathered(kind, sorted(rows))


def first_of(joined: str, rows: Iterable[tuple[RecordId, Cells]]) -> dict[RecordId, RecordId]:
    """For each record one that stands for all that are joined with it. Cells name records by eight digits;
    what is joined to a record that is not here stands for itself."""
    listed = list(rows)
    begins = {short(record): record for record, _ in listed}
    named = [(record, begins.get(str(cells[joined]))) for record, cells in listed]
    stands = _unions((record, other) for record, other in named if other is not None)
    return {record: stands.get(record, record) for record, _ in listed}


_One = TypeVar("_One")


def _unions(pairs: Iterable[tuple[_One, _One]]) -> dict[_One, _One]:
    """For everything in the pairs one that stands for all that pairs connect it with."""
    stands: dict[_One, _One] = {}

    def first(one: _One) -> _One:
        while stands.setdefault(one, one) != one:
            stands[one] = one = stands[stands[one]]
        return one

    for one, other in pairs:
        stands[first(one)] = first(other)
    return {one: first(one) for one in list(stands)}


def _matter(kind: Kind, group: Sequence[tuple[RecordId, Cells]]) -> Matter:
    cells = dict(group[0][1])
    for _, more in group[1:]:
        for name, said in more.items():
            if cells[name] in (None, ""):
                cells[name] = said
    slots = [f for f in kind.fields if f.name in cells and isinstance(f.type, Slot)]
    stated: dict[str, dict[str, tuple[int, ...]]] = {}
    for declared in slots:
        assert isinstance(declared.type, Slot), "only places of townships were asked for"
        if isinstance(declared.type.of, Number):
            stated[declared.name] = _stated(declared.type.of, [c[declared.name] for _, c in group])
    return Matter(tuple(record for record, _ in group), cells, stated)


def _stated(of: Number, cells: Sequence[Cell]) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for cell in cells:
        for township, said in each(cell).items():
            stated = number(of, said)
            if stated not in (mine := found.setdefault(township, [])):
                mine.append(stated)
    return {township: tuple(numbers) for township, numbers in found.items()}
