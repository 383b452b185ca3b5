"""卷宗封面与目录: the cover of a file, and what is in it. Declares."""

from __future__ import annotations

from keys.errors import Text
from node.forms.language import Break, Contents, Fields, Form, Past, Sealed, Signing

FORM = Form(
    name="file",
    label=Text("人民调解卷宗", "mediation file"),
    kind="case",
    sections=(
        Fields(
            names=(
                "file_no", "case_no", "category", "sub_category", "village", "body", "mediators",
                "lead", "co_handlers", "accepted_on", "closed_on", "outcome", "agreement_form",
                "retain_until",
            ),
        ),
        Signing(labels=(Text("立卷人", "filed by"), Text("审核人", "checked by"))),
        Sealed(),
        Break(),
        Contents(
            heading=Text("卷内目录", "Contents"),
            parts=(
                (Text("受理登记表", "intake form"), "case"),
                (Text("当事人权利义务告知书", "notices of rights and duties"), "party"),
                (Text("当事人身份证明（纸质）", "proofs of identity, on paper"), ""),
                (Text("授权委托书（纸质）", "powers of attorney, on paper"), ""),
                (Text("案情材料", "private facts"), "case_private"),
                (Text("证据材料", "evidence"), "evidence"),
                (Text("调查记录、调解记录", "records of inquiries and sessions"), "session"),
                (Text("调解协议", "agreement"), "agreement"),
                (Text("履行凭证", "performance"), "obligation"),
                (Text("回访记录", "follow-up visits"), "follow_up"),
                (Text("司法确认材料（纸质）", "judicial confirmation, on paper"), ""),
                (Text("个人信息请求", "requests about personal data"), "rights_request"),
                (Text("结案报告表", "closing report"), "case"),
            ),
        ),
        Past(),
    ),
)  # fmt: skip
