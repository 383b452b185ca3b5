"""调查记录: what somebody told when the facts were asked for. Declares."""

from __future__ import annotations

from keys.errors import Text
from node.forms.language import Fields, Form, Listed, Long, Past, Said, Sealed, Signing
from node.forms.printed.shared import CLERK_SIGNS

FORM = Form(
    name="inquiry",
    label=Text("调查记录", "record of an inquiry"),
    kind="session",
    only=("kind_of", ("inquiry",)),
    names=True,
    sections=(
        Fields(names=("held_on", "hours", "place", "mediators")),
        Fields(
            names=("case_no", "category", "village"),
            of_case=True,
            heading=Text("所属案件", "The case"),
        ),
        Listed(name="present"),
        Said(
            lines=(
                Text(
                    "□ 已告知被调查人：如实陈述；与纠纷无关的可以不答；可以阅读、补充和更正记录。",
                    "□ Told: say what is true; what has nothing to do with the dispute need not be "
                    "answered; the record may be read, added to and corrected.",
                ),
            ),
        ),
        Long(name="record", lines=16),
        Fields(names=("next_step", "signed")),
        Said(
            lines=(
                Text(
                    "以上记录已经阅读（已向被调查人宣读），与所说的相符。",
                    "The above was read by (read out to) the person asked, and is what was said.",
                ),
            ),
        ),
        Signing(
            labels=(
                Text("被调查人", "person asked"),
                Text("在场人", "present"),
                Text("调查人", "asked by"),
                CLERK_SIGNS,
            )
        ),
        Sealed(),
        Past(),
    ),
)
