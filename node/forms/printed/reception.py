"""来访登记表: a matter as it came in, before it is a case. Declares."""

from __future__ import annotations

from keys.errors import Text
from node.forms.language import Fields, Form, Long, Past, Said, Sealed, Signing

FORM = Form(
    name="reception",
    label=Text("来访登记表", "form of a matter that came in"),
    kind="intake",
    sections=(
        Fields(
            names=("category", "received_on", "channel", "window", "village", "outside_ref"),
        ),
        Long(name="matter", lines=6),
        Long(name="wish", lines=3),
        Fields(
            names=("state", "routed_to", "office", "case", "reason"),
            heading=Text("办理", "What was done"),
        ),
        Said(
            lines=(
                Text(
                    "不属于调解范围或者不予受理的，已告知来访人可以通过诉讼、仲裁、行政等途径解决。",
                    "Where it is not for mediation, the visitor was told of court, arbitration and the "
                    "authorities.",
                ),
            ),
        ),
        Signing(labels=(Text("来访人", "visitor"), Text("受理人", "taken on by"))),
        Sealed(),
        Past(),
    ),
)
