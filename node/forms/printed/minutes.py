"""会议纪要: who met, what was said and decided, and what is to be done. Declares."""

from __future__ import annotations

from keys.errors import Text
from node.forms.language import (
    Confirmed,
    Fields,
    Form,
    Linked,
    Listed,
    Long,
    Past,
    Sealed,
    Signing,
)

FORM = Form(
    name="minutes",
    label=Text("会议纪要", "minutes of a meeting"),
    kind="meeting",
    final=True,
    sections=(
        Fields(names=("kind_of", "quarter", "starts_at", "ends_at", "place", "host", "chair")),
        Listed(name="attending"),
        Listed(name="agenda"),
        Long(name="minutes", lines=16),
        Linked(
            kind="motion",
            by="meeting",
            fields=("called", "text", "positions", "state"),
            heading=Text("议定事项", "Motions"),
        ),
        Linked(
            kind="action_item",
            by="meeting",
            fields=("what", "owner", "township", "due_on", "state"),
            heading=Text("任务分工", "Action items"),
        ),
        Confirmed(),
        Signing(labels=(Text("主持人", "chair"), Text("记录人", "kept by"))),
        Sealed(all_confirming=True),
        Past(),
    ),
)
