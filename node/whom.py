"""Whom to call at a place: the posts of its grid and village, and of the villages it is paired with.

Read only. Names no kind: one declares how its places `lies`, another whom it `calls`, a third what it
`joins`. Posts and grids only: of households nothing is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from crdt.kinds.language import Kind
from node.cells import lines
from node.deadlines import still_open
from node.folding import fold
from node.ledgers import Ledger
from node.store.database import Database
from node.store.model import TABLED
from node.store.pages import Cells, Pages

_CHAIN_MAX = 8


@dataclass(frozen=True, slots=True)
class Post:
    """`what`: the field that says who, "" where several say it together; `at`: the place it is told of."""

    kind: str
    what: str
    said: str
    phone: str
    at: str
    record: str
    home: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A place, what it lies within, the nearest first, and whom to call."""

    place: str
    within: tuple[str, ...]
    posts: tuple[Post, ...]


def whom(db: Database, ledger: Ledger, place: str, day: str) -> list[Spot]:
    """The place itself, and then every one that is joined with it."""
    asked = _Asked(Pages(db), ledger, day)
    first = asked.spot(place)
    others = dict.fromkeys(o for at in (first.place, *first.within) for o in asked.joined(at))
    return [first, *(asked.spot(other) for other in others)]


class _Asked:
    """The tables of one ledger on one day."""

    def __init__(self, pages: Pages, ledger: Ledger, day: str) -> None:
        self._pages, self._ledger, self._day = pages, ledger, day
        self._places = list(self._of_places())

    def spot(self, place: str) -> Spot:
        chain = self._chain(place.strip())
        posts = [p for kind in TABLED.values() for p in self._posts(kind, chain)]
        return Spot(chain[0], tuple(chain[1:]), tuple(posts))

    def _of_places(self) -> Iterator[tuple[str, str, list[str]]]:
        """(name, code, what it lies within)."""
        for kind in TABLED.values():
            if (how := kind.lies) is None:
                continue
            for _, cells in self._valid(kind, (how.called, how.code, *how.within)):
                within = [str(cells[n]) for n in how.within if cells[n]]
                yield str(cells[how.called]), str(cells[how.code] or ""), within

    def _chain(self, place: str) -> list[str]:
        """The place by its name, and all that it lies within, each once."""
        chain, waiting = list[str](), [place]
        while waiting and len(chain) < _CHAIN_MAX:
            at = waiting.pop(0)
            known = [p for p in self._places if at == p[1] or _same(at, p[0])]
            name = known[0][0] if known else at
            if not any(_same(name, told) for told in chain):
                chain.append(name)
                waiting += [w for _, _, within in known for w in within]
        return chain

    def _posts(self, kind: Kind, chain: Sequence[str]) -> list[Post]:
        """Of a kind those that are nearest."""
        if (how := kind.calls) is None:
            return []
        names = [*how.at, *(n for said, phone in how.who for n in (*said, phone)), "home"]
        rows = list(self._valid(kind, names))
        for at in chain:
            near = [(r, c) for r, c in rows if any(_same(at, str(c[n] or "")) for n in how.at)]
            if near:
                return [p for r, c in near for p in _posts_of(kind, at, r, c)]
        return []

    def joined(self, place: str) -> list[str]:
        """The other members of whatever names this place."""
        found: list[str] = []
        for kind in TABLED.values():
            if (how := kind.joins) is None:
                continue
            for _, cells in self._valid(kind, (how.members, how.where[0])):
                members = lines(cells[how.members])
                if cells[how.where[0]] in how.where[1] and any(_same(place, m) for m in members):
                    found += [m for m in members if not _same(place, m)]
        return found

    def _valid(self, kind: Kind, names: Sequence[str]) -> Iterator[tuple[str, Cells]]:
        until = [kind.until] if kind.until else []
        for record, cells in self._pages.rows(
            self._ledger.n, kind, list(dict.fromkeys([*names, *until])), none_of=still_open(kind)
        ):
            if not until or str(cells[kind.until] or "~") >= self._day:
                yield record.hex(), cells


def _posts_of(kind: Kind, at: str, record: str, cells: Cells) -> Iterator[Post]:
    how = kind.calls
    assert how is not None, "it was asked"
    for fields, phone in how.who:
        said = " · ".join(str(cells[n]) for n in fields if cells[n])
        number = str(cells[phone] or "")
        if said or number:
            what = fields[0] if len(fields) == 1 else ""
            yield Post(kind.name, what, said, number, at, record, str(cells["home"]))


def _same(one: str, other: str) -> bool:
    return bool(one) and fold(one).strip() == fold(other).strip()
