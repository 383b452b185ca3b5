"""口头协议登记表: what the parties agreed on by word of mouth. Declares."""

from __future__ import annotations

from keys.errors import Text
from node.forms.language import Confirmed, Fields, Form, Listed, Long, Past, Said, Sealed, Signing
from node.forms.printed.shared import CLERK_SIGNS, CONFIRMATION, MEDIATOR_SIGNS, PARTIES

FORM = Form(
    name="oral",
    label=Text("口头协议登记表", "record of an oral agreement"),
    kind="agreement",
    only=("form", ("oral",)),
    final=True,
    names=True,
    sections=(
        PARTIES,
        Fields(
            names=("case_no", "category", "village"),
            of_case=True,
            heading=Text("纠纷", "The dispute"),
        ),
        Long(name="facts"),
        Long(name="points"),
        Listed(name="terms", number="no"),
        Fields(
            names=("manner", "place", "perform_by", "effective_on"),
            heading=Text("履行", "Performance"),
        ),
        Said(
            lines=(
                Text(
                    "口头协议自各方达成协议之日起生效；任何一方可以要求改为书面协议。",
                    "An oral agreement takes effect on the day the parties agree; either may ask for it "
                    "in writing.",
                ),
                CONFIRMATION,
            ),
        ),
        Confirmed(),
        Signing(labels=(MEDIATOR_SIGNS, CLERK_SIGNS)),
        Sealed(),
        Past(),
    ),
)
