"""Sections and words that several forms share. Declares."""

from __future__ import annotations

from keys.errors import Text
from node.forms.language import Belonging, Said

NAMES_OF_PARTIES = Belonging(
    kind="party",
    fields=("alias", "role", "name", "representative"),
    heading=Text("当事人", "Parties"),
)
PARTIES = Belonging(
    kind="party",
    fields=("alias", "role", "name", "representative", "phone", "address"),
    heading=Text("当事人", "Parties"),
)
RIGHTS_TOLD = Said(
    heading=Text("权利义务告知", "Told of rights and duties"),
    lines=(
        Text(
            "□ 已口头或书面告知当事人调解自愿、免费，可以随时拒绝或终止调解。",
            "□ The parties were told that mediation is voluntary and free, and that they may refuse or end "
            "it at any time.",
        ),
    ),
)
REMEDIES = Said(
    heading=Text(
        "其他救济途径（已告知当事人）", "Further remedies, of which the parties were told"
    ),
    lines=(
        Text(
            "调解不成，或者达成协议后一方不履行的，当事人不受限制，可以自行选择：",
            "If there is no agreement, or one side does not keep it, the parties are free to choose:",
        ),
        Text(
            "1. 诉讼：向有管辖权的人民法院或人民法庭起诉。",
            "1. Court: bring an action before the people's court that has jurisdiction.",
        ),
        Text(
            "2. 仲裁：有仲裁协议的，或者属于劳动、农村土地承包争议的，申请仲裁。",
            "2. Arbitration: where there is an arbitration agreement, or in disputes about labour or the "
            "contracting of rural land.",
        ),
        Text(
            "3. 行政途径：依法由行政机关处理的事项（如土地、林木权属），向主管机关申请处理、裁决或复议。",
            "3. Administrative: matters that an authority decides by law, such as title to land and forest, "
            "may be brought before it, or to administrative review.",
        ),
        Text(
            "4. 申请执行：协议经司法确认或者经公证有强制执行效力的，可以申请人民法院执行；"
            "给付金钱的，可以申请支付令。",
            "4. Enforcement: of an agreement confirmed by a court or notarised as enforceable; for a debt of "
            "money an order to pay may be asked for.",
        ),
        Text(
            "5. 法律援助：经济困难的，可以向法律援助机构申请免费帮助。",
            "5. Legal aid: who cannot afford it may apply for help free of charge.",
        ),
        Text(
            "6. 反映和投诉：对调解工作有意见的，可以向司法行政机关反映、投诉，也可以依法信访。",
            "6. Complaint: about the mediation to the office of justice, or by petition as the law provides.",
        ),
        Text(
            "请注意诉讼时效和申请期限；参加调解不影响行使上述权利。",
            "Mind the time limits of actions and applications; taking part in mediation takes none of these "
            "rights away.",
        ),
    ),
)
CONFIRMATION = Text(
    "达成协议后，双方可以自协议生效之日起三十日内共同申请人民法院司法确认。",
    "Within thirty days after an agreement takes effect the parties may together ask the people's court to "
    "confirm it.",
)
MEDIATOR_SIGNS = Text("调解员", "mediator")
CLERK_SIGNS = Text("记录人", "kept by")
