"""季度统计表: what was done in a quarter or a year, counted. Declares."""

from __future__ import annotations

from keys.errors import Text
from node.forms.language import Counted, Form, Past, Sealed, Signing

FORM = Form(
    name="quarter",
    label=Text("调解工作统计表", "statistics of a quarter"),
    sections=(
        Counted(),
        Signing(labels=(Text("填表人", "made by"), Text("审核人", "checked by"))),
        Sealed(),
        Past(),
    ),
)
