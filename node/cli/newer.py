"""What newer programs of neighbours wrote, and this one carries without being able to show it."""

from __future__ import annotations

from keys.errors import Text
from node.cli.face import Face

UPGRADE = Text(
    "另有 {n} 条是更新的程序写的：已存好、照常转送，升级本程序以后就看得到。",
    "{n} more were written by newer programs: kept, passed on, shown once this one is upgraded.",
)


def say_newer(face: Face) -> None:
    """A line for people, where there is any."""
    count = face.service.ground.log.entries_by_newer_rules(face.ledger.n)
    if count:
        face.say(UPGRADE, n=count)
