"""工作台账: every case in one line. Declares."""

from __future__ import annotations

from keys.errors import Text
from node.forms.language import Every, Form, Past

FORM = Form(
    name="cases",
    label=Text("矛盾纠纷工作台账", "list of cases"),
    wide=True,
    sections=(
        Every(
            kind="case",
            fields=(
                "category", "village", "urgency", "accepted_on", "due_on", "state", "lead",
                "outcome", "closed_on",
            ),
        ),
        Past(),
    ),
)  # fmt: skip
