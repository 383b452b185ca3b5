"""What comes again: the next one a year or a quarter later, and who hosts it by the turns of the chair.

It proposes; people enter it, on whatever day suits them. Names no kind.
"""

from __future__ import annotations

import calendar
import datetime
from collections.abc import Iterator
from typing import Any

from crdt.kinds.follows import Again
from crdt.kinds.language import Kind
from crdt.rotation import Rotation, quarter_text
from node.chair import rotation
from node.ledgers import Ledger
from node.service import Service
from node.store.model import TABLED
from node.store.pages import Cells, Pages

AHEAD_DAYS = 45
Json = dict[str, Any]


def proposals(service: Service, ledger: Ledger, ahead_days: int | None = None) -> list[Json]:
    """Of each that has been and has not been planned again, the earliest first. `ahead_days`: only those that
    are due within so many days."""
    today = datetime.date.fromisoformat(service.seals.today())
    turns: Rotation | None = None
    found: list[Json] = []
    for kind in TABLED.values():
        for how, value, last in _last(service, ledger, kind, today):
            due = months_later(_day(last[how.on]), how.months[value])
            if ahead_days is not None and (due - today).days > ahead_days:
                continue
            turns = turns or rotation(service, ledger)
            found.append(_proposal(ledger, kind, how, last, max(due, today), turns) | {
                "due_on": due.isoformat(), "overdue": due < today,
            })  # fmt: skip
    return sorted(found, key=lambda p: (str(p["due_on"]), str(p["value"])))


def _last(
    service: Service, ledger: Ledger, kind: Kind, today: datetime.date
) -> Iterator[tuple[Again, str, Cells]]:
    """The last one of each value that comes again; none where a later one is planned for the time when it
    does: what somebody put beyond that is a slip of the hand, and hides nothing."""
    if (how := kind.again) is None:
        return
    none_of = {} if kind.machine is None else {kind.machine.name: how.off}
    names = (how.sort, how.on, how.host)
    rows = Pages(service.ground.db).rows(ledger.n, kind, names, none_of=none_of)
    for value in how.months:
        said = [c | {"id": r.hex()} for r, c in rows if c[how.sort] == value and c[how.on]]
        held = [c for c in said if _day(c[how.on]) <= today]
        if not held:
            continue
        last, months = max(held, key=lambda c: str(c[how.on])), how.months[value]
        due = months_later(_day(last[how.on]), months)
        until = months_later(max(due, today), months)
        if not any(today < _day(c[how.on]) <= until for c in said):
            yield how, value, last


def _proposal(
    ledger: Ledger, kind: Kind, how: Again, last: Cells, on: datetime.date, turns: Rotation
) -> Json:
    quarter = on.year * 4 + (on.month - 1) // 3
    term = turns.term(quarter)
    host, value = ledger.members.name_of(term.chair), str(last[how.sort])
    moment = str(last[how.on])[10:].strip()
    starts = on.isoformat() + (f"T{moment}" if moment else "")
    label = kind.by_name[how.sort].type
    return {
        "kind": kind.name,
        "value": value,
        "label": {lang: label.show(value, lang) for lang in ("zh", "en")},
        "last": {"id": last["id"], "on": str(last[how.on])[:10], "host": last[how.host]},
        "on": on.isoformat(),
        "quarter": quarter_text(quarter),
        "host": host,
        "accepted": term.accepted,
        "conflict": term.conflict,
        "command": [
            "mulin", kind.name, "new", f"{how.sort}={value}", f"{how.on}={starts}",
            f"{how.host}={host}",
        ],
    }  # fmt: skip


def _day(cell: int | str | None) -> datetime.date:
    return datetime.date.fromisoformat(str(cell)[:10])


def months_later(day: datetime.date, months: int) -> datetime.date:
    """The same day of the month so many months on; the last of it where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > datetime.MAXYEAR:
        return day  # a typing mistake at the end of all calendars
    last = calendar.monthrange(year, month + 1)[1]
    return datetime.date(year, month + 1, min(day.day, last))
