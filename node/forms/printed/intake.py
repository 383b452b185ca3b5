"""受理登记表: a case when it was taken on. Declares."""

from __future__ import annotations

from keys.errors import Text
from node.forms.language import Fields, Form, Long, Past, Said, Sealed, Signing
from node.forms.printed.shared import CLERK_SIGNS, PARTIES

FORM = Form(
    name="intake",
    label=Text("受理登记表", "intake form"),
    kind="case",
    names=True,
    sections=(
        Fields(
            names=(
                "case_no", "category", "sub_category", "village", "place", "origin", "channel",
                "urgency", "difficulty", "occurred_on", "accepted_on", "due_on", "lead",
                "co_handlers", "body", "mediators", "party_count", "amount_claimed",
            ),
        ),
        PARTIES,
        Long(name="summary"),
        Said(
            heading=Text("个人信息告知", "Personal data"),
            lines=(
                Text(
                    "为调解本纠纷登记当事人的姓名、联系方式和所述事实；只有登记的乡镇和得到授权的乡镇能看，"
                    "保存期满后删除。当事人可以请求查阅、复制、更正和删除。",
                    "Names, ways of contact and what the parties say are entered to mediate this dispute; "
                    "only the township that enters them and those it grants may read them, and they are "
                    "erased once their time is over. Parties may ask to see, copy, correct and erase them.",
                ),
            ),
        ),
        Signing(labels=(Text("申请人", "applicant"), Text("受理人", "taken on by"), CLERK_SIGNS)),
        Sealed(),
        Past(),
    ),
)  # fmt: skip
