"""Which days of a ledger stand in a calendar: what is due, and what kinds say lasts from when to when.

Titles are made from what every member reads: of a sealed record the kind, the field and the case. What is
over is left out; where townships differ each of the days stands there with who said it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping, Sequence

from crdt.entry import RecordId
from crdt.kinds import KINDS
from crdt.kinds.language import Due, Field, Kind
from crdt.kinds.types import Scalar
from crdt.view import View
from keys.errors import Text
from node.deadlines import Deadlines, is_over, is_running
from node.forms.calendar import Dated
from node.forms.desk import Desk
from node.officeclock import ZONE
from node.reading import Reading
from node.rows import title_of
from node.sealerrors import GrantEnded, NotGranted, RecordErased

_SHORT = 8
_DUE = Text("{field}：{title} [{id}]", "{field}: {title} [{id}]")
_SEALED = Text("{kind}{field}：{title} [{id}]", "{kind}, {field}: {title} [{id}]")
_LASTS = Text("{home}{kind}：{title} [{id}]", "{kind} of {home}: {title} [{id}]")
_SAYS = Text("（{who}填，待核对）", " ({who} says so; to be settled)")
_ESTIMATED = Text("（暂估）", " (estimate)")
_ABOUT = Text("{ledger}，{home}登记", "{ledger}, entered by {home}")


def dates(desk: Desk, lang: str, limits: Deadlines, *, sealed: bool) -> list[Dated]:
    """`sealed`: also of sealed records that may be read here; each is listed as a look."""
    found: list[Dated] = []
    for kind in KINDS.values():
        if kind.sealed and not sealed:
            continue
        if kind.lasts is None and not any(f.due for f in kind.fields):
            continue
        for row in desk.service.ground.model.records(desk.ledger.n, kind.name):
            try:
                seen = desk.open(row.id)
            except (NotGranted, GrantEnded, RecordErased):
                continue
            found += _Days(desk, seen, lang, limits).all()
    return sorted(found, key=lambda d: (str(d.begins), d.uid))


def _certain(seen: View) -> dict[str, Scalar]:
    """What a record says that is not in question: while townships differ about its end it has none."""
    disputed = {about.key for about in seen.conflicts}
    return {name: said for name, said in seen.registers.items() if name not in disputed}


class _Days:
    """The days of one record."""

    def __init__(self, desk: Desk, seen: View, lang: str, limits: Deadlines) -> None:
        self._desk = desk
        self._seen = seen
        self._lang = lang
        self._limits = limits
        held = desk.service.record(desk.ledger, seen.id)
        self._changed_ms = max(one.entry.header.claimed_ms for one in held.order())

    def all(self) -> Iterator[Dated]:
        kind, named, certain = self._seen.kind, self._title(), _certain(self._seen)
        for declared in kind.fields:
            for due in declared.due:
                if is_running(kind, due, certain):
                    yield from self._due(declared, due, named)
        if kind.lasts is not None and not is_over(kind, certain):
            said = named | {"kind": kind.label.say(self._lang), "home": self._home()}
            yield from self._lasting(kind, kind.lasts, self._say(_LASTS, **said))

    def _due(self, declared: Field, due: Due, named: Mapping[str, str]) -> Iterator[Dated]:
        kind = self._seen.kind
        words = _SEALED if kind.sealed else _DUE
        title = self._say(words, kind=kind.label, field=due.label or declared.label, **named)
        for stated, said in self._said(declared):
            found = self._limits.on(declared, due, stated)
            guess = self._say(_ESTIMATED) if found.estimated else ""
            name = f"{declared.name}-{due.limit}" if due.limit else declared.name
            yield self._dated(name, title + guess + said, found.day, found.day, disputed=bool(said))

    def _lasting(self, kind: Kind, lasts: Sequence[str], title: str) -> Iterator[Dated]:
        begin, end = lasts
        ends = [day for day, _ in self._said(kind.by_name[end])]
        for day, said in self._said(kind.by_name[begin]):
            after = [other for other in ends if other >= day]
            last = max(after, default=day)
            yield self._dated(begin, title + said, day, last, disputed=bool(said))

    def _said(self, declared: Field) -> list[tuple[str, str]]:
        """(value, what has to be said beside it) of a field."""
        for about in self._seen.conflicts:
            if about.key == declared.name:
                reading = Reading(self._desk.service, self._lang)
                told = reading.conflict(self._desk.ledger, about)["candidates"]
                return [
                    (str(one["value"]), self._say(_SAYS, who=one["township"]))
                    for one in told
                    if one["value"]
                ]
        value = self._seen.registers[declared.name]
        return [] if value is None else [(str(value), "")]

    def _home(self) -> str:
        return self._desk.ledger.members.name_of(self._seen.home)

    def _title(self) -> dict[str, str]:
        record = self._seen.id
        about = self._desk.case_of(record) if self._seen.kind.sealed else record
        title = "?"
        if about is not None and not self._desk.service.seals.is_erased(self._desk.ledger, about):
            title = title_of(self._desk.open(about), self._lang)
        return {"title": title, "id": RecordId(record).hex()[:_SHORT]}

    def _dated(self, field: str, title: str, begins: str, ends: str, *, disputed: bool) -> Dated:
        """A calendar knows an event by its uid, and so moves the one that it has."""
        ledger = self._desk.ledger
        return Dated(
            uid=f"{self._seen.id.hex()}-{field}{'-' + begins if disputed else ''}@mulin",
            title=title,
            about=self._say(_ABOUT, ledger=ledger.name, home=self._home()),
            kind=self._seen.kind.label.say(self._lang),
            begins=_moment(begins),
            ends=_moment(ends),
            changed_ms=self._changed_ms,
        )

    def _say(self, words: Text, **facts: str | Text) -> str:
        said = {k: v.say(self._lang) if isinstance(v, Text) else v for k, v in facts.items()}
        return words.say(self._lang).format(**said)


def _moment(text: str) -> datetime.date | datetime.datetime:
    """A day, or a moment by an office clock."""
    if len(text) == len("2024-08-18"):
        return datetime.date.fromisoformat(text)
    moment = datetime.datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=ZONE)
