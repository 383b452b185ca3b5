"""Days and moments as an iCalendar file (RFC 5545). The only file that imports icalendar. No records."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from icalendar import Calendar, Event

from node.forms.page import clean

_PRODUCT = "-//Mulin//mulin//ZH"
_DAY = datetime.timedelta(days=1)
_LAST_DAY = datetime.date.max - _DAY


@dataclass(frozen=True, slots=True)
class Dated:
    """One event. Days include the last one; moments have a zone. `changed_ms`: when it was last changed."""

    uid: str
    title: str
    about: str
    kind: str
    begins: datetime.date | datetime.datetime
    ends: datetime.date | datetime.datetime
    changed_ms: int


def calendar(name: str, dates: Iterable[Dated]) -> bytes:
    """The whole file."""
    made = Calendar()
    made.add("prodid", _PRODUCT)
    made.add("version", "2.0")
    made.add("calscale", "GREGORIAN")
    made.add("x-wr-calname", clean(name))
    for one in dates:
        made.add_component(_event(one))
    return bytes(made.to_ical())


def _event(one: Dated) -> Event:
    made, changed = Event(), _changed(one.changed_ms)
    made.add("uid", one.uid)
    made.add("dtstamp", changed)
    made.add("last-modified", changed)
    made.add("summary", clean(one.title))
    made.add("description", clean(one.about))
    made.add("categories", [clean(one.kind)])
    made.add("transp", "TRANSPARENT")
    begins, ends = one.begins, one.ends
    if isinstance(begins, datetime.datetime) and isinstance(ends, datetime.datetime):
        made.add("dtstart", _utc(begins))
        made.add("dtend", _utc(ends))
    else:
        made.add("dtstart", _day(begins))
        last = min(_day(ends), _LAST_DAY)
        made.add("dtend", last + _DAY)  # a calendar's end is the first day that is free again
    return made


def _day(moment: datetime.date | datetime.datetime) -> datetime.date:
    return moment.date() if isinstance(moment, datetime.datetime) else moment


def _utc(moment: datetime.datetime) -> datetime.datetime:
    """At both ends of the calendar, where no other zone has the day, as the clock says."""
    try:
        return moment.astimezone(datetime.UTC)
    except OverflowError:
        return moment.replace(tzinfo=datetime.UTC)


def _changed(ms: int) -> datetime.datetime:
    try:
        return datetime.datetime.fromtimestamp(ms // 1000, datetime.UTC)
    except (ValueError, OverflowError, OSError):  # a clock that lied beyond the calendar
        return datetime.datetime.fromtimestamp(0, datetime.UTC)
