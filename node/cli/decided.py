"""What townships decided, in words: who had said what when the result was announced, and what came late."""

from __future__ import annotations

from typing import Any

from crdt.kinds.types import FieldType
from keys.errors import Text
from node.cli import language
from node.cli.face import Face

_SAID = Text("{what}：{who}", "{what}: {who}")
_LATE = Text("迟到，未计入结果：{who} {what}", "late, not counted in the result: {who} {what}")
_TAKEN_BACK = Text("收回意见", "took its position back")
_CLASH = Text(
    "⚠ 同一时间订了两次（一般）：{label} {value}，另见 {id} {title}（{home}）",
    "⚠ Booked twice at one time (minor): {label} {value}, see {id} {title} ({home})",
)


def positions(face: Face, of: FieldType, decided: dict[str, Any]) -> str:
    """For `show`: the positions that the result was announced on, one line for each, then the late ones."""
    lines: list[str] = []
    for value in [v for v in of.order() if v in decided["known"].values()]:
        who = [name for name, said in decided["known"].items() if said == value]
        told = language.BETWEEN.say(face.lang).join(who)
        lines.append(face.text(_SAID, what=of.show(value, face.lang), who=told))
    for one in decided["late"]:
        what = of.show(one["position"], face.lang) or _TAKEN_BACK.say(face.lang)
        lines.append(face.text(_LATE, who=one["township"], what=what))
    return "\n".join(lines)


def print_clash(face: Face, clash: dict[str, Any]) -> None:
    """Two records that take up the same at one time, as one of them tells it."""
    label = clash["label"]["zh" if face.lang == "zh" else "en"]
    face.wrapped(_CLASH, **clash | {"label": label, "id": clash["id"][:8]})
