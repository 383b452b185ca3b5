"""The quarterly statistics sheet: which tables it has, and all of them counted. Read only.

`quarter_sheet(service, ledger, first, last, now_ms)` gives a `Sheet`; every table of it has the same shape
(`node.tallying.Table`), so a face prints them all in one loop and knows none of them:

    sheet.first, sheet.last    the days that count, "2024-07-01" … "2024-09-30"
    sheet.as_of                when it was counted, "2024-10-08 09:00"
    sheet.digest               of the ledger it was counted from: where it is the same, figures are the same
    sheet.tables               each with
        .name .label           "categories", Text("纠纷类别", …)
        .columns               .name .label .unit ("count" "times" "fen" "days" "minutes")
        .lines                 .code .label .cells (as many as columns; None: nothing to count) .unit
        .total                 a line, None where lines do not add up
        .remarks               .what .text .records: what a reader has to know

A `unit` of a line is stronger than that of its column. `shown(value, unit)` writes a cell for people, `shape`
gives the sheet as JSON. Lines of a classification are all there, also those with 0, in its own order; what
was not stated stands last, with code "". Adding a table here is all it takes to print it everywhere.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from crdt.view import ledger_digest
from keys.errors import Text
from node.counting import (
    ANSWERED,
    Counting,
    Measure,
    Value,
    added,
    many,
    median_days,
)
from node.ledgers import Ledger
from node.officeclock import when
from node.remarks import differing, in_question, joined, odd_clocks, undated
from node.service import Service
from node.tallying import Json, Section, Table, table
from node.tallying import shape as shape_of_table

_ENDS = {"1": "03-31", "2": "06-30", "3": "09-30", "4": "12-31"}
_BEGINS = {"1": "01-01", "2": "04-01", "3": "07-01", "4": "10-01"}
_AGREED = ("agreed_written", "agreed_oral")


@dataclass(frozen=True, slots=True)
class Sheet:
    """See the head of this module."""

    ledger: str
    first: str
    last: str
    as_of: str
    digest: str
    tables: tuple[Table, ...]


_CASES = Measure("count", Text("件数", "cases"), many())
_AMOUNT = Measure("amount", Text("协议金额（元）", "agreed, yuan"), added("amount_agreed"), "fen")
_NO_CASE = ("state", ("draft", "voided"))
_NOT_YET = ("state", ("draft", "voided", "registered", "not_accepted"))


def _cases_by(name: str, zh: str, en: str, by: str) -> Section:
    label = Text(zh, en)
    return Section(
        name=name,
        label=label,
        kind="case",
        on="accepted_on",
        unless=_NO_CASE,
        by=by,
        measures=(_CASES, _AMOUNT),
    )


SECTIONS = (
    Section(
        name="cases",
        label=Text("受理案件", "cases accepted"),
        kind="case",
        on="accepted_on",
        unless=_NO_CASE,
        measures=(
            Measure("total", Text("总数", "total"), many()),
            Measure("cross_border", Text("跨界调解", "cross-border"), many(co_handlers=())),
            Measure("difficult", Text("疑难案件", "difficult"), many(difficulty="difficult")),
            Measure("agreed", Text("达成协议", "agreement reached"), many(outcome=_AGREED)),
            Measure("parties", Text("当事人数", "parties"), added("party_count"), "times"),
            _AMOUNT,
        ),
        remarks=(undated("case", "accepted_on", _NOT_YET), joined, in_question),
    ),
    Section(
        name="ended",
        label=Text("结案", "cases ended"),
        kind="case",
        on="closed_on",
        unless=_NO_CASE,
        measures=(
            Measure("total", Text("总数", "total"), many()),
            Measure(
                "days",
                Text("受理到结案天数（中位数）", "days from acceptance to end (median)"),
                median_days("accepted_on", "closed_on"),
                "days",
            ),
        ),
    ),
    _cases_by("origins", "案件来源", "origin", "origin"),
    _cases_by("categories", "纠纷类别", "category", "category"),
    _cases_by("forms", "协议形式", "form of agreement", "agreement_form"),
    _cases_by("outcomes", "结果", "outcome", "outcome"),
    _cases_by("difficulties", "难易程度", "difficulty", "difficulty"),
    _cases_by("vintages", "新旧", "new or legacy", "vintage"),
    _cases_by("levels", "层级", "level", "level"),
    _cases_by("resolved", "化解层级", "resolved at level", "resolved_level"),
    _cases_by("leads", "牵头乡镇", "leading township", "lead"),
    Section(
        name="patrols",
        label=Text("联合巡防排查", "rounds"),
        kind="patrol",
        on="on",
        by="kind_of",
        measures=(
            Measure("rounds", Text("次数", "rounds"), many()),
            Measure("times", Text("人次", "person-times"), added("person_times"), "times"),
        ),
        slot="person_times",
        remarks=(joined, differing("person_times", "townships"), in_question),
    ),
    Section(
        name="findings",
        label=Text("排查发现", "found on rounds"),
        kind="patrol",
        on="on",
        by="result",
        items="findings",
    ),
    Section(
        name="warnings",
        label=Text("预警和签收", "warnings and answers"),
        kind="warning",
        on="seen_at",
        by="level",
        measures=ANSWERED,
        remarks=(odd_clocks, in_question),
    ),
    Section(
        name="activities",
        label=Text("活动", "activities"),
        kind="activity",
        on="on",
        by="kind_of",
        measures=(
            Measure("count", Text("次数", "number"), many()),
            Measure("times", Text("人次", "person-times"), added("person_times"), "times"),
        ),
        slot="person_times",
    ),
)


def days_of(period: str) -> tuple[str, str] | None:
    """First and last day of 2024Q3 or of 2024; None of anything else."""
    if match := re.fullmatch(r"([0-9]{4})Q([1-4])", period, re.ASCII):
        return f"{match[1]}-{_BEGINS[match[2]]}", f"{match[1]}-{_ENDS[match[2]]}"
    if re.fullmatch(r"[0-9]{4}", period, re.ASCII):
        return f"{period}-01-01", f"{period}-12-31"
    return None


def quarter_sheet(service: Service, ledger: Ledger, first: str, last: str, now_ms: int) -> Sheet:
    """Every table of the days from `first` to `last`."""
    counting = Counting(service, ledger, first, last)
    tables = tuple(table(counting, section) for section in SECTIONS)
    digest = ledger_digest(ledger.id, service.ground.model.digests(ledger.n)).hex()
    return Sheet(ledger.name, first, last, when(now_ms), digest, tables)


def shown(value: Value, unit: str, lang: str) -> str:
    """A cell for people: yuan, minutes as hours; nothing where there is nothing to count."""
    if value is None:
        return "-"
    if unit == "fen":
        yuan, fen = divmod(value, 100)
        return f"{yuan:,}" + (f".{fen:02d}" if fen else "")
    if unit == "minutes" and value >= 60:
        hours, minutes = divmod(value, 60)
        said = Text(f"{hours} 小时 {minutes} 分", f"{hours} h {minutes} min")
        return said.say(lang)
    if unit == "minutes":
        return Text(f"{value} 分", f"{value} min").say(lang)
    return str(value)


def shape(sheet: Sheet) -> Json:
    """The sheet as JSON: numbers as they are counted, money in fen."""
    return {
        "ledger": sheet.ledger,
        "from": sheet.first,
        "to": sheet.last,
        "as_of": sheet.as_of,
        "digest": sheet.digest,
        "tables": [shape_of_table(found) for found in sheet.tables],
    }
