"""From planned rows to acts: whose turn it is, what is stated, what follows. Knows no kind and no store."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from random import Random

from node.demo.model import Act, AddItem, Change, Confirm, Member, New, Review, Serve
from node.demo.rows import (
    EACH,
    OTHERS,
    Chairs,
    Rows,
    Step,
    Turn,
    drawn,
    of_week,
    ref_of,
)


def row_acts(members: tuple[Member, ...], rows: Rows, size: int, rng: Random) -> Iterator[Act]:
    """All acts of one row, record after record."""
    count = rows.count * (size if rows.grows else 1)
    whose = rows.by or tuple(range(len(members)))
    paths = [steps for times, steps in rows.paths for _ in range(times)]
    for number in range(1, count + 1):
        place = whose[(number - 1) % len(whose)]
        day = rows.when(number, count)
        turn = Turn(number, count, day, members, place, place, rng)
        path = paths[(number - 1) % len(paths)] if paths else ()
        yield from _record(rows, turn, (*rows.then, *path))


def chair_acts(members: tuple[Member, ...], chairs: Chairs) -> Iterator[Act]:
    """Each takes the chair on the first day of its quarter."""
    for number in range(chairs.count):
        year, quarter = divmod(quarter_number(chairs.first) + number, 4)
        at = f"{year}-{3 * quarter + 1:02d}-01 08:30"
        by = members[number % len(members)].code
        yield Serve("chair", by, at, f"{year}Q{quarter + 1}")


def quarter_number(text: str) -> int:
    """Quarters since the year 0 of one like 2024Q3."""
    return int(text[:4]) * 4 + int(text[5]) - 1


def _record(rows: Rows, turn: Turn, steps: Iterable[Step]) -> Iterator[Act]:
    ref = ref_of(rows.name, turn.number)
    stated = dict(rows.fields)
    if rows.each:
        stated |= rows.each[(turn.number - 1) % len(rows.each)]
    fields = {name: text for name, value in stated.items() if (text := drawn(value, turn))}
    at = _at(turn, rows.at)
    if rows.counted:
        yield Review(ref, turn.member().code, at, of_week(turn), rows.post)
    else:
        yield New(ref, turn.member().code, at, rows.kind, fields, rows.post)
    for step in steps:
        turn = _moved(turn, step.days)
        at = max(at, _at(turn, step.at))  # not before what was done with it already
        for place in _places(turn, step.who):
            yield _step(ref, step, at, _by(turn, place), rows)


def _step(ref: str, step: Step, at: str, turn: Turn, rows: Rows) -> Act:
    by, post = turn.members[turn.by].code, step.post or rows.post
    fields = {name: text for name, value in step.fields.items() if (text := drawn(value, turn))}
    if not fields:
        return Confirm(ref, by, at, post)
    reason = drawn(step.reason, turn)
    if step.into:
        return AddItem(ref, by, at, step.into, fields, post, reason)
    return Change(ref, by, at, fields, post, reason, step.unaware)


def _places(turn: Turn, who: int) -> Iterator[int]:
    count = len(turn.members)
    further = range(count) if who == EACH else range(1, count) if who == OTHERS else (who,)
    return ((turn.place + i) % count for i in further)


def _moved(turn: Turn, days: int) -> Turn:
    day = turn.day + datetime.timedelta(days=days)
    return Turn(turn.number, turn.of, day, turn.members, turn.place, turn.place, turn.rng)


def _by(turn: Turn, place: int) -> Turn:
    return Turn(turn.number, turn.of, turn.day, turn.members, turn.place, place, turn.rng)


def _at(turn: Turn, clock: str) -> str:
    return f"{turn.day.isoformat()} {clock}"
