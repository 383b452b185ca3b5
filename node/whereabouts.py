"""Where and when a store is used, and why its own log may not be continued there. Pure: facts are handed in.

A database cannot tell by itself that it is a copy, or that its disk was set back: it only knows what stood in
it then. So it keeps in which place and in which boot of the machine its log was last known to be whole.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass

from keys.errors import Text


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """`place`: this folder on this machine; `boot`: from one start of the machine to the next."""

    place: str
    boot: str


class Doubt(enum.Enum):
    """Why a write opens a new incarnation: somewhere there may be more of the one before. Said to people."""

    OLDER = Text(
        "数据比本机已经签过的旧，像是放回了旧备份：已另开一份日志，缺的内容会从邻乡取回。",
        "The data are older than what this device signed, as after an old backup: a new log was opened, and "
        "the neighbours return what is missing.",
    )
    COPIED = Text(
        "这个目录像是复制来的（安装标记不符）：已另开一份日志，内容不受影响。",
        "This folder seems to be a copy (its installation mark does not fit): a new log was opened; nothing "
        "is lost.",
    )
    BOOTED = Text(
        "开机以后还没有同时连上所有邻乡，不能排除磁盘被退回过：已另开一份日志，内容不受影响。",
        "Since this machine started not all neighbours were met at once, and its disk may have been set "
        "back: a new log was opened; nothing is lost.",
    )
