"""交接清单: what one chair hands over to the next. Declares."""

from __future__ import annotations

from keys.errors import Text
from node.forms.language import Fields, Form, Linked, Listed, Long, Past, Sealed, Signing

FORM = Form(
    name="handover",
    label=Text("轮值交接清单", "hand-over list"),
    kind="handover",
    final=True,
    sections=(
        Fields(names=("quarter", "state", "giver", "taker")),
        Listed(name="checklist", blank=8),
        Linked(
            kind="fund_line",
            by="quarter",
            same="quarter",
            fields=("what", "planned", "given", "spent"),
            heading=Text("本季度经费", "Funds of the quarter"),
        ),
        Long(name="note", lines=3),
        Signing(
            labels=(
                Text("移交人", "handed over by"),
                Text("接收人", "taken over by"),
                Text("监交人", "witness"),
            )
        ),
        Sealed(of=("giver", "taker")),
        Past(),
    ),
)
