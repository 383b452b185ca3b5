"""移送函和回执: a matter goes to another office, and a slip comes back. Declares."""

from __future__ import annotations

from keys.errors import Text
from node.forms.language import Fields, Form, Listed, Long, Past, Said, Sealed, Sheet, Signing

FORM = Form(
    name="transfer",
    label=Text("移送函", "letter of transfer"),
    kind="transfer",
    final=True,
    sections=(
        Fields(names=("receiver", "township", "kind_of", "sent_on", "due_on")),
        Fields(
            names=("case_no", "category", "sub_category", "village", "accepted_on", "state"),
            of_case=True,
            heading=Text("纠纷", "The dispute"),
        ),
        Long(name="why", lines=4),
        Listed(name="papers"),
        Said(
            lines=(
                Text(
                    "请在答复期限以前办理并寄回回执。移送不影响当事人自行起诉、申请仲裁或者向有关机关申请处理。",
                    "Please see to it and return the slip by the day named. The parties stay free to go to "
                    "court, to arbitration or to an authority.",
                ),
            ),
        ),
        Sealed(),
        Sheet(title=Text("移送回执", "receipt, to be sent back")),
        Fields(names=("receiver", "kind_of", "sent_on", "outside_ref")),
        Fields(names=("case_no", "category", "village"), of_case=True),
        Said(
            lines=(
                Text(
                    "□ 已收到材料　　份　　□ 接收　　□ 退回，理由：＿＿＿＿＿＿＿＿＿＿＿＿＿＿",
                    "□ papers received: ____   □ taken over   □ returned, because: ________________",
                ),
            ),
        ),
        Long(name="reply", lines=6),
        Signing(labels=(Text("经办人", "seen to by"), Text("接收单位（盖章）", "receiver, seal"))),
        Past(),
    ),
)
