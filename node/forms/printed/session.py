"""调解记录: one session of mediation. Declares."""

from __future__ import annotations

from keys.errors import Text
from node.forms.language import Fields, Form, Listed, Long, Past, Sealed, Signing
from node.forms.printed.shared import (
    CLERK_SIGNS,
    MEDIATOR_SIGNS,
    NAMES_OF_PARTIES,
    REMEDIES,
    RIGHTS_TOLD,
)

FORM = Form(
    name="session",
    label=Text("调解记录", "record of a mediation"),
    kind="session",
    only=("kind_of", ("mediation", "hearing")),
    names=True,
    sections=(
        Fields(names=("kind_of", "held_on", "hours", "place", "mediators")),
        Fields(
            names=("case_no", "category", "village"),
            of_case=True,
            heading=Text("所属案件", "The case"),
        ),
        NAMES_OF_PARTIES,
        Listed(name="present"),
        RIGHTS_TOLD,
        Long(name="record", lines=16),
        Fields(names=("next_step", "signed"), heading=Text("结果和下一步", "Result and next step")),
        REMEDIES,
        Signing(labels=(MEDIATOR_SIGNS, CLERK_SIGNS), parties=True),
        Sealed(),
        Past(),
    ),
)
