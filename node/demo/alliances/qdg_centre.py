"""黔滇桂: the centre with one window for three, what comes in over a month, and referrals. Data only."""

from __future__ import annotations

from node.demo.alliances.common import items
from node.demo.rows import Rows, Step, evenly, on, on_days, one_of, township
from node.demo.words import DEMO

_POINT = Rows(
    name="centre",
    kind="service_point",
    count=1,
    grows=False,
    when=on_days("2022-03-02"),
    by=(2,),
    post="调处中心",
    fields={"called": "一站式矛盾纠纷调处中心", "place": "马蚌镇街上", "note": f"{DEMO}。"},
    then=items(
        "windows",
        {"office": "司法所", "hours": "周一至周五", "offers": "调解、法律咨询"},
        {"office": "派出所", "hours": "周一、周四", "offers": "治安咨询、户籍预约"},
        {"office": "人民法庭", "hours": "每月第一个周二", "offers": "诉调对接、司法确认"},
        reason="登记窗口",
    ),
)
_INTAKES = Rows(
    name="intake",
    kind="intake",
    count=60,
    when=lambda number, of: evenly("2024-07-01", "2024-07-31")(number, of),
    post="调处中心窗口",
    fields={
        "category": one_of("forest_land", "neighbour", "contract", "migrant_wages", "damages"),
        "received_on": on(),
        "channel": one_of("window", "window", "phone", "grid"),
        "window": "综合窗口",
        "village": "{village}",
        "matter": f"到窗口反映，先登记后分流（{DEMO}）。",
    },
    paths=(
        (5, (
            Step(fields={"state": "routed", "routed_to": township(1)}, reason="分流"),
            Step(fields={"state": "accepted"}, who=1, days=1, reason="受理"),
        )),
        (3, (Step(fields={"state": "accepted"}, reason="当场受理"),)),
        (1, (
            Step(fields={"state": "guided", "reason": "属于劳动仲裁，已指引"}, reason="指引"),
        )),
        (1, (
            Step(
                fields={"state": "not_for_mediation", "reason": "法院已判，告知申请途径"},
                reason="不属调解范围",
            ),
        )),
    ),
)  # fmt: skip
_SENT = Step(fields={"state": "sent", "sent_on": on()}, reason="发出")
_RECEIVED = Step(fields={"state": "received"}, days=1, reason="对方签收")
_ACCEPTED = Step(fields={"state": "accepted"}, days=2, reason="对方接收")
_STATES: tuple[tuple[Step, ...], ...] = (
    (),
    (_SENT,),
    (_SENT, _RECEIVED),
    (_SENT, _RECEIVED, _ACCEPTED),
    (_SENT, _RECEIVED, Step(fields={"state": "returned"}, days=3, reason="材料不齐，退回")),
    (_SENT, Step(fields={"state": "recalled"}, at="15:00", reason="当事人撤回")),
    (_SENT, _RECEIVED, _ACCEPTED,
     Step(fields={"state": "completed", "reply": "已办结，结果见文号。",
                  "outside_ref": "（{year}）第{n}号"}, days=20, reason="对方办结")),
)  # fmt: skip
_REFERRALS = Rows(
    name="referral",
    kind="transfer",
    count=2 * len(_STATES),
    grows=False,
    when=evenly("2024-01-10", "2024-06-20"),
    post="司法所",
    fields={"why": f"需要对方办理（{DEMO}）。"},
    each=(
        *({"kind_of": "to_police", "receiver": "{short}派出所"} for _ in _STATES),
        *({"kind_of": "to_court", "receiver": "{short}人民法庭"} for _ in _STATES),
    ),
    paths=tuple((1, steps) for steps in _STATES),
)
ROWS: tuple[Rows, ...] = (_POINT, _INTAKES, _REFERRALS)
