"""What `calendar` answers: shapes for programs, lines of 80 cells for people. Reads no file and no clock."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from crdt.kinds.types import Day, Unfit
from keys.errors import Text
from node.almanac import days, lunar, statutory, typed
from node.almanac.errors import NotADay, YearNotWhole
from node.almanac.workdays import Workdays
from node.cli import language
from node.cli.tables import Column, print_pairs, print_table

if TYPE_CHECKING:
    from node.cli.face import Face
    from node.holidays import Change

Json = dict[str, Any]
_ESTIMATED = Text("（暂估）", " (estimate)")
_WHY_ESTIMATED = Text(
    "暂估：节假日表还没有这些日子，按周一至周五算。收到放假通知后：mulin calendar import",
    "Estimate: the table of holidays does not reach these days, so Monday to Friday counts. Once the notice "
    "is out: mulin calendar import",
)
_NEXT = Text(
    "没有写年份，这是下一个；上一个是 {day}。",
    "No year was given: this is the next; the last was {day}.",
)
_STATES = {
    "new": Text("新增", "new"),
    "changed": Text("改动", "changed"),
    "same": Text("一样", "same"),
}


# --- shapes ------------------------------------------------------------------------------------


def look_up(table: Workdays, text: str, today: datetime.date) -> Json:
    """The shape of what was asked for. Raises NotADay and what lunar days raise."""
    text = text.strip()
    quarter = days.read_quarter(text)
    if quarter is not None:
        return _of_span(table, "quarter", days.quarter_text(quarter), days.quarter_span(quarter))
    week = days.read_week(text)
    if week is not None:
        return _of_span(table, "week", days.week_text(week.first), week)
    year = days.read_year(text)
    if year is not None:
        return _of_year(table, year)
    lunar_day = typed.read(text)
    if lunar_day is not None and lunar_day.year is None:
        before, after = typed.around(lunar_day, today)
        if after is not None:
            last = None if before is None else before[1].isoformat()
            return of_day(table, after[1]) | {"last": last}
    return of_day(table, one_day(text, today))


def one_day(text: str, today: datetime.date) -> datetime.date:
    """A day as it is typed into a field. Raises NotADay, YearNeeded, NoSuchLunarDay, LunarOutOfReach."""
    found = typed.solar_day(text, today)
    if found is not None:
        return found
    try:
        said = Day().parse(text)
    except Unfit as fault:
        raise NotADay(what=text[:20]) from fault
    if said is None:
        raise NotADay(what="")
    return datetime.date.fromisoformat(str(said))


def of_day(table: Workdays, day: datetime.date) -> Json:
    judged, moon = table.judge(day), lunar.to_lunar(day)
    return {
        "day": day.isoformat(),
        "weekday": day.isoweekday(),
        "week": days.week_text(day),
        "quarter": days.quarter_text(days.quarter_of(day)),
        "lunar": None if moon is None else _of_lunar(moon),
        "festivals": [] if moon is None else [_both(f.label) for f in lunar.festivals_on(moon)],
        "working": judged.working,
        "estimated": judged.estimated,
        "holiday": None if judged.holiday is None else _both(judged.holiday),
    }


def reach(table: Workdays) -> Json:
    """From and to which year the table has every year."""
    last = min(table.years)
    while last + 1 in table.years:
        last += 1
    return {"first": min(table.years), "last": last}


def of_change(change: Change) -> Json:
    """What a file changes of one year; `missing`: days that are off by law, and on which it works."""
    after = change.after
    return {
        "year": change.year,
        "state": "same" if change.same else "new" if change.before is None else "changed",
        "holidays": [_of_holiday(h) for h in after.holidays],
        "missing": [d.isoformat() for d in statutory.missing(after, change.year)],
    }


def _of_year(table: Workdays, span: days.Span) -> Json:
    year = span.first.year
    found = _of_span(table, "year", f"{year:04d}", span)
    found["holidays"] = [_of_holiday(h) for h in table.of_year(year)]
    found["festivals"] = [
        _both(f.label) | {"day": day.isoformat(), "lunar": _of_lunar(moon)}
        for moon, day, f in _festivals(span)
    ]
    return found


def _festivals(span: days.Span) -> list[tuple[lunar.Lunar, datetime.date, lunar.Festival]]:
    """Festivals that fall into a solar year, in the order of their days."""
    found = []
    for year in (span.first.year - 1, span.first.year):
        for festival in lunar.FESTIVALS if lunar.FIRST <= year <= lunar.LAST else ():
            moon = lunar.festival_day(festival, year)
            day = lunar.to_solar(moon)
            if span.first <= day <= span.last:
                found.append((moon, day, festival))
    return sorted(found, key=lambda one: one[1])


def _of_span(table: Workdays, what: str, name: str, span: days.Span) -> Json:
    count = table.working_days_in(span.first, span.last)
    return {
        what: name,
        "from": span.first.isoformat(),
        "to": span.last.isoformat(),
        "days": (span.last - span.first).days + 1,
        "working_days": count.days,
        "estimated": count.estimated,
    }


def _of_holiday(holiday: Any) -> Json:
    rest, work = ([d.isoformat() for d in part] for part in (holiday.rest, holiday.work))
    return _both(holiday.name) | {"rest": rest, "work": work}


def _of_lunar(moon: lunar.Lunar) -> Json:
    return {"year": moon.year, "month": moon.month, "day": moon.day, "leap": moon.leap}


def _both(text: Text) -> Json:
    return {"zh": text[0], "en": text[1]}


# --- lines -------------------------------------------------------------------------------------


def print_found(face: Face, found: Json) -> None:
    """A day, or days from … to."""
    if "day" in found:
        print_day(face, found)
    else:
        _print_span(face, found)


def print_day(face: Face, found: Json) -> None:
    day = datetime.date.fromisoformat(found["day"])
    moon = "—" if found["lunar"] is None else lunar.Lunar(**found["lunar"]).text().say(face.lang)
    pairs = [
        (Text("日期", "day"), f"{day}  {days.WEEKDAYS[day.weekday()].say(face.lang)}"),
        (Text("周次、季度", "week, quarter"), f"{found['week']}  {found['quarter']}"),
        (Text("农历", "lunar"), moon),
        (
            Text("节日", "festival"),
            language.BETWEEN.say(face.lang).join(f[face.lang] for f in found["festivals"]),
        ),
        (Text("工作日", "working day"), _working(face, found)),
    ]
    if "table" in found:
        pairs.append((Text("节假日表", "table of holidays"), _reach(face, found["table"])))
    print_pairs([(label.say(face.lang), said) for label, said in pairs if said])
    if found.get("last"):
        face.wrapped(_NEXT, day=found["last"])
    say_if_estimated(face, estimated=found["estimated"])


def due_line(face: Face, day: datetime.date, *, estimated: bool) -> str:
    words = days.WEEKDAYS[day.weekday()].say(face.lang)
    return f"{day}  {words}{_ESTIMATED.say(face.lang) if estimated else ''}"


def print_changes(face: Face, found: list[Json]) -> None:
    """What a file changes, holiday by holiday, and what it may lack."""
    rows = [
        (
            str(change["year"]),
            _STATES[change["state"]].say(face.lang),
            holiday[face.lang],
            ranges(holiday["rest"]),
            ranges(holiday["work"]),
        )
        for change in found
        if change["state"] != "same"
        for holiday in change["holidays"]
    ]
    if rows:
        _print_rows(face, rows)
    for change in found:
        if change["missing"]:
            face.wrapped(
                Text(
                    "请核对：{year} 年的表里，{days} 要上班，而依法是假日。",
                    "Please check: {days} of {year} are worked in this table, and off by law.",
                ),
                year=change["year"],
                days=language.BETWEEN.say(face.lang).join(change["missing"]),
            )


def check_whole(face: Face, found: list[Json]) -> None:
    """Raises YearNotWhole where a year lacks holidays of the law."""
    lacking = [change for change in found if change["missing"]]
    if lacking:
        between = language.BETWEEN.say(face.lang)
        raise YearNotWhole(
            years=between.join(str(change["year"]) for change in lacking),
            days=between.join(day for change in lacking for day in change["missing"][:6]),
        )


def ranges(said: list[str]) -> str:
    """Days of one year as 02-15..02-23, 02-28."""
    found = days.runs(map(datetime.date.fromisoformat, said))
    parts = [f"{r[0]:%m-%d}" if len(r) == 1 else f"{r[0]:%m-%d}..{r[-1]:%m-%d}" for r in found]
    return ", ".join(parts)


def _print_rows(face: Face, rows: Sequence[tuple[str, ...]]) -> None:
    columns = (
        Column(Text("年", "year"), fixed=True),
        Column(Text("", ""), fixed=True),
        Column(Text("节假日", "holiday"), fold=True),
        Column(Text("休息", "off"), fold=True),
        Column(Text("调休上班", "worked"), fold=True),
    )
    print_table(face.lang, columns, rows)


def _print_span(face: Face, found: Json) -> None:
    named = found.get("quarter") or found.get("week") or found["year"]
    estimated = _ESTIMATED.say(face.lang) if found["estimated"] else ""
    days_said = face.text(
        Text("{days} 天，其中工作日 {n} 天", "{days} days, {n} of them worked"),
        days=found["days"],
        n=found["working_days"],
    )
    face.line(f"{named}  {found['from']} … {found['to']}  {days_said}{estimated}")
    if found.get("holidays"):
        rows = [(h[face.lang], ranges(h["rest"]), ranges(h["work"])) for h in found["holidays"]]
        columns = (
            Column(Text("节假日", "holiday"), fold=True),
            Column(Text("休息", "off"), fold=True),
            Column(Text("调休上班", "worked"), fold=True),
        )
        print_table(face.lang, columns, rows)
    if found.get("festivals"):
        shown = [(f[face.lang], f["day"], lunar.Lunar(**f["lunar"])) for f in found["festivals"]]
        columns = (
            Column(Text("节日", "festival"), fold=True),
            Column(Text("日期", "day"), fixed=True),
            Column(Text("农历", "lunar"), fixed=True),
        )
        print_table(face.lang, columns, [(n, d, m.text().say(face.lang)) for n, d, m in shown])
    say_if_estimated(face, estimated=found["estimated"])


def _working(face: Face, found: Json) -> str:
    said = (language.YES if found["working"] else language.NO).say(face.lang)
    if found["holiday"] is not None:
        why = (
            Text("{name}调休上班", "worked for {name}")
            if found["working"]
            else Text("{name}", "{name}")
        )
        said += face.text(
            Text("（{why}）", " ({why})"), why=face.text(why, name=found["holiday"][face.lang])
        )
    return said + (_ESTIMATED.say(face.lang) if found["estimated"] else "")


def _reach(face: Face, table: Json) -> str:
    return face.text(
        Text(
            "{first} 年至 {last} 年；{last} 年 12 月 25 日以后的等下一年的通知",
            "{first} to {last}; from 25 December {last} on it waits for the next year's notice",
        ),
        **table,
    )


def say_if_estimated(face: Face, *, estimated: bool) -> None:
    """Why a day is an estimate, and what ends that."""
    if estimated:
        face.wrapped(_WHY_ESTIMATED)
