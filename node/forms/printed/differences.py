"""冲突核对单: what townships say differently, to be settled at a table. Declares."""

from __future__ import annotations

from keys.errors import Text
from node.forms.language import Differences, Form, Past, Signing

FORM = Form(
    name="differences",
    label=Text("冲突核对单", "sheet of differences"),
    sections=(
        Differences(),
        Signing(
            labels=(
                Text("核对人", "settled by"),
                Text("对方核对人", "of the other township"),
            )
        ),
        Past(),
    ),
)
