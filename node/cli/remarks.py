"""Sentences that stand beside a record: a number that is unusual, an offer to hand it on. Decides nothing."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from crdt.kinds.enumerations import LEVEL
from keys.errors import Text
from node.cli import language

if TYPE_CHECKING:
    from node.cli.face import Face

_PLAIN = re.compile(r"[\w=:.,/+\-、·]+")
_MAY_RISE = Text(
    "{level}级逾期（期限 {due_on}），可以上报：{to}",
    "Overdue at {level} level (due {due_on}); may be handed on to: {to}",
)
_ABOVE = Text("{township}的上级：{superior}{more}", "Above {township}: {superior}{more}")
_NO_SUPERIOR = Text(
    "还没有登记上级部门：mulin office new … superior=… superior_phone=…",
    "No superior office is entered yet: mulin office new … superior=… superior_phone=…",
)
OTHER_WAYS = Text(
    "报不报由人决定；不影响当事人申请仲裁、向法院起诉或另寻途径。",
    "People decide; the parties' way to arbitration, to court or elsewhere stays open.",
)
UNUSUAL = Text(
    "注意：{field} {value}，一般是 {least} 至 {most}。",
    "Note: {field} {value}; usually {least} to {most}.",
)
_WHY = Text("理由：{why}", "Reason: {why}")
_SAY_WHY = Text(
    "请写明理由：mulin {kind} set {id} {say_why}=…",
    "Say why: mulin {kind} set {id} {say_why}=…",
)


def unusual_lines(face: Face, shape: Mapping[str, Any]) -> list[str]:
    """Of a record as JSON."""
    lines = []
    for one in shape["unusual"]:
        label = Text(one["label"]["zh"], one["label"]["en"])
        lines.append(face.text(UNUSUAL, **one | {"field": label}))
        if one["why"]:
            lines.append(face.text(_WHY, **one))
        else:
            lines.append(face.text(_SAY_WHY, kind=shape["kind"], id=shape["id"][:8], **one))
    return lines


def rising_lines(face: Face, offer: Mapping[str, Any]) -> list[str]:
    """An offer to hand a matter on: who stands above on each side, what to type."""
    said, command = offer_lines(face, offer)
    return [said, *above_lines(face, offer), command]


def offer_lines(face: Face, offer: Mapping[str, Any]) -> tuple[str, str]:
    """Since when and to whom a matter may be handed on, and what to type."""
    level = Text(*(LEVEL.show(offer["level"], lang) for lang in ("zh", "en")))
    said = face.text(_MAY_RISE, level=level, due_on=offer["due_on"], to=offer["to"])
    return said, command_line(offer["command"])


def above_lines(face: Face, offer: Mapping[str, Any]) -> list[str]:
    """Who stands above the offices on each side; how that is entered where it is not."""
    lines = [_above(face, side) for side in offer["sides"]]
    return [*lines, face.text(_NO_SUPERIOR)] if offer["superior"] is None else lines


def _above(face: Face, side: Mapping[str, str]) -> str:
    from crdt.kinds import KINDS

    ranks = (k.by_name[k.above.rank].type for k in KINDS.values() if k.above is not None)
    more = [of.show(side["rank"], face.lang) for of in ranks if side["rank"]]
    more += [side["phone"]] if side["phone"] else []
    between = language.BETWEEN.say(face.lang)
    said = face.text(Text("（{more}）", " ({more})"), more=between.join(more)) if more else ""
    return face.text(_ABOVE, **{**side, "more": said})


def print_offer(face: Face, lines: Sequence[str], by: int) -> None:
    """Sentences, and last a command, which is broken at its blanks only; all moved to the right."""
    from node.cli.layout import indent, width

    *said, typed = lines
    for line in said:
        face.line(indent(line, by, width()))
    for line in _parted(typed, width() - by - 4):
        face.line(" " * (by + 2) + line)


def _parted(command: str, cells: int) -> list[str]:
    """Lines of whole words; a word that is longer stands alone."""
    from rich.cells import cell_len

    lines = [""]
    for word in command.split(" "):
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and cell_len(longer) > cells:
            lines.append("  " + word)
        else:
            lines[-1] = lines[-1] + " " + word if lines[-1] else word
    return lines


def command_line(words: Sequence[str]) -> str:
    """A command as it is typed; what a shell would part is quoted."""
    return " ".join(w if _PLAIN.fullmatch(w) else shlex.quote(w) for w in words)
