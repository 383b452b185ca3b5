"""联合巡防登记表: one round that townships went together. Declares."""

from __future__ import annotations

from keys.errors import Text
from node.forms.language import Fields, Form, Listed, Long, Past, Sealed, Signing

FORM = Form(
    name="patrol",
    label=Text("联合巡防登记表", "record of a joint patrol"),
    kind="patrol",
    sections=(
        Fields(names=("kind_of", "on", "area", "townships", "person_times", "state")),
        Long(name="route", lines=3),
        Listed(name="covers"),
        Listed(name="findings"),
        Fields(names=("police_ref", "state_confirmed")),
        Signing(labels=(Text("带队人", "led by"), Text("登记人", "entered by"))),
        Sealed(of=("townships",)),
        Past(),
    ),
)
