"""Any record on paper: everything that is stated in it. Declares."""

from __future__ import annotations

from keys.errors import Text
from node.forms.language import Fields, Form, Past, Sealed

FORM = Form(
    name="record",
    label=Text("登记表", "record"),
    sections=(Fields(), Sealed(), Past()),
)
