"""What an office has to know in the morning: due, new, to settle, unanswered, who is on duty. Read only.

All of it follows from declarations: deadlines from fields that are `due`, answers from `answered`, duty from
`covers`. Names no kind. Of sealed records nothing is read here.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from crdt.kinds.language import Answered, Kind
from keys.identity import did_key
from node.ledgers import Ledger
from node.reading import Live, Reading
from node.rows import day_begins_ms, when
from node.service import Service
from node.store.model import TABLED
from node.store.pages import Cells, Pages

GAP_DAYS = 7
_DAY_MS = 86_400_000
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
        return when(self.ms + days * _DAY_MS)


def page(service: Service, reading: Reading, ledger: Ledger, live: Live) -> Json:
    """The page of one ledger: `due`, `news`, `to_settle`, `unanswered`, `duty`, `gaps`, `heard`."""
    now = Now(service.ground.clock_ms())
    pages = Pages(service.ground.db)
    told = _Told(reading, service, ledger)
    due = [d for kind in TABLED.values() for d in _due(pages, ledger, kind, now)]
    unanswered = [u for kind in TABLED.values() for u in _unanswered(pages, ledger, kind, now)]
    duty = [d for kind in TABLED.values() for d in _duty(pages, ledger, kind, now)]
    own = ledger.members.devices_of(ledger.me)
    news = pages.news(ledger.n, own, day_begins_ms(now.ms))
    return {
        "ledger": ledger.name,
        "id": ledger.hex,
        "at": now.at,
        "due": told.of(sorted(due, key=lambda d: (d["day"], d["record"]))),
        "news": told.of([{"record": record} for record in news]),
        "to_settle": len(service.ground.model.conflicts(ledger.n)),
        "unanswered": told.of(sorted(unanswered, key=lambda u: (u["until"] or "~", u["record"]))),
        "duty": told.of([d for d in duty if d["at"] == "now"]),
        "gaps": [{k: v for k, v in d.items() if k != "at"} for d in duty if d["at"] == "gap"],
        "heard": [
            {"township": p["township"], "connected": p["connected"], "last_heard": p["last_heard"]}
            for p in reading.peers(ledger, live)
        ],
    }


class _Told:
    """Rows about records with what a reader has to know of the record."""

    def __init__(self, reading: Reading, service: Service, ledger: Ledger) -> None:
        self._reading, self._service, self._ledger = reading, service, ledger

    def of(self, rows: Sequence[Json]) -> list[Json]:
        ids = list(dict.fromkeys(row["record"] for row in rows))
        listed = self._service.ground.model.named(ids)
        lines = {line["id"]: line for line in self._reading.lines(self._ledger, listed)}
        found = []
        for row in rows:
            line = lines.get(row["record"].hex())
            if line is not None:
                said = {name: line[name] for name in ("id", "kind", "title", "home")}
                found.append(said | {k: v for k, v in row.items() if k != "record"})
        return found


def still_open(kind: Kind) -> dict[str, Sequence[str]]:
    """What `Pages.rows` is to leave out: records of which nothing is due any more."""
    return {} if kind.over is None else {kind.over[0]: kind.over[1]}


def _due(pages: Pages, ledger: Ledger, kind: Kind, now: Now) -> list[Json]:
    """Of what only its own township writes nobody else is told."""
    found: list[Json] = []
    own = ledger.members.name_of(ledger.me)
    for declared in kind.fields:
        if (due := declared.due) is None:
            continue
        last = now.later(due.ahead - due.days)[:10]
        asked, most = (declared.name, "home"), {declared.name: last}
        for record, cells in pages.rows(
            ledger.n, kind, asked, at_most=most, none_of=still_open(kind)
        ):
            if kind.home_only and cells["home"] != own:
                continue
            day = due.on(str(cells[declared.name]))
            label = {"zh": declared.label[0], "en": declared.label[1]}
            said = {"record": record, "label": label, "day": day, "overdue": day < now.day}
            if kind.toured is not None and kind.toured.last == declared.name:
                said["sums_up"] = day <= now.day
            found.append(said)
    return found


def _unanswered(pages: Pages, ledger: Ledger, kind: Kind, now: Now) -> list[Json]:
    """A row for every township that was asked and said nothing; `until`: "" where time is not limited."""
    if kind.answered is None:
        return []
    how = kind.answered
    names = [n for n in (how.slot, how.asked, how.since, how.grade) if n]
    met = met_shown(kind)
    found: list[Json] = []
    for record, cells in pages.rows(ledger.n, kind, names, none_of=still_open(kind)):
        said = json.loads(str(cells[how.slot] or "{}"))
        answered = {t for t, word in said.items() if not met or word in met}
        until = _until(how, cells)
        for township in str(cells[how.asked] or "").split("、"):
            if township and township not in answered:
                late = bool(until) and until < now.at
                found.append(
                    {"record": record, "township": township, "until": until, "overdue": late}
                )
    return found


def met_shown(kind: Kind) -> set[str]:
    """The words that are an answer, as they stand in a cell; none: any word."""
    if kind.answered is None:
        return set()
    of = kind.by_name[kind.answered.slot].type
    return {of.show(word, "zh") for word in kind.answered.met}


def _until(how: Answered, cells: Cells) -> str:
    since = str(cells.get(how.since) or "") if how.since else ""
    minutes = how.within_min.get(str(cells.get(how.grade)), 0) if how.grade else 0
    if not since or not minutes:
        return ""
    return (_moment(since) + minutes * _MINUTE).strftime("%Y-%m-%d %H:%M")


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
    """The stretches of [start, end) that no span covers; none where there is no span at all."""
    if not spans:
        return []
    found, reached = list[tuple[str, str]](), start
    for begins, ends in sorted(spans):
        if begins >= end:
            break
        if begins > reached:
            found.append((reached, begins))
        reached = max(reached, ends)
    if reached < end:
        found.append((reached, end))
    return found
