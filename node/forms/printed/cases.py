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
                "case_no", "category", "village", "urgency", "accepted_on", "due_on", "state", "lead",
                "outcome", "closed_on",
            ),
            order=("accepted_on", "case_no"),
            day="accepted_on",
        ),
        Past(),
    ),
)  # fmt: skip
