"""值班表: who is on duty when, and the numbers to call. Declares."""

from __future__ import annotations

from keys.errors import Text
from node.forms.language import Every, Form, Past

FORM = Form(
    name="duty",
    label=Text("值班表", "duty roster"),
    wide=True,
    sections=(
        Every(
            kind="hotline",
            fields=("called", "number", "hours", "note"),
            heading=Text("专线", "Hotlines"),
        ),
        Every(
            kind="duty_shift",
            fields=("starts_at", "ends_at", "post", "phone", "deputy", "state", "remark"),
            order=("starts_at", "post"),
            day="starts_at",
            coming=True,
            heading=Text("值班", "Duty"),
        ),
        Past(),
    ),
)
