"""What a run leaves behind as a file: its plan, its hash, all its events. Text in, text out; touches no file.

One JSON document with a line for every event, so that two records can be compared with any tool. The same
plan gives the same bytes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from simulations.deeds import VERBS
from simulations.errors import BadTrace
from simulations.liars import LIARS
from simulations.links import LINES
from simulations.plan import FORMAT as PLAN_FORMAT
from simulations.plan import Plan
from simulations.runner import Outcome
from simulations.trace import Event

FORMAT = "mulin/record/1"
RECORD_BYTES_MAX = 1 << 30
TOWNS_MAX = 200
LASTS_S_MAX = 10 * 366 * 86_400.0


@dataclass(frozen=True, slots=True)
class Record:
    """What a file says of a run. A plan alone is a record too, of a run whose end nobody noted."""

    plan: Plan
    hash: str | None = None
    events: tuple[Event, ...] = ()


def text_of(outcome: Outcome) -> str:
    """The record of a run."""
    parts = [
        f"{_json(name)}: {_listed(value) if isinstance(value, list) else _json(value)}"
        for name, value in {"format": FORMAT, **outcome.plain()}.items()
    ]
    return "{" + ",\n".join(parts) + "}\n"


def _listed(items: list[object]) -> str:
    return "[\n" + ",\n".join(map(_json, items)) + "\n]" if items else "[]"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True)


def read(raw: bytes) -> Record:
    """A record, or a plan alone. Raises BadTrace."""
    try:
        found = json.loads(raw)
        if not isinstance(found, dict):
            raise BadTrace(why="format")
        if found.get("format") == PLAN_FORMAT:
            return Record(_sound(Plan.of(found)))
        if found.get("format") != FORMAT:
            raise BadTrace(why="format")
        plan = _sound(Plan.of(found["plan"]))
        return Record(plan, str(found["hash"]), tuple(map(Event.of, found["events"])))
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError) as fault:
        raise BadTrace(why=type(fault).__name__) from fault


def _sound(plan: Plan) -> Plan:
    """Raises BadTrace for a plan that no world can be made of."""
    for what, sound in (
        ("towns", 1 <= plan.towns <= TOWNS_MAX),
        ("near", plan.near.partition(":")[0] in ("mesh", "ring", "chain", "random")),
        ("line", plan.line in LINES),
        ("liars", all(how in LIARS for how in plan.liars.values())),
        ("lasts_s", 0 <= plan.lasts_s <= LASTS_S_MAX),
        ("steps", all(s.verb in VERBS and 0 <= s.at_s <= LASTS_S_MAX for s in plan.steps)),
    ):
        if not sound:
            raise BadTrace(why=what)
    return plan


def first_difference(before: tuple[Event, ...], now: tuple[Event, ...]) -> int | None:
    """Where two stories part, None if they never do."""
    for place, (one, other) in enumerate(zip(before, now, strict=False)):
        if one.plain() != other.plain():
            return place
    return None if len(before) == len(now) else min(len(before), len(now))
