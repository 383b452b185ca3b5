"""Time limits: what holds without a word, and codes under which members may agree otherwise. Declares only.

How long a warning may wait is in minutes, all else in days.
"""

from __future__ import annotations

from crdt.kinds.enumerations import choice
from crdt.kinds.language import Due
from keys.errors import Text

TIME_LIMIT = choice(
    ("acceptance", "受理决定（工作日）", "decision to accept, in working days"),
    ("mediation", "调解（天）", "mediation, in days"),
    ("follow_up", "首次回访（天）", "first follow-up, in days"),
    ("next_follow_up", "再次回访（天）", "next follow-up, in days"),
    ("contact_check", "联络人核对（天）", "checking of contacts, in days"),
    ("warning_red", "红色预警签收（分钟）", "answer to a red warning, in minutes"),
    ("warning_orange", "橙色预警签收（分钟）", "answer to an orange warning, in minutes"),
    ("warning_yellow", "黄色预警签收（分钟）", "answer to a yellow warning, in minutes"),
    ("warning_blue", "蓝色预警签收（分钟）", "answer to a blue warning, in minutes"),
)

_AT_WORK = ("accepted", "investigating", "mediating")
_AGREED = ("agreed", "performing", "fulfilled")

MEDIATION = Due(
    days=30,
    label=Text("调解期限", "mediation"),
    states=_AT_WORK,
    unless="due_on",
    limit="mediation",
)
FOLLOW_UP = Due(
    ahead=3,
    days=7,
    label=Text("首次回访", "first follow-up"),
    states=_AGREED,
    unless="followed_on",
    limit="follow_up",
)
NEXT_FOLLOW_UP = Due(
    days=30,
    label=Text("再次回访", "next follow-up"),
    states=("agreed", "performing"),
    limit="next_follow_up",
)
CONTACT_CHECK = Due(days=90, label=Text("应再核对", "to be checked again"), limit="contact_check")
WARNING_MIN = {"blue": 3 * 24 * 60, "yellow": 24 * 60, "orange": 2 * 60, "red": 30}


def decision(*states: str, unless: str = "") -> Due:
    """Whether a matter is accepted, while it is in these states."""
    label = Text("受理决定", "decision to accept")
    return Due(
        ahead=2, days=3, label=label, working=True, states=states, unless=unless, limit="acceptance"
    )
