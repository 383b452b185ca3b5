"""结案报告表: how a case ended, and what the parties may do yet. Declares."""

from __future__ import annotations

from keys.errors import Text
from node.forms.language import Fields, Form, Long, Past, Sealed, Signing
from node.forms.printed.shared import CLERK_SIGNS, MEDIATOR_SIGNS, NAMES_OF_PARTIES, REMEDIES

FORM = Form(
    name="closing",
    label=Text("结案报告表", "closing report"),
    kind="case",
    final=True,
    names=True,
    sections=(
        Fields(
            names=(
                "file_no", "case_no", "body", "mediators", "category", "sub_category", "origin", "village",
                "accepted_on", "closed_on", "lead", "co_handlers", "party_count", "amount_claimed",
            ),
        ),
        NAMES_OF_PARTIES,
        Long(name="summary"),
        Fields(
            names=("state", "outcome", "agreement_form", "amount_agreed", "dispositions"),
            heading=Text("结果", "Result"),
        ),
        REMEDIES,
        Signing(labels=(MEDIATOR_SIGNS, CLERK_SIGNS, Text("审核人", "checked by"))),
        Sealed(),
        Past(),
    ),
)  # fmt: skip
