"""联合巡防登记簿: every round in one line. Declares."""

from __future__ import annotations

from keys.errors import Text
from node.forms.language import Every, Form, Past

FORM = Form(
    name="patrols",
    label=Text("联合巡防登记簿", "register of patrols"),
    wide=True,
    sections=(
        Every(
            kind="patrol",
            fields=("on", "kind_of", "area", "townships", "person_times", "findings", "state"),
            order=("on", "area"),
            day="on",
        ),
        Past(),
    ),
)
