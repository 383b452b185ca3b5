"""当事人权利义务告知书, with what is done with personal data. Declares."""

from __future__ import annotations

from keys.errors import Text
from node.forms.language import Fields, Form, Past, Said, Sealed, Signing
from node.forms.printed.shared import CONFIRMATION, REMEDIES

FORM = Form(
    name="notice",
    label=Text("当事人权利义务告知书", "notice of rights and duties"),
    kind="party",
    sections=(
        Fields(names=("name", "alias", "role", "languages", "notified_on")),
        Said(
            heading=Text("权利", "Rights"),
            lines=(
                Text("1. 选择或者接受调解员；调解员应当回避的，可以要求更换。",
                     "1. Choose or accept the mediator, and ask for another who is not partial."),
                Text("2. 接受调解、拒绝调解或者要求终止调解；调解不收任何费用。",
                     "2. Accept mediation, refuse it or have it ended; it costs nothing."),
                Text("3. 要求公开或者不公开进行，需要翻译的可以要求翻译。",
                     "3. Ask for it to be held in public or not, and for an interpreter."),
                Text("4. 自主表达意愿、自愿达成协议，可以要求书面协议。",
                     "4. Speak freely, agree only if willing, and ask for a written agreement."),
                CONFIRMATION,
            ),
        ),
        Said(
            heading=Text("义务", "Duties"),
            lines=(
                Text("1. 如实陈述事实。", "1. Tell the facts truthfully."),
                Text("2. 遵守调解现场秩序，尊重调解员和对方当事人。",
                     "2. Keep order, and respect the mediator and the other side."),
                Text("3. 履行达成的协议，不得激化矛盾。", "3. Keep what was agreed, and make nothing worse."),
            ),
        ),
        Said(
            heading=Text("个人信息", "Personal data"),
            lines=(
                Text(
                    "1. 登记姓名、联系方式和所述事实，只用于调解和履行，密封保存，保存期满后删除。",
                    "1. Your name, how to reach you and what you say are entered for the mediation and its "
                    "performance only, kept sealed, and erased once their time is over.",
                ),
                Text(
                    "2. 共同保管的乡镇：{members}。内容只有登记的乡镇和得到授权的乡镇能看，"
                    "每次查看都有登记。",
                    "2. Kept jointly by {members}. Only the township that enters it and those it grants may "
                    "read it, and every look is listed.",
                ),
                Text(
                    "3. 您可以向其中任何一个乡镇请求查阅、复制、更正、删除和说明，十五日内答复；"
                    "不答复或者不同意答复的，可以向主管部门投诉，也可以向人民法院起诉。",
                    "3. Ask any of them to see, copy, correct or erase it, or for an explanation; you are "
                    "answered within fifteen days. If not, or not rightly, you may complain to the authority "
                    "in charge or go to court.",
                ),
                Text(
                    "4. 是否同意向其他乡镇提供：□ 同意　□ 不同意　（不同意不影响在本地调解，以后可以收回）",
                    "4. May it be given to the other townships?  □ yes  □ no  (mediation goes on here "
                    "if not; you may take it back later)",
                ),
            ),
        ),
        REMEDIES,
        Signing(labels=(Text("当事人签收", "received by the party"), Text("告知人", "told by"))),
        Sealed(),
        Past(),
    ),
)  # fmt: skip
