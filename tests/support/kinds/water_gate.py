"""Gates of canals and who opens them when: a kind as a colleague would add it. Declares only."""

from __future__ import annotations

from crdt.kinds.enumerations import choice, machine
from crdt.kinds.language import Area, Due, Kind, Severity, stated
from crdt.kinds.types import Day, Items, Line, Money, Slot, Townships
from crdt.schema import SCHEMA
from keys.errors import Text

_SORT = choice(("canal", "渠道闸", "canal gate"), ("weir", "拦河坝", "weir"))
_STATE = choice(
    ("in_use", "在用", "in use"), ("broken", "损坏", "broken"), ("gone", "停用", "given up")
)
_READING = (("on", Text("日期", "on"), Day()), ("text", Text("水位", "level"), Line(60)))

KIND = Kind(
    name="water_gate",
    table="water_gates",
    label=Text("闸口", "water gate"),
    area=Area.MATTERS,
    first_schema=SCHEMA,
    title=("sort", "called"),
    fields=(
        stated("sort", "类别", "sort", _SORT, required=True),
        stated("called", "名称", "name", Line(60), required=True),
        stated("cost", "维修费", "cost of repair", Money(), severity=Severity.BLOCKING),
        stated("check_on", "检修日期", "to be checked on", Day(), due=(Due(),)),
        stated("users", "用水乡镇", "townships that use it", Townships(), column=False),
        stated("agreed", "各乡镇意见", "what each township says", Slot(Line(200)), column=False),
        stated("readings", "水位记录", "readings", Items(_READING), column=False),
        stated(
            "state",
            "状态",
            "state",
            machine("in_use", {"in_use": "broken gone", "broken": "in_use gone"}, _STATE),
        ),
    ),
)
