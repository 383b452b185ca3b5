"""个人信息请求答复书: what is answered to somebody who asked for what is kept of him. Declares.

It goes to one person, so nobody else's name stands in it: texts keep their aliases.
"""

from __future__ import annotations

from keys.errors import Text
from node.forms.language import Belonging, Fields, Form, Long, Past, Said, Sealed, Signing

FORM = Form(
    name="reply",
    label=Text("个人信息查阅、删除答复书", "reply about personal data"),
    kind="rights_request",
    sections=(
        Belonging(
            kind="party",
            fields=("name", "alias"),
            heading=Text("请求人", "Asked by"),
            same="alias",
            blank=1,
        ),
        Fields(names=("kind_of", "received_on", "due_on", "state", "done_on")),
        Long(name="decision", lines=5),
        Long(name="refusal", lines=3),
        Said(
            heading=Text("说明", "Notes"),
            lines=(
                Text(
                    "1. 查阅、复制的，副本随本答复交给请求人；其他当事人的姓名已改为代称。",
                    "1. Where it was to see or copy, the copy comes with this reply; names of others are "
                    "replaced by what stands for them.",
                ),
                Text(
                    "2. 删除的，由共同保管的乡镇（{members}）分别删除并出具回执；"
                    "尚未联系上的，联系上以后删除。",
                    "2. Where it was to erase, each of the townships that keep it jointly ({members}) "
                    "erases it and says so; one that cannot be reached does so once it is.",
                ),
                Text(
                    "3. 已经打印的纸张、已经交给当事人或者有关机关的副本，系统删不到，按档案规定处理。",
                    "3. Paper that was printed and copies that were handed over are out of reach; the rules "
                    "for files apply to them.",
                ),
                Text(
                    "4. 不同意本答复的，可以向履行个人信息保护职责的部门投诉、举报，也可以向人民法院起诉。",
                    "4. Who does not agree may complain to the authority for personal data, or go to court.",
                ),
            ),
        ),
        Signing(labels=(Text("答复人", "answered by"), Text("请求人签收", "received by"))),
        Sealed(),
        Past(),
    ),
)
