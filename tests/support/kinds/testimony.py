"""What a witness said: a sealed kind as a colleague would add it. Declares only."""

from __future__ import annotations

from crdt.kinds.language import Kind, stated
from crdt.kinds.types import Day, Line
from crdt.schema import SCHEMA
from keys.errors import Text

KIND = Kind(
    name="testimony",
    table="testimonies",
    label=Text("证言", "testimony"),
    first_schema=SCHEMA,
    sealed=True,
    about="case",
    title=("alias",),
    fields=(
        stated("alias", "代称", "alias", Line(20), required=True),
        stated("heard_on", "询问日期", "heard on", Day()),
        stated("said", "内容", "what was said", Line(1000, lines=True), column=False),
    ),
)
