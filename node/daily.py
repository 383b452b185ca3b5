"""What an office has to know in the morning: due, new, to settle, unanswered, who is on duty. Read only.

All of it follows from declarations: deadlines from fields that are `due`, answers from `answered`, duty from
`covers`. Names no kind. Of sealed records nothing is read here.
"""

from __future__ import annotations

import contextlib
import datetime
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from crdt.entry import RecordId
from crdt.kinds.follows import Answered
from crdt.kinds.language import Kind
from keys.identity import DeviceId, did_key
from node.cells import each, townships
from node.clashes import Told as Clashes
from node.deadlines import Deadline, Deadlines, still_open
from node.ledgers import Ledger
from node.officeclock import DAY_MS, day_begins_ms, when
from node.planner import AHEAD_DAYS, proposals
from node.reading import Reading
from node.rising import overdue
from node.service import Service
from node.standing import Live
from node.store.model import TABLED
from node.store.pages import Cells, Pages

GAP_DAYS = 7
_MINUTE = datetime.timedelta(minutes=1)
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Now:
    """A moment by the office clock: `at` YYYY-MM-DD HH:MM."""

    ms: int

    @property
    def at(self) -> str:
        return when(self.ms)

    @property
    def day(self) -> str:
        return self.at[:10]

    def later(self, days: int) -> str:
        return when(self.ms + days * DAY_MS)


def page(service: Service, reading: Reading, ledger: Ledger, live: Live, limits: Deadlines) -> Json:
    """The page of one ledger: `due`, `may_rise`, `news`, `to_settle`, `unanswered`, `proposed`, `clashes`,
    `duty`, `gaps`, `heard`."""
    now = Now(service.ground.clock_ms())
    pages = Pages(service.ground.db)
    told = _Told(reading, service, ledger)
    asking = _Asking(service, ledger, now, limits)
    clashes = Clashes(service, reading, ledger)
    due = [d for kind in TABLED.values() for d in asking.due(kind)]
    unanswered = [u for kind in TABLED.values() for u in asking.unanswered(kind)]
    duty = [d for kind in TABLED.values() for d in _duty(pages, ledger, kind, now)]
    own = ledger.members.devices_of(ledger.me)
    news = pages.news(ledger.n, own, day_begins_ms(now.ms))
    return {
        "ledger": ledger.name,
        "id": ledger.hex,
        "at": now.at,
        "due": told.of(sorted(due, key=lambda d: (d["day"], d["record"]))),
        "may_rise": told.of(overdue(service.ground.db, ledger, now.day, limits)),
        "news": told.of([{"record": r, "by": _names(ledger, by)} for r, by in news.items()]),
        "to_settle": len(service.ground.model.conflicts(ledger.n)),
        "unanswered": told.of(sorted(unanswered, key=lambda u: (u["until"] or "~", u["record"]))),
        "proposed": proposals(service, ledger, AHEAD_DAYS),
        "clashes": [clash for kind in TABLED.values() for clash in clashes.pairs(kind, now.at)],
        "duty": told.of([d for d in duty if d["at"] == "now"]),
        "gaps": [{k: v for k, v in d.items() if k != "at"} for d in duty if d["at"] == "gap"],
        "heard": [
            {"township": p["township"], "connected": p["connected"], "last_heard": p["last_heard"]}
            for p in reading.peers(ledger, live)
        ],
    }


def _names(ledger: Ledger, devices: Sequence[DeviceId]) -> list[str]:
    members = ledger.members
    return list(dict.fromkeys(members.name_of(members.township_of_any(d)) for d in devices))


class _Told:
    """Rows about records with what a reader has to know of the record."""

    def __init__(self, reading: Reading, service: Service, ledger: Ledger) -> None:
        self._reading, self._service, self._ledger = reading, service, ledger
        self._lines: dict[str, Json] = {}

    def of(self, rows: Sequence[Json]) -> list[Json]:
        ids = list(dict.fromkeys(row["record"] for row in rows))
        fresh = [i for i in ids if i.hex() not in self._lines]
        listed = self._service.ground.model.named(fresh)
        self._lines |= {line["id"]: line for line in self._reading.lines(self._ledger, listed)}
        found = []
        for row in rows:
            line = self._lines.get(row["record"].hex())
            if line is not None:
                said = {name: line[name] for name in ("id", "kind", "title", "home")}
                found.append(said | {k: v for k, v in row.items() if k != "record"})
        return found


class _Asking:
    """What is due and what waits for an answer, of one ledger at one moment."""

    def __init__(self, service: Service, ledger: Ledger, now: Now, limits: Deadlines) -> None:
        self._pages = Pages(service.ground.db)
        self._ledger = ledger
        self._now = now
        self._limits = limits

    def due(self, kind: Kind) -> Iterator[Json]:
        """Of what only its own township writes nobody else is told."""
        own = self._ledger.members.name_of(self._ledger.me)
        for record, cells, found in self._limits.running(
            self._pages, self._ledger, kind, kind.fields, self._now.day
        ):
            if not kind.home_only or cells["home"] == own:
                yield from self._told(kind, record, found)

    def _told(self, kind: Kind, record: RecordId, found: Deadline) -> Iterator[Json]:
        label = found.due.label or found.field.label
        sums_up: Json = {}
        if kind.toured is not None and kind.toured.last == found.field.name:
            sums_up = {"sums_up": found.day <= self._now.day}
        if found.day <= self._now.later(found.due.ahead)[:10]:
            yield sums_up | {
                "record": record,
                "label": {"zh": label[0], "en": label[1]},
                "day": found.day,
                "estimated": found.estimated,
                "overdue": found.day < self._now.day,
            }

    def unanswered(self, kind: Kind) -> Iterator[Json]:
        """A row for every township that was asked and said nothing; `until`: "" where time is not limited."""
        if (how := kind.answered) is None:
            return
        names = [n for n in (how.slot, how.asked, how.since, how.grade) if n]
        met = met_shown(kind)
        for record, cells in self._pages.rows(
            self._ledger.n, kind, names, none_of=still_open(kind)
        ):
            said = each(cells[how.slot])
            answered = {t for t, word in said.items() if not met or word in met}
            until = self._until(how, cells)
            for township in townships(cells[how.asked]):
                if township not in answered:
                    late = bool(until) and until < self._now.at
                    yield {"record": record, "township": township, "until": until, "overdue": late}

    def _until(self, how: Answered, cells: Cells) -> str:
        since = str(cells.get(how.since) or "") if how.since else ""
        minutes = self._limits.minutes(how, str(cells.get(how.grade)))
        if not since or not minutes:
            return ""
        with contextlib.suppress(OverflowError):
            return (_moment(since) + minutes * _MINUTE).isoformat(" ", "minutes")
        return ""


def met_shown(kind: Kind) -> set[str]:
    """The words that are an answer, as they stand in a cell; none: any word."""
    if kind.answered is None:
        return set()
    of = kind.by_name[kind.answered.slot].type
    return {of.show(word, "zh") for word in kind.answered.met}


def _moment(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


# --- duty -----------------------------------------------------------------------------------------


def _duty(pages: Pages, ledger: Ledger, kind: Kind, now: Now) -> list[Json]:
    """Who covers this moment, and from when to when nobody will."""
    if kind.covers is None or kind.lasts is None:
        return []
    (starts, ends), whom = kind.lasts, kind.covers.who
    asked = (starts, ends, *whom, "home")
    rows = pages.rows(ledger.n, kind, asked, none_of=still_open(kind))
    found: list[Json] = []
    for township in ledger.members.cards:
        name = ledger.members.name_of(township)
        own = [(r, c) for r, c in rows if c["home"] == name and c[starts] and c[ends]]
        said = {"township": name, "township_id": did_key(township)}
        for record, cells in own:
            if str(cells[starts]) <= now.at < str(cells[ends]):
                who = [str(cells[n]) for n in whom if cells[n]]
                found.append(
                    {"at": "now", "record": record, **said, "who": who, "until": cells[ends]}
                )
        spans = [(str(c[starts]), str(c[ends])) for _, c in own]
        for start, end in gaps(spans, now.at, now.later(GAP_DAYS)):
            found.append({"at": "gap", **said, "from": start, "to": end})
    return found


def gaps(spans: Sequence[tuple[str, str]], start: str, end: str) -> list[tuple[str, str]]:
    """The stretches of [start, end) that no span covers; none where there is no span at all. One that ends
    before it begins covers nothing."""
    if not spans:
        return []
    found, reached = list[tuple[str, str]](), start
    for begins, ends in sorted(span for span in spans if span[0] < span[1]):
        if begins >= end:
            break
        if begins > reached:
            found.append((reached, begins))
        reached = max(reached, ends)
    if reached < end:
        found.append((reached, end))
    return found
