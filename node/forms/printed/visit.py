"""回访记录: a visit after a matter was settled. Declares."""

from __future__ import annotations

from keys.errors import Text
from node.forms.language import Fields, Form, Past, Sealed, Signing
from node.forms.printed.shared import NAMES_OF_PARTIES, REMEDIES

FORM = Form(
    name="visit",
    label=Text("回访记录", "record of a follow-up visit"),
    kind="follow_up",
    names=True,
    sections=(
        Fields(
            names=("case_no", "category", "village", "closed_on", "agreement_form"),
            of_case=True,
            heading=Text("所属案件", "The case"),
        ),
        NAMES_OF_PARTIES,
        Fields(
            names=("planned_on", "done_on", "by", "way", "performance", "satisfaction"),
            heading=Text("回访", "The visit"),
        ),
        Fields(
            names=("remaining", "measures"),
            heading=Text("遗留问题和措施", "What remains, and measures"),
        ),
        REMEDIES,
        Signing(labels=(Text("被回访人", "visited"), Text("回访人", "visited by"))),
        Sealed(),
        Past(),
    ),
)
