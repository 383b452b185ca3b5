"""通讯录: whom to call, of every township. Declares."""

from __future__ import annotations

from keys.errors import Text
from node.forms.language import Every, Form, Past

FORM = Form(
    name="contacts",
    label=Text("通讯录", "contact list"),
    wide=True,
    sections=(
        Every(
            kind="contact",
            fields=(
                "office", "post", "name", "phone", "phones", "liaison_for", "on_leave_until",
                "last_checked_on",
            ),
            until="valid_to",
        ),
        Past(),
    ),
)  # fmt: skip
