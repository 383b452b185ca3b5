"""人民调解协议书: what the parties agreed on in writing. Declares."""

from __future__ import annotations

from keys.errors import Text
from node.forms.language import (
    Confirmed,
    Fields,
    Form,
    Listed,
    Long,
    Past,
    Said,
    Sealed,
    Signing,
)
from node.forms.printed.shared import (
    CLERK_SIGNS,
    CONFIRMATION,
    MEDIATOR_SIGNS,
    PARTIES,
)

FORM = Form(
    name="agreement",
    label=Text("人民调解协议书", "mediation agreement"),
    kind="agreement",
    only=("form", ("written",)),
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
        Fields(names=("manner", "place", "perform_by"), heading=Text("履行", "Performance")),
        Said(
            lines=(
                Text(
                    "本协议经各方签名、盖章或者按指印，并由调解员签名、加盖印章后生效。各方当事人各执一份，"
                    "调解组织留存一份。",
                    "This agreement takes effect once the parties have signed it and the mediator has "
                    "signed and sealed it. Every party keeps one copy, and the committee another.",
                ),
                CONFIRMATION,
            ),
        ),
        Confirmed(),
        Signing(labels=(MEDIATOR_SIGNS, CLERK_SIGNS), parties=True),
        Sealed(all_confirming=True),
        Past(),
    ),
)
