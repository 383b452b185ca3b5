"""卷宗封面与目录: the cover of a file, what is in it, and room for remarks. Declares.

What townships talked over without the parties is no paper of the file.
"""

from __future__ import annotations

from keys.errors import Text
from node.forms.language import (
    Contents,
    Fields,
    Form,
    Hand,
    Paper,
    Past,
    Sealed,
    Sheet,
    Signing,
)

FORM = Form(
    name="file",
    label=Text("人民调解卷宗", "mediation file"),
    kind="case",
    cover=True,
    sections=(
        Fields(
            names=(
                "file_no",
                "case_no",
                "category",
                "sub_category",
                "village",
                "body",
                "mediators",
                "lead",
                "co_handlers",
                "accepted_on",
                "closed_on",
                "outcome",
                "agreement_form",
                "retain_until",
            ),
        ),
        Signing(labels=(Text("立卷人", "filed by"), Text("审核人", "checked by"))),
        Sealed(),
        Sheet(title=Text("卷内目录", "contents")),
        Contents(
            parts=(
                Paper(title=Text("受理登记表", "intake form")),
                Paper(
                    title=Text("当事人权利义务告知书", "notices of rights and duties"), kind="party"
                ),
                Paper(title=Text("当事人身份证明（纸质）", "proofs of identity, on paper")),
                Paper(title=Text("授权委托书（纸质）", "powers of attorney, on paper")),
                Paper(title=Text("案情材料", "private facts"), kind="case_private"),
                Paper(
                    title=Text("调查记录", "records of inquiries"),
                    kind="session",
                    only=("kind_of", ("inquiry",)),
                ),
                Paper(title=Text("证据材料", "evidence"), kind="evidence"),
                Paper(
                    title=Text("调解记录", "records of mediation"),
                    kind="session",
                    only=("kind_of", ("mediation", "hearing")),
                ),
                Paper(title=Text("调解协议", "agreement"), kind="agreement"),
                Paper(title=Text("履行凭证", "performance"), kind="obligation"),
                Paper(title=Text("回访记录", "follow-up visits"), kind="follow_up"),
                Paper(title=Text("司法确认材料（纸质）", "judicial confirmation, on paper")),
                Paper(
                    title=Text("个人信息请求", "requests about personal data"),
                    kind="rights_request",
                ),
                Paper(
                    title=Text("卷宗情况说明、结案报告表", "remarks on the file, closing report")
                ),
            ),
        ),
        Past(),
        Sheet(title=Text("卷宗情况说明", "remarks on the file")),
        Hand(lines=16),
        Signing(labels=(Text("立卷人", "filed by"), Text("检查人", "examined by"))),
    ),
)
