"""Sentences about a record that stand beside it: a number that is unusual. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from keys.errors import Text

if TYPE_CHECKING:
    from node.cli.face import Face

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
