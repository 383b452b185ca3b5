"""Matters that may go up: overdue where they lie, not handed on yet; to which office, and who is above it.

It offers; it moves nothing and stands in nobody's way. Read only. Names no kind: one declares that it
`rises`, another who stands `above`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from crdt.entry import RecordId
from crdt.kinds import KINDS
from crdt.kinds.follows import Rises
from crdt.kinds.language import Kind
from crdt.view import View
from node.cells import short
from node.deadlines import Deadlines
from node.ledgers import Ledger
from node.store.database import Database
from node.store.model import TABLED
from node.store.pages import Cells, Pages

_WHY = "逾期未办结"
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Side:
    """An office of a township, and who stands above it; "" what is not entered."""

    township: str
    sort: str
    office: str
    superior: str
    rank: str
    phone: str


def overdue(db: Database, ledger: Ledger, day: str, limits: Deadlines) -> list[Json]:
    """Of this township's matters what may go up on a day, the longest overdue first."""
    me = ledger.members.name_of(ledger.me)
    found: dict[RecordId, tuple[str, Kind, str]] = {}
    for kind in TABLED.values():
        if (how := kind.rises) is None:
            continue
        gone = handed(db, ledger, how)
        for record, cells, due in _late(db, ledger, kind, how, day, limits):
            mine = me in (cells["home"], cells[how.lead] if how.lead else None)
            if mine and short(record) not in gone and cells[how.level] in how.levels:
                known = found.get(record, (due, kind, ""))[0]
                found[record] = min(due, known), kind, str(cells[how.level])
    if not found:
        return []
    listed = sides(db, ledger)
    asked = {kind.name: asked_of(ledger, kind, listed) for _, kind, _ in found.values()}
    return [
        {"record": record, "due_on": due} | offer(ledger, kind, record, level, asked[kind.name])
        for record, (due, kind, level) in sorted(found.items(), key=lambda f: (f[1][0], f[0]))
    ]


def of_record(db: Database, ledger: Ledger, seen: View, day: str, limits: Deadlines) -> Json | None:
    """The same of one record, whoever asks."""
    how, said = seen.kind.rises, seen.registers
    if how is None or said[how.level] not in how.levels or _has_risen(seen.kind, how, said):
        return None
    days = [d.day for d in limits.of(seen.kind, said) if d.field.name in how.due and d.day < day]
    if not days or short(seen.id) in handed(db, ledger, how):
        return None
    asked = asked_of(ledger, seen.kind, sides(db, ledger))
    return {"due_on": min(days)} | offer(ledger, seen.kind, seen.id, str(said[how.level]), asked)


def _late(
    db: Database, ledger: Ledger, kind: Kind, how: Rises, day: str, limits: Deadlines
) -> Iterator[tuple[RecordId, Cells, str]]:
    """Records that have not gone up, each with a day before this one."""
    fields = [kind.by_name[name] for name in how.due]
    more = (how.level, *([how.lead] if how.lead else []))
    for record, cells, found in limits.running(Pages(db), ledger, kind, fields, day, more):
        if found.day < day and not _has_risen(kind, how, cells):
            yield record, cells, found.day


def _has_risen(kind: Kind, how: Rises, said: Mapping[str, object]) -> bool:
    return bool(how.state) and kind.machine is not None and said[kind.machine.name] == how.state


def handed(db: Database, ledger: Ledger, how: Rises) -> set[str]:
    """The beginnings of the ids of matters that were handed on."""
    if how.handed is None:
        return set()
    by, kind = how.handed, KINDS[how.handed.kind]
    assert kind.machine is not None, "it can be undone"
    undone = {kind.machine.name: by.undone}
    rows = Pages(db).rows(ledger.n, kind, (by.about, *by.said), none_of=undone)
    fitting = (c for _, c in rows if all(c[name] == said for name, said in by.said.items()))
    return {str(c[by.about]) for c in fitting if c[by.about]}


def sides(db: Database, ledger: Ledger) -> list[Side]:
    """Every office of which somebody entered who stands above it; this township's first."""
    found: list[Side] = []
    for kind in TABLED.values():
        if (how := kind.above) is None:
            continue
        names = (how.sort, how.office, how.superior, how.rank, how.phone)
        for _, cells in Pages(db).rows(ledger.n, kind, ("home", *names)):
            if cells[how.superior]:
                found.append(Side(str(cells["home"]), *(str(cells[n] or "") for n in names)))
    me = ledger.members.name_of(ledger.me)
    return sorted(found, key=lambda s: (s.township != me, s.township))


def chosen(how: Rises, township: str, listed: Sequence[Side]) -> Side | None:
    """The office that a township's matters of this sort go to."""
    own = [s for s in listed if s.township == township]
    order = {sort: n for n, sort in enumerate(how.offices)}
    return min(own, key=lambda s: order.get(s.sort, len(order)), default=None)


def asked_of(ledger: Ledger, kind: Kind, listed: Sequence[Side]) -> dict[str, Side]:
    """For matters of a kind the office of each township that has one, this township's first."""
    assert kind.rises is not None, "it rises"
    me = ledger.members.name_of(ledger.me)
    names = sorted(map(ledger.members.name_of, ledger.members.cards), key=lambda n: n != me)
    found = {name: chosen(kind.rises, name, listed) for name in names}
    return {name: side for name, side in found.items() if side is not None}


def offer(
    ledger: Ledger, kind: Kind, record: RecordId, level: str, asked: Mapping[str, Side]
) -> Json:
    """`level`; `to`, who gets it; `superior`, the own side's office or None; `sides`, every township's; the
    `command` that hands it on."""
    how, me = kind.rises, ledger.members.name_of(ledger.me)
    assert how is not None, "it rises"
    mine = asked.get(me)
    to = me if mine is None else mine.office if level in how.own else mine.superior
    return {
        "level": level,
        "to": to,
        "superior": None if mine is None else asdict(mine),
        "sides": [asdict(side) for side in asked.values()],
        "command": _command(kind, how, short(record), to),
    }


def _command(kind: Kind, how: Rises, record: str, to: str) -> list[str]:
    if how.handed is None:
        return ["mulin", kind.name, "move", record, how.state, "--reason", _WHY]
    by: Mapping[str, str] = {
        **how.handed.said, how.handed.receiver: to, how.handed.about: record,
    }  # fmt: skip
    return ["mulin", how.handed.kind, "new", *(f"{name}={said}" for name, said in by.items())]
