"""The kind `coop_field`: a field in which the members work together, named by them. Knows no record.

Each has who answers for it in every township. What is done in it says so in `FIELD`, and is counted by it.
"""

from __future__ import annotations

from crdt.kinds.enumerations import choice, machine
from crdt.kinds.language import Area, Kind, stated
from crdt.kinds.references import RecordRef
from crdt.kinds.types import Day, Line, Slot
from keys.errors import Text

_STATES = choice(("in_force", "在用", "in force"), ("dropped", "已停用", "given up"))

FIELD = stated(
    "coop_field",
    "协作领域",
    "field of cooperation",
    RecordRef("coop_field"),
    column=False,
    since=2,
)
"""Of every kind whose records belong to a field of cooperation."""

KIND = Kind(
    name="coop_field",
    table="coop_fields",
    first_schema=2,
    area=Area.MEETINGS,
    label=Text("协作领域", "field of cooperation"),
    title=("called",),
    picked_by="called",
    listed=("owners", "state"),
    fields=(
        stated("called", "名称", "name", Line(40), required=True),
        stated("owners", "各乡镇牵头部门", "office in charge in each township", Slot(Line(60))),
        stated("note", "内容", "what belongs to it", Line(400, lines=True), column=False),
        stated("since_on", "启用", "since", Day()),
        stated(
            "state",
            "状态",
            "state",
            machine(
                "in_force",
                {"in_force": "dropped", "dropped": "in_force"},
                _STATES,
                over="dropped",
            ),
        ),
    ),
)
