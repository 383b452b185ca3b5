"""What newer programs of neighbours wrote, and this one carries without being able to show it."""

from __future__ import annotations

from collections.abc import Sequence

from keys.errors import Text
from node.cli import language
from node.cli.face import Face

UPGRADE = Text(
    "另有 {n} 条是更新的程序写的：已存好、照常转送，升级本程序以后就看得到。",
    "{n} more were written by newer programs: kept, passed on, shown once this one is upgraded.",
)


_BEHIND = Text(
    "据本机所知，{who}的程序还没有升级，升级以后才看得到。",
    "As far as is known here {who} has not upgraded and sees it only afterwards.",
)


def say_behind(face: Face, townships: Sequence[str], *, beside: bool = False) -> None:
    """About a record that some of the others cannot see yet. `beside`: as a remark beside the answer."""
    if townships:
        tell = face.note if beside else face.say
        tell(_BEHIND, who=language.BETWEEN.say(face.lang).join(townships))


def say_newer(face: Face) -> None:
    """A line for people, where there is any."""
    count = face.service.ground.log.entries_by_newer_rules(face.ledger.n)
    if count:
        face.say(UPGRADE, n=count)
