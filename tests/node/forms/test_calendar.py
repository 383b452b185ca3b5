"""Calendars, read back by a library that is not ours."""

from __future__ import annotations

import datetime
import warnings

from hypothesis import given
from hypothesis import strategies as st

from node.forms.calendar import Dated, calendar

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import vobject

_ZONE = datetime.timezone(datetime.timedelta(hours=8))
_TEXT = st.text(
    st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=120
).filter(lambda text: text.strip() == text)
_DAYS = st.dates(datetime.date(1990, 1, 1), datetime.date(2090, 1, 1))


@st.composite
def dated(draw: st.DrawFn) -> Dated:
    day = draw(_DAYS)
    begins: datetime.date
    ends: datetime.date
    if draw(st.booleans()):
        begins, ends = day, day + datetime.timedelta(days=draw(st.integers(0, 9)))
    else:
        begins = datetime.datetime.combine(day, datetime.time(9, 30), _ZONE)
        ends = begins + datetime.timedelta(hours=draw(st.integers(0, 30)))
    uid = draw(st.uuids()).hex + "-due_on@mulin"
    return Dated(uid, draw(_TEXT), draw(_TEXT), "案件", begins, ends, draw(st.integers(0, 2**42)))


@given(st.lists(dated(), min_size=1, max_size=3))
def test_another_program_reads_what_was_written(dates: list[Dated]) -> None:
    raw = calendar("金麻", dates)
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    read = vobject.readOne(raw.decode())
    events = read.contents["vevent"]
    for one, event in zip(dates, events, strict=True):
        assert event.uid.value == one.uid
        assert event.summary.value == one.title
        assert event.description.value == one.about
        begins, ends = event.dtstart.value, event.dtend.value
        if isinstance(one.begins, datetime.datetime):
            assert (begins, ends) == (one.begins, one.ends)
        else:
            assert (begins, ends) == (one.begins, one.ends + datetime.timedelta(days=1))
